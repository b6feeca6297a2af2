/* Properties of normalization on hostile text: a second run changes nothing and counts nothing, whatever the options; the
 * scan decides nothing that the rules would decide otherwise; lines are independent; windows of a line make the line. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "normalize/normalizer.h"

/* Bits of text that have something to do with some rule, alone and next to each other. */
// clang-format off
static const char *const bits[] = {
    "a", "e", "o", "u", "y", "i", "q", "g", "n", "h", "t", "A", "O", "U", "d", "D", "1", "#", ".", "-", "(", "á", "à",
    "ò", "ó", "ú", "ý", "í", "ì", "ế", "ê", "ơ", "ư", "ự", "ợ", "ấ", "â", "ă", "đ", "Đ", "ạ", "é", "hoà", "hòa",
    "qúy", "gìa", "tíên", "lựơng", "HOÀ", "thuý", "nghịêm", "ngoăn", "chúyên", "giống", "café", "oá", "Ð", "ð", "Ɖ",
    "ɖ", "Ðức", "HÐND", "Guðmundur", "þ", "ß", "ö", "ñ", "\u0300", "\u0301", "\u0302", "\u0303", "\u0306", "\u0309",
    "\u0323", "\u031b", "\u0340", "\u0341", "\u0344", "\u0327", "\u0316", "\u0308", "\u20e3", "\u034f", "\u3099",
    "\u0345", "\u05b4", "\u064b", "\u093c", "\u094d", " ", " ", " ", "\t", "\n", "\n", "\r", "\r\n", "\v", "\f",
    "\xc2\x85", "\u00a0", "\u2003", "\u2000", "\u3000", "\u2028", "\u200b", "\u200c", "\u200d", "\u200e", "\u202e",
    "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\ufe0e", "\U000e0067", "\U000e007f", "\U000e0101", "\x01", "\x7f",
    "\xc2\x80", "\u180e", "\u061c", "\U0001f600", "\U0001f3f4", "\U0001f468", "\u2764", "\u2122", "\u24c2", "©",
    "\U0001f1fb", "\U0001f3fd", "\u0928", "\u0958", "\u0929", "\u0627", "\u0622", "\ufe70", "\ufdfa", "\u0e33",
    "\u0f73", "\ufb2a", "\u1e9b", "\u212b", "\u1100", "\u1161", "\u11a8", "\uac00", "\u304b", "\u4e2d", "\uf900",
    "\U0001d15e", "\U0001109a", "\U000110ba", "\u00a8", "\u00b4", "\uff41", "\uff0f", "\ufb01", "\u1d9e", "\u037e",
    "\u2126", "\u1fee", "…", "–", "”", "ﬃ", "\u3164", "\xff", "\xc3", "\xe1\xbb", "\xf0\x9f", "\x80", "\xc0\xaf",
    "\xed\xa0\x80", "\xf4\x90\x80\x80", "\u2011", "\u2026", "“", "ko", "đẹpppp", "aaa", "III", "kỹ", "ý", "\uff0d",
};
// clang-format on
enum { BITS = sizeof bits / sizeof bits[0], TEXT_MAX = 4096 };

