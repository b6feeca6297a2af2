/* src/lm/config.c: config.json, written and read. One table a model type says where each number of a model stands; what bon
 * does not compute (other activations, untied embeddings, ...) is refused by name. */
#include "lm/config.h"

#include <json-c/json.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/io.h"

enum { COUNT_LARGEST = 1 << 24, LAYERS_MOST = 1024, FILE_LARGEST = 1 << 20 };
static const uint64_t VALUES_MOST = (uint64_t)1 << 36; /* of a layer, of a table */

#define AT(field) offsetof(bon_transformer_config, field)

/* A number that must be there. */
struct number {
    const char *key;
    size_t at; /* in the config */
};

/* A member that must have one value where it is there: JSON as it is written. */
struct constant {
    const char *key, *json;
};

static const struct kind {
    const char *type, *class;
    struct number numbers[9];
    const char *epsilon;
    struct constant constants[5];
} kinds[] = {
    [BON_QWEN3] = {"qwen3",
                   "Qwen3ForCausalLM",
                   {{"vocab_size", AT(vocabulary)},
                    {"max_position_embeddings", AT(context)},
                    {"hidden_size", AT(width)},
                    {"num_hidden_layers", AT(layers)},
                    {"num_attention_heads", AT(heads.queries)},
                    {"num_key_value_heads", AT(heads.keys)},
                    {"head_dim", AT(heads.dim)},
                    {"intermediate_size", AT(hidden)}},
                   "rms_norm_eps",
                   {{"hidden_act", "\"silu\""}, {"attention_bias", "false"}, {"tie_word_embeddings", "true"}}},
    [BON_GPT2] = {"gpt2",
                  "GPT2LMHeadModel",
                  {{"vocab_size", AT(vocabulary)},
                   {"n_positions", AT(context)},
                   {"n_embd", AT(width)},
                   {"n_layer", AT(layers)},
                   {"n_head", AT(heads.queries)},
                   {"n_inner", AT(hidden)}},
                  "layer_norm_epsilon",
                  {{"activation_function", "\"gelu_new\""}, {"tie_word_embeddings", "true"}}},
};

/* ---- writing ---- */

static bon_status put(bon_buf *text, const bon_transformer_config *c, const char *type) {
    const struct kind *kind = &kinds[c->architecture];
    BON_TRY(bon_buf_printf(text, "{\n  \"architectures\": [\"%s\"],\n  \"model_type\": \"%s\",\n", kind->class,
                           kind->type));
    for (const struct number *number = kind->numbers; number->key; number++)
        BON_TRY(
            bon_buf_printf(text, "  \"%s\": %u,\n", number->key, *(const unsigned *)((const char *)c + number->at)));
    BON_TRY(bon_buf_printf(text, "  \"%s\": %.9g,\n", kind->epsilon, (double)c->epsilon));
    if (c->architecture == BON_QWEN3) BON_TRY(bon_buf_printf(text, "  \"rope_theta\": %.9g,\n", (double)c->theta));
    for (const struct constant *constant = kind->constants; constant->key; constant++)
        BON_TRY(bon_buf_printf(text, "  \"%s\": %s,\n", constant->key, constant->json));
    return bon_buf_printf(text, "  \"torch_dtype\": \"%s\"\n}\n", type);
}

bon_status bon_config_write(const char *path, const bon_transformer_config *config, const char *type) {
    bon_buf text = {0};
    struct bon_out *out = NULL;
    bon_status status = put(&text, config, type);
    if (status == BON_OK) status = bon_out_open(&out, path, 0);
    if (status == BON_OK) {
        status = bon_out_write(out, text.data, text.len);
        if (status == BON_OK)
            status = bon_out_publish(out);
        else
            bon_out_abandon(out);
    }
    bon_buf_free(&text);
    return status;
}

/* ---- reading ---- */

static bon_status refuse(const char *path, const char *reason, const char *what) {
    return bon_fail(BON_ERR_FORMAT, "%s: not a model that bon can use: %s%s", path, reason, what);
}

static bon_status read_text(const char *path, bon_buf *text) {
    BON_TRY(bon_file_read(path, FILE_LARGEST, text));
    return text->len > FILE_LARGEST ? refuse(path, "the file is too large", "") : BON_OK;
}

