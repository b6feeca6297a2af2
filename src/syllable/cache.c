/* src/syllable/cache.c: segmentation with a memory of words.
 *
 * Text repeats itself: a few thousand spellings are nearly all of it. Reading a word letter by letter costs most in branches
 * that no processor can guess, above all where it ends. Here bit masks tell where the entries of a text begin and end (cuts.c);
 * the bytes of an entry, at most 15, are a key, and a table tells what the segmenter said of the same bytes last time. For
 * entries that are clean its answer depends on nothing else. All else goes the long way, token by token, until the two meet
 * again at the beginning of an entry.
 */
#include <string.h>

#include "syllable/cuts.h"
#include "syllable/segment.h"
#include "syllable/unicode.h"
#include "syllable/utf8.h"

enum {
    KEY_BYTES = 15
}; /* the sixteenth is the length, so that no key is all zeros, and a zero in text is a byte as any */

_Static_assert((int)BON_SEGMENT_MANY > (int)BON_CUT_WINDOW, "an entry is at least a byte, a token too");

struct walk {
    struct bon_word_cache *cache;
    const char *text;
    size_t n;
    size_t pos;           /* the next token begins here or behind blanks */
    const uint8_t *bytes; /* the window: those of text + base, readable far enough */
    size_t base;
    bon_token *tokens; /* where the next one goes */
};

/* The key of an entry at p: its first bytes and their number, zeros between. Those behind it are masked away. Every number is
 * the same to the memory, so its first digit stands for it. A key of more than KEY_BYTES is one that no word has. */
static inline void read_key(const uint8_t *p, uint32_t length, uint64_t key[2]) {
#define LOW(n) ((UINT64_C(1) << (8 * (n))) - 1)
#define ALL UINT64_MAX
#define MANY 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16
    static const uint64_t masks[KEY_BYTES + 2][2] = {
        {0, 0},        {LOW(1), 0},   {LOW(2), 0},   {LOW(3), 0},   {LOW(4), 0},   {LOW(5), 0},
        {LOW(6), 0},   {LOW(7), 0},   {ALL, 0},      {ALL, LOW(1)}, {ALL, LOW(2)}, {ALL, LOW(3)},
        {ALL, LOW(4)}, {ALL, LOW(5)}, {ALL, LOW(6)}, {ALL, LOW(7)}, {0, 0},
    };
    static const uint8_t caps[256] = {
        MANY, MANY, MANY, 1,    1,    1,    1,    1,    1,    1,    1,    1,    1,    16,   16,   16,
        16,   16,   16,   MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY,
    };
    uint32_t cap = caps[*p], capped = length < cap ? length : cap;
    memcpy(key, p, 16);
    key[0] &= masks[capped][0];
    key[1] = (key[1] & masks[capped][1]) | (uint64_t)capped << 56;
#undef LOW
#undef ALL
#undef MANY
}

