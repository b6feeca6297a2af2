/* The training loop: the loss falls, a run that was stopped and resumed ends in the same bytes, the log has each step once,
 * checkpoints are kept and dropped as asked, and what cannot be trained is refused. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "bon/lm.h"
#include "failmalloc.h"

enum { VOCABULARY = 24, CONTEXT = 16, COUNT = 4000, END = 23 };

/* A folder with a file of ids: words of a small language, whose next token is nearly certain. */
struct place {
    char folder[40], ids[64], run[64];
};

static void make_place(struct place *place) {
    snprintf(place->folder, sizeof place->folder, "/tmp/bon-test-XXXXXX");
    cr_assert_not_null(mkdtemp(place->folder));
    snprintf(place->ids, sizeof place->ids, "%s/ids", place->folder);
    snprintf(place->run, sizeof place->run, "%s/run", place->folder);
    FILE *out = fopen(place->ids, "wb");
    uint32_t random = 1, id = 0;
    for (int i = 0; i < COUNT; i++) {
        random = random * 1664525u + 1013904223u;
        id = random >> 28 == 0 ? random >> 8 & 15 : (id * 5 + 3) % END;
        if (i % 101 == 100) id = END;
        fputc((int)id, out), fputc(0, out);
    }
    cr_assert_eq(fclose(out), 0);
}

static void remove_place(const struct place *place) {
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    cr_assert_eq(system(command), 0);
}

static bool exists(const struct place *place, const char *name) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", place->run, name);
    return access(path, F_OK) == 0;
}

struct run {
    bon_device *device;
    bon_params *params;
    bon_tokens *tokens;
    bon_batches train, val;
    bon_trainer *trainer;
};

/* What callbacks see. */
struct watch {
    uint64_t stop_at; /* 0 = never */
    uint64_t step;
    double first, last, val;
    double losses[64]; /* of each step */
    uint64_t skipped, first_skipped;
};

static void report(void *user, const bon_train_row *row) {
    struct watch *watch = user;
    watch->step = row->step;
    if (row->step == 1) watch->first = row->loss;
    watch->last = row->loss;
    if (row->skipped && watch->skipped++ == 0) watch->first_skipped = row->step;
    if (row->step < sizeof watch->losses / sizeof watch->losses[0]) watch->losses[row->step] = row->loss;
    if (!isnan(row->val_loss)) watch->val = row->val_loss;
}

/* Asked before the row is reported. */
static bool stop(void *user) {
    const struct watch *watch = user;
    return watch->stop_at && watch->step + 1 >= watch->stop_at;
}

static bon_train_options options_of(const struct place *place, struct watch *watch) {
    return (bon_train_options){
        .model = {BON_QWEN3, 1, 16, {2, 1, 8}, 24, VOCABULARY, CONTEXT, 10000, 1e-6f},
        .optimizer = {.kind = BON_MUON, .weight_decay = 0.1},
        .schedule = {.kind = BON_WSD, .peak = 0.02, .warmup = 0.1, .cooldown = 0.3},
        .steps = 60,
        .windows = 4,
        .accumulate = 2,
        .save_every = 10,
        .keep = 2,
        .val_every = 20,
        .bytes_per_token = 3,
        .folder = place->run,
        .report = report,
        .stop = stop,
        .user = watch,
    };
}

static bon_status open_run(struct run *run, const struct place *place, const bon_train_options *options) {
    BON_TRY(bon_device_open(&run->device, &(bon_device_options){.threads = 1}));
    BON_TRY(bon_params_open(&run->params, run->device, 5));
    BON_TRY(bon_tokens_open(&run->tokens, place->ids, 2, VOCABULARY));
    BON_TRY(bon_batches_begin(&run->train, run->tokens, 0, 3600, CONTEXT, END, 5));
    BON_TRY(bon_batches_begin(&run->val, run->tokens, 3600, 400, CONTEXT, END, 0));
    return bon_trainer_open(&run->trainer, run->params, &run->train, &run->val, options);
}

static void close_run(struct run *run) {
    bon_trainer_close(run->trainer);
    bon_tokens_close(run->tokens);
    if (run->params) bon_params_close(run->params);
    bon_device_close(run->device);
}

