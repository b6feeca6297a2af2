/* cmd/bon/restore.c: bon restore: text typed without marks -> text with its marks. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bon/restore.h"
#include "commands.h"
#include "model_path.h"
#include "network_path.h"
#include "restore/eval.h"
#include "restore_rows.h"
#include "stream.h"

struct restore_args {
    struct shared_args shared;
    const char *model, *cache, *neural;
    unsigned adapt;
    int tone_style, quality;
    bool fix_marked, residue, eval, json;
    unsigned best, alternatives;
    double min_confidence;
};

struct restore_job {
    struct bon_pipeline pipeline;
    bon_restorer *restorer;
    bon_restore_cache *cache; /* NULL: lines do not depend on others */
    unsigned adapt;
    bon_restore_options options;
    unsigned best, alternatives;
    bool json;
    struct bon_eval_totals totals;
    bool line_correct; /* so far, of a line that goes on in the next window */
};

static const char *const qualities[] = {"fast", "best", NULL};
enum { QUALITY_FAST, QUALITY_BEST };
static const char *const tone_styles[] = {"old", "new", NULL}; /* in the order of bon_tone_style */

static const struct option_row options[] = {
    OPTION_STRING('m', "model", "FILE", struct restore_args, model,
                  "the model (default: BON_MODEL of the environment, else\nthe one shipped with bon)"),
    OPTION_CHOICE(0, "quality", "LEVEL", struct restore_args, quality, qualities,
                  "fast: with the model's file alone (default); best: with\nthe largest network beside it, "
                  "vi-base.bonnn or smaller"),
    OPTION_STRING(0, "neural", "FILE", struct restore_args, neural,
                  "with the network of this file ('bon neural export')"),
    OPTION_CHOICE(0, "tone-style", "STYLE", struct restore_args, tone_style, tone_styles,
                  "place the marks added old (hòa, thúy) or new (hoà, thuý)\n(default: old)"),
    OPTION_FLAG(0, "fix-marked", struct restore_args, fix_marked,
                "marks already there may be changed (default: they are kept)"),
    OPTION_FLAG(0, "residue", struct restore_args, residue,
                "understand keys of telex and VNI that were left in the\ntext (tieengs, tie61ng) where they parse"),
    OPTION_REAL(0, "min-confidence", "P", struct restore_args, min_confidence, 0, 1,
                "leave a syllable as typed when its probability is below P"),
    OPTION_UNSIGNED(
        0, "adapt", "LINES", struct restore_args, adapt, 1, 1000000000,
        "learn from what was restored, and forget it after so\nmany lines; one thread (200 suits articles)"),
    OPTION_WRITTEN(0, "cache", "FILE", struct restore_args, cache,
                   "learn from what was restored, beginning with what FILE\nholds, and write it back; one thread"),
    OPTION_UNSIGNED(0, "nbest", "K", struct restore_args, best, 1, BON_RESTORE_BEST_MAX,
                    "a table of the K best readings of every line"),
    OPTION_UNSIGNED(0, "alternatives", "N", struct restore_args, alternatives, 1, BON_RESTORE_BEST_MAX,
                    "a table of the N most probable ways to write every word"),
    OPTION_FLAG(
        0, "json", struct restore_args, json,
        "a JSON object for every line: text, spans with their\nconfidence, and with --nbest the other readings"),
    OPTION_FLAG(0, "eval", struct restore_args, eval,
                "strip the marks of the input, restore them, compare with\nthe input and write a table"),
    OPTIONS_SHARED,
    OPTION_END,
};

/* ---- restoring ---- */

static bon_status start_session(const struct restore_job *job, bon_restore_session **session) {
    bon_status status = bon_restore_session_open(session, job->restorer, &job->options);
    if (status == BON_OK && job->cache) status = bon_restore_session_use_cache(*session, job->cache, 1, job->adapt);
    return status;
}

static bon_status open_session(void *context, void **worker) {
    bon_restore_session *session = NULL;
    bon_status status = start_session(context, &session);
    if (status == BON_OK)
        *worker = session;
    else
        bon_restore_session_close(session);
    return status;
}

static void close_session(void *context, void *worker) {
    (void)context;
    bon_restore_session_close(worker);
}

