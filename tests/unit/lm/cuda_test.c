/* The kernels of the GPU's backend, run by the emulation: what is computed, and that no index leaves its array (with sanitizers).
 * tests/gpu/lm.c has more shapes. */
#include <criterion/criterion.h>

#include "gpu/lm_replay.h"
#include "lm/trainer.h"

/* apart: products leave bias and GELU to a kernel of their own. */
static void compare_as(bon_real real, const char *const *names, size_t size, bool apart) {
    bon_device *gpu = NULL, *cpu = NULL;
    struct tally tally = {0};
    cr_assert_eq(emulate_open(&gpu, real), BON_OK);
    cr_assert_eq(bon_device_open(&cpu, NULL), BON_OK);
    ((struct emulation *)gpu->gpu->self)->apart = apart;
    for (size_t i = 0; i < TRIAL_COUNT; i++)
        for (const char *const *name = names; *name; name++)
            if (strcmp(*name, TRIALS[i].name) == 0) check_case(&tally, gpu, cpu, size, &TRIALS[i], real == BON_BF16);
    cr_expect_eq(tally.failed, 0);
    cr_expect_gt(tally.passed, 0);
    bon_device_close(cpu);
    bon_device_close(gpu);
}

static void compare(bon_real real, const char *const *names, size_t size) { compare_as(real, names, size, false); }

Test(cuda, operations_give_what_the_cpu_gives) {
    static const char *const names[] = {"embedding",
                                        "embedding_bag",
                                        "linear_gelu",
                                        "rms_norm",
                                        "layer_norm",
                                        "rope_norm",
                                        "attention",
                                        "attention_both_ways",
                                        "attention_mixed",
                                        "swiglu",
                                        "mul_row",
                                        "softmax_masked",
                                        "cross_entropy_masked",
                                        "dropout",
                                        "sum",
                                        "cols",
                                        "rows",
                                        NULL};
    compare(BON_F32, names, 0);
}

Test(cuda, tiles_and_bf16_too) {
    static const char *const names[] = {"attention", "attention_mixed", "rope_norm", "cross_entropy_of_product", NULL};
    compare(BON_BF16, names, 1);
}

Test(cuda, products_end_with_bias_and_gelu_or_a_kernel_does) {
    static const char *const names[] = {"linear",      "linear_residual",  "linear_all",
                                        "linear_gelu", "linear_bias_gelu", NULL};
    for (int apart = 0; apart < 2; apart++) {
        compare_as(BON_F32, names, 0, apart);
        compare_as(BON_BF16, names, 1, apart);
    }
}

Test(cuda, tensor_cores_for_heads_of_64_and_128) {
    static const char *const names[] = {"attention", "attention_both_ways", "attention_mixed", NULL};
    compare(BON_BF16, names, 2);
    compare(BON_BF16, names, 3);
}

Test(cuda, what_is_replayed_is_what_is_launched) {
    for (int refuses = 0; refuses < 2; refuses++) {
        bon_device *gpu = NULL;
        struct tally tally = {0};
        cr_assert_eq(emulate_open(&gpu, BON_F32), BON_OK);
        struct emulation *e = gpu->gpu->self;
        e->refuses = refuses;
        check_replay(&tally, gpu, !refuses);
        cr_expect_eq(tally.passed, 1);
        cr_expect_eq(e->replays > 0, !refuses);
        cr_expect_eq(strstr(gpu->notice, "nothing is recorded") != NULL, refuses);
        bon_device_close(gpu);
    }
}

/* ---- the training loop on a device that computes behind the calls: rows are written later, the next batch is there sooner ---- */

enum { COURSE_STEPS = 56 };

struct course {
    struct replay_model model;
    uint64_t odd; /* the batch that is not like the others: its gain */
    float gain;
};

static bon_tensor *course_build(void *self, bon_graph *graph) {
    struct course *course = self;
    replay_build(&course->model, graph);
    return course->model.loss;
}

static bon_status course_train(void *self, uint64_t batch) {
    const struct course *course = self;
    return replay_set(&course->model, batch, batch == course->odd ? course->gain : 1);
}

static bon_status course_config(const void *self, const char *path) {
    (void)self, (void)path;
    return BON_OK;
}

