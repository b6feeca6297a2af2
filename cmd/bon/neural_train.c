/* cmd/bon/neural_train.c: bon neural train: good text -> the network of a neural restorer, in a folder with its log and checkpoints. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "blas_core.h"
#include "commands.h"
#include "lm/checkpoint.h"
#include "neural_data.h"
#include "restore/neural_file.h"
#include "restore/neural_task.h"
#include "stream.h"
#include "train_run.h"
#include "train_show.h"

static const char *const sizes[] = {"tiny", "small", "base", "large", NULL};
static const char *const devices[] = {"cpu", "cuda", NULL};
static const char *const precisions[] = {"f32", "bf16", NULL};
static const bon_real reals[] = {BON_F32, BON_BF16};

struct neural_args {
    struct shared_args shared;  /* output: the folder */
    const char *words;          /* a treebank's text */
    const char *teacher, *init; /* folders of runs */
    int size, device, precision;
    unsigned layers, width, heads, hidden, context, vocabulary, hashes;
    unsigned steps, batch, accumulate, word_batch, val_every, save_every, keep, seed;
    double max_seconds, val_part, rate, warmup, cooldown, decay, word_weight, teacher_share, typed;
    bool resume;
};

static const struct neural_args defaults = {
    .context = 128,
    .vocabulary = 8192,
    .hashes = 4096,
    .batch = 64,
    .accumulate = 1,
    .keep = 2,
    .seed = 1,
    .val_part = 0.002,
    .rate = 0.02,
    .warmup = 0.01,
    .cooldown = 0.72,
    .decay = 0.05,
    .word_weight = 0.2,
    .teacher_share = 0.7,
    .typed = 0.6,
};

#define UNSIGNED(s, name, arg, field, least, most, text)                                                               \
    OPTION_UNSIGNED(s, name, arg, struct neural_args, field, least, most, text)
#define REAL(name, arg, field, least, most, text)                                                                      \
    OPTION_REAL(0, name, arg, struct neural_args, field, least, most, text)
#define CHOICE(name, arg, field, list, text) OPTION_CHOICE(0, name, arg, struct neural_args, field, list, text)

