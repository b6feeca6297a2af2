/* cmd/bon/classify_apply.c: bon classify apply: the classes of texts, the texts of a class, or how well a classifier does. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_span.h"
#include "commands.h"
#include "corpus/classify.h"
#include "corpus/classify_lines.h"
#include "stream.h"

struct apply_args {
    struct shared_args shared;
    const char *model, *keep, *json_field, *label_field, *json;
    unsigned top;
    double threshold;
    bool test;
};

struct apply_job {
    struct bon_pipeline pipeline;
    const struct apply_args *args;
    struct bon_labelled how;
    struct bon_classifier *model;
    unsigned keep; /* the class; as many as there are: none */
    struct bon_confusion confusion;
    uint64_t without_tokens, kept, *guesses; /* lines; [classes] of which each is likeliest */
    pthread_mutex_t lock;                    /* of the counts */
};

static const struct option_row apply_options[] = {
    OPTION_STRING('m', "model", "FILE", struct apply_args, model, "the model of bon classify train"),
    OPTION_UNSIGNED('k', "top", "N", struct apply_args, top, 1, BON_CLASSES_MAX,
                    "the N likeliest classes of each line (default 1)"),
    OPTION_STRING(0, "keep", "LABEL", struct apply_args, keep,
                  "write the lines of class LABEL as they are, and no others"),
    OPTION_REAL(0, "threshold", "P", struct apply_args, threshold, 0, 1,
                "with --keep: those whose probability is at least P\n(default: those of which no class is likelier)"),
    OPTION_FLAG(0, "test", struct apply_args, test, "the lines have labels: write how well they are told"),
    OPTION_STRING(0, "json-field", "NAME", struct apply_args, json_field,
                  "the input is JSON lines: the strings NAME are the texts"),
    OPTION_STRING(0, "label-field", "NAME", struct apply_args, label_field,
                  "with --test and --json-field: the strings NAME are the\nlabels (default: label)"),
    OPTION_WRITTEN(0, "json", "FILE", struct apply_args, json, "write what was counted to FILE, as a JSON object"),
    OPTIONS_SHARED,
    OPTION_END,
};

/* ---- workers ---- */

struct worker {
    struct bon_featurizer *featurizer;
    struct bon_labelled_lines lines;
    float *scores;
    uint64_t without_tokens, kept, *guesses; /* as of the job, which gets them at the end */
    /* While a chunk is read. */
    struct apply_job *job;
    size_t next;
    bon_buf *out;
};

static void add_counts(struct apply_job *job, const struct worker *worker) {
    pthread_mutex_lock(&job->lock);
    job->without_tokens += worker->without_tokens;
    job->kept += worker->kept;
    for (unsigned c = 0; c < bon_classifier_classes(job->model); c++) job->guesses[c] += worker->guesses[c];
    pthread_mutex_unlock(&job->lock);
}

static void close_worker(void *context, void *opened) {
    struct worker *worker = opened;
    if (!worker) return;
    if (worker->guesses) add_counts(context, worker);
    free(worker->guesses);
    bon_featurizer_close(worker->featurizer);
    bon_labelled_free(&worker->lines);
    free(worker->scores);
    free(worker);
}

static bon_status open_worker(void *context, void **opened) {
    struct apply_job *job = context;
    struct worker *worker = bon_alloc_zeroed(1, sizeof *worker);
    if (!worker) return BON_ERR_NOMEM;
    worker->job = job;
    const unsigned classes = bon_classifier_classes(job->model);
    worker->scores = bon_alloc_array(classes, sizeof *worker->scores);
    worker->guesses = bon_alloc_zeroed(classes, sizeof *worker->guesses);
    bon_status status = worker->scores && worker->guesses ? BON_OK : BON_ERR_NOMEM;
    if (status == BON_OK) status = bon_featurizer_open(&worker->featurizer, bon_classifier_features(job->model));
    if (status == BON_OK)
        *opened = worker;
    else
        close_worker(context, worker);
    return status;
}

