/* src/restore/neural_teacher.h: a larger network that a smaller one learns from (Hinton, Vinyals & Dean 2015).
 *
 * In place of the label that stands in the text, the small one is given one drawn from what the large one thinks of the same
 * window: on average that is the gradient towards all of the large one's probabilities, without a loss of its own.
 */
#ifndef BON_SRC_RESTORE_NEURAL_TEACHER_H
#define BON_SRC_RESTORE_NEURAL_TEACHER_H

#include "restore/neural_file.h"

struct bon_neural_teacher;

/* Reads the weights of the newest checkpoint of a folder of training. */
bon_status bon_neural_weights_read(const char *folder, bon_params *params);

/* Opens the newest checkpoint of a folder of training for windows of `rows` positions together, the first `both` of them read both ways. BON_ERR_ARGUMENT when it has
 * another vocabulary than `words`. The device outlives it. */
bon_status bon_neural_teacher_open(struct bon_neural_teacher **out, const char *folder, bon_device *device,
                                   const struct bon_neural_words *words, size_t rows, size_t both);
void bon_neural_teacher_close(struct bon_neural_teacher *teacher);
/* Replaces `share` of the labels that are not -1, drawn by seed and number of the batch. The arrays are those of the network's
 * inputs, for all rows. */
bon_status bon_neural_teacher_draw(struct bon_neural_teacher *teacher, const int32_t *ids, const int32_t *gates,
                                   const int32_t *starts, double share, uint64_t seed, uint64_t batch, int32_t *labels);

#endif
