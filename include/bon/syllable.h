/* bon/syllable.h: the Vietnamese syllable as a number, its marks, and the tokenizer.
 *
 * A written syllable is onset + rhyme + tone. 25 onsets (c/k/q, g/gh and ng/ngh are one onset each in different
 * spellings), 171 rhymes and 6 tones give a code
 *
 *     code = (onset * 171 + rhyme) * 6 + tone          0 <= code < BON_SYLLABLE_CODES = 25650
 *
 * of which 17,838 are orthographically valid. Text <-> code is total and lossless on valid syllables in canonical
 * spelling (tone mark in the old placement: hòa, thúy), and needs no dictionary: nghiêng, quyển, gìn and the never heard
 * "đuâng" are syllables; "that" (a stop coda without sắc or nặng), "ngiêng" and "đắk" are not. Letter case travels beside
 * the code.
 *
 *     bon_syllable s; bon_case c;
 *     if (bon_syllable_parse("Tiếng", 7, &s, &c)) {          // onset t, rhyme iêng, tone sắc; BON_CASE_TITLE
 *         char text[BON_SYLLABLE_MAX];
 *         size_t n = bon_syllable_spell(s, c, BON_TONE_OLD, text);     // "Tiếng", n = 7
 *     }
 *
 * All functions are pure and thread-safe, and allocate nothing unless they take a bon_buf.
 */
#ifndef BON_SYLLABLE_H
#define BON_SYLLABLE_H

#include <stdbool.h>

#include "bon/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef uint16_t bon_syllable;

enum {
    BON_ONSETS = 25,
    BON_RHYMES = 171,
    BON_TONES = 6,
    BON_SYLLABLE_CODES = BON_ONSETS * BON_RHYMES * BON_TONES, /* 25650: fits 15 bits */
    BON_SYLLABLE_MAX = 24,                                    /* bytes that any spelling fits in */
    /* Codes that `bon segment --ids` uses for what is not a syllable. */
    BON_CLASS_WORD = 0x8000,
    BON_CLASS_NUMBER = 0x8001,
    BON_CLASS_PUNCTUATION = 0x8002,
    BON_CLASS_SYMBOL = 0x8003,
    BON_CLASS_URL = 0x8004,
    BON_CLASS_EMAIL = 0x8005,
    BON_CLASS_EMOJI = 0x8006,
    BON_CLASS_MENTION = 0x8007,
    BON_CLASS_HASHTAG = 0x8008,
    BON_CLASS_ABBREVIATION = 0x8009,
    BON_CLASS_HYPHENATED = 0x800a,
    BON_CLASS_LINE_END = 0x80ff
};

/* Tones in the order of the code. */
typedef enum bon_tone {
    BON_TONE_NGANG,
    BON_TONE_HUYEN,
    BON_TONE_SAC,
    BON_TONE_HOI,
    BON_TONE_NGA,
    BON_TONE_NANG
} bon_tone;

/* Letter case of a whole syllable. MIXED is anything else (iPhone-like): parse still succeeds. */
typedef enum bon_case { BON_CASE_LOWER, BON_CASE_TITLE, BON_CASE_UPPER, BON_CASE_MIXED } bon_case;

/* Where the tone mark of open oa, oe, uy stands: hòa, khỏe, thúy (old) or hoà, khoẻ, thuý (new). */
typedef enum bon_tone_style { BON_TONE_OLD, BON_TONE_NEW, BON_TONE_KEEP } bon_tone_style;

/* Parses exactly n bytes as one syllable in NFC with the tone mark in either usual place (hòa and hoà are one code).
 * Returns false, leaving the results alone, for anything else. */
BON_API bool bon_syllable_parse(const char *text, size_t n, bon_syllable *code, bon_case *letter_case);
/* As bon_syllable_parse, but the tone mark may stand on any vowel letter (also the u of qu and the i of gi) or be a
 * combining mark, marks may come in any order (tíên, nghịêm, gíao, a + U+0301 + U+0302), and Ð/ð/Ɖ/ɖ stand for Đ/đ. Two tone
 * marks, or two shape marks on one letter, are refused even where they are the same. This is what normalization uses. */
BON_API bool bon_syllable_parse_loose(const char *text, size_t n, bon_syllable *code, bon_case *letter_case);
/* Writes the spelling (at most BON_SYLLABLE_MAX bytes, no NUL) and returns its length; 0 when the code is not a valid
 * syllable. BON_CASE_MIXED is written as lower, BON_TONE_KEEP as BON_TONE_OLD. */
BON_API size_t bon_syllable_spell(bon_syllable code, bon_case letter_case, bon_tone_style style, char *out);
/* Whether a code is an orthographically valid syllable. */
BON_API bool bon_syllable_valid(unsigned code);
BON_API bon_tone bon_syllable_tone(bon_syllable code);
/* The same syllable with another tone; false where the spelling does not allow it (stop codas take sắc and nặng only). */
BON_API bool bon_syllable_with_tone(bon_syllable code, bon_tone tone, bon_syllable *out);
/* All valid syllables whose letters without marks are the n ASCII letters of `plain` (any case): "tieng" gives tieng...
 * tiếng, tiềng and so on, in ascending code order. Writes at most `max`, returns how many there are: at most 36 (dan), 0 when
 * the letters spell no syllable. `out` may be NULL when `max` is 0. */
