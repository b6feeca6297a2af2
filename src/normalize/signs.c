/* src/normalize/signs.c: the rules "fullwidth" and "punctuation": signs that have an ASCII form. */
#include "normalize/normalizer.h"

/* Typographic signs and what they become. */
static const struct {
    UChar first, last;
    const char *ascii;
} signs[] = {
    {0x00ab, 0x00ab, "\""}, {0x00bb, 0x00bb, "\""}, {0x2010, 0x2015, "-"},  {0x2018, 0x201b, "'"},
    {0x201c, 0x201f, "\""}, {0x2024, 0x2024, "."},  {0x2025, 0x2025, ".."}, {0x2026, 0x2026, "..."},
    {0x2032, 0x2032, "'"},  {0x2033, 0x2033, "\""}, {0x2039, 0x203a, "'"},  {0x2212, 0x2212, "-"},
};
enum { LONGEST = 3 };

/* What c becomes, NULL when it stays; *rule tells by which. `one` is room for an answer of one character. */
static const char *replacement(const struct bon_normalizer *nz, UChar c, bon_rule *rule, char one[2]) {
    if (c < 0x80) return NULL;
    if (bon_rule_on(nz, BON_RULE_FULLWIDTH) && c >= 0xff01 && c <= 0xff5e) {
        *rule = BON_RULE_FULLWIDTH;
        one[0] = (char)(c - 0xff01 + '!');
        one[1] = '\0';
        return one;
    }
    if (!bon_rule_on(nz, BON_RULE_PUNCTUATION)) return NULL;
    *rule = BON_RULE_PUNCTUATION;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (c >= signs[i].first && c <= signs[i].last) return signs[i].ascii;
    return NULL;
}

bool bon_sign_replaced(const struct bon_normalizer *nz, UChar c) {
    bon_rule rule;
    char one[2];
    return replacement(nz, c, &rule, one) != NULL;
}

bon_status bon_rule_signs(struct bon_sink *sink) {
    const struct bon_normalizer *nz = sink->nz;
    if (!bon_rule_on(nz, BON_RULE_FULLWIDTH) && !bon_rule_on(nz, BON_RULE_PUNCTUATION)) return BON_OK;
    struct bon_units *in = &sink->units, *out = &sink->other;
    bool changed = false;
    out->len = 0;
    BON_TRY(bon_units_reserve(out, in->len * LONGEST));
    for (int32_t i = 0; i < in->len; i++) {
        bon_rule rule;
        char one[2];
        const char *ascii = replacement(nz, in->data[i], &rule, one);
        if (!ascii) {
            out->data[out->len++] = in->data[i];
            continue;
        }
        for (; *ascii; ascii++) out->data[out->len++] = (UChar)*ascii;
        sink->counts[rule]++;
        changed = true;
    }
    if (changed) bon_units_swap(sink);
    return BON_OK;
}