static uint64_t seed = 88172645463325252u;
static uint64_t draw(uint64_t below) { /* xorshift64 (Marsaglia 2003) */
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

static size_t hostile(char *text, size_t pieces) {
    size_t n = 0, from = draw(BITS),
           width = draw(3) ? BITS : 1 + draw(12); /* sometimes only a few neighbours in the table */
    while (pieces--) {
        size_t nul = draw(200) == 0;
        const char *bit = nul ? "" : bits[(from + draw(width)) % BITS];
        size_t length = nul ? 1 : strlen(bit);
        if (n + length > TEXT_MAX) break;
        memcpy(text + n, bit, length);
        n += length;
    }
    return n;
}

static void show(const char *what, const bon_buf *text) {
    fprintf(stderr, "%s:", what);
    for (size_t i = 0; i < text->len; i++) fprintf(stderr, " %02x", (unsigned char)text->data[i]);
    fprintf(stderr, "\n");
}

enum { ALL_RULES = (1u << BON_RULES) - 1, OPT_IN = ALL_RULES & ~((1u << BON_RULE_FULLWIDTH) - 1) };

static bon_normalizer *opened(bon_form form, bon_tone_style style, uint32_t disabled) {
    bon_normalize_options options = {
        .form = form, .tone_style = style, .disabled = disabled, .enabled = ~disabled & ALL_RULES};
    bon_normalizer *nz;
    cr_assert_eq(bon_normalizer_open(&nz, &options), BON_OK);
    return nz;
}

static bool same(const bon_buf *a, const bon_buf *b) {
    return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

static void check_twice(const bon_normalizer *nz, const char *text, size_t n) {
    bon_buf in = {.data = (char *)(uintptr_t)text, .len = n}, once = {0}, twice = {0};
    uint64_t first[BON_RULES] = {0}, second[BON_RULES] = {0};
    cr_assert_eq(bon_normalize_counted(nz, text, n, &once, first), BON_OK);
    cr_assert_eq(bon_normalize_counted(nz, once.data, once.len, &twice, second), BON_OK);
    uint64_t changes = 0;
    bool good = same(&once, &twice);
    for (unsigned r = 0; r < BON_RULES; r++) {
        good &= second[r] == 0;
        changes += first[r];
    }
    good &= (changes != 0) || same(&in, &once); /* what is not counted is not changed */
    if (!good) {
        show("input", &in);
        show("once ", &once);
        show("twice", &twice);
        for (unsigned r = 0; r < BON_RULES; r++)
            fprintf(stderr, "%s: %llu, then %llu\n", bon_rule_name(r), (unsigned long long)first[r],
                    (unsigned long long)second[r]);
    }
    cr_assert(good, "form %d, style %d, disabled %x", nz->options.form, nz->options.tone_style, nz->options.disabled);
    bon_buf_free(&once);
    bon_buf_free(&twice);
}

Test(normalize, twice_is_once) {
    static char text[TEXT_MAX];
    for (unsigned round = 0; round < 400; round++) {
        uint32_t disabled = round < 200 ? OPT_IN : (uint32_t)draw(1u << BON_RULES);
        bon_normalizer *nz = opened(round % 3, round / 3 % 3, disabled);
        for (unsigned i = 0; i < 100; i++) check_twice(nz, text, hostile(text, 1 + draw(i < 90 ? 12 : 300)));
        bon_normalizer_close(nz);
    }
}

/* The scan, with each kind of masks, gives what the rules give on every piece. */
Test(normalize, scan_decides_nothing) {
    static char text[TEXT_MAX];
    for (unsigned round = 0; round < 100; round++) {
        bon_normalizer *nz = opened(round % 3, round / 3 % 3, round < 50 ? OPT_IN : (uint32_t)draw(1u << BON_RULES));
        bool scans = nz->masks != NULL; /* not with rules on words that are spelled right */
        for (unsigned i = 0; scans && i < 100; i++) {
            size_t n = hostile(text, 1 + draw(200));
            bon_buf slow = {0}, fast = {0};
            uint64_t slow_counts[BON_RULES] = {0};
            nz->masks = NULL;
            cr_assert_eq(bon_normalize_counted(nz, text, n, &slow, slow_counts), BON_OK);
            for (unsigned m = 0; (nz->masks = bon_masks_nth(m)) != NULL; m++) {
                uint64_t fast_counts[BON_RULES] = {0};
                fast.len = 0;
                cr_assert_eq(bon_normalize_counted(nz, text, n, &fast, fast_counts), BON_OK);
                if (!same(&slow, &fast)) {
                    show("slow", &slow);
                    show("fast", &fast);
                }
                cr_assert(same(&slow, &fast), "masks %u", m);
                cr_assert_eq(memcmp(slow_counts, fast_counts, sizeof fast_counts), 0, "counts with masks %u", m);
            }
            bon_buf_free(&slow);
            bon_buf_free(&fast);
        }
        bon_normalizer_close(nz);
    }
}

/* One call for all lines, or one for each. */
Test(normalize, lines_are_independent) {
    static char text[TEXT_MAX];
    bon_normalizer *nz = opened(BON_FORM_NFC, BON_TONE_OLD, OPT_IN);
    for (unsigned i = 0; i < 3000; i++) {
        size_t n = hostile(text, 1 + draw(150));
        bon_buf whole = {0}, lines = {0};
        uint64_t whole_counts[BON_RULES] = {0}, line_counts[BON_RULES] = {0};
        cr_assert_eq(bon_normalize_counted(nz, text, n, &whole, whole_counts), BON_OK);
        for (size_t at = 0; at < n;) {
            const char *end = memchr(text + at, '\n', n - at);
            size_t length = end ? (size_t)(end - text) + 1 - at : n - at;
            cr_assert_eq(bon_normalize_counted(nz, text + at, length, &lines, line_counts), BON_OK);
            at += length;
        }
        cr_assert(same(&whole, &lines));
        cr_assert_eq(memcmp(whole_counts, line_counts, sizeof line_counts), 0);
        bon_buf_free(&whole);
        bon_buf_free(&lines);
    }
    bon_normalizer_close(nz);
}

/* A line cut behind blanks into windows gives what the line gives, whatever stands before the first cut. CR ends a line for
 * the rules, not for the windows. */
Test(normalize, windows_make_the_line) {
    static char text[TEXT_MAX];
    bon_normalizer *nz = opened(BON_FORM_NFC, BON_TONE_OLD, OPT_IN);
    for (unsigned i = 0; i < 20000; i++) {
        size_t n = hostile(text, 1 + draw(i % 2 ? 100 : 8));
        for (size_t k = 0; k < n; k++)
            if (text[k] == '\n') text[k] = ' ';
        if (n && draw(2)) text[n - 1] = '\n';
        bon_buf whole = {0}, window = {0}, line = {0};
        struct bon_normalize_join join = {0};
        cr_assert_eq(bon_normalize(nz, text, n, &whole), BON_OK);
        for (size_t at = 0, end; at < n; at = end) {
            struct bon_normalize_place place = {.begins_inside = at > 0, .begins_token = at > 0};
            for (end = at + 1 + draw(20); end < n && text[end - 1] != ' ' && text[end - 1] != '\t'; end++) {
            }
            if (end > n) end = n;
            place.ends_inside = end < n;
            window.len = 0;
            cr_assert_eq(bon_normalize_chunk(nz, text + at, end - at, &place, &window, NULL), BON_OK);
            const char *part = window.data;
            size_t length = window.len;
            if (bon_normalize_join(&join, nz, &place, &part, &length))
                cr_assert_eq(bon_buf_append(&line, " ", 1), BON_OK);
            cr_assert_eq(bon_buf_append(&line, part, length), BON_OK);
        }
        if (!same(&whole, &line)) {
            show("whole  ", &whole);
            show("windows", &line);
        }
        cr_assert(same(&whole, &line));
        bon_buf_free(&whole);
        bon_buf_free(&window);
        bon_buf_free(&line);
    }
    bon_normalizer_close(nz);
}
