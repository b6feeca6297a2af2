/* src/lm/encoder.h: a transformer that reads both ways (as BERT: Devlin et al. 2019) and labels every position: the restorer's
 * network. Layers are those of Qwen3 without the causal mask.
 *
 *     x      = sum of the rows of `features` that the position's ids name
 *     x      = layers(x)                                          each position sees its whole text
 *     labels = (norm(x) * gates[gate]) heads^T + priors[gate]
 *     splits = norm(x) splits^T
 *
 * A gate is what a position may be: for the restorer its plain form. It scales the values that the label heads read, so that a
 * label means something else for every gate at the cost of a row, not of a head, each: the score of label l at gate g is the
 * sum over d of heads[l][d] gates[g][d] norm(x)[d], a table of candidates factored by rank (Hitchcock 1927). Priors are log
 * probabilities that training begins with; labels that a gate has not are so unlikely there that they do not matter.
 */
#ifndef BON_SRC_LM_ENCODER_H
#define BON_SRC_LM_ENCODER_H

#include "bon/lm.h"

struct bon_encoder_config {
    unsigned layers, width;
    bon_heads heads;
    unsigned hidden;
    unsigned features, bag; /* rows of the table; ids a position */
    unsigned gates;
    unsigned labels, splits;
    unsigned context; /* longest text in positions */
    float theta, epsilon;
};

struct bon_encoder {
    bon_tensor *ids;    /* input, rows x bag */
    bon_tensor *gates;  /* input, rows x 1 */
    bon_tensor *starts; /* input */
    bon_tensor *labels; /* rows x labels */
    bon_tensor *splits; /* rows x splits */
};

/* Names of the parameters outside the layers; those have Qwen3's. */
#define BON_ENCODER_FEATURES "features.weight"
#define BON_ENCODER_NORM "norm.weight"
#define BON_ENCODER_GATES "gates.weight"
#define BON_ENCODER_PRIORS "priors.weight"
#define BON_ENCODER_LABELS "labels.weight"
#define BON_ENCODER_SPLITS "splits.weight"

/* "tiny" 4 x 192, "small" 6 x 256, "base" 8 x 384, "large" 12 x 768; the tables' sizes are left 0. */
bon_status bon_encoder_preset(struct bon_encoder_config *config, const char *name);
/* Whether all sizes are in range and fit each other: what comes from a file is not believed. */
bool bon_encoder_fits(const struct bon_encoder_config *config);
/* As bon_transformer_build. The first `both` rows are texts that are read both ways; of the others a position sees what is before it. */
void bon_encoder_build(struct bon_encoder *model, bon_graph *graph, const struct bon_encoder_config *config,
                       size_t rows, size_t both);
/* Floating-point operations of training on one position: 6 a weight that is multiplied, 12 layers context width. */
double bon_encoder_flops(const struct bon_encoder_config *config);
/* config.json of a checkpoint, for readers; written atomically. */
bon_status bon_encoder_config_write(const char *path, const struct bon_encoder_config *config);

#endif