/* Multiplicative hashing (Knuth, volume 3, 6.4) of both halves. */
static inline struct bon_word *slot_of(struct bon_word_cache *cache, const uint64_t key[2]) {
    uint64_t hash = (key[0] ^ key[1] * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
    return &cache->words[hash >> (64 - BON_WORD_BITS)];
}

/* Where the word of a slot goes when another one comes. */
static inline struct bon_word *neighbour(struct bon_word_cache *cache, const struct bon_word *word) {
    return &cache->words[(size_t)(word - cache->words) ^ 1];
}

static inline bool is_word(const struct bon_word *word, const uint64_t key[2], uint32_t flags) {
    return ((key[0] ^ word->bytes[0]) | (key[1] ^ word->bytes[1]) | (flags & word->not_before)) == 0;
}

/* Looks beside a slot that has another word; a word found there changes places with it. */
static __attribute__((noinline)) bool recall(struct bon_word_cache *cache, const uint64_t key[2], uint32_t flags,
                                             struct bon_word *word) {
    struct bon_word *other = neighbour(cache, word), here = *word;
    if (!is_word(other, key, flags)) return false;
    *word = *other;
    *other = here;
    return true;
}

/* Remembers a token that is a clean entry. Characters beyond ASCII are remembered when they are letters, or one of the signs
 * that are an entry by themselves: what emoji are may depend on what follows. */
static void remember(struct bon_word_cache *cache, const char *text, const uint8_t *p, const bon_token *token) {
    uint64_t key[2];
    bool letters = token->kind == BON_TOKEN_SYLLABLE || token->kind == BON_TOKEN_WORD;
    bool sign = token->kind == BON_TOKEN_PUNCTUATION || token->kind == BON_TOKEN_SYMBOL;
    bool long_sign = token->len == 3 && p[0] == 0xe2 && p[1] == 0x80;
    bool alone = token->kind == BON_TOKEN_NUMBER || token->kind == BON_LINE_END;
    if (!letters && !alone && !(sign && (*p < 0x80 || long_sign))) return;
    read_key(p, token->len, key);
    if (key[1] >> 56 > KEY_BYTES) return;
    /* A dot may belong to a word with a capital, or a foreign one: the table of abbreviations knows. */
    bool lower = token->kind == BON_TOKEN_SYLLABLE && token->letter_case == BON_CASE_LOWER;
    bool dotted = letters && !lower && bon_dotted_word(text + token->start, token->len) != BON_DOTTED_NOT;
    struct bon_word *word = slot_of(cache, key);
    /* A newcomer waits beside the slot until it is met again (recall): most words never are, and would drive out the frequent. */
    if ((word->bytes[0] | word->bytes[1]) != 0 && !is_word(word, key, 0)) word = neighbour(cache, word);
    *word = (struct bon_word){.bytes = {key[0], key[1]},
                              .kind = token->kind,
                              .letter_case = token->letter_case,
                              .code = token->code,
                              .not_before = BON_CUT_DIRTY | (dotted ? BON_CUT_DOT : 0)};
}

/* One token, or line end, the long way; false at the end of the text. */
static bool step(struct walk *walk) {
    for (unsigned length; walk->pos < walk->n; walk->pos += length) {
        uint32_t c = bon_utf8_read(walk->text + walk->pos, walk->n - walk->pos, &length);
        if (c == '\n') {
            *walk->tokens++ = (bon_token){(uint32_t)walk->pos++, 1, BON_LINE_END, 0, BON_CLASS_LINE_END};
            return true;
        }
        if (bon_class_of(c) != BON_CLASS_OF_BLANK)
            return bon_segment_next(walk->text, walk->n, &walk->pos, walk->tokens++);
    }
    return false;
}

/* Reads entry i the long way, and those after it that its token takes in or cuts in two. Returns the next entry that begins
 * where a token does, `count` behind the last. */
static __attribute__((noinline)) size_t read_entries(struct walk *walk, size_t i, size_t count) {
    const struct bon_cuts *cuts = &walk->cache->cuts;
    size_t start = walk->base + cuts->starts[i], end = walk->base + (cuts->ends[i] & BON_CUT_END);
    const bon_token *token = walk->tokens;
    walk->pos = start;
    if (!step(walk)) return count;
    if (!(cuts->ends[i] & BON_CUT_DIRTY) && token->start == start && walk->pos == end)
        remember(walk->cache, walk->text, walk->bytes + cuts->starts[i], token);
    for (; i < count; i++) {
        while (walk->base + cuts->starts[i] < walk->pos && walk->pos < walk->base + (cuts->ends[i] & BON_CUT_END))
            if (!step(walk)) return count;
        if (walk->base + cuts->starts[i] >= walk->pos) break;
    }
    return i;
}

static void look_up_entries(struct walk *walk, size_t count) {
    const struct bon_cuts *cuts = &walk->cache->cuts;
    bon_token *tokens = walk->tokens;
    for (size_t i = 0; i < count;) {
        uint32_t start = cuts->starts[i], end = cuts->ends[i], length = (end & BON_CUT_END) - start;
        const uint8_t *p = walk->bytes + start;
        uint64_t key[2];
        read_key(p, length, key);
        struct bon_word *word = slot_of(walk->cache, key);
        if (!is_word(word, key, end) && !recall(walk->cache, key, end, word)) {
            walk->tokens = tokens;
            i = read_entries(walk, i, count);
            tokens = walk->tokens;
            continue;
        }
        *tokens++ = (bon_token){(uint32_t)walk->base + start, length, word->kind, word->letter_case, word->code};
        i++;
    }
    walk->tokens = tokens;
    if (count > 0) {
        size_t end = walk->base + (cuts->ends[count - 1] & BON_CUT_END);
        if (walk->pos < end) walk->pos = end;
    }
}

size_t bon_segment_many(struct bon_word_cache *cache, const char *text, size_t n, size_t *pos) {
    struct walk walk = {.cache = cache, .text = text, .n = n, .pos = *pos, .tokens = cache->tokens};
    if (!cache->cut) cache->cut = bon_cut_best();
    while (walk.tokens == cache->tokens && walk.pos < n) {
        size_t left = n - walk.pos;
        walk.base = walk.pos;
        walk.bytes = (const uint8_t *)text + walk.pos;
        if (left < BON_CUT_WINDOW + BON_CUT_AHEAD) { /* the end of a text is as a blank */
            memset(cache->tail, ' ', sizeof cache->tail);
            memcpy(cache->tail, walk.bytes, left);
            walk.bytes = cache->tail;
        }
        size_t count = cache->cut(walk.bytes, &cache->cuts);
        look_up_entries(&walk, count);
        if (count == 0 && !step(&walk)) break;
    }
    *pos = walk.pos;
    return (size_t)(walk.tokens - cache->tokens);
}
