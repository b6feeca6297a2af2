/* cmd/bon/classify_train.c: bon classify train: a classifier from labelled lines. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "corpus/classify.h"
#include "corpus/classify_lines.h"
#include "limit.h"
#include "stream.h"

struct train_args {
    struct shared_args shared;
    unsigned ngrams, letters, bits, epochs, seed;
    double rate, holdout;
    const char *json_field, *label_field, *json;
    struct limit limit;
};

struct train_job {
    struct bon_pipeline pipeline;
    struct bon_labelled how;
    struct bon_feature_options features;
    struct bon_classify_trainer *trainer;
    uint64_t texts, features_in_all;
};

/* ---- the options; their defaults are the best of those tried on texts of many registers ---- */

static const struct option_row train_options[] = {
    OPTION_UNSIGNED('n', "ngrams", "N", struct train_args, ngrams, 1, BON_FEATURES_NGRAMS_MAX,
                    "look at runs of up to N tokens (default 2)"),
    OPTION_UNSIGNED(0, "letters", "N", struct train_args, letters, 0, BON_FEATURES_LETTERS_MAX,
                    "look at runs of up to N letters of words that are no\nsyllables (default 4; 0: none)"),
    OPTION_UNSIGNED(0, "bits", "N", struct train_args, bits, BON_FEATURES_BITS_LEAST, BON_FEATURES_BITS_MOST,
                    "2^N rows of weights (default 20)"),
    OPTION_UNSIGNED(0, "epochs", "N", struct train_args, epochs, 1, 1000, "go over the texts N times (default 3)"),
    OPTION_REAL(0, "rate", "R", struct train_args, rate, 1e-6, 100, "rate of learning (default 0.6)"),
    OPTION_REAL(0, "holdout", "SHARE", struct train_args, holdout, 0, 0.5,
                "share of the texts to test on instead (default 0.05)"),
    OPTION_UNSIGNED(0, "seed", "N", struct train_args, seed, 0, 1000000000, "another order of the texts (default 1)"),
    OPTION_STRING(0, "json-field", "NAME", struct train_args, json_field,
                  "the input is JSON lines: the strings NAME are the texts"),
    OPTION_STRING(0, "label-field", "NAME", struct train_args, label_field,
                  "with --json-field: the strings NAME are the labels\n(default: label)"),
    OPTION_WRITTEN(0, "json", "FILE", struct train_args, json, "write what was counted to FILE, as a JSON object"),
    OPTION_PARSE(0, "memory", "SIZE", struct train_args, limit.memory, parse_size,
                 "keep at most SIZE bytes of texts in memory (k, M, G behind\nit), the rest in a temporary file; the "
                 "same result"),
    OPTION_STRING(0, "temp", "DIR", struct train_args, limit.folder,
                  "folder for temporary files (default: TMPDIR, or /tmp)"),
    OPTION_OUTPUT("the model to write"),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

/* ---- reading ---- */

struct worker {
    struct bon_featurizer *featurizer;
    struct bon_labelled_lines lines;
};

static void close_worker(void *context, void *opened) {
    struct worker *worker = opened;
    (void)context;
    if (!worker) return;
    bon_featurizer_close(worker->featurizer);
    bon_labelled_free(&worker->lines);
    free(worker);
}

static bon_status open_worker(void *context, void **opened) {
    struct worker *worker = bon_alloc_zeroed(1, sizeof *worker);
    if (!worker) return BON_ERR_NOMEM;
    bon_status status = bon_featurizer_open(&worker->featurizer, &((struct train_job *)context)->features);
    if (status == BON_OK)
        *opened = worker;
    else
        close_worker(context, worker);
    return status;
}

/* A text as workers hand it on: this, its label, its features. */
struct record {
    uint32_t label_len, features;
};

struct writing {
    const struct bon_labelled_lines *lines;
    size_t next;
    bon_buf *out;
};

static bon_status put_record(void *context, const uint32_t *features, size_t count) {
    struct writing *writing = context;
    const struct bon_labelled_line *line = &writing->lines->lines[writing->next++];
    struct record record = {line->label_len, (uint32_t)count};
    if (count == 0 || line->label_len == 0) return BON_OK;
    BON_TRY(bon_buf_append(writing->out, &record, sizeof record));
    BON_TRY(bon_buf_append(writing->out, writing->lines->labels.data + line->label, line->label_len));
    return bon_buf_append(writing->out, features, count * sizeof *features);
}

static bon_status map(void *context, void *opened, const struct bon_chunk *chunk, bon_buf *out) {
    const struct train_job *job = context;
    struct worker *worker = opened;
    struct writing writing = {.lines = &worker->lines, .out = out};
    BON_TRY(bon_labelled_split(&job->how, chunk, &worker->lines));
    return bon_features_of_lines(worker->featurizer, worker->lines.texts.data, worker->lines.texts.len, put_record,
                                 &writing);
}

static bon_status add_record(struct train_job *job, const char *at, bon_buf *features, size_t *size) {
    struct record record;
    memcpy(&record, at, sizeof record);
    size_t bytes = record.features * sizeof(uint32_t);
    features->len = 0; /* copied, as they need not be aligned behind the label */
    BON_TRY(bon_buf_append(features, at + sizeof record + record.label_len, bytes));
    *size = sizeof record + record.label_len + bytes;
    job->texts++;
    job->features_in_all += record.features;
    return bon_classify_trainer_add(job->trainer, at + sizeof record, record.label_len,
                                    (const uint32_t *)(const void *)features->data, record.features);
}

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *mapped) {
    struct train_job *job = context;
    bon_buf features = {0};
    bon_status status = BON_OK;
    (void)chunk;
    for (size_t at = 0, size; at < mapped->len && status == BON_OK; at += size)
        status = add_record(job, mapped->data + at, &features, &size);
    bon_buf_free(&features);
    return status;
}

