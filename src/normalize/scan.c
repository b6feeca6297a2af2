/* src/normalize/scan.c: how far a text is already as the rules would leave it.
 *
 * 64 bytes at a time, bit masks (masks.c) tell blanks out of place, controls, and whether every sequence has the tail bytes
 * it announces; in NFC also which characters are surely fine and which tone marks are surely in their place. Only the other
 * characters are visited: their class (classes.c) says fine, not fine, or "a tone mark on a vowel that may have the wrong
 * place", and the neighbours decide that. The last test is conservative: it may suspect a good word, never pass a syllable
 * whose mark is misplaced (scan_test.c tries all of them).
 */
#include "normalize/normalizer.h"

enum { BLOCK = 64, BEFORE = 8, BEHIND = 16 }; /* bytes a block, and bytes around it that neighbours may need */

/* Letter numbers of syllable/spelling.h. */
enum { A = 1, E = 8, G = 10, I = 12, O = 17, O_HORN = 19, Q = 21, U = 25, U_HORN = 26, Y = 29 };
/* Vowels with a shape: ă â ê ô ơ ư. They attract the tone mark. */
static const uint32_t shaped = 1 << 2 | 1 << 3 | 1 << 9 | 1 << 18 | 1 << 19 | 1 << 26;

struct scan {
    const struct bon_normalizer *nz;
    const uint8_t *low; /* nothing before it is part of the word */
    bool tones;         /* their places matter */
    struct {
        uint64_t tail, maybe_vowel, qg;
    } before; /* masks of the block before; zeros for the first, which begins a word */
};

/* Class of the character at p, BON_CLASS_SIGN for those outside the BMP. The bytes behind p are readable. */
static unsigned class_at(const struct scan *s, const uint8_t *p) {
    if (p[0] < 0x80) return s->nz->classes[p[0]];
    if (p[0] < 0xe0) return s->nz->classes[(p[0] & 0x1fu) << 6 | (p[1] & 0x3fu)];
    if (p[0] < 0xf0) return s->nz->classes[(p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu)];
    return BON_CLASS_SIGN;
}

static unsigned length_at(const uint8_t *p) { return p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4; }

/* Beginning of the character before p, or NULL at the beginning of the text. */
static const uint8_t *step_back(const struct scan *s, const uint8_t *p) {
    if (!p || p == s->low) return NULL;
    do p--;
    while (p > s->low && (*p & 0xc0) == 0x80);
    return p;
}

static unsigned class_or_sign(const struct scan *s, const uint8_t *p) { return p ? class_at(s, p) : BON_CLASS_SIGN; }

static bool is_letter(unsigned klass) { return (klass & BON_CLASS_NUMBER_OF_LETTER) != 0; }

/* Whether the tone mark on the vowel at p (of `length` bytes) is surely in its place. What "in its place" means: on the
 * vowel with a shape (on ơ of ươ); else before a coda on the last vowel; else in the middle of three vowels; else on the
 * first of two, where u of qu and i of gi count as consonants, and the new style takes the second of oa, oe, uy. */
static bool tone_in_place(const struct scan *s, const uint8_t *p, unsigned length, unsigned klass) {
    const uint8_t *before = step_back(s, p);
    unsigned prev = class_or_sign(s, before), next = class_at(s, p + length);
    if (!((prev | next) & BON_CLASS_VOWEL)) return true;
    bon_tone_style style = s->nz->options.tone_style;
    unsigned here = klass & 0x1f, left = prev & 0x1f, right = next & 0x1f;
    if (here == U_HORN) return right != O_HORN;
    if ((prev & BON_CLASS_VOWEL && shaped >> left & 1) || (next & BON_CLASS_VOWEL && shaped >> right & 1)) return false;
    if (next & BON_CLASS_VOWEL) {
        if (is_letter(class_at(s, p + length + length_at(p + length)))) return false; /* a coda or a longer cluster */
        if ((here == U && left == Q) || (here == I && left == G)) return false;
        bool glide = (here == O && (right == A || right == E)) || (here == U && right == Y);
        return !(glide && style == BON_TONE_NEW);
    }
    if (is_letter(next)) return true;
    unsigned first = class_or_sign(s, step_back(s, before)) & 0x1f;
    if ((left == U && first == Q) || (left == I && first == G)) return true;
    bool glide = (left == O && (here == A || here == E)) || (left == U && here == Y);
    return glide && style != BON_TONE_OLD;
}

/* Whether the multi-byte character at p is fine where it is. */
static inline bool character_fine(const struct scan *s, const uint8_t *p) {
    unsigned klass, length;
    if (p[0] < 0xe0) {
        if (p[0] < 0xc2) return false;
        length = 2;
        klass = s->nz->classes[(p[0] & 0x1fu) << 6 | (p[1] & 0x3fu)];
    } else if (p[0] < 0xf0) {
        if (p[0] == 0xe0)
            return false; /* no block below U+1000 is listed, so overlong forms need no test of their own */
        length = 3;
        klass = s->nz->classes[(p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu)];
    } else {
        return p[0] == 0xf0 && p[1] == 0x9f && p[2] >= 0x8c && p[2] <= 0xab; /* emoji, U+1F300..U+1FAFF */
    }
    if (!(klass & BON_CLASS_CHECK)) return klass != BON_CLASS_SUSPECT;
    return tone_in_place(s, p, length, klass);
}

