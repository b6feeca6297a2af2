/* Counts of pieces short and long, with any bytes, against plain arithmetic; growth; allocation failures. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "failmalloc.h"
#include "lm/bpe_pieces.h"

/* The count of a piece; 0 when it is not there. */
static uint64_t count_of(const struct bon_pieces *pieces, const char *text, size_t n) {
    char shorts[BON_PIECE_READ];
    for (size_t i = 0; i < pieces->slot_count; i++) {
        size_t length;
        if (!bon_piece_used(&pieces->slots[i])) continue;
        const char *known = bon_pieces_text(pieces, &pieces->slots[i], shorts, &length);
        if (length == n && memcmp(known, text, n) == 0) return pieces->slots[i].count;
    }
    return 0;
}

Test(bpe_pieces, lengths_and_zeros_tell_pieces_apart) {
    char text[64] = {0};
    struct bon_pieces pieces = {0};
    for (size_t n = 1; n <= 40; n++) {
        cr_assert_eq(bon_pieces_add(&pieces, text, n, n, n), BON_OK);
        cr_assert_eq(bon_pieces_add(&pieces, text, n, sizeof text, 100), BON_OK); /* more may be read: the same piece */
    }
    cr_assert_eq(pieces.used, 40u);
    for (size_t n = 1; n <= 40; n++) cr_assert_eq(count_of(&pieces, text, n), 100 + n, "%zu zeros", n);
    bon_pieces_free(&pieces);
}

Test(bpe_pieces, what_follows_a_piece_does_not_matter) {
    struct bon_pieces pieces = {0};
    char text[33];
    for (size_t n = 1; n <= BON_PIECE_SHORT; n++)
        for (int other = 0; other < 3; other++) {
            memset(text, "xyz"[other], sizeof text);
            memset(text, 'a', n);
            cr_assert_eq(bon_pieces_add(&pieces, text, n, sizeof text, 1), BON_OK);
        }
    cr_assert_eq(pieces.used, (size_t)BON_PIECE_SHORT);
    bon_pieces_free(&pieces);
}

static bon_status fill(void *unused) {
    (void)unused;
    struct bon_pieces pieces = {0};
    bon_status status = BON_OK;
    char text[64];
    for (unsigned i = 0; i < 3000 && status == BON_OK; i++) {
        size_t n = (size_t)snprintf(text, sizeof text, i % 3 ? "%u" : "%u and some more bytes", i);
        status = bon_pieces_add(&pieces, text, n, n, 2);
    }
    if (status == BON_OK) {
        cr_assert_eq(pieces.used, 3000u);
        cr_assert_eq(count_of(&pieces, "2999", 4), 2u);
        cr_assert_eq(count_of(&pieces, "2997 and some more bytes", 24), 2u);
    }
    bon_pieces_free(&pieces);
    return status;
}

Test(bpe_pieces, allocation_failures) { failmalloc_check(fill, NULL); }
