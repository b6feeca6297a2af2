/* src/restore/neural_beside.c: see neural_beside.h. */
#include "restore/neural_beside.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "restore/letters.h"
#include "restore/session.h"

#define UNLIKELY (-12.0F) /* log probability of what is not among the likeliest */

/* Keeps the likeliest: insertion into a short sorted list. */
static void insert(struct bon_beside *beside, unsigned label, double probability) {
    const double cost = -log(fmax(probability, 1e-12)) * BON_BESIDE_UNIT;
    uint8_t now_label = (uint8_t)label, now = cost < BON_BESIDE_NONE - 1 ? (uint8_t)(cost + 0.5) : BON_BESIDE_NONE - 1;
    for (unsigned i = 0; i < BON_BESIDE_LABELS; i++) {
        if (beside->costs[i] <= now) continue;
        const uint8_t label_then = beside->labels[i], then = beside->costs[i];
        beside->labels[i] = now_label, beside->costs[i] = now;
        now_label = label_then, now = then;
    }
}

static struct bon_beside none(void) {
    struct bon_beside beside;
    memset(beside.labels, 0, sizeof beside.labels);
    memset(beside.costs, BON_BESIDE_NONE, sizeof beside.costs);
    return beside;
}

static struct bon_beside summarize(const bon_restore_session *session, const struct bon_position *position) {
    struct bon_beside beside = none();
    double labels[BON_MARK_LABELS] = {0};
    for (uint32_t c = position->first; c < position->first + position->count; c++) {
        size_t n;
        const char *word = bon_lm_word_text(session->restorer->lm, session->lattice.choices[c].word, &n);
        if (word && n <= BON_WORD_MAX) labels[bon_marks_label(word, n)] += (double)session->confidence[c];
    }
    for (unsigned i = 0; i < BON_MARK_LABELS; i++)
        if (labels[i] > 0) insert(&beside, i, labels[i]);
    return beside;
}

static bon_status visit(bon_restore_session *session, const struct bon_window *window, void *context) {
    for (unsigned i = 0; i < window->positions; i++) {
        const struct bon_position *position = &session->lattice.positions[i];
        if (bon_lattice_is_boundary(&session->lattice, i)) continue;
        const struct bon_beside beside =
            position->letters && position->count > 1 ? summarize(session, position) : none();
        BON_TRY(bon_buf_append(context, &beside, sizeof beside));
    }
    return BON_OK;
}

bon_status bon_beside_line(bon_restore_session *session, const char *line, size_t n, bon_buf *plain, bon_buf *out) {
    plain->len = 0;
    BON_TRY(bon_strip_marks(line, n, plain));
    return plain->len ? bon_session_walk(session, plain->data, plain->len, visit, out) : BON_OK;
}

float bon_beside_score(const struct bon_beside *beside, unsigned label) {
    for (unsigned i = 0; i < BON_BESIDE_LABELS && beside->costs[i] != BON_BESIDE_NONE; i++)
        if (beside->labels[i] == label) return -(float)beside->costs[i] / BON_BESIDE_UNIT;
    return UNLIKELY;
}
