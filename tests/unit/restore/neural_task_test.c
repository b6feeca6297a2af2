/* tests/unit/restore/neural_task_test.c: training of a neural restorer: it learns what only the words around tell, batches depend on
 * nothing but seed and number, a pupil learns from a teacher, and too little text is refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "failmalloc.h"
#include "files.h"
#include "restore/neural_task.h"

enum { CONTEXT = 16 };

static const struct bon_neural_options options = {
    .model = {1, 16, {2, 2, 8}, 24, 0, 0, 0, 0, 0, CONTEXT, 1000, 1e-5f},
    .windows = 8,
    .split_windows = 1,
    .context = CONTEXT,
    .split_weight = 0.2,
    .val_part = 0.2,
    .seed = 3,
};

struct course {
    struct bon_neural_text text, split;
    struct bon_neural_learned learned;
    bon_device *device;
    bon_params *params;
    bon_trainer *trainer;
};

/* What "ban" is, the word behind it tells. */
static bon_status fill(struct course *course) {
    static const char *const lines[] = {"bạn đi\n", "bàn gỗ\n", "bán rau\n"};
    for (unsigned i = 0; i < 400; i++) {
        const char *line = lines[i * i % 7 % 3];
        BON_TRY(bon_neural_text_add(&course->text, line, strlen(line), false));
        BON_TRY(bon_neural_text_add(&course->split, "bạn_bè đi\n", strlen("bạn_bè đi\n"), true));
    }
    BON_TRY(bon_neural_text_learn(&course->text, 100, 16, &course->learned));
    BON_TRY(bon_neural_text_use(&course->text, &course->learned.words));
    return bon_neural_text_use(&course->split, &course->learned.words);
}

static bon_status begin(struct course *course, const char *folder, uint64_t steps, struct bon_neural_teacher *teacher) {
    struct bon_neural_options how = options;
    const bon_train_options train = {.optimizer = {.kind = BON_ADAMW},
                                     .schedule = {.kind = BON_WSD, .peak = 0.02, .cooldown = 0.3},
                                     .steps = steps,
                                     .folder = folder};
    how.teacher = teacher;
    how.teacher_share = 1;
    BON_TRY(bon_params_open(&course->params, course->device, 1));
    return bon_neural_trainer_open(&course->trainer, course->params, &course->text, &course->split, &course->learned,
                                   &how, &train);
}

static void end(struct course *course) {
    bon_trainer_close(course->trainer);
    if (course->params) bon_params_close(course->params);
    course->trainer = NULL;
    course->params = NULL;
}

static void clear(struct course *course) {
    end(course);
    bon_device_close(course->device);
    bon_neural_learned_free(&course->learned);
    bon_neural_text_free(&course->text);
    bon_neural_text_free(&course->split);
}

static bon_status open(struct course *course) {
    *course = (struct course){.device = NULL};
    BON_TRY(bon_device_open(&course->device, &(bon_device_options){.threads = 1}));
    return fill(course);
}

Test(neural_task, learns_from_the_words_around, .fini = files_clear) {
    struct course course;
    double first, last;
    cr_assert_eq(open(&course), BON_OK, "%s", bon_error_message());
    cr_assert_eq(begin(&course, files_path("run"), 150, NULL), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_trainer_validate(course.trainer, 0, &first), BON_OK);
    cr_assert_eq(bon_trainer_run(course.trainer), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_trainer_validate(course.trainer, 0, &last), BON_OK);
    cr_expect_gt(first, 0.5); /* a third each is 1.1 nats for one word of the two */
    cr_expect_lt(last, first / 4, "%g nats, before %g", last, first);
    clear(&course);
}

Test(neural_task, a_pupil_learns_from_its_teacher_alone, .fini = files_clear) {
    struct course course;
    struct bon_neural_teacher *teacher = NULL;
    struct bon_encoder_config config = options.model;
    double first, last;
    cr_assert_eq(open(&course), BON_OK);
    cr_assert_eq(begin(&course, files_path("run"), 150, NULL), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_trainer_run(course.trainer), BON_OK);
    end(&course);
    const size_t rows = (size_t)options.windows * CONTEXT;
    cr_expect_eq(bon_neural_teacher_open(&teacher, files_path("run"), course.device, &course.learned.words, rows, rows),
                 BON_ERR_IO); /* it has no words.bonnn */
    bon_neural_fit(&config, &course.learned.words);
    cr_assert_eq(
        bon_neural_words_write(files_path("run/words.bonnn"), &config, &course.learned.words, course.learned.priors),
        BON_OK);
    cr_assert_eq(bon_neural_teacher_open(&teacher, files_path("run"), course.device, &course.learned.words, rows, rows),
                 BON_OK, "%s", bon_error_message());
    cr_assert_eq(begin(&course, files_path("pupil"), 120, teacher), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_trainer_validate(course.trainer, 0, &first), BON_OK);
    cr_assert_eq(bon_trainer_run(course.trainer), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_trainer_validate(course.trainer, 0, &last), BON_OK);
    cr_expect_lt(last, first / 2, "%g nats, before %g", last, first);
    bon_neural_teacher_close(teacher);
    clear(&course);
}

Test(neural_task, the_same_run_ends_in_the_same_bytes, .fini = files_clear) {
    struct course course;
    double values[2][16 * 36];
    bon_param_info info;
    cr_assert_eq(open(&course), BON_OK);
    for (int run = 0; run < 2; run++) {
        char name[8];
        size_t at = 0;
        snprintf(name, sizeof name, "run%d", run);
        cr_assert_eq(begin(&course, files_path(name), 5, NULL), BON_OK, "%s", bon_error_message());
        cr_assert_eq(bon_trainer_run(course.trainer), BON_OK);
        while (bon_params_at(course.params, at, &info) && strcmp(info.name, BON_ENCODER_LABELS) != 0) at++;
        cr_assert_eq(bon_params_get(course.params, at, values[run]), BON_OK);
        end(&course);
    }
    cr_expect_eq(memcmp(values[0], values[1], sizeof values[0]), 0);
    clear(&course);
}

Test(neural_task, too_little_text_is_refused, .fini = files_clear) {
    struct course course = {.device = NULL};
    static const char line[] = "bạn bàn bạn bàn bạn bàn\n";
    cr_assert_eq(bon_device_open(&course.device, &(bon_device_options){.threads = 1}), BON_OK);
    cr_assert_eq(bon_neural_text_add(&course.text, line, sizeof line - 1, false), BON_OK);
    cr_assert_eq(bon_neural_text_learn(&course.text, 100, 16, &course.learned), BON_OK);
    cr_assert_eq(bon_neural_text_use(&course.text, &course.learned.words), BON_OK);
    cr_expect_eq(begin(&course, files_path("run"), 5, NULL), BON_ERR_DATA);
    cr_expect(strstr(bon_error_message(), "too little text"), "%s", bon_error_message());
    clear(&course);
}

static bon_status a_step(void *unused) {
    (void)unused;
    struct course course;
    bon_status status = open(&course);
    if (status == BON_OK) status = begin(&course, files_path("run"), 1, NULL);
    end(&course);
    clear(&course);
    return status;
}

Test(neural_task, out_of_memory_anywhere, .fini = files_clear) { failmalloc_check_step(a_step, NULL, 17); }
