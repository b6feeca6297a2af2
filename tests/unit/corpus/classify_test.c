/* Features belong to their lines, a model learns what can be told and survives its file, and hostile files are refused. */
#include "corpus/classify.h"

#include <math.h>

#include "base/artefact.h"
#include "corpus/classify_lines.h"
#include "support.h"

/* ---- features ---- */

struct seen {
    size_t lines, counts[16];
    uint32_t features[16][64];
};

static bon_status see(void *context, const uint32_t *features, size_t count) {
    struct seen *seen = context;
    cr_assert_lt(seen->lines, 16);
    cr_assert_leq(count, 64);
    if (count) memcpy(seen->features[seen->lines], features, count * sizeof *features);
    seen->counts[seen->lines++] = count;
    return BON_OK;
}

static struct seen features_of(unsigned ngrams, unsigned letters, const char *text) {
    struct bon_feature_options options = {ngrams, letters, 20};
    struct bon_featurizer *featurizer;
    struct seen seen = {0};
    cr_assert_eq(bon_featurizer_open(&featurizer, &options), BON_OK);
    cr_assert_eq(bon_features_of_lines(featurizer, text, strlen(text), see, &seen), BON_OK);
    bon_featurizer_close(featurizer);
    return seen;
}

static bool same_features(const struct seen *seen, size_t a, size_t b) {
    return seen->counts[a] == seen->counts[b] &&
           memcmp(seen->features[a], seen->features[b], seen->counts[a] * sizeof(uint32_t)) == 0;
}

Test(classify, features_of_lines) {
    for (unsigned ngrams = 1; ngrams <= BON_FEATURES_NGRAMS_MAX; ngrams++) {
        struct seen seen = features_of(ngrams, 0, "một hai ba bốn năm sáu\n\nmột hai ba bốn năm sáu\nMột\n");
        size_t expected = 0;
        for (unsigned n = 1; n <= ngrams; n++) expected += 6 - n + 1;
        cr_assert_eq(seen.lines, 4);
        cr_assert_eq(seen.counts[0], expected);
        cr_assert_eq(seen.counts[1], 0);
        cr_assert(same_features(&seen, 0, 2), "a line does not see the one before it");
        cr_assert_eq(seen.counts[3], 2, "a capital is a feature");
    }
    struct seen seen = features_of(1, 3, "kopia\nhoà\nhòa\n");
    cr_assert_eq(seen.counts[0], 1 + 6 + 5, "a word, its pairs and its triples of letters, with its ends");
    cr_assert(same_features(&seen, 1, 2), "text is normalized");
    seen = features_of(2, 0, "một\rhai\nba\r\nbốn\n");
    cr_assert_eq(seen.lines, 3, "a stray carriage return is no line");
    cr_assert_eq(seen.counts[0], 3);
}

/* ---- learning ---- */

/* Class a: mostly words 1 to 9, class b: 5 to 14. */
static bon_status add_texts(struct bon_classify_trainer *trainer, unsigned texts) {
    uint64_t state = 5;
    for (unsigned i = 0; i < texts; i++) {
        uint32_t features[12];
        bool b = files_random(&state) % 3 == 0;
        for (unsigned k = 0; k < 12; k++) features[k] = (uint32_t)(1 + (b ? 4 : 0) + files_random(&state) % 10);
        BON_TRY(bon_classify_trainer_add(trainer, b ? "bb" : "a", b ? 2 : 1, features, 12));
    }
    return BON_OK;
}

static bon_status learn(unsigned texts, uint64_t memory, struct bon_classifier **model, struct bon_confusion *held) {
    struct bon_classify_options options = {
        .features = {1, 0, 8}, .epochs = 5, .rate = 0.5, .holdout = 0.2, .memory = memory, .folder = "/tmp"};
    struct bon_classify_trainer *trainer;
    BON_TRY(bon_classify_trainer_open(&trainer, &options));
    bon_status status = add_texts(trainer, texts);
    if (status == BON_OK) status = bon_classify_train(trainer, model, held);
    bon_classify_trainer_close(trainer);
    return status;
}

