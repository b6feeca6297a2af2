/* src/lm/config.h: config.json: what a model is, in the words of Hugging Face's transformers. */
#ifndef BON_SRC_LM_CONFIG_H
#define BON_SRC_LM_CONFIG_H

#include "bon/lm.h"

/* Writes it, atomically; `type` is what transformers calls the values' type ("float32"). */
bon_status bon_config_write(const char *path, const bon_transformer_config *config, const char *type);

#endif
