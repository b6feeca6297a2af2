/* Token files and the windows that training takes from them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bon/lm.h"

enum { COUNT = 1003, CONTEXT = 10, END = 7 };

static void write_ids(char path[40], unsigned id_bytes, size_t count, uint32_t (*id)(size_t)) {
    snprintf(path, 40, "/tmp/bon-test-XXXXXX");
    cr_assert_eq(close(mkstemp(path)), 0);
    FILE *out = fopen(path, "wb");
    for (size_t i = 0; i < count; i++)
        for (unsigned k = 0; k < id_bytes; k++) fputc((int)(id(i) >> 8 * k & 255), out);
    cr_assert_eq(fclose(out), 0);
}

static uint32_t counting(size_t i) { return (uint32_t)i; }
static uint32_t documents(size_t i) { return i % 25 == 24 ? END : 100 + (uint32_t)i % 50; }

Test(tokens, every_window_once_an_epoch) {
    for (unsigned id_bytes = 2; id_bytes <= 4; id_bytes += 2)
        for (uint64_t seed = 0; seed < 3; seed++) {
            enum { WINDOWS = 100 };
            char path[40];
            bon_tokens *tokens;
            bon_batches batches, copy;
            int32_t ids[CONTEXT * 7], next[CONTEXT * 7], starts[CONTEXT * 7], again[CONTEXT * 7];
            unsigned order[3][WINDOWS], seen[WINDOWS] = {0}, moved = 0;
            write_ids(path, id_bytes, COUNT, counting);
            cr_assert_eq(bon_tokens_open(&tokens, path, id_bytes, COUNT), BON_OK, "%s", bon_error_message());
            cr_expect_eq(bon_tokens_count(tokens), COUNT);
            cr_assert_eq(bon_batches_begin(&batches, tokens, 0, COUNT, CONTEXT, COUNT, seed), BON_OK);
            cr_expect_eq(batches.count, 1000);
            for (unsigned i = 0; i < 3 * WINDOWS; i++) {
                bon_batches_next(&batches, 1, ids, next, starts);
                cr_assert_eq(ids[0] % CONTEXT, 0);
                order[i / WINDOWS][i % WINDOWS] = (unsigned)ids[0] / CONTEXT;
                seen[ids[0] / CONTEXT]++;
                for (int k = 0; k < CONTEXT; k++) {
                    cr_expect_eq(ids[k], ids[0] + k);
                    cr_expect_eq(next[k], ids[0] + k + 1);
                    cr_expect_eq(starts[k], 0);
                }
            }
            for (unsigned i = 0; i < WINDOWS; i++) {
                cr_expect_eq(seen[i], 3);
                moved += order[0][i] != i;
            }
            if (seed == 0) cr_expect_eq(moved, 0);
            if (seed != 0) {
                cr_expect_gt(moved, 80);
                cr_expect_neq(memcmp(order[0], order[1], sizeof order[0]), 0, "another epoch, another order");
            }
            copy = batches; /* goes on from the same place */
            bon_batches_next(&batches, 7, ids, next, starts);
            bon_batches_next(&copy, 3, again, next, starts);
            bon_batches_next(&copy, 4, again + 3 * CONTEXT, next, starts);
            cr_expect_arr_eq(ids, again, sizeof ids);
            bon_tokens_close(tokens);
            unlink(path);
        }
}

Test(tokens, documents_are_texts) {
    char path[40];
    bon_tokens *tokens;
    bon_batches batches;
    int32_t ids[100], next[100], starts[100];
    write_ids(path, 2, 101, documents);
    cr_assert_eq(bon_tokens_open(&tokens, path, 2, 200), BON_OK);
    cr_assert_eq(bon_batches_begin(&batches, tokens, 0, 101, 50, END, 0), BON_OK);
    bon_batches_next(&batches, 2, ids, next, starts);
    for (int i = 0; i < 100; i++) {
        const int since =
            i % 50 < 24 ? i % 50 : (i % 50 + 1) % 25; /* a window, or the end of a document, begins a text */
        cr_expect_eq(starts[i], i - since);
        cr_expect_eq(next[i], (int32_t)documents((size_t)i + 1));
    }
    bon_tokens_close(tokens);
    unlink(path);
}

Test(tokens, refusals) {
    char path[40];
    bon_tokens *tokens;
    bon_batches batches;
    write_ids(path, 2, 11, counting);
    cr_expect_eq(bon_tokens_open(&tokens, path, 3, 100), BON_ERR_ARGUMENT);
    cr_expect_eq(bon_tokens_open(&tokens, path, 4, 100), BON_ERR_DATA);
    cr_expect_eq(bon_tokens_open(&tokens, path, 2, 10), BON_ERR_DATA);
    cr_expect(strstr(bon_error_message(), "offset 20"), "%s", bon_error_message());
    cr_assert_eq(bon_tokens_open(&tokens, path, 2, 11), BON_OK);
    cr_expect_eq(bon_batches_begin(&batches, tokens, 0, 11, 10, END, 1), BON_OK);
    cr_expect_eq(bon_batches_begin(&batches, tokens, 0, 11, 11, END, 1), BON_ERR_DATA);
    cr_expect_eq(bon_batches_begin(&batches, tokens, 5, 7, 2, END, 1), BON_ERR_ARGUMENT);
    cr_expect_eq(bon_batches_begin(&batches, tokens, 0, 11, 0, END, 1), BON_ERR_ARGUMENT);
    bon_tokens_close(tokens);
    cr_assert_eq(truncate(path, 0), 0);
    cr_expect_eq(bon_tokens_open(&tokens, path, 2, 11), BON_ERR_DATA);
    unlink(path);
    cr_expect_eq(bon_tokens_open(&tokens, path, 2, 11), BON_ERR_IO);
    cr_expect_eq(bon_tokens_open(&tokens, "/", 2, 11), BON_ERR_DATA);
}
