/* The ordered parallel map: the rule for chunks and windows against a plain statement of it, the same bytes for any number of
 * threads and any chunk size, failures in input order. */
#include "base/pipeline.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/progress.h"
#include "failmalloc.h"
#include "files.h"

TestSuite(pipeline, .fini = files_clear);

/* ---- a pipeline that writes down its chunks ---- */

struct trace {
    bon_buf text;    /* the chunks' bytes */
    bon_buf windows; /* a line for each chunk that is part of a long line */
    uint64_t serial, line, offset;
    unsigned file;
    bool ends_inside;
    long fail_map_at, fail_sink_at; /* serials; -1 = never */
    _Atomic long opened, closed;
};

static bon_status trace_open(void *context, void **worker) {
    struct trace *trace = context;
    trace->opened++;
    *worker = context;
    return BON_OK;
}

static void trace_close(void *context, void *worker) {
    struct trace *trace = context;
    cr_assert_eq(worker, context);
    trace->closed++;
}

static bon_status copy_map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const struct trace *trace = context;
    cr_assert_eq(worker, context);
    cr_assert_eq(out->len, 0);
    if ((long)chunk->serial == trace->fail_map_at)
        return bon_fail(BON_ERR_DATA, "map failed at %ld", trace->fail_map_at);
    if (trace->fail_map_at >= 0 && (long)chunk->serial > trace->fail_map_at)
        return bon_fail(BON_ERR_DATA, "a later chunk failed, maybe earlier");
    if (chunk->serial % 3 == 0) usleep(50); /* let later chunks overtake */
    return bon_buf_append(out, chunk->data, chunk->len);
}

static uint64_t lines_in(const char *bytes, size_t n) {
    uint64_t lines = 0;
    for (size_t i = 0; i < n; i++) lines += bytes[i] == '\n';
    return lines;
}

/* Checks what the chunk says of itself against the chunks before, and collects its bytes. */
static bon_status trace_sink(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    struct trace *trace = context;
    if ((long)chunk->serial == trace->fail_sink_at) return bon_fail(BON_ERR_IO, "sink failed");
    cr_assert_eq(chunk->serial, trace->serial++);
    if (chunk->file != trace->file) {
        trace->file = chunk->file;
        trace->line = 1;
        trace->offset = 0;
        cr_assert_not(trace->ends_inside);
    }
    cr_assert_gt(chunk->len, 0);
    cr_assert_eq(chunk->line, trace->line);
    cr_assert_eq(chunk->offset, trace->offset);
    cr_assert_eq(chunk->begins_inside, trace->ends_inside);
    cr_assert(chunk->begins_inside || chunk->begins_token);
    cr_assert_leq(chunk->len, BON_WINDOW);
    trace->line += lines_in(chunk->data, chunk->len);
    trace->offset += chunk->len;
    trace->ends_inside = chunk->ends_inside;
    if (chunk->begins_inside || chunk->ends_inside)
        BON_TRY(bon_buf_printf(&trace->windows, "%u %llu %zu %d%d%d\n", chunk->file, (unsigned long long)chunk->offset,
                               chunk->len, chunk->begins_inside, chunk->ends_inside, chunk->begins_token));
    return bon_buf_append(&trace->text, result->data, result->len);
}

static struct trace trace_new(void) { return (struct trace){.line = 1, .fail_map_at = -1, .fail_sink_at = -1}; }

static void trace_free(struct trace *trace) {
    bon_buf_free(&trace->text);
    bon_buf_free(&trace->windows);
}

static bon_status trace_run(struct trace *trace, const char *const *paths, size_t n, unsigned threads,
                            size_t chunk_size) {
    struct bon_pipeline pipeline = {.paths = paths,
                                    .path_count = n,
                                    .threads = threads,
                                    .chunk_size = chunk_size,
                                    .context = trace,
                                    .worker_open = trace_open,
                                    .worker_close = trace_close,
                                    .map = copy_map,
                                    .sink = trace_sink};
    bon_status status = bon_pipeline_run(&pipeline);
    cr_assert_eq(trace->opened, trace->closed);
    cr_assert_leq(trace->opened, threads ? threads : bon_processors());
    return status;
}

