/* src/normalize/invisible.c: the rule "invisible", and which characters are blanks.
 *
 * Zero-width characters, direction controls, soft hyphens, byte order marks, variation selectors and control characters
 * come into Vietnamese text through word processors and web pages; they show nothing and tear words apart. Where such a
 * character carries meaning it stays: joiners in scripts that join letters (Arabic, Indic), and what holds emoji together
 * (U+200D, U+FE0F, the tags of regional flags, the keycap 1 U+FE0F U+20E3).
 */
#include "normalize/normalizer.h"

#include <unicode/uchar.h>
#include <unicode/utf16.h>

enum kind { VISIBLE, BLANK, DROP, JOINER, EMOJI_STYLE, TAG };

static const struct {
    UChar32 first, last;
    enum kind kind;
} kinds[] = {
    {0x0000, 0x0008, DROP},        {0x0009, 0x0009, BLANK},  {0x000b, 0x000c, BLANK},  {0x000e, 0x001f, DROP},
    {0x0020, 0x0020, BLANK},       {0x007f, 0x0084, DROP},   {0x0085, 0x0085, BLANK},  {0x0086, 0x009f, DROP},
    {0x00a0, 0x00a0, BLANK},       {0x00ad, 0x00ad, DROP},   {0x061c, 0x061c, DROP},   {0x1680, 0x1680, BLANK},
    {0x2000, 0x200a, BLANK},       {0x200b, 0x200b, DROP},   {0x200c, 0x200d, JOINER}, {0x200e, 0x200f, DROP},
    {0x2028, 0x2029, BLANK},       {0x202a, 0x202e, DROP},   {0x202f, 0x202f, BLANK},  {0x205f, 0x205f, BLANK},
    {0x2060, 0x2064, DROP},        {0x2066, 0x206f, DROP},   {0x3000, 0x3000, BLANK},  {0xfe00, 0xfe0e, DROP},
    {0xfe0f, 0xfe0f, EMOJI_STYLE}, {0xfeff, 0xfeff, DROP},   {0xfff9, 0xfffb, DROP},   {0xe0001, 0xe0001, DROP},
    {0xe0020, 0xe007f, TAG},       {0xe0100, 0xe01ef, DROP},
};

static enum kind kind_of(UChar32 c) {
    size_t low = 0, high = sizeof kinds / sizeof kinds[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > kinds[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizeof kinds / sizeof kinds[0] && c >= kinds[low].first ? kinds[low].kind : VISIBLE;
}

/* Blocks of scripts whose letters take U+200C and U+200D: Arabic to N'Ko, Indic to Myanmar, Khmer and Mongolian, Balinese
 * to Vedic, Syloti Nagri to Meetei Mayek, and the Brahmic scripts of plane 1. */
static const struct {
    UChar32 first, last;
} joining[] = {{0x0600, 0x109f}, {0x1780, 0x18af}, {0x1900, 0x1cff}, {0xa800, 0xab2f},
               {0xabc0, 0xabff}, {0xfb50, 0xfdff}, {0xfe70, 0xfefc}, {0x10a00, 0x11fff}};

static bool takes_joiner(UChar32 c) {
    for (size_t i = 0; i < sizeof joining / sizeof joining[0]; i++)
        if (c >= joining[i].first && c <= joining[i].last) return true;
    return false;
}

static bool is_emoji(UChar32 c) { return c > 0x7f && u_hasBinaryProperty(c, UCHAR_EMOJI); }
static bool is_pictograph(UChar32 c) { return u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC); }

/* Whether c has a meaning between prev (the last character that stays; -1: none) and next (as it stands; -1: none). */
static bool has_meaning(enum kind kind, UChar32 c, UChar32 prev, UChar32 next) {
    bool after_emoji = is_emoji(prev) || prev == 0xfe0f || kind_of(prev) == TAG;
    switch (kind) {
    case JOINER: return takes_joiner(prev) || (c == 0x200d && after_emoji && is_pictograph(next));
    case EMOJI_STYLE: return is_emoji(prev) || (prev >= 0 && next == 0x20e3 && strchr("0123456789#*", prev) && prev);
    case TAG: return prev == 0x1f3f4 || kind_of(prev) == TAG;
    default: return kind != DROP;
    }
}

void bon_rule_invisible(struct bon_sink *sink, bool keep, bool *joiners, bool *changed) {
    struct bon_units *units = &sink->units;
    bool drop = bon_rule_on(sink->nz, BON_RULE_INVISIBLE), blanks = bon_rule_on(sink->nz, BON_RULE_BLANK);
    int32_t out = 0;
    UChar32 prev = -1;
    uint64_t dropped = 0;
    *joiners = false;
    for (int32_t i = 0; i < units->len;) {
        UChar32 c, next = -1;
        U16_NEXT_UNSAFE(units->data, i, c);
        enum kind kind = kind_of(c);
        if (kind >= DROP && drop) {
            if (i < units->len) U16_GET_UNSAFE(units->data, i, next);
            if (!keep || !has_meaning(kind, c, prev, next)) {
                dropped++;
                continue;
            }
            *joiners = true;
        }
        if (kind == BLANK && blanks && c != ' ') c = '\t';
        U16_APPEND_UNSAFE(units->data, out, c);
        prev = c;
    }
    units->len = out;
    sink->counts[BON_RULE_INVISIBLE] += dropped;
    *changed = dropped > 0;
}
