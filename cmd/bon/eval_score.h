/* cmd/bon/eval_score.h: the loss of a model on texts, by the graph that trains (floats, any device) or by the decoder (8-bit
 * integers). */
#ifndef BON_CMD_EVAL_SCORE_H
#define BON_CMD_EVAL_SCORE_H

#include "bon/lm.h"

struct scorer;

enum scorer_precision { SCORER_AUTO /* as the weights are */, SCORER_F32, SCORER_F64, SCORER_BF16, SCORER_INT8 };

struct scorer_options {
    const char *device; /* "cpu" or "cuda" */
    enum scorer_precision precision;
    unsigned threads;
};

/* folder: config.json and model.safetensors. */
bon_status scorer_open(struct scorer **out, const char *folder, const struct scorer_options *options);
void scorer_close(struct scorer *scorer);
const bon_transformer_config *scorer_config(const struct scorer *scorer);
const char *scorer_name(const struct scorer *scorer);
/* Adds a text of n ids (at most the context + 1): its ids from number `from` (at least 1) on are predicted from those before. */
bon_status scorer_add(struct scorer *scorer, const uint32_t *ids, size_t n, size_t from);
/* What was added since the last call: the sum of losses in nats, and how many ids were predicted. */
bon_status scorer_take(struct scorer *scorer, double *nats, uint64_t *predicted);

#endif