/* Rows of the log, which must be steps 1, 2, 3, ... */
static uint64_t log_rows(const struct place *place) {
    char path[96], line[256];
    uint64_t rows = 0;
    snprintf(path, sizeof path, "%s/log.csv", place->run);
    FILE *in = fopen(path, "r");
    cr_assert(in && fgets(line, sizeof line, in));
    cr_expect_eq(strncmp(line, "step,loss,val_loss,", 19), 0);
    while (fgets(line, sizeof line, in)) cr_expect_eq(strtoull(line, NULL, 10), ++rows);
    fclose(in);
    return rows;
}

static void file_bytes(const struct place *place, const char *name, bon_buf *bytes) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", place->run, name);
    FILE *in = fopen(path, "rb");
    cr_assert_not_null(in, "%s", path);
    cr_assert_eq(bon_buf_reserve(bytes, 1 << 20), BON_OK);
    bytes->len = fread(bytes->data, 1, 1 << 20, in);
    fclose(in);
}

Test(train, learns_and_resumes) {
    struct place whole, parts;
    struct watch watch = {0};
    struct run run = {0};
    uint64_t step;
    bon_buf a = {0}, b = {0};
    make_place(&whole), make_place(&parts);

    bon_train_options options = options_of(&whole, &watch);
    cr_assert_eq(open_run(&run, &whole, &options), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_trainer_resume(run.trainer, &step), BON_OK);
    cr_expect_eq(step, 0);
    cr_assert_eq(bon_trainer_run(run.trainer), BON_OK, "%s", bon_error_message());
    close_run(&run);
    cr_expect_float_eq(watch.first, log(VOCABULARY), 0.3);
    cr_expect_lt(watch.last, 1.5, "loss %g", watch.last);
    cr_expect_lt(watch.val, 1.5, "validation loss %g", watch.val);
    cr_expect_eq(log_rows(&whole), 60);
    cr_expect(exists(&whole, "step-00000060/config.json") && exists(&whole, "step-00000050/model.safetensors"));
    cr_expect(!exists(&whole, "step-00000040"), "only two are kept");

    options = options_of(&parts, &watch);
    const uint64_t stops[] = {23, 24, 47, 0};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        run = (struct run){0};
        cr_assert_eq(open_run(&run, &parts, &options), BON_OK);
        cr_assert_eq(bon_trainer_resume(run.trainer, &step), BON_OK, "%s", bon_error_message());
        cr_expect_eq(step, i ? stops[i - 1] : 0);
        watch = (struct watch){.stop_at = stops[i], .step = step};
        cr_assert_eq(bon_trainer_run(run.trainer), BON_OK, "%s", bon_error_message());
        close_run(&run);
        cr_expect_eq(log_rows(&parts), stops[i] ? stops[i] : 60);
    }
    file_bytes(&whole, "step-00000060/model.safetensors", &a);
    file_bytes(&parts, "step-00000060/model.safetensors", &b);
    cr_expect(a.len == b.len && memcmp(a.data, b.data, a.len) == 0, "the resumed run ends in other weights");
    bon_buf_free(&a), bon_buf_free(&b);
    remove_place(&whole), remove_place(&parts);
}

/* A change of the loop, the rules or the model that was not meant to change what is learned shows here. The kernels of BLAS
 * libraries move these numbers by less than a thousandth. */
Test(train, the_curve_stays) {
    static const struct {
        bon_optimizer_kind kind;
        double losses[4];
    } curves[] = {
        {BON_SGD, {3.1572, 2.2016, 1.0624, 1.3647}},
        {BON_ADAMW, {3.1572, 0.9027, 0.4114, 0.6320}},
        {BON_MUON, {3.1572, 1.1845, 0.4568, 0.7697}},
    };
    static const uint64_t steps[4] = {1, 20, 40, 60};
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        struct place place;
        struct watch watch = {0};
        struct run run = {0};
        make_place(&place);
        bon_train_options options = options_of(&place, &watch);
        options.optimizer.kind = curves[i].kind;
        cr_assert_eq(open_run(&run, &place, &options), BON_OK);
        cr_assert_eq(bon_trainer_run(run.trainer), BON_OK, "%s", bon_error_message());
        for (int k = 0; k < 4; k++)
            cr_expect_float_eq(watch.losses[steps[k]], curves[i].losses[k], 0.01, "rule %zu, step %llu: %.4f", i,
                               (unsigned long long)steps[k], watch.losses[steps[k]]);
        close_run(&run);
        remove_place(&place);
    }
}

