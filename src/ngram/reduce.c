/* src/ngram/reduce.c: a model with fewer words. All n-grams with a word that goes, go; its probability goes to <unk>, and the
 * back-offs of the contexts it followed are made anew, so the model with fewer words says of every text what the old one says,
 * but for the words that are now unknown and what stood behind them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/select.h"
#include "ngram/trie_contexts.h"

/* ---- which words ---- */

struct ranked {
    float logprob;
    uint32_t word;
};

static int by_probability(const void *a, const void *b) {
    const struct ranked *x = a, *y = b;
    if (x->logprob != y->logprob) return x->logprob > y->logprob ? -1 : 1;
    return x->word < y->word ? -1 : 1;
}

/* The `most` likeliest words. */
static bon_status keep_likeliest(const bon_lm_table *table, uint64_t most, uint8_t *keep) {
    const struct bon_lm_level *words = &table->level[0];
    uint32_t count = words->count - (BON_LM_EOS + 1);
    struct ranked *ranked = bon_alloc_array(count, sizeof *ranked);
    if (!ranked) return BON_ERR_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t word = i + BON_LM_EOS + 1;
        ranked[i] = (struct ranked){words->logprob[word], word};
    }
    qsort(ranked, count, sizeof *ranked, by_probability);
    for (uint32_t i = 0; i < count && i < most; i++) keep[ranked[i].word] = 1;
    free(ranked);
    return BON_OK;
}

static void keep_listed(const bon_lm_table *table, const char *const *list, size_t count, uint8_t *keep) {
    for (size_t i = 0; i < count; i++) {
        uint32_t word = bon_vocab_find(&table->vocab, list[i], strlen(list[i]));
        if (word != BON_VOCAB_NONE) keep[word] = 1;
    }
}

/* ---- which n-grams ---- */

/* Of level k (2 and up): an n-gram stays when its first word and the rest of it do. */
static void keep_ngrams(const bon_lm_table *table, unsigned k, const uint8_t *words, const uint8_t *below,
                        uint8_t *keep) {
    const struct bon_lm_level *level = &table->level[k - 1];
    BON_EACH_CHILD(level, parent, i) keep[i] = below[parent] && words[level->word[i]];
}

static bon_status select_words(const bon_lm_table *table, uint8_t *words, bon_lm_table **out) {
    struct bon_selection selection = {.table = table, .keep = {words}};
    uint32_t *contexts[BON_LM_MAX_ORDER] = {NULL};
    uint8_t *keep[BON_LM_MAX_ORDER] = {words};
    bon_status status = BON_OK;
    for (unsigned k = 2; k <= table->order && status == BON_OK; k++) {
        uint32_t count = table->level[k - 1].count;
        contexts[k - 1] = bon_alloc_array(count, sizeof *contexts[k - 1]);
        keep[k - 1] = bon_alloc_array(count, 1);
        if (!contexts[k - 1] || !keep[k - 1]) {
            status = BON_ERR_NOMEM;
            break;
        }
        bon_contexts_find(table, k, contexts[k - 2], contexts[k - 1]);
        keep_ngrams(table, k, words, keep[k - 2], keep[k - 1]);
        selection.context[k - 1] = contexts[k - 1];
        selection.keep[k - 1] = keep[k - 1];
    }
    if (status == BON_OK) status = bon_table_select(&selection, out);
    for (unsigned i = 1; i < BON_LM_MAX_ORDER; i++) {
        free(contexts[i]);
        free(keep[i]);
    }
    return status;
}

bon_status bon_lm_reduce(bon_lm_table **out, const bon_lm_table *table, uint64_t most, const char *const *words,
                         size_t word_count) {
    uint8_t *keep = bon_alloc_zeroed(table->level[0].count, 1);
    if (!keep) return BON_ERR_NOMEM;
    keep[BON_LM_UNK] = keep[BON_LM_BOS] = keep[BON_LM_EOS] = 1;
    bon_status status = BON_OK;
    if (words)
        keep_listed(table, words, word_count, keep);
    else
        status = keep_likeliest(table, most, keep);
    if (status == BON_OK) status = select_words(table, keep, out);
    free(keep);
    return status;
}
