/* src/lm/transformer.h: layers, for models that are made of them. */
#ifndef BON_SRC_LM_TRANSFORMER_H
#define BON_SRC_LM_TRANSFORMER_H

#include "bon/lm.h"

/* A layer of Qwen3 after x; The first `both` rows see their whole text, the others what is before them. Of the config vocabulary and context are not asked. */
bon_tensor *bon_transformer_layer(bon_graph *graph, const bon_transformer_config *config, unsigned layer, bon_tensor *x,
                                  bon_tensor *starts, size_t both);

#endif
