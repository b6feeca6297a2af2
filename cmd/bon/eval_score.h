/* cmd/bon/eval_score.h: the loss of a model on texts, by the graph that trains (32-bit weights, any device) or by the decoder
 * (8-bit weights). */
#ifndef BON_CMD_EVAL_SCORE_H
#define BON_CMD_EVAL_SCORE_H

#include "bon/lm.h"

struct scorer;

/* folder: config.json and model.safetensors. `device` "cpu" or "cuda". */
bon_status scorer_open(struct scorer **out, const char *folder, const char *device, unsigned threads);
void scorer_close(struct scorer *scorer);
const bon_transformer_config *scorer_config(const struct scorer *scorer);
const char *scorer_name(const struct scorer *scorer);
/* Adds a text of n ids (at most the context + 1): its ids from number `from` (at least 1) on are predicted from those before. */
bon_status scorer_add(struct scorer *scorer, const uint32_t *ids, size_t n, size_t from);
/* What was added since the last call: the sum of losses in nats, and how many ids were predicted. */
bon_status scorer_take(struct scorer *scorer, double *nats, uint64_t *predicted);

#endif
