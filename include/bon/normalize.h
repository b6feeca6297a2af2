/* bon/normalize.h: from text as it is found to clean, canonical Vietnamese text.
 *
 *     bon_normalizer *nz;  bon_buf out = {0};
 *     if (bon_normalizer_open(&nz, NULL) == BON_OK) {
 *         bon_normalize(nz, "lựơng", 8, &out);            // out: "lượng"
 *         bon_buf_free(&out);
 *         bon_normalizer_close(nz);
 *     }
 *
 * Each rule has a name and a counter. Normalizing twice changes nothing, and the second run counts nothing. A count is a
 * malformed sequence, a dropped character, a run of blanks or a line end that was changed, a word that was repaired; for
 * "compose" a stretch without blanks whose form was changed. With "compose" switched off the form is not looked at, and with
 * "invalid-utf8" off a stretch with malformed bytes stays as it is.
 */
#ifndef BON_NORMALIZE_H
#define BON_NORMALIZE_H

#include "bon/syllable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(NAME, "name in --report", "what it does"). */
#define BON_RULE_TABLE(X)                                                                                              \
    X(FROM_TCVN3, "from-tcvn3", "a line in TCVN3 (ABC) becomes UTF-8")                                                 \
    X(FROM_VNI, "from-vni", "a line in VNI becomes UTF-8")                                                             \
    X(FROM_VISCII, "from-viscii", "a line in VISCII becomes UTF-8")                                                    \
    X(FROM_VIQR, "from-viqr", "a line in VIQR becomes UTF-8")                                                          \
    X(FROM_CP1258, "from-cp1258", "a line in Windows-1258 becomes UTF-8")                                              \
    X(MOJIBAKE, "mojibake", "a line whose UTF-8 was read as Windows-1252 or -1258 is read again")                      \
    X(LOST, "lost", "a byte without a meaning in its charset becomes U+FFFD")                                          \
    X(INVALID_UTF8, "invalid-utf8", "a malformed byte sequence becomes U+FFFD")                                        \
    X(COMPOSE, "compose", "letters and marks in any order become one composed letter (NFC)")                           \
    X(D_STROKE, "d-stroke", "eth and African d that stand for đ become đ")                                             \
    X(TONE_PLACE, "tone-place", "the tone mark moves to its place in the chosen style")                                \
    X(INVISIBLE, "invisible", "zero-width, bidi, soft hyphen, BOM, variation selectors and controls are dropped")      \
    X(BLANK, "blank", "runs of blanks become one space; blanks at both ends of a line are dropped")                    \
    X(LINE_END, "line-end", "CRLF and CR become LF")                                                                   \
    /* These are off unless they are asked for. */                                                                     \
    X(FULLWIDTH, "fullwidth", "fullwidth forms become ASCII")                                                          \
    X(PUNCTUATION, "punctuation", "typographic quotes, dashes and ellipses become ASCII")                              \
    X(IY, "iy", "y that is a whole rhyme becomes i behind h, k, l, m, s, t")                                           \
    X(ELONGATION, "elongation", "a letter drawn out (three or more) becomes one where that makes a syllable")          \
    X(TEENCODE, "teencode", "a word of chat spelling becomes the one it stands for")                                   \
    X(HTML, "html", "HTML tags go, character references become characters")                                            \
    X(RULES, "rules", "what a rule of the user's own file replaces")

/* X(NAME, "name in --from", "what it is"). */
#define BON_CHARSET_TABLE(X)                                                                                           \
    X(UTF8, "utf-8", "UTF-8")                                                                                          \
    X(TCVN3, "tcvn3", "TCVN 5712-1, of which the ABC fonts (TCVN 5712-3) are a part")                                  \
    X(VNI, "vni", "VNI for Windows")                                                                                   \
    X(VISCII, "viscii", "VISCII")                                                                                      \
    X(VIQR, "viqr", "VIQR (RFC 1456)")                                                                                 \
    X(CP1258, "cp1258", "Windows-1258")                                                                                \
    X(MOJIBAKE, "mojibake", "UTF-8 that was read as Windows-1252 or -1258 and written as UTF-8 again")                 \
    X(AUTO, "auto", "whichever of these explains a line")

typedef enum bon_charset {
#define BON_CHARSET_ENUM(name, text, doc) BON_CHARSET_##name,
    BON_CHARSET_TABLE(BON_CHARSET_ENUM)
#undef BON_CHARSET_ENUM
        BON_CHARSETS
} bon_charset;