/* The rule of pipeline.h, told plainly over a whole file: the windows of its long lines. */
static void expected_windows(const char *bytes, size_t n, unsigned file, bon_buf *windows) {
    for (size_t at = 0, line_end; at < n; at = line_end) {
        const char *newline = memchr(bytes + at, '\n', n - at);
        line_end = newline ? (size_t)(newline - bytes) + 1 : n;
        bool inside = false, at_blank = true;
        while (inside || line_end - at > BON_WINDOW) {
            size_t cut = line_end - at;
            bool blank = false, more = cut > BON_WINDOW;
            if (more) {
                cut = BON_WINDOW;
                while (cut > 0 && bytes[at + cut - 1] != ' ' && bytes[at + cut - 1] != '\t') cut--;
                blank = cut > 0;
                if (!blank) {
                    cut = BON_WINDOW;
                    if (bytes[at + cut - 1] == '\r' && bytes[at + cut] == '\n')
                        cut--;
                    else
                        while (((unsigned char)bytes[at + cut] & 0xc0) == 0x80) cut--;
                }
            }
            cr_assert_eq(bon_buf_printf(windows, "%u %zu %zu %d%d%d\n", file, at, cut, inside, more, at_blank), BON_OK);
            inside = more;
            at_blank = blank;
            at += cut;
            if (!inside) break;
        }
    }
}

/* Runs over the files with many thread counts and chunk sizes; every run gives the files' bytes and the rule's windows. */
static void expect_everywhere(const char *const *names, const bon_buf *files, size_t n) {
    static const size_t chunk_sizes[] = {0, 1, 2, 1000, 65536, BON_WINDOW - 1, BON_WINDOW, 3 * BON_WINDOW};
    static const unsigned thread_counts[] = {1, 2, 5};
    const char *paths[8];
    bon_buf text = {0}, windows = {0};
    for (size_t i = 0; i < n; i++) {
        paths[i] = files_path(names[i]);
        files_write(paths[i], files[i].data, files[i].len);
        cr_assert_eq(bon_buf_append(&text, files[i].data, files[i].len), BON_OK);
        expected_windows(files[i].data, files[i].len, (unsigned)i, &windows);
    }
    for (size_t t = 0; t < 3; t++) {
        for (size_t c = text.len > 100000 ? 3 : 0; c < sizeof chunk_sizes / sizeof chunk_sizes[0]; c++) {
            struct trace trace = trace_new();
            cr_assert_eq(trace_run(&trace, paths, n, thread_counts[t], chunk_sizes[c]), BON_OK, "%s",
                         bon_error_message());
            cr_assert_eq(trace.text.len, text.len);
            cr_assert(text.len == 0 || memcmp(trace.text.data, text.data, text.len) == 0);
            cr_assert_eq(trace.windows.len, windows.len, "got\n%.*s\nnot\n%.*s", (int)trace.windows.len,
                         trace.windows.data, (int)windows.len, windows.data);
            cr_assert(windows.len == 0 || memcmp(trace.windows.data, windows.data, windows.len) == 0,
                      "got\n%.*s\nnot\n%.*s", (int)trace.windows.len, trace.windows.data, (int)windows.len,
                      windows.data);
            cr_assert_not(trace.ends_inside);
            trace_free(&trace);
        }
    }
    bon_buf_free(&text);
    bon_buf_free(&windows);
}

static void expect_text(const char *bytes, size_t n) {
    static const char *const name[] = {"text"};
    bon_buf file = {.data = (char *)bytes, .len = n};
    expect_everywhere(name, &file, 1);
}

/* n bytes: `fill` over and over, with `put` at `at`. */
static bon_buf long_line(size_t n, const char *fill, size_t at, const char *put) {
    bon_buf buf = {0};
    cr_assert_eq(bon_buf_reserve(&buf, n + 8), BON_OK);
    for (size_t i = 0, m = strlen(fill); i < n; i++) buf.data[i] = fill[i % m];
    if (put) memcpy(buf.data + at, put, strlen(put));
    buf.len = n;
    return buf;
}

/* ---- tests ---- */