static bon_status map_restore(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)context;
    return bon_restore(worker, chunk->data, chunk->len, out);
}

static bon_status map_rows(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const struct restore_job *job = context;
    if (job->alternatives) return restore_rows_words(worker, job->alternatives, chunk, out);
    return job->json ? restore_rows_json(worker, job->best, chunk, out)
                     : restore_rows_tsv(worker, job->best, chunk, out);
}

/* ---- evaluating: the result of a chunk is its totals, as bytes ---- */

struct eval_worker {
    bon_restore_session *session;
    struct bon_eval *eval;
};

static void close_eval(void *context, void *worker) {
    struct eval_worker *w = worker;
    (void)context;
    if (!w) return;
    bon_eval_close(w->eval);
    bon_restore_session_close(w->session);
    free(w);
}

static bon_status open_eval(void *context, void **worker) {
    struct restore_job *job = context;
    struct eval_worker *w = bon_alloc_zeroed(1, sizeof *w);
    if (!w) return BON_ERR_NOMEM;
    bon_status status = start_session(job, &w->session);
    if (status == BON_OK) status = bon_eval_open(&w->eval, w->session);
    if (status == BON_OK)
        *worker = w;
    else
        close_eval(context, w);
    return status;
}

static bon_status map_eval(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    struct eval_worker *w = worker;
    struct bon_eval_totals totals = {0};
    (void)context;
    BON_TRY(bon_eval_add(w->eval, chunk->data, chunk->len, chunk->name, chunk->line, &totals));
    return bon_buf_append(out, &totals, sizeof totals);
}

/* A line above BON_WINDOW comes in windows and is right when all of them are. */
static bon_status sink_eval(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    struct restore_job *job = context;
    struct bon_eval_totals *sum = &job->totals, t;
    memcpy(&t, result->data, sizeof t);
    sum->syllables += t.syllables;
    sum->correct += t.correct;
    sum->seconds += t.seconds;
    if (chunk->begins_inside || chunk->ends_inside) {
        job->line_correct = t.lines_correct == t.lines && (job->line_correct || !chunk->begins_inside);
        t.lines = !chunk->ends_inside;
        t.lines_correct = t.lines && job->line_correct;
    }
    sum->lines += t.lines;
    sum->lines_correct += t.lines_correct;
    return BON_OK;
}

static int write_totals(const struct restore_args *args, const struct bon_eval_totals *t) {
    bon_buf text = {0};
    bon_status status = bon_buf_printf(&text,
                                       "syllables\tcorrect\taccuracy\tci95\tlines\tlines_correct\tsyllables_per_s\n"
                                       "%llu\t%llu\t%.2f\t%.2f\t%llu\t%.1f\t%.0f\n",
                                       (unsigned long long)t->syllables, (unsigned long long)t->correct,
                                       bon_eval_accuracy(t), bon_eval_interval(t), (unsigned long long)t->lines,
                                       t->lines ? 100.0 * (double)t->lines_correct / (double)t->lines : 0,
                                       t->seconds > 0 ? (double)t->syllables / t->seconds : 0);
    return write_or_tell(status, args->shared.output, &text);
}

/* ---- the model ---- */

/* Joins the largest network that lies beside the model, and says which. */
static bon_status join_best(bon_restorer *restorer, const char *model) {
    char path[PATH_MAX];
    if (!network_beside(model, path)) {
        fprintf(stderr,
                "bon restore: no network (vi-base.bonnn, vi-small.bonnn, vi-tiny.bonnn) beside %s; going on with "
                "the model alone\n",
                model);
        return BON_OK;
    }
    fprintf(stderr, "bon restore: with the network %s\n", path);
    return bon_restorer_join(restorer, path);
}

/* A network given as the model is joined with the model that is used without one. */
static int open_model(const struct restore_args *args, bon_restorer **restorer) {
    char buffer[PATH_MAX];
    const bool network = args->model && is_network(args->model);
    const char *path = model_path(network ? NULL : args->model, buffer), *neural = args->neural;
    if (!path) return EXIT_WORK;
    if (network && !neural) neural = args->model;
    bon_status status = bon_restorer_open(restorer, path);
    if (status == BON_OK && neural)
        status = bon_restorer_join(*restorer, neural);
    else if (status == BON_OK && args->quality == QUALITY_BEST)
        status = join_best(*restorer, path);
    if (status == BON_OK) status = bon_restorer_verify(*restorer);
    return tell_failure(status);
}

