/* src/corpus/classify_train.c: learning a classifier: see classify.h. One thread learns, in one order, so that the same texts give the same
 * model; what takes long, making features of text, is done before by many. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/store.h"
#include "corpus/classify_weights.h"

enum { ROW_FLOATS = 4 };

struct text {
    uint64_t begin; /* of its features */
    uint32_t count;
    uint16_t class;
    bool held;
};

struct bon_classify_trainer {
    struct bon_classify_options options;
    struct bon_store *store; /* NULL: plain memory */
    uint32_t *features;
    size_t feature_count, feature_cap;
    struct text *texts;
    size_t text_count, text_cap;
    char **names;
    unsigned classes;
    size_t names_cap;
    unsigned last; /* class of the text before: texts of a class come together */

    float *weights; /* [1 << bits][stride], and a row for the bias */
    float *learned; /* [1 << bits] what a row has learned: the sum of squares of its gradients */
    size_t stride;
    uint64_t *order;
    size_t order_count;
};

bon_status bon_classify_trainer_open(struct bon_classify_trainer **out, const struct bon_classify_options *options) {
    struct bon_classify_trainer *trainer = bon_alloc_zeroed(1, sizeof *trainer);
    if (!trainer) return BON_ERR_NOMEM;
    trainer->options = *options;
    bon_status status = BON_OK;
    if (options->memory) status = bon_store_open(&trainer->store, options->memory, options->folder);
    if (status == BON_OK)
        *out = trainer;
    else
        free(trainer);
    return status;
}

void bon_classify_trainer_close(struct bon_classify_trainer *trainer) {
    if (!trainer) return;
    if (trainer->features) bon_store_free(trainer->store, trainer->features);
    bon_store_close(trainer->store);
    for (unsigned c = 0; c < trainer->classes; c++) free(trainer->names[c]);
    free(trainer->names);
    free(trainer->texts);
    free(trainer->weights);
    free(trainer->learned);
    free(trainer->order);
    free(trainer);
}

/* ---- texts ---- */

static bool is_named(const struct bon_classify_trainer *trainer, unsigned class, const char *label, size_t n) {
    return strlen(trainer->names[class]) == n && memcmp(trainer->names[class], label, n) == 0;
}

static bon_status class_of(struct bon_classify_trainer *trainer, const char *label, size_t n, unsigned *class) {
    *class = trainer->last;
    if (*class < trainer->classes && is_named(trainer, *class, label, n)) return BON_OK;
    for (*class = 0; *class < trainer->classes; ++*class)
        if (is_named(trainer, *class, label, n)) return BON_OK;
    if (trainer->classes == BON_CLASSES_MAX)
        return bon_fail(BON_ERR_LIMIT, "more than %d classes: does every line begin with its label?", BON_CLASSES_MAX);
    BON_TRY(bon_grow_array(&trainer->names, &trainer->names_cap, trainer->classes + 1, sizeof *trainer->names));
    char *name = bon_alloc_array(n + 1, 1);
    if (!name) return BON_ERR_NOMEM;
    memcpy(name, label, n);
    name[n] = 0;
    trainer->names[trainer->classes++] = name;
    return BON_OK;
}

/* Texts with the same features are either all held out or none. */
static bool is_held(const struct bon_classify_trainer *trainer, const uint32_t *features, size_t count) {
    uint64_t hash = bon_hash64(features, count * sizeof *features);
    return (double)(hash >> 11) * 0x1p-53 < trainer->options.holdout;
}

bon_status bon_classify_trainer_add(struct bon_classify_trainer *trainer, const char *label, size_t label_len,
                                    const uint32_t *features, size_t count) {
    if (count == 0) return BON_OK;
    if (count > UINT32_MAX) return bon_fail(BON_ERR_LIMIT, "a text of more than 2^32 features");
    BON_TRY(class_of(trainer, label, label_len, &trainer->last));
    BON_TRY(bon_grow_array(&trainer->texts, &trainer->text_cap, trainer->text_count + 1, sizeof *trainer->texts));
    BON_TRY(bon_store_grow(trainer->store, &trainer->features, &trainer->feature_cap, trainer->feature_count + count,
                           sizeof *trainer->features));
    memcpy(trainer->features + trainer->feature_count, features, count * sizeof *features);
    bon_store_pace(trainer->store, count * sizeof *features);
    trainer->texts[trainer->text_count++] = (struct text){.begin = trainer->feature_count,
                                                          .count = (uint32_t)count,
                                                          .class = (uint16_t)trainer->last,
                                                          .held = is_held(trainer, features, count)};
    trainer->feature_count += count;
    return BON_OK;
}

/* ---- learning ---- */