Test(pipeline, small_files_of_every_shape) {
    static const struct {
        size_t n;
        const char *bytes;
    } rows[] = {{0, ""},
                {1, "\n"},
                {1, "x"},
                {3, "\n\n\n"},
                {4, "a\nbc"},
                {9, "a\r\nb\r\n\r\nc"},
                {6, "\0\n\0\0\nx"},
                {8, "\xff\xfd\n\xf0\x9f\n\x80\x80"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) expect_text(rows[i].bytes, rows[i].n);
}

Test(pipeline, files_in_a_row_keep_apart) {
    static const char *const names[] = {"1", "2", "3", "4", "5"};
    static char one[] = "one\ntwo", blank[] = "\n", open_end[] = "no end", three[] = "three\n";
    bon_buf files[5] = {{one, 7, 0}, {NULL, 0, 0}, {blank, 1, 0}, {open_end, 6, 0}, {three, 6, 0}};
    expect_everywhere(names, files, 5);
}

Test(pipeline, lines_about_the_size_of_a_window) {
    static const char *const fills[] = {"x", "ab cd ", "ệ", "a\xcc\x81", "\x80", "\r", "y\t", "🙂"};
    for (size_t f = 0; f < sizeof fills / sizeof fills[0]; f++) {
        for (int extra = -1; extra <= 2; extra++) {
            bon_buf line = long_line((size_t)((int)BON_WINDOW + extra), fills[f], 0, NULL);
            if (extra % 2) line.data[line.len++] = '\n';
            if (f != 4) expect_text(line.data, line.len); /* see only_continuation_bytes */
            bon_buf_free(&line);
        }
    }
}

Test(pipeline, a_carriage_return_stays_with_its_newline) {
    bon_buf line = long_line(BON_WINDOW + 1, "x", BON_WINDOW - 1, "\r\n");
    expect_text(line.data, line.len);
    bon_buf_free(&line);
}

Test(pipeline, only_continuation_bytes) {
    /* No boundary to be found: cut where the window ends. */
    bon_buf line = long_line(2 * BON_WINDOW + 5, "\x80", 0, NULL);
    const char *path = files_path("continuation");
    files_write(path, line.data, line.len);
    struct trace trace = trace_new();
    cr_assert_eq(trace_run(&trace, &path, 1, 2, 0), BON_OK);
    char expected[128];
    snprintf(expected, sizeof expected, "0 0 %d 011\n0 %d %d 110\n0 %d 5 100\n", BON_WINDOW, BON_WINDOW, BON_WINDOW,
             2 * BON_WINDOW);
    cr_assert_eq(trace.windows.len, strlen(expected));
    cr_assert_arr_eq(trace.windows.data, expected, trace.windows.len);
    trace_free(&trace);
    bon_buf_free(&line);
}

Test(pipeline, long_lines_among_short_ones) {
    bon_buf text = {0};
    static const struct {
        size_t n, at;
        const char *fill, *put;
    } rows[] = {{100, 0, "short ", NULL},
                {3 * BON_WINDOW + 77, 0, "từ ", NULL},
                {5, 0, "x", NULL},
                {2 * BON_WINDOW, 0, "x", " "},                /* its only blank at the very begin */
                {2 * BON_WINDOW + 100, BON_WINDOW, "x", " "}, /* just behind a window */
                {2 * BON_WINDOW, BON_WINDOW - 1, "ệ", "\t"},  /* just inside */
                {70000, 0, "dòng vừa ", NULL},
                {BON_WINDOW, 0, "đ", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_buf line = long_line(rows[i].n, rows[i].fill, rows[i].at, rows[i].put);
        cr_assert_eq(bon_buf_append(&text, line.data, line.len), BON_OK);
        cr_assert_eq(bon_buf_printf(&text, "\nmột dòng ngắn\n"), BON_OK);
        bon_buf_free(&line);
    }
    expect_text(text.data, text.len);
    bon_buf_free(&text);
}

static bon_buf many_lines(size_t lines) {
    bon_buf text = {0};
    for (size_t i = 0; i < lines; i++) cr_assert_eq(bon_buf_printf(&text, "dòng số %zu\n", i), BON_OK);
    return text;
}

Test(pipeline, a_failing_map_ends_in_input_order) {
    bon_buf text = many_lines(2000);
    const char *path = files_path("lines");
    files_write(path, text.data, text.len);
    for (unsigned threads = 1; threads <= 5; threads++) {
        struct trace trace = trace_new();
        trace.fail_map_at = 7;
        cr_assert_eq(trace_run(&trace, &path, 1, threads, 100), BON_ERR_DATA);
        cr_assert_str_eq(bon_error_message(), "map failed at 7");
        cr_assert_eq(trace.serial, 7, "what came before was written");
        trace_free(&trace);
    }
    bon_buf_free(&text);
}

Test(pipeline, a_failing_sink_ends_the_run) {
    bon_buf text = many_lines(2000);
    const char *path = files_path("lines");
    files_write(path, text.data, text.len);
    for (unsigned threads = 1; threads <= 5; threads++) {
        struct trace trace = trace_new();
        trace.fail_sink_at = 5;
        cr_assert_eq(trace_run(&trace, &path, 1, threads, 100), BON_ERR_IO);
        cr_assert_str_eq(bon_error_message(), "sink failed");
        trace_free(&trace);
    }
    bon_buf_free(&text);
}

static bon_status failing_open(void *context, void **worker) {
    (void)context;
    (void)worker;
    return bon_fail(BON_ERR_NOMEM, "no worker");
}

Test(pipeline, a_worker_that_cannot_start) {
    bon_buf text = many_lines(100);
    const char *path = files_path("lines");
    files_write(path, text.data, text.len);
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct trace trace = trace_new();
        struct bon_pipeline pipeline = {.paths = &path,
                                        .path_count = 1,
                                        .threads = threads,
                                        .context = &trace,
                                        .worker_open = failing_open,
                                        .map = copy_map,
                                        .sink = trace_sink};
        cr_assert_eq(bon_pipeline_run(&pipeline), BON_ERR_NOMEM);
        cr_assert_str_eq(bon_error_message(), "no worker");
    }
    bon_buf_free(&text);
}

Test(pipeline, files_that_fail_do_so_in_their_turn) {
    const char *paths[] = {files_path("good"), files_path("missing"), files_path("good")};
    files_write(paths[0], "a\nb", 3);
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct trace trace = trace_new();
        cr_assert_eq(trace_run(&trace, paths, 3, threads, 1), BON_ERR_IO);
        cr_assert_not_null(strstr(bon_error_message(), "missing: cannot open"), "%s", bon_error_message());
        cr_assert_eq(trace.text.len, 3);
        trace_free(&trace);
    }
}

