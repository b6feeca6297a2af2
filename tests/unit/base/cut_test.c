/* Shards of a text: one behind the other they are the text, whatever its files, and none begins or ends inside a record. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/cut.h"
#include "base/pipeline.h"
#include "failmalloc.h"
#include "files.h"

enum { FILES = 4 };

static bon_status collect(void *context, const struct bon_chunk *chunk, const bon_buf *text) {
    (void)chunk;
    return bon_buf_append(context, text->data, text->len);
}

static bon_status copy(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)context, (void)worker;
    return bon_buf_append(out, chunk->data, chunk->len);
}

static bon_buf read_paths(const char *const *paths, size_t count, const struct bon_range *ranges) {
    bon_buf text = {0};
    const struct bon_pipeline pipeline = {.paths = paths,
                                          .path_count = count,
                                          .ranges = ranges,
                                          .threads = 1,
                                          .whole_lines = true,
                                          .map = copy,
                                          .sink = collect,
                                          .context = &text};
    cr_assert_eq(bon_pipeline_run(&pipeline), BON_OK, "%s", bon_error_message());
    return text;
}

static bon_buf random_lines(uint64_t *seed, size_t size, bool end) {
    bon_buf text = {0};
    while (text.len < size) {
        unsigned n = (unsigned)(files_random(seed) % 30);
        if (files_random(seed) % 3 == 0) n = 0;
        for (unsigned i = 0; i < n; i++)
            cr_assert_eq(bon_buf_append(&text, &"ab đx "[files_random(seed) % 6], 1), BON_OK);
        bool carriage = files_random(seed) % 8 == 0;
        cr_assert_eq(bon_buf_append(&text, carriage ? "\r\n" : "\n", carriage ? 2 : 1), BON_OK);
    }
    if (!end) text.len--;
    return text;
}

/* Does a record begin here? */
static bool begins(const bon_buf *text, uint64_t at, enum bon_cut_at how) {
    if (at == 0) return true;
    if (text->data[at - 1] != '\n') return false;
    if (how == BON_CUT_LINES || at == text->len) return true;
    uint64_t line = at - 1;
    for (; line > 0 && text->data[line - 1] != '\n'; line--)
        if (!strchr(" \r", text->data[line - 1])) return false;
    return at < text->len && strchr("abx", text->data[at]) != NULL;
}

static void check_shards(const char *const *paths, const bon_buf *files, uint32_t of, enum bon_cut_at how) {
    bon_buf all = {0}, whole = read_paths(paths, FILES, NULL);
    uint64_t digest = 0;
    for (uint32_t i = 0; i < of; i++) {
        struct bon_cut cut;
        cr_assert_eq(bon_cut_open(&cut, paths, FILES, i, of, how), BON_OK, "%s", bon_error_message());
        cr_assert(cut.digest && (i == 0 || cut.digest == digest));
        digest = cut.digest;
        for (size_t k = 0; k < cut.count; k++)
            for (size_t f = 0; f < FILES; f++)
                if (cut.paths[k] == paths[f] && cut.ranges[k].end != UINT64_MAX) {
                    cr_assert(begins(&files[f], cut.ranges[k].begin, how), "shard %u/%u of file %zu", i, of, f);
                    cr_assert(cut.ranges[k].end == files[f].len || begins(&files[f], cut.ranges[k].end, how));
                }
        bon_buf text = read_paths(cut.paths, cut.count, cut.ranges);
        cr_assert_eq(bon_buf_append(&all, text.data, text.len), BON_OK);
        bon_buf_free(&text);
        if (i + 1 == of) cr_assert(!cut.followed);
        bon_cut_close(&cut);
    }
    cr_assert(all.len == whole.len && (!all.len || memcmp(all.data, whole.data, all.len) == 0), "%u shards", of);
    bon_buf_free(&all);
    bon_buf_free(&whole);
}

