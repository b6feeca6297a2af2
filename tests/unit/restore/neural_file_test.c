/* tests/unit/restore/neural_file_test.c: vocabulary and priors of the neural restorer, there and back; files that lie. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "failmalloc.h"
#include "files.h"
#include "restore/neural_file.h"

static const uint32_t begins[] = {0, 0, 0, 0, 2, 5, 7, 8};
static const struct bon_neural_words words = {
    .count = 7, .gates = 5, .hashes = 16, .begins = begins, .text = "bachovi."};

static void describe(struct bon_encoder_config *config) {
    cr_assert_eq(bon_encoder_preset(config, "tiny"), BON_OK);
    config->features = bon_neural_features(&words);
    config->bag = BON_NEURAL_BAG;
    config->gates = words.gates;
    config->labels = BON_MARK_LABELS;
    config->splits = BON_NEURAL_SPLITS;
}

static void fill(float priors[5 * BON_MARK_LABELS]) {
    for (int i = 0; i < 5 * BON_MARK_LABELS; i++) priors[i] = i % 3 == 0 ? -(float)(i % 7) : BON_PRIOR_NEVER;
}

static bon_status write(const char *path) {
    struct bon_encoder_config config;
    float priors[5 * BON_MARK_LABELS];
    describe(&config);
    fill(priors);
    return bon_neural_words_write(path, &config, &words, priors);
}

Test(neural_file, there_and_back, .fini = files_clear) {
    struct bon_encoder_config config;
    float priors[5 * BON_MARK_LABELS];
    struct bon_neural_words_file file;
    const char *path = files_path("words.bonnn");
    describe(&config);
    fill(priors);
    cr_assert_eq(write(path), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_neural_words_open(&file, path), BON_OK, "%s", bon_error_message());
    cr_assert_eq(memcmp(&file.config, &config, sizeof config), 0);
    cr_assert(file.words.count == 7 && file.words.gates == 5 && file.words.hashes == 16);
    cr_assert_eq(memcmp(file.words.begins, begins, sizeof begins), 0);
    cr_assert_eq(memcmp(file.words.text, words.text, 8), 0);
    cr_assert_eq(memcmp(file.priors, priors, sizeof priors), 0);
    bon_neural_words_close(&file);
}

Test(neural_file, sizes_that_do_not_fit_are_refused, .fini = files_clear) {
    struct bon_encoder_config config;
    float priors[5 * BON_MARK_LABELS] = {0};
    const char *path = files_path("words.bonnn");
    describe(&config);
    config.gates++;
    cr_assert_eq(bon_neural_words_write(path, &config, &words, priors), BON_ERR_ARGUMENT);
    cr_assert_not(files_exists(path));
}

/* Writes the sections with one replaced, and opens them. */
static bon_status open_with(const char *section, const void *bytes, size_t n) {
    const char *good = files_path("good.bonnn"), *path = files_path("bad.bonnn");
    struct bon_artefact *from;
    struct bon_artefact_writer *writer;
    struct bon_neural_words_file file;
    cr_assert_eq(write(good), BON_OK);
    cr_assert_eq(bon_artefact_open(&from, good, BON_NEURAL_KIND, 1, true), BON_OK);
    cr_assert_eq(bon_artefact_create(&writer, path, BON_NEURAL_KIND, 1), BON_OK);
    for (size_t i = 0; i < bon_artefact_section_count(from); i++) {
        uint64_t offset, size;
        const void *data;
        size_t data_n;
        const char *name = bon_artefact_section_at(from, i, &offset, &size);
        cr_assert_eq(bon_artefact_section(from, name, &data, &data_n), BON_OK);
        if (strcmp(name, section) == 0) data = bytes, data_n = n;
        cr_assert_eq(bon_artefact_add(writer, name, data, data_n), BON_OK);
    }
    bon_artefact_close(from);
    cr_assert_eq(bon_artefact_publish(writer), BON_OK);
    const bon_status status = bon_neural_words_open(&file, path);
    bon_neural_words_close(&file);
    return status;
}

Test(neural_file, what_sections_say_is_checked, .fini = files_clear) {
    const struct bon_neural_header good = {.layers = 1,
                                           .width = 16,
                                           .heads = 2,
                                           .dim = 8,
                                           .hidden = 16,
                                           .context = 128,
                                           .words = 7,
                                           .gates = 5,
                                           .hashes = 16,
                                           .theta = 10000,
                                           .epsilon = 1e-6f,
                                           .join = {1, 1, 1}};
    struct bon_neural_header h[12];
    for (size_t i = 0; i < sizeof h / sizeof *h; i++) h[i] = good;
    cr_assert_eq(open_with("neural.header", &good, sizeof good), BON_OK, "%s", bon_error_message());
    h[0].words = 3, h[1].words = UINT32_MAX, h[2].gates = 2, h[3].gates = 8, h[4].hashes = 0, h[5].hashes = 1 << 20;
    h[6].width = 17, h[7].layers = 1 << 20, h[8].theta = NAN, h[9].join.weight = NAN, h[10].join.power = 0;
    h[11].epsilon = INFINITY;
    for (size_t i = 0; i < sizeof h / sizeof *h; i++)
        cr_expect_eq(open_with("neural.header", &h[i], sizeof h[i]), BON_ERR_FORMAT, "header %zu", i);
    h[0] = good, h[0].weights = 9;
    cr_expect_eq(open_with("neural.header", &h[0], sizeof h[0]), BON_ERR_VERSION);
    cr_expect_eq(open_with("neural.header", &good, sizeof good - 4), BON_ERR_FORMAT);

    const uint32_t falls[] = {0, 0, 0, 0, 5, 2, 7, 8}, past[] = {0, 0, 0, 0, 2, 5, 7, 9},
                   late[] = {1, 1, 1, 1, 2, 5, 7, 8};
    cr_expect_eq(open_with("neural.begins", falls, sizeof falls), BON_ERR_FORMAT);
    cr_expect_eq(open_with("neural.begins", past, sizeof past), BON_ERR_FORMAT);
    cr_expect_eq(open_with("neural.begins", late, sizeof late), BON_ERR_FORMAT);
    cr_expect_eq(open_with("neural.begins", begins, sizeof begins - 4), BON_ERR_FORMAT);
    const uint64_t all[5] = {UINT64_MAX}, none[5] = {0};
    cr_expect_eq(open_with("neural.masks", all, sizeof all), BON_ERR_FORMAT);
    cr_expect_eq(open_with("neural.masks", none, sizeof none), BON_ERR_FORMAT); /* then there are values too many */
    cr_expect_eq(open_with("neural.values", all, 4), BON_ERR_FORMAT);
}

static bon_status open_and_close(void *path) {
    struct bon_neural_words_file file;
    const bon_status status = bon_neural_words_open(&file, path);
    bon_neural_words_close(&file);
    return status;
}
static bon_status write_file(void *path) { return write(path); }

Test(neural_file, allocation_failures, .fini = files_clear) {
    char path[512];
    snprintf(path, sizeof path, "%s", files_path("words.bonnn"));
    failmalloc_check(write_file, path);
    cr_assert_eq(write(path), BON_OK);
    failmalloc_check(open_and_close, path);
}
