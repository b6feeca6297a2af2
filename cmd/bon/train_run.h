/* cmd/bon/train_run.h: what commands that train have in common: their folder, and how they are stopped. */
#ifndef BON_CMD_TRAIN_RUN_H
#define BON_CMD_TRAIN_RUN_H

#include <limits.h>

#include "bon/lm.h"

/* FOLDER/NAME. */
bon_status train_path(char path[PATH_MAX], const char *folder, const char *name);
/* Makes the folder if it is missing. One with checkpoints is only gone on with when that is asked. */
bon_status train_folder_check(const char *folder, bool resume);
/* From now on the first SIGTERM, SIGINT or SIGHUP ends the run with a checkpoint, the second at once. */
void train_stop_on_signals(void);
/* Whether one came; bon_train_options' stop. */
bool train_stop_asked(void *user);

#endif
