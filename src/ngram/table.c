/* src/ngram/table.c: the life of a model in memory (see table.h). */
#include "ngram/table.h"

#include <stdlib.h>

#include "base/buf.h"

static void level_free(struct bon_store *store, struct bon_lm_level *level) {
    bon_store_free(store, level->word);
    bon_store_free(store, level->first_child);
    bon_store_free(store, level->context);
    bon_store_free(store, level->logprob);
    bon_store_free(store, level->backoff);
    bon_store_free(store, level->extends);
    bon_store_free(store, level->blank);
    *level = (struct bon_lm_level){0};
}

bon_status bon_lm_level_alloc(struct bon_lm_level *level, uint32_t count, bool highest) {
    *level = (struct bon_lm_level){.count = count};
    level->word = bon_alloc_array(count, sizeof *level->word);
    level->logprob = bon_alloc_array(count, sizeof *level->logprob);
    if (!highest) {
        level->first_child = bon_alloc_zeroed((size_t)count + 1, sizeof *level->first_child);
        level->backoff = bon_alloc_zeroed(count, sizeof *level->backoff);
        level->extends = bon_alloc_zeroed(count, sizeof *level->extends);
    }
    if (level->word && level->logprob && (highest || (level->first_child && level->backoff && level->extends)))
        return BON_OK;
    level_free(NULL, level);
    return BON_ERR_NOMEM;
}

void bon_lm_table_close(bon_lm_table *table) {
    if (!table) return;
    for (unsigned i = 0; i < BON_LM_MAX_ORDER; i++) level_free(table->store, &table->level[i]);
    bon_vocab_free(&table->vocab);
    bon_store_close(table->store);
    free(table->word_count);
    free(table);
}

unsigned bon_lm_table_order(const bon_lm_table *table) { return table->order; }

uint64_t bon_lm_table_count(const bon_lm_table *table, unsigned order) {
    return order >= 1 && order <= table->order ? table->level[order - 1].count : 0;
}