static json_object *member(json_object *object, const char *key) {
    json_object *value = NULL;
    return json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, key, &value) ? value
                                                                                                           : NULL;
}

static bon_status read_count(const char *path, json_object *root, const char *key, unsigned *count) {
    json_object *value = member(root, key);
    const int64_t number = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;
    if (number < 1 || number > COUNT_LARGEST) return refuse(path, "no whole number in reach as ", key);
    *count = (unsigned)number;
    return BON_OK;
}

static bon_status read_real(const char *path, json_object *root, const char *key, float *real) {
    json_object *value = member(root, key), *rope = member(root, "rope_parameters");
    if (!value) value = member(rope, key); /* where transformers 5 has rope_theta */
    *real = (float)json_object_get_double(value);
    return value && isfinite(*real) && *real > 0 ? BON_OK : refuse(path, "no number above 0 as ", key);
}

static bon_status read_constants(const char *path, json_object *root, const struct kind *kind) {
    for (const struct constant *constant = kind->constants; constant->key; constant++) {
        json_object *value = member(root, constant->key);
        if (value && strcmp(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN), constant->json) != 0)
            return refuse(path, "it has another value than bon's as ", constant->key);
    }
    return member(root, "rope_scaling") ? refuse(path, "it has ", "rope_scaling") : BON_OK;
}

/* Sizes whose products stay far from what a size can hold, and graphs that can be built. */
static bon_status check(const char *path, const bon_transformer_config *c) {
    const uint64_t attended = (uint64_t)c->heads.queries * c->heads.dim, width = c->width;
    if (c->heads.queries % c->heads.keys) return refuse(path, "num_key_value_heads does not divide ", "the heads");
    if (c->heads.dim % 2) return refuse(path, "head_dim is odd", "");
    if (c->layers > LAYERS_MOST || attended > COUNT_LARGEST || width * (c->hidden + 4 * attended) > VALUES_MOST ||
        width * c->vocabulary > VALUES_MOST || width * c->context > VALUES_MOST)
        return refuse(path, "it is too large", "");
    return BON_OK;
}

static bon_status read_root(const char *path, json_object *root, bon_transformer_config *c) {
    json_object *type = member(root, "model_type");
    const char *name = json_object_is_type(type, json_type_string) ? json_object_get_string(type) : "";
    *c = (bon_transformer_config){0};
    while ((size_t)c->architecture < sizeof kinds / sizeof kinds[0] && strcmp(kinds[c->architecture].type, name) != 0)
        c->architecture++;
    if ((size_t)c->architecture == sizeof kinds / sizeof kinds[0])
        return refuse(path, "its model_type is neither qwen3 nor gpt2", "");
    const struct kind *kind = &kinds[c->architecture];
    for (const struct number *number = kind->numbers; number->key; number++)
        BON_TRY(read_count(path, root, number->key, (unsigned *)((char *)c + number->at)));
    BON_TRY(read_real(path, root, kind->epsilon, &c->epsilon));
    if (c->architecture == BON_QWEN3) {
        BON_TRY(read_real(path, root, "rope_theta", &c->theta));
    } else {
        c->heads.keys = c->heads.queries;
        if (c->width % c->heads.queries) return refuse(path, "n_head does not divide ", "n_embd");
        c->heads.dim = c->width / c->heads.queries;
    }
    BON_TRY(read_constants(path, root, kind));
    return check(path, c);
}

bon_status bon_transformer_config_read(bon_transformer_config *config, const char *path) {
    bon_buf text = {0};
    bon_status status = read_text(path, &text);
    struct json_tokener *tokener = status == BON_OK ? json_tokener_new() : NULL;
    if (status == BON_OK && !tokener) status = bon_fail_memory(sizeof(void *));
    if (status == BON_OK) {
        json_object *root = json_tokener_parse_ex(tokener, text.data, (int)text.len);
        const enum json_tokener_error error = json_tokener_get_error(tokener);
        if (error == json_tokener_success && root)
            status = read_root(path, root, config);
        else
            status = refuse(path, "not JSON: ",
                            error == json_tokener_continue ? "it ends in the middle" : json_tokener_error_desc(error));
        json_object_put(root);
    }
    if (tokener) json_tokener_free(tokener);
    bon_buf_free(&text);
    return status;
}