/* ---- what becomes of a line ---- */

static unsigned best_of(const float *scores, unsigned classes) {
    unsigned best = 0;
    for (unsigned c = 1; c < classes; c++) best = scores[c] > scores[best] ? c : best;
    return best;
}

/* The likeliest first; a class that was written is not written again. */
static bon_status put_classes(struct worker *worker, unsigned classes) {
    const struct apply_job *job = worker->job;
    for (unsigned i = 0; i < job->args->top && i < classes; i++) {
        unsigned best = best_of(worker->scores, classes);
        BON_TRY(bon_buf_printf(worker->out, "%s%s\t%.4f", i ? "\t" : "", bon_classifier_name(job->model, best),
                               (double)worker->scores[best]));
        worker->scores[best] = -1;
    }
    return bon_buf_put(worker->out, '\n');
}

static bon_status put_kept(struct worker *worker, const struct bon_labelled_line *line, unsigned best) {
    const struct apply_job *job = worker->job;
    bool kept =
        job->args->threshold > 0 ? (double)worker->scores[job->keep] >= job->args->threshold : best == job->keep;
    if (!kept) return BON_OK;
    worker->kept++;
    BON_TRY(bon_buf_append(worker->out, line->line, line->len));
    return bon_buf_put(worker->out, '\n');
}

static void count_test(struct worker *worker, const struct bon_labelled_line *line, unsigned best) {
    struct apply_job *job = worker->job;
    const unsigned classes = bon_classifier_classes(job->model);
    unsigned truth = bon_classifier_find(job->model, worker->lines.labels.data + line->label, line->label_len);
    if (line->label_len == 0 || truth == classes) return; /* what the model does not know cannot be told */
    pthread_mutex_lock(&job->lock);
    job->confusion.counts[(size_t)truth * classes + best]++;
    pthread_mutex_unlock(&job->lock);
}

static bon_status take(void *context, const uint32_t *features, size_t count) {
    struct worker *worker = context;
    struct apply_job *job = worker->job;
    const struct bon_labelled_line *line = &worker->lines.lines[worker->next++];
    unsigned classes = bon_classifier_classes(job->model);
    if (count == 0) {
        worker->without_tokens++;
        return job->args->keep || job->args->test ? BON_OK : bon_buf_put(worker->out, '\n');
    }
    bon_classifier_score(job->model, features, count, worker->scores);
    const unsigned best = best_of(worker->scores, classes);
    worker->guesses[best]++;
    if (job->args->keep) return put_kept(worker, line, best);
    if (!job->args->test) return put_classes(worker, classes);
    count_test(worker, line, best);
    return BON_OK;
}

static bon_status map(void *context, void *opened, const struct bon_chunk *chunk, bon_buf *out) {
    struct apply_job *job = context;
    struct worker *worker = opened;
    BON_TRY(bon_labelled_split(&job->how, chunk, &worker->lines));
    worker->next = 0;
    worker->out = out;
    return bon_features_of_lines(worker->featurizer, worker->lines.texts.data, worker->lines.texts.len, take, worker);
}

/* ---- the job ---- */

static bon_status open_job(struct apply_job *job) {
    const struct apply_args *args = job->args;
    BON_TRY(check_output(args->shared.output));
    BON_TRY(check_output(args->json));
    BON_TRY(bon_classifier_open(&job->model, args->model));
    unsigned classes = bon_classifier_classes(job->model);
    job->guesses = bon_alloc_zeroed(classes, sizeof *job->guesses);
    if (!job->guesses) return BON_ERR_NOMEM;
    if (args->keep) {
        job->keep = bon_classifier_find(job->model, args->keep, strlen(args->keep));
        if (job->keep == classes)
            return bon_fail(BON_ERR_ARGUMENT, "%s: has no class '%s'; its first is '%s'", args->model, args->keep,
                            bon_classifier_name(job->model, 0));
    }
    return args->test ? bon_confusion_open(&job->confusion, classes) : BON_OK;
}

