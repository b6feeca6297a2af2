/* src/lm/transformer.c: the transformer, written with the core. Parameters have the names of Hugging Face's Qwen3 and GPT-2;
 * where those have several matrices that are multiplied with the same input (queries, keys and values; gate and up), here they
 * are one, in parts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "lm/transformer.h"

static const struct preset {
    const char *name;
    bon_transformer_config config;
} presets[] = {
    {"bon-1m", {BON_QWEN3, 4, 128, {4, 4, 32}, 384, 2048, 256, 10000, 1e-6f}},
    {"bon-34m", {BON_QWEN3, 8, 512, {8, 8, 64}, 1408, 16384, 512, 10000, 1e-6f}},
    {"bon-110m", {BON_QWEN3, 12, 768, {12, 12, 64}, 2048, 32768, 1024, 10000, 1e-6f}},
    {"gpt2-124m", {BON_GPT2, 12, 768, {12, 12, 64}, 3072, 50304, 1024, 0, 1e-5f}},
};

bon_status bon_transformer_preset(bon_transformer_config *config, const char *name, unsigned vocabulary) {
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
        if (strcmp(presets[i].name, name) == 0) {
            *config = presets[i].config;
            if (vocabulary) config->vocabulary = vocabulary;
            return BON_OK;
        }
    return bon_fail(BON_ERR_ARGUMENT, "there is no preset \"%s\": there are bon-1m, bon-34m, bon-110m and gpt2-124m",
                    name);
}

/* ---- layers ---- */

/* Where a layer's parameters are declared. */
struct place {
    bon_graph *graph;
    const bon_transformer_config *config;
    unsigned layer;
    size_t both; /* rows that see their whole text */
};

/* The name of a parameter of a layer: format has one %u. */
static bon_tensor *declare(const struct place *place, const char *format, size_t rows, size_t cols, float mean,
                           float std, unsigned flags) {
    char name[96];
    snprintf(name, sizeof name, format, place->layer);
    return bon_param(place->graph, name, rows, cols, mean, std, flags);
}

enum { MATRIX = BON_DECAY | BON_HIDDEN };

/* Matrices begin as noise of 0.02, those that add to the residual smaller by the root of their number (Radford et al. 2019). */
static const float noise = 0.02f;

static float residual_noise(const bon_transformer_config *config) {
    return noise / sqrtf(2.0f * (float)config->layers);
}

static size_t qkv_columns(const bon_transformer_config *c) {
    return ((size_t)c->heads.queries + 2 * (size_t)c->heads.keys) * c->heads.dim;
}

static bon_tensor *qwen3_layer(const struct place *at, bon_tensor *x, bon_tensor *starts) {
    const bon_transformer_config *c = at->config;
    const size_t dim = c->heads.dim, queries = c->heads.queries * dim, keys = c->heads.keys * dim;
    bon_tensor *h =
        bon_rms_norm(x, declare(at, "model.layers.%u.input_layernorm.weight", 1, c->width, 1, 0, 0), c->epsilon);
    bon_tensor *w =
        declare(at, "model.layers.%u.self_attn.qkv_proj.weight", qkv_columns(c), c->width, 0, noise, MATRIX);
    h = bon_linear(h, bon_param_parts(w, queries, keys, keys), NULL, NULL, BON_IDENTITY);
    h = bon_rope(h, starts, declare(at, "model.layers.%u.self_attn.q_norm.weight", 1, dim, 1, 0, 0),
                 declare(at, "model.layers.%u.self_attn.k_norm.weight", 1, dim, 1, 0, 0), c->heads, c->theta,
                 c->epsilon);
    h = bon_attention_mixed(h, starts, c->heads, at->both);
    w = declare(at, "model.layers.%u.self_attn.o_proj.weight", c->width, queries, 0, residual_noise(c), MATRIX);
    x = bon_linear(h, w, NULL, x, BON_IDENTITY);

    w = declare(at, "model.layers.%u.post_attention_layernorm.weight", 1, c->width, 1, 0, 0);
    h = bon_rms_norm(x, w, c->epsilon);
    w = declare(at, "model.layers.%u.mlp.gate_up_proj.weight", 2 * (size_t)c->hidden, c->width, 0, noise, MATRIX);
    h = bon_swiglu(bon_linear(h, bon_param_parts(w, c->hidden, c->hidden, 0), NULL, NULL, BON_IDENTITY));
    w = declare(at, "model.layers.%u.mlp.down_proj.weight", c->width, c->hidden, 0, residual_noise(c), MATRIX);
    return bon_linear(h, w, NULL, x, BON_IDENTITY);
}

bon_tensor *bon_transformer_layer(bon_graph *graph, const bon_transformer_config *config, unsigned layer, bon_tensor *x,
                                  bon_tensor *starts, size_t both) {
    return qwen3_layer(&(struct place){graph, config, layer, both}, x, starts);
}

static bon_tensor *gpt2_norm(const struct place *at, bon_tensor *x, const char *weight, const char *bias) {
    const bon_transformer_config *c = at->config;
    return bon_layer_norm(x, declare(at, weight, 1, c->width, 1, 0, 0), declare(at, bias, 1, c->width, 0, 0, 0),
                          c->epsilon);
}

