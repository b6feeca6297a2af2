/* src/normalize/compose.c: the rule "compose": the wanted Unicode form, and Vietnamese letters whose marks come in the wrong
 * order.
 *
 * Unicode keeps the order of marks of one combining class, so a + acute + circumflex is not ấ to NFC. In Vietnamese it can
 * be nothing else. A letter is therefore read as slots: a base, at most one shape (breve, circumflex, horn) and at most one
 * tone, whatever their order and whether composed or not; when all marks on a base fill slots and the result is a letter of
 * Vietnamese, it becomes that letter. Everything else is exactly ICU's normalization.
 *
 * Letters in slots are composed first. What is then composed all over, the usual case of decomposed Vietnamese text, never
 * goes to ICU.
 */
#include "normalize/normalizer.h"

#include <unicode/uchar.h>
#include <unicode/utf16.h>

#include "syllable/spelling.h"

enum { BREVE = 1, CIRCUMFLEX, HORN };

/* Letters of syllable/spelling.h as base + shape; the other vowels have no shape. */
static const struct {
    uint8_t base, shape, letter;
} shapes[] = {{1, BREVE, 2},        {1, CIRCUMFLEX, 3}, {8, CIRCUMFLEX, 9},
              {17, CIRCUMFLEX, 18}, {17, HORN, 19},     {25, HORN, 26}};

/* The slot a mark fills: tone in bits 0..3, shape in bits 4..; 0 when it is none of Vietnamese. U+0340 and U+0341 are
 * canonically the same as U+0300 and U+0301. */
static unsigned mark_slot(UChar c) {
    switch (c) {
    case 0x0300:
    case 0x0340: return BON_TONE_HUYEN;
    case 0x0301:
    case 0x0341: return BON_TONE_SAC;
    case 0x0303: return BON_TONE_NGA;
    case 0x0309: return BON_TONE_HOI;
    case 0x0323: return BON_TONE_NANG;
    case 0x0302: return CIRCUMFLEX << 4;
    case 0x0306: return BREVE << 4;
    case 0x031b: return HORN << 4;
    default: return 0;
    }
}

static unsigned letter_with_shape(unsigned letter, unsigned shape) {
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (shapes[i].base == letter && shapes[i].shape == shape) return shapes[i].letter;
    return 0;
}

/* The letter that data[0] and the marks behind it (all of one base, *used units with it) make; 0 when they make none. */
static UChar compose_slots(const UChar *data, int32_t n, int32_t *used) {
    unsigned info = bon_letter_info(data[0]), slot;
    unsigned letter = info & BON_LETTER_NUMBER, tone = (info & 0xff) >> BON_LETTER_TONE_SHIFT;
    int32_t i = 1;
    for (; i < n && (slot = mark_slot(data[i])) != 0; i++) {
        if (slot >> 4)
            letter = letter_with_shape(letter, slot >> 4);
        else if (tone)
            return 0;
        else
            tone = slot;
        if (!letter) return 0;
    }
    *used = i;
    if (i < n && data[i] >= 0x300) { /* more marks, of another kind: not a letter of Vietnamese */
        UChar32 c;
        U16_GET_UNSAFE(data, i, c);
        if (u_getCombiningClass(c)) return 0;
    }
    return letter ? bon_glyphs[letter][(info & BON_LETTER_UPPER) != 0][tone] : 0;
}

/* Composes all letters in slots, in place. *clean: what remains is in the composed form for certain. */
static bool compose_letters(const struct bon_normalizer *nz, struct bon_units *units, bool *clean) {
    UChar *data = units->data;
    int32_t out = 0;
    bool changed = false;
    *clean = true;
    for (int32_t i = 0; i < units->len; i++) {
        UChar c = data[i];
        if (i + 1 < units->len && data[i + 1] >= 0x300 && mark_slot(data[i + 1]) && bon_letter_info(c)) {
            int32_t used;
            UChar letter = compose_slots(data + i, units->len - i, &used);
            if (letter) {
                data[out++] = letter;
                i += used - 1;
                changed = true;
                continue;
            }
        }
        if (c > 0x7f && nz->classes[c] == BON_CLASS_SUSPECT) *clean = false;
        data[out++] = c;
    }
    units->len = out;
    return changed;
}

