/* cmd/bon/neural_data.h: texts for the training of a neural restorer, read over the pipeline. */
#ifndef BON_CMD_NEURAL_DATA_H
#define BON_CMD_NEURAL_DATA_H

#include "options.h"
#include "restore/neural_text.h"

/* Appends the lines of the files (none: standard input); an exit status. */
int neural_data_read(const struct command *command, const struct shared_args *shared, char *const *paths, int count,
                     bool words, struct bon_neural_text *text);
#endif
