/* src/ime/english.c: words whose keys spell Vietnamese and English alike: test or tét, bus or bú, has or há.
 *
 * keep.c knows the grammar alone and keeps what is Vietnamese. Here the model is asked which of the two it would rather see
 * behind the words before; the keys have to be far likelier, because marks that are typed are meant.
 */
#include <string.h>

#include "base/buf.h"
#include "ime/predict.h"
#include "restore/fold.h"
#include "restore/session.h"

/* log10 by which the keys must be likelier. Found on development text: of 160,000 words with marks none is lost; by 1.5 two are, by 1.0 four. */
#define ENGLISH_MARGIN 2.0F

enum { LOOK_BACK = 64 }; /* bytes before the word that are looked at: more than the model's order */

/* The model's state behind the last words of the context and the window; their tokens in `folded`, one after the other. */
static bool read_before(const struct ime_window *window, bon_buf *folded, bon_lm_state *state) {
    const bon_lm *lm = bon_restorer_lm(window->restore->restorer);
    char line[LOOK_BACK + IME_PARTS * (IME_SHOWN_MAX + 1)];
    size_t n = window->context_len < LOOK_BACK ? window->context_len : LOOK_BACK, pos = 0;
    bon_token token;
    const char *context = window->context + window->context_len - n;
    if (n < window->context_len)
        for (; n > 0 && *context != ' '; n--) context++;
    if (n) memcpy(line, context, n);
    for (unsigned i = 0; i < window->count; i++) {
        const struct ime_part *part = &window->parts[i];
        if (i > 0) line[n++] = ' ';
        memcpy(line + n, part->text, part->text_len);
        n += part->text_len;
    }
    if (n < window->context_len)
        bon_lm_state_empty(state);
    else
        bon_lm_state_begin(lm, state);
    while (bon_token_next(line, n, &pos, &token)) {
        bon_lm_state next;
        folded->len = 0;
        if (bon_fold_token(line, &token, folded) != BON_OK) return false;
        bon_lm_score(lm, state, bon_lm_word(lm, folded->data, folded->len), &next, NULL);
        *state = next;
    }
    return true;
}

static float score(const bon_lm *lm, const bon_lm_state *state, uint32_t word) {
    bon_lm_state next;
    return bon_lm_score(lm, state, word, &next, NULL);
}

static uint32_t number_of(const bon_lm *lm, bon_buf *folded, const char *text, size_t n) {
    folded->len = 0;
    return bon_fold_word(text, n, folded) == BON_OK ? bon_lm_word(lm, folded->data, folded->len) : BON_LM_UNK;
}

bool bon_ime_window_means_keys(struct ime_window *window, const struct ime_part *part) {
    const bon_lm *lm = bon_restorer_lm(window->restore->restorer);
    bon_lm_state state;
    for (unsigned i = 0; i < part->key_count; i++)
        if (!ime_is_letter((unsigned char)part->keys[i])) return false;
    uint32_t english = number_of(lm, &window->plain, part->keys, part->key_count);
    if (english <= BON_LM_EOS) return false; /* most words end here: tieengs is in no model */
    uint32_t vietnamese = number_of(lm, &window->plain, part->typed, part->typed_len);
    if (!read_before(window, &window->plain, &state)) return false;
    return score(lm, &state, english) - score(lm, &state, vietnamese) > ENGLISH_MARGIN;
}
