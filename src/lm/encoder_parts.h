/* src/lm/encoder_parts.h: an encoder's weights as three runs of numbers: 8-bit codes, scales of their rows, and floats. What is
 * multiplied with many positions is packed as lm/gemm8.h wants it, tables are kept row by row; norms and heads stay floats.
 * docs/bonnn-format.md has the order.
 */
#ifndef BON_SRC_LM_ENCODER_PARTS_H
#define BON_SRC_LM_ENCODER_PARTS_H

#include "lm/encoder.h"

enum bon_encoder_part_kind {
    BON_ENCODER_TABLE,  /* rows are looked up: codes row by row */
    BON_ENCODER_MATRIX, /* codes packed */
    BON_ENCODER_REALS   /* floats in any case */
};

/* A parameter and where it is in each run. */
struct bon_encoder_part {
    const char *name; /* has one %u, the layer, if it is a layer's */
    unsigned layer;
    enum bon_encoder_part_kind kind;
    size_t rows, cols;
    size_t codes, scales, reals;
};

/* Parts in their order: two tables, BON_ENCODER_LAYER a layer, three that are behind the layers. */
enum { BON_ENCODER_FRONT = 2, BON_ENCODER_LAYER = 8, BON_ENCODER_BACK = 3 };
enum { BON_PART_FEATURES, BON_PART_GATES };
enum {
    BON_PART_NORM1,
    BON_PART_QKV,
    BON_PART_QUERY_NORM,
    BON_PART_KEY_NORM,
    BON_PART_OUT,
    BON_PART_NORM2,
    BON_PART_UP,
    BON_PART_DOWN
};
enum { BON_PART_NORM, BON_PART_LABELS, BON_PART_SPLITS };

struct bon_encoder_sizes {
    size_t codes, scales, reals; /* items */
};

size_t bon_encoder_part_count(const struct bon_encoder_config *config);
/* Fills in all parts; floats: nothing has codes. */
struct bon_encoder_sizes bon_encoder_parts(const struct bon_encoder_config *config, bool floats,
                                           struct bon_encoder_part *parts);
/* Whether the sizes of an encoder (bon_encoder_fits) are such that its matrices can be packed. */
bool bon_encoder_packs(const struct bon_encoder_config *config);

/* Weights in this form. */
struct bon_encoder_packed {
    struct bon_encoder_sizes sizes;
    int8_t *codes;
    float *scales, *reals;
    float *priors; /* gates x labels, which are not among the parts */
};

/* From parameters that bon_encoder_build declared; values: the flat vector that they are laid out in. */
bon_status bon_encoder_pack(struct bon_encoder_packed *packed, const struct bon_encoder_config *config,
                            const bon_params *params, const float *values, bool floats);
/* From a file of a checkpoint, model.safetensors. */
bon_status bon_encoder_pack_file(struct bon_encoder_packed *packed, const struct bon_encoder_config *config,
                                 const char *path, bool floats);
void bon_encoder_packed_free(struct bon_encoder_packed *packed);

#endif
