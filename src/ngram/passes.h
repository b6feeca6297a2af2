/* src/ngram/passes.h: estimation as a sequence of passes over whole arrays, for a GPU: the same model as grams.h and kn.h make on
 * the CPU, n-gram by n-gram, and the same bits where the machine rounds as IEEE 754 says.
 *
 *     pack    the words before each place of the text into a key     map, sums
 *     sort    keys, and count equal ones                             radix sort, sums         passes_keys.c
 *     levels  a trie level is the keys that begin an n-gram there    map, sums                passes_levels.c
 *     kn      parents, contexts, their sums, probabilities           map, largest so far      passes_kn.c
 *
 * A text too large for the device goes in chunks. Each leaves its distinct keys, counted, as a run in the computer's memory; then
 * range of last words by range, the runs' keys are brought together, sorted again, and made into a piece of every level.
 */
#ifndef BON_SRC_NGRAM_PASSES_H
#define BON_SRC_NGRAM_PASSES_H

#include "ngram/kn.h"
#include "ngram/machine.h"

/* A level in the device's memory. */
struct bon_pass_level {
    uint64_t count;
    uint32_t *word, *first_child, *adjusted; /* as in struct bon_gram_level */
    uint8_t *pruned;
};

struct bon_passes {
    struct bon_machine *device;
    uint64_t memory; /* bytes of the device to take; 0: nine tenths of what is free */
    uint64_t chunk;  /* places of the text, or keys, at a time; 0: as many as fit */
    void (*watch)(void *user,
                  const char *phase); /* called when a phase begins and all before it is done; may be NULL */
    void *user;                       /* for watch */
    uint64_t budget;                  /* below: what bon_passes_find leaves for bon_passes_estimate */
    struct bon_pass_level level[BON_LM_MAX_ORDER]; /* what is still there of the grams; may be nothing */
};

/* bon_grams_find. BON_ERR_NOMEM when the device has too little memory. */
bon_status bon_passes_find(struct bon_passes *passes, struct bon_grams *grams, unsigned order,
                           struct bon_corpus *corpus, const struct bon_word_order *words, const uint32_t *prune);

/* The grams were changed since: forgets what the device has of them. */
void bon_passes_forget(struct bon_passes *passes);

/* bon_kn_estimate, of these grams; on the CPU when the levels do not fit the device. */
bon_status bon_passes_estimate(struct bon_passes *passes, struct bon_grams *grams, const struct bon_kn_rule *rule,
                               struct bon_lm_table *table);

#endif
