/* cmd/bon/eval_score.c: texts are packed into the rows of one graph, one behind the other, until they are full; what is not
 * predicted has the target -1. In 8 bits they are decoded text by text. */
#include "eval_score.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { WINDOWS = 4 }; /* texts of full length in the graph */

struct scorer {
    bon_transformer_config config;
    bon_decoder *decoder; /* 8-bit: this, else the graph */
    bon_decoding *text;
    float *logits;
    bon_device *device;
    bon_params *params;
    bon_graph *graph;
    bon_transformer model;
    bon_tensor *targets, *loss;
    size_t rows, used;
    int32_t *ids, *next, *starts;
    uint64_t waiting; /* predictions in the rows used */
    double nats;
    uint64_t predicted;
};

/* ---- opening ---- */

static bon_status open_decoder(struct scorer *s, unsigned threads) {
    BON_TRY(bon_decoding_open(&s->text, s->decoder, threads));
    s->logits = bon_alloc_array((size_t)s->config.context * s->config.vocabulary, sizeof *s->logits);
    return s->logits ? BON_OK : BON_ERR_NOMEM;
}

static bon_status open_graph(struct scorer *s, const char *weights, const struct scorer_options *options) {
    static const bon_real reals[] = {[SCORER_F32] = BON_F32, [SCORER_F64] = BON_F64, [SCORER_BF16] = BON_BF16};
    const bon_device_options how = {.kind = options->device,
                                    .real = options->precision == SCORER_AUTO ? BON_F32 : reals[options->precision],
                                    .threads = options->threads};
    s->rows = (size_t)WINDOWS * s->config.context;
    BON_TRY(bon_device_open(&s->device, &how));
    BON_TRY(bon_params_open(&s->params, s->device, 0));
    BON_TRY(bon_graph_open(&s->graph, s->params));
    bon_transformer_build(&s->model, s->graph, &s->config, s->rows);
    s->targets = bon_input_ints(s->graph, s->rows, 1, -1, (int32_t)s->config.vocabulary);
    s->loss = bon_tensor_keep(bon_cross_entropy(s->model.logits, s->targets, NULL));
    BON_TRY(bon_graph_plan(s->graph, NULL));
    BON_TRY(bon_params_read(s->params, weights));
    if (!(s->ids = bon_alloc_array(s->rows, sizeof *s->ids))) return BON_ERR_NOMEM;
    if (!(s->next = bon_alloc_array(s->rows, sizeof *s->next))) return BON_ERR_NOMEM;
    return (s->starts = bon_alloc_array(s->rows, sizeof *s->starts)) ? BON_OK : BON_ERR_NOMEM;
}

/* Whether the decoder is asked for, and does it. */
static bon_status by_decoder(const struct scorer *s, const char *folder, const struct scorer_options *options,
                             bool *yes) {
    const bool asked = options->precision == SCORER_INT8, is = bon_decoder_is_int8(s->decoder);
    *yes = asked || is;
    if (is && !asked && options->precision != SCORER_AUTO)
        return bon_fail(BON_ERR_ARGUMENT, "%s has 8-bit weights: --precision int8 is all they have", folder);
    if (asked && strcmp(options->device, "cpu") != 0)
        return bon_fail(BON_ERR_ARGUMENT, "--precision int8 is computed with --device cpu");
    return asked ? bon_decoder_round(s->decoder) : BON_OK;
}

