/* Texts that wait on disk come back as they went, in order. */
#include "corpus/spool.h"

#include "support.h"

Test(spool, gives_back_in_order, .fini = files_clear) {
    struct bon_spool *spool;
    struct bon_spooled head;
    bon_buf text = {0}, big = {0};
    bool end;
    cr_assert_eq(bon_buf_reserve(&big, 5 << 20), BON_OK);
    for (size_t i = 0; i < 5 << 20; i++) big.data[i] = (char)(i * 7 + i / 251);
    cr_assert_eq(bon_spool_open(&spool, files_path("")), BON_OK);
    for (uint64_t i = 0; i < 3000; i++)
        cr_assert_eq(bon_spool_put(spool, (struct bon_hash128){i, ~i}, i % 3 == 0, big.data + i, i % 500 ? i : 3 << 20),
                     BON_OK);
    cr_assert_eq(bon_spool_count(spool), 3000);
    cr_assert_eq(bon_spool_rewind(spool), BON_OK);
    for (uint64_t i = 0; i < 3000; i++) {
        cr_assert_eq(bon_spool_take(spool, &head, &text, &end), BON_OK);
        cr_assert(!end);
        cr_assert_eq(head.hash.low, i);
        cr_assert_eq(head.hash.high, ~i);
        cr_assert_eq(head.always, i % 3 == 0);
        cr_assert_eq(text.len, i % 500 ? i : 3 << 20);
        cr_assert(memcmp(text.data, big.data + i, text.len) == 0 || text.len == 0);
    }
    cr_assert_eq(bon_spool_take(spool, &head, &text, &end), BON_OK);
    cr_assert(end);
    cr_assert_eq(files_beside(files_path("x")), 0, "a file without a name");
    bon_spool_close(spool);
    bon_spool_close(NULL);
    bon_buf_free(&text);
    bon_buf_free(&big);
}

Test(spool, names_the_folder_that_is_not_there) {
    struct bon_spool *spool;
    cr_assert_eq(bon_spool_open(&spool, "/nowhere/at/all"), BON_ERR_IO);
    cr_assert_not_null(strstr(bon_error_message(), "/nowhere/at/all"));
}
