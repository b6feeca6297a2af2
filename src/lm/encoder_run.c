/* src/lm/encoder_run.c: the layers of an encoder over the positions of one text. What is added to the residual, norms and attention
 * are floats; the inputs of products become codes row by row. See encoder_run.h. */
#include "lm/encoder_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lm/cpu/blas.h"

/* ---- the net ---- */

/* Whether all codes have 7 bits: from -64 to 63, those stay below 128 when 64 is added. */
static bool are_narrow(const int8_t *codes, size_t n) {
    uint8_t bits = 0;
    for (size_t i = 0; i < n; i++) bits |= (uint8_t)(codes[i] + BON_GEMM8_MOST + 1);
    return bits < 128;
}

/* What BON_GEMM8_ZERO in every place of x gives. */
static bon_status fill_extra(const struct bon_encoder_net *net, int32_t *extra, const struct bon_encoder_matrix *m) {
    if (!are_narrow(m->codes, m->rows * m->cols))
        return bon_fail(BON_ERR_FORMAT, "a matrix has codes of more than 7 bits: the weights are damaged");
    uint8_t *zeros = bon_alloc_array(m->cols, 1);
    if (!zeros) return BON_ERR_NOMEM;
    memset(zeros, BON_GEMM8_ZERO, m->cols);
    for (size_t row = 0; row < m->rows; row += BON_GEMM8_ROWS)
        net->gemm->block(zeros, 1, m->codes + row * m->cols, m->cols, extra + row);
    free(zeros);
    return BON_OK;
}

static bon_status find_matrices(struct bon_encoder_net *net, bool floats, const int8_t *codes, const float *scales,
                                const float *reals, struct bon_encoder_part *parts) {
    const size_t count = bon_encoder_part_count(&net->config);
    net->sizes = bon_encoder_parts(&net->config, floats, parts);
    if (!(net->matrices = bon_alloc_zeroed(count, sizeof *net->matrices))) return BON_ERR_NOMEM;
    if (!(net->extra = bon_alloc_zeroed(net->sizes.scales, sizeof *net->extra))) return BON_ERR_NOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct bon_encoder_part *part = &parts[i];
        struct bon_encoder_matrix *m = &net->matrices[i];
        *m = (struct bon_encoder_matrix){.rows = part->rows, .cols = part->cols};
        if (part->kind == BON_ENCODER_REALS) {
            m->reals = reals + part->reals;
            continue;
        }
        m->codes = codes + part->codes;
        m->scales = scales + part->scales;
        m->extra = net->extra + part->scales;
        if (part->kind == BON_ENCODER_MATRIX) BON_TRY(fill_extra(net, net->extra + part->scales, m));
    }
    return BON_OK;
}

/* As bon_rope. */
static bon_status fill_angles(struct bon_encoder_net *net) {
    const size_t half = net->config.heads.dim / 2;
    if (!(net->angles = bon_alloc_array(net->positions * 2 * half, sizeof *net->angles))) return BON_ERR_NOMEM;
    for (size_t c = 0; c < half; c++) {
        const double turn = pow((double)net->config.theta, -(double)c / (double)half);
        for (size_t position = 0; position < net->positions; position++) {
            float *pair = net->angles + (position * half + c) * 2;
            pair[0] = (float)cos((double)position * turn), pair[1] = (float)sin((double)position * turn);
        }
    }
    return BON_OK;
}

bon_status bon_encoder_net_open(struct bon_encoder_net *net, const struct bon_encoder_config *config, bool floats,
                                const int8_t *codes, const float *scales, const float *reals,
                                const struct bon_gemm8_kernel *gemm, const struct bon_encoder_rows *rows) {
    *net = (struct bon_encoder_net){.config = *config,
                                    .positions = config->context < BON_ENCODER_POSITIONS ? config->context
                                                                                         : BON_ENCODER_POSITIONS,
                                    .gemm = gemm ? gemm : bon_gemm8_best(),
                                    .rows = rows ? rows : bon_encoder_rows_best()};
    struct bon_encoder_part *parts = bon_alloc_array(bon_encoder_part_count(config), sizeof *parts);
    bon_status status = parts ? find_matrices(net, floats, codes, scales, reals, parts) : BON_ERR_NOMEM;
    if (status == BON_OK) status = fill_angles(net);
    free(parts);
    if (status != BON_OK) bon_encoder_net_close(net);
    return status;
}

void bon_encoder_net_close(struct bon_encoder_net *net) {
    free(net->matrices);
    free(net->extra);
    free(net->angles);
    *net = (struct bon_encoder_net){.matrices = NULL};
}

