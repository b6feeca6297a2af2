/* src/restore/alternatives.c: how else each word of a line could be written, and how probable that is.
 *
 * The probabilities of a position's choices come from forward-backward over its window (confidence.c). Choices that are
 * written alike (what was typed and the model's word of the same letters) are one alternative, and their probabilities add up.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "restore/session.h"

/* What a session keeps of its last call. Text and rows move while they grow, so pointers are set when all is there. */
struct bon_alternatives {
    bon_buf text;
    bon_restore_alternative *rows;
    size_t row_count, row_cap;
    size_t *text_at; /* of each row */
    size_t text_at_cap;
    bon_restore_word *words;
    size_t word_count, word_cap;
    unsigned most;
    size_t first; /* row of the word in the making */
};

void bon_alternatives_free(struct bon_alternatives *a) {
    if (!a) return;
    bon_buf_free(&a->text);
    free(a->rows);
    free(a->text_at);
    free(a->words);
    free(a);
}

/* Adds a way to write the word, or its probability to the same way that is there. */
static bon_status add_row(struct bon_alternatives *a, size_t text, double probability) {
    size_t n = a->text.len - text;
    for (size_t i = a->first; i < a->row_count; i++) {
        if (a->rows[i].len != n || memcmp(a->text.data + a->text_at[i], a->text.data + text, n) != 0) continue;
        a->rows[i].probability += probability;
        a->text.len = text;
        return BON_OK;
    }
    BON_TRY(bon_grow_array(&a->rows, &a->row_cap, a->row_count + 1, sizeof *a->rows));
    BON_TRY(bon_grow_array(&a->text_at, &a->text_at_cap, a->row_count + 1, sizeof *a->text_at));
    a->rows[a->row_count] = (bon_restore_alternative){.len = n, .probability = probability};
    a->text_at[a->row_count++] = text;
    return BON_OK;
}

/* Puts the rows of a word in order, those of equal probability as the model has them, and keeps the first `most`. */
static void sort_rows(struct bon_alternatives *a) {
    for (size_t i = a->first + 1; i < a->row_count; i++) {
        bon_restore_alternative row = a->rows[i];
        size_t text = a->text_at[i], k = i;
        for (; k > a->first && a->rows[k - 1].probability < row.probability; k--) {
            a->rows[k] = a->rows[k - 1];
            a->text_at[k] = a->text_at[k - 1];
        }
        a->rows[k] = row;
        a->text_at[k] = text;
    }
    if (a->row_count - a->first > a->most) a->row_count = a->first + a->most;
}

static bon_status add_word(bon_restore_session *session, const struct bon_window *window,
                           const struct bon_position *position) {
    struct bon_alternatives *a = session->alternatives;
    a->first = a->row_count;
    for (uint32_t c = position->first; c < position->first + position->count; c++) {
        size_t text = a->text.len;
        BON_TRY(bon_session_spell(session, window->slice, position, &session->lattice.choices[c], &a->text));
        BON_TRY(add_row(a, text, (double)session->confidence[c]));
    }
    sort_rows(a);
    BON_TRY(bon_grow_array(&a->words, &a->word_cap, a->word_count + 1, sizeof *a->words));
    a->words[a->word_count++] = (bon_restore_word){
        .start = window->base + position->start, .len = position->len, .count = a->row_count - a->first};
    return BON_OK;
}

static bon_status visit(bon_restore_session *session, const struct bon_window *window, void *context) {
    (void)context;
    for (unsigned i = 0; i < window->positions; i++)
        if (session->lattice.positions[i].letters) BON_TRY(add_word(session, window, &session->lattice.positions[i]));
    return BON_OK;
}

bon_status bon_restore_alternatives(bon_restore_session *session, const char *line, size_t n, unsigned most,
                                    const bon_restore_word **words, size_t *count) {
    if (most == 0 || most > BON_RESTORE_BEST_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "%u alternatives: from 1 to %d", most, BON_RESTORE_BEST_MAX);
    struct bon_alternatives *a = session->alternatives;
    if (!a) a = session->alternatives = bon_alloc_zeroed(1, sizeof *a);
    if (!a) return BON_ERR_NOMEM;
    a->text.len = a->row_count = a->word_count = 0;
    a->most = most;
    BON_TRY(bon_session_walk(session, line, n, visit, NULL));
    for (size_t i = 0; i < a->row_count; i++) a->rows[i].text = a->text.data + a->text_at[i];
    const bon_restore_alternative *row = a->rows;
    for (size_t i = 0; i < a->word_count; i++) {
        a->words[i].alternatives = row;
        row += a->words[i].count;
    }
    *words = a->words;
    *count = a->word_count;
    return BON_OK;
}
