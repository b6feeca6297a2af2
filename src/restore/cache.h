/* src/restore/cache.h: what a document or a user wrote lately, to be mixed with the model at query time.
 *
 * Words come in bursts: one that was used is likely to come again soon (Kuhn & De Mori 1990, "A cache-based natural language
 * model for speech recognition"). The cache counts words and pairs of words of the text seen so far and gives
 *
 *     score(w | history) = (1 - weight) p_model(w | history) + weight (c(w) / N + c(v w) / (c(v) + 20))
 *
 * Beside that, the words of a plain form are weighed by how they shared it so far: one that was c(w) of C times meant, where by
 * the model's word frequencies it is q(w) of them, is (c(w) / q(w) + 50) / (C + 50) times as likely as before. What a document
 * has as often as any other changes nothing.
 *
 * One table holds both kinds of counts. Counting a word is two look-ups; when the table is full all counts are halved, so that
 * what is old fades and memory has a limit.
 */
#ifndef BON_SRC_RESTORE_CACHE_H
#define BON_SRC_RESTORE_CACHE_H

#include "base/artefact.h"
#include "bon/restore.h"
#include "restore/lattice.h"

#define BON_CACHE_ALONE UINT32_MAX /* in place of the word before: counts of single words */

enum { BON_CACHE_ITEMS_MAX = 1 << 18 };

struct bon_cache_item {
    uint32_t before, word;
    uint32_t count; /* 0: the slot is free */
};

struct bon_restore_cache {
    const bon_lm *lm;
    struct bon_cache_item *items; /* open addressing */
    uint32_t slots;               /* a power of two */
    uint32_t used;
    uint64_t total; /* of single words */
};

/* Counts a word after another, BON_CACHE_ALONE at the beginning of a line. Words that the model does not know, and the sentence's
 * beginning and end, are passed over. */
bon_status bon_cache_learn(bon_restore_cache *cache, uint32_t before, uint32_t word);
/* Adds to an item; whoever adds items of single words must add to total. */
bon_status bon_cache_count(bon_restore_cache *cache, uint32_t before, uint32_t word, uint32_t count);

/* Adds the counts of an open file (cache_file.c), whose numbers are believed only within bounds. */
bon_status bon_cache_add_file(bon_restore_cache *cache, const struct bon_artefact *file);

/* The first term, the same for all words before; 0 when the word was not seen. */
double bon_cache_alone(const bon_restore_cache *cache, uint32_t word);
/* The second term. */
double bon_cache_pair(const bon_restore_cache *cache, uint32_t before, uint32_t word);

/* Adds to the choices of a position what their shares of the plain form say, log10. */
void bon_cache_weigh(const bon_restore_cache *cache, struct bon_choice *choices, unsigned count);

#endif