static bon_status ignore(void *context, const struct bon_chunk *chunk, const bon_buf *mapped) {
    (void)context, (void)chunk, (void)mapped;
    return BON_OK;
}

/* The rows of a test come at the end. */
static int run_test(const struct command *command, struct apply_job *job, char **paths, int path_count) {
    bon_buf table = {0};
    job->pipeline.sink = ignore;
    int result = stream_collect(command, &job->args->shared, paths, path_count, &job->pipeline);
    if (result != EXIT_DONE) return result;
    bon_status status = bon_confusion_table(&job->confusion, job->model, &table);
    return write_or_tell(status, job->args->shared.output, &table);
}

static bon_status append_counts(const struct apply_job *job, bon_buf *text) {
    uint64_t lines = job->without_tokens;
    const unsigned classes = bon_classifier_classes(job->model);
    for (unsigned c = 0; c < classes; c++) lines += job->guesses[c];
    BON_TRY(bon_buf_printf(text, "{\"lines\": %llu, \"without_tokens\": %llu", (unsigned long long)lines,
                           (unsigned long long)job->without_tokens));
    if (job->args->keep) BON_TRY(bon_buf_printf(text, ", \"kept\": %llu", (unsigned long long)job->kept));
    BON_TRY(bon_buf_printf(text, ", \"classes\": {"));
    for (unsigned c = 0; c < classes; c++) {
        const char *name = bon_classifier_name(job->model, c);
        if (c) BON_TRY(bon_buf_append(text, ", ", 2));
        BON_TRY(bon_json_quote(name, strlen(name), text));
        BON_TRY(bon_buf_printf(text, ": %llu", (unsigned long long)job->guesses[c]));
    }
    return bon_buf_append(text, "}}\n", 3);
}

static int write_counts(const struct apply_job *job) {
    bon_buf text = {0};
    if (!job->args->json) return EXIT_DONE;
    bon_status status = append_counts(job, &text);
    return write_or_tell(status, job->args->json, &text);
}

static int work(const struct command *command, const struct apply_args *args, char **paths, int path_count) {
    struct apply_job job = {.args = args,
                            .how = {.labelled = args->test,
                                    .text_field = args->json_field,
                                    .label_field = args->label_field ? args->label_field : "label"},
                            .lock = PTHREAD_MUTEX_INITIALIZER};
    job.pipeline = (struct bon_pipeline){
        .whole_lines = true, .worker_open = open_worker, .worker_close = close_worker, .map = map, .context = &job};
    int result = tell_failure(open_job(&job));
    if (result == EXIT_DONE)
        result = args->test ? run_test(command, &job, paths, path_count)
                            : stream_run(command, &args->shared, paths, path_count, &job.pipeline, NULL);
    if (result == EXIT_DONE) result = write_counts(&job);
    free(job.guesses);
    bon_confusion_free(&job.confusion);
    bon_classifier_close(job.model);
    return result;
}

static const char *conflict(const struct apply_args *args) {
    if (!args->model) return "which model? -m MODEL.bonclas, of bon classify train";
    if (args->threshold > 0 && !args->keep) return "--threshold is for --keep";
    if (args->test && args->keep) return "--test writes no lines to --keep";
    if (args->top > 1 && (args->test || args->keep)) return "--top is for classes, not for --test or --keep";
    if (args->label_field && !(args->json_field && args->test)) return "--label-field is for --test --json-field";
    return NULL;
}

static int run(const struct command *command, int argc, char **argv) {
    struct apply_args args = {.top = 1};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    const char *reason = conflict(&args);
    if (reason) return usage_error(command, "%s", reason);
    return work(command, &args, argv + first, argc - first);
}

const struct command command_classify_apply = {
    .name = "classify apply",
    .summary = "tell the classes of texts",
    .usage = "[OPTION]... -m MODEL.bonclas [FILE]...",
    .notes = "Writes 'label TAB probability' for each line, an empty one for a line without tokens.",
    .options = apply_options,
    .run = run,
};
