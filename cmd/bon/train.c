/* cmd/bon/train.c: bon train: text or token ids -> a transformer language model, in a folder with its log and checkpoints. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blas_core.h"
#include "commands.h"
#include "lm/backend.h"
#include "lm/cuda/link.h"
#include "options_file.h"
#include "stream.h"
#include "train_data.h"
#include "train_ranks.h"
#include "train_run.h"
#include "train_show.h"

/* ---- what can be asked ---- */

static const char *const presets[] = {"bon-1m", "bon-34m", "bon-110m", "gpt2-124m", NULL};
static const char *const devices[] = {"cpu", "cuda", NULL};
static const char *const optimizers[] = {"sgd", "adamw", "muon", NULL};   /* bon_optimizer_kind */
static const char *const schedules[] = {"cosine", "linear", "wsd", NULL}; /* bon_schedule_kind */
static const char *const precisions[] = {"f32", "bf16", NULL};
static const bon_real reals[] = {BON_F32, BON_BF16};
static const char *const widths[] = {"auto", "u16", "u32", NULL};

struct train_args {
    struct shared_args shared; /* output: the folder */
    const char *config, *tokenizer, *val;
    int preset, device, precision, optimizer, schedule, width; /* width -1: the data is text */
    unsigned layers, size, heads, kv_heads, hidden, context;   /* 0 = the preset's */
    unsigned steps, batch, accumulate, ranks, val_every, save_every, keep, seed, recompute;
    double max_seconds, val_part;
    double rate, last, warmup, cooldown, decay, clip, skip;
    bool resume;
};

static const struct train_args defaults = {
    .optimizer = BON_MUON,
    .schedule = BON_WSD,
    .width = -1,
    .batch = 8,
    .accumulate = 1,
    .ranks = 1,
    .keep = 2,
    .seed = 1,
    .val_part = 0.02,
    .rate = 0.01,
    .warmup = 0.02,
    .cooldown = 0.4,
    .decay = 0.1,
    .clip = 1,
};

#define UNSIGNED(s, name, arg, field, least, most, text)                                                               \
    OPTION_UNSIGNED(s, name, arg, struct train_args, field, least, most, text)
#define REAL(name, arg, field, least, most, text) OPTION_REAL(0, name, arg, struct train_args, field, least, most, text)
#define CHOICE(name, arg, field, list, text) OPTION_CHOICE(0, name, arg, struct train_args, field, list, text)

