/* src/syllable/cache.c: segmentation with a memory of words.
 *
 * Text repeats itself: a few thousand spellings are nearly all of it. Reading a word letter by letter costs most in branches
 * that no processor can guess, above all where it ends. Here 16 bytes are looked at together: the first that is neither an ASCII
 * letter nor part of a longer character ends the word, the bytes before it are a key, and a table tells what the tokenizer
 * said of the same bytes last time. Its answer depends on nothing else when a blank, a comma or the like follows (bon_token_next looks
 * further only for addresses, the segmenter only at dots and hyphens). All else goes the long way.
 */
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "syllable/segment.h"

enum { KEY_BYTES = 16 };

/* The number of bytes from p on, of 16, before the first that is ASCII and no letter; 16 when there is none. */
static unsigned word_length(const char *p) {
#if defined(__SSE2__)
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    /* One signed comparison for 'a' <= x <= 'z': the range is moved to the bottom of what a byte can hold. */
    __m128i moved = _mm_sub_epi8(lower, _mm_set1_epi8((char)('a' + 128)));
    __m128i letters = _mm_cmplt_epi8(moved, _mm_set1_epi8((char)(-128 + 26)));
    unsigned word = (unsigned)(_mm_movemask_epi8(letters) | _mm_movemask_epi8(bytes));
    return (unsigned)__builtin_ctz(~word | 1u << KEY_BYTES);
#else
    unsigned i = 0;
    while (i < KEY_BYTES && ((unsigned char)p[i] >= 0x80 || (unsigned)((p[i] | 0x20) - 'a') < 26)) i++;
    return i;
#endif
}

/* The first `length` of the 16 bytes from p on, zeros behind. */
static void read_key(const char *p, unsigned length, uint64_t key[2]) {
    static const uint64_t mask_bytes[4] = {~UINT64_C(0), ~UINT64_C(0), 0, 0};
    uint64_t masks[2];
    memcpy(masks, (const char *)mask_bytes + KEY_BYTES - length, sizeof masks);
    memcpy(key, p, KEY_BYTES);
    key[0] &= masks[0];
    key[1] &= masks[1];
}

/* Multiplicative hashing (Knuth, volume 3, 6.4) of both halves. */
static struct bon_word *slot_of(struct bon_word_cache *cache, const uint64_t key[2]) {
    uint64_t hash = (key[0] ^ key[1] * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
    return &cache->words[hash >> 52];
}
_Static_assert(BON_WORD_SLOTS == 1 << (64 - 52), "the top bits of the hash number the slots");

/* Whether nothing that stands here can make more of the word before it. */
static bool is_clear_end(const char *p) {
    switch (*p) {
    case ',':
    case ';':
    case '!':
    case '?':
    case ')':
    case '"': return true;
    case '.': return (unsigned char)p[1] <= ' ';
    default: return (unsigned char)*p <= ' ';
    }
}

/* Whether text[at] is a sign of ASCII that is a token by itself whatever stands around it; text[at + 1] is there. */
static bool is_plain_sign(const char *p) {
    static const char signs[128] = {
        ['!'] = 1, ['"'] = 1, ['%'] = 1, ['&'] = 1, ['\''] = 1, ['('] = 1, [')'] = 1, [','] = 1, ['-'] = 1, ['.'] = 1,
        ['/'] = 1, [':'] = 1, [';'] = 1, ['?'] = 1, ['['] = 1,  [']'] = 1, ['_'] = 1, ['{'] = 1, ['}'] = 1};
    unsigned char sign = (unsigned char)p[0], next = (unsigned char)p[1];
    return sign < 0x80 && signs[sign] && next < 0x80 && !(sign == '.' && next == '.'); /* no mark on it, no ellipsis */
}

bool bon_segment_next_cached(struct bon_word_cache *cache, const char *text, size_t n, size_t *pos, bon_token *token) {
    size_t at = *pos;
    if (at < n && text[at] == ' ') at++;
    if (n - at <= KEY_BYTES) return bon_segment_next(text, n, pos, token);
    unsigned length = word_length(text + at);
    if (length == 0 && is_plain_sign(text + at)) {
        *token = (bon_token){(uint32_t)at, 1, BON_TOKEN_PUNCTUATION, 0, BON_CLASS_PUNCTUATION};
        *pos = at + 1;
        return true;
    }
    if (length == 0 || length == KEY_BYTES || !is_clear_end(text + at + length))
        return bon_segment_next(text, n, pos, token);
    uint64_t key[2];
    read_key(text + at, length, key);
    struct bon_word *word = slot_of(cache, key);
    /* A dot may belong to a word with a capital, or a foreign one: the table of abbreviations knows. */
    bool dotless =
        text[at + length] != '.' || (word->kind == BON_TOKEN_SYLLABLE && word->letter_case == BON_CASE_LOWER);
    if (word->bytes[0] == key[0] && word->bytes[1] == key[1] && dotless) {
        *token = (bon_token){(uint32_t)at, length, word->kind, word->letter_case, word->code};
        *pos = at + length;
        return true;
    }
    bool found = bon_segment_next(text, n, pos, token);
    bool letters = token->kind == BON_TOKEN_SYLLABLE || token->kind == BON_TOKEN_WORD;
    if (found && letters && token->start == at && token->len == length)
        *word = (struct bon_word){{key[0], key[1]}, token->code, token->kind, token->letter_case};
    return found;
}
