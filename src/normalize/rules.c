/* src/normalize/rules.c: the user's own rules: a file of lines
 *
 *     word or phrase TAB replacement
 *     /pattern/ TAB replacement        (/pattern/i: in either case; $1, ${name}: groups; $$: a dollar sign)
 *
 * with empty lines and lines that begin with # between them. Rules see a line as the other rules left it, words first, then the
 * patterns in the order of the file; what they change is normalized again and they see it again, until nothing changes. A rule
 * that its own replacement sets off would never end: where that can be told from the file alone it is refused at once.
 */
#include "normalize/rules.h"

#include <stdio.h>

#include "normalize/spans.h"
#include "syllable/utf8.h"

struct bon_rules {
    char *name;
    struct bon_rules_words words;
    struct bon_rules_pattern *patterns;
    size_t pattern_count, pattern_cap;
};

enum { REASON_MAX = 256 };

/* ---- reading ---- */

static bon_status fail_line(const struct bon_rules *rules, unsigned line, const char *reason) {
    return bon_fail(BON_ERR_DATA, "%s:%u: %s", rules->name, line, reason);
}

static bon_status add_pattern(struct bon_rules *rules, const char *left, size_t n, const char *to, size_t to_len,
                              unsigned line) {
    char reason[REASON_MAX] = "";
    size_t slash = n;
    while (slash > 0 && left[slash - 1] != '/') slash--;
    bool caseless = n - slash == 1 && left[n - 1] == 'i';
    if (slash < 2 || n - slash > caseless)
        return fail_line(rules, line, "a pattern is written /pattern/ or /pattern/i; a word cannot begin with '/'");
    BON_TRY(bon_grow_array(&rules->patterns, &rules->pattern_cap, rules->pattern_count + 1, sizeof *rules->patterns));
    struct bon_rules_pattern *pattern = &rules->patterns[rules->pattern_count++];
    *pattern = (struct bon_rules_pattern){.line = line};
    bon_status status =
        bon_rules_pattern_open(pattern, left + 1, slash - 2, caseless, to, to_len, reason, sizeof reason);
    return status == BON_ERR_DATA ? fail_line(rules, line, reason) : status;
}

/* Text in the form that lines have when the rules see them. */
static bon_status as_normalized(const struct bon_normalizer *nz, const char *text, size_t n, bon_buf *out) {
    static const struct bon_normalize_place whole;
    uint64_t counts[BON_RULES] = {0};
    out->len = 0;
    return bon_normalize_plain(nz, text, n, &whole, out, counts, NULL);
}

static bon_status add_word(struct bon_rules *rules, const struct bon_normalizer *nz, const char *from, size_t n,
                           const char *to, size_t to_len, unsigned line) {
    bon_buf word = {0};
    bon_status status = as_normalized(nz, from, n, &word);
    if (status == BON_OK && word.len == 0) status = fail_line(rules, line, "nothing stands before the tab");
    if (status == BON_OK) status = bon_rules_words_add(&rules->words, word.data, word.len, to, to_len, line);
    bon_buf_free(&word);
    return status;
}

static bool is_utf8(const char *text, size_t n) {
    for (size_t at = 0; at < n;) {
        unsigned used;
        if (bon_utf8_read(text + at, n - at, &used) == BON_UTF8_INVALID) return false;
        at += used;
    }
    return true;
}

static bon_status add_line(struct bon_rules *rules, const struct bon_normalizer *nz, const char *text, size_t n,
                           unsigned line) {
    if (n > 0 && text[n - 1] == '\r') n--;
    if (n == 0 || text[0] == '#') return BON_OK;
    const char *tab = memchr(text, '\t', n);
    if (!tab) return fail_line(rules, line, "no tab between a word or /pattern/ and what replaces it");
    if (!is_utf8(text, n)) return fail_line(rules, line, "not UTF-8");
    size_t left = (size_t)(tab - text), right = n - left - 1;
    if (memchr(tab + 1, '\t', right)) return fail_line(rules, line, "a second tab");
    if (text[0] == '/') return add_pattern(rules, text, left, tab + 1, right, line);
    return add_word(rules, nz, text, left, tab + 1, right, line);
}

static bon_status read_lines(struct bon_rules *rules, const struct bon_normalizer *nz) {
    const char *text = nz->options.rules;
    size_t n = nz->options.rules_len;
    unsigned line = 1;
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) text += 3, n -= 3;
    for (size_t at = 0; at < n; line++) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end ? (size_t)(end - text) - at : n - at;
        BON_TRY(add_line(rules, nz, text + at, length, line));
        at += length + 1;
    }
    const struct bon_rules_word *twice;
    bon_rules_words_finish(&rules->words, &twice);
    return twice ? fail_line(rules, twice->line, "the word stands in an earlier line, too") : BON_OK;
}

