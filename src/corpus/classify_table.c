/* src/corpus/classify_table.c: how good a classifier is: counts of what it took for what, and measures of them. */
#include <stdlib.h>

#include "corpus/classify.h"

bon_status bon_confusion_open(struct bon_confusion *confusion, unsigned classes) {
    confusion->classes = classes;
    confusion->counts = bon_alloc_zeroed((size_t)classes * classes, sizeof *confusion->counts);
    return confusion->counts ? BON_OK : BON_ERR_NOMEM;
}

void bon_confusion_free(struct bon_confusion *confusion) {
    free(confusion->counts);
    *confusion = (struct bon_confusion){0};
}

static double ratio(uint64_t part, uint64_t whole) { return whole ? (double)part / (double)whole : 0; }

bon_status bon_confusion_table(const struct bon_confusion *confusion, const struct bon_classifier *model,
                               bon_buf *out) {
    const unsigned classes = confusion->classes;
    uint64_t all = 0, right = 0;
    double f1_sum = 0;
    unsigned f1_count = 0;
    BON_TRY(bon_buf_printf(out, "class\ttexts\tprecision\trecall\tf1\n"));
    for (unsigned c = 0; c < classes; c++) {
        uint64_t truth = 0, guessed = 0, hit = confusion->counts[(size_t)c * classes + c];
        for (unsigned k = 0; k < classes; k++) {
            truth += confusion->counts[(size_t)c * classes + k];
            guessed += confusion->counts[(size_t)k * classes + c];
        }
        double precision = ratio(hit, guessed), recall = ratio(hit, truth);
        double f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
        all += truth;
        right += hit;
        if (truth) f1_sum += f1, f1_count++;
        BON_TRY(bon_buf_printf(out, "%s\t%llu\t%.4f\t%.4f\t%.4f\n", bon_classifier_name(model, c),
                               (unsigned long long)truth, precision, recall, f1));
    }
    return bon_buf_printf(out, "all\t%llu\taccuracy\t%.4f\t%.4f\n", (unsigned long long)all, ratio(right, all),
                          f1_count ? f1_sum / f1_count : 0);
}
