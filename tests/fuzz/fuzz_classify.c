/* tests/fuzz/fuzz_classify.c: any bytes as labelled lines and as lines to tell: as many answers as lines, probabilities that add up, the
 * same in pieces. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/classify.h"
#include "corpus/classify_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

struct teaching {
    struct bon_classify_trainer *trainer;
    const struct bon_labelled_lines *lines;
    size_t next, taught;
};

static bon_status teach(void *context, const uint32_t *features, size_t count) {
    struct teaching *teaching = context;
    const struct bon_labelled_line *line = &teaching->lines->lines[teaching->next++];
    require(teaching->next <= teaching->lines->count);
    if (!line->label_len || !count) return BON_OK;
    teaching->taught++;
    return bon_classify_trainer_add(teaching->trainer, teaching->lines->labels.data + line->label, line->label_len,
                                    features, count);
}

struct telling {
    const struct bon_classifier *model;
    size_t told;
    double sum; /* of what was told, in order */
};

static bon_status tell(void *context, const uint32_t *features, size_t count) {
    struct telling *telling = context;
    float p[BON_CLASSES_MAX], sum = 0;
    bon_classifier_score(telling->model, features, count, p);
    for (unsigned c = 0; c < bon_classifier_classes(telling->model); c++) sum += p[c];
    require(fabsf(sum - 1) < 1e-3f);
    telling->told++;
    telling->sum = telling->sum * 0.5 + (double)p[0];
    return BON_OK;
}

static void tell_all(struct bon_featurizer *featurizer, const struct bon_classifier *model,
                     const struct bon_labelled_lines *lines) {
    struct telling whole = {.model = model}, pieces = {.model = model};
    const char *text = lines->texts.data, *end = text + lines->texts.len;
    require(bon_features_of_lines(featurizer, text, lines->texts.len, tell, &whole) == BON_OK);
    while (text < end) {
        size_t n = (size_t)((const char *)memchr(text, '\n', (size_t)(end - text)) - text) + 1;
        require(bon_features_of_lines(featurizer, text, n, tell, &pieces) == BON_OK);
        text += n;
    }
    require(whole.told == lines->count && pieces.told == lines->count);
    require(whole.sum == pieces.sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bon_classify_options options = {.features = {3, 3, 8}, .epochs = 2, .rate = 0.5, .holdout = 0.1};
    struct bon_chunk chunk = {.data = (const char *)data, .len = size, .name = "fuzz", .line = 1};
    struct bon_labelled how = {.labelled = true};
    struct bon_labelled_lines lines = {0};
    struct bon_featurizer *featurizer;
    struct bon_classifier *model = NULL;
    struct bon_confusion held = {0};
    require(bon_featurizer_open(&featurizer, &options.features) == BON_OK);
    struct teaching teaching = {.lines = &lines};
    require(bon_classify_trainer_open(&teaching.trainer, &options) == BON_OK);
    bool labelled = bon_labelled_split(&how, &chunk, &lines) == BON_OK;
    if (labelled)
        require(bon_features_of_lines(featurizer, lines.texts.data, lines.texts.len, teach, &teaching) == BON_OK);
    require(bon_classify_trainer_add(teaching.trainer, "x", 1, &(uint32_t){7}, 1) == BON_OK);
    require(bon_classify_trainer_add(teaching.trainer, "y", 1, &(uint32_t){8}, 1) == BON_OK);
    if (bon_classify_train(teaching.trainer, &model, &held) == BON_OK) {
        how.labelled = false;
        require(bon_labelled_split(&how, &chunk, &lines) == BON_OK);
        tell_all(featurizer, model, &lines);
    }
    bon_confusion_free(&held);
    bon_classifier_close(model);
    bon_classify_trainer_close(teaching.trainer);
    bon_labelled_free(&lines);
    bon_featurizer_close(featurizer);
    return 0;
}
