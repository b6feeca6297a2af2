/* src/ngram/fast_write.h: from a table in memory to the buckets of the fast layout (fast.h). */
#ifndef BON_SRC_NGRAM_FAST_WRITE_H
#define BON_SRC_NGRAM_FAST_WRITE_H

#include "ngram/table.h"

/* The keys of the level written last, from which those of the next are made; all zeros but for the seed at first. */
struct bon_fast_keys {
    uint64_t seed;
    uint64_t *keys;
    struct bon_store *store; /* where they are */
};

void bon_fast_keys_free(struct bon_fast_keys *keys);

/* A seed with which no two n-grams of an order share a key. */
bon_status bon_fast_find_seed(const struct bon_lm_table *table, uint64_t *seed);

/* Writes section lm.k.values (order 1) or lm.k.buckets; orders are written one after the other, from 1. */
bon_status bon_fast_write_level(const struct bon_lm_table *table, unsigned order, struct bon_fast_keys *keys,
                                struct bon_artefact_writer *writer);

#endif