/* Batches of any size measure the same. */
Test(train, validation_sees_each_window_once) {
    struct place place;
    struct watch watch = {0};
    double losses[3];
    make_place(&place);
    for (unsigned i = 0; i < 3; i++) {
        static const unsigned windows[3] = {1, 7, 64}; /* of 24 */
        struct run run = {0};
        bon_train_options options = options_of(&place, &watch);
        options.windows = windows[i];
        cr_assert_eq(open_run(&run, &place, &options), BON_OK);
        cr_assert_eq(bon_trainer_validate(run.trainer, 0, &losses[i]), BON_OK, "%s", bon_error_message());
        close_run(&run);
    }
    cr_expect_float_eq(losses[1], losses[0], 1e-5, "%g %g", losses[0], losses[1]);
    cr_expect_float_eq(losses[2], losses[0], 1e-5, "%g %g", losses[0], losses[2]);
    remove_place(&place);
}

Test(train, steps_that_stand_out_are_left_out) {
    struct place place;
    struct watch watch = {0};
    struct run run = {0};
    make_place(&place);
    bon_train_options options = options_of(&place, &watch);
    options.steps = 100, options.skip = 1; /* one in six of a normal distribution is above that */
    cr_assert_eq(open_run(&run, &place, &options), BON_OK);
    cr_assert_eq(bon_trainer_run(run.trainer), BON_OK, "%s", bon_error_message());
    cr_expect(watch.skipped >= 2 && watch.skipped <= 25, "%llu steps", (unsigned long long)watch.skipped);
    cr_expect_gt(watch.first_skipped, 50, "before there was anything to compare with");
    close_run(&run);
    remove_place(&place);
}

Test(train, a_killed_run) { /* half a checkpoint and rows behind the last whole one are left */
    struct place place;
    struct watch watch = {.stop_at = 10};
    struct run run = {0};
    uint64_t step;
    char path[160];
    make_place(&place);
    const bon_train_options options = options_of(&place, &watch);
    cr_assert_eq(open_run(&run, &place, &options), BON_OK);
    cr_assert_eq(bon_trainer_run(run.trainer), BON_OK, "%s", bon_error_message());
    close_run(&run);
    snprintf(path, sizeof path, "%s/.tmp-step-00000020", place.run);
    cr_assert_eq(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "%s/.tmp-step-00000020/model.safetensors", place.run);
    FILE *out = fopen(path, "w");
    cr_assert(out && fputs("half", out) >= 0 && fclose(out) == 0);
    snprintf(path, sizeof path, "%s/log.csv", place.run);
    out = fopen(path, "a");
    cr_assert(out && fputs("11,1,,,1,1,1,1,0\n12,1", out) >= 0 && fclose(out) == 0);
    run = (struct run){0};
    watch = (struct watch){.stop_at = 20, .step = 10};
    cr_assert_eq(open_run(&run, &place, &options), BON_OK);
    cr_assert_eq(bon_trainer_resume(run.trainer, &step), BON_OK);
    cr_expect_eq(step, 10);
    cr_assert_eq(bon_trainer_run(run.trainer), BON_OK, "%s", bon_error_message());
    close_run(&run);
    cr_expect_eq(log_rows(&place), 20);
    cr_expect(exists(&place, "step-00000020/state.safetensors") && !exists(&place, ".tmp-step-00000020"));

    /* a checkpoint that was cut is refused, and says so */
    snprintf(path, sizeof path, "%s/step-00000020/model.safetensors", place.run);
    cr_assert_eq(truncate(path, 1000), 0);
    run = (struct run){0};
    cr_assert_eq(open_run(&run, &place, &options), BON_OK);
    cr_expect_eq(bon_trainer_resume(run.trainer, &step), BON_ERR_FORMAT);
    cr_expect(strstr(bon_error_message(), "step-00000020/model.safetensors"), "%s", bon_error_message());
    close_run(&run);
    remove_place(&place);
}

