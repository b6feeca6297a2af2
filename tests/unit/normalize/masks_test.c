/* src/normalize/masks.c: every implementation says the same about every byte at every place. */
#include <criterion/criterion.h>

#include "normalize/normalizer.h"

Test(masks, all_agree) {
    uint8_t block[64];
    struct bon_block_masks want, got;
    bon_masks_function *masks;
    for (unsigned byte = 0; byte < 256; byte++) {
        for (unsigned place = 0; place < 64; place++) {
            for (unsigned i = 0; i < 64; i++) block[i] = (uint8_t)(place == i ? byte : byte + i * 37);
            bon_masks_nth(0)(block, &want);
            uint64_t bit = (uint64_t)1 << place;
            cr_assert_eq((want.space & bit) != 0, byte == ' ');
            cr_assert_eq((want.newline & bit) != 0, byte == '\n');
            cr_assert_eq((want.control & bit) != 0, (byte < 0x20 && byte != '\n') || byte == 0x7f);
            cr_assert_eq((want.tail & bit) != 0, byte >= 0x80 && byte < 0xc0);
            cr_assert_eq((want.lead2 & bit) != 0, byte >= 0xc0);
            cr_assert_eq((want.lead3 & bit) != 0, byte >= 0xe0);
            cr_assert_eq((want.lead4 & bit) != 0, byte >= 0xf0);
            for (unsigned m = 1; (masks = bon_masks_nth(m)) != NULL; m++) {
                masks(block, &got);
                cr_assert_eq(memcmp(&got, &want, sizeof got), 0, "masks %u, byte %02x at %u", m, byte, place);
            }
        }
    }
    cr_expect_not_null(bon_masks_best());
}
