/* src/lm/model.h: a model for inference: the weights of a folder with config.json and model.safetensors, as 32-bit floats or as
 * 8-bit integers with a scale a row. */
#ifndef BON_SRC_LM_MODEL_H
#define BON_SRC_LM_MODEL_H

#include "lm/graph.h"

/* A parameter: rows x cols, of one kind or the other. */
struct bon_matrix {
    const float *reals; /* NULL: 8-bit, value = code * scale of the row */
    const int8_t *codes;
    const float *scales;
    size_t rows, cols;
};

struct bon_model {
    bon_transformer_config config;
    bon_device *device; /* params are declared only: names and shapes */
    bon_params *params;
    bon_graph *graph;
    struct bon_matrix *matrices; /* one a parameter */
    float *reals;                /* what they point into */
    int8_t *codes;
    size_t bytes; /* of both */
};

bon_status bon_model_open(struct bon_model *model, const char *folder);
void bon_model_close(struct bon_model *model);
/* The parameter of a name; `format` may have one %u, the layer. The model has it: both come from bon_transformer_build. */
const struct bon_matrix *bon_model_find(const struct bon_model *model, const char *format, unsigned layer);
/* Makes a model of floats one of 8-bit integers, the same as if it had been written as that and read. On failure it stays as it was. */
bon_status bon_model_round(struct bon_model *model);
/* Writes a model of floats as 8-bit integers. */
bon_status bon_model_write_int8(const struct bon_model *model, const char *path);

#endif