typedef enum bon_rule {
#define BON_RULE_ENUM(name, text, doc) BON_RULE_##name,
    BON_RULE_TABLE(BON_RULE_ENUM)
#undef BON_RULE_ENUM
        BON_RULES
} bon_rule;

typedef enum bon_form { BON_FORM_NFC, BON_FORM_NFD, BON_FORM_NFKC } bon_form;

typedef struct bon_normalize_options {
    bon_tone_style tone_style; /* default BON_TONE_OLD */
    bon_form form;             /* default BON_FORM_NFC */
    int strict;                /* non-zero: invalid UTF-8 is BON_ERR_DATA instead of U+FFFD */
    uint32_t disabled;         /* bit 1 << rule switches a rule off */
    bon_charset from;     /* default BON_CHARSET_UTF8; with _AUTO, neighbouring lines of a text tell about short ones */
    uint32_t enabled;     /* bit 1 << rule switches a rule on that is off otherwise */
    const char *teencode; /* lines "word TAB replacement" for that rule, teencode_len bytes; NULL = the built-in ones */
    size_t teencode_len;
    /* Rules of the user's own, for BON_RULE_RULES: lines "word TAB replacement" and "/pattern/ TAB replacement", see
     * bon-normalize(1); rules_len bytes, NULL = none. rules_name is the name of the file for messages (NULL: "rules"). All
     * three are copied. */
    const char *rules, *rules_name;
    size_t rules_len;
    uint32_t reserved[4]; /* zero */
} bon_normalize_options;

typedef struct bon_normalizer bon_normalizer;

/* Opens a normalizer; options NULL or all zeros = defaults. Immutable: share it between threads. */
BON_API bon_status bon_normalizer_open(bon_normalizer **out, const bon_normalize_options *options);
BON_API void bon_normalizer_close(bon_normalizer *nz);

/* Appends the normalized form of n bytes (one or more whole lines; newlines are kept) to out. With strict, BON_ERR_DATA and
 * a message that names line and byte within this text; out then holds what came before. */
BON_API bon_status bon_normalize(const bon_normalizer *nz, const char *text, size_t n, bon_buf *out);
/* The same, adding to counts[BON_RULES] how often each rule changed something. */
BON_API bon_status bon_normalize_counted(const bon_normalizer *nz, const char *text, size_t n, bon_buf *out,
                                         uint64_t *counts);
BON_API const char *bon_rule_name(bon_rule rule);

/* ---- where the output comes from ---- */

/* out_len bytes from out_start on stand for the in_len bytes from in_start on. */
typedef struct bon_span {
    uint64_t out_start, out_len, in_start, in_len;
} bon_span;

/* What was replaced, in order; between two spans, before the first and behind the last, bytes were copied one by one. {0} is an
 * empty list; items belong to it. */
typedef struct bon_spans {
    bon_span *items;
    size_t count, cap;
} bon_spans;

/* bon_normalize_counted that also appends to spans what it replaced, counted from the beginning of text and of what is appended
 * to out, word by word: a changed word is a span but for the letters at both ends that stay. It takes longer.
 *
 *     bon_spans spans = {0};
 *     bon_normalize_mapped(nz, "qủa", 5, &out, counts, &spans);   // spans.items[0]: {1, 4, 1, 4}: "uả" for "ủa"
 *     bon_spans_free(&spans);
 */
BON_API bon_status bon_normalize_mapped(const bon_normalizer *nz, const char *text, size_t n, bon_buf *out,
                                        uint64_t *counts, bon_spans *spans);
BON_API void bon_spans_free(bon_spans *spans);

/* ---- charsets ---- */

BON_API const char *bon_charset_name(bon_charset charset);
/* Appends text of a charset as UTF-8. A byte that means nothing in it becomes U+FFFD and is counted in *lost (may be NULL).
 * BON_ERR_ARGUMENT for BON_CHARSET_AUTO and _MOJIBAKE. */
BON_API bon_status bon_charset_decode(bon_charset charset, const char *text, size_t n, bon_buf *out, uint64_t *lost);
/* Appends UTF-8 (in NFC) in a charset. A character that it lacks becomes a question mark and is counted in *lost (may be
 * NULL); VIQR keeps it as UTF-8. Decoding gives the text back when nothing was lost. */
BON_API bon_status bon_charset_encode(bon_charset charset, const char *text, size_t n, bon_buf *out, uint64_t *lost);

#ifdef __cplusplus
}
#endif
#endif
