/* Elias-Fano sections: every number reads back, whatever the density; far lists; sections that do not hold together. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "ngram/eliasfano.h"
#include "support/lm_toy.h"

struct written {
    struct bon_artefact *artefact;
    const void *bytes;
    size_t n;
};

static struct written write_and_map(const uint32_t *values, const uint32_t *runs, uint64_t count, uint64_t limit) {
    struct bon_artefact_writer *writer;
    struct written written;
    char path[64];
    toy_path(path);
    cr_assert_eq(bon_artefact_create(&writer, path, "eftest", 1), BON_OK);
    struct bon_ef_source source = {.values = values, .run_begin = runs, .count = count};
    cr_assert_eq(bon_ef_write(writer, "ef", &source, limit, runs != NULL), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_artefact_publish(writer), BON_OK);
    cr_assert_eq(bon_artefact_open(&written.artefact, path, "eftest", 1, true), BON_OK);
    cr_assert_eq(bon_artefact_section(written.artefact, "ef", &written.bytes, &written.n), BON_OK);
    unlink(path);
    return written;
}

/* `jump` in `odds` steps is long, others are 0 .. step - 1. */
static uint32_t *staircase(uint64_t count, uint32_t step, uint32_t odds, uint32_t jump) {
    uint32_t *values = malloc(count * sizeof *values), at = 0;
    uint64_t seed = count + step;
    for (uint64_t i = 0; i < count; i++) {
        values[i] = at;
        at += odds && toy_below(&seed, odds) == 0 ? jump : toy_below(&seed, step);
    }
    return values;
}

Test(eliasfano, every_pair_reads_back) {
    static const struct {
        uint64_t count;
        uint32_t step, odds, jump, room;
    } rows[] = {
        {1, 1, 0, 0, 0},         {2, 1, 0, 0, 5},         {64, 2, 0, 0, 0},           {65, 3, 0, 0, 1},
        {1000, 1, 0, 0, 0},      {1000, 2, 0, 0, 7},      {5000, 3, 0, 0, 0},         {5000, 40, 0, 0, 100},
        {5000, 100000, 0, 0, 9}, {5000, 2, 200, 5000, 0}, {20000, 2, 3000, 99999, 3}, {3000, 1, 1500, 1000000, 0},
    };
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        uint32_t *values = staircase(rows[row].count, rows[row].step, rows[row].odds, rows[row].jump);
        uint64_t count = rows[row].count, limit = values[count - 1] + rows[row].room, begin, end;
        struct written written = write_and_map(values, NULL, count, limit);
        struct bon_ef ef;
        cr_assert_eq(bon_ef_open(&ef, written.bytes, written.n, count, false, "file", "ef"), BON_OK);
        for (uint64_t i = 0; i + 1 < count; i++) {
            bon_ef_pair(&ef, i, &begin, &end);
            cr_assert(begin == values[i] && end == values[i + 1], "row %zu, number %llu", row, (unsigned long long)i);
        }
        bon_artefact_close(written.artefact);
        free(values);
    }
}

Test(eliasfano, wide_blocks_are_listed_and_dense_ones_are_not) {
    uint32_t *values = staircase(20000, 2, 3000, 99999);
    struct written written = write_and_map(values, NULL, 20000, values[19999]);
    struct bon_ef ef;
    cr_assert_eq(bon_ef_open(&ef, written.bytes, written.n, 20000, false, "file", "ef"), BON_OK);
    cr_assert(ef.head.far_ones > 0 && ef.head.far_ones < 20);
    bon_artefact_close(written.artefact);
    free(values);
}