/* What each constant replacement becomes must come to an end. */
static bon_status check_end(const struct bon_normalizer *nz, const char *to, size_t n, unsigned line) {
    const struct bon_normalize_place whole = {0};
    uint64_t counts[BON_RULES] = {0};
    bon_buf out = {0};
    bon_status status = n ? bon_normalize_settled(nz, to, n, &whole, &out, counts, NULL) : BON_OK;
    bon_buf_free(&out);
    if (status != BON_ERR_DATA) return status;
    return fail_line(nz->rules, line, "the rules change its replacement again and again, without an end");
}

static bon_status check_ends(const struct bon_normalizer *nz) {
    const struct bon_rules *rules = nz->rules;
    for (size_t i = 0; i < rules->words.count; i++) {
        const struct bon_rules_word *word = &rules->words.words[i];
        BON_TRY(check_end(nz, word->to, word->to_len, word->line));
    }
    for (size_t i = 0; i < rules->pattern_count; i++) {
        const struct bon_rules_pattern *pattern = &rules->patterns[i];
        if (pattern->constant) BON_TRY(check_end(nz, pattern->to, pattern->to_len, pattern->line));
    }
    return BON_OK;
}

bon_status bon_rules_open(struct bon_rules **out, struct bon_normalizer *nz) {
    const char *name = nz->options.rules_name ? nz->options.rules_name : "rules";
    size_t n = strlen(name) + 1;
    struct bon_rules *rules = bon_alloc_zeroed(1, sizeof *rules);
    if (!rules) return BON_ERR_NOMEM;
    *out = rules; /* nz frees it, whatever comes */
    rules->name = bon_alloc_array(n, 1);
    if (!rules->name) return BON_ERR_NOMEM;
    memcpy(rules->name, name, n);
    BON_TRY(read_lines(rules, nz));
    return check_ends(nz);
}

void bon_rules_close(struct bon_rules *rules) {
    if (!rules) return;
    for (size_t i = 0; i < rules->pattern_count; i++) bon_rules_pattern_close(&rules->patterns[i]);
    free(rules->patterns);
    bon_rules_words_free(&rules->words);
    free(rules->name);
    free(rules);
}

/* ---- applying ---- */

static bon_status fail_on_line(const struct bon_rules *rules, unsigned rule, const struct bon_rules_line *place,
                               const char *reason) {
    return bon_fail(BON_ERR_DATA, "%s:%u: on %s%sline %llu this rule %s", rules->name, rule,
                    place->name ? place->name : "", place->name ? ", " : "",
                    (unsigned long long)(place->line ? place->line : 1), reason);
}

bon_status bon_rules_endless(const struct bon_rules *rules, unsigned rule, const struct bon_rules_line *place) {
    return fail_on_line(rules, rule, place, "changes what the rules have made again and again; mend its replacement");
}

/* What a step wrote to space->other takes the place of the text; an empty one with nothing counted changed nothing. */
static bon_status take_step(struct bon_rules_space *space, bon_buf *text, bon_spans *spans) {
    bon_buf old = *text;
    *text = space->other;
    space->other = old;
    if (!spans) return BON_OK;
    space->other_spans.count = 0;
    BON_TRY(bon_spans_compose(spans, &space->step, &space->other_spans));
    bon_spans both = *spans;
    *spans = space->other_spans;
    space->other_spans = both;
    return BON_OK;
}

bon_status bon_rules_apply(const struct bon_rules *rules, struct bon_rules_space *space,
                           const struct bon_rules_line *place, bon_buf *text, uint64_t *count, unsigned *last,
                           bon_spans *spans) {
    for (size_t i = 0; i <= rules->pattern_count && text->len > 0; i++) {
        const struct bon_rules_pattern *pattern = i ? &rules->patterns[i - 1] : NULL;
        const char *reason = NULL;
        uint64_t replaced = 0;
        bon_status status;
        space->other.len = 0;
        space->step.count = 0;
        bon_spans *step = spans ? &space->step : NULL;
        if (pattern)
            status = bon_rules_pattern_apply(pattern, space, place, text, &space->other, &replaced, step, &reason);
        else
            status = bon_rules_words_apply(&rules->words, text, &space->other, &replaced, last, step);
        if (status == BON_ERR_DATA && reason) return fail_on_line(rules, pattern->line, place, reason);
        BON_TRY(status);
        if (!replaced) continue;
        if (pattern) *last = pattern->line;
        *count += replaced;
        BON_TRY(take_step(space, text, spans));
    }
    return BON_OK;
}
