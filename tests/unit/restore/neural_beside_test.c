/* tests/unit/restore/neural_beside_test.c: what a model thinks of a line, token by token, for a network that is to work beside it. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "failmalloc.h"
#include "restore/neural_text.h"
#include "restore_toy.h"

static const char line[] = "Tôi mua 35 cân đường. Tiền là tiên, bà ba?";

Test(neural_beside, tokens_have_the_labels_that_the_model_thinks_of) {
    bon_restorer *restorer = restore_toy_open(3);
    bon_restore_session *session;
    struct bon_neural_text text = {0};
    bon_buf plain = {0}, out = {0};
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    cr_assert_eq(bon_beside_line(session, line, strlen(line), &plain, &out), BON_OK);
    const struct bon_beside *beside = (const struct bon_beside *)(const void *)out.data;
    const size_t count = out.len / sizeof *beside;
    cr_assert_eq(bon_neural_text_add_beside(&text, line, strlen(line), beside, count), BON_OK);
    cr_assert_eq(text.count, count + 2); /* as many as tokens of the line with its marks */
    unsigned known = 0, right = 0;
    for (size_t i = 0; i < text.count; i++) {
        const struct bon_beside *of = &text.beside[i];
        if (of->costs[0] == BON_BESIDE_NONE) continue;
        known++;
        right += of->labels[0] == text.tokens[i].label;
        cr_expect_neq(text.tokens[i].label, BON_NO_LABEL);
        double sum = 0;
        for (unsigned k = 0; k < BON_BESIDE_LABELS && of->costs[k] != BON_BESIDE_NONE; k++) {
            sum += exp((double)bon_beside_score(of, of->labels[k]));
            cr_expect(k == 0 || of->costs[k] >= of->costs[k - 1]);
        }
        cr_expect(sum > 0.8 && sum < 1.1, "token %zu: %g", i, sum);
        cr_expect_lt(bon_beside_score(of, 35), -10);
    }
    cr_expect_geq(known, 4, "%u", known);
    cr_expect_geq(right, known - 1);
    /* where the tokens are others, nothing is known of them */
    cr_assert_eq(bon_neural_text_add_beside(&text, "tôi đi", strlen("tôi đi"), beside, count), BON_OK);
    for (size_t i = count + 2; i < text.count; i++) cr_expect_eq(text.beside[i].costs[0], BON_BESIDE_NONE);
    bon_neural_text_free(&text);
    bon_buf_free(&plain);
    bon_buf_free(&out);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

static bon_status everything(void *restorer) {
    bon_restore_session *session = NULL;
    bon_buf plain = {0}, out = {0};
    bon_status status = bon_restore_session_open(&session, restorer, NULL);
    if (status == BON_OK) status = bon_beside_line(session, line, strlen(line), &plain, &out);
    bon_restore_session_close(session);
    bon_buf_free(&plain);
    bon_buf_free(&out);
    return status;
}

Test(neural_beside, out_of_memory_anywhere) {
    bon_restorer *restorer = restore_toy_open(3);
    failmalloc_check(everything, restorer);
    bon_restorer_close(restorer);
}
