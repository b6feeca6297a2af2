/* Arrays in temporary files: contents survive growth and letting go of pages, nothing stays in the folder, failures are told. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/store.h"
#include "files.h"

enum { N = 300000 };

static uint32_t value_at(size_t i) { return (uint32_t)(i * 2654435761u); }

static void check(const uint32_t *numbers, size_t n) {
    for (size_t i = 0; i < n; i++) cr_assert_eq(numbers[i], value_at(i), "%zu", i);
}

Test(store, arrays_keep_what_is_in_them) {
    struct bon_store *store;
    cr_assert_eq(bon_store_open(&store, 1 << 16, "/tmp"), BON_OK, "%s", bon_error_message());
    uint32_t *numbers = NULL, *other = bon_store_zeroed(store, N, sizeof *other);
    size_t cap = 0;
    for (size_t i = 0; i < N; i++) {
        cr_assert_eq(bon_store_grow(store, &numbers, &cap, i + 1, sizeof *numbers), BON_OK);
        numbers[i] = value_at(i);
        other[i] = value_at(i);
        bon_store_pace(store, 2 * sizeof *numbers);
    }
    cr_assert_geq(cap, (size_t)N);
    bon_store_release(store);
    check(numbers, N);
    for (size_t i = N; i < cap; i++) cr_assert_eq(numbers[i], 0);
    check(other, N);
    bon_store_free(store, numbers);
    check(other, N);
    bon_store_close(store);
}

static size_t resident(void) {
    unsigned long long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    cr_assert(statm && fscanf(statm, "%*u %llu", &pages) == 1);
    fclose(statm);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Every page is touched but a hundredth of it is said to be passed: what the program takes stays near the limit all the same. */
Test(store, a_limit_is_watched) {
    enum { MEGABYTE = 1 << 20, SIZE = 96 * MEGABYTE, STEP = 4096 };
    struct bon_store *store;
    cr_assert_eq(bon_store_open(&store, MEGABYTE, "/tmp"), BON_OK);
    unsigned char *bytes = bon_store_array(store, SIZE, 1);
    size_t begin = resident(), most = 0;
    bon_store_watch(store, begin + 16 * MEGABYTE);
    for (size_t at = 0; at < SIZE; at += STEP) {
        bytes[at] = (unsigned char)(at / STEP * 7);
        bon_store_pace(store, STEP / 100);
        if (at % MEGABYTE) continue;
        size_t now = resident();
        if (now > most) most = now;
    }
    cr_assert_gt(most, begin + 4 * MEGABYTE, "%zu MB", (most - begin) / MEGABYTE);
    cr_assert_lt(most, begin + 64 * MEGABYTE, "%zu MB",
                 (most - begin) / MEGABYTE); /* a sanitizer has notes of its own */
    for (size_t at = 0; at < SIZE; at += STEP) cr_assert_eq(bytes[at], (unsigned char)(at / STEP * 7));
    bon_store_close(store);
}

Test(store, without_one_arrays_are_plain_memory) {
    uint32_t *numbers = bon_store_zeroed(NULL, 3, sizeof *numbers);
    size_t cap = 3;
    cr_assert_eq(numbers[2], 0);
    cr_assert_eq(bon_store_grow(NULL, &numbers, &cap, 100, sizeof *numbers), BON_OK);
    bon_store_pace(NULL, 100);
    bon_store_release(NULL);
    bon_store_free(NULL, numbers);
    bon_store_close(NULL);
}

Test(store, no_items_are_an_array_too) {
    struct bon_store *store;
    cr_assert_eq(bon_store_open(&store, 1, "/tmp"), BON_OK);
    void *empty = bon_store_array(store, 0, 4);
    cr_assert_neq(empty, NULL);
    bon_store_free(store, empty);
    bon_store_close(store);
}

Test(store, its_files_have_no_names) {
    char folder[] = "/tmp/bon-store-XXXXXX";
    cr_assert_neq(mkdtemp(folder), NULL);
    struct bon_store *store;
    cr_assert_eq(bon_store_open(&store, 1, folder), BON_OK);
    cr_assert_neq(bon_store_array(store, N, 4), NULL);
    DIR *there = opendir(folder);
    for (struct dirent *entry; (entry = readdir(there));) cr_assert_eq(entry->d_name[0], '.', "%s", entry->d_name);
    closedir(there);
    bon_store_close(store);
    cr_assert_eq(rmdir(folder), 0);
}

Test(store, folders_that_will_not_do_are_named) {
    struct bon_store *store;
    cr_assert_eq(bon_store_open(&store, 1, "/nowhere/at/all"), BON_ERR_IO);
    cr_assert_eq(store, NULL);
    cr_assert_neq(strstr(bon_error_message(), "/nowhere/at/all"), NULL, "%s", bon_error_message());
}

/* A limit of file sizes is as good as a full disk. */
Test(store, a_full_disk_is_a_failure_with_advice) {
    struct bon_store *store;
    cr_assert_eq(bon_store_open(&store, 1, "/tmp"), BON_OK);
    const struct rlimit limit = {1 << 20, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    uint32_t *numbers = NULL;
    size_t cap = 0;
    cr_assert_eq(bon_store_array(store, 1 << 20, 4), NULL);
    cr_assert_neq(strstr(bon_error_message(), "--temp"), NULL, "%s", bon_error_message());
    cr_assert_eq(bon_store_grow(store, &numbers, &cap, 1000, sizeof *numbers), BON_OK);
    numbers[999] = 7;
    cr_assert_eq(bon_store_grow(store, &numbers, &cap, 1 << 20, sizeof *numbers), BON_ERR_IO);
    cr_assert_eq(numbers[999], 7);
    bon_store_close(store);
}