static bon_status icu_failed(UErrorCode error) {
    if (error == U_MEMORY_ALLOCATION_ERROR) return bon_fail(BON_ERR_NOMEM, "out of memory in Unicode normalization");
    return bon_fail(BON_ERR_LIMIT, "Unicode normalization failed: %s", u_errorName(error));
}

void bon_units_swap(struct bon_sink *sink) {
    /* Data that lives inside the struct cannot change hands: copy it. Long data changes hands as a pointer. */
    struct bon_units *a = &sink->units, *b = &sink->other;
    if (b->data == b->local) {
        memcpy(a->data, b->data, (size_t)b->len * sizeof *b->data);
        a->len = b->len;
        return;
    }
    if (a->data == a->local) {
        a->data = b->data;
        a->len = b->len;
        a->cap = b->cap;
        bon_units_init(b);
        return;
    }
    UChar *data = a->data;
    int32_t len = a->len, cap = a->cap;
    a->data = b->data, a->len = b->len, a->cap = b->cap;
    b->data = data, b->len = len, b->cap = cap;
}

/* units = form(units). *changed: it was another text. */
static bon_status normalize_units(struct bon_sink *sink, const UNormalizer2 *form, bool *changed) {
    struct bon_units *in = &sink->units, *out = &sink->other;
    UErrorCode error = U_ZERO_ERROR;
    *changed = false;
    int32_t same = unorm2_spanQuickCheckYes(form, in->data, in->len, &error);
    if (U_FAILURE(error)) return icu_failed(error);
    if (same == in->len) return BON_OK;
    bool ordered;
    BON_TRY(bon_order_marks(sink, &ordered));
    out->len = unorm2_normalize(form, in->data, in->len, out->data, out->cap, &error);
    if (error == U_BUFFER_OVERFLOW_ERROR) {
        int32_t need = out->len;
        out->len = 0;
        BON_TRY(bon_units_reserve(out, need));
        error = U_ZERO_ERROR;
        out->len = unorm2_normalize(form, in->data, in->len, out->data, out->cap, &error);
    }
    if (U_FAILURE(error)) return icu_failed(error);
    *changed = in->len != out->len || memcmp(in->data, out->data, (size_t)in->len * sizeof *in->data) != 0;
    if (*changed) bon_units_swap(sink);
    *changed |= ordered;
    return BON_OK;
}

/* To the composed form (NFC or NFKC) with letters in slots. */
static bon_status compose(struct bon_sink *sink, bool *changed) {
    bool clean, by_icu = false;
    bool by_slots = compose_letters(sink->nz, &sink->units, &clean);
    if (!clean) {
        BON_TRY(normalize_units(sink, sink->nz->compose, &by_icu));
        if (by_icu) compose_letters(sink->nz, &sink->units, &clean);
    }
    *changed = by_slots || by_icu;
    return BON_OK;
}

bon_status bon_rule_compose(struct bon_sink *sink, bool *changed) {
    bool ignored;
    *changed = false;
    if (!bon_rule_on(sink->nz, BON_RULE_COMPOSE)) return BON_OK;
    if (!sink->nz->decompose) return compose(sink, changed);
    /* Decomposed text is right when composing and decomposing gives it back. */
    size_t size = (size_t)sink->units.len * sizeof(UChar);
    UChar *before = bon_alloc_array((size_t)sink->units.len, sizeof *before);
    if (!before) return BON_ERR_NOMEM;
    memcpy(before, sink->units.data, size);
    bon_status status = compose(sink, &ignored);
    if (status == BON_OK) status = normalize_units(sink, sink->nz->decompose, &ignored);
    size_t size_now = (size_t)sink->units.len * sizeof(UChar);
    *changed = status == BON_OK && (size_now != size || memcmp(before, sink->units.data, size) != 0);
    free(before);
    return status;
}

bon_status bon_compose_for_words(struct bon_sink *sink) {
    bool ignored;
    if (!sink->nz->decompose || !bon_rule_on(sink->nz, BON_RULE_COMPOSE)) return BON_OK;
    return compose(sink, &ignored);
}

bon_status bon_decompose_after_words(struct bon_sink *sink) {
    bool ignored;
    if (!sink->nz->decompose || !bon_rule_on(sink->nz, BON_RULE_COMPOSE)) return BON_OK;
    return normalize_units(sink, sink->nz->decompose, &ignored);
}