static const struct option_row options[] = {
    OPTION_STRING('o', "output", "DIR", struct shared_args, output, "the folder of the run, made if missing"),
    OPTION_FLAG(0, "resume", struct neural_args, resume, "go on from the newest checkpoint of the folder"),
    CHOICE("size", "SIZE", size, sizes, "tiny (default), small, base or large"),
    UNSIGNED(0, "layers", "N", layers, 1, 64, "so many layers instead of the size's"),
    UNSIGNED(0, "width", "N", width, 2, 4096, "so many values a position"),
    UNSIGNED(0, "heads", "N", heads, 1, 256, "so many heads of attention"),
    UNSIGNED(0, "hidden", "N", hidden, 1, 16384, "so many values inside the feed-forward layer"),
    UNSIGNED(0, "context", "N", context, 8, 4096, "windows of N positions (default 128)"),
    UNSIGNED(0, "vocabulary", "N", vocabulary, 16, 65535, "so many words at most (default 8192)"),
    UNSIGNED(0, "hashes", "N", hashes, 16, 65535, "so many rows for the letters of others (default 4096)"),
    OPTION_STRING(0, "words", "FILE", struct neural_args, words,
                  "learn also where words end, from text whose words have\n_ between their syllables"),
    UNSIGNED(0, "word-batch", "N", word_batch, 0, 1 << 16, "windows a batch of that text (default: a sixteenth)"),
    REAL("word-weight", "X", word_weight, 0, 100, "what its loss counts beside that of marks (default 0.2)"),
    REAL("typed", "P", typed, 0, 0.9,
         "so many windows as they are typed: a word sees what is\nbefore it (default 0.6)"),
    OPTION_STRING(0, "init", "RUN", struct neural_args, init, "begin with the network of another run's folder"),
    OPTION_STRING(0, "teacher", "RUN", struct neural_args, teacher, "learn from the network of another run's folder"),
    REAL("teacher-share", "P", teacher_share, 0, 1, "so many of the marks are its own (default 0.7)"),
    CHOICE("device", "DEVICE", device, devices, "cpu (default) or cuda"),
    CHOICE("precision", "TYPE", precision, precisions, "compute in f32 (default) or bf16 (cuda)"),
    UNSIGNED(0, "steps", "N", steps, 1, 1e9, "end after N steps (default 1000, or no limit with\n--max-seconds)"),
    REAL("max-seconds", "S", max_seconds, 0, 1e9, "end after S seconds, with a finished network"),
    UNSIGNED('b', "batch", "N", batch, 1, 1 << 16, "compute N windows at once (default 64)"),
    UNSIGNED(0, "accumulate", "N", accumulate, 1, 1 << 16, "that N times before a step (default 1)"),
    REAL("lr", "RATE", rate, 0, 1e6, "the highest learning rate (default 0.02)"),
    REAL("warmup", "P", warmup, 0, 1, "the part of the run in which it rises (default 0.01)"),
    REAL("cooldown", "P", cooldown, 0, 1, "the part in which it falls to 0 (default 0.72)"),
    REAL("weight-decay", "D", decay, 0, 1e6, "decay of matrices (default 0.05)"),
    REAL("val-part", "P", val_part, 0, 0.5, "keep P of the text to measure on (default 0.002)"),
    UNSIGNED(0, "seed", "N", seed, 1, UINT32_MAX, "seed of weights and of the order of the text (default 1)"),
    UNSIGNED(0, "val-every", "N", val_every, 1, 1e9, "steps between measures (default 200)"),
    UNSIGNED(0, "save-every", "N", save_every, 0, 1e9, "steps between checkpoints (default 0: at the end)"),
    UNSIGNED(0, "keep", "N", keep, 0, 1e9, "keep the last N checkpoints, 0 all (default 2)"),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

/* ---- what is open while it runs ---- */

struct run {
    const struct command *command;
    const struct neural_args *args;
    struct bon_neural_text text, words;
    struct bon_neural_learned learned;
    struct bon_neural_words_file init; /* of --init */
    bon_device *device;
    bon_params *params;
    struct bon_neural_teacher *teacher;
    bon_trainer *trainer;
    struct train_show show;
    bon_train_row last;
    double val_loss; /* the last measured */
};

static void close_run(struct run *run) {
    bon_trainer_close(run->trainer);
    bon_neural_teacher_close(run->teacher);
    if (run->params) bon_params_close(run->params);
    bon_device_close(run->device);
    if (run->init.artefact) run->learned.priors = NULL; /* they are its own */
    bon_neural_words_close(&run->init);
    bon_neural_learned_free(&run->learned);
    bon_neural_text_free(&run->text);
    bon_neural_text_free(&run->words);
}

/* ---- text and vocabulary ---- */

static int read_texts(struct run *run, char **paths, int count) {
    const struct neural_args *args = run->args;
    char *words[] = {(char *)args->words, NULL};
    int result = neural_data_read(run->command, &args->shared, paths, count, false, &run->text);
    if (result == EXIT_DONE && args->words)
        result = neural_data_read(run->command, &args->shared, words, 1, true, &run->words);
    return result;
}

/* The vocabulary: learned from the text, or that of the run that this one goes on with or begins with. */
static bon_status open_words(struct run *run) {
    const char *folder = run->args->init;
    char path[PATH_MAX];
    uint64_t step = 0;
    if (run->args->resume) BON_TRY(bon_checkpoint_newest(run->args->shared.output, &step));
    if (step > 0) folder = run->args->shared.output;
    if (folder) {
        BON_TRY(train_path(path, folder, "words.bonnn"));
        BON_TRY(bon_neural_words_open(&run->init, path));
        run->learned = (struct bon_neural_learned){.words = run->init.words, .priors = run->init.priors};
    } else {
        BON_TRY(bon_neural_text_learn(&run->text, run->args->vocabulary, run->args->hashes, &run->learned));
    }
    BON_TRY(bon_neural_text_use(&run->text, &run->learned.words));
    return run->words.forms.count ? bon_neural_text_use(&run->words, &run->learned.words) : BON_OK;
}

/* ---- training ---- */

static void report(void *user, const bon_train_row *row) {
    struct run *run = user;
    run->last = *row;
    if (!isnan(row->val_loss)) run->val_loss = row->val_loss;
    train_show_step(&run->show, row);
}

static bon_status shape(const struct neural_args *args, struct bon_encoder_config *model) {
    BON_TRY(bon_encoder_preset(model, sizes[args->size]));
    if (args->layers) model->layers = args->layers;
    if (args->width) model->width = args->width;
    if (args->hidden) model->hidden = args->hidden;
    if (args->heads) model->heads.queries = model->heads.keys = args->heads;
    model->heads.dim = model->width / model->heads.queries;
    model->context = args->context;
    if (model->heads.dim * model->heads.queries == model->width && model->heads.dim % 2 == 0) return BON_OK;
    return bon_fail(BON_ERR_ARGUMENT,
                    "--width %u and --heads %u: heads divide the width, into an even number of values", model->width,
                    model->heads.queries);
}

static bon_train_options options_of(struct run *run) {
    const struct neural_args *args = run->args;
    return (bon_train_options){
        .optimizer = {.kind = BON_MUON, .weight_decay = args->decay},
        .schedule = {.kind = BON_WSD, .peak = args->rate, .warmup = args->warmup, .cooldown = args->cooldown},
        .steps = args->steps             ? args->steps
                 : args->max_seconds > 0 ? 0
                                         : 1000,
        .seconds = args->max_seconds,
        .accumulate = args->accumulate,
        .val_every = args->val_every ? args->val_every : 200,
        .save_every = args->save_every,
        .keep = args->keep,
        .peak = bon_device_peak(run->device),
        .folder = args->shared.output,
        .stop = train_stop_asked,
        .report = report,
        .user = run,
    };
}

static bon_status open_trainer(struct run *run, const bon_train_options *how) {
    const struct neural_args *args = run->args;
    struct bon_neural_options task = {
        .windows = args->batch,
        .split_windows = args->word_batch ? args->word_batch : (args->batch + 15) / 16,
        .context = args->context,
        .split_weight = args->word_weight,
        .val_part = args->val_part,
        .seed = args->seed,
        .teacher_share = args->teacher_share,
    };
    char path[PATH_MAX];
    uint64_t step;
    BON_TRY(shape(args, &task.model));
    bon_neural_fit(&task.model, &run->learned.words);
    BON_TRY(train_path(path, args->shared.output, "words.bonnn"));
    if (task.split_windows >= args->batch && run->words.count)
        return bon_fail(BON_ERR_ARGUMENT, "--word-batch %u leaves nothing of a batch of %u", task.split_windows,
                        args->batch);
    if (run->words.count == 0) task.split_windows = 0;
    task.typed_windows = (unsigned)(args->typed * (args->batch - task.split_windows));
    if (args->teacher)
        BON_TRY(bon_neural_teacher_open(&run->teacher, args->teacher, run->device, &run->learned.words,
                                        (size_t)args->batch * args->context, bon_neural_both(&task)));
    task.teacher = run->teacher;
    BON_TRY(bon_neural_trainer_open(&run->trainer, run->params, &run->text, &run->words, &run->learned, &task, how));
    if (args->init) BON_TRY(bon_neural_weights_read(args->init, run->params));
    BON_TRY(bon_trainer_resume(run->trainer, &step));
    BON_TRY(bon_neural_words_write(path, &task.model, &run->learned.words, run->learned.priors));
    if (step > 0) note(&args->shared, "going on from step %" PRIu64, step);
    run->last.step = step;
    return BON_OK;
}

static bon_status train(struct run *run) {
    const struct neural_args *args = run->args;
    const bon_device_options device = {
        .kind = devices[args->device], .real = reals[args->precision], .threads = threads_of(&args->shared)};
    BON_TRY(open_words(run));
    BON_TRY(bon_device_open(&run->device, &device));
    BON_TRY(bon_params_open(&run->params, run->device, args->seed));
    const bon_train_options how = options_of(run);
    BON_TRY(open_trainer(run, &how));
    note(&args->shared,
         "%s: %.2f million parameters; %zu positions, %" PRIu32 " words, %" PRIu32 " of them with a choice; %s",
         sizes[args->size], (double)bon_params_size(run->params) / 1e6, run->text.count, run->learned.words.count,
         run->learned.words.gates - BON_NEURAL_FIRST, bon_device_name(run->device));
    train_show_start(&run->show, &args->shared, how.steps, how.seconds);
    train_stop_on_signals();
    bon_status status = bon_trainer_run(run->trainer);
    train_show_stop(&run->show);
    return status;
}

static void tell_end(const struct run *run) {
    const struct shared_args *shared = &run->args->shared;
    if (train_stop_asked(NULL)) note(shared, "stopped; --resume goes on");
    if (!run->last.seconds)
        note(shared, "nothing is left to do: more --steps go on");
    else
        note(shared, "%s/step-%08" PRIu64 ": loss %.4f, on text that it did not learn %.4f", shared->output,
             run->last.step, run->last.loss, run->val_loss);
}

static int run_train(const struct command *command, int argc, char **argv) {
    struct neural_args args = defaults;
    struct run run = {.command = command, .args = &args, .val_loss = NAN};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO && !args.shared.output) result = usage_error(command, "where to? -o DIR");
    if (result != PARSE_GO) return result;
    blas_core_choose();
    result = tell_failure(train_folder_check(args.shared.output, args.resume));
    if (result == EXIT_DONE) result = read_texts(&run, argv + first, argc - first);
    if (result == EXIT_DONE) result = tell_failure(train(&run));
    if (result == EXIT_DONE) tell_end(&run);
    close_run(&run);
    return result;
}

const struct command command_neural_train = {
    .name = "neural train",
    .summary = "train the network of a neural restorer",
    .usage = "[OPTION]... -o DIR [FILE]...",
    .notes = "FILEs are normalized text with its marks and capitals. SIGTERM and Ctrl-C end the run with a\n"
             "checkpoint and status 0. DIR/log.csv has a row a step; 'bon plot' draws it.",
    .options = options,
    .run = run_train,
};
