/* src/ngram/blocks_write.h: from a table in memory to the sections of the small layout (blocks.h). */
#ifndef BON_SRC_NGRAM_BLOCKS_WRITE_H
#define BON_SRC_NGRAM_BLOCKS_WRITE_H

#include "ngram/table.h"

/* What ranks are made from: the number of each n-gram's context, by level. */
struct bon_blocks_plan {
    const struct bon_lm_table *table;
    const uint32_t *contexts[BON_LM_MAX_ORDER];
    uint32_t
        *found[BON_LM_MAX_ORDER]; /* those that the table did not have; freed level by level while they are written */
};

/* *possible: whether the layout can hold the table: every n-gram above order 2 has its context in it (an ARPA file may leave
 * it out), and the numbers fit their fields. The plan is empty where it cannot. */
bon_status bon_blocks_plan(struct bon_blocks_plan *plan, const struct bon_lm_table *table, bool *possible);
/* Writes the sections of every order; values above order 1 in quantize_bits bits (0 = floats). */
bon_status bon_blocks_write_levels(struct bon_blocks_plan *plan, unsigned quantize_bits,
                                   struct bon_artefact_writer *writer);
void bon_blocks_plan_free(struct bon_blocks_plan *plan);

#endif
