/* Next words: hostile states, no room for an answer, running out of memory. That the answers are right is for
 * tests/property/ngram_predict.c. */
#include <criterion/criterion.h>
#include <unistd.h>

#include "ngram/lm.h"
#include "support/failmalloc.h"
#include "support/lm_toy.h"

static bon_lm *make_model(unsigned order) {
    struct toy toy = toy_make(7, order, 20, 30);
    bon_lm_table *table = toy_table(&toy);
    char path[64];
    bon_lm *lm;
    toy_path(path);
    cr_assert_eq(bon_lm_table_write(table, path, NULL), BON_OK);
    cr_assert_eq(bon_lm_open(&lm, path, NULL), BON_OK);
    unlink(path);
    bon_lm_table_close(table);
    toy_free(&toy);
    return lm;
}

Test(predict, states_that_no_text_leads_to) {
    for (unsigned order = 1; order <= 4; order++) {
        bon_lm *lm = make_model(order);
        bon_lm_predictor *predictor;
        bon_lm_prediction best[30];
        bon_lm_state state = {.words = {UINT32_MAX, 5, UINT32_MAX}, .length = UINT32_MAX};
        cr_assert_eq(bon_lm_predictor_open(&predictor, lm), BON_OK);
        cr_assert_eq(bon_lm_predict(predictor, &state, NULL, best, 30), 18); /* all but <unk> and <s> */
        cr_assert_eq(bon_lm_predict(predictor, &state, NULL, NULL, 0), 0);
        bon_lm_predictor_close(predictor);
        bon_lm_predictor_close(NULL);
        bon_lm_close(lm);
    }
}

static bon_status open_predictor(void *lm) {
    bon_lm_predictor *predictor;
    BON_TRY(bon_lm_predictor_open(&predictor, lm));
    bon_lm_predictor_close(predictor);
    return BON_OK;
}

Test(predict, allocation_failures) {
    bon_lm *lm = make_model(3);
    failmalloc_check(open_predictor, lm);
    bon_lm_close(lm);
}