static double course_flops(const void *self, const bon_params *params) {
    (void)self, (void)params;
    return 1;
}

static void course_close(void *self) { (void)self; }

struct trained {
    bon_status status;
    char message[300];
    uint64_t steps, skipped; /* steps reported; which was skipped */
    double losses[COURSE_STEPS], norms[COURSE_STEPS], weights[REPLAY_IDS * REPLAY_WIDTH];
};

static void course_report(void *user, const bon_train_row *row) {
    struct trained *out = user;
    cr_assert_eq(row->step, out->steps + 1);
    out->losses[out->steps] = row->loss, out->norms[out->steps++] = row->norm;
    if (row->skipped) out->skipped = row->step;
}

static void train_course(struct trained *out, bool behind, struct course course, unsigned steps, unsigned accumulate) {
    char folder[] = "/tmp/bon-test-XXXXXX", command[60];
    bon_device *gpu = NULL;
    bon_params *params = NULL;
    bon_trainer *trainer = NULL;
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(emulate_open(&gpu, BON_F32), BON_OK);
    struct bon_backend backend = *gpu->backend;
    backend.behind = behind;
    gpu->backend = &backend;
    cr_assert_eq(bon_params_open(&params, gpu, 3), BON_OK);
    const struct bon_task task = {.self = &course,
                                  .close = course_close,
                                  .build = course_build,
                                  .train = course_train,
                                  .write_config = course_config,
                                  .flops = course_flops,
                                  .tokens = REPLAY_ROWS};
    const bon_train_options options = {.optimizer = {.kind = BON_ADAMW},
                                       .schedule = {.kind = BON_WSD, .peak = 0.02, .warmup = 0.1},
                                       .steps = steps,
                                       .accumulate = accumulate,
                                       .skip = 6,
                                       .folder = folder,
                                       .report = course_report,
                                       .user = out};
    *out = (struct trained){0};
    out->status = bon_trainer_begin(&trainer, params, &task, &options);
    if (out->status == BON_OK) out->status = bon_trainer_run(trainer);
    if (out->status != BON_OK) snprintf(out->message, sizeof out->message, "%s", bon_error_message());
    cr_assert_eq(bon_params_get(params, course.model.table->param, out->weights), BON_OK);
    bon_trainer_close(trainer);
    bon_params_close(params);
    bon_device_close(gpu);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

Test(cuda, a_step_that_stands_out_is_left_out_however_far_behind_the_device_is) {
    struct trained at_once, behind;
    const struct course course = {.odd = 52, .gain = -60}; /* what it learned is all wrong there */
    train_course(&at_once, false, course, COURSE_STEPS, 1);
    train_course(&behind, true, course, COURSE_STEPS, 1);
    cr_expect_eq(at_once.status, BON_OK, "%s", at_once.message);
    cr_expect_eq(at_once.steps, (uint64_t)COURSE_STEPS);
    cr_expect_eq(at_once.skipped, 53);
    cr_expect_lt(at_once.losses[COURSE_STEPS - 1], at_once.losses[0]);
    cr_expect_arr_eq((const char *)&behind, (const char *)&at_once, sizeof behind);
}

Test(cuda, a_loss_that_is_not_finite_stops_before_the_update) {
    struct trained at_once, behind;
    const struct course course = {.odd = 5, .gain = NAN};
    train_course(&at_once, false, course, 6, 2);
    train_course(&behind, true, course, 6, 2);
    cr_expect_eq(behind.status, BON_ERR_DATA);
    cr_expect(strstr(behind.message, "step 3: tensor") && strstr(behind.message, "input"), "%s", behind.message);
    cr_expect_str_eq(behind.message, at_once.message);
    cr_expect_eq(behind.steps, 2);
    for (size_t i = 0; i < REPLAY_IDS * REPLAY_WIDTH; i++) cr_assert(isfinite(behind.weights[i]));
    cr_expect_arr_eq((const char *)&behind, (const char *)&at_once, sizeof behind);
}

Test(cuda, says_what_it_does_not_compute) {
    bon_device *gpu = NULL;
    cr_expect_eq(emulate_open(&gpu, BON_F64), BON_ERR_ARGUMENT);
    cr_expect(strstr(bon_error_message(), "bf16"));
}