Test(cut, shards_are_the_text, .fini = files_clear) {
    static const uint32_t counts[] = {1, 2, 3, 7, 50, 2000};
    char names[FILES][256];
    const char *paths[FILES];
    uint64_t seed = 3;
    for (unsigned round = 0; round < 12; round++) {
        bon_buf files[FILES];
        for (size_t f = 0; f < FILES; f++) {
            snprintf(names[f], sizeof names[f], "%s.%zu", files_path("text"), f);
            paths[f] = names[f];
            size_t size = files_random(&seed) % 5 ? files_random(&seed) % 3000 : 0;
            if (round == 5 && f == 2) size = 300000; /* more than a block */
            files[f] = random_lines(&seed, size, size == 0 || files_random(&seed) % 2);
            files_write(paths[f], files[f].data, files[f].len);
        }
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            if (counts[i] > 50 && round) continue;
            check_shards(paths, files, counts[i], BON_CUT_LINES);
            check_shards(paths, files, counts[i], BON_CUT_PARAGRAPHS);
        }
        for (size_t f = 0; f < FILES; f++) bon_buf_free(&files[f]);
    }
}

/* Compressed files are not entered; the text is known by its content, not by its names. */
Test(cut, compressed_files_are_whole, .fini = files_clear) {
    char plain[256], packed[256], other[256];
    struct bon_out *out;
    snprintf(plain, sizeof plain, "%s", files_path("plain"));
    snprintf(packed, sizeof packed, "%s", files_path("packed.gz"));
    snprintf(other, sizeof other, "%s", files_path("other"));
    cr_assert_eq(bon_out_open(&out, packed, 0), BON_OK);
    for (int i = 0; i < 500; i++) cr_assert_eq(bon_out_write(out, "a b c\n", 6), BON_OK);
    cr_assert_eq(bon_out_publish(out), BON_OK);
    files_write(plain, "1\n2\n3\n", 6);
    files_write(other, "1\n2\n3\n", 6);
    const char *paths[] = {packed, plain}, *renamed[] = {packed, other};
    unsigned times = 0;
    uint64_t digest = 0;
    for (uint32_t i = 0; i < 5; i++) {
        struct bon_cut cut;
        cr_assert_eq(bon_cut_open(&cut, paths, 2, i, 5, BON_CUT_LINES), BON_OK);
        for (size_t k = 0; k < cut.count; k++)
            if (cut.paths[k] == packed) {
                times++;
                cr_assert_eq(cut.ranges[k].end, UINT64_MAX);
            }
        digest = cut.digest;
        bon_cut_close(&cut);
    }
    cr_assert_eq(times, 1u);
    struct bon_cut cut;
    cr_assert_eq(bon_cut_open(&cut, renamed, 2, 0, 5, BON_CUT_LINES), BON_OK);
    cr_assert_eq(cut.digest, digest);
    bon_cut_close(&cut);
    files_write(other, "1\n2\n4\n", 6);
    cr_assert_eq(bon_cut_open(&cut, renamed, 2, 0, 5, BON_CUT_LINES), BON_OK);
    cr_assert_neq(cut.digest, digest);
    bon_cut_close(&cut);
}

Test(cut, what_cannot_be_cut, .fini = files_clear) {
    struct bon_cut cut;
    const char *standard[] = {"-"}, *device[] = {"/dev/null"}, *missing[] = {files_path("nothing")}, *folder[] = {"/"};
    cr_assert_eq(bon_cut_open(&cut, NULL, 0, 0, 2, BON_CUT_LINES), BON_ERR_ARGUMENT);
    bon_cut_close(&cut);
    cr_assert_eq(bon_cut_open(&cut, standard, 1, 0, 2, BON_CUT_LINES), BON_ERR_ARGUMENT);
    bon_cut_close(&cut);
    cr_assert_eq(bon_cut_open(&cut, device, 1, 0, 2, BON_CUT_LINES), BON_ERR_ARGUMENT);
    bon_cut_close(&cut);
    cr_assert_eq(bon_cut_open(&cut, folder, 1, 0, 2, BON_CUT_LINES), BON_ERR_ARGUMENT);
    bon_cut_close(&cut);
    cr_assert_eq(bon_cut_open(&cut, missing, 1, 0, 2, BON_CUT_LINES), BON_ERR_IO);
    bon_cut_close(&cut);
}

static bon_status open_once(void *arg) {
    const char *paths[] = {arg, arg};
    struct bon_cut cut;
    bon_status status = bon_cut_open(&cut, paths, 2, 1, 3, BON_CUT_LINES);
    bon_cut_close(&cut);
    return status;
}

Test(cut, allocation_failures, .fini = files_clear) {
    const char *path = files_path("text");
    files_write(path, "a\nb\nc\nd\n", 8);
    failmalloc_check(open_once, (void *)path);
}