Test(pipeline, a_truncated_file_gives_what_it_has) {
    bon_buf text = many_lines(50000);
    const char *path = files_path("lines.gz");
    struct bon_out *out;
    cr_assert_eq(bon_out_open(&out, path, 0), BON_OK);
    cr_assert_eq(bon_out_write(out, text.data, text.len), BON_OK);
    cr_assert_eq(bon_out_publish(out), BON_OK);
    bon_buf whole = files_read(path);
    files_write(path, whole.data, whole.len / 2);
    size_t length = 0;
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct trace trace = trace_new();
        cr_assert_eq(trace_run(&trace, &path, 1, threads, 1000 * threads), BON_ERR_DATA);
        cr_assert_not_null(strstr(bon_error_message(), "truncated"), "%s", bon_error_message());
        cr_assert_gt(trace.text.len, text.len / 4);
        cr_assert_arr_eq(trace.text.data, text.data, trace.text.len);
        cr_assert(length == 0 || length == trace.text.len, "the same bytes for any number of threads");
        length = trace.text.len;
        trace_free(&trace);
    }
    bon_buf_free(&whole);
    bon_buf_free(&text);
}

static bon_status plain_map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)context;
    (void)worker;
    return bon_buf_append(out, chunk->data, chunk->len);
}

static void count_tick(struct bon_progress *progress) { ++*(int *)progress->user; }