BON_API size_t bon_syllable_candidates(const char *plain, size_t n, bon_syllable *out, size_t max);

/* Appends text with Vietnamese marks removed: ả -> a, Đ -> D, combining grave, acute, tilde, hook, dot, circumflex, breve
 * and horn dropped; every other byte as it is (ö, ñ, Ð, invalid UTF-8 and a combining mark right behind it). Stripping twice is
 * stripping once. BON_ERR_NOMEM leaves what was done so far in out. */
BON_API bon_status bon_strip_marks(const char *text, size_t n, bon_buf *out);
/* Appends text in lower case: ASCII and Vietnamese letters, and every other cased letter of Unicode whose lower case is
 * one code point (İ is not). Invalid bytes stay. Length in bytes may change. BON_ERR_NOMEM as above. */
BON_API bon_status bon_lower(const char *text, size_t n, bon_buf *out);

/* ---- tokenizer ---- */

typedef enum bon_token_kind {
    BON_TOKEN_SYLLABLE,    /* a letter run that parses as a syllable */
    BON_TOKEN_WORD,        /* any other letter run: foreign words, names, abbreviations */
    BON_TOKEN_NUMBER,      /* digits, with . , : / - inside: 1.000.000  2,4  21/11/2026  10:30 */
    BON_TOKEN_PUNCTUATION, /* one character of Unicode's category P; three dots or more in a row are one token */
    BON_TOKEN_SYMBOL,      /* one of anything else that is not blank: + $ °, an emoji sequence, an invalid byte */
    BON_TOKEN_URL,         /* http://..., https://..., ftp://..., www.x, vnexpress.net/x; no closing punctuation */
    BON_TOKEN_EMAIL,       /* name@host.vn */
    /* The kinds that bon_segment_next adds. */
    BON_TOKEN_EMOJI,        /* a whole grapheme cluster: skin tones, joined families, flags, keycaps */
    BON_TOKEN_MENTION,      /* @bon_vn */
    BON_TOKEN_HASHTAG,      /* #HàNội */
    BON_TOKEN_ABBREVIATION, /* with its dots: TP.HCM  v.v.  PGS.TS.  N.V.A. */
    BON_TOKEN_HYPHENATED,   /* one word of parts: Kê-nan  ki-lô-mét  Coca-Cola  NĐ-CP */
    BON_TOKEN_KINDS
} bon_token_kind;

/* "syllable", "word", ... as `bon segment --tsv` prints. */
BON_API const char *bon_token_kind_name(bon_token_kind kind);

typedef struct bon_token {
    uint32_t start;      /* byte offset in the text given */
    uint32_t len;        /* bytes */
    uint8_t kind;        /* bon_token_kind */
    uint8_t letter_case; /* bon_case of syllables and words; 0 for others */
    uint16_t code;       /* the syllable's code, or the BON_CLASS_ code of the kind */
} bon_token;

/* Finds the next token at or after *pos (blanks are skipped; a token never contains one) and moves *pos behind it. False,
 * with *pos at n, at the end of the text. n must be below 4 GiB. Text is expected in NFC; other text still gives tokens that
 * cover every non-blank byte once. Time is linear in n, whatever the bytes.
 *
 * Letters and digits part (covid19 is two tokens, A4 too), letters of all scripts go together, and a combining mark belongs
 * to the token before it. Where text is cut does not depend on Vietnamese marks: text and bon_strip_marks(text) have the same
 * tokens, except where a combining mark stands alone between blanks or parts the characters of "...", "://". So
 * "ăn.cơm" without a blank is a URL, as "an.com" is. */
BON_API bool bon_token_next(const char *text, size_t n, size_t *pos, bon_token *token);

/* As bon_token_next, but pieces that readers take for one are one token: the kinds from BON_TOKEN_EMOJI on, and numbers such
 * as +84912345678 and 10h30. This is what `bon segment` writes; models are made of the smaller tokens. Whether a hyphen joins
 * is told by the parts: "Kê-nan" and "ki-lô-mét" are words, in "kinh tế-xã hội" and "Hà Nội-Huế" it parts two of them, so here
 * cuts do depend on marks. A token still never contains a blank, and time is still linear. */
BON_API bool bon_segment_next(const char *text, size_t n, size_t *pos, bon_token *token);

/* ---- sentences ---- */

/* Finds the next sentence at or after *pos and moves *pos behind it: bytes *start to *start + *len, closing quotes and
 * brackets included, blanks around it not. A line end always ends a sentence. False, with *pos at n, when there is none. A dot
 * does not end a sentence behind an abbreviation (TP. HCM, PGS.TS. Trần), an initial (George W. Bush), a list number or
 * heading at its beginning (1. Mở đầu; Điều 5. Phạm vi), nor inside brackets; it may without a blank behind it (gái.Dựa). Start
 * at the beginning of a line or sentence. Time is linear in n. */
BON_API bool bon_sentence_next(const char *text, size_t n, size_t *pos, size_t *start, size_t *len);

#ifdef __cplusplus
}
#endif
#endif