/* ---- learning ---- */

static void tell_epoch(void *context, unsigned epoch, double loss) {
    note(context, "epoch %u: loss %.4f", epoch, loss);
}

static bon_status append_counts(const struct train_job *job, const struct bon_confusion *held, bon_buf *text) {
    uint64_t tested = 0, right = 0;
    const size_t classes = held->classes;
    for (size_t i = 0; i < classes * classes; i++) tested += held->counts[i];
    for (size_t c = 0; c < classes; c++) right += held->counts[c * classes + c];
    return bon_buf_printf(
        text, "{\"texts\": %llu, \"features\": %llu, \"classes\": %zu, \"held_out\": %llu, \"right\": %llu}\n",
        (unsigned long long)job->texts, (unsigned long long)job->features_in_all, classes, (unsigned long long)tested,
        (unsigned long long)right);
}

static int write_counts(const struct train_args *args, const struct train_job *job, const struct bon_confusion *held) {
    bon_buf text = {0};
    if (!args->json) return EXIT_DONE;
    bon_status status = append_counts(job, held, &text);
    return write_or_tell(status, args->json, &text);
}

static int learn(const struct train_args *args, const struct train_job *job) {
    struct bon_classifier *model = NULL;
    struct bon_confusion held = {0};
    bon_buf table = {0};
    bon_status status = bon_classify_train(job->trainer, &model, &held);
    if (status == BON_OK) status = bon_classifier_write(model, args->shared.output);
    if (status == BON_OK) status = bon_confusion_table(&held, model, &table);
    int result = status == BON_OK ? write_text(NULL, &table) : tell_failure(status);
    if (result == EXIT_DONE) result = write_counts(args, job, &held);
    bon_buf_free(&table);
    bon_confusion_free(&held);
    bon_classifier_close(model);
    return result;
}

static int work(const struct command *command, struct train_args *args, char **paths, int path_count) {
    struct train_job job = {.how = {.labelled = true, .text_field = args->json_field, .label_field = args->label_field},
                            .features = {args->ngrams, args->letters, args->bits}};
    struct bon_classify_options options = {.features = job.features,
                                           .epochs = args->epochs,
                                           .rate = args->rate,
                                           .holdout = args->holdout,
                                           .seed = args->seed,
                                           .memory = args->limit.memory,
                                           .folder = limit_folder(&args->limit),
                                           .epoch_done = tell_epoch,
                                           .context = &args->shared};
    job.pipeline = (struct bon_pipeline){.whole_lines = true,
                                         .worker_open = open_worker,
                                         .worker_close = close_worker,
                                         .map = map,
                                         .sink = sink,
                                         .context = &job};
    bon_status status = check_output(args->shared.output);
    if (status == BON_OK) status = check_output(args->json);
    if (status == BON_OK) status = bon_classify_trainer_open(&job.trainer, &options);
    int result = tell_failure(status);
    if (result == EXIT_DONE) result = stream_collect(command, &args->shared, paths, path_count, &job.pipeline);
    if (result == EXIT_DONE) result = learn(args, &job);
    bon_classify_trainer_close(job.trainer);
    return result;
}

static int run(const struct command *command, int argc, char **argv) {
    struct train_args args = {
        .ngrams = 2, .letters = 4, .bits = 20, .epochs = 3, .seed = 1, .rate = 0.6, .holdout = 0.05};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    if (!args.shared.output) return usage_error(command, "say where to: -o MODEL.bonclas");
    if (args.label_field && !args.json_field) return usage_error(command, "--label-field is for --json-field");
    if (!args.label_field) args.label_field = "label";
    return work(command, &args, argv + first, argc - first);
}

const struct command command_classify_train = {
    .name = "classify train",
    .summary = "learn classes from labelled texts",
    .usage = "[OPTION]... -o MODEL.bonclas [FILE]...",
    .notes = "Lines are '__label__NAME text' or 'NAME TAB text'. Standard output gets how well the texts held\n"
             "out are told.",
    .options = train_options,
    .run = run,
};
