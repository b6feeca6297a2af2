/* Counting in shards: whatever the text, its cut, the parts, the memory and the tree of merging, the file is the one that counting
 * everything gives, and so is what several parts give together. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cut.h"
#include "base/pipeline.h"
#include "files.h"
#include "ngram/counts.h"

enum { SHARDS_MAX = 9, PARTS_MAX = 5, ROUNDS = 40 };

static bon_buf random_text(uint64_t *seed, unsigned lines, unsigned words) {
    bon_buf text = {0};
    for (unsigned i = 0; i < lines; i++) {
        for (unsigned n = (unsigned)(files_random(seed) % 8); n > 0; n--)
            cr_assert_eq(
                bon_buf_printf(&text, "t%u ", (unsigned)(files_random(seed) % (files_random(seed) % words + 1))),
                BON_OK);
        cr_assert_eq(bon_buf_printf(&text, "\n"), BON_OK);
    }
    if (text.len && files_random(seed) % 2) text.len--; /* the last line may lack its end */
    return text;
}

struct reading {
    bon_counter *counter;
};

static bon_status copy(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)context, (void)worker;
    return bon_buf_append(out, chunk->data, chunk->len);
}

static bon_status add(void *context, const struct bon_chunk *chunk, const bon_buf *text) {
    (void)chunk;
    return bon_counter_add(((struct reading *)context)->counter, text->data, text->len);
}

/* Counts a shard of the files into `path`. */
static void count(const char *path, const char *const *paths, size_t n, unsigned order, uint32_t index, uint32_t of,
                  uint32_t parts, unsigned threads, bool limit) {
    struct bon_cut cut;
    struct reading reading;
    cr_assert_eq(bon_cut_open(&cut, paths, n, index, of, BON_CUT_LINES), BON_OK);
    const struct bon_counter_cut how = {index, of, parts, cut.digest};
    cr_assert_eq(bon_counter_open(&reading.counter, order), BON_OK);
    cr_assert_eq(bon_counter_cut(reading.counter, &how), BON_OK);
    if (limit) cr_assert_eq(bon_counter_limit(reading.counter, BON_LM_MEMORY_MIN, "/tmp"), BON_OK);
    const struct bon_pipeline pipeline = {.paths = cut.paths,
                                          .path_count = cut.count,
                                          .ranges = cut.ranges,
                                          .threads = threads,
                                          .chunk_size = 100,
                                          .map = copy,
                                          .sink = add,
                                          .context = &reading};
    cr_assert_eq(bon_pipeline_run(&pipeline), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_counter_write(reading.counter, path), BON_OK, "%s", bon_error_message());
    bon_counter_close(reading.counter);
    bon_cut_close(&cut);
}

/* Merges files two by two, in any order, until one is left; its name is in names[0] then. */
static void merge_tree(char (*names)[300], size_t n, uint64_t *seed, const struct bon_counts_join *how) {
    for (unsigned step = 0; n > 1; step++) {
        size_t a = files_random(seed) % n, b = files_random(seed) % (n - 1);
        b += b >= a;
        const char *two[] = {names[a], names[b]};
        char sum[300];
        snprintf(sum, sizeof sum, "%.250s.%u", names[a], step);
        cr_assert_eq(bon_counts_join(two, 2, sum, how, NULL), BON_OK, "%s", bon_error_message());
        memcpy(names[a], sum, sizeof sum);
        memcpy(names[b], names[n - 1], sizeof sum);
        n--;
    }
}

static void check_same(const char *a, const char *b, unsigned round) {
    bon_buf x = files_read(a), y = files_read(b);
    cr_assert(x.len == y.len && memcmp(x.data, y.data, x.len) == 0, "round %u", round);
    bon_buf_free(&x);
    bon_buf_free(&y);
}

Test(shards, any_cut_parts_memory_and_tree, .fini = files_clear) {
    uint64_t seed = 2026;
    for (unsigned round = 0; round < ROUNDS; round++) {
        char names[3][300], whole[300], maps[SHARDS_MAX][300], parts[PARTS_MAX][300];
        const char *paths[3];
        size_t files = 1 + files_random(&seed) % 3;
        for (size_t i = 0; i < files; i++) {
            snprintf(names[i], sizeof names[i], "%s-%zu", files_path("text"), i);
            bon_buf text = random_text(&seed, (unsigned)(files_random(&seed) % (round % 10 ? 90 : 9000)), 300);
            files_write(paths[i] = names[i], text.data, text.len);
            bon_buf_free(&text);
        }
        unsigned order = 1 + (unsigned)(files_random(&seed) % 5);
        uint32_t of = 1 + (uint32_t)(files_random(&seed) % SHARDS_MAX),
                 in = 1 + (uint32_t)(files_random(&seed) % PARTS_MAX);
        snprintf(whole, sizeof whole, "%s", files_path("whole.bonc"));
        count(whole, paths, files, order, 0, 1, 1, 1, false);
        for (uint32_t p = 0; p < in; p++) {
            for (uint32_t i = 0; i < of; i++) {
                snprintf(maps[i], sizeof maps[i], "%s-%u", files_path("map"), i);
                if (p == 0)
                    count(maps[i], paths, files, order, i, of, in, 1 + (unsigned)(files_random(&seed) % 3),
                          files_random(&seed) % 2);
            }
            struct bon_counts_join how = {.part = p, .parts = in, .folder = "/tmp"};
            if (files_random(&seed) % 2) how.memory = BON_LM_MEMORY_MIN;
            snprintf(parts[p], sizeof parts[p], "%s-%u", files_path("part"), p);
            merge_tree(maps, of, &seed, &how);
            const char *one[] = {maps[0]};
            cr_assert_eq(bon_counts_join(one, 1, parts[p], &how, NULL), BON_OK, "%s", bon_error_message());
        }
        merge_tree(parts, in, &seed, &(struct bon_counts_join){0});
        const char *last[] = {parts[0]};
        char sum[300];
        snprintf(sum, sizeof sum, "%s", files_path("sum.bonc"));
        cr_assert_eq(bon_counts_join(last, 1, sum, &(struct bon_counts_join){.whole = true}, NULL), BON_OK);
        check_same(whole, sum, round);
    }
}
