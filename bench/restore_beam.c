/* bench/restore_beam.c: what pruning the search loses: accuracy with the widest beam, no threshold and all choices, less accuracy with
 * the defaults, in points.
 *   restore_beam MODEL FILE */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "restore/eval.h"
#include "restore/session.h"

static void check(bon_status status) {
    if (status == BON_OK) return;
    fprintf(stderr, "restore_beam: %s\n", bon_error_message());
    exit(1);
}

static bon_buf read_file(const char *path) {
    bon_buf text = {0};
    check(bon_file_read(path, SIZE_MAX, &text));
    return text;
}

static double accuracy(const bon_restorer *restorer, const bon_buf *text, bool wide) {
    const bon_restore_options options = {.beam = wide ? BON_RESTORE_BEAM_MAX : 0};
    bon_restore_session *session;
    struct bon_eval *eval;
    struct bon_eval_totals totals = {0};
    check(bon_restore_session_open(&session, restorer, &options));
    if (wide) {
        session->trellis.threshold = HUGE_VAL;
        session->least = HUGE_VALF;
    }
    check(bon_eval_open(&eval, session));
    check(bon_eval_add(eval, text->data, text->len, "the text", 1, &totals));
    bon_eval_close(eval);
    bon_restore_session_close(session);
    return bon_eval_accuracy(&totals);
}

int main(int count, char **arguments) {
    bon_restorer *restorer;
    if (count != 3) return 2;
    bon_buf text = read_file(arguments[2]);
    check(bon_restorer_open(&restorer, arguments[1]));
    printf("%.3f\n", accuracy(restorer, &text, true) - accuracy(restorer, &text, false));
    bon_restorer_close(restorer);
    bon_buf_free(&text);
    return 0;
}