/* ---- a reader ---- */

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static bon_status allocate(struct bon_encoder_reader *r) {
    const struct bon_encoder_config *c = &r->net->config;
    const size_t n = r->net->positions, widest = larger(c->width, c->hidden);
    const size_t inner = larger(3 * (size_t)c->width, 2 * (size_t)c->hidden);
    const size_t padded = (n + BON_ENCODER_PAD - 1) / BON_ENCODER_PAD * BON_ENCODER_PAD;
    if (!(r->x = bon_alloc_array(n * c->width, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(r->h = bon_alloc_array(n * widest, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(r->inner = bon_alloc_array(n * inner, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(r->turned = bon_alloc_array(padded * c->heads.dim, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(r->scores = bon_alloc_array(padded * 4, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(r->x_scales = bon_alloc_array(n, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(r->gated = bon_alloc_array(c->width, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(r->codes = bon_alloc_array(n * widest, sizeof *r->codes))) return BON_ERR_NOMEM;
    return (r->sums = bon_alloc_array(n * BON_GEMM8_ROWS, sizeof *r->sums)) ? BON_OK : BON_ERR_NOMEM;
}

bon_status bon_encoder_reader_open(struct bon_encoder_reader *reader, const struct bon_encoder_net *net) {
    *reader = (struct bon_encoder_reader){.net = net};
    const bon_status status = allocate(reader);
    if (status != BON_OK) bon_encoder_reader_close(reader);
    return status;
}

void bon_encoder_reader_close(struct bon_encoder_reader *r) {
    void *const parts[] = {r->x, r->h, r->inner, r->turned, r->scores, r->x_scales, r->gated, r->codes, r->sums};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) free(parts[i]);
    *r = (struct bon_encoder_reader){.net = NULL};
}

/* ---- products: y = x matrix^T (+ y) ---- */

static void multiply_codes(struct bon_encoder_reader *r, float *y, const float *x, const struct bon_encoder_matrix *m,
                           bool add) {
    for (size_t i = 0; i < r->n; i++)
        r->net->rows->quantize(x + i * m->cols, m->cols, r->codes + i * m->cols, &r->x_scales[i]);
    for (size_t row = 0; row < m->rows; row += BON_GEMM8_ROWS) {
        r->net->gemm->block(r->codes, r->n, m->codes + row * m->cols, m->cols, r->sums);
        r->net->rows->unscale(&(struct bon_unscale){.sums = r->sums,
                                                    .extra = m->extra + row,
                                                    .scales = m->scales + row,
                                                    .x_scales = r->x_scales,
                                                    .y = y + row,
                                                    .n = r->n,
                                                    .stride = m->rows,
                                                    .add = add});
    }
}

static void multiply_reals(struct bon_encoder_reader *r, float *y, const float *x, const struct bon_encoder_matrix *m,
                           bool add) {
    const struct bon_blas *blas = bon_blas_load();
    if (blas->sgemm) {
        blas->sgemm(BON_BLAS_ROW_MAJOR, BON_BLAS_PLAIN, BON_BLAS_TRANSPOSED, (int)r->n, (int)m->rows, (int)m->cols, 1,
                    x, (int)m->cols, m->reals, (int)m->cols, add ? 1 : 0, y, (int)m->rows);
        return;
    }
    for (size_t i = 0; i < r->n; i++)
        for (size_t row = 0; row < m->rows; row++) {
            const float value = r->net->rows->dot(x + i * m->cols, m->reals + row * m->cols, m->cols);
            y[i * m->rows + row] = add ? y[i * m->rows + row] + value : value;
        }
}

static void multiply(struct bon_encoder_reader *r, float *y, const float *x, const struct bon_encoder_matrix *m,
                     bool add) {
    (m->codes ? multiply_codes : multiply_reals)(r, y, x, m, add);
}

/* ---- layers ---- */

static void norm_rows(const struct bon_encoder_reader *r, const struct bon_encoder_matrix *weight) {
    const size_t width = weight->cols;
    for (size_t i = 0; i < r->n; i++)
        r->net->rows->norm(r->h + i * width, r->x + i * width, weight->reals, width, r->net->config.epsilon);
}

/* QK-norm and rotary positions of one head. */
static void turn(const struct bon_encoder_net *net, float *head, const float *weight, size_t position) {
    const size_t dim = net->config.heads.dim, half = dim / 2;
    const float *pairs = net->angles + position * dim;
    net->rows->norm(head, head, weight, dim, net->config.epsilon);
    for (size_t c = 0; c < half; c++) {
        const float cosine = pairs[2 * c], sine = pairs[2 * c + 1], a = head[c], b = head[c + half];
        head[c] = a * cosine - b * sine;
        head[c + half] = b * cosine + a * sine;
    }
}

/* Queries, keys and values in r->inner -> what each position takes from the others, in r->h. */
static void attend(struct bon_encoder_reader *r, const struct bon_encoder_matrix *layer, bool causal) {
    const struct bon_encoder_net *net = r->net;
    const size_t width = net->config.width, dim = net->config.heads.dim, stride = 3 * width;
    for (size_t i = 0; i < r->n; i++)
        for (size_t at = 0; at < width; at += dim) {
            turn(net, r->inner + i * stride + at, layer[BON_PART_QUERY_NORM].reals, i);
            turn(net, r->inner + i * stride + width + at, layer[BON_PART_KEY_NORM].reals, i);
        }
    for (size_t at = 0; at < width; at += dim)
        net->rows->attend(&(struct bon_attend){.queries = r->inner + at,
                                               .keys = r->inner + width + at,
                                               .values = r->inner + 2 * width + at,
                                               .out = r->h + at,
                                               .n = r->n,
                                               .dim = dim,
                                               .stride = stride,
                                               .out_stride = width,
                                               .causal = causal,
                                               .turned = r->turned,
                                               .scores = r->scores});
}

static void run_layer(struct bon_encoder_reader *r, const struct bon_encoder_matrix *layer, bool causal) {
    const size_t hidden = r->net->config.hidden;
    norm_rows(r, &layer[BON_PART_NORM1]);
    multiply(r, r->inner, r->h, &layer[BON_PART_QKV], false);
    attend(r, layer, causal);
    multiply(r, r->x, r->h, &layer[BON_PART_OUT], true);
    norm_rows(r, &layer[BON_PART_NORM2]);
    multiply(r, r->inner, r->h, &layer[BON_PART_UP], false);
    for (size_t i = 0; i < r->n; i++) {
        const float *gate = r->inner + i * 2 * hidden;
        r->net->rows->swiglu(r->h + i * hidden, gate, gate + hidden, hidden);
    }
    multiply(r, r->x, r->h, &layer[BON_PART_DOWN], true);
}

/* Adds a row of a table. */
static void add_row(const struct bon_encoder_matrix *table, size_t row, float *x) {
    const size_t at = row * table->cols;
    for (size_t k = 0; k < table->cols; k++)
        x[k] += table->reals ? table->reals[at + k] : (float)table->codes[at + k] * table->scales[row];
}

void bon_encoder_read(struct bon_encoder_reader *r, const int32_t *ids, size_t n, bool causal) {
    const struct bon_encoder_net *net = r->net;
    const struct bon_encoder_matrix *layer = net->matrices + BON_ENCODER_FRONT;
    const size_t width = net->config.width, bag = net->config.bag;
    r->n = n;
    memset(r->x, 0, n * width * sizeof *r->x);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < bag; k++)
            add_row(&net->matrices[BON_PART_FEATURES], (size_t)ids[i * bag + k], r->x + i * width);
    for (unsigned i = 0; i < net->config.layers; i++, layer += BON_ENCODER_LAYER) run_layer(r, layer, causal);
    norm_rows(r, &layer[BON_PART_NORM]);
}

/* ---- heads, where somebody asks ---- */

static const struct bon_encoder_matrix *behind(const struct bon_encoder_net *net, size_t part) {
    return net->matrices + BON_ENCODER_FRONT + (size_t)net->config.layers * BON_ENCODER_LAYER + part;
}

void bon_encoder_labels(const struct bon_encoder_reader *r, size_t i, size_t gate, const uint8_t *labels, size_t count,
                        float *scores) {
    const struct bon_encoder_matrix *heads = behind(r->net, BON_PART_LABELS);
    const size_t width = heads->cols;
    memset(r->gated, 0, width * sizeof *r->gated);
    add_row(&r->net->matrices[BON_PART_GATES], gate, r->gated);
    for (size_t k = 0; k < width; k++) r->gated[k] *= r->h[i * width + k];
    for (size_t k = 0; k < count; k++) scores[k] = r->net->rows->dot(r->gated, heads->reals + labels[k] * width, width);
}

void bon_encoder_splits(const struct bon_encoder_reader *r, size_t i, float *scores) {
    const struct bon_encoder_matrix *heads = behind(r->net, BON_PART_SPLITS);
    const size_t width = heads->cols;
    for (size_t k = 0; k < heads->rows; k++)
        scores[k] = r->net->rows->dot(r->h + i * width, heads->reals + k * width, width);
}