/* ---- the command ---- */

/* The first line of the output, or NULL. */
static const char *header_of(const struct restore_args *args) {
    if (args->alternatives) return RESTORE_WORDS_HEADER;
    return args->best && !args->json ? RESTORE_TSV_HEADER : NULL;
}

static int run_job(const struct command *command, const struct restore_args *args, struct restore_job *job,
                   char **paths, int path_count) {
    struct bon_pipeline *p = &job->pipeline;
    p->context = job;
    if (!args->eval) {
        p->worker_open = open_session, p->worker_close = close_session;
        p->map = args->json || args->best || args->alternatives ? map_rows : map_restore;
        return stream_run(command, &args->shared, paths, path_count, p, header_of(args));
    }
    p->worker_open = open_eval, p->worker_close = close_eval, p->map = map_eval, p->sink = sink_eval;
    int result = stream_collect(command, &args->shared, paths, path_count, p);
    return result == EXIT_DONE ? write_totals(args, &job->totals) : result;
}

/* The cache that the options ask for, with what its file holds already. */
static bon_status open_cache(const struct restore_args *args, struct restore_job *job) {
    if (!args->adapt && !args->cache) return BON_OK;
    job->adapt = args->adapt;
    BON_TRY(bon_restore_cache_open(&job->cache, job->restorer));
    return args->cache && access(args->cache, F_OK) == 0 ? bon_restore_cache_read(job->cache, args->cache) : BON_OK;
}

/* Runs with a cache, then writes it back. */
static int run_cached(const struct command *command, struct restore_args *args, struct restore_job *job, char **paths,
                      int path_count) {
    bon_status status = open_cache(args, job);
    if (status != BON_OK) return tell_failure(status);
    if (job->cache) args->shared.threads = 1; /* what a line teaches serves the next */
    int result = run_job(command, args, job, paths, path_count);
    if (result == EXIT_DONE && args->cache) {
        status = bon_restore_cache_write(job->cache, args->cache);
        if (status != BON_OK) result = tell_failure(status);
    }
    return result;
}

static int run(const struct command *command, int argc, char **argv) {
    struct restore_args args = {0};
    struct restore_job job = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    bool rows = args.json || args.best || args.alternatives;
    if (args.eval && rows)
        return usage_error(command, "--eval goes with neither --json nor --nbest nor --alternatives");
    if (args.eval && args.residue) return usage_error(command, "--eval strips marks, so it goes without --residue");
    if (args.alternatives && (args.json || args.best))
        return usage_error(command, "--alternatives goes with neither --json nor --nbest");
    if ((args.adapt || args.cache) && (rows || (args.adapt && args.cache)))
        return usage_error(command,
                           "--adapt and --cache go neither together nor with --json, --nbest or --alternatives");
    job.options = (bon_restore_options){.fix_marked = args.fix_marked,
                                        .residue = args.residue,
                                        .min_confidence = args.min_confidence,
                                        .tone_style = (bon_tone_style)args.tone_style};
    job.json = args.json;
    job.best = args.best ? args.best : 1;
    job.alternatives = args.alternatives;
    result = open_model(&args, &job.restorer);
    if (result == EXIT_DONE) result = run_cached(command, &args, &job, argv + first, argc - first);
    bon_restore_cache_close(job.cache);
    bon_restorer_close(job.restorer);
    return result;
}

const struct command command_restore = {
    .name = "restore",
    .summary = "put the marks on Vietnamese text typed without them",
    .usage = "[OPTION]... [FILE]...",
    .notes =
        "Nothing but marks changes. With --eval the columns are: syllables (letter runs, and signs outside ASCII),\n"
        "correct, accuracy and ci95 (half width of its 95 % interval) in percent, lines, lines_correct in percent,\n"
        "and syllables restored a second of one processor.",
    .options = options,
    .run = run,
};