Test(pipeline, writes_to_an_output_and_counts_progress) {
    bon_buf text = many_lines(3000);
    const char *paths[] = {files_path("in1"), files_path("in2")};
    files_write(paths[0], text.data, text.len);
    files_write(paths[1], "end\n", 4);
    for (unsigned threads = 1; threads <= 2; threads++) {
        int ticks = 0;
        struct bon_progress progress = {.tick = count_tick, .user = &ticks};
        struct bon_pipeline pipeline = {.paths = paths,
                                        .path_count = 2,
                                        .threads = threads,
                                        .chunk_size = 1000,
                                        .map = plain_map,
                                        .progress = &progress};
        const char *path = files_path("out");
        cr_assert_eq(bon_out_open(&pipeline.out, path, 0), BON_OK);
        cr_assert_eq(bon_pipeline_run(&pipeline), BON_OK);
        cr_assert_eq(bon_out_publish(pipeline.out), BON_OK);
        bon_buf found = files_read(path);
        cr_assert_eq(found.len, text.len + 4);
        cr_assert_arr_eq(found.data, text.data, text.len);
        cr_assert_gt(ticks, 10);
        cr_assert_eq(progress.done, text.len + 4);
        cr_assert_eq(progress.total, text.len + 4);
        bon_buf_free(&found);
    }
    bon_buf_free(&text);
}

static volatile int stop;

static bon_status stopping_map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)context;
    (void)worker;
    (void)out;
    if (chunk->serial == 3) stop = 1;
    return BON_OK;
}

Test(pipeline, stop_ends_the_run) {
    bon_buf text = many_lines(3000);
    const char *path = files_path("lines");
    files_write(path, text.data, text.len);
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct trace trace = trace_new();
        struct bon_pipeline pipeline = {.paths = &path,
                                        .path_count = 1,
                                        .threads = threads,
                                        .chunk_size = 100,
                                        .context = &trace,
                                        .map = stopping_map,
                                        .sink = trace_sink,
                                        .stop = &stop};
        stop = 0;
        cr_assert_eq(bon_pipeline_run(&pipeline), BON_ERR_INTERRUPTED);
        cr_assert_lt(trace.serial, 30);
    }
    bon_buf_free(&text);
}

/* ---- standard input that comes slowly ---- */

static int to_pipeline[2];

static bon_status answer(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    int *answers = context;
    (void)result;
    ++*answers;
    cr_assert_eq(chunk->len, 6);
    /* The next line is only asked after this one was answered: a pipeline that gathers full chunks would wait for ever. */
    if (*answers < 3)
        cr_assert_eq(write(to_pipeline[1], "again\n", 6), 6);
    else
        close(to_pipeline[1]);
    return BON_OK;
}

Test(pipeline, answers_line_by_line) {
    for (unsigned threads = 1; threads <= 3; threads++) {
        int answers = 0;
        cr_assert_eq(pipe(to_pipeline), 0);
        dup2(to_pipeline[0], STDIN_FILENO);
        close(to_pipeline[0]);
        cr_assert_eq(write(to_pipeline[1], "first\n", 6), 6);
        struct bon_pipeline pipeline = {.threads = threads, .context = &answers, .map = plain_map, .sink = answer};
        cr_assert_eq(bon_pipeline_run(&pipeline), BON_OK);
        cr_assert_eq(answers, 3);
    }
}

static bon_status refuse(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    (void)context;
    (void)chunk;
    (void)result;
    errno = EPIPE;
    return bon_fail_errno("out", "cannot write");
}

Test(pipeline, does_not_wait_for_input_after_a_failure) {
    cr_assert_eq(pipe(to_pipeline), 0); /* stays open: reading would wait for ever */
    dup2(to_pipeline[0], STDIN_FILENO);
    cr_assert_eq(write(to_pipeline[1], "first\n", 6), 6);
    struct bon_pipeline pipeline = {.threads = 3, .map = plain_map, .sink = refuse};
    cr_assert_eq(bon_pipeline_run(&pipeline), BON_ERR_PIPE);
}

static bon_status run_small(void *arg) {
    struct trace trace = trace_new();
    const char *path = arg;
    bon_status status = trace_run(&trace, &path, 1, 1, 100);
    trace_free(&trace);
    return status;
}

Test(pipeline, allocation_failures) {
    bon_buf text = many_lines(50);
    const char *path = files_path("lines");
    files_write(path, text.data, text.len);
    failmalloc_check(run_small, (void *)path);
    bon_buf_free(&text);
}

Test(pipeline, processors) { cr_assert_geq(bon_processors(), 1); }
