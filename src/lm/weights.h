/* src/lm/weights.h: weights in files, as one flat vector laid out as the parameters are. */
#ifndef BON_SRC_LM_WEIGHTS_H
#define BON_SRC_LM_WEIGHTS_H

#include "lm/graph.h"
#include "lm/safetensors.h"

/* Writes them under Hugging Face's names; values NULL: those of params. */
bon_status bon_weights_write(const bon_params *params, const float *values, enum bon_st_type type, const char *path);
/* Reads them; params need only be declared. */
bon_status bon_weights_read(const bon_params *params, const struct bon_st_file *file, const char *path, float *values);

#endif
