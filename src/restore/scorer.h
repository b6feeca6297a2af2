/* src/restore/scorer.h: bon_lm_score with a memory: the same numbers, faster for a decoder.
 *
 * The hypotheses of a lattice ask for the same few n-grams over and over: every candidate after every candidate before, and
 * text repeats itself. So what was found about an n-gram (its node, its values, where its children are; or that there is no
 * such n-gram) is kept in two direct-mapped tables, of words and of longer n-grams. A slot that is taken is overwritten; results
 * never depend on what the tables hold. One scorer belongs to one session.
 */
#ifndef BON_SRC_RESTORE_SCORER_H
#define BON_SRC_RESTORE_SCORER_H

#include "ngram/query.h"
#include "restore/pairs.h"

/* What is known about an n-gram: 64 bytes, a cache line. */
struct bon_gram {
    uint32_t parent; /* node of the n-gram without its first word; not used in the table of words */
    uint32_t word;   /* the first word */
    uint32_t node;
    uint8_t order;   /* of the n-gram; 0: the slot is free */
    bool found;      /* the model has it */
    bool is_context; /* some longer n-gram begins with it */
    bool has_run;    /* run is filled in */
    float logprob, backoff;
    uint32_t state_word;   /* what a state keeps of the first word */
    struct bon_ef_run run; /* its children */
};

struct bon_scorer {
    const bon_lm *lm;
    struct bon_pairs pairs; /* those that the model may have */
    struct bon_gram *words, *longer;
};

/* pairs: the filter of the model's file, or NULL. */
bon_status bon_scorer_open(struct bon_scorer *scorer, const bon_lm *lm, const struct bon_pairs *pairs);
void bon_scorer_close(struct bon_scorer *scorer);

/* As bon_lm_score, bit by bit. */
float bon_scorer_score(struct bon_scorer *scorer, const bon_lm_state *state, uint32_t word, bon_lm_state *next);

#endif