Test(eliasfano, sizes_that_do_not_fit_are_refused) {
    static const uint32_t values[] = {0, 3, 3, 8};
    struct written written = write_and_map(values, NULL, 4, 8);
    struct bon_ef ef;
    cr_assert_eq(bon_ef_open(&ef, written.bytes, written.n, 4, false, "file", "ef"), BON_OK);
    cr_assert_eq(ef.head.limit, 8);
    cr_assert_eq(bon_ef_open(&ef, written.bytes, written.n, 5, false, "file", "ef"), BON_ERR_FORMAT);
    cr_assert_eq(bon_ef_open(&ef, written.bytes, written.n, 4, true, "file", "ef"), BON_ERR_FORMAT);
    cr_assert_eq(bon_ef_open(&ef, written.bytes, written.n - 8, 4, false, "file", "ef"), BON_ERR_FORMAT);
    cr_assert_eq(bon_ef_open(&ef, written.bytes, 16, 4, false, "file", "ef"), BON_ERR_FORMAT);
    bon_artefact_close(written.artefact);
}

/* Whatever bits the section holds, pairs are ranges within the limit and nothing is read outside (run with ASan). */
Test(eliasfano, hostile_bits_give_ranges_inside_the_limit) {
    uint32_t *values = staircase(3000, 2, 500, 3000);
    uint64_t limit = values[2999] + 1, begin, end, seed = 5;
    struct written written = write_and_map(values, NULL, 3000, limit);
    char *copy = malloc(written.n);
    for (unsigned round = 0; round < 200; round++) {
        struct bon_ef ef;
        memcpy(copy, written.bytes, written.n);
        for (unsigned i = 0; i < 1 + round * 20; i++)
            copy[sizeof ef.head + toy_below(&seed, (uint32_t)(written.n - sizeof ef.head))] ^= (char)toy_random(&seed);
        if (round == 199) memset(copy + sizeof ef.head, 0, written.n - sizeof ef.head);
        cr_assert_eq(bon_ef_open(&ef, copy, written.n, 3000, false, "file", "ef"), BON_OK);
        for (uint64_t i = 0; i + 1 < 3000; i++) {
            bon_ef_pair(&ef, i, &begin, &end);
            cr_assert(begin <= end && end <= limit);
        }
    }
    free(copy);
    bon_artefact_close(written.artefact);
    free(values);
}

/* Runs of ids below `ids`, dense and sparse, long and empty: every id is found if and only if it is there. */
static void check_runs(uint32_t runs, uint32_t ids, uint64_t seed) {
    uint32_t *values = malloc((size_t)runs * ids * sizeof *values), *begin = malloc((runs + 1) * sizeof *begin), n = 0;
    for (uint32_t run = 0; run < runs; run++) {
        uint32_t odds = 1 + toy_below(&seed, 3) * toy_below(&seed, ids);
        begin[run] = n;
        for (uint32_t id = 0; id < ids && run % 4 != 1; id++)
            if (toy_below(&seed, odds) == 0) values[n++] = id;
    }
    begin[runs] = n;
    struct written written = write_and_map(values, begin, n, 0);
    struct bon_ef ef;
    cr_assert_eq(bon_ef_open(&ef, written.bytes, written.n, n, true, "file", "ef"), BON_OK);
    for (uint32_t run = 0; run < runs; run++) {
        struct bon_ef_run found = bon_ef_run_at(&ef, begin[run], begin[run + 1]);
        uint64_t at = begin[run], index;
        for (uint32_t id = 0; id < ids + 70; id++) {
            bool there = at < begin[run + 1] && values[at] == id;
            cr_assert_eq(bon_ef_find(&ef, &found, id, &index), there, "run %u, id %u", run, id);
            if (there) cr_assert_eq(index, at++);
        }
    }
    bon_artefact_close(written.artefact);
    free(values);
    free(begin);
}

Test(eliasfano, ids_are_found_in_their_run_and_no_other) {
    static const uint32_t rows[][2] = {{1, 1}, {2, 5}, {40, 3}, {7, 300}, {100, 100}, {30, 4000}, {3, 60000}};
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) check_runs(rows[row][0], rows[row][1], row + 1);
}
