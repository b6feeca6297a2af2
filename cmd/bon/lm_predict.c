/* cmd/bon/lm_predict.c: bon lm predict: the words that most likely follow a line. */
#include <stdlib.h>
#include <string.h>

#include "bon/ngram.h"
#include "commands.h"
#include "model_io.h"
#include "ngram/table_score.h"
#include "stream.h"

enum { WORDS_MAX = 1000 };

struct predict_args {
    struct shared_args shared;
    const char *model;
    unsigned words;
    bool inside;
};

struct predict_job {
    struct bon_pipeline pipeline;
    const struct predict_args *args;
    bon_lm *lm;
    bon_lm_predictor *predictor;
};

static const struct option_row options[] = {
    OPTION_STRING('m', "model", "FILE", struct predict_args, model, "the model (else the first operand)"),
    OPTION_UNSIGNED('k', "words", "N", struct predict_args, words, 1, WORDS_MAX, "the N likeliest words (default 10)"),
    OPTION_FLAG(0, "inside", struct predict_args, inside, "lines do not begin where a sentence begins"),
    OPTIONS_SHARED,
    OPTION_END,
};

static const char header[] = "line\tword\tlogprob10\torder\n";

static void read_context(const struct predict_job *job, const char *line, size_t n, bon_lm_state *state) {
    size_t at = 0, length;
    const char *token;
    if (job->args->inside)
        bon_lm_state_empty(state);
    else
        bon_lm_state_begin(job->lm, state);
    while (bon_next_token(line, n, &at, &token, &length))
        bon_lm_score(job->lm, state, bon_lm_word(job->lm, token, length), state, NULL);
}

static bon_status predict_line(const struct predict_job *job, uint64_t number, const bon_lm_state *state,
                               bon_buf *out) {
    bon_lm_prediction best[WORDS_MAX];
    size_t count = bon_lm_predict(job->predictor, state, NULL, best, job->args->words);
    for (size_t i = 0; i < count; i++) {
        size_t length;
        const char *word = bon_lm_word_text(job->lm, best[i].word, &length);
        BON_TRY(bon_buf_printf(out, "%llu\t", (unsigned long long)number));
        BON_TRY(bon_buf_append(out, word, length));
        BON_TRY(bon_buf_printf(out, "\t%.4f\t%u\n", (double)best[i].logprob, (unsigned)best[i].order));
    }
    return BON_OK;
}

static bon_status map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const struct predict_job *job = context;
    const char *end = chunk->data + chunk->len;
    uint64_t number = chunk->line;
    (void)worker;
    for (const char *line = chunk->data; line < end; number++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line)), *stop = newline ? newline : end;
        bon_lm_state state;
        read_context(job, line, (size_t)(stop - line), &state);
        BON_TRY(predict_line(job, number, &state, out));
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
}

static int run(const struct command *command, int argc, char **argv) {
    struct predict_args args = {.words = 10};
    struct predict_job job = {.pipeline = {.map = map, .context = &job, .whole_lines = true}, .args = &args};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = take_model(command, &args.model, argc, argv, &first);
    if (result != PARSE_GO) return result;
    bon_status status = bon_lm_open(&job.lm, args.model, NULL);
    if (status == BON_OK) status = bon_lm_predictor_open(&job.predictor, job.lm);
    result = tell_failure(status);
    if (result == EXIT_DONE)
        result = stream_run(command, &args.shared, argv + first, argc - first, &job.pipeline, header);
    bon_lm_predictor_close(job.predictor);
    bon_lm_close(job.lm);
    return result;
}

const struct command command_lm_predict = {
    .name = "lm predict",
    .summary = "the words that most likely follow each line",
    .usage = "[OPTION]... MODEL [FILE]...",
    .notes =
        "Columns: line (its number), word (</s> is the end of the sentence), logprob10, order (of the longest n-gram\n"
        "that says so). The text is tokenized as the model's was.",
    .options = options,
    .run = run,
};
