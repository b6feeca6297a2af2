/* src/restore/neural_export.c: packs the newest checkpoint of a run. What the vocabulary says a gate has not stays so, whatever
 * training made of its prior. See neural_export.h. */
#include "restore/neural_export.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bon/ngram.h"
#include "lm/checkpoint.h"
#include "ngram/lm.h"

/* What was best on development text for vi-tiny beside vi.bonlm. */
const struct bon_neural_join bon_neural_usual_join = {
    .weight = 0.6F, .tagger_weight = 0.8F, .power = 0.6F, .typed_causal = 0.8F};

static bon_status checkpoint_of(const char *run, char path[PATH_MAX]) {
    uint64_t step;
    BON_TRY(bon_checkpoint_newest(run, &step));
    if (step == 0)
        return bon_fail(BON_ERR_DATA, "%s: there is no checkpoint yet: train first (bon neural train -o %s)", run, run);
    const int n = snprintf(path, PATH_MAX, "%s/step-%08llu/model.safetensors", run, (unsigned long long)step);
    return n < PATH_MAX ? BON_OK : bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", run);
}

/* Every model that a network is joined with knows how often a word is written in which way, so what the network says is what it adds
 * to that: priors as they were learned, less those that learning began with. */
static void take_priors(const struct bon_neural_words_file *words, float *priors) {
    const float least = nextafterf(BON_PRIOR_NEVER, 0);
    for (size_t i = 0; i < (size_t)words->words.gates * BON_MARK_LABELS; i++)
        priors[i] = words->priors[i] > BON_PRIOR_NEVER ? fmaxf(priors[i] - words->priors[i], least) : BON_PRIOR_NEVER;
}

/* All sections of a model but those of a network. */
static bon_status copy_sections(const struct bon_artefact *from, struct bon_artefact_writer *to) {
    for (size_t i = 0; i < bon_artefact_section_count(from); i++) {
        uint64_t offset, size;
        const char *name = bon_artefact_section_at(from, i, &offset, &size);
        const void *bytes;
        size_t n;
        if (strncmp(name, BON_NEURAL_PREFIX, strlen(BON_NEURAL_PREFIX)) == 0) continue;
        BON_TRY(bon_artefact_section(from, name, &bytes, &n));
        BON_TRY(bon_artefact_add(to, name, bytes, n));
    }
    return BON_OK;
}

static bon_status write_all(const struct bon_neural_export *how, const struct bon_neural_words_file *words,
                            const struct bon_encoder_packed *packed, const struct bon_artefact *lm, const char *path) {
    struct bon_artefact_writer *writer;
    BON_TRY(bon_artefact_create(&writer, path, lm ? "bonlm" : BON_NEURAL_KIND,
                                lm ? bon_artefact_version(lm) : (uint32_t)BON_NEURAL_VERSION));
    bon_status status = lm ? copy_sections(lm, writer) : BON_OK;
    if (status == BON_OK)
        status = bon_neural_sections_write(writer, &words->config, &words->words, packed->priors,
                                           how->floats ? BON_NEURAL_FLOAT : BON_NEURAL_INT8, &how->join);
    if (status == BON_OK) status = bon_neural_weights_write(writer, packed);
    if (status == BON_OK) return bon_artefact_publish(writer);
    bon_artefact_abandon(writer);
    return status;
}

bon_status bon_neural_export(const struct bon_neural_export *how, const char *path) {
    char vocabulary[PATH_MAX], weights[PATH_MAX];
    struct bon_neural_words_file words;
    struct bon_encoder_packed packed = {.codes = NULL};
    bon_lm *lm = NULL;
    if (snprintf(vocabulary, sizeof vocabulary, "%s/words.bonnn", how->run) >= PATH_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", how->run);
    BON_TRY(bon_neural_words_open(&words, vocabulary));
    bon_status status = how->lm ? bon_lm_open(&lm, how->lm, NULL) : BON_OK;
    if (status == BON_OK) status = checkpoint_of(how->run, weights);
    if (status == BON_OK) status = bon_encoder_pack_file(&packed, &words.config, weights, how->floats);
    if (status == BON_OK) {
        take_priors(&words, packed.priors);
        status = write_all(how, &words, &packed, lm ? bon_lm_artefact(lm) : NULL, path);
    }
    bon_encoder_packed_free(&packed);
    bon_lm_close(lm);
    bon_neural_words_close(&words);
    return status;
}
