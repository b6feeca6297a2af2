/* The life of a table: levels as they are allocated, closing, allocation failures. */
#include <criterion/criterion.h>

#include "ngram/table.h"
#include "support/failmalloc.h"
#include "support/lm_toy.h"

Test(table, a_level_has_what_its_order_needs) {
    struct bon_lm_level level;
    cr_assert_eq(bon_lm_level_alloc(&level, 3, false), BON_OK);
    cr_assert(level.count == 3 && level.word && level.logprob && level.first_child && level.backoff && level.extends);
    for (uint32_t i = 0; i < 3; i++)
        cr_assert(level.first_child[i] == 0 && level.backoff[i] == 0.0f && level.extends[i] == 0);
    bon_lm_table *table = calloc(1, sizeof *table);
    table->order = 2;
    table->level[0] = level;
    cr_assert_eq(bon_lm_level_alloc(&table->level[1], 0, true), BON_OK);
    cr_assert(!table->level[1].first_child && !table->level[1].backoff && !table->level[1].extends);
    cr_assert(bon_lm_table_order(table) == 2 && bon_lm_table_count(table, 1) == 3);
    cr_assert(bon_lm_table_count(table, 0) == 0 && bon_lm_table_count(table, 2) == 0 &&
              bon_lm_table_count(table, 3) == 0);
    bon_lm_table_close(table);
    bon_lm_table_close(NULL);
}

static bon_status alloc_level(void *arg) {
    bon_lm_table *table = arg;
    bon_status status = bon_lm_level_alloc(&table->level[0], 10, false);
    if (status != BON_OK) {
        cr_assert(!table->level[0].word && table->level[0].count == 0);
        return status;
    }
    struct bon_lm_level *level = &table->level[0];
    void *arrays[] = {level->word, level->first_child, level->logprob, level->backoff, level->extends};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) free(arrays[i]);
    *level = (struct bon_lm_level){0};
    return BON_OK;
}

Test(table, allocation_failures) {
    static bon_lm_table table;
    failmalloc_check(alloc_level, &table);
}
