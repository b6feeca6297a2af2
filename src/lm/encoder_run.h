/* src/lm/encoder_run.h: an encoder (encoder.h) for inference: no graph, weights where the file has them, 8-bit products.
 *
 * A net is shared by threads; a reader is one thread's working memory, allocated once.
 */
#ifndef BON_SRC_LM_ENCODER_RUN_H
#define BON_SRC_LM_ENCODER_RUN_H

#include "lm/encoder_parts.h"
#include "lm/encoder_rows.h"

enum { BON_ENCODER_POSITIONS = 128 }; /* of a text at most, or the network's context where that is less */

/* A parameter: floats, or codes and scales of their rows. */
struct bon_encoder_matrix {
    const float *reals;
    const int8_t *codes;
    const float *scales;
    const int32_t *extra; /* of a packed matrix: what BON_GEMM8_ZERO adds to the sums of each row */
    size_t rows, cols;
};

struct bon_encoder_net {
    struct bon_encoder_config config;
    struct bon_encoder_sizes sizes;
    size_t positions; /* of a text at most */
    const struct bon_gemm8_kernel *gemm;
    const struct bon_encoder_rows *rows;
    struct bon_encoder_matrix *matrices; /* as bon_encoder_parts has them */
    int32_t *extra;
    float *angles; /* of rotary positions: cosine and sine */
};

/* Over weights that outlive it, of the sizes that bon_encoder_parts says. NULL kernels: the fastest of this processor.
 * BON_ERR_FORMAT when a packed code has more than 7 bits. */
bon_status bon_encoder_net_open(struct bon_encoder_net *net, const struct bon_encoder_config *config, bool floats,
                                const int8_t *codes, const float *scales, const float *reals,
                                const struct bon_gemm8_kernel *gemm, const struct bon_encoder_rows *rows);
void bon_encoder_net_close(struct bon_encoder_net *net);

struct bon_encoder_reader {
    const struct bon_encoder_net *net;
    float *x, *h, *inner, *turned, *scores, *x_scales, *gated;
    uint8_t *codes;
    int32_t *sums;
    size_t n; /* positions read */
};

bon_status bon_encoder_reader_open(struct bon_encoder_reader *reader, const struct bon_encoder_net *net);
void bon_encoder_reader_close(struct bon_encoder_reader *reader);

/* Reads a text of n positions, at most net->positions; ids: n x bag, each below the number of features. `causal`: each position
 * sees what is before it, not what follows. */
void bon_encoder_read(struct bon_encoder_reader *reader, const int32_t *ids, size_t n, bool causal);
/* Scores of some labels at position i, which may be what `gate` is; without priors. */
void bon_encoder_labels(const struct bon_encoder_reader *reader, size_t i, size_t gate, const uint8_t *labels,
                        size_t count, float *scores);
/* The scores of position i in the second head. */
void bon_encoder_splits(const struct bon_encoder_reader *reader, size_t i, float *scores);

#endif