/* splitmix64 (Steele et al. 2014) */
static uint64_t next_random(uint64_t *state) {
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Fisher and Yates. */
static void shuffle(struct bon_classify_trainer *trainer, uint64_t *state) {
    for (size_t i = trainer->order_count; i > 1; i--) {
        size_t k = next_random(state) % i;
        uint64_t text = trainer->order[i - 1];
        trainer->order[i - 1] = trainer->order[k];
        trainer->order[k] = text;
    }
}

static inline float *row_of(const struct bon_classify_trainer *trainer, size_t feature) {
    return trainer->weights + feature * trainer->stride;
}

static inline void add_row(float *to, const float *row, float factor, size_t n) {
    for (size_t c = 0; c < n; c++) to[c] += factor * row[c];
}

/* One step; returns the loss before it. scores: room for a row. */
static double learn_text(struct bon_classify_trainer *trainer, const struct text *text, float *scores) {
    enum { AHEAD = 8 };
    const uint32_t *features = trainer->features + text->begin;
    const size_t bias = (size_t)1 << trainer->options.features.bits, stride = trainer->stride;
    const float norm = 1 / sqrtf((float)text->count), rate = (float)trainer->options.rate;
    float squares = 0;
    memset(scores, 0, stride * sizeof *scores);
    for (uint32_t i = 0; i < text->count; i++) {
        if (i + AHEAD < text->count) __builtin_prefetch(row_of(trainer, features[i + AHEAD]), 1);
        add_row(scores, row_of(trainer, features[i]), 1, stride);
    }
    for (unsigned c = 0; c < trainer->classes; c++) scores[c] = scores[c] * norm + row_of(trainer, bias)[c];
    bon_class_softmax(scores, trainer->classes);
    double loss = -log((double)scores[text->class] + 1e-30);
    scores[text->class] -= 1; /* the gradient of the scores, from here on */
    for (unsigned c = 0; c < trainer->classes; c++) squares += scores[c] * scores[c];
    float *bias_row = row_of(trainer, bias);
    for (unsigned c = 0; c < trainer->classes; c++) bias_row[c] -= 0.01f * rate * scores[c];
    for (unsigned c = 0; c < trainer->classes; c++) scores[c] *= norm;
    for (size_t c = trainer->classes; c < stride; c++) scores[c] = 0;
    for (uint32_t i = 0; i < text->count; i++) {
        float *learned = &trainer->learned[features[i]];
        *learned += squares * norm * norm;
        add_row(row_of(trainer, features[i]), scores, -rate / sqrtf(*learned), stride);
    }
    return loss;
}

static bon_status open_weights(struct bon_classify_trainer *trainer) {
    const size_t rows = (size_t)1 << trainer->options.features.bits;
    trainer->stride = (trainer->classes + ROW_FLOATS - 1) / ROW_FLOATS * ROW_FLOATS;
    trainer->weights = bon_alloc_zeroed((rows + 1) * trainer->stride, sizeof *trainer->weights);
    trainer->learned = bon_alloc_array(rows, sizeof *trainer->learned);
    trainer->order = bon_alloc_array(trainer->text_count, sizeof *trainer->order);
    if (!trainer->weights || !trainer->learned || !trainer->order) return BON_ERR_NOMEM;
    for (size_t i = 0; i < rows; i++) trainer->learned[i] = 0.1f; /* a first step is no leap */
    for (size_t i = 0; i < trainer->text_count; i++)
        if (!trainer->texts[i].held) trainer->order[trainer->order_count++] = i;
    return BON_OK;
}

static bon_status learn(struct bon_classify_trainer *trainer) {
    const struct bon_classify_options *options = &trainer->options;
    uint64_t state = options->seed;
    float *scores = bon_alloc_array(trainer->stride, sizeof *scores);
    if (!scores) return BON_ERR_NOMEM;
    for (unsigned epoch = 0; epoch < options->epochs; epoch++) {
        double loss = 0;
        shuffle(trainer, &state);
        for (size_t i = 0; i < trainer->order_count; i++) {
            const struct text *text = &trainer->texts[trainer->order[i]];
            loss += learn_text(trainer, text, scores);
            bon_store_pace(trainer->store, text->count * sizeof *trainer->features);
        }
        if (options->epoch_done) options->epoch_done(options->context, epoch + 1, loss / (double)trainer->order_count);
    }
    free(scores);
    return BON_OK;
}

/* ---- the test ---- */

static bon_status test_held(const struct bon_classify_trainer *trainer, const struct bon_classifier *model,
                            struct bon_confusion *held) {
    float *scores = bon_alloc_array(trainer->classes, sizeof *scores);
    bon_status status = scores ? bon_confusion_open(held, trainer->classes) : BON_ERR_NOMEM;
    for (size_t i = 0; i < trainer->text_count && status == BON_OK; i++) {
        const struct text *text = &trainer->texts[i];
        unsigned best = 0;
        if (!text->held) continue;
        bon_classifier_score(model, trainer->features + text->begin, text->count, scores);
        for (unsigned c = 1; c < trainer->classes; c++) best = scores[c] > scores[best] ? c : best;
        held->counts[text->class * trainer->classes + best]++;
        bon_store_pace(trainer->store, text->count * sizeof *trainer->features);
    }
    free(scores);
    return status;
}

bon_status bon_classify_train(struct bon_classify_trainer *trainer, struct bon_classifier **model,
                              struct bon_confusion *held) {
    if (trainer->classes < 2)
        return bon_fail(BON_ERR_DATA, "texts of %u %s: at least two classes are needed", trainer->classes,
                        trainer->classes == 1 ? "class" : "classes");
    BON_TRY(open_weights(trainer));
    if (trainer->order_count == 0)
        return bon_fail(BON_ERR_DATA, "no text is left to learn from: all %zu were held out", trainer->text_count);
    BON_TRY(learn(trainer));
    BON_TRY(bon_classifier_make(model, &trainer->options.features, trainer->names, trainer->classes, trainer->weights,
                                trainer->stride));
    return test_held(trainer, *model, held);
}