Test(classify, learns_what_can_be_told, .fini = files_clear) {
    struct bon_classifier *model = NULL, *again = NULL;
    struct bon_confusion held = {0}, other = {0};
    float p[2], q[2];
    cr_assert_eq(learn(2000, 0, &model, &held), BON_OK, "%s", bon_error_message());
    uint64_t right = held.counts[0] + held.counts[3], all = right + held.counts[1] + held.counts[2];
    cr_assert(all > 300 && all < 500, "a fifth is held out: %llu", (unsigned long long)all);
    cr_assert(right * 100 >= all * 97, "%llu of %llu right", (unsigned long long)right, (unsigned long long)all);
    cr_assert_eq(learn(2000, 20000, &again, &other), BON_OK);
    cr_assert(memcmp(held.counts, other.counts, 4 * sizeof *held.counts) == 0, "memory makes no difference");
    bon_classifier_close(again);
    const char *path = files_path("model.bonclas");
    cr_assert_eq(bon_classifier_write(model, path), BON_OK);
    cr_assert_eq(bon_classifier_open(&again, path), BON_OK);
    cr_assert_eq(bon_classifier_classes(again), 2);
    cr_assert_eq(bon_classifier_find(again, "bb", 2), bon_classifier_find(model, "bb", 2));
    cr_assert_eq(bon_classifier_find(again, "b", 1), 2);
    for (uint32_t feature = 0; feature < 16; feature++) {
        bon_classifier_score(model, &feature, 1, p);
        bon_classifier_score(again, &feature, 1, q);
        cr_assert(p[0] == q[0] && fabsf(p[0] + p[1] - 1) < 1e-5f);
    }
    bon_classifier_score(model, NULL, 0, p);
    cr_assert(p[bon_classifier_find(model, "a", 1)] > 0.2f, "nothing is known of nothing");
    bon_confusion_free(&held);
    bon_confusion_free(&other);
    bon_classifier_close(model);
    bon_classifier_close(again);
}

static bon_status round_trip(void *path) {
    struct bon_classifier *model = NULL, *again = NULL;
    struct bon_confusion held = {0};
    bon_buf table = {0};
    bon_status status = learn(40, 20000, &model, &held);
    if (status == BON_OK) status = bon_confusion_table(&held, model, &table);
    if (status == BON_OK) status = bon_classifier_write(model, path);
    if (status == BON_OK) status = bon_classifier_open(&again, path);
    bon_classifier_close(model);
    bon_classifier_close(again);
    bon_confusion_free(&held);
    bon_buf_free(&table);
    return status;
}

Test(classify, allocation_failures, .fini = files_clear) {
    char path[512];
    snprintf(path, sizeof path, "%s", files_path("model.bonclas"));
    failmalloc_check(round_trip, path);
}

/* ---- files and lines that mean harm ---- */

Test(classify, hostile_files, .fini = files_clear) {
    static const char *const names[] = {"head", "names", "bias", "rows"};
    enum { SECTIONS = sizeof names / sizeof *names };
    char path[512], bad[512];
    snprintf(path, sizeof path, "%s", files_path("model.bonclas"));
    snprintf(bad, sizeof bad, "%s", files_path("bad.bonclas"));
    cr_assert_eq(round_trip(path), BON_OK);
    for (unsigned round = 0; round < SECTIONS * 3; round++) {
        struct bon_artefact *artefact;
        struct bon_artefact_writer *writer;
        struct bon_classifier *model = NULL;
        cr_assert_eq(bon_artefact_open(&artefact, path, "bonclas", 1, true), BON_OK);
        cr_assert_eq(bon_artefact_create(&writer, bad, "bonclas", 1), BON_OK);
        for (unsigned i = 0; i < SECTIONS; i++) {
            const void *bytes;
            bon_buf copy = {0};
            size_t n;
            cr_assert_eq(bon_artefact_section(artefact, names[i], &bytes, &n), BON_OK);
            cr_assert_eq(bon_buf_append(&copy, bytes, n), BON_OK);
            if (i == round / 3 && round % 3 == 0) copy.len = n - 1;
            if (i == round / 3 && round % 3 == 1) memset(copy.data, 0xff, n);
            if (i == round / 3 && round % 3 == 2) cr_assert_eq(bon_buf_append(&copy, "\1\2\3\4", 4), BON_OK);
            cr_assert_eq(bon_artefact_add(writer, names[i], copy.data, copy.len), BON_OK);
            bon_buf_free(&copy);
        }
        cr_assert_eq(bon_artefact_publish(writer), BON_OK);
        bon_artefact_close(artefact);
        if (bon_classifier_open(&model, bad) == BON_OK) { /* other numbers, or bytes behind the names */
            uint32_t features[] = {0, 255};
            float p[2];
            bon_classifier_score(model, features, 2, p);
            cr_assert(round / 3 >= 1);
        }
        bon_classifier_close(model);
    }
}

Test(classify, lines_and_labels) {
    struct bon_labelled how = {.labelled = true};
    struct bon_labelled_lines lines = {0};
    const char text[] = "__label__a  __label__b xin chào\nb c\tx\ty\n  \n__label__z";
    struct bon_chunk chunk = {.data = text, .len = sizeof text - 1, .name = "f", .line = 1};
    cr_assert_eq(bon_labelled_split(&how, &chunk, &lines), BON_OK, "%s", bon_error_message());
    cr_assert_eq(lines.count, 4);
    cr_assert(holds(&lines.labels, "ab cz"));
    cr_assert(holds(&lines.texts, "xin chào\nx\ty\n\n\n"));
    how.labelled = false;
    cr_assert_eq(bon_labelled_split(&how, &chunk, &lines), BON_OK);
    cr_assert_eq(lines.labels.len, 0);
    bon_labelled_free(&lines);
}
