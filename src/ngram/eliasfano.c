/* src/ngram/eliasfano.c: where the parts of an Elias-Fano section lie, and whether a section has them. */
#include "ngram/eliasfano.h"

static uint64_t block_count(uint64_t count) { return (count + BON_EF_BLOCK - 1) / BON_EF_BLOCK; }

static uint64_t hint_bytes(uint64_t count) { return (block_count(count) + 1) / 2 * 8; }

static uint64_t far_bytes(uint32_t lists) { return (uint64_t)lists * BON_EF_BLOCK * 4; }

static uint64_t zero_count(const struct bon_ef_header *head) {
    return head->searchable ? head->limit >> head->low_bits : 0;
}

/* Places the parts behind the header and returns the size of the section. */
static uint64_t place(struct bon_ef *ef, const uint8_t *bytes) {
    const struct bon_ef_header *head = &ef->head;
    uint64_t at = sizeof *head;
    ef->low = bytes + at;
    at += bon_bits_bytes(head->count, head->low_bits);
    ef->high = bytes + at;
    at += head->high_words * 8;
    struct bon_ef_hints *hints[] = {&ef->ones, &ef->zeros};
    ef->ones = (struct bon_ef_hints){.count = head->count, .far_count = head->far_ones};
    ef->zeros = (struct bon_ef_hints){.count = zero_count(head), .far_count = head->far_zeros, .flip = ~UINT64_C(0)};
    for (unsigned i = 0; i < 2; i++) {
        hints[i]->hint = bytes + at;
        at += hint_bytes(hints[i]->count);
        hints[i]->far_list = bytes + at;
        at += far_bytes(hints[i]->far_count);
    }
    return at;
}

bon_status bon_ef_open(struct bon_ef *ef, const void *bytes, size_t n, uint64_t count, bool searchable,
                       const char *file, const char *section) {
    if (n < sizeof ef->head)
        return bon_fail(BON_ERR_FORMAT, "%s: section %s is cut short; get the file again", file, section);
    memcpy(&ef->head, bytes, sizeof ef->head);
    const struct bon_ef_header *head = &ef->head;
    bool sound = head->count == count && head->searchable == (uint32_t)searchable &&
                 head->low_bits <= BON_BITS_WIDTH_MAX && count < BON_EF_FAR &&
                 head->limit >> head->low_bits < BON_EF_FAR &&
                 head->high_words == bon_ef_high_words(count, head->limit, head->low_bits) &&
                 head->far_ones <= block_count(count) && head->far_zeros <= block_count(zero_count(head));
    if (!sound || place(ef, bytes) != n)
        return bon_fail(BON_ERR_FORMAT, "%s: section %s does not fit the counts in the header; get the file again",
                        file, section);
    return BON_OK;
}
