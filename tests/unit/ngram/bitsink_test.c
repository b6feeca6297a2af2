/* What the bit sink writes is what bits.h reads, for widths from 0 to 64 in any mixture and across buffer ends. */
#include <criterion/criterion.h>
#include <unistd.h>

#include "ngram/bits.h"
#include "ngram/bitsink.h"
#include "support/lm_toy.h"

/* Bits [at, at + width) of the bytes, one by one. */
static uint64_t read_slowly(const uint8_t *bytes, uint64_t at, unsigned width) {
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++) value |= (uint64_t)(bytes[(at + i) / 8] >> ((at + i) % 8) & 1) << i;
    return value;
}

static uint64_t random_number(uint64_t *seed, unsigned width) {
    uint64_t value = (uint64_t)toy_random(seed) << 32 | toy_random(seed);
    return width == 64 ? value : value & ((UINT64_C(1) << width) - 1);
}

Test(bitsink, numbers_of_mixed_widths_read_back) {
    enum { NUMBERS = 20000, PAD = 16 };
    struct bon_artefact_writer *writer;
    struct bon_artefact *artefact;
    struct bon_bitsink sink;
    const void *bytes;
    size_t n;
    char path[64];
    uint64_t seed = 11, at = 0;
    toy_path(path);
    cr_assert_eq(bon_artefact_create(&writer, path, "bits", 1), BON_OK);
    cr_assert_eq(bon_artefact_begin(writer, "bits"), BON_OK);
    bon_bitsink_start(&sink, writer);
    for (unsigned i = 0; i < NUMBERS; i++) {
        unsigned width = toy_below(&seed, 65);
        cr_assert_eq(bon_bitsink_put(&sink, random_number(&seed, width), width), BON_OK);
        at += width;
    }
    cr_assert_eq(bon_bitsink_finish(&sink, PAD), BON_OK);
    cr_assert_eq(bon_artefact_publish(writer), BON_OK);
    cr_assert_eq(bon_artefact_open(&artefact, path, "bits", 1, true), BON_OK);
    cr_assert_eq(bon_artefact_section(artefact, "bits", &bytes, &n), BON_OK);
    cr_assert_eq(n, (at + 63) / 64 * 8 + PAD);
    seed = 11;
    at = 0;
    for (unsigned i = 0; i < NUMBERS; i++) {
        unsigned width = toy_below(&seed, 65);
        cr_assert_eq(read_slowly(bytes, at, width), random_number(&seed, width));
        at += width;
    }
    for (uint64_t bit = at; bit < n * 8; bit++) cr_assert_eq(read_slowly(bytes, bit, 1), 0);
    bon_artefact_close(artefact);
    unlink(path);
}
