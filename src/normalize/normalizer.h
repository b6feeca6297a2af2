/* src/normalize/normalizer.h: what the files of this room share.
 *
 * The way of a text through the room:
 *
 *     normalize.c   walks over blanks, line ends and everything between
 *        scan.c     ├─ canonical stretches are found 64 bytes at a time and copied            (nearly all bytes)
 *        compose_run.c ├─ decomposed Vietnamese is composed and scanned again
 *        piece.c    └─ a piece (what stands between two ASCII blanks) that is not, is decoded and meets the rules:
 *          invisible.c     characters that show nothing are dropped
 *          compose.c       the Unicode form, with Vietnamese marks in any order
 *            order.c       (marks by the thousand, sorted before ICU sees them)
 *          signs.c         (when asked for) fullwidth forms and typographic signs
 *          words.c         (when asked for: drawn out letters, i and y;) eth for đ, then tone marks to their place
 *          teencode.c      (when asked for) words of chat spelling
 *     settle.c      (when asked for) html.h before that and rules.h behind, line by line until nothing changes
 *     join.c        puts windows of one line together
 *     spans.c       which bytes came from which, for those who ask
 *     charset.h     text that is not UTF-8 is converted before all this
 *
 * Rules run in this order for a reason: dropping a soft hyphen may bring a mark to its letter, composing may make a letter
 * of a word, and only whole words have a tone place. Every later rule leaves what the earlier ones look at as it was, so a
 * second run finds nothing to do.
 */
#ifndef BON_SRC_NORMALIZE_NORMALIZER_H
#define BON_SRC_NORMALIZE_NORMALIZER_H

#include <stdbool.h>
#include <stdlib.h>
#include <unicode/unorm2.h>

#include "base/buf.h"
#include "bon/normalize.h"

/* ---- classes of characters for the scan ---- */

/* One byte for each code point of the BMP. 0: the rules must look at it. */
enum {
    BON_CLASS_SUSPECT = 0,
    BON_CLASS_NUMBER_OF_LETTER = 0x1f, /* 1..29 as in syllable/spelling.h, or BON_CLASS_FOREIGN */
    BON_CLASS_FOREIGN = 0x1f,          /* a letter, but none of Vietnamese */
    BON_CLASS_VOWEL = 0x20,
    BON_CLASS_CHECK = 0x40, /* bears a tone mark that might belong elsewhere: look at the neighbours */
    BON_CLASS_SIGN = 0x80   /* not a letter, and fine */
};

struct bon_normalizer;

/* Fills nz->classes for the options of nz. */
void bon_classes_build(struct bon_normalizer *nz);

/* ---- masks: which bytes of a block of 64 are what, one bit a byte ---- */

struct bon_block_masks {
    uint64_t wrong; /* out of place in any form: tails and leads that do not fit, controls, blanks where none may be */
    uint64_t
        odd; /* of a character that NFC may not leave alone: neither ASCII, nor a letter of Latin-1, Latin Extended-A,
                     * ơ, ư or U+1E80 to U+1EF9; or eth */
    uint64_t check;        /* last byte of a letter with BON_CLASS_CHECK */
    uint64_t tail, beyond; /* 0x80..0xbf; 0x80 and above */
    uint64_t maybe_vowel;  /* ASCII vowels, and all beyond ASCII but the last byte of đ and Đ */
    uint64_t qg;           /* q and g in either case */
    uint64_t more;         /* ASCII letters and all beyond ASCII */
};
/* Reads block[-3] to block[63]. */
typedef void bon_masks_function(const uint8_t *block, struct bon_block_masks *masks);

/* The fastest that this processor can run; and all of them, for tests: NULL behind the last. */
bon_masks_function *bon_masks_best(void);
bon_masks_function *bon_masks_nth(unsigned i);

/* ---- the normalizer ---- */

struct bon_normalizer {
    bon_normalize_options options;
    const UNormalizer2 *compose;   /* NFC or NFKC */
    const UNormalizer2 *decompose; /* NFD, or NULL when composed text is wanted */
    bon_masks_function *masks;     /* NULL: every piece meets the rules (for tests) */
    uint32_t on;                   /* bit 1 << rule */
    struct bon_teencode *teencode; /* NULL unless that rule is on */
    struct bon_rules *rules;       /* the same */
    uint8_t classes[0x10000];
};

static inline bool bon_rule_on(const struct bon_normalizer *nz, bon_rule rule) { return nz->on >> rule & 1; }

/* Length of the longest beginning of text that is as it should be and ends before a space, a newline or the end of the
 * text. The text begins at the beginning of a word. */
size_t bon_scan(const struct bon_normalizer *nz, const char *text, size_t n);

/* ---- pieces ---- */

/* UTF-16, as ICU wants it. Short ones, nearly all, live in `local`. */
struct bon_units {
    UChar *data;
    int32_t len, cap;
    UChar local[192];
};

