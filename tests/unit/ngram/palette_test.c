/* Codes of floats: every value comes back, exact or rounded; what is left out has no code. */
#include <criterion/criterion.h>
#include <math.h>

#include "ngram/palette.h"
#include "support/lm_toy.h"

enum { COUNT = 5000 };

static float value_of(const struct bon_palette *palette, uint64_t code) {
    uint32_t bits = code == BON_PALETTE_PLAIN ? palette->plain : palette->bins ? palette->bins[code] : (uint32_t)code;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

Test(palette, every_value_comes_back) {
    static const struct {
        uint32_t distinct; /* values */
        unsigned bits;
        bool keep, list, leave_out;
        unsigned width;
    } rows[] = {
        {5000, 0, false, false, false, 32}, {5000, 0, true, false, true, 32}, {100, 0, false, true, false, 7},
        {100, 0, true, true, true, 7},      {1, 0, false, true, true, 1},     {200, 8, false, false, false, 8},
        {200, 8, true, false, true, 8},     {4000, 8, false, false, true, 8}, {4000, 6, true, false, true, 6},
        {3, 2, true, false, true, 2},
    };
    float values[COUNT];
    uint8_t keep[COUNT];
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        uint64_t seed = row + 1;
        for (unsigned i = 0; i < COUNT; i++) {
            uint32_t at = toy_below(&seed, rows[row].distinct);
            values[i] = toy_below(&seed, 2) ? -0.25f : -(float)at / 1024.0f; /* half of them are one value */
            keep[i] = toy_below(&seed, 5) != 0;
        }
        struct bon_palette_source source = {.values = values, .keep = rows[row].keep ? keep : NULL, .count = COUNT};
        struct bon_palette palette;
        cr_assert_eq(bon_palette_make(&palette, &source, rows[row].bits, rows[row].list, rows[row].leave_out), BON_OK);
        cr_assert_eq(palette.width, rows[row].width, "row %zu: width %u", row, palette.width);
        bool exact = rows[row].bits == 0 || rows[row].distinct < 1u << rows[row].bits;
        unsigned plain = 0;
        for (unsigned i = 0; i < COUNT; i++) {
            uint64_t code = bon_palette_code(&palette, &source, i);
            float value = value_of(&palette, code);
            plain += code == BON_PALETTE_PLAIN;
            cr_assert(code == BON_PALETTE_PLAIN || palette.width == 32 || code < UINT64_C(1) << palette.width);
            if (rows[row].keep && !keep[i])
                cr_assert(signbit(value) && value == 0.0f, "row %zu, value %u", row, i);
            else
                cr_assert(exact ? value == values[i] && !(signbit(value) && value == 0.0f)
                                : fabsf(value - values[i]) < 0.2f,
                          "row %zu, value %u", row, i);
        }
        cr_assert(rows[row].leave_out ? plain > COUNT / 4 : plain == 0, "row %zu: %u", row, plain);
        bon_palette_free(&palette);
    }
}

Test(palette, nothing_at_all) {
    struct bon_palette_source source = {.count = 0};
    struct bon_palette palette;
    for (unsigned bits = 0; bits <= 8; bits += 8) {
        cr_assert_eq(bon_palette_make(&palette, &source, bits, true, true), BON_OK);
        bon_palette_free(&palette);
    }
}
