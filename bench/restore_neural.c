/* bench/restore_neural.c: how well marks are restored beside a network, for given weights: whole lines, or as they are typed: of each
 * line the left half of its words is visible, and the last of them is judged.
 *   restore_neural MODEL NETWORK|- WEIGHT TAGGER TYPED CAUSAL lines|typed FILE...
 * WEIGHT and TAGGER are what the network's and the tagger's scores count, TYPED and CAUSAL what it counts for the word in the
 * making, read both ways and without what follows; - : as the network's file says. A row a file: words, how
 * many are right, accuracy, half of its 95 % interval. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "restore/eval.h"
#include "restore/fold.h"
#include "restore/letters.h"
#include "restore/session.h"

static void check(bon_status status) {
    if (status == BON_OK) return;
    fprintf(stderr, "restore_neural: %s\n", bon_error_message());
    exit(1);
}

static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void print(const char *path, double words, double right) {
    const double p = words > 0 ? right / words : 0;
    printf("%s\t%.0f\t%.0f\t%.3f\t%.3f\n", name_of(path), words, right, 100 * p,
           words > 0 ? 196 * sqrt(p * (1 - p) / words) : 0);
}

/* ---- whole lines ---- */

static void judge_lines(bon_restore_session *session, const char *path, const bon_buf *text) {
    struct bon_eval *eval;
    struct bon_eval_totals totals = {0};
    check(bon_eval_open(&eval, session));
    check(bon_eval_add(eval, text->data, text->len, path, 1, &totals));
    bon_eval_close(eval);
    print(path, (double)totals.syllables, (double)totals.correct);
}

/* ---- as they are typed ---- */

enum { WORDS_MAX = 4096 };

static bool is_word(const char *line, const bon_token *token) {
    char plain[BON_WORD_MAX];
    bool has_marks;
    return (token->kind == BON_TOKEN_SYLLABLE || token->kind == BON_TOKEN_WORD) &&
           bon_plain_form(line + token->start, token->len, plain, &has_marks) > 0;
}

/* The word in the middle of a line's words, the last that is visible. */
static bool find_last(const char *line, size_t n, bon_token *last) {
    static bon_token words[WORDS_MAX];
    bon_token token;
    size_t count = 0;
    for (size_t pos = 0; count < WORDS_MAX && bon_token_next(line, n, &pos, &token);)
        if (is_word(line, &token)) words[count++] = token;
    if (count < 2) return false;
    *last = words[(count + 1) / 2 - 1];
    return true;
}

/* Whether the last word of the restored text is that of the line. */
static bool is_right(bon_restore_session *session, const char *line, const bon_token *last, bon_buf *plain) {
    const bon_restore_result *results;
    size_t count;
    bon_buf is = {0}, should = {0};
    plain->len = 0;
    check(bon_strip_marks(line, last->start + last->len, plain));
    check(bon_restore_typed(session, plain->data, plain->len, NULL, 0, 0, 1, &results, &count));
    if (count == 0 || results[0].span_count == 0) return false;
    const bon_restore_span *span = &results[0].spans[results[0].span_count - 1];
    check(bon_fold_word(results[0].text + span->out_start, span->out_len, &is));
    check(bon_fold_word(line + last->start, last->len, &should));
    const bool right = is.len == should.len && memcmp(is.data, should.data, is.len) == 0;
    bon_buf_free(&is);
    bon_buf_free(&should);
    return right;
}

static void judge_typed(bon_restore_session *session, const char *path, const bon_buf *text) {
    double words = 0, right = 0;
    bon_buf plain = {0};
    for (size_t at = 0, n; at < text->len; at += n + 1) {
        const char *line = text->data + at, *newline = memchr(line, '\n', text->len - at);
        bon_token last;
        n = newline ? (size_t)(newline - line) : text->len - at;
        if (!find_last(line, n, &last)) continue;
        words++;
        right += is_right(session, line, &last, &plain);
    }
    bon_buf_free(&plain);
    print(path, words, right);
}

int main(int count, char **arguments) {
    bon_restorer *restorer;
    bon_restore_session *session;
    if (count < 9) return 2;
    check(bon_restorer_open(&restorer, arguments[1]));
    if (strcmp(arguments[2], "-") != 0) check(bon_restorer_join(restorer, arguments[2]));
    struct bon_neural_join join = restorer->neural.join;
    float *const weights[] = {&join.weight, &join.tagger_weight, &join.typed_weight, &join.typed_causal};
    for (int i = 0; i < 4; i++)
        if (strcmp(arguments[3 + i], "-") != 0) *weights[i] = strtof(arguments[3 + i], NULL);
    bon_restorer_join_weights(restorer, &join);
    check(bon_restore_session_open(&session, restorer, NULL));
    for (int i = 8; i < count; i++) {
        bon_buf text = {0};
        check(bon_file_read(arguments[i], SIZE_MAX, &text));
        (strcmp(arguments[7], "typed") == 0 ? judge_typed : judge_lines)(session, arguments[i], &text);
        bon_buf_free(&text);
    }
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
    return 0;
}
