/* Random texts through every combination of format, piece size, chunk size and number of threads: what goes in comes out. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pipeline.h"
#include "files.h"

enum { ROUNDS = 30 };

TestSuite(base_streams, .fini = files_clear);

/* Lines of very different lengths over letters, blanks, line ends, NULs and bytes that are not UTF-8. */
static bon_buf random_text(uint64_t *seed) {
    static const char alphabet[] = "abc \t\n\r\0\xff\x80\xc3\xe1\xbb\x87";
    bon_buf text = {0};
    size_t lines = files_random(seed) % 200;
    for (size_t i = 0; i < lines; i++) {
        size_t length = files_random(seed) % 50;
        if (files_random(seed) % 50 == 0) length = files_random(seed) % (3 * BON_WINDOW);
        uint64_t blanks = files_random(seed) % 3;
        cr_assert_eq(bon_buf_reserve(&text, length + 2), BON_OK);
        for (size_t k = 0; k < length; k++) {
            char byte = alphabet[files_random(seed) % (sizeof alphabet - 1)];
            if (byte == '\n' && length > 100) byte = 'n'; /* long lines shall be long */
            if ((byte == ' ' || byte == '\t') && blanks == 0) byte = 'b';
            text.data[text.len++] = byte;
        }
        text.data[text.len++] = '\n';
    }
    if (text.len && files_random(seed) % 2) text.len--;
    return text;
}

static bool same(const bon_buf *a, const bon_buf *b) {
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

Test(base_streams, what_is_written_comes_back) {
    static const char *const names[] = {"f", "f.gz", "f.zst"};
    uint64_t seed = 20;
    for (unsigned round = 0; round < ROUNDS; round++) {
        bon_buf text = random_text(&seed), found = {0};
        const char *path = files_path(names[round % 3]);
        struct bon_out *out;
        struct bon_in *in;
        cr_assert_eq(bon_out_open(&out, path, 1), BON_OK);
        for (size_t at = 0, n; at < text.len; at += n) {
            n = files_random(&seed) % (files_random(&seed) % 300000 + 1);
            if (n > text.len - at) n = text.len - at;
            cr_assert_eq(bon_out_write(out, text.data + at, n), BON_OK);
        }
        cr_assert_eq(bon_out_publish(out), BON_OK);
        cr_assert_eq(bon_in_open(&in, path), BON_OK);
        for (size_t got = 1; got > 0; found.len += got) {
            size_t piece = files_random(&seed) % 200000 + 1;
            cr_assert_eq(bon_buf_reserve(&found, piece), BON_OK);
            cr_assert_eq(bon_in_read(in, found.data + found.len, piece, &got), BON_OK, "%s", bon_error_message());
        }
        bon_in_close(in);
        cr_assert(same(&text, &found), "round %u", round);
        bon_buf_free(&text);
        bon_buf_free(&found);
    }
}

/* Brackets around every chunk that is part of a long line, and their flags: what must not depend on threads or chunk size. */
static bon_status mark_windows(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)context;
    (void)worker;
    if (!chunk->begins_inside && !chunk->ends_inside) return bon_buf_append(out, chunk->data, chunk->len);
    BON_TRY(bon_buf_printf(out, "[%llu %llu %d%d%d ", (unsigned long long)chunk->offset,
                           (unsigned long long)chunk->line, chunk->begins_inside, chunk->ends_inside,
                           chunk->begins_token));
    BON_TRY(bon_buf_append(out, chunk->data, chunk->len));
    return bon_buf_put(out, ']');
}

static bon_buf run(const char *const *paths, unsigned threads, size_t chunk_size) {
    const char *path = files_path("out");
    struct bon_pipeline pipeline = {
        .paths = paths, .path_count = 2, .threads = threads, .chunk_size = chunk_size, .map = mark_windows};
    cr_assert_eq(bon_out_open(&pipeline.out, path, 0), BON_OK);
    cr_assert_eq(bon_pipeline_run(&pipeline), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_out_publish(pipeline.out), BON_OK);
    return files_read(path);
}

Test(base_streams, same_bytes_for_any_threads_and_chunks) {
    uint64_t seed = 21;
    for (unsigned round = 0; round < ROUNDS / 2; round++) {
        const char *paths[] = {files_path("a"), files_path("b")};
        for (int i = 0; i < 2; i++) {
            bon_buf text = random_text(&seed);
            files_write(paths[i], text.data, text.len);
            bon_buf_free(&text);
        }
        bon_buf first = run(paths, 1, 0);
        for (int k = 0; k < 4; k++) {
            unsigned threads = 1 + (unsigned)(files_random(&seed) % 5);
            size_t chunk = files_random(&seed) % (files_random(&seed) % 2 ? 3000 : 2 * BON_WINDOW) + 100;
            bon_buf other = run(paths, threads, chunk);
            cr_assert(same(&first, &other), "round %u: %u threads, chunks of %zu", round, threads, chunk);
            bon_buf_free(&other);
        }
        bon_buf_free(&first);
    }
}
