/* cmd/bon/lm_query.c: bon lm query: perplexity of text under a model, of all of it, line by line or token by token. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "bon/ngram.h"
#include "classes.h"
#include "commands.h"
#include "lines.h"
#include "model_io.h"
#include "ngram/table_score.h"
#include "stream.h"

struct query_args {
    struct shared_args shared;
    const char *model, *classes;
    bool per_line, per_token, verify;
};

struct query_job {
    struct bon_pipeline pipeline;
    bon_lm *lm;
    bool per_line, per_token;
    bon_lm_totals totals;
    struct line_joiner joiner;
    struct class_map classes;
};

static const struct option_row options[] = {
    OPTION_STRING('m', "model", "FILE", struct query_args, model, "the model (else the first operand)"),
    OPTION_FLAG(0, "per-line", struct query_args, per_line, "a row for every line instead of one for all"),
    OPTION_FLAG(0, "per-token", struct query_args, per_token, "a row for every token, with the n-gram's order"),
    OPTION_FLAG(0, "verify", struct query_args, verify, "check the whole model against its checksums first"),
    OPTION_STRING(0, "classes", "FILE", struct query_args, classes, CLASSES_HELP),
    OPTIONS_SHARED,
    OPTION_END,
};

static const char header[] = "tokens\toov\tlogprob10\tppl\tppl_no_oov\n";
static const char token_header[] = "line\ttoken\toov\tlogprob10\torder\n";

static bon_status put_row(bon_buf *out, const bon_lm_totals *t) {
    BON_TRY(bon_buf_printf(out, "%llu\t%llu\t%.4f", (unsigned long long)t->tokens, (unsigned long long)t->oov,
                           t->logprob10));
    double both[2] = {bon_lm_perplexity(t), bon_lm_perplexity_known(t)};
    for (int i = 0; i < 2; i++)
        BON_TRY(isnan(both[i]) ? bon_buf_printf(out, "\t-") : bon_buf_printf(out, "\t%.4f", both[i]));
    return bon_buf_append(out, "\n", 1);
}

/* ---- a row a token ---- */

static bon_status put_token(const struct query_job *job, bon_lm_state *state, uint64_t line, const char *token,
                            size_t n, bon_buf *rows) {
    unsigned order;
    uint32_t word = bon_lm_word(job->lm, token, n);
    double logprob = (double)bon_lm_score(job->lm, state, word, state, &order);
    BON_TRY(bon_buf_printf(rows, "%llu\t", (unsigned long long)line));
    BON_TRY(bon_buf_append(rows, token, n));
    return bon_buf_printf(rows, "\t%d\t%.6f\t%u\n", word == BON_LM_UNK, logprob, order);
}

static bon_status score_tokens(const struct query_job *job, uint64_t number, const char *line, size_t n,
                               bon_buf *rows) {
    bon_lm_state state;
    size_t at = 0, length;
    const char *token;
    bon_lm_state_begin(job->lm, &state);
    while (bon_next_token(line, n, &at, &token, &length)) BON_TRY(put_token(job, &state, number, token, length, rows));
    return put_token(job, &state, number, "</s>", 4, rows);
}

/* ---- text into rows or totals ---- */

static bon_status score_classed_lines(const struct query_job *job, const char *text, size_t n, uint64_t number,
                                      bon_lm_totals *totals, bon_buf *rows) {
    const char *end = text + n;
    for (const char *line = text; line < end; number++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        if (job->per_token)
            BON_TRY(score_tokens(job, number, line, (size_t)(stop - line), rows));
        else
            bon_lm_score_line(job->lm, line, (size_t)(stop - line), totals);
        if (job->per_line) {
            BON_TRY(put_row(rows, totals));
            *totals = (bon_lm_totals){0};
        }
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
}

static bon_status score_lines(const struct query_job *job, const char *text, size_t n, uint64_t number,
                              bon_lm_totals *totals, bon_buf *rows) {
    bon_buf classed = {0};
    if (job->classes.tokens.count == 0) return score_classed_lines(job, text, n, number, totals, rows);
    bon_status status = classes_apply(&job->classes, text, n, &classed);
    if (status == BON_OK) status = score_classed_lines(job, classed.data, classed.len, number, totals, rows);
    bon_buf_free(&classed);
    return status;
}

static bool gives_rows(const struct query_job *job) { return job->per_line || job->per_token; }

/* The result of a chunk: its rows, or its totals as bytes; of a window: its text, for the sink to put together. */
static bon_status map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const struct query_job *job = context;
    bon_lm_totals totals = {0};
    (void)worker;
    if (chunk->begins_inside || chunk->ends_inside) return bon_buf_append(out, chunk->data, chunk->len);
    BON_TRY(score_lines(job, chunk->data, chunk->len, chunk->line, &totals, out));
    return gives_rows(job) ? BON_OK : bon_buf_append(out, &totals, sizeof totals);
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
    if (gives_rows(job)) return bon_out_write(job->pipeline.out, result->data, result->len);
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
    bon_status status = score_lines(job, line, n, chunk->line, &totals, &rows);
    if (status == BON_OK && gives_rows(job)) status = bon_out_write(job->pipeline.out, rows.data, rows.len);
    add_totals(&job->totals, &totals);
    bon_buf_free(&rows);
    return status;
}

static int query(const struct command *command, const struct query_args *args, struct query_job *job, char **paths,
                 int path_count) {
    bon_buf text = {0};
    if (gives_rows(job))
        return stream_run(command, &args->shared, paths, path_count, &job->pipeline,
                          job->per_token ? token_header : header);
    int result = stream_collect(command, &args->shared, paths, path_count, &job->pipeline);
    if (result != EXIT_DONE) return result;
    if (job->totals.tokens == 0) note(&args->shared, "the text is empty: there is no perplexity");
    bon_status status = bon_buf_append(&text, header, sizeof header - 1);
    if (status == BON_OK) status = put_row(&text, &job->totals);
    return write_or_tell(status, args->shared.output, &text);
}

static int run(const struct command *command, int argc, char **argv) {
    struct query_args args = {0};
    struct query_job job = {.pipeline = {.map = map, .sink = sink, .context = &job}};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = take_model(command, &args.model, argc, argv, &first);
    if (result != PARSE_GO) return result;
    if (args.per_line && args.per_token) return usage_error(command, "give --per-line or --per-token, not both");
    job.per_line = args.per_line;
    job.per_token = args.per_token;
    const bon_lm_open_options opening = {.lazy = !args.verify};
    bon_status status = bon_lm_open(&job.lm, args.model, &opening);
    if (status == BON_OK && args.classes) status = classes_read(&job.classes, args.classes);
    result = tell_failure(status);
    if (result == EXIT_DONE) result = query(command, &args, &job, argv + first, argc - first);
    bon_lm_close(job.lm);
    classes_free(&job.classes);
    lines_free(&job.joiner);
    return result;
}

const struct command command_lm_query = {
    .name = "lm query",
    .summary = "perplexity of tokenized text under a model",
    .usage = "[OPTION]... MODEL [FILE]...",
    .notes = "Columns: tokens (words and sentence ends), oov (unknown words), logprob10 (of all tokens), ppl, and\n"
             "ppl_no_oov (unknown words left out; - where there is nothing to measure). The text is tokenized as the\n"
             "model's was.",
    .options = options,
    .run = run,
};
