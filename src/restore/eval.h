/* src/restore/eval.h: how well a restorer does: strip the marks of good text, restore it, compare.
 *
 * What is counted are letter runs (maximal runs of Unicode letters) and every single character outside ASCII that is neither
 * letter, digit nor blank (a quotation mark, a dash, an emoji: always right); numbers and ASCII signs are not. Good text is
 * taken in NFC with old tone placement; a run is right when it has the same letters and marks, hòa and hoà being the same.
 */
#ifndef BON_SRC_RESTORE_EVAL_H
#define BON_SRC_RESTORE_EVAL_H

#include <stdbool.h>

#include "bon/restore.h"

struct bon_eval_totals {
    uint64_t syllables, correct; /* of what is counted */
    uint64_t lines, lines_correct;
    double seconds; /* of the processor, in bon_restore alone */
};

struct bon_eval;

/* An evaluation over a session, which must outlive it. For one thread. */
bon_status bon_eval_open(struct bon_eval **out, bon_restore_session *session);
void bon_eval_close(struct bon_eval *eval);
/* Adds lines of good text to *totals. `name` and `first_line` serve messages: BON_ERR_DATA when restoring changed more than
 * marks. */
bon_status bon_eval_add(struct bon_eval *eval, const char *text, size_t n, const char *name, uint64_t first_line,
                        struct bon_eval_totals *totals);

/* Share of right ones, and the half width of its 95 % interval (normal approximation), both in percent; 0 of nothing. */
double bon_eval_accuracy(const struct bon_eval_totals *totals);
double bon_eval_interval(const struct bon_eval_totals *totals);

/* The next counted piece at or after *pos: its bytes, and *pos behind it. False at the end. */
bool bon_eval_next(const char *text, size_t n, size_t *pos, size_t *start, size_t *len);

#endif