/* Where output goes: blanks wait until it is known what follows them. */
struct bon_sink {
    const struct bon_normalizer *nz;
    bon_buf *out;
    uint64_t *counts; /* [BON_RULES] */
    enum { BON_PENDING_NOTHING, BON_PENDING_SPACE, BON_PENDING_CHANGED } pending;
    bool line_start;               /* nothing of this line is written yet */
    bon_spans *spans;              /* what was replaced; NULL when nobody asks */
    struct bon_units units, other; /* working space of a piece */
    void *run_space;               /* ... and of bon_compose_run; NULL until it is needed */
    size_t run;                    /* bytes that it tries next */
};

bon_status bon_sink_blank(struct bon_sink *sink, char blank);
bon_status bon_sink_line_end(struct bon_sink *sink, char end);
bon_status bon_sink_text(struct bon_sink *sink, const char *text, size_t n);

enum { BON_RUN_MAX = 8 << 10 };
/* Where text begins with a word that has marks to be joined: writes the longest beginning that is canonical once they are,
 * and counts its words that had some; *used bytes of text, up to the end of a word, 0 when there is none. */
bon_status bon_compose_run(struct bon_sink *sink, const char *text, size_t n, size_t *used);

/* Applies the rules to n bytes without ASCII blanks and line ends. With strict, BON_ERR_DATA when the bytes are not UTF-8:
 * *bad is then the offset of the first bad byte; the message is the caller's, who knows lines. */
bon_status bon_piece(struct bon_sink *sink, const char *text, size_t n, size_t *bad);

/* Empties and fills units; each is an allocation at most. */
void bon_units_init(struct bon_units *units);
void bon_units_free(struct bon_units *units);
bon_status bon_units_reserve(struct bon_units *units, int32_t cap);
void bon_units_swap(struct bon_sink *sink); /* units and other change places */

/* The rules on units. Each adds to the counts of the sink. */
/* Drops what shows nothing, and writes every blank that is not a space as a tab. With `keep`, what has a meaning where it
 * stands stays: *joiners tells that. *changed: something was dropped. */
void bon_rule_invisible(struct bon_sink *sink, bool keep, bool *joiners, bool *changed);
/* Brings sink->units to the form wanted (units may swap places with other). *changed: it was not in it. */
bon_status bon_rule_compose(struct bon_sink *sink, bool *changed);
/* Sorts runs of very many combining marks. *changed: some were out of order. */
bon_status bon_order_marks(struct bon_sink *sink, bool *changed);
/* Between composed and decomposed text, when decomposed text is wanted: words are made of composed letters. */
bon_status bon_compose_for_words(struct bon_sink *sink);
bon_status bon_decompose_after_words(struct bon_sink *sink);
/* The rules on words, in place. */
void bon_rule_words(struct bon_sink *sink);
/* "fullwidth" and "punctuation". */
bon_status bon_rule_signs(struct bon_sink *sink);
/* Whether those two rules, as they are switched, replace a character. */
bool bon_sign_replaced(const struct bon_normalizer *nz, UChar c);

/* "teencode": the piece as a word between signs. */
bon_status bon_rule_teencode(struct bon_sink *sink);
bon_status bon_teencode_open(struct bon_teencode **out, const char *table, size_t n);
void bon_teencode_close(struct bon_teencode *teencode);

/* ---- chunks ---- */

/* What a chunk of a stream is a part of. All zeros: whole lines of a nameless text. */
struct bon_normalize_place {
    const char *name;      /* of the file, for messages; NULL = none */
    uint64_t line, offset; /* of the first byte: line 0 and 1 are the first */
    bool begins_inside;    /* goes on with the line of the chunk before */
    bool begins_token;     /* ... behind a blank, which that chunk left to this one to write */
    bool ends_inside;      /* the line goes on in the next chunk */
};

/* bon_normalize_counted on a part of a stream: windows of a long line, each cut behind a blank, give what the whole line
 * would give when bon_normalize_join has put them together. */
bon_status bon_normalize_chunk(const struct bon_normalizer *nz, const char *text, size_t n,
                               const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts);
/* The same with spans (NULL: none are wanted), counted from the beginning of text and of what is appended. */
bon_status bon_normalize_chunk_mapped(const struct bon_normalizer *nz, const char *text, size_t n,
                                      const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts,
                                      bon_spans *spans);
/* The same for text that is UTF-8, whatever the options say. */
bon_status bon_normalize_utf8(const struct bon_normalizer *nz, const char *text, size_t n,
                              const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts,
                              bon_spans *spans);
/* The same but for "html" and "rules". */
bon_status bon_normalize_plain(const struct bon_normalizer *nz, const char *text, size_t n,
                               const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts,
                               bon_spans *spans);
/* With those two: line by line until neither changes anything. */
bon_status bon_normalize_settled(const struct bon_normalizer *nz, const char *text, size_t n,
                                 const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts,
                                 bon_spans *spans);

/* What is known of the line at the end of a window. */
struct bon_normalize_join {
    bool line_start; /* nothing of it is written yet */
    bool space;      /* a space is due if text follows */
};

/* Joins the n bytes of a result to those before it: called for each in input order, all zeros before the first. Leaves in
 * *text and *n what is to be written; true: a space is to be written before it. */
bool bon_normalize_join(struct bon_normalize_join *join, const struct bon_normalizer *nz,
                        const struct bon_normalize_place *place, const char **text, size_t *n);

#endif
