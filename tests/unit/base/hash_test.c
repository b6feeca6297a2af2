/* XXH3-64: known answers (as xxhsum -H3 prints them), and pieces against the whole. */
#include "base/hash.h"

#include <criterion/criterion.h>

#include "failmalloc.h"

Test(hash, known_answers) {
    cr_assert_eq(bon_hash64("", 0), UINT64_C(0x2d06800538d394c2));
    cr_assert_eq(bon_hash64("a", 1), UINT64_C(0xe6c632b61e964e1f));
    cr_assert_eq(bon_hash64("abc", 3), UINT64_C(0x78af5f94892f3950));
}

Test(hash, known_answers_of_128_bits) {
    struct bon_hash128 empty = bon_hash128("", 0), abc = bon_hash128("abc", 3);
    cr_assert_eq(empty.high, UINT64_C(0x99aa06d3014798d8));
    cr_assert_eq(empty.low, UINT64_C(0x6001c324468d497f));
    cr_assert_eq(abc.high, UINT64_C(0x06b05ab6733a6185));
    cr_assert_eq(abc.low, UINT64_C(0x78af5f94892f3950));
}

Test(hash, pieces_equal_the_whole) {
    static unsigned char bytes[5000];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 31 + i / 7);
    struct bon_hash_stream *stream = bon_hash_open();
    for (size_t piece = 1; piece < sizeof bytes; piece = piece * 3 + 1) {
        bon_hash_reset(stream);
        bon_hash_update(stream, NULL, 0);
        for (size_t at = 0; at < sizeof bytes; at += piece)
            bon_hash_update(stream, bytes + at, piece < sizeof bytes - at ? piece : sizeof bytes - at);
        cr_assert_eq(bon_hash_digest(stream), bon_hash64(bytes, sizeof bytes));
    }
    bon_hash_close(stream);
    bon_hash_close(NULL);
}

static bon_status open_and_close(void *arg) {
    (void)arg;
    struct bon_hash_stream *stream = bon_hash_open();
    bon_hash_close(stream);
    return stream ? BON_OK : BON_ERR_NOMEM;
}

Test(hash, allocation_failures) { failmalloc_check(open_and_close, NULL); }
