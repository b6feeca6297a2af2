/* Mixing models: what is refused, orders that differ, a model mixed with itself, running out of memory. What the numbers are is
 * for tests/property/ngram_mix.c. */
#include <criterion/criterion.h>
#include <math.h>

#include "ngram/table.h"
#include "support/failmalloc.h"
#include "support/lm_estimated.h"

static bon_lm_table *estimate(const char *text, unsigned order) {
    const bon_lm_build_options how = {.order = order, .discount_fallback = 1};
    return estimate_text(text, strlen(text), &how);
}

static const char *const NEWS = "hội nghị khai mạc hôm nay\nhôm nay giá vàng tăng\n";
static const char *const TALK = "hôm nay ăn gì\nhôm nay đi chơi\nđi ăn không\n";

Test(interpolate, weights_that_do_not_sum_to_one_are_refused) {
    bon_lm_table *models[2] = {estimate(NEWS, 2), estimate(TALK, 2)}, *mix;
    static const double bad[][2] = {{0.5, 0.4}, {1.5, -0.5}, {0, 0}, {1, 1}, {NAN, 1}, {INFINITY, 0}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(bon_lm_interpolate(&mix, (const bon_lm_table *const *)models, bad[i], 2), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_lm_interpolate(&mix, NULL, NULL, 0), BON_ERR_ARGUMENT);
    bon_lm_table_close(models[0]);
    bon_lm_table_close(models[1]);
}

Test(interpolate, a_model_of_weight_0_leaves_no_trace) {
    bon_lm_table *models[2] = {estimate(NEWS, 2), estimate(TALK, 4)}, *mix;
    cr_assert_eq(bon_lm_interpolate(&mix, (const bon_lm_table *const *)models, (const double[]){1, 0}, 2), BON_OK);
    cr_assert_eq(bon_lm_table_order(mix), 2);
    for (unsigned k = 1; k <= 2; k++) cr_assert_eq(bon_lm_table_count(mix, k), bon_lm_table_count(models[0], k));
    bon_lm_table_close(mix);
    cr_assert_eq(bon_lm_interpolate(&mix, (const bon_lm_table *const *)models, (const double[]){0.5, 0.5}, 2), BON_OK);
    cr_assert_eq(bon_lm_table_order(mix), 4);
    cr_assert_eq(bon_lm_table_count(mix, 4), bon_lm_table_count(models[1], 4));
    bon_lm_table_close(mix);
    bon_lm_table_close(models[0]);
    bon_lm_table_close(models[1]);
}

Test(interpolate, weights_need_text_and_models) {
    bon_lm_table *model = estimate(TALK, 2);
    const bon_lm_table *const models[] = {model, model};
    bon_lm_tuner *tuner;
    double weights[2];
    cr_assert_eq(bon_lm_tuner_open(&tuner, models, 0), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_lm_tuner_open(&tuner, models, 2), BON_OK);
    cr_assert_eq(bon_lm_tuner_weights(tuner, weights), BON_ERR_DATA);
    cr_assert_eq(bon_lm_tuner_add(tuner, "", 0), BON_OK); /* an empty sentence has its end */
    cr_assert_eq(bon_lm_tuner_totals(tuner, 1)->tokens, 1);
    cr_assert_eq(bon_lm_tuner_weights(tuner, weights), BON_OK);
    cr_assert_float_eq(weights[0], 0.5, 1e-9);
    bon_lm_tuner_close(tuner);
    bon_lm_tuner_close(NULL);
    bon_lm_table_close(model);
}

/* What no estimator gives: the mix is no better model, but has values that a file may have. */
Test(interpolate, values_that_make_no_sense) {
    static const float values[] = {1e30f, -1e30f, 3, 0, -1e-30f};
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        bon_lm_table *models[2] = {estimate(NEWS, 3), estimate(TALK, 3)}, *mix;
        for (unsigned k = 0; k < 3; k++)
            for (uint32_t i = 0; i < models[0]->level[k].count; i += 2) {
                models[0]->level[k].logprob[i] = values[v];
                if (k < 2) models[0]->level[k].backoff[i] = values[(v + k) % 3];
            }
        cr_assert_eq(bon_lm_interpolate(&mix, (const bon_lm_table *const *)models, (const double[]){0.5, 0.5}, 2),
                     BON_OK);
        for (unsigned k = 0; k < 3; k++)
            for (uint32_t i = 0; i < mix->level[k].count; i++) {
                cr_assert(mix->level[k].logprob[i] >= -99 && mix->level[k].logprob[i] <= 0);
                if (k < 2) cr_assert(mix->level[k].backoff[i] >= -99 && mix->level[k].backoff[i] <= 99);
            }
        bon_lm_table_close(mix);
        bon_lm_table_close(models[0]);
        bon_lm_table_close(models[1]);
    }
}

static bon_status tune_and_mix(void *context) {
    const bon_lm_table *const *models = context;
    bon_lm_tuner *tuner;
    bon_lm_table *mix;
    double weights[2];
    BON_TRY(bon_lm_tuner_open(&tuner, models, 2));
    bon_status status = bon_lm_tuner_add(tuner, "hôm nay ăn gì", strlen("hôm nay ăn gì"));
    if (status == BON_OK) status = bon_lm_tuner_weights(tuner, weights);
    bon_lm_tuner_close(tuner);
    BON_TRY(status);
    BON_TRY(bon_lm_interpolate(&mix, models, (const double[]){0.5, 0.5}, 2));
    bon_lm_table_close(mix);
    return BON_OK;
}

Test(interpolate, allocation_failures) {
    bon_lm_table *models[2] = {estimate(NEWS, 3), estimate(TALK, 4)};
    failmalloc_check(tune_and_mix, models);
    bon_lm_table_close(models[0]);
    bon_lm_table_close(models[1]);
}