static const struct option_row options[] = {
    OPTION_STRING('o', "output", "DIR", struct shared_args, output, "the folder of the run, made if missing"),
    OPTION_STRING('t', "tokenizer", "FILE", struct train_args, tokenizer, "the tokenizer.json to use"),
    OPTION_STRING(0, "config", "FILE", struct train_args, config,
                  "read options from FILE, a line each: name = value;\nthose of the command line come after"),
    OPTION_FLAG(0, "resume", struct train_args, resume, "go on from the newest checkpoint of the folder"),
    CHOICE("ids", "[WIDTH]", width, widths,
           "the data is token ids: u16, u32 or auto, as\n'tokenizer encode --ids' writes"),
    OPTION_STRING(0, "val", "FILE", struct train_args, val, "measure on FILE instead of on the end of the data"),
    REAL("val-part", "P", val_part, 0, 0.5, "keep P of the data to measure on (default 0.02)"),
    CHOICE("model", "PRESET", preset, presets, "bon-1m (default), bon-34m, bon-110m, gpt2-124m"),
    UNSIGNED(0, "layers", "N", layers, 1, 1024, "so many layers instead of the preset's"),
    UNSIGNED(0, "width", "N", size, 2, 65536, "so many values a token"),
    UNSIGNED(0, "heads", "N", heads, 1, 1024, "so many heads of attention"),
    UNSIGNED(0, "kv-heads", "N", kv_heads, 1, 1024, "so many of keys and values; divides --heads"),
    UNSIGNED(0, "hidden", "N", hidden, 1, 1 << 20, "so many values inside the feed-forward layer"),
    UNSIGNED(0, "context", "N", context, 1, 1 << 20, "texts of at most N tokens"),
    CHOICE("device", "DEVICE", device, devices, "cpu (default) or cuda"),
    CHOICE("precision", "TYPE", precision, precisions, "compute in f32 (default) or bf16 (cuda)"),
    UNSIGNED(0, "recompute", "LEVEL", recompute, 0, 2,
             "save memory: compute 1 norms and activations or\n2 everything between layers again (default 0)"),
    UNSIGNED(0, "steps", "N", steps, 1, 1e9, "end after N steps (default 1000, or no limit with\n--max-seconds)"),
    REAL("max-seconds", "S", max_seconds, 0, 1e9, "end after S seconds, with a finished model"),
    UNSIGNED('b', "batch", "N", batch, 1, 1 << 20, "compute N windows at once (default 8)"),
    UNSIGNED(0, "accumulate", "N", accumulate, 1, 1 << 20, "that N times before a step (default 1)"),
    UNSIGNED(0, "ranks", "N", ranks, 1, BON_RANKS_MAX,
             "do both in N processes at once, with --device cuda a GPU\neach (default 1)"),
    CHOICE("optimizer", "NAME", optimizer, optimizers, "sgd, adamw or muon (default)"),
    REAL("lr", "RATE", rate, 0, 1e6, "the highest learning rate (default 0.01)"),
    CHOICE("schedule", "NAME", schedule, schedules, "cosine, linear or wsd (default)"),
    REAL("lr-end", "P", last, 0, 1, "the last learning rate, as part of RATE (default 0)"),
    REAL("warmup", "P", warmup, 0, 1, "the part of the run in which it rises (default 0.02)"),
    REAL("cooldown", "P", cooldown, 0, 1, "wsd: the part in which it falls (default 0.4)"),
    REAL("weight-decay", "D", decay, 0, 1e6, "decay of matrices (default 0.1)"),
    REAL("clip", "NORM", clip, 0, 1e9, "the longest gradient (default 1)"),
    REAL("skip", "Z", skip, 0, 1e9,
         "skip steps whose gradient is Z deviations longer than\nthe last ones (default 0: none)"),
    UNSIGNED(0, "seed", "N", seed, 0, UINT32_MAX, "seed of weights and of the order of the data (default 1)"),
    UNSIGNED(0, "val-every", "N", val_every, 0, 1e9,
             "steps between measures (default: a twentieth of\n--steps, or 100)"),
    UNSIGNED(0, "save-every", "N", save_every, 0, 1e9, "steps between checkpoints (default 0: at the end)"),
    UNSIGNED(0, "keep", "N", keep, 0, 1e9, "keep the last N checkpoints, 0 all (default 2)"),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

/* ---- what is open while it runs ---- */

struct run {
    const struct train_args *args;
    char *const *paths;
    size_t path_count;
    struct train_ranks ranks;
    bon_transformer_config model;
    bon_tokenizer *tokenizer;
    uint32_t end;
    unsigned id_bytes;
    bon_device *device;
    bon_params *params;
    bon_tokens *tokens, *val_tokens;
    bon_batches train, val;
    bool has_val;
    double bytes_per_token;
    bon_trainer *trainer;
    struct train_show show;
    bool noticed; /* what the device has to say was told */
    bon_train_row last;
    double val_loss, bits_per_byte; /* the last measured */
};

static void close_run(struct run *run) {
    bon_trainer_close(run->trainer);
    train_ranks_leave(&run->ranks);
    bon_tokens_close(run->tokens);
    bon_tokens_close(run->val_tokens);
    if (run->params) bon_params_close(run->params);
    bon_device_close(run->device);
    bon_tokenizer_close(run->tokenizer);
}

/* ---- the model ---- */

static bon_status shape(struct run *run) {
    const struct train_args *args = run->args;
    bon_transformer_config *model = &run->model;
    const uint32_t size = bon_tokenizer_size(run->tokenizer);
    BON_TRY(bon_transformer_preset(model, presets[args->preset], (size + 63) / 64 * 64));
    if (args->layers) model->layers = args->layers;
    if (args->size) model->width = args->size;
    if (args->heads) model->heads.queries = model->heads.keys = args->heads;
    if (args->kv_heads) model->heads.keys = args->kv_heads;
    if (args->hidden) model->hidden = args->hidden;
    if (args->context) model->context = args->context;
    if (args->size || args->heads) model->heads.dim = model->width / model->heads.queries;
    if (model->heads.dim < 2 || model->heads.dim % 2)
        return bon_fail(BON_ERR_ARGUMENT, "--width %u and --heads %u make heads of %u values: it must be even",
                        model->width, model->heads.queries, model->heads.dim);
    if (model->heads.queries % model->heads.keys)
        return bon_fail(BON_ERR_ARGUMENT, "--kv-heads %u does not divide --heads %u", model->heads.keys,
                        model->heads.queries);
    if (model->architecture == BON_GPT2 &&
        (model->heads.keys != model->heads.queries || model->width != model->heads.queries * model->heads.dim))
        return bon_fail(BON_ERR_ARGUMENT, "gpt2 has as many heads of keys as of queries, and --heads divides --width");
    return BON_OK;
}

static bon_status open_tokenizer(struct run *run) {
    static const char name[] = BON_TOKENIZER_END;
    BON_TRY(bon_tokenizer_read(&run->tokenizer, run->args->tokenizer));
    run->end = bon_tokenizer_find_special(run->tokenizer, name, sizeof name - 1);
    if (run->end == BON_TOKENIZER_NONE)
        return bon_fail(BON_ERR_DATA, "%s has no special token %s, which ends documents", run->args->tokenizer, name);
    const bool large = bon_tokenizer_size(run->tokenizer) > 1 << 16;
    run->id_bytes = run->args->width == 2 || (run->args->width != 1 && large) ? 4 : 2;
    if (run->id_bytes == 2 && large)
        return bon_fail(BON_ERR_ARGUMENT, "--ids=u16 does not do for %u tokens", bon_tokenizer_size(run->tokenizer));
    return BON_OK;
}

/* ---- the data ---- */

/* Maps a file of ids, or makes one in the folder of the run from text. */
static bon_status open_tokens(struct run *run, char *const *paths, size_t count, const char *name, bon_tokens **out) {
    const struct train_args *args = run->args;
    const uint32_t size = bon_tokenizer_size(run->tokenizer);
    char path[PATH_MAX];
    if (args->width >= 0) return bon_tokens_open(out, paths[0], run->id_bytes, size);
    BON_TRY(train_path(path, args->shared.output, name));
    if (run->ranks.number == 0)
        BON_TRY(train_data_encode(run->tokenizer, run->end, run->id_bytes, paths, count, &args->shared, path));
    struct stat there;
    if (stat(path, &there) == 0 && there.st_size == 0 && unlink(path) == 0)
        return bon_fail(BON_ERR_DATA, "%s: there is no text in it", count ? paths[0] : "standard input");
    return bon_tokens_open(out, path, run->id_bytes, size);
}

static bon_status open_data(struct run *run, char *const *paths, size_t count) {
    const struct train_args *args = run->args;
    const uint32_t context = run->model.context;
    BON_TRY(open_tokens(run, paths, count, "train.ids", &run->tokens));
    uint64_t all = bon_tokens_count(run->tokens), kept = 0;
    if (args->val) {
        char *const path[] = {(char *)args->val, NULL};
        BON_TRY(open_tokens(run, path, 1, "val.ids", &run->val_tokens));
        BON_TRY(
            bon_batches_begin(&run->val, run->val_tokens, 0, bon_tokens_count(run->val_tokens), context, run->end, 0));
    } else if (args->val_part > 0) {
        kept = (uint64_t)((double)all * args->val_part);
        if (kept <= context) kept = (uint64_t)context + 1;
    }
    if (all < kept + context + 1)
        return bon_fail(BON_ERR_DATA,
                        "too little data: %" PRIu64 " tokens, where one window to learn from%s is %" PRIu64
                        "; a smaller --context needs less",
                        all, kept ? " and one to measure on" : "", kept + context + 1);
    run->has_val = args->val || kept;
    if (kept) BON_TRY(bon_batches_begin(&run->val, run->tokens, all - kept, kept, context, run->end, 0));
    BON_TRY(bon_batches_begin(&run->train, run->tokens, 0, all - kept, context, run->end, (uint64_t)args->seed + 1));
    return run->has_val ? train_data_bytes_per_token(run->tokenizer, &run->val, &run->bytes_per_token) : BON_OK;
}

/* ---- training ---- */

static void report(void *user, const bon_train_row *row) {
    struct run *run = user;
    run->last = *row;
    if (!isnan(row->val_loss)) run->val_loss = row->val_loss, run->bits_per_byte = row->bits_per_byte;
    if (!run->noticed && bon_device_notice(run->device)[0]) {
        train_show_stop(&run->show);
        note(&run->args->shared, "%s", bon_device_notice(run->device));
        run->noticed = true;
    }
    if (row->skipped) {
        train_show_stop(&run->show);
        note(&run->args->shared, "step %" PRIu64 " skipped: its gradient stands out (norm %.3g)", row->step, row->norm);
    }
    train_show_step(&run->show, row);
}

static bon_train_options options_of(struct run *run) {
    const struct train_args *args = run->args;
    const uint64_t steps = args->steps ? args->steps : args->max_seconds > 0 ? 0 : 1000;
    return (bon_train_options){
        .model = run->model,
        .optimizer = {.kind = (bon_optimizer_kind)args->optimizer, .weight_decay = args->decay},
        .schedule = {.kind = (bon_schedule_kind)args->schedule,
                     .peak = args->rate,
                     .last = args->last,
                     .warmup = args->warmup,
                     .cooldown = args->cooldown},
        .steps = steps,
        .seconds = args->max_seconds,
        .windows = args->batch,
        .accumulate = args->accumulate,
        .clip = args->clip,
        .skip = args->skip,
        .val_every = args->val_every ? args->val_every
                     : steps >= 20   ? steps / 20
                                     : 100,
        .save_every = args->save_every,
        .keep = args->keep,
        .bytes_per_token = run->bytes_per_token,
        .peak = bon_device_peak(run->device),
        .recompute = args->recompute,
        .folder = args->shared.output,
        .stop = train_stop_asked,
        .report = report,
        .user = run,
        .ranks = run->ranks.ranks,
    };
}

/* Goes on from a checkpoint, if there is one. The tokenizer is put beside it when it is known to fit. */
static bon_status begin(struct run *run) {
    char path[PATH_MAX];
    uint64_t step;
    BON_TRY(bon_trainer_resume(run->trainer, &step));
    BON_TRY(train_path(path, run->args->shared.output, "tokenizer.json"));
    if (run->ranks.number == 0) BON_TRY(bon_tokenizer_write(run->tokenizer, path));
    if (step > 0) note(&run->args->shared, "going on from step %" PRIu64, step);
    run->last.step = step;
    return BON_OK;
}

/* Rank 0 first: what is wrong for all of them it says alone, and it makes the files that the others read. */
static bon_status in_turn(struct run *run, bon_status (*what)(struct run *run)) {
    if (run->ranks.number > 0) BON_TRY(train_ranks_meet(&run->ranks));
    BON_TRY(what(run));
    return run->ranks.number == 0 ? train_ranks_meet(&run->ranks) : BON_OK;
}

static bon_status train(struct run *run) {
    const struct train_args *args = run->args;
    const bon_train_options how = options_of(run);
    BON_TRY(bon_trainer_open(&run->trainer, run->params, &run->train, run->has_val ? &run->val : NULL, &how));
    BON_TRY(in_turn(run, begin));
    note(&args->shared, "%s: %.2f million parameters, %" PRIu64 " tokens to learn from, %s", presets[args->preset],
         (double)bon_params_size(run->params) / 1e6, run->train.count, bon_device_name(run->device));
    if (run->ranks.count > 1)
        note(&args->shared, "%u ranks, %s", run->ranks.count,
             args->device && bon_link_known() ? "NCCL" : "gradients through the computer's memory");
    train_show_start(&run->show, &args->shared, how.steps, how.seconds);
    train_stop_on_signals();
    bon_status status = bon_trainer_run(run->trainer);
    train_show_stop(&run->show);
    return status;
}

static bon_status open_all(struct run *run) {
    const struct train_args *args = run->args;
    const unsigned threads = threads_of(&args->shared) / (args->shared.threads ? 1 : run->ranks.count);
    const bon_device_options how = {.kind = devices[args->device],
                                    .real = reals[args->precision],
                                    .threads = threads ? threads : 1,
                                    .number = run->ranks.number};
    BON_TRY(open_tokenizer(run));
    BON_TRY(shape(run));
    BON_TRY(bon_device_open(&run->device, &how));
    BON_TRY(bon_params_open(&run->params, run->device, args->seed));
    BON_TRY(train_folder_check(args->shared.output, args->resume));
    return open_data(run, run->paths, run->path_count);
}

static bon_status work(struct run *run) {
    BON_TRY(in_turn(run, open_all));
    return train(run);
}

static void tell_end(const struct run *run) {
    const struct shared_args *shared = &run->args->shared;
    if (train_stop_asked(NULL)) note(shared, "stopped; --resume goes on");
    if (!run->last.seconds)
        note(shared, "nothing is left to do: more --steps go on");
    else if (isnan(run->val_loss))
        note(shared, "%s/step-%08" PRIu64 ": loss %.4f", shared->output, run->last.step, run->last.loss);
    else
        note(shared, "%s/step-%08" PRIu64 ": loss %.4f, on text that it did not learn %.4f, %.4f bits a byte",
             shared->output, run->last.step, run->last.loss, run->val_loss, run->bits_per_byte);
}

/* The command line, and behind --config its file's lines before it. */
static int parse(const struct command *command, struct train_args *args, int argc, char **argv, int *first,
                 char **text) {
    struct train_args by_file = defaults;
    int result = options_parse(command, args, argc, argv, first);
    if (result != PARSE_GO || !args->config) return result;
    result = options_read_file(command, &by_file, args->config, text);
    if (result == PARSE_GO) result = options_parse(command, &by_file, argc, argv, first);
    *args = by_file;
    return result;
}

static int run_train(const struct command *command, int argc, char **argv) {
    struct train_args args = defaults;
    struct run run = {.args = &args, .val_loss = NAN};
    char *text = NULL;
    int first, result = parse(command, &args, argc, argv, &first, &text);
    const size_t count = result == PARSE_GO ? (size_t)(argc - first) : 0;
    if (result == PARSE_GO && !args.shared.output) result = usage_error(command, "where to? -o DIR");
    if (result == PARSE_GO && !args.tokenizer)
        result = usage_error(command, "which tokenizer? -t tokenizer.json; 'bon tokenizer train' learns one");
    if (result == PARSE_GO && args.width >= 0 && count != 1)
        result = usage_error(command, "--ids: give one file of ids");
    if (result == PARSE_GO) {
        run.paths = argv + first, run.path_count = count;
        blas_core_choose();
        bon_status status = train_ranks_start(&run.ranks, args.ranks);
        if (run.ranks.number > 0) args.shared.quiet = true, args.shared.progress = PROGRESS_NEVER;
        if (status == BON_OK) status = work(&run);
        if (status == BON_OK)
            tell_end(&run);
        else
            train_ranks_tell(&run.ranks, status);
        result = status == BON_OK ? EXIT_DONE : EXIT_WORK;
        close_run(&run);
        result = train_ranks_end(&run.ranks, result);
    }
    free(text);
    return result;
}

const struct command command_train = {
    .name = "train",
    .summary = "train a transformer language model",
    .usage = "[OPTION]... -t tokenizer.json -o DIR [FILE]...",
    .notes = "SIGTERM and Ctrl-C end the run with a checkpoint and status 0. DIR/log.csv has a row a step;\n"
             "'bon plot' draws it.",
    .options = options,
    .run = run_train,
};
