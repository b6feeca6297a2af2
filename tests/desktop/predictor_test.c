/* tests/desktop/predictor_test.c: a network beside the model is used, one that is missing is passed over, one that is damaged is told
 * once, and typing goes on. */
#include "ime-common/predictor.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "ime-common/session.h"
#include "neural_toy.h"
#include "restore/session.h"
#include "restore_toy.h"

static char model[512], network[512], told[4096];
static struct ime_settings settings;

static void hear(const char *message) {
    size_t n = strlen(told);
    snprintf(told + n, sizeof told - n, "%s\n", message);
}

/* A model in a folder of its own, and a network that lies elsewhere. */
static void move_in(void) {
    char fresh[64], run[512];
    const struct bon_neural_export how = {.run = run, .join = bon_neural_usual_join};
    setenv("XDG_CONFIG_HOME", files_path("config"), 1);
    setenv("XDG_DATA_HOME", files_path("data"), 1);
    setenv("LC_ALL", "C", 1);
    unsetenv("LANGUAGE");
    mkdir(files_path("config"), 0700);
    mkdir(files_path("config/bon"), 0700);
    mkdir(files_path("models"), 0700);
    snprintf(model, sizeof model, "%s", files_path("models/m.bonlm"));
    snprintf(network, sizeof network, "%s", files_path("elsewhere"));
    snprintf(run, sizeof run, "%s", files_path("run"));
    restore_toy_write(fresh, 3, 1);
    bon_buf bytes = files_read(fresh);
    files_write(model, bytes.data, bytes.len);
    bon_buf_free(&bytes);
    unlink(fresh);
    neural_toy_train(run, 3);
    cr_assert_eq(bon_neural_export(&how, network), BON_OK, "%s", bon_error_message());
}

static void move_out(void) {
    ime_settings_free(&settings);
    files_clear();
}

/* Puts the network beside the model; only a part of it when `bytes` is less than all. */
static void put_beside(const char *name, size_t most) {
    char path[600];
    bon_buf bytes = files_read(network);
    snprintf(path, sizeof path, "%s/%s", files_path("models"), name);
    files_write(path, bytes.data, bytes.len < most ? bytes.len : most);
    bon_buf_free(&bytes);
}

/* A new file each time: the clock may be too coarse to tell. `choice` NULL: the settings say nothing of a network. */
static void set(const char *choice) {
    char text[1200], fresh[512];
    snprintf(fresh, sizeof fresh, "%s", files_path("config/bon/fresh"));
    int n = snprintf(text, sizeof text, "[typing]\nprediction = full\nmodel = %s\n", model);
    if (choice) n += snprintf(text + n, sizeof text - (size_t)n, "network = %s\n", choice);
    files_write(fresh, text, (size_t)n);
    cr_assert_eq(rename(fresh, files_path("config/bon/ime.conf")), 0);
    told[0] = 0;
    ime_settings_update(&settings, hear);
    cr_assert_eq(settings.options.prediction, BON_IME_PREDICT_FULL, "%s", told);
}

static bool has_network(void) { return settings.options.restore->restorer->neural.there; }

static void expect_typing(void) {
    static const struct ime_surroundings unknown = {false, "", 0};
    struct ime_session session;
    bon_ime_result result;
    cr_assert_eq(ime_session_open(&session, &settings), BON_OK);
    for (const char *at = "toi hocj "; *at; at++)
        ime_session_key(&session, (unsigned char)*at, (unsigned char)*at, 0, &unknown, &result);
    cr_expect(result.preedit_len > strlen("học ") &&
                  memcmp(result.preedit + result.preedit_len - strlen("học "), "học ", strlen("học ")) == 0,
              "%.*s", (int)result.preedit_len, result.preedit);
    ime_session_close(&session);
}

TestSuite(predictor, .init = move_in, .fini = move_out);

Test(predictor, one_that_is_missing_is_passed_over) {
    set(NULL);
    cr_expect_str_eq(told, "");
    cr_expect(!has_network());
    cr_expect_null(ime_settings_notice(&settings));
    expect_typing();
}

