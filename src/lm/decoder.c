/* src/lm/decoder.c: the transformer once more, for inference: no graph, no gradients; keys and values of earlier tokens are kept,
 * so that a token costs one pass over the weights (docs/lm.md, "Inference").
 *
 * Tokens are fed in batches of rows. A product is cut into blocks of its matrix's rows, attention into heads of tokens; what a
 * block computes does not depend on threads.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/pipeline.h"
#include "lm/cpu/blas.h"
#include "lm/cpu/pool.h"
#include "lm/dot.h"
#include "lm/model.h"

enum { BATCH = 64, BLOCK = 64, THREADS_MAX = 256 }; /* tokens at once; rows of a matrix a task */

/* A layer's matrices; biases are NULL in Qwen3, norms of heads in GPT-2. */
struct layer {
    const struct bon_matrix *norm1, *norm1_bias, *qkv, *qkv_bias, *query_norm, *key_norm, *out, *out_bias;
    const struct bon_matrix *norm2, *norm2_bias, *up, *up_bias, *down, *down_bias;
};

struct bon_decoder {
    struct bon_model model;
    struct layer *layers;
    const struct bon_matrix *words, *places, *norm, *norm_bias;
    const struct bon_dot_kernel *dot;
    char name[64];
};

struct bon_decoding {
    const bon_decoder *decoder;
    struct bon_pool *pool;
    const struct bon_blas *blas;
    unsigned threads;
    size_t length;
    float *keys, *values;       /* layers x context x (heads of keys * dim) */
    float *x, *h, *qkv, *inner; /* rows of a batch */
    float *scores;              /* context values a thread */
    int8_t *codes;              /* of the input of a product */
    float *scales;
};

/* ---- opening a model ---- */

#define QWEN3(part) "model.layers.%u." part ".weight"
#define GPT2(part) "transformer.h.%u." part

static void find_qwen3(const struct bon_model *m, unsigned i, struct layer *layer) {
    layer->norm1 = bon_model_find(m, QWEN3("input_layernorm"), i);
    layer->qkv = bon_model_find(m, QWEN3("self_attn.qkv_proj"), i);
    layer->query_norm = bon_model_find(m, QWEN3("self_attn.q_norm"), i);
    layer->key_norm = bon_model_find(m, QWEN3("self_attn.k_norm"), i);
    layer->out = bon_model_find(m, QWEN3("self_attn.o_proj"), i);
    layer->norm2 = bon_model_find(m, QWEN3("post_attention_layernorm"), i);
    layer->up = bon_model_find(m, QWEN3("mlp.gate_up_proj"), i);
    layer->down = bon_model_find(m, QWEN3("mlp.down_proj"), i);
}

static void find_gpt2(const struct bon_model *m, unsigned i, struct layer *layer) {
    layer->norm1 = bon_model_find(m, GPT2("ln_1.weight"), i);
    layer->norm1_bias = bon_model_find(m, GPT2("ln_1.bias"), i);
    layer->qkv = bon_model_find(m, GPT2("attn.c_attn.weight"), i);
    layer->qkv_bias = bon_model_find(m, GPT2("attn.c_attn.bias"), i);
    layer->out = bon_model_find(m, GPT2("attn.c_proj.weight"), i);
    layer->out_bias = bon_model_find(m, GPT2("attn.c_proj.bias"), i);
    layer->norm2 = bon_model_find(m, GPT2("ln_2.weight"), i);
    layer->norm2_bias = bon_model_find(m, GPT2("ln_2.bias"), i);
    layer->up = bon_model_find(m, GPT2("mlp.c_fc.weight"), i);
    layer->up_bias = bon_model_find(m, GPT2("mlp.c_fc.bias"), i);
    layer->down = bon_model_find(m, GPT2("mlp.c_proj.weight"), i);
    layer->down_bias = bon_model_find(m, GPT2("mlp.c_proj.bias"), i);
}

