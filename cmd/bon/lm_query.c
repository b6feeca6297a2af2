/* cmd/bon/lm_query.c: bon lm query: perplexity of text under a model. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "bon/ngram.h"
#include "commands.h"
#include "lines.h"
#include "stream.h"

struct query_args {
    struct shared_args shared;
    const char *model;
    bool per_line;
};

struct query_job {
    struct bon_pipeline pipeline;
    bon_lm *lm;
    bool per_line;
    bon_lm_totals totals;
    struct line_joiner joiner;
};

static const struct option_row options[] = {
    OPTION_STRING('m', "model", "FILE", struct query_args, model, "the model (else the first operand)"),
    OPTION_FLAG(0, "per-line", struct query_args, per_line, "a row for every line instead of one for all"),
    OPTIONS_SHARED,
    OPTION_END,
};

static const char header[] = "tokens\toov\tlogprob10\tppl\tppl_no_oov\n";

static bon_status put_row(bon_buf *out, const bon_lm_totals *t) {
    BON_TRY(bon_buf_printf(out, "%llu\t%llu\t%.4f", (unsigned long long)t->tokens, (unsigned long long)t->oov,
                           t->logprob10));
    double both[2] = {bon_lm_perplexity(t), bon_lm_perplexity_known(t)};
    for (int i = 0; i < 2; i++)
        BON_TRY(isnan(both[i]) ? bon_buf_printf(out, "\tnan") : bon_buf_printf(out, "\t%.4f", both[i]));
    return bon_buf_append(out, "\n", 1);
}

static bon_status score_lines(const struct query_job *job, const char *text, size_t n, bon_lm_totals *totals,
                              bon_buf *rows) {
    const char *end = text + n;
    for (const char *line = text; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        bon_lm_score_line(job->lm, line, (size_t)(stop - line), totals);
        if (job->per_line) {
            BON_TRY(put_row(rows, totals));
            *totals = (bon_lm_totals){0};
        }
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
}

/* The result of a chunk: its rows, or its totals as bytes; of a window: its text, for the sink to put together. */
static bon_status map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const struct query_job *job = context;
    bon_lm_totals totals = {0};
    (void)worker;
    if (chunk->begins_inside || chunk->ends_inside) return bon_buf_append(out, chunk->data, chunk->len);
    BON_TRY(score_lines(job, chunk->data, chunk->len, &totals, out));
    return job->per_line ? BON_OK : bon_buf_append(out, &totals, sizeof totals);
}

/* Sums in input order: floating-point sums are then the same for any number of threads. */
static void add_totals(bon_lm_totals *sum, const bon_lm_totals *t) {
    sum->tokens += t->tokens;
    sum->oov += t->oov;
    sum->logprob10 += t->logprob10;
    sum->logprob10_known += t->logprob10_known;
}

static bon_status sink_whole(struct query_job *job, const bon_buf *result) {
    bon_lm_totals totals;
    if (job->per_line) return bon_out_write(job->pipeline.out, result->data, result->len);
    memcpy(&totals, result->data, sizeof totals);
    add_totals(&job->totals, &totals);
    return BON_OK;
}

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    struct query_job *job = context;
    bon_lm_totals totals = {0};
    bon_buf rows = {0};
    const char *line;
    size_t n;
    if (!chunk->begins_inside && !chunk->ends_inside) return sink_whole(job, result);
    BON_TRY(lines_join(&job->joiner, chunk, result, &line, &n));
    bon_status status = score_lines(job, line, n, &totals, &rows);
    if (status == BON_OK && job->per_line) status = bon_out_write(job->pipeline.out, rows.data, rows.len);
    add_totals(&job->totals, &totals);
    bon_buf_free(&rows);
    return status;
}

static int query(const struct command *command, const struct query_args *args, struct query_job *job, char **paths,
                 int path_count) {
    bon_buf text = {0};
    if (job->per_line) return stream_run(command, &args->shared, paths, path_count, &job->pipeline, header);
    int result = stream_collect(command, &args->shared, paths, path_count, &job->pipeline);
    if (result != EXIT_DONE) return result;
    bon_status status = bon_buf_append(&text, header, sizeof header - 1);
    if (status == BON_OK) status = put_row(&text, &job->totals);
    if (status == BON_OK) return write_text(args->shared.output, &text);
    bon_buf_free(&text);
    return tell_failure(status);
}

static int run(const struct command *command, int argc, char **argv) {
    struct query_args args = {0};
    struct query_job job = {.pipeline = {.map = map, .sink = sink, .context = &job}};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    if (!args.model && first < argc) args.model = argv[first++];
    if (!args.model) return usage_error(command, "which model? name it first or with --model");
    job.per_line = args.per_line;
    bon_status status = bon_lm_open(&job.lm, args.model, NULL);
    if (status != BON_OK) return tell_failure(status);
    result = query(command, &args, &job, argv + first, argc - first);
    bon_lm_close(job.lm);
    lines_free(&job.joiner);
    return result;
}

const struct command command_lm_query = {
    .name = "lm query",
    .summary = "perplexity of tokenized text under a model",
    .usage = "[OPTION]... MODEL [FILE]...",
    .notes = "Columns: tokens (words and sentence ends), oov (unknown words), logprob10 (of all tokens), ppl, and\n"
             "ppl_no_oov (unknown words left out). The text is tokenized as the model's was.",
    .options = options,
    .run = run,
};