Test(predictor, the_one_beside_the_model_the_larger_first) {
    put_beside("vi-base.bonnn", SIZE_MAX); /* too slow for keys */
    set(NULL);
    cr_expect(!has_network());
    ime_settings_free(&settings);
    put_beside("vi-tiny.bonnn", SIZE_MAX);
    set(NULL);
    cr_expect(has_network());
    cr_expect_str_eq(told, "");
    expect_typing();
    ime_settings_free(&settings);
    put_beside("vi-small.bonnn", 1000);
    set(NULL);
    cr_expect(strstr(told, "vi-small.bonnn"), "%s", told);
}

Test(predictor, one_that_is_damaged_is_told_once) {
    put_beside("vi-small.bonnn", 1000);
    set(NULL);
    cr_expect(strstr(told, "vi-small.bonnn: truncated"), "%s", told);
    cr_expect(strstr(told, "marks are predicted without this network"), "%s", told);
    cr_expect_eq(strchr(told, '\n'), strrchr(told, '\n'), "once: %s", told);
    unsigned keys = 0;
    for (const char *notice; (notice = ime_settings_notice(&settings)); keys++)
        cr_expect(strstr(notice, "the network of prediction cannot be used"), "%s", notice);
    cr_expect_eq(keys, (unsigned)IME_NOTICE_KEYS);
    expect_typing();
    set(NULL);
    cr_expect_str_eq(told, "", "not again when the settings are read again");
    cr_expect_null(ime_settings_notice(&settings));
}

Test(predictor, the_settings_name_another_or_none) {
    put_beside("vi-small.bonnn", 1000);
    set("off");
    cr_expect_str_eq(told, "");
    cr_expect(!has_network());
    const bon_restore_session *without = settings.options.restore;
    set(network);
    cr_expect_str_eq(told, "");
    cr_expect(has_network());
    expect_typing();
    set("/nowhere/net.bonnn");
    cr_expect(strstr(told, "/nowhere/net.bonnn"), "one that was named is told: %s", told);
    cr_expect(!has_network());
    set("off");
    cr_expect_eq(settings.options.restore, without, "what was opened is found again");
}

/* A field whose word is not finished goes on with what it has, and takes the new settings at the next. */
Test(predictor, fields_outlive_a_change) {
    static const struct ime_surroundings unknown = {false, "", 0};
    struct ime_session session;
    bon_ime_result result;
    set("off");
    cr_assert_eq(ime_session_open(&session, &settings), BON_OK);
    for (unsigned round = 0; round < 20; round++) {
        const char *keys = round % 2 ? "toi hoc. " : "ba tien ";
        for (const char *at = keys; *at; at++) {
            if (at == keys + 3) set(round % 2 ? network : "off");
            ime_session_key(&session, (unsigned char)*at, (unsigned char)*at, 0, &unknown, &result);
        }
    }
    ime_session_close(&session);
}

Test(predictor, a_model_that_has_one_inside_keeps_it) {
    char inside[512], run[512];
    const struct bon_neural_export how = {.run = run, .lm = model, .join = bon_neural_usual_join};
    snprintf(run, sizeof run, "%s", files_path("run"));
    snprintf(inside, sizeof inside, "%s", files_path("models/inside.bonlm"));
    cr_assert_eq(bon_neural_export(&how, inside), BON_OK, "%s", bon_error_message());
    snprintf(model, sizeof model, "%s", inside);
    put_beside("vi-small.bonnn", 1000);
    set(NULL);
    cr_expect_str_eq(told, "");
    cr_expect(has_network());
    expect_typing();
}

Test(predictor, a_model_that_cannot_be_used_is_said_at_the_text) {
    char text[600];
    int n = snprintf(text, sizeof text, "[typing]\nprediction = full\nmodel = /nowhere/m.bonlm\n");
    files_write(files_path("config/bon/ime.conf"), text, (size_t)n);
    told[0] = 0;
    ime_settings_update(&settings, hear);
    cr_expect_eq(settings.options.prediction, BON_IME_PREDICT_ENGLISH);
    cr_expect(strstr(told, "/nowhere/m.bonlm"), "%s", told);
    const char *notice = ime_settings_notice(&settings);
    cr_expect(notice && strstr(notice, "the model of prediction cannot be used"));
}