static bon_status open_all(struct scorer *s, const char *folder, const struct scorer_options *options) {
    bool decoded;
    char weights[PATH_MAX];
    if (snprintf(weights, sizeof weights, "%s/model.safetensors", folder) >= PATH_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", folder);
    BON_TRY(bon_decoder_open(&s->decoder, folder)); /* checks the files, and says of which kind they are */
    s->config = *bon_decoder_config(s->decoder);
    BON_TRY(by_decoder(s, folder, options, &decoded));
    if (decoded) return open_decoder(s, options->threads);
    bon_decoder_close(s->decoder);
    s->decoder = NULL;
    return open_graph(s, weights, options);
}

bon_status scorer_open(struct scorer **out, const char *folder, const struct scorer_options *options) {
    struct scorer *s = bon_alloc_zeroed(1, sizeof *s);
    if (!s) return BON_ERR_NOMEM;
    bon_status status = open_all(s, folder, options);
    if (status != BON_OK) {
        scorer_close(s);
        return status;
    }
    *out = s;
    return BON_OK;
}

void scorer_close(struct scorer *s) {
    if (!s) return;
    bon_decoding_close(s->text);
    bon_decoder_close(s->decoder);
    bon_graph_close(s->graph);
    if (s->params) bon_params_close(s->params);
    bon_device_close(s->device);
    free(s->logits);
    free(s->ids);
    free(s->next);
    free(s->starts);
    free(s);
}

const bon_transformer_config *scorer_config(const struct scorer *s) { return &s->config; }
const char *scorer_name(const struct scorer *s) {
    return s->decoder ? bon_decoder_name(s->decoder) : bon_device_name(s->device);
}

/* ---- the decoder ---- */

/* -log softmax(logits)[id] */
static double loss_of(const float *logits, size_t n, uint32_t id) {
    float most = -INFINITY;
    double sum = 0;
    for (size_t i = 0; i < n; i++) most = fmaxf(most, logits[i]);
    for (size_t i = 0; i < n; i++) sum += exp((double)(logits[i] - most));
    return log(sum) - (double)(logits[id] - most);
}

static bon_status decode(struct scorer *s, const uint32_t *ids, size_t n, size_t from) {
    const size_t vocabulary = s->config.vocabulary;
    bon_decoding_cut(s->text, 0);
    BON_TRY(bon_decoding_feed(s->text, ids, n - 1, s->logits, true));
    for (size_t i = from; i < n; i++) s->nats += loss_of(s->logits + (i - 1) * vocabulary, vocabulary, ids[i]);
    s->predicted += n - from;
    return BON_OK;
}

/* ---- the graph ---- */

static bon_status flush(struct scorer *s) {
    double mean;
    if (s->waiting == 0) return BON_OK;
    for (; s->used < s->rows; s->used++) /* texts of one token, not predicted */
        s->ids[s->used] = 0, s->next[s->used] = -1, s->starts[s->used] = (int32_t)s->used;
    BON_TRY(bon_transformer_set(&s->model, &s->config, s->ids, s->starts));
    BON_TRY(bon_tensor_set_ints(s->targets, s->next));
    BON_TRY(bon_graph_forward(s->graph));
    BON_TRY(bon_tensor_get_double(s->loss, &mean));
    s->nats += mean * (double)s->waiting;
    s->predicted += s->waiting;
    s->used = 0, s->waiting = 0;
    return BON_OK;
}

bon_status scorer_add(struct scorer *s, const uint32_t *ids, size_t n, size_t from) {
    if (n < 2 || n - 1 > s->config.context || from < 1 || from >= n)
        return bon_fail(BON_ERR_ARGUMENT, "a text of %zu tokens from %zu on", n, from);
    for (size_t i = 0; i < n; i++)
        if (ids[i] >= s->config.vocabulary)
            return bon_fail(BON_ERR_DATA, "token %u is not among the model's %u: made with another tokenizer?",
                            (unsigned)ids[i], s->config.vocabulary);
    if (s->decoder) return decode(s, ids, n, from);
    if (s->rows - s->used < n - 1) BON_TRY(flush(s));
    const size_t start = s->used;
    for (size_t i = 1; i < n; i++, s->used++) {
        s->ids[s->used] = (int32_t)ids[i - 1];
        s->next[s->used] = i >= from ? (int32_t)ids[i] : -1;
        s->starts[s->used] = (int32_t)start;
    }
    s->waiting += n - from;
    return BON_OK;
}

bon_status scorer_take(struct scorer *s, double *nats, uint64_t *predicted) {
    if (!s->decoder) BON_TRY(flush(s));
    *nats = s->nats, *predicted = s->predicted;
    s->nats = 0, s->predicted = 0;
    return isfinite(*nats) ? BON_OK : bon_fail(BON_ERR_DATA, "the loss is not finite: the model is damaged");
}
