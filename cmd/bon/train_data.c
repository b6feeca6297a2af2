/* cmd/bon/train_data.c: text -> token ids, over the pipeline: lines are encoded by many threads and written in their order. */
#include "train_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/pipeline.h"
#include "encoder.h"
#include "progress.h"
#include "stream.h"

struct job {
    struct bon_pipeline pipeline;
    const bon_tokenizer *tokenizer;
    uint32_t end;
    unsigned id_bytes;
    unsigned file;    /* of the last chunk */
    bool in_document; /* something was written since the last end */
};

static bon_status open_encoder(void *context, void **state) {
    const struct job *job = context;
    struct encoder *encoder = NULL;
    bon_status status = encoder_open(&encoder, job->tokenizer, 0);
    *state = encoder;
    return status;
}

static bool is_empty(const char *line, size_t n) {
    return (n == 1 && line[0] == '\n') || (n == 2 && line[0] == '\r' && line[1] == '\n');
}

static bon_status encode_map(void *context, void *encoder, const struct bon_chunk *chunk, bon_buf *out) {
    const struct job *job = context;
    const char *end = chunk->data + chunk->len;
    bool inside = chunk->begins_inside; /* the line end of a long line is no empty line */
    for (const char *line = chunk->data, *next; line < end; line = next, inside = false) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        next = newline ? newline + 1 : end;
        const size_t n = (size_t)(next - line);
        if (!inside && is_empty(line, n))
            BON_TRY(encoder_put(out, job->end, job->id_bytes));
        else
            BON_TRY(encoder_encode_binary(encoder, line, n, job->id_bytes, out));
    }
    return BON_OK;
}

static bool is_end(const struct job *job, const char *bytes) {
    uint32_t id = 0;
    for (unsigned k = 0; k < job->id_bytes; k++) id |= (uint32_t)(unsigned char)bytes[k] << 8 * k;
    return id == job->end;
}

static bon_status end_document(struct job *job) {
    bon_buf id = {0};
    if (!job->in_document) return BON_OK;
    job->in_document = false;
    bon_status status = encoder_put(&id, job->end, job->id_bytes);
    if (status == BON_OK) status = bon_out_write(job->pipeline.out, id.data, id.len);
    bon_buf_free(&id);
    return status;
}

/* Writes the ids; of ends in a row, one. */
static bon_status write_sink(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    struct job *job = context;
    const size_t width = job->id_bytes;
    if (chunk->file != job->file) BON_TRY(end_document(job));
    job->file = chunk->file;
    for (size_t at = 0, last; at < result->len; at = last) {
        for (last = at; last < result->len && !is_end(job, result->data + last);) last += width;
        if (last > at) job->in_document = true;
        BON_TRY(bon_out_write(job->pipeline.out, result->data + at, last - at));
        if (last == result->len) break;
        BON_TRY(end_document(job));
        last += width;
    }
    return BON_OK;
}

static bon_status finish(void *context) { return end_document(context); }

bon_status train_data_encode(const bon_tokenizer *tokenizer, uint32_t end, unsigned id_bytes, char *const *paths,
                             size_t path_count, const struct shared_args *shared, const char *output) {
    struct progress progress;
    struct job job = {.pipeline = {.worker_open = open_encoder,
                                   .worker_close = encoder_close,
                                   .map = encode_map,
                                   .sink = write_sink,
                                   .finish = finish,
                                   .threads = shared->threads,
                                   .paths = path_count ? (const char *const *)paths : NULL,
                                   .path_count = path_count,
                                   .context = &job},
                      .tokenizer = tokenizer,
                      .end = end,
                      .id_bytes = id_bytes};
    BON_TRY(bon_out_open(&job.pipeline.out, output, 0));
    progress_start(&progress, "encode", shared);
    if (shared->progress != PROGRESS_ALWAYS) job.pipeline.progress = &progress.counter;
    bon_status status = bon_pipeline_run(&job.pipeline);
    progress.forced = false; /* the summary is the training's */
    progress_stop(&progress);
    if (status == BON_OK) return bon_out_publish(job.pipeline.out);
    bon_out_abandon(job.pipeline.out);
    return status;
}

bon_status train_data_bytes_per_token(const bon_tokenizer *tokenizer, const bon_batches *batches, double *bytes) {
    const size_t context = batches->context;
    bon_batches all = *batches;
    uint64_t sum = 0, tokens = 0;
    int32_t *ids = bon_alloc_array(3 * context, sizeof *ids);
    if (!ids) return BON_ERR_NOMEM;
    for (uint64_t window = 0; window < batches->count / context; window++) {
        bon_batches_next(&all, 1, ids, ids + context, ids + 2 * context);
        for (size_t i = 0; i < context; i++) {
            size_t n = 0;
            const int32_t next = ids[context + i]; /* the token that is predicted */
            if (next < 0) continue;
            if (!bon_tokenizer_is_special(tokenizer, (uint32_t)next))
                bon_tokenizer_bytes(tokenizer, (uint32_t)next, &n);
            sum += n, tokens++;
        }
    }
    free(ids);
    *bytes = tokens ? (double)sum / (double)tokens : 0;
    return BON_OK;
}
