/* src/normalize/masks.c: every implementation says the same about every byte at every place. */
#include <criterion/criterion.h>
#include <ctype.h>

#include "normalize/normalizer.h"

Test(masks, all_agree) {
    uint8_t bytes[3 + 64], *block = bytes + 3;
    struct bon_block_masks want, got;
    bon_masks_function *masks;
    for (unsigned byte = 0; byte < 256; byte++) {
        for (unsigned place = 0; place < 64; place++) {
            for (int i = -3; i < 64; i++) block[i] = (uint8_t)((int)place == i ? byte : byte + (unsigned)i * 37);
            bon_masks_nth(0)(block, &want);
            uint64_t bit = (uint64_t)1 << place;
            cr_assert_eq((want.tail & bit) != 0, byte >= 0x80 && byte < 0xc0);
            cr_assert_eq((want.beyond & bit) != 0, byte >= 0x80);
            cr_assert_eq((want.qg & bit) != 0, byte && strchr("qQgG", (int)byte));
            cr_assert_eq((want.more & bit) != 0, byte >= 0x80 || isalpha((int)byte));
            cr_assert_eq((want.maybe_vowel & ~want.beyond & bit) != 0, byte && strchr("aeiouyAEIOUY", (int)byte));
            for (unsigned m = 1; (masks = bon_masks_nth(m)) != NULL; m++) {
                masks(block, &got);
                cr_assert_eq(memcmp(&got, &want, sizeof got), 0, "masks %u, byte %02x at %u", m, byte, place);
            }
        }
    }
    cr_expect_not_null(bon_masks_best());
}

/* Every pair of bytes, in each implementation, against what a character is. */
Test(masks, letters_by_their_bytes) {
    bon_normalizer *nz;
    cr_assert_eq(bon_normalizer_open(&nz, NULL), BON_OK);
    for (uint32_t c = 0x80; c < 0x10000; c++) {
        uint8_t block[3 + 64];
        unsigned length = 0;
        memset(block, ' ', sizeof block);
        if (c < 0x800) {
            block[3 + length++] = (uint8_t)(0xc0 | c >> 6);
        } else {
            block[3 + length++] = (uint8_t)(0xe0 | c >> 12);
            block[3 + length++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        }
        block[3 + length++] = (uint8_t)(0x80 | (c & 0x3f));
        bon_masks_function *masks;
        for (unsigned i = 0; (masks = bon_masks_nth(i)) != NULL; i++) {
            struct bon_block_masks m;
            masks(block + 3, &m);
            bool fine = nz->classes[c] != BON_CLASS_SUSPECT;
            if (!(m.odd & 7)) {
                cr_assert(fine, "U+%04X is not fine", c);
                cr_assert_eq((m.check >> (length - 1) & 1) != 0, (nz->classes[c] & BON_CLASS_CHECK) != 0, "U+%04X", c);
            }
            if (fine && c < 0x180) cr_assert_eq(m.odd & 7, c < 0xc0, "U+%04X is fine", c);
        }
    }
    bon_normalizer_close(nz);
}
