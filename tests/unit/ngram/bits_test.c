/* bits.h against bit-by-bit answers. */
#include <criterion/criterion.h>

#include "ngram/bits.h"

static uint64_t next_random(uint64_t *seed) {
    *seed ^= *seed << 13, *seed ^= *seed >> 7, *seed ^= *seed << 17;
    return *seed;
}

Test(bits, bits_for_is_the_width_of_the_largest_number) {
    static const struct {
        uint64_t max;
        unsigned bits;
    } rows[] = {{0, 0}, {1, 1}, {2, 2}, {3, 2}, {4, 3}, {255, 8}, {256, 9}, {UINT32_MAX, 32}, {UINT64_MAX, 64}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) cr_assert_eq(bon_bits_for(rows[i].max), rows[i].bits);
}

Test(bits, packed_numbers_of_every_width_read_back) {
    uint8_t bytes[64 * 4 + BON_BITS_PAD];
    for (unsigned width = 1; width <= BON_BITS_WIDTH_MAX; width++) {
        uint64_t seed = width, mask = (UINT64_C(1) << width) - 1;
        memset(bytes, 0, sizeof bytes);
        for (unsigned i = 0; i < 64; i++) {
            uint64_t value = next_random(&seed) & mask;
            for (unsigned b = 0; b < width; b++)
                bytes[(i * width + b) / 8] |= (uint8_t)((value >> b & 1) << ((i * width + b) % 8));
        }
        seed = width;
        for (unsigned i = 0; i < 64; i++) cr_assert_eq(bon_bits_get(bytes, i, width), next_random(&seed) & mask);
    }
}

Test(bits, popcount_and_select_agree_with_counting) {
    uint64_t seed = 42;
    for (unsigned round = 0; round < 4000; round++) {
        uint64_t word = next_random(&seed);
        if (round % 4 == 1) word &= next_random(&seed) & next_random(&seed);
        if (round % 4 == 2) word |= next_random(&seed) | next_random(&seed);
        if (round == 3) word = ~UINT64_C(0);
        unsigned ones = 0;
        for (unsigned at = 0; at < 64; at++) {
            if (!(word >> at & 1)) continue;
            cr_assert_eq(bon_select(word, ones), at, "%016llx rank %u", (unsigned long long)word, ones);
            ones++;
        }
        cr_assert_eq(bon_popcount(word), ones);
    }
}
