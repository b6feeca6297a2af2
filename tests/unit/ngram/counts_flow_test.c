/* Counting within a limit of memory and adding up files: the same bytes as all at once, failures told. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "failmalloc.h"
#include "files.h"
#include "ngram/counts_flow.h"

/* Lines over a vocabulary that grows, so that every piece knows other words. */
static bon_buf some_text(uint64_t seed, unsigned lines) {
    bon_buf text = {0};
    for (unsigned i = 0; i < lines; i++) {
        for (unsigned n = (unsigned)(files_random(&seed) % 9); n > 0; n--)
            cr_assert_eq(bon_buf_printf(&text, "w%u ", (unsigned)(files_random(&seed) % (i / 8 + 2))), BON_OK);
        cr_assert_eq(bon_buf_printf(&text, "\n"), BON_OK);
    }
    return text;
}

static void count_to(const char *path, const bon_buf *text, unsigned order, unsigned parts, bool limit) {
    bon_counter *counter;
    cr_assert_eq(bon_counter_open(&counter, order), BON_OK);
    cr_assert_eq(bon_counter_cut(counter, &(struct bon_counter_cut){.of = 1, .parts = parts}), BON_OK);
    if (limit) cr_assert_eq(bon_counter_limit(counter, BON_LM_MEMORY_MIN, "/tmp"), BON_OK);
    cr_assert_eq(bon_counter_add(counter, text->data, text->len), BON_OK);
    cr_assert_eq(bon_counter_write(counter, path), BON_OK, "%s", bon_error_message());
    bon_counter_close(counter);
}

static void check_same(const char *a, const char *b) {
    bon_buf x = files_read(a), y = files_read(b);
    cr_assert(x.len == y.len && memcmp(x.data, y.data, x.len) == 0);
    bon_buf_free(&x);
    bon_buf_free(&y);
}

Test(counts_flow, any_memory_and_parts_are_the_same, .fini = files_clear) {
    bon_buf text = some_text(4, 60000); /* several pieces */
    static const unsigned orders[] = {1, 2, 4};
    for (size_t i = 0; i < 3; i++) {
        count_to(files_path("all.bonc"), &text, orders[i], 1, false);
        count_to(files_path("limited.bonc"), &text, orders[i], 1, true);
        check_same(files_path("all.bonc"), files_path("limited.bonc"));
        count_to(files_path("parts.bonc"), &text, orders[i], 5, false);
        count_to(files_path("limited.bonc"), &text, orders[i], 5, true);
        check_same(files_path("parts.bonc"), files_path("limited.bonc"));

        char from[256];
        snprintf(from, sizeof from, "%s", files_path("parts.bonc"));
        const char *whole[] = {from};
        struct bon_counts_join how = {0};
        cr_assert_eq(bon_counts_join(whole, 1, files_path("sum.bonc"), &how, NULL), BON_OK, "%s", bon_error_message());
        check_same(files_path("all.bonc"), files_path("sum.bonc"));
        char names[5][256];
        const char *parts[5];
        for (unsigned p = 0; p < 5; p++) { /* each part on its own, the last one first */
            snprintf(names[p], sizeof names[p], "%s.%u", files_path("part"), p);
            parts[4 - p] = names[p];
            how = (struct bon_counts_join){
                .part = p, .parts = 5, .whole = true, .memory = BON_LM_MEMORY_MIN, .folder = "/tmp"};
            cr_assert_eq(bon_counts_join(whole, 1, names[p], &how, NULL), BON_OK, "%s", bon_error_message());
        }
        how = (struct bon_counts_join){.whole = true};
        cr_assert_eq(bon_counts_join(parts, 5, files_path("sum.bonc"), &how, NULL), BON_OK, "%s", bon_error_message());
        check_same(files_path("all.bonc"), files_path("sum.bonc"));
    }
    bon_buf_free(&text);
}

Test(counts_flow, printed_alike, .fini = files_clear) {
    bon_buf text = some_text(7, 50000);
    for (unsigned least = 1; least < 12; least += 5)
        for (int limit = 0; limit < 2; limit++) {
            bon_counter *counter;
            cr_assert_eq(bon_counter_open(&counter, 3), BON_OK);
            if (limit) cr_assert_eq(bon_counter_limit(counter, BON_LM_MEMORY_MIN, "/tmp"), BON_OK);
            cr_assert_eq(bon_counter_add(counter, text.data, text.len), BON_OK);
            cr_assert_eq(bon_counter_print(counter, files_path(limit ? "limited" : "all"), least), BON_OK, "%s",
                         bon_error_message());
            bon_counter_close(counter);
            if (limit) check_same(files_path("all"), files_path("limited"));
        }
    bon_buf_free(&text);
}