static void find_all(bon_decoder *d) {
    const struct bon_model *m = &d->model;
    const bool gpt2 = m->config.architecture == BON_GPT2;
    for (unsigned i = 0; i < m->config.layers; i++) (gpt2 ? find_gpt2 : find_qwen3)(m, i, &d->layers[i]);
    d->words = bon_model_find(m, gpt2 ? "transformer.wte.weight" : "model.embed_tokens.weight", 0);
    d->places = gpt2 ? bon_model_find(m, "transformer.wpe.weight", 0) : NULL;
    d->norm = bon_model_find(m, gpt2 ? "transformer.ln_f.weight" : "model.norm.weight", 0);
    d->norm_bias = gpt2 ? bon_model_find(m, "transformer.ln_f.bias", 0) : NULL;
}

static void name(bon_decoder *d) {
    if (d->model.codes)
        snprintf(d->name, sizeof d->name, "8-bit weights, %s", d->dot->name);
    else
        snprintf(d->name, sizeof d->name, "32-bit weights, %s", bon_blas_load()->name);
}

bon_status bon_decoder_open(bon_decoder **out, const char *folder) {
    bon_decoder *d = bon_alloc_zeroed(1, sizeof *d);
    if (!d) return BON_ERR_NOMEM;
    bon_status status = bon_model_open(&d->model, folder);
    if (status == BON_OK && !(d->layers = bon_alloc_zeroed(d->model.config.layers, sizeof *d->layers)))
        status = BON_ERR_NOMEM;
    if (status != BON_OK) {
        bon_decoder_close(d);
        return status;
    }
    find_all(d);
    d->dot = bon_dot_best();
    name(d);
    *out = d;
    return BON_OK;
}

bon_status bon_decoder_round(bon_decoder *d) {
    BON_TRY(bon_model_round(&d->model));
    name(d);
    return BON_OK;
}

void bon_decoder_close(bon_decoder *d) {
    if (!d) return;
    bon_model_close(&d->model);
    free(d->layers);
    free(d);
}

const bon_transformer_config *bon_decoder_config(const bon_decoder *d) { return &d->model.config; }
const char *bon_decoder_name(const bon_decoder *d) { return d->name; }
bool bon_decoder_is_int8(const bon_decoder *d) { return d->model.codes != NULL; }
size_t bon_decoder_bytes(const bon_decoder *d) { return d->model.bytes; }

