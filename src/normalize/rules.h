/* src/normalize/rules.h: the rule "rules": what the user's own file says.
 *
 *     rules.c         reading the file, and applying it to a line
 *     rules_words.c   many words at once: a sorted table
 *     rules_pattern.c patterns (PCRE2) within limits, and what their replacements are made of
 */
#ifndef BON_SRC_NORMALIZE_RULES_H
#define BON_SRC_NORMALIZE_RULES_H

#include "normalize/normalizer.h"

struct bon_rules;

/* Reads nz->options.rules; words come in the form that nz gives them. BON_ERR_DATA names file and line. */
bon_status bon_rules_open(struct bon_rules **out, struct bon_normalizer *nz);
void bon_rules_close(struct bon_rules *rules);

/* Working space for one thread. {0} before; bon_rules_space_free frees it. */
struct bon_rules_space {
    void *match; /* pcre2_match_data */
    bon_buf other;
    bon_spans other_spans, step;
};
void bon_rules_space_free(struct bon_rules_space *space);

/* Where a line stands, for messages and for ^ and $. */
struct bon_rules_line {
    const char *name; /* of the file; NULL = none */
    uint64_t line;
    bool begins_inside, ends_inside;
};

/* Applies every rule once to `text`, a line without its end, which it may replace; adds to *count what was replaced. *last:
 * line number in the rules file of the last that did. spans (may be NULL) get what changed. */
bon_status bon_rules_apply(const struct bon_rules *rules, struct bon_rules_space *space,
                           const struct bon_rules_line *place, bon_buf *text, uint64_t *count, unsigned *last,
                           bon_spans *spans);
/* The failure of a rule that never stops changing a line. */
bon_status bon_rules_endless(const struct bon_rules *rules, unsigned rule, const struct bon_rules_line *place);

/* ---- rules_words.c ---- */

struct bon_rules_word {
    char *from, *to; /* to stands behind from, in one block */
    size_t from_len, to_len;
    unsigned line; /* of the file */
};

struct bon_rules_words {
    struct bon_rules_word *words; /* by `from` */
    size_t count, cap;
    size_t first[257]; /* of those that begin with a byte */
};

bon_status bon_rules_words_add(struct bon_rules_words *words, const char *from, size_t from_len, const char *to,
                               size_t to_len, unsigned line);
/* Sorts them. Two lines of one word: *twice is the second. */
void bon_rules_words_finish(struct bon_rules_words *words, const struct bon_rules_word **twice);
void bon_rules_words_free(struct bon_rules_words *words);
bon_status bon_rules_words_apply(const struct bon_rules_words *words, const bon_buf *text, bon_buf *out,
                                 uint64_t *count, unsigned *last, bon_spans *spans);

/* ---- rules_pattern.c ---- */

struct bon_rules_part { /* of a replacement: n bytes, or a group */
    const char *text;
    size_t n;
    int group; /* -1: the bytes */
};

struct bon_rules_pattern {
    void *code; /* pcre2_code */
    char *to;
    struct bon_rules_part *parts;
    size_t part_count, part_cap, to_len;
    unsigned line;
    bool constant; /* no group in the replacement */
};

/* Fails with `reason`, to which the caller adds file and line. */
bon_status bon_rules_pattern_open(struct bon_rules_pattern *pattern, const char *text, size_t n, bool caseless,
                                  const char *to, size_t to_len, char *reason, size_t reason_size);
void bon_rules_pattern_close(struct bon_rules_pattern *pattern);
/* Bytes that a line may grow by in one go. */
enum { BON_RULES_GROWTH_MAX = 8 << 20 };
/* *reason: why it failed with BON_ERR_DATA. */
bon_status bon_rules_pattern_apply(const struct bon_rules_pattern *pattern, struct bon_rules_space *space,
                                   const struct bon_rules_line *place, const bon_buf *text, bon_buf *out,
                                   uint64_t *count, bon_spans *spans, const char **reason);

#endif
