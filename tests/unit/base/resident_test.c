/* Files read into memory: every byte, empty ones, what cannot be read. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/resident.h"

static void write_file(const char *path, size_t n) {
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    for (size_t i = 0; i < n; i++) fputc((int)(i * 7 % 251), file);
    fclose(file);
}

Test(resident, every_byte_arrives) {
    static const size_t sizes[] = {0, 1, 4096, 100001, (4 << 20) + 3};
    char path[] = "/tmp/bon-test-XXXXXX";
    close(mkstemp(path));
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct bon_resident resident;
        write_file(path, sizes[s]);
        cr_assert_eq(bon_resident_read(&resident, path), BON_OK, "%s", bon_error_message());
        cr_assert_eq(resident.size, sizes[s]);
        cr_assert_eq((size_t)resident.bytes % 64, 0);
        const unsigned char *bytes = resident.bytes;
        for (size_t i = 0; i < sizes[s]; i++) cr_assert(bytes[i] == i * 7 % 251, "byte %zu of %zu", i, sizes[s]);
        bon_resident_free(&resident);
        cr_assert_null(resident.bytes);
    }
    unlink(path);
}

Test(resident, what_cannot_be_read_is_named) {
    static const char *const paths[] = {"/nonexistent/x", "/dev/null", "/tmp"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct bon_resident resident;
        cr_assert_eq(bon_resident_read(&resident, paths[i]), BON_ERR_IO);
        cr_assert_not_null(strstr(bon_error_message(), paths[i]));
        cr_assert_null(resident.area);
        bon_resident_free(&resident);
    }
}