/* ---- opening a text ---- */

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static bon_status allocate(bon_decoding *t) {
    const bon_transformer_config *c = &t->decoder->model.config;
    const size_t attended = (size_t)c->heads.queries * c->heads.dim, kept = (size_t)c->heads.keys * c->heads.dim;
    const size_t widest = larger(larger(c->width, attended), c->hidden), cells = (size_t)c->layers * c->context * kept;
    if (!(t->keys = bon_alloc_array(cells, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(t->values = bon_alloc_array(cells, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(t->x = bon_alloc_array((size_t)BATCH * c->width, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(t->h = bon_alloc_array(BATCH * widest, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(t->qkv = bon_alloc_array(BATCH * (attended + 2 * kept), sizeof(float)))) return BON_ERR_NOMEM;
    if (!(t->inner = bon_alloc_array(2 * (size_t)BATCH * c->hidden, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(t->scores = bon_alloc_array((size_t)t->threads * c->context, sizeof(float)))) return BON_ERR_NOMEM;
    if (!(t->codes = bon_alloc_array(BATCH * widest, 1))) return BON_ERR_NOMEM;
    return (t->scales = bon_alloc_array(BATCH, sizeof(float))) ? BON_OK : BON_ERR_NOMEM;
}

bon_status bon_decoding_open(bon_decoding **out, const bon_decoder *decoder, unsigned threads) {
    bon_decoding *t = bon_alloc_zeroed(1, sizeof *t);
    if (!t) return BON_ERR_NOMEM;
    t->decoder = decoder;
    t->blas = bon_blas_load();
    t->threads = threads ? threads : bon_processors();
    if (t->threads > THREADS_MAX) t->threads = THREADS_MAX;
    bon_status status = allocate(t);
    if (status == BON_OK) status = bon_pool_open(&t->pool, t->threads);
    if (status != BON_OK) {
        bon_decoding_close(t);
        return status;
    }
    *out = t;
    return BON_OK;
}

void bon_decoding_close(bon_decoding *t) {
    if (!t) return;
    bon_pool_close(t->pool);
    void *const parts[] = {t->keys, t->values, t->x, t->h, t->qkv, t->inner, t->scores, t->codes, t->scales};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) free(parts[i]);
    free(t);
}

size_t bon_decoding_length(const bon_decoding *t) { return t->length; }

void bon_decoding_cut(bon_decoding *t, size_t n) {
    if (n < t->length) t->length = n;
}

/* ---- products: y = x matrix^T (+ bias) (+ y) ---- */

struct product {
    const bon_decoding *text;
    const struct bon_matrix *matrix, *bias;
    const float *x;
    float *y; /* n rows of matrix->rows values */
    size_t n;
    bool add;
};

static float dot(const float *a, const float *b, size_t n) {
    enum { LANES = 16 };
    float sum[LANES] = {0}, all = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) sum[k] += a[i + k] * b[i + k];
    for (; i < n; i++) all += a[i] * b[i];
    for (size_t k = 0; k < LANES; k++) all += sum[k];
    return all;
}

/* Adds to y, where the bias or what was there stands already. */
static void multiply_reals(const struct product *p, size_t first, size_t last) {
    const struct bon_matrix *m = p->matrix;
    const float *w = m->reals + first * m->cols;
    if (p->text->blas->sgemm) {
        p->text->blas->sgemm(BON_BLAS_ROW_MAJOR, BON_BLAS_PLAIN, BON_BLAS_TRANSPOSED, (int)p->n, (int)(last - first),
                             (int)m->cols, 1, p->x, (int)m->cols, w, (int)m->cols, 1, p->y + first, (int)m->rows);
        return;
    }
    for (size_t row = first; row < last; row++, w += m->cols)
        for (size_t i = 0; i < p->n; i++) p->y[i * m->rows + row] += dot(p->x + i * m->cols, w, m->cols);
}

static void multiply_codes(const struct product *p, size_t first, size_t last) {
    const struct bon_matrix *m = p->matrix;
    for (size_t row = first; row < last; row += 4) {
        const int8_t *w[4];
        int32_t sums[4];
        for (size_t r = 0; r < 4; r++) w[r] = m->codes + (row + r < last ? row + r : last - 1) * m->cols;
        for (size_t i = 0; i < p->n; i++) {
            p->text->decoder->dot->dot4(p->text->codes + i * m->cols, w, m->cols, sums);
            for (size_t r = 0; r < 4 && row + r < last; r++)
                p->y[i * m->rows + row + r] += (float)sums[r] * (m->scales[row + r] * p->text->scales[i]);
        }
    }
}

static void multiply_block(void *context, size_t task, unsigned thread) {
    const struct product *p = context;
    const size_t first = task * BLOCK, rows = p->matrix->rows, last = first + BLOCK < rows ? first + BLOCK : rows;
    (void)thread;
    for (size_t i = 0; !p->add && i < p->n; i++)
        for (size_t row = first; row < last; row++) p->y[i * rows + row] = 0;
    for (size_t i = 0; p->bias && i < p->n; i++)
        for (size_t row = first; row < last; row++) p->y[i * rows + row] += p->bias->reals[row];
    (p->matrix->codes ? multiply_codes : multiply_reals)(p, first, last);
}

/* Codes of a row of inputs: its largest value is 127. What is not finite makes the scale, and so all results, NaN. */
static void quantize(const float *x, size_t n, int8_t *codes, float *scale) {
    float most = 0, check = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmaxf(most, fabsf(x[i]));
        check += x[i] * 0;
    }
    const bool finite = check == 0;
    const float inverse = finite && most > 0 ? 127 / most : 0;
    *scale = finite ? most / 127 : NAN;
    for (size_t i = 0; i < n; i++) codes[i] = inverse > 0 ? (int8_t)rintf(x[i] * inverse) : 0;
}

static void multiply(bon_decoding *t, float *y, const float *x, size_t n, const struct bon_matrix *matrix,
                     const struct bon_matrix *bias, bool add) {
    struct product p = {t, matrix, bias, x, y, n, add};
    for (size_t i = 0; matrix->codes && i < n; i++)
        quantize(x + i * matrix->cols, matrix->cols, t->codes + i * matrix->cols, &t->scales[i]);
    bon_pool_run(t->pool, multiply_block, &p, (matrix->rows + BLOCK - 1) / BLOCK);
}

/* ---- rows ---- */

static void rms_norm(float *y, const float *x, const float *weight, size_t n, float epsilon) {
    const float scale = 1 / sqrtf(dot(x, x, n) / (float)n + epsilon);
    for (size_t i = 0; i < n; i++) y[i] = x[i] * scale * weight[i];
}

static void layer_norm(float *y, const float *x, const float *weight, const float *bias, size_t n, float epsilon) {
    float mean = 0, square = 0;
    for (size_t i = 0; i < n; i++) mean += x[i] / (float)n;
    for (size_t i = 0; i < n; i++) square += (x[i] - mean) * (x[i] - mean) / (float)n;
    const float scale = 1 / sqrtf(square + epsilon);
    for (size_t i = 0; i < n; i++) y[i] = (x[i] - mean) * scale * weight[i] + bias[i];
}

static void norm_rows(const bon_decoding *t, float *y, const float *x, size_t n, const struct bon_matrix *weight,
                      const struct bon_matrix *bias) {
    const float epsilon = t->decoder->model.config.epsilon;
    const size_t width = weight->cols;
    for (size_t i = 0; i < n; i++) {
        if (bias)
            layer_norm(y + i * width, x + i * width, weight->reals, bias->reals, width, epsilon);
        else
            rms_norm(y + i * width, x + i * width, weight->reals, width, epsilon);
    }
}

/* QK-norm and rotary positions of one head (ops: bon_rope). */
static void turn(const bon_transformer_config *c, float *head, const struct bon_matrix *norm, size_t position) {
    const size_t half = c->heads.dim / 2;
    if (norm) rms_norm(head, head, norm->reals, c->heads.dim, c->epsilon);
    for (size_t i = 0; c->architecture == BON_QWEN3 && i < half; i++) {
        const double angle = (double)position * pow((double)c->theta, -(double)i / (double)half);
        const float cosine = (float)cos(angle), sine = (float)sin(angle), a = head[i], b = head[i + half];
        head[i] = a * cosine - b * sine;
        head[i + half] = b * cosine + a * sine;
    }
}

/* Turns queries and keys, and keeps keys and values behind those of the text so far. */
static void keep(bon_decoding *t, size_t n, size_t index) {
    const bon_transformer_config *c = &t->decoder->model.config;
    const struct layer *layer = &t->decoder->layers[index];
    const size_t dim = c->heads.dim, queries = c->heads.queries * dim, kept = c->heads.keys * dim;
    for (size_t i = 0; i < n; i++) {
        const size_t position = t->length + i, cell = (index * c->context + position) * kept;
        float *row = t->qkv + i * (queries + 2 * kept);
        for (size_t at = 0; at < queries; at += dim) turn(c, row + at, layer->query_norm, position);
        for (size_t at = queries; at < queries + kept; at += dim) turn(c, row + at, layer->key_norm, position);
        memcpy(t->keys + cell, row + queries, kept * sizeof(float));
        memcpy(t->values + cell, row + queries + kept, kept * sizeof(float));
    }
}

struct attention {
    bon_decoding *text;
    size_t layer;
};

/* One head of one token: softmax(q k / sqrt(dim)) v over the text up to it. */
static void attend(void *context, size_t task, unsigned thread) {
    const struct attention *job = context;
    const bon_decoding *t = job->text;
    const bon_transformer_config *c = &t->decoder->model.config;
    const size_t dim = c->heads.dim, kept = c->heads.keys * dim, width = c->heads.queries * dim;
    const size_t i = task / c->heads.queries, head = task % c->heads.queries, seen = t->length + i + 1;
    const size_t cells = job->layer * c->context * kept + head / (c->heads.queries / c->heads.keys) * dim;
    const float *query = t->qkv + i * (width + 2 * kept) + head * dim, scale = 1 / sqrtf((float)dim);
    float *scores = t->scores + thread * (size_t)c->context, *out = t->h + i * width + head * dim, most = -INFINITY;
    float sum = 0;
    for (size_t k = 0; k < seen; k++) {
        scores[k] = dot(query, t->keys + cells + k * kept, dim) * scale;
        most = fmaxf(most, scores[k]);
    }
    for (size_t k = 0; k < seen; k++) sum += scores[k] = expf(scores[k] - most);
    for (size_t a = 0; a < dim; a++) out[a] = 0;
    for (size_t k = 0; k < seen; k++) {
        const float *value = t->values + cells + k * kept, share = scores[k] / sum;
        for (size_t a = 0; a < dim; a++) out[a] += share * value[a];
    }
}

static float gelu(float x) { return x / (1 + expf(-1.5957691216057308f * (x + 0.044715f * x * x * x))); }
static float silu(float x) { return x / (1 + expf(-x)); }

/* The inside of the feed-forward layer, in t->h. */
static void activate(bon_decoding *t, size_t n) {
    const bon_transformer_config *c = &t->decoder->model.config;
    for (size_t i = 0; i < n; i++) {
        float *out = t->h + i * c->hidden;
        if (c->architecture == BON_GPT2) {
            const float *in = t->inner + i * c->hidden;
            for (size_t k = 0; k < c->hidden; k++) out[k] = gelu(in[k]);
        } else {
            const float *gate = t->inner + 2 * i * c->hidden, *up = gate + c->hidden;
            for (size_t k = 0; k < c->hidden; k++) out[k] = silu(gate[k]) * up[k];
        }
    }
}

/* ---- the whole ---- */

static void put_word(const struct bon_matrix *table, size_t row, float *x, bool add) {
    const size_t at = row * table->cols;
    for (size_t k = 0; k < table->cols; k++) {
        const float value = table->reals ? table->reals[at + k] : (float)table->codes[at + k] * table->scales[row];
        x[k] = add ? x[k] + value : value;
    }
}

static void run_layer(bon_decoding *t, size_t n, size_t index) {
    const bon_transformer_config *c = &t->decoder->model.config;
    const struct layer *layer = &t->decoder->layers[index];
    norm_rows(t, t->h, t->x, n, layer->norm1, layer->norm1_bias);
    multiply(t, t->qkv, t->h, n, layer->qkv, layer->qkv_bias, false);
    keep(t, n, index);
    bon_pool_run(t->pool, attend, &(struct attention){t, index}, n * c->heads.queries);
    multiply(t, t->x, t->h, n, layer->out, layer->out_bias, true);
    norm_rows(t, t->h, t->x, n, layer->norm2, layer->norm2_bias);
    multiply(t, t->inner, t->h, n, layer->up, layer->up_bias, false);
    activate(t, n);
    multiply(t, t->x, t->h, n, layer->down, layer->down_bias, true);
}

/* logits of rows first ... n - 1 of the batch. */
static void feed_batch(bon_decoding *t, const uint32_t *ids, size_t n, float *logits, size_t first) {
    const bon_decoder *d = t->decoder;
    const size_t width = d->model.config.width;
    for (size_t i = 0; i < n; i++) {
        put_word(d->words, ids[i], t->x + i * width, false);
        if (d->places) put_word(d->places, t->length + i, t->x + i * width, true);
    }
    for (size_t i = 0; i < d->model.config.layers; i++) run_layer(t, n, i);
    t->length += n;
    if (!logits) return;
    norm_rows(t, t->h, t->x + first * width, n - first, d->norm, d->norm_bias);
    multiply(t, logits, t->h, n - first, d->words, NULL, false);
}

bon_status bon_decoding_feed(bon_decoding *t, const uint32_t *ids, size_t n, float *logits, bool all) {
    const bon_transformer_config *c = &t->decoder->model.config;
    if (n > c->context - t->length)
        return bon_fail(BON_ERR_LIMIT, "a text of %zu tokens is longer than the model's context of %u", t->length + n,
                        c->context);
    for (size_t i = 0; i < n; i++)
        if (ids[i] >= c->vocabulary)
            return bon_fail(BON_ERR_ARGUMENT, "token %u is not among the model's %u", ids[i], c->vocabulary);
    for (size_t at = 0, count; at < n; at += count) {
        count = n - at < BATCH ? n - at : BATCH;
        const bool last = at + count == n;
        feed_batch(t, ids + at, count, logits && (all || last) ? logits : NULL, all ? 0 : count - 1);
        if (logits && all) logits += count * c->vocabulary;
    }
    return BON_OK;
}
