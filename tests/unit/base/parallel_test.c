/* Parts over threads: each done once, committed in order, and the failure told is that of the lowest part. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <string.h>

#include "base/parallel.h"

enum { PARTS = 500 };

struct log {
    atomic_int done[PARTS];
    atomic_int busy[8];
    size_t order[PARTS], committed;
    size_t fail_work, fail_commit; /* PARTS = never */
};

static bon_status do_part(void *context, size_t part, unsigned worker) {
    struct log *log = context;
    cr_assert_eq(atomic_fetch_add(&log->busy[worker], 1), 0, "a worker's number is its own");
    atomic_fetch_add(&log->done[part], 1);
    atomic_fetch_sub(&log->busy[worker], 1);
    return part >= log->fail_work ? bon_fail(BON_ERR_DATA, "work %zu", part) : BON_OK;
}

static bon_status commit_part(void *context, size_t part, unsigned worker) {
    struct log *log = context;
    (void)worker;
    if (part == log->fail_commit) return bon_fail(BON_ERR_IO, "commit %zu", part);
    log->order[log->committed++] = part;
    return BON_OK;
}

Test(parallel, parts_are_done_once_and_committed_in_order) {
    static const unsigned threads[] = {0, 1, 2, 3, 8};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++)
        for (int committing = 0; committing < 2; committing++) {
            struct log log = {.fail_work = PARTS, .fail_commit = PARTS};
            const struct bon_parallel job = {threads[i], PARTS, &log, do_part, committing ? commit_part : NULL};
            cr_assert_eq(bon_parallel_run(&job), BON_OK);
            for (size_t part = 0; part < PARTS; part++) cr_assert_eq(log.done[part], 1);
            cr_assert_eq(log.committed, committing ? PARTS : 0);
            for (size_t part = 0; part < log.committed; part++) cr_assert_eq(log.order[part], part);
        }
    const struct bon_parallel nothing = {4, 0, NULL, do_part, commit_part};
    cr_assert_eq(bon_parallel_run(&nothing), BON_OK);
}

Test(parallel, the_first_failure_is_told) {
    for (unsigned threads = 1; threads <= 8; threads++) {
        struct log log = {.fail_work = 100, .fail_commit = PARTS};
        struct bon_parallel job = {threads, PARTS, &log, do_part, commit_part};
        cr_assert_eq(bon_parallel_run(&job), BON_ERR_DATA);
        cr_assert(strcmp(bon_error_message(), "work 100") == 0, "%s", bon_error_message());
        cr_assert_leq(log.committed, (size_t)100);
        struct log late = {.fail_work = PARTS, .fail_commit = 37};
        job.context = &late;
        cr_assert_eq(bon_parallel_run(&job), BON_ERR_IO);
        cr_assert(strcmp(bon_error_message(), "commit 37") == 0, "%s", bon_error_message());
        cr_assert_eq(late.committed, (size_t)37);
    }
}

Test(parallel, items_are_split_without_gap) {
    static const size_t sizes[] = {0, 1, 5, 6, 7, 1000003};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t parts = 1; parts < 9; parts++) {
            cr_assert_eq(bon_part_begin(sizes[i], 0, parts), 0u);
            cr_assert_eq(bon_part_begin(sizes[i], parts, parts), sizes[i]);
            for (size_t part = 0; part < parts; part++) {
                size_t share = bon_part_begin(sizes[i], part + 1, parts) - bon_part_begin(sizes[i], part, parts);
                cr_assert(share == sizes[i] / parts || share == sizes[i] / parts + 1);
            }
        }
}
