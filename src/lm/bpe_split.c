/* src/lm/bpe_split.c: BON_TOKENIZER_PATTERN as code.
 *
 * The pattern is an ordered choice whose branches are told apart by the first character or two, so no branch is ever tried in
 * vain for long:
 *
 *     (?i:'s|'t|'re|'ve|'m|'ll|'d)     an apostrophe with what may follow it
 *     [^\r\n\p{L}\p{N}]?\p{L}+         a letter, or any one character but a line end or number before a letter
 *     \p{N}                            a number
 *      ?[^\s\p{L}\p{N}]+[\r\n]*        other, or a space before other
 *     \s*[\r\n]+                       white space up to its last line end, if it has one
 *     \s+(?!\S)                        white space less its last character, or all of it at the end of the text
 *     \s+                              a single white-space character
 *
 * tests/property/lm_bpe.c holds it to PCRE2 running the pattern.
 */
#include "lm/bpe_split.h"

#include <stdbool.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "syllable/utf8.h"

/* A character: its kind, its bytes, and whether it is \r or \n. */
struct character {
    char kind;
    unsigned length;
    bool line_end;
};

static struct character read_long(const char *text, size_t n, size_t at) {
    unsigned length;
    uint32_t c = bon_utf8_read(text + at, n - at, &length);
    if (c == BON_UTF8_INVALID) return (struct character){BON_SPLIT_OTHER, 1, false};
    return (struct character){bon_split_kinds[bon_split_block[c >> 7]][c & 127], length, false};
}

static inline struct character read_at(const char *text, size_t n, size_t at) {
    unsigned char byte = (unsigned char)text[at];
    if (byte >= 0x80) return read_long(text, n, at);
    return (struct character){bon_split_kinds[0][byte], 1, byte == '\n' || byte == '\r'};
}

/* Behind the run of characters of one kind that begins at `at`. */
static size_t skip(const char *text, size_t n, size_t at, char kind) {
    while (at < n) {
        struct character c = read_at(text, n, at);
        if (c.kind != kind) break;
        at += c.length;
    }
    return at;
}

#ifdef __SSE2__
enum { WINDOW = 16 };

/* A bit for each byte from first to last. */
static unsigned in_range(__m128i bytes, int first, int last) {
    __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8((char)(-128 - first)));
    return (unsigned)_mm_movemask_epi8(_mm_cmplt_epi8(moved, _mm_set1_epi8((char)(last - first + 1 - 128))));
}

static unsigned equal(__m128i bytes, int mask, int value) {
    __m128i masked = _mm_and_si128(bytes, _mm_set1_epi8((char)mask));
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(masked, _mm_set1_epi8((char)value)));
}

/* How many of the WINDOW bytes at text, from the first, are whole letters that bytes alone tell: ASCII; U+00C0...00FF but for
 * the signs U+00D7 and U+00F7; U+0100...01BF (ă đ ĩ ũ ơ ư) and U+1E00...1EFF (ạ ả ấ ...), which hold nothing but letters. All
 * of Vietnamese is there, and words are found without a branch a letter. */
static unsigned letter_bytes(const char *text) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)text);
    unsigned tail = equal(bytes, 0xc0, 0x80);
    unsigned sign = equal(bytes, 0xdf, 0x97);
    unsigned two = (in_range(bytes, 0xc4, 0xc6) | (equal(bytes, 0xff, 0xc3) & ~(sign >> 1))) & tail >> 1;
    unsigned three = equal(bytes, 0xff, 0xe1) & equal(bytes, 0xfc, 0xb8) >> 1 & tail >> 2;
    unsigned letters = in_range(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
    letters |= two | two << 1 | three | three << 1 | three << 2;
    return (unsigned)__builtin_ctz(~letters);
}
#endif

/* The same for letters, where most of the time is spent. */
static size_t skip_letters(const char *text, size_t n, size_t at) {
    while (at < n) {
#ifdef __SSE2__
        if (n - at >= WINDOW) {
            unsigned known = letter_bytes(text + at);
            at += known;
            if (known == WINDOW) continue;
            if ((unsigned char)text[at] < 0x80) break;
        }
#endif
        struct character c = read_at(text, n, at);
        if (c.kind != BON_SPLIT_LETTER) break;
        at += c.length;
    }
    return at;
}

/* Bytes of a contraction at text[at], an apostrophe; 0 = none. U+017F, the long s, folds to s. */
static size_t contraction(const char *text, size_t n, size_t at) {
    static const char second[] = {['r'] = 'e', ['v'] = 'e', ['l'] = 'l'};
    if (n - at < 2) return 0;
    unsigned char a = (unsigned char)text[at + 1] | 0x20;
    if ((text[at + 1] & 0x40) && (a == 's' || a == 't' || a == 'm' || a == 'd')) return 2;
    if (n - at < 3) return 0;
    if (text[at + 1] == '\xc5' && text[at + 2] == '\xbf') return 3;
    if (!(text[at + 1] & 0x40) || (a != 'r' && a != 'v' && a != 'l')) return 0;
    return (text[at + 2] & 0xc0) == 0x40 && (text[at + 2] | 0x20) == second[a] ? 3 : 0;
}

static size_t skip_line_ends(const char *text, size_t n, size_t at) {
    while (at < n && (text[at] == '\n' || text[at] == '\r')) at++;
    return at;
}

/* A piece that begins with white space, no letter behind its first character. */
static size_t blank_piece(const char *text, size_t n, size_t at) {
    size_t end = at, last = at, line_end = 0;
    while (end < n) {
        struct character c = read_at(text, n, end);
        if (c.kind != BON_SPLIT_BLANK) break;
        last = end;
        end += c.length;
        if (c.line_end) line_end = end;
    }
    if (line_end) return line_end;
    return end == n || last == at ? end : last;
}

size_t bon_split_next(const char *text, size_t n, size_t at) {
    if (text[at] == ' ') { /* by far the most frequent: a space and a word */
        size_t end = skip_letters(text, n, at + 1);
        if (end > at + 1) return end;
    }
    struct character first = read_at(text, n, at);
    if (first.kind == BON_SPLIT_LETTER) return skip_letters(text, n, at + first.length);
    size_t next = at + first.length;
    if (first.kind == BON_SPLIT_NUMBER) return next;
    if (text[at] == '\'') {
        size_t length = contraction(text, n, at);
        if (length) return at + length;
    }
    if (next < n && !first.line_end) {
        size_t end = skip_letters(text, n, next);
        if (end > next) return end;
    }
    if (first.kind == BON_SPLIT_OTHER) return skip_line_ends(text, n, skip(text, n, next, BON_SPLIT_OTHER));
    if (text[at] == ' ') {
        size_t end = skip(text, n, next, BON_SPLIT_OTHER);
        if (end > next) return skip_line_ends(text, n, end);
    }
    return blank_piece(text, n, at);
}
