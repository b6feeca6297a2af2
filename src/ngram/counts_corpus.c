/* src/ngram/counts_corpus.c: counts in place of a text. The estimator asks a text for one thing: the windows of `order` items
 * that end at its places, whose order does not matter. Counts have just these, each once with its weight.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "ngram/counts_flow.h"

/* Counts on their way into a corpus. */
struct intake {
    struct bon_corpus *corpus;
    uint32_t *to; /* [known] the corpus's id of every item */
    size_t known, cap;
    unsigned order;
};

static bon_status know(struct intake *intake, uint32_t id) {
    BON_TRY(bon_grow_array(&intake->to, &intake->cap, intake->known + 1, sizeof *intake->to));
    intake->to[intake->known++] = id;
    return BON_OK;
}

static bon_status take_word(void *context, const char *word, size_t n) {
    struct intake *intake = context;
    uint32_t id;
    BON_TRY(bon_vocab_add(&intake->corpus->vocab, word, n, &id));
    if (id < BON_CORPUS_SYMBOLS)
        return bon_fail(BON_ERR_DATA,
                        "the text that was counted contains %.*s, which has a meaning of its own in models; remove it "
                        "and count again",
                        (int)n, word);
    return know(intake, id);
}

/* In memory, places are 32 bits wide and so is what they add up to; in a store they are sorted in chunks. */
static bon_status check_room(const struct bon_corpus *corpus, size_t row, unsigned order, uint64_t count) {
    if (count >= UINT32_MAX) return bon_fail(BON_ERR_LIMIT, "an n-gram was seen more than %u times", UINT32_MAX - 1);
    if (corpus->store) return BON_OK;
    if (row >= (UINT32_MAX - 1) / order)
        return bon_fail(BON_ERR_LIMIT, "more than %u distinct %u-grams; give a limit of memory (--memory)",
                        (UINT32_MAX - 1) / order, order);
    if (count >= UINT32_MAX - corpus->total)
        return bon_fail(BON_ERR_LIMIT, "the counts add up to more than %u words; give a limit of memory (--memory)",
                        UINT32_MAX - 1);
    return BON_OK;
}

static bon_status take_row(void *context, unsigned shared, const uint32_t *items, uint64_t count) {
    const struct intake *intake = context;
    struct bon_corpus *corpus = intake->corpus;
    unsigned order = intake->order;
    size_t row = corpus->count / order;
    (void)shared;
    BON_TRY(check_room(corpus, row, order, count));
    BON_TRY(bon_store_grow(corpus->store, &corpus->ids, &corpus->cap, corpus->count + order, sizeof *corpus->ids));
    BON_TRY(bon_store_grow(corpus->store, &corpus->weight, &corpus->weight_cap, row + 1, sizeof *corpus->weight));
    corpus->total += count;
    corpus->weight[row] = (uint32_t)count;
    for (unsigned j = 0; j < order; j++) corpus->ids[corpus->count++] = intake->to[items[j]];
    bon_store_pace(corpus->store, (order + 1) * sizeof *corpus->ids);
    return BON_OK;
}

static bon_status open_intake(struct intake *intake, struct bon_corpus *corpus, unsigned order) {
    BON_TRY(bon_corpus_check(corpus));
    if (corpus->count > 0 && corpus->row != order)
        return bon_fail(BON_ERR_ARGUMENT, "counts of %u-grams cannot be added to %s", order,
                        corpus->row ? "those of another order" : "a text");
    *intake = (struct intake){.corpus = corpus, .order = order};
    BON_TRY(know(intake, BON_LM_BOS));
    BON_TRY(know(intake, BON_LM_EOS));
    corpus->row = order;
    return BON_OK;
}

bon_status bon_corpus_add_counts(struct bon_corpus *corpus, const bon_counts *counts) {
    struct intake intake = {0};
    const struct bon_counts_sink sink = {.word = take_word, .row = take_row, .context = &intake};
    bon_status status = open_intake(&intake, corpus, counts->order);
    if (status == BON_OK) status = bon_counts_give(counts, 1, &sink);
    free(intake.to);
    return status;
}

bon_status bon_corpus_add_counts_file(struct bon_corpus *corpus, const struct bon_counts_file *file) {
    struct intake intake = {0};
    const struct bon_counts_sink sink = {.word = take_word, .row = take_row, .context = &intake};
    const struct bon_sum_rule rule = {
        .order = file->order, .each = true, .budget = corpus->store ? bon_store_budget(corpus->store) / 4 : 0};
    bon_status status = open_intake(&intake, corpus, file->order);
    if (status == BON_OK) status = bon_counts_sum(&file->part, 1, &rule, &sink);
    free(intake.to);
    return status;
}
