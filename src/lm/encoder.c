/* src/lm/encoder.c: the network that reads both ways, written with the core. See encoder.h. */
#include "lm/encoder.h"

#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "lm/transformer.h"

static const struct preset {
    const char *name;
    struct bon_encoder_config config;
} presets[] = {
    {"tiny", {4, 192, {4, 4, 48}, 512, 0, 0, 0, 0, 0, 128, 10000, 1e-6f}},
    {"small", {6, 256, {4, 4, 64}, 704, 0, 0, 0, 0, 0, 128, 10000, 1e-6f}},
    {"base", {8, 384, {6, 6, 64}, 1024, 0, 0, 0, 0, 0, 128, 10000, 1e-6f}},
    {"large", {12, 768, {12, 12, 64}, 2048, 0, 0, 0, 0, 0, 128, 10000, 1e-6f}},
};

bon_status bon_encoder_preset(struct bon_encoder_config *config, const char *name) {
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
        if (strcmp(presets[i].name, name) == 0) {
            *config = presets[i].config;
            return BON_OK;
        }
    return bon_fail(BON_ERR_ARGUMENT, "there is no size \"%s\": there are tiny, small, base and large", name);
}

bool bon_encoder_fits(const struct bon_encoder_config *c) {
    enum { LAYERS_MAX = 64, WIDTH_MAX = 4096, ROWS_MAX = 1 << 20, FEW = 256, CONTEXT_MAX = 4096 };
    const bool counts =
        c->layers && c->width && c->hidden && c->features && c->bag && c->gates && c->labels && c->splits;
    return counts && c->context && c->layers <= LAYERS_MAX && c->width <= WIDTH_MAX && c->hidden <= 4 * WIDTH_MAX &&
           c->features <= ROWS_MAX && c->gates <= ROWS_MAX && c->bag <= FEW && c->labels <= FEW && c->splits <= FEW &&
           c->context <= CONTEXT_MAX && c->heads.keys == c->heads.queries && c->heads.queries <= FEW &&
           c->heads.dim % 2 == 0 && c->heads.queries * c->heads.dim == c->width && c->theta > 0 && c->epsilon > 0;
}

void bon_encoder_build(struct bon_encoder *model, bon_graph *graph, const struct bon_encoder_config *c, size_t rows,
                       size_t both) {
    const bon_transformer_config layers = {.layers = c->layers,
                                           .width = c->width,
                                           .heads = c->heads,
                                           .hidden = c->hidden,
                                           .theta = c->theta,
                                           .epsilon = c->epsilon};
    const float noise = 0.02f,
                feature_noise = 0.5f; /* features are what the first layer reads: of the size of what layers add */
    *model = (struct bon_encoder){
        .ids = bon_input_ints(graph, rows, c->bag, 0, (int32_t)c->features),
        .gates = bon_input_ints(graph, rows, 1, 0, (int32_t)c->gates),
        .starts = bon_input_starts(graph, rows),
    };
    bon_tensor *x =
        bon_embedding(bon_param(graph, BON_ENCODER_FEATURES, c->features, c->width, 0, feature_noise, 0), model->ids);
    for (unsigned layer = 0; layer < c->layers; layer++)
        x = bon_transformer_layer(graph, &layers, layer, x, model->starts, both);
    x = bon_rms_norm(x, bon_param(graph, BON_ENCODER_NORM, 1, c->width, 1, 0, 0), c->epsilon);
    bon_tensor *gate =
        bon_embedding(bon_param(graph, BON_ENCODER_GATES, c->gates, c->width, 1, noise, 0), model->gates);
    bon_tensor *prior = bon_embedding(bon_param(graph, BON_ENCODER_PRIORS, c->gates, c->labels, 0, 0, 0), model->gates);
    bon_tensor *heads = bon_param(graph, BON_ENCODER_LABELS, c->labels, c->width, 0, noise, BON_DECAY);
    model->labels = bon_linear(bon_mul(x, gate), heads, NULL, prior, BON_IDENTITY);
    model->splits = bon_linear(x, bon_param(graph, BON_ENCODER_SPLITS, c->splits, c->width, 0, noise, BON_DECAY), NULL,
                               NULL, BON_IDENTITY);
}

double bon_encoder_flops(const struct bon_encoder_config *c) {
    const double width = c->width, layer = width * (4 * width + 3.0 * c->hidden);
    return 6 * (c->layers * layer + width * (c->labels + c->splits)) + 12.0 * c->layers * c->context * width;
}

static bon_status put(bon_buf *text, const struct bon_encoder_config *c) {
    const struct {
        const char *name;
        unsigned value;
    } numbers[] = {{"num_hidden_layers", c->layers},
                   {"hidden_size", c->width},
                   {"num_attention_heads", c->heads.queries},
                   {"head_dim", c->heads.dim},
                   {"intermediate_size", c->hidden},
                   {"features", c->features},
                   {"features_a_position", c->bag},
                   {"gates", c->gates},
                   {"labels", c->labels},
                   {"splits", c->splits},
                   {"max_position_embeddings", c->context}};
    BON_TRY(bon_buf_printf(text, "{\n  \"model_type\": \"bon-encoder\",\n"));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        BON_TRY(bon_buf_printf(text, "  \"%s\": %u,\n", numbers[i].name, numbers[i].value));
    return bon_buf_printf(text, "  \"rms_norm_eps\": %.9g,\n  \"rope_theta\": %.9g\n}\n", (double)c->epsilon,
                          (double)c->theta);
}

bon_status bon_encoder_config_write(const char *path, const struct bon_encoder_config *config) {
    bon_buf text = {0};
    struct bon_out *out = NULL;
    bon_status status = put(&text, config);
    if (status == BON_OK) status = bon_out_open(&out, path, 0);
    if (status == BON_OK) status = bon_out_write(out, text.data, text.len);
    if (status == BON_OK)
        status = bon_out_publish(out);
    else
        bon_out_abandon(out);
    bon_buf_free(&text);
    return status;
}