Test(train, a_time_limit_ends_it) {
    struct place place;
    struct watch watch = {0};
    struct run run = {0};
    make_place(&place);
    bon_train_options options = options_of(&place, &watch);
    options.steps = 0, options.seconds = 0.3;
    cr_assert_eq(open_run(&run, &place, &options), BON_OK);
    cr_assert_eq(bon_trainer_run(run.trainer), BON_OK, "%s", bon_error_message());
    close_run(&run);
    char last[64];
    snprintf(last, sizeof last, "step-%08llu/model.safetensors", (unsigned long long)watch.step);
    cr_expect_gt(watch.step, 0);
    cr_expect(exists(&place, last), "%s", last);
    remove_place(&place);
}

Test(train, refusals) {
    struct place place;
    struct watch watch = {0};
    make_place(&place);
    bon_train_options good = options_of(&place, &watch), bad[6];
    for (int i = 0; i < 6; i++) bad[i] = good;
    bad[0].folder = NULL;
    bad[1].windows = 0;
    bad[2].steps = 0;
    bad[3].model.context = CONTEXT * 2;
    bad[4].model.vocabulary = 4; /* ids do not fit */
    bad[5].schedule.peak = 1e30; /* runs away */
    for (int i = 0; i < 6; i++) {
        struct run run = {0};
        bon_status status = open_run(&run, &place, &bad[i]);
        if (i >= 4) {
            cr_expect_eq(status, BON_OK);
            status = bon_trainer_run(run.trainer);
        }
        cr_expect_eq(status, i == 5 ? BON_ERR_DATA : BON_ERR_ARGUMENT, "%d: %s", i, bon_error_message());
        if (i == 5) { /* says when and where */
            cr_expect(strstr(bon_error_message(), "step 2: ") || strstr(bon_error_message(), "step 3: "), "%s",
                      bon_error_message());
            cr_expect(strstr(bon_error_message(), "model.layers.0.") || strstr(bon_error_message(), "model.embed"),
                      "%s", bon_error_message());
        }
        close_run(&run);
    }
    remove_place(&place);
}

Test(train, goes_on_with_the_same_data_only) {
    struct place place;
    struct watch watch = {.stop_at = 10};
    struct run run = {0};
    uint64_t step;
    make_place(&place);
    bon_train_options options = options_of(&place, &watch);
    cr_assert_eq(open_run(&run, &place, &options), BON_OK);
    cr_assert_eq(bon_trainer_run(run.trainer), BON_OK, "%s", bon_error_message());
    close_run(&run);
    for (int change = 0; change < 3; change++) {
        options = options_of(&place, &watch);
        if (change == 1) options.accumulate = 1;
        run = (struct run){0};
        cr_assert_eq(open_run(&run, &place, &options), BON_OK);
        if (change == 2) { /* as if the file of ids had changed */
            bon_trainer_close(run.trainer);
            run.trainer = NULL;
            cr_assert_eq(bon_batches_begin(&run.train, run.tokens, 16, 3584, CONTEXT, END, 5), BON_OK);
            cr_assert_eq(bon_trainer_open(&run.trainer, run.params, &run.train, NULL, &options), BON_OK);
        }
        cr_expect_eq(bon_trainer_resume(run.trainer, &step), change ? BON_ERR_ARGUMENT : BON_OK, "change %d", change);
        if (change) cr_expect(strstr(bon_error_message(), "other data"), "%s", bon_error_message());
        close_run(&run);
    }
    remove_place(&place);
}

static bon_status whole_run(void *arg) {
    struct place *place = arg;
    struct watch watch = {0};
    struct run run = {0};
    uint64_t step;
    bon_train_options options = options_of(place, &watch);
    options.steps = 2;
    bon_status status = open_run(&run, place, &options);
    if (status == BON_OK) status = bon_trainer_run(run.trainer);
    if (status == BON_OK) status = bon_trainer_resume(run.trainer, &step);
    close_run(&run);
    remove_place(place);
    make_place(place);
    return status;
}

Test(train, allocation_failures) {
    struct place place;
    make_place(&place);
    failmalloc_check_step(whole_run, &place, 5);
    remove_place(&place);
}
