/* src/corpus/classify_model.c: a classifier as it is used and kept: 8-bit rows in an artefact (docs/bonclas-format.md). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/artefact.h"
#include "corpus/classify_weights.h"

#define KIND "bonclas"
enum { VERSION = 1, SCALE_BYTES = 2, ROW_ALIGN = 8 };

struct head {
    uint32_t ngrams, letters, bits, classes, stride, zero;
};

struct bon_classifier {
    struct bon_feature_options features;
    unsigned classes;
    char **names;                  /* NUL-terminated */
    const uint8_t *rows;           /* [1 << bits][stride]: a scale (the upper half of a float), then the weights */
    const float *bias;             /* [classes] */
    size_t stride;                 /* bytes of a row */
    struct bon_artefact *artefact; /* that rows and bias are in; NULL: they are the model's own */
};

/* ---- scoring ---- */

void bon_class_softmax(float *scores, unsigned n) {
    float most = scores[0], sum = 0;
    for (unsigned i = 1; i < n; i++) most = scores[i] > most ? scores[i] : most;
    for (unsigned i = 0; i < n; i++) sum += scores[i] = expf(scores[i] - most);
    for (unsigned i = 0; i < n; i++) scores[i] /= sum;
}

static inline float scale_of(const uint8_t *row) {
    uint32_t bits = (uint32_t)row[0] << 16 | (uint32_t)row[1] << 24;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return scale;
}

void bon_classifier_score(const struct bon_classifier *model, const uint32_t *features, size_t count,
                          float *probabilities) {
    enum { AHEAD = 8 };
    const unsigned classes = model->classes;
    memset(probabilities, 0, classes * sizeof *probabilities);
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count) __builtin_prefetch(model->rows + features[i + AHEAD] * model->stride);
        const uint8_t *row = model->rows + features[i] * model->stride;
        const int8_t *weights = (const int8_t *)row + SCALE_BYTES;
        float scale = scale_of(row);
        for (unsigned c = 0; c < classes; c++) probabilities[c] += scale * (float)weights[c];
    }
    float norm = count ? 1 / sqrtf((float)count) : 0;
    for (unsigned c = 0; c < classes; c++) probabilities[c] = probabilities[c] * norm + model->bias[c];
    bon_class_softmax(probabilities, classes);
}

/* ---- making ---- */

static size_t row_bytes(unsigned classes) { return (SCALE_BYTES + classes + ROW_ALIGN - 1) / ROW_ALIGN * ROW_ALIGN; }

/* The smallest scale of 16 bits at which 127 reaches the largest weight. */
static void quantize_row(const float *weights, unsigned classes, uint8_t *row) {
    float most = 0;
    for (unsigned c = 0; c < classes; c++) most = fabsf(weights[c]) > most ? fabsf(weights[c]) : most;
    float wanted = most / 127;
    uint32_t bits;
    memcpy(&bits, &wanted, sizeof bits);
    bits = (bits + 0xffff) & 0xffff0000;
    row[0] = (uint8_t)(bits >> 16);
    row[1] = (uint8_t)(bits >> 24);
    float scale = scale_of(row);
    for (unsigned c = 0; c < classes && scale > 0; c++)
        row[SCALE_BYTES + c] = (uint8_t)(int8_t)lrintf(weights[c] / scale);
}

static bon_status copy_names(struct bon_classifier *model, char *const *names) {
    model->names = bon_alloc_zeroed(model->classes, sizeof *model->names);
    if (!model->names) return BON_ERR_NOMEM;
    for (unsigned c = 0; c < model->classes; c++) {
        size_t n = strlen(names[c]) + 1;
        model->names[c] = bon_alloc_array(n, 1);
        if (!model->names[c]) return BON_ERR_NOMEM;
        memcpy(model->names[c], names[c], n);
    }
    return BON_OK;
}

bon_status bon_classifier_make(struct bon_classifier **out, const struct bon_feature_options *features,
                               char *const *names, unsigned classes, const float *weights, size_t stride) {
    struct bon_classifier *model = bon_alloc_zeroed(1, sizeof *model);
    if (!model) return BON_ERR_NOMEM;
    const size_t count = (size_t)1 << features->bits;
    model->features = *features;
    model->classes = classes;
    model->stride = row_bytes(classes);
    uint8_t *rows = bon_alloc_zeroed(count, model->stride);
    float *bias = bon_alloc_array(classes, sizeof *bias);
    model->rows = rows;
    model->bias = bias;
    bon_status status = rows && bias ? copy_names(model, names) : BON_ERR_NOMEM;
    if (status != BON_OK) {
        bon_classifier_close(model);
        return status;
    }
    for (size_t i = 0; i < count; i++) quantize_row(weights + i * stride, classes, rows + i * model->stride);
    memcpy(bias, weights + count * stride, classes * sizeof *bias);
    *out = model;
    return BON_OK;
}