/* Letters with a movable tone mark, by their last byte, that are not surely in their place: all but those that no vowel
 * stands before, and behind them either none, or, where that keeps the mark on the first of two (not in the new style), one
 * that ends the word (tài, đạo). The u of qu and the i of gi need a closer look. Neighbours beyond ASCII count as vowels, but
 * for đ. */
static uint64_t doubtful_tones(struct scan *s, const struct bon_block_masks *m, const uint8_t *behind) {
    bool more[2], vowel = s->nz->classes[behind[0] & 0x7f] & BON_CLASS_VOWEL;
    for (unsigned i = 0; i < 2; i++) more[i] = behind[i] > 0x7f || is_letter(s->nz->classes[behind[i]]);
    uint64_t three = m->tail << 1 | s->before.tail >> 63; /* letters of three bytes */
    uint64_t vowel_before = (three & (m->maybe_vowel << 3 | s->before.maybe_vowel >> 61)) |
                            (~three & (m->maybe_vowel << 2 | s->before.maybe_vowel >> 62));
    uint64_t qg_before = (three & (m->qg << 3 | s->before.qg >> 61)) | (~three & (m->qg << 2 | s->before.qg >> 62));
    uint64_t beyond_behind = m->beyond >> 1 | (uint64_t)(behind[0] > 0x7f) << 63;
    uint64_t vowel_behind = (m->maybe_vowel & ~m->beyond) >> 1 | (uint64_t)vowel << 63;
    uint64_t ends = ~(m->more >> 2 | (uint64_t)more[0] << 62 | (uint64_t)more[1] << 63);
    uint64_t first_of_two = s->nz->options.tone_style == BON_TONE_NEW ? 0 : ends & ~qg_before;
    return m->check & (vowel_before | beyond_behind | (vowel_behind & ~first_of_two));
}

/* Offset of the first byte of the character with the byte at p. */
static const uint8_t *lead_of(const uint8_t *p) {
    while ((*p & 0xc0) == 0x80) p--;
    return p;
}

/* Offset of the first byte of a block that the rules must see, BLOCK when there is none. */
static unsigned scan_block(struct scan *s, const uint8_t *block) {
    struct bon_block_masks m;
    s->nz->masks(block, &m);
    uint64_t look = m.beyond & ~m.tail;
    if (s->nz->options.form == BON_FORM_NFC) {
        look = m.odd;
        if (s->tones) look |= doubtful_tones(s, &m, block + BLOCK);
    }
    s->before.tail = m.tail;
    s->before.maybe_vowel = m.maybe_vowel;
    s->before.qg = m.qg;
    unsigned end = m.wrong ? (unsigned)__builtin_ctzll(m.wrong) : BLOCK;
    if (end < BLOCK) look &= ((uint64_t)1 << end) - 1;
    for (; look; look &= look - 1) {
        unsigned at = (unsigned)__builtin_ctzll(look);
        if (!character_fine(s, lead_of(block + at))) return at;
    }
    return end;
}

/* What is scanned, with newlines around it. */
struct padded {
    uint8_t bytes[BEFORE + BLOCK + BEHIND];
};

static const uint8_t *pad(struct padded *padded, const uint8_t *bytes, size_t n, size_t i) {
    size_t before = i < BEFORE ? i : BEFORE, left = n - i < BLOCK + BEHIND ? n - i : BLOCK + BEHIND;
    memset(padded->bytes, '\n', sizeof padded->bytes);
    memcpy(padded->bytes + BEFORE - before, bytes + i - before, before + left);
    return padded->bytes + BEFORE;
}

size_t bon_scan(const struct bon_normalizer *nz, const char *text, size_t n) {
    const uint8_t *bytes = (const uint8_t *)text;
    struct padded padded;
    struct scan s = {.nz = nz, .tones = bon_rule_on(nz, BON_RULE_TONE_PLACE)};
    if (!nz->masks) return 0;
    size_t i = 0;
    unsigned wrong = BLOCK;
    while (wrong == BLOCK && i <= n) {
        bool inside = i > 0 && n - i >= BLOCK + BEHIND;
        const uint8_t *block = inside ? bytes + i : pad(&padded, bytes, n, i);
        s.low = inside ? bytes : block - (i < BEFORE ? i : BEFORE);
        wrong = scan_block(&s, block);
        if (wrong == BLOCK) i += BLOCK;
    }
    if (i > n || (wrong != BLOCK && i + wrong > n)) return n;
    /* Back to the end of the last whole word. A bad byte at n is a sequence cut short or a blank at the end. */
    size_t end = i + (wrong == BLOCK ? 0 : wrong);
    while (end > 0 && bytes[end - 1] != ' ' && bytes[end - 1] != '\n') end--;
    return end ? end - 1 : 0;
}
