/* Records: sorted and merged as qsort would, in any memory; damaged files are refused. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "corpus/records.h"
#include "failmalloc.h"
#include "files.h"

static unsigned compared; /* numbers */

static int compare(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    for (unsigned i = 0; i < compared; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}

static bon_status sort_into(uint64_t memory, unsigned width, const uint64_t *records, size_t n, uint64_t *out) {
    struct bon_sorter *sorter;
    const uint64_t *record = NULL;
    BON_TRY(bon_sorter_open(&sorter, width, memory, "/tmp"));
    bon_status status = BON_OK;
    for (size_t i = 0; i < n && status == BON_OK; i++) status = bon_sorter_add(sorter, records + i * width);
    if (status == BON_OK) status = bon_sorter_finish(sorter);
    size_t count = 0;
    while (status == BON_OK && (status = bon_sorter_next(sorter, &record)) == BON_OK && record) {
        cr_assert(count < n);
        memcpy(out + count++ * width, record, width * sizeof *out);
    }
    bon_sorter_close(sorter);
    if (status == BON_OK) cr_assert_eq(count, n);
    return status;
}

Test(records, sorted_in_any_memory) {
    enum { N = 20000 };
    static const uint64_t memories[] = {0, 100000, 1 << 30};
    static const size_t sizes[] = {0, 1, 1023, 1024, 1025, N};
    uint64_t *records = malloc(N * BON_RECORD_MAX * sizeof *records),
             *expected = malloc(N * BON_RECORD_MAX * sizeof *expected), *out = malloc(N * BON_RECORD_MAX * sizeof *out);
    uint64_t seed = 1;
    for (unsigned width = 1; width <= BON_RECORD_MAX; width++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            size_t n = sizes[s];
            for (size_t i = 0; i < n * width; i++)
                records[i] = i % width ? files_random(&seed) % 50 : files_random(&seed) % (n / 4 + 1) << 40;
            memcpy(expected, records, n * width * sizeof *records);
            compared = width;
            if (n) qsort(expected, n, width * sizeof *expected, compare);
            for (size_t m = 0; m < sizeof memories / sizeof *memories; m++) {
                cr_assert_eq(sort_into(memories[m], width, records, n, out), BON_OK, "%s", bon_error_message());
                cr_assert(n == 0 || memcmp(out, expected, n * width * sizeof *out) == 0, "width %u, %zu records", width,
                          n);
            }
        }
    free(records);
    free(expected);
    free(out);
}

/* What is read from elsewhere ascends and agrees with its checksum, or is refused. */
Test(records, checked_ones, .fini = files_clear) {
    static const struct {
        uint64_t records[3][2];
        size_t bytes;
        uint64_t wrong;
        bool good;
    } rows[] = {{{{1, 1}, {1, 2}, {2, 0}}, 48, 0, true},  {{{1, 1}, {1, 2}, {2, 0}}, 48, 1, false},
                {{{1, 1}, {1, 1}, {2, 0}}, 48, 0, false}, {{{2, 1}, {1, 2}, {2, 0}}, 48, 0, false},
                {{{1, 1}, {1, 2}, {2, 0}}, 40, 0, false}, {{{1, 1}, {1, 2}, {2, 0}}, 0, 0, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *path = files_path("records");
        files_write(path, rows[i].records, rows[i].bytes);
        int fd = open(path, O_RDONLY);
        struct bon_record_span span = {.fd = fd,
                                       .name = path,
                                       .end = rows[i].bytes,
                                       .checked = true,
                                       .checksum = bon_hash64(rows[i].records, rows[i].bytes) + rows[i].wrong};
        struct bon_record_merge *merge;
        const uint64_t *record = NULL;
        size_t from, count = 0;
        bon_status status = bon_record_merge_open(&merge, 2, &span, 1, 1000);
        while (status == BON_OK && (status = bon_record_merge_next(merge, &record, &from)) == BON_OK && record) count++;
        bon_record_merge_close(merge);
        close(fd);
        cr_assert_eq(status, rows[i].good ? BON_OK : BON_ERR_FORMAT, "row %zu", i);
        if (rows[i].good) cr_assert_eq(count, rows[i].bytes / 16);
    }
}

Test(records, a_file_that_is_cut_is_an_error, .fini = files_clear) {
    const char *path = files_path("records");
    const uint64_t numbers[] = {1, 2, 3};
    files_write(path, numbers, sizeof numbers);
    struct bon_record_span span = {.fd = open(path, O_RDONLY), .name = path, .end = 1000};
    struct bon_record_merge *merge;
    cr_assert_eq(bon_record_merge_open(&merge, 1, &span, 1, 1 << 20), BON_ERR_IO);
    close(span.fd);
}

static bon_status sort_once(void *arg) {
    uint64_t *records = arg, out[3000];
    return sort_into(0, 1, records, 3000, out);
}

Test(records, allocation_failures) {
    uint64_t records[3000], seed = 2;
    for (size_t i = 0; i < 3000; i++) records[i] = files_random(&seed);
    failmalloc_check(sort_once, records);
}