Test(counts_flow, what_is_missing_is_named, .fini = files_clear) {
    bon_buf text = some_text(1, 30), missing = {0};
    char names[3][256];
    for (uint32_t i = 0; i < 3; i++) {
        bon_counter *counter;
        snprintf(names[i], sizeof names[i], "%s.%u", files_path("shard"), i);
        cr_assert_eq(bon_counter_open(&counter, 2), BON_OK);
        cr_assert_eq(bon_counter_cut(counter, &(struct bon_counter_cut){.index = i, .of = 3, .parts = 2, .digest = 5}),
                     BON_OK);
        cr_assert_eq(bon_counter_add(counter, text.data, text.len), BON_OK);
        cr_assert_eq(bon_counter_write(counter, names[i]), BON_OK);
        bon_counter_close(counter);
    }
    const char *two[] = {names[0], names[2]}, *again[] = {names[0], names[0]};
    struct bon_counts_join how = {.part = 1, .parts = 2, .whole = true};
    cr_assert_eq(bon_counts_join(two, 2, files_path("sum"), &how, &missing), BON_OK);
    cr_assert(missing.len == 3 && memcmp(missing.data, "1/3", 3) == 0);
    cr_assert(!files_exists(files_path("sum")));
    cr_assert_eq(bon_counts_join(again, 2, files_path("sum"), &how, &missing), BON_ERR_ARGUMENT);
    cr_assert(strstr(bon_error_message(), "0/3 in part 1/2 is there twice"), "%s", bon_error_message());
    how = (struct bon_counts_join){.part = 1, .parts = 4};
    cr_assert_eq(bon_counts_join(two, 2, files_path("sum"), &how, NULL), BON_ERR_ARGUMENT);
    how = (struct bon_counts_join){.part = 1, .parts = 2};
    cr_assert_eq(bon_counts_join(two, 2, files_path("sum"), &how, NULL), BON_OK);
    const char *sum[] = {files_path("sum"), names[1]};
    cr_assert_eq(bon_counts_join(sum, 2, files_path("part"), &how, NULL), BON_OK, "%s", bon_error_message());
    how.part = 0;
    const char *part[] = {files_path("part")};
    cr_assert_eq(bon_counts_join(part, 1, files_path("sum"), &how, NULL), BON_ERR_ARGUMENT);
    cr_assert(strstr(bon_error_message(), "other parts"), "%s", bon_error_message());
    bon_buf_free(&text);
    bon_buf_free(&missing);
}

/* A row that is none, with its checksums right: the file that has it is named, whichever of several it is. */
Test(counts_flow, the_file_that_is_wrong_is_named, .fini = files_clear) {
    static const uint32_t right[] = {BON_EDGE_WORDS, BON_EDGE_EOS}, wrong[] = {BON_EDGE_WORDS, BON_EDGE_BOS};
    char names[3][256];
    const char *paths[3];
    for (unsigned bad = 0; bad < 3; bad++) {
        for (unsigned i = 0; i < 3; i++) {
            struct bon_counts_writer *writer;
            snprintf(names[i], sizeof names[i], "%s.%u", files_path("counts"), i);
            paths[i] = names[i];
            cr_assert_eq(bon_counts_writer_open(&writer, names[i], 2), BON_OK);
            const struct bon_counts_sink sink = bon_counts_writer_sink(writer);
            cr_assert_eq(sink.word(sink.context, "a", 1), BON_OK);
            cr_assert_eq(sink.begin(sink.context), BON_OK);
            cr_assert_eq(sink.row(sink.context, 0, i == bad ? wrong : right, 1), BON_OK);
            cr_assert_eq(sink.end(sink.context), BON_OK);
            cr_assert_eq(bon_counts_writer_publish(writer, &(struct bon_shards){0}), BON_OK);
        }
        cr_assert_eq(bon_counts_join(paths, 3, files_path("sum"), &(struct bon_counts_join){0}, NULL), BON_ERR_FORMAT);
        cr_assert(strncmp(bon_error_message(), names[bad], strlen(names[bad])) == 0, "%s", bon_error_message());
        cr_assert(strstr(bon_error_message(), "an edge has no beginning or end"), "%s", bon_error_message());
    }
}

struct round {
    const bon_buf *text;
    const char *path, *sum;
};

static bon_status limited_round(void *arg) {
    const struct round *round = arg;
    bon_counter *counter = NULL;
    bon_status status = bon_counter_open(&counter, 2);
    if (status == BON_OK) status = bon_counter_cut(counter, &(struct bon_counter_cut){.of = 1, .parts = 3});
    if (status == BON_OK) status = bon_counter_limit(counter, BON_LM_MEMORY_MIN, "/tmp");
    if (status == BON_OK) status = bon_counter_add(counter, round->text->data, round->text->len);
    if (status == BON_OK) status = bon_counter_write(counter, round->path);
    bon_counter_close(counter);
    const struct bon_counts_join how = {.part = 2, .parts = 3, .memory = BON_LM_MEMORY_MIN, .folder = "/tmp"};
    if (status == BON_OK) status = bon_counts_join(&round->path, 1, round->sum, &how, NULL);
    return status;
}

Test(counts_flow, allocation_failures, .fini = files_clear) {
    bon_buf text = some_text(2, 25000);
    struct round round = {&text, strdup(files_path("a.bonc")), strdup(files_path("b.bonc"))};
    failmalloc_check_step(limited_round, &round, 997);
    bon_buf_free(&text);
    free((void *)round.path);
    free((void *)round.sum);
}
