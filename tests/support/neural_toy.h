/* tests/support/neural_toy.h: a network that learned nothing, over words of restore_toy.h: what it says is always the same, and has
 * no meaning. As a folder of training, or as a file. */
#ifndef BON_TESTS_SUPPORT_NEURAL_TOY_H
#define BON_TESTS_SUPPORT_NEURAL_TOY_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "encoder_toy.h"
#include "lm/weights.h"
#include "restore/neural_export.h"

enum { NEURAL_TOY_GATES = 5, NEURAL_TOY_FORMS = 9 };

struct neural_toy {
    struct bon_encoder_config config;
    struct bon_neural_words words;
    uint32_t begins[BON_NEURAL_FIRST + NEURAL_TOY_FORMS + 1];
    char text[64];
    float priors[(BON_NEURAL_FIRST + NEURAL_TOY_GATES) * BON_MARK_LABELS];
};

/* The first five have a choice; these, and the others, are in the order of their bytes. */
static inline void neural_toy_describe(struct neural_toy *toy) {
    static const struct bon_encoder_config sizes = {
        2, 32, {2, 2, 16}, 48, 0, BON_NEURAL_BAG, 0, BON_MARK_LABELS, BON_NEURAL_SPLITS, 64, 10000, 1e-6f};
    static const char *const forms[NEURAL_TOY_FORMS] = {"ba", "duong", "hoc", "tien", "toi", ",", ".", "<num>", "hung"};
    size_t at = 0;
    memset(toy, 0, sizeof *toy);
    for (size_t i = 0; i < NEURAL_TOY_FORMS; i++) {
        memcpy(toy->text + at, forms[i], strlen(forms[i]));
        toy->begins[BON_NEURAL_FIRST + i + 1] = (uint32_t)(at += strlen(forms[i]));
    }
    toy->words = (struct bon_neural_words){.count = BON_NEURAL_FIRST + NEURAL_TOY_FORMS,
                                           .gates = BON_NEURAL_FIRST + NEURAL_TOY_GATES,
                                           .hashes = 8,
                                           .begins = toy->begins,
                                           .text = toy->text};
    toy->config = sizes;
    toy->config.features = bon_neural_features(&toy->words);
    toy->config.gates = toy->words.gates;
    for (size_t i = 0; i < sizeof toy->priors / sizeof *toy->priors; i++)
        toy->priors[i] = i % 7 == 0 ? BON_PRIOR_NEVER : -(float)(i % 3);
}

/* A folder as `bon neural train` leaves it: words.bonnn and a checkpoint. */
static inline void neural_toy_train(const char *folder, uint64_t seed) {
    char path[1024];
    struct neural_toy toy;
    struct encoder_toy encoder;
    neural_toy_describe(&toy);
    encoder_toy_open(&encoder, &toy.config, 0, seed);
    mkdir(folder, 0700);
    snprintf(path, sizeof path, "%s/words.bonnn", folder);
    if (bon_neural_words_write(path, &toy.config, &toy.words, toy.priors) != BON_OK) abort();
    snprintf(path, sizeof path, "%s/step-00000001", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/step-00000001/model.safetensors", folder);
    if (bon_weights_write(encoder.params, NULL, BON_ST_F32, path) != BON_OK) abort();
    encoder_toy_close(&encoder);
}

#endif
