/* tests/unit/restore/restorer_test.c: a model opened from its file and from its bytes is the same model; damage is told. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bon/restore.h"
#include "failmalloc.h"
#include "restore_toy.h"

struct bytes {
    char *data;
    size_t n;
};

static struct bytes toy_bytes(void) {
    char path[64];
    restore_toy_write(path, 3, 1);
    FILE *file = fopen(path, "rb");
    cr_assert(file);
    fseek(file, 0, SEEK_END);
    struct bytes bytes = {.n = (size_t)ftell(file)};
    rewind(file);
    bytes.data = aligned_alloc(64, (bytes.n + 63) / 64 * 64);
    cr_assert(bytes.data && fread(bytes.data, 1, bytes.n, file) == bytes.n);
    fclose(file);
    unlink(path);
    return bytes;
}

static void expect_restored(bon_restorer *restorer, const char *plain, const char *wanted) {
    bon_restore_session *session;
    bon_buf out = {0};
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    cr_assert_eq(bon_restore(session, plain, strlen(plain), &out), BON_OK);
    cr_expect(out.len == strlen(wanted) && memcmp(out.data, wanted, out.len) == 0, "%.*s", (int)out.len, out.data);
    bon_buf_free(&out);
    bon_restore_session_close(session);
}

Test(restorer, from_memory) {
    struct bytes bytes = toy_bytes();
    bon_restorer *restorer;
    cr_assert_eq(bon_restorer_open_memory(&restorer, bytes.data, bytes.n, "toy"), BON_OK, "%s", bon_error_message());
    expect_restored(restorer, "toi dang hoc tieng viet", "tôi đang học tiếng việt");
    bon_restorer_close(restorer);
    free(bytes.data);
}

Test(restorer, damaged_bytes_are_told_by_the_name_given) {
    struct bytes bytes = toy_bytes();
    bon_restorer *restorer;
    const size_t lengths[] = {0, 1, 63, 64, 200, bytes.n / 2, bytes.n - 1};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        cr_expect_eq(bon_restorer_open_memory(&restorer, bytes.data, lengths[i], "toy"), BON_ERR_FORMAT, "%zu bytes",
                     lengths[i]);
        cr_expect(strncmp(bon_error_message(), "toy: ", 5) == 0, "%s", bon_error_message());
    }
    bytes.data[bytes.n / 2] ^= 0x20;
    cr_assert_eq(bon_restorer_open_memory(&restorer, bytes.data, bytes.n, "toy"), BON_OK);
    cr_expect_eq(bon_restorer_verify(restorer), BON_ERR_FORMAT, "seen when all of it is read");
    bon_restorer_close(restorer);
    free(bytes.data);
}

static bon_status open_it(void *context) {
    const struct bytes *bytes = context;
    bon_restorer *restorer;
    bon_status status = bon_restorer_open_memory(&restorer, bytes->data, bytes->n, "toy");
    if (status == BON_OK) bon_restorer_close(restorer);
    return status;
}

Test(restorer, out_of_memory) {
    struct bytes bytes = toy_bytes();
    failmalloc_check(open_it, &bytes);
    free(bytes.data);
}