void bon_classifier_close(struct bon_classifier *model) {
    if (!model) return;
    for (unsigned c = 0; model->names && c < model->classes; c++) free(model->names[c]);
    free(model->names);
    if (!model->artefact) {
        free((void *)model->rows);
        free((void *)model->bias);
    }
    bon_artefact_close(model->artefact);
    free(model);
}

/* ---- what it is ---- */

const struct bon_feature_options *bon_classifier_features(const struct bon_classifier *model) {
    return &model->features;
}

unsigned bon_classifier_classes(const struct bon_classifier *model) { return model->classes; }

const char *bon_classifier_name(const struct bon_classifier *model, unsigned class) { return model->names[class]; }

unsigned bon_classifier_find(const struct bon_classifier *model, const char *name, size_t n) {
    unsigned class = 0;
    while (class < model->classes && (strlen(model->names[class]) != n || memcmp(model->names[class], name, n) != 0))
        class ++;
    return class;
}

/* ---- files ---- */

static bon_status write_sections(const struct bon_classifier *model, struct bon_artefact_writer *writer) {
    struct head head = {.ngrams = model->features.ngrams,
                        .letters = model->features.letters,
                        .bits = model->features.bits,
                        .classes = model->classes,
                        .stride = (uint32_t)model->stride};
    BON_TRY(bon_artefact_add(writer, "head", &head, sizeof head));
    BON_TRY(bon_artefact_begin(writer, "names"));
    for (unsigned c = 0; c < model->classes; c++)
        BON_TRY(bon_artefact_write(writer, model->names[c], strlen(model->names[c]) + 1));
    BON_TRY(bon_artefact_add(writer, "bias", model->bias, model->classes * sizeof *model->bias));
    return bon_artefact_add(writer, "rows", model->rows, model->stride << model->features.bits);
}

bon_status bon_classifier_write(const struct bon_classifier *model, const char *path) {
    struct bon_artefact_writer *writer;
    BON_TRY(bon_artefact_create(&writer, path, KIND, VERSION));
    bon_status status = write_sections(model, writer);
    if (status == BON_OK) return bon_artefact_publish(writer);
    bon_artefact_abandon(writer);
    return status;
}

static bon_status fail_format(const struct bon_artefact *artefact, const char *section) {
    return bon_fail(BON_ERR_FORMAT, "%s: section '%s' does not fit the others: the file is corrupt",
                    bon_artefact_path(artefact), section);
}

static bool is_head(const struct head *head, size_t n) {
    return n == sizeof *head && head->ngrams >= 1 && head->ngrams <= BON_FEATURES_NGRAMS_MAX &&
           head->letters <= BON_FEATURES_LETTERS_MAX && head->bits >= BON_FEATURES_BITS_LEAST &&
           head->bits <= BON_FEATURES_BITS_MOST && head->classes >= 2 && head->classes <= BON_CLASSES_MAX &&
           head->stride == row_bytes(head->classes);
}

static bon_status read_names(struct bon_classifier *model, const struct bon_artefact *artefact) {
    const char *names, *found[BON_CLASSES_MAX];
    size_t n, at = 0;
    BON_TRY(bon_artefact_section(artefact, "names", (const void **)(void *)&names, &n));
    for (unsigned c = 0; c < model->classes; c++) {
        const char *end = at < n ? memchr(names + at, 0, n - at) : NULL;
        if (!end || (size_t)(end - (names + at)) > BON_CLASS_NAME_MAX) return fail_format(artefact, "names");
        found[c] = names + at;
        at = (size_t)(end - names) + 1;
    }
    return copy_names(model, (char *const *)(void *)found);
}

static bon_status read_sections(struct bon_classifier *model) {
    const struct bon_artefact *artefact = model->artefact;
    const struct head *head;
    size_t n;
    BON_TRY(bon_artefact_section(artefact, "head", (const void **)(void *)&head, &n));
    if (!is_head(head, n)) return fail_format(artefact, "head");
    model->features = (struct bon_feature_options){head->ngrams, head->letters, head->bits};
    model->classes = head->classes;
    model->stride = head->stride;
    BON_TRY(read_names(model, artefact));
    BON_TRY(bon_artefact_section(artefact, "bias", (const void **)(void *)&model->bias, &n));
    if (n != model->classes * sizeof *model->bias) return fail_format(artefact, "bias");
    BON_TRY(bon_artefact_section(artefact, "rows", (const void **)(void *)&model->rows, &n));
    return n == model->stride << model->features.bits ? BON_OK : fail_format(artefact, "rows");
}

bon_status bon_classifier_open(struct bon_classifier **out, const char *path) {
    struct bon_classifier *model = bon_alloc_zeroed(1, sizeof *model);
    if (!model) return BON_ERR_NOMEM;
    bon_status status = bon_artefact_open(&model->artefact, path, KIND, VERSION, true);
    if (status == BON_OK) status = read_sections(model);
    if (status == BON_OK)
        *out = model;
    else
        bon_classifier_close(model);
    return status;
}