static bon_tensor *gpt2_layer(const struct place *at, bon_tensor *x, bon_tensor *starts) {
    const bon_transformer_config *c = at->config;
    const size_t dim = c->heads.dim, queries = c->heads.queries * dim, keys = c->heads.keys * dim, qkv = qkv_columns(c);
    bon_tensor *h = gpt2_norm(at, x, "transformer.h.%u.ln_1.weight", "transformer.h.%u.ln_1.bias");
    bon_tensor *w = declare(at, "transformer.h.%u.attn.c_attn.weight", qkv, c->width, 0, noise, MATRIX);
    h = bon_linear(h, bon_param_parts(w, queries, keys, keys),
                   declare(at, "transformer.h.%u.attn.c_attn.bias", 1, qkv, 0, 0, 0), NULL, BON_IDENTITY);
    h = bon_attention_mixed(h, starts, c->heads, at->both);
    w = declare(at, "transformer.h.%u.attn.c_proj.weight", c->width, queries, 0, residual_noise(c), MATRIX);
    x = bon_linear(h, w, declare(at, "transformer.h.%u.attn.c_proj.bias", 1, c->width, 0, 0, 0), x, BON_IDENTITY);

    h = gpt2_norm(at, x, "transformer.h.%u.ln_2.weight", "transformer.h.%u.ln_2.bias");
    w = declare(at, "transformer.h.%u.mlp.c_fc.weight", c->hidden, c->width, 0, noise, MATRIX);
    h = bon_linear(h, w, declare(at, "transformer.h.%u.mlp.c_fc.bias", 1, c->hidden, 0, 0, 0), NULL, BON_GELU);
    w = declare(at, "transformer.h.%u.mlp.c_proj.weight", c->width, c->hidden, 0, residual_noise(c), MATRIX);
    return bon_linear(h, w, declare(at, "transformer.h.%u.mlp.c_proj.bias", 1, c->width, 0, 0, 0), x, BON_IDENTITY);
}

/* ---- the whole ---- */

static void build_qwen3(bon_transformer *model, bon_graph *graph, const bon_transformer_config *c) {
    bon_tensor *words = bon_param(graph, "model.embed_tokens.weight", c->vocabulary, c->width, 0, noise, BON_DECAY);
    bon_tensor *x = bon_embedding(words, model->ids);
    for (unsigned layer = 0; layer < c->layers; layer++)
        x = bon_transformer_layer(graph, c, layer, x, model->starts, 0);
    x = bon_rms_norm(x, bon_param(graph, "model.norm.weight", 1, c->width, 1, 0, 0), c->epsilon);
    model->logits = bon_linear(x, words, NULL, NULL, BON_IDENTITY);
}

static void build_gpt2(bon_transformer *model, bon_graph *graph, const bon_transformer_config *c) {
    bon_tensor *words = bon_param(graph, "transformer.wte.weight", c->vocabulary, c->width, 0, noise, BON_DECAY);
    bon_tensor *places = bon_param(graph, "transformer.wpe.weight", c->context, c->width, 0, noise, BON_DECAY);
    model->positions = bon_input_ints(graph, bon_tensor_rows(model->ids), 1, 0, (int32_t)c->context);
    bon_tensor *x = bon_add(bon_embedding(words, model->ids), bon_embedding(places, model->positions));
    for (unsigned layer = 0; layer < c->layers; layer++)
        x = gpt2_layer(&(struct place){graph, c, layer, 0}, x, model->starts);
    x = bon_layer_norm(x, bon_param(graph, "transformer.ln_f.weight", 1, c->width, 1, 0, 0),
                       bon_param(graph, "transformer.ln_f.bias", 1, c->width, 0, 0, 0), c->epsilon);
    model->logits = bon_linear(x, words, NULL, NULL, BON_IDENTITY);
}

void bon_transformer_build(bon_transformer *model, bon_graph *graph, const bon_transformer_config *config,
                           size_t rows) {
    *model = (bon_transformer){
        .ids = bon_input_ints(graph, rows, 1, 0, (int32_t)config->vocabulary),
        .starts = bon_input_starts(graph, rows),
    };
    if (!model->ids || !model->starts) return; /* the graph says why */
    (config->architecture == BON_GPT2 ? build_gpt2 : build_qwen3)(model, graph, config);
}

bon_status bon_transformer_set(const bon_transformer *model, const bon_transformer_config *config, const int32_t *ids,
                               const int32_t *starts) {
    const size_t rows = bon_tensor_rows(model->ids);
    BON_TRY(bon_tensor_set_ints(model->ids, ids));
    BON_TRY(bon_tensor_set_ints(model->starts, starts));
    for (size_t i = 0; i < rows; i++)
        if (i - (size_t)starts[i] >= config->context)
            return bon_fail(BON_ERR_ARGUMENT, "the text from row %d on is longer than the context of %u tokens",
                            (int)starts[i], config->context);
    if (!model->positions) return BON_OK;
    int32_t *positions = bon_alloc_array(rows, sizeof *positions);
    if (!positions) return BON_ERR_NOMEM;
    for (size_t i = 0; i < rows; i++) positions[i] = (int32_t)i - starts[i];
    bon_status status = bon_tensor_set_ints(model->positions, positions);
    free(positions);
    return status;
}

double bon_transformer_flops(const bon_transformer_config *config, const bon_params *params) {
    return 6.0 * (double)bon_params_size(params) +
           6.0 * config->layers * (double)config->context * config->heads.queries * config->heads.dim;
}
