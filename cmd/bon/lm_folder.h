/* cmd/bon/lm_folder.h: where a trained model and its tokenizer are. */
#ifndef BON_CMD_LM_FOLDER_H
#define BON_CMD_LM_FOLDER_H

#include <limits.h>

#include "bon/tokenizer.h"

/* The folder with config.json: `path` itself, or its newest checkpoint when it is the folder of a run. */
bon_status lm_folder_find(const char *path, char folder[PATH_MAX]);
/* The tokenizer of a model: `given` (-t), else tokenizer.json in the folder, else in the one above. */
bon_status lm_folder_tokenizer(const char *folder, const char *given, bon_tokenizer **tokenizer);

#endif
