/* cmd/bon/neural_data.c: see neural_data.h. Beside a model, workers restore lines and the sink gets, for each line, its length, how
 * many tokens it has, its bytes, and what is thought of each token. */
#include "neural_data.h"

#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "stream.h"

struct job {
    struct bon_pipeline pipeline;
    struct bon_neural_text *text;
    bool words;
    struct line_joiner joiner;
    bon_restorer *model;
};

/* ---- text alone ---- */

static bon_status take_lines(void *context, const struct bon_chunk *chunk, const bon_buf *text) {
    struct job *job = context;
    const char *lines;
    size_t n;
    BON_TRY(lines_join(&job->joiner, chunk, text, &lines, &n));
    return n ? bon_neural_text_add(job->text, lines, n, job->words) : BON_OK;
}

int neural_data_read(const struct command *command, const struct shared_args *shared, char *const *paths, int count,
                     bool words, struct bon_neural_text *text) {
    struct job job = {
        .pipeline = {.map = lines_map, .sink = take_lines, .context = &job}, .text = text, .words = words};
    const int result = stream_collect(command, shared, paths, count, &job.pipeline);
    lines_free(&job.joiner);
    return result;
}

/* ---- beside a model ---- */

struct worker {
    bon_restore_session *session;
    bon_buf plain, beside;
};

struct line_head {
    uint32_t bytes, tokens;
};

static void close_worker(void *context, void *state) {
    struct worker *worker = state;
    (void)context;
    if (!worker) return;
    bon_restore_session_close(worker->session);
    bon_buf_free(&worker->plain);
    bon_buf_free(&worker->beside);
    free(worker);
}

static bon_status open_worker(void *context, void **state) {
    const struct job *job = context;
    struct worker *worker = bon_alloc_zeroed(1, sizeof *worker);
    *state = worker;
    return worker ? bon_restore_session_open(&worker->session, job->model, NULL) : BON_ERR_NOMEM;
}

static bon_status restore_line(struct worker *worker, const char *line, size_t n, bon_buf *out) {
    worker->beside.len = 0;
    BON_TRY(bon_beside_line(worker->session, line, n, &worker->plain, &worker->beside));
    const struct line_head head = {(uint32_t)n, (uint32_t)(worker->beside.len / sizeof(struct bon_beside))};
    BON_TRY(bon_buf_append(out, &head, sizeof head));
    BON_TRY(bon_buf_append(out, line, n));
    return bon_buf_append(out, worker->beside.data, worker->beside.len);
}

static bon_status restore_map(void *context, void *state, const struct bon_chunk *chunk, bon_buf *out) {
    const char *end = chunk->data + chunk->len;
    (void)context;
    for (const char *line = chunk->data, *next; line < end; line = next) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        next = newline ? newline + 1 : end;
        const size_t n = (size_t)((newline ? newline : end) - line);
        if (n > 0) BON_TRY(restore_line(state, line, n, out));
    }
    return BON_OK;
}

static bon_status take_beside(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    struct job *job = context;
    struct line_head head;
    (void)chunk;
    for (size_t at = 0; at < result->len; at += head.bytes + head.tokens * sizeof(struct bon_beside)) {
        memcpy(&head, result->data + at, sizeof head);
        at += sizeof head;
        /* bytes only, so where they lie does not matter */
        const struct bon_beside *beside = (const void *)(result->data + at + head.bytes);
        BON_TRY(bon_neural_text_add_beside(job->text, result->data + at, head.bytes, beside, head.tokens));
    }
    return BON_OK;
}

int neural_data_read_beside(const struct command *command, const struct shared_args *shared, char *const *paths,
                            int count, const char *model, struct bon_neural_text *text) {
    struct job job = {.pipeline = {.map = restore_map,
                                   .sink = take_beside,
                                   .worker_open = open_worker,
                                   .worker_close = close_worker,
                                   .whole_lines = true,
                                   .context = &job},
                      .text = text};
    int result = tell_failure(bon_restorer_open(&job.model, model));
    if (result == EXIT_DONE) result = stream_collect(command, shared, paths, count, &job.pipeline);
    bon_restorer_close(job.model);
    return result;
}
