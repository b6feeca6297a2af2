/* tests/unit/ime/english_test.c: keys that spell Vietnamese and English alike, decided by the words before them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "typing.h"

enum { FILLERS = 4000 };

static void add(bon_lm_builder *builder, const char *line) {
    cr_assert_eq(bon_lm_builder_add(builder, line, strlen(line), "test", 1), BON_OK);
}

/* A model with so many other words that one it does not know is far from likely. */
static bon_restorer *open_model(void) {
    const bon_lm_build_options building = {.order = 3, .discount_fallback = 1};
    bon_lm_builder *builder;
    bon_lm_table *table;
    bon_restorer *restorer;
    const char *path = files_path("model");
    char line[64];
    cr_assert_eq(bon_lm_builder_open(&builder, &building), BON_OK);
    for (unsigned i = 0; i < 20; i++) {
        add(builder, "làm bài test này .");
        add(builder, "ăn bánh tét này .");
    }
    for (unsigned i = 0; i < FILLERS; i++) {
        snprintf(line, sizeof line, "%c%c%c%c .", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676 % 26, 'k');
        add(builder, line);
    }
    cr_assert_eq(bon_lm_builder_estimate(builder, &table), BON_OK);
    cr_assert_eq(bon_restorer_write(table, path, NULL, 1), BON_OK);
    bon_lm_table_close(table);
    bon_lm_builder_close(builder);
    cr_assert_eq(bon_restorer_open(&restorer, path), BON_OK, "%s", bon_error_message());
    return restorer;
}

Test(english, keys_that_fit_far_better, .fini = files_clear) {
    static const struct typed rows[] = {
        {"lafm baif test nafy", "làm bài test này"},
        {"lafm baif TEST.", "làm bài TEST."},
        {"awn banhs test nafy", "ăn bánh tét này"},     /* both are known; this fits */
        {"khong biet test ", "khong biet tét "},        /* nothing speaks for the keys */
        {"lafm baif test {BackSpace}", "làm bài tét "}, /* given back */
        {"lafm baif teets", "làm bài tết"},
        {"lafm baif tes", "làm bài té"}, /* no word of the model */
    };
    bon_restorer *restorer = open_model();
    bon_restore_session *session;
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    check_rows(&(bon_ime_options){.prediction = BON_IME_PREDICT_FULL, .restore = session}, rows,
               sizeof rows / sizeof *rows);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}
