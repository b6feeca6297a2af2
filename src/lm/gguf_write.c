/* src/lm/gguf_write.c: GGUF version 3, llama.cpp's one file with model and tokenizer (github.com/ggml-org/ggml, docs/gguf.md).
 *
 * Header, key-value pairs, tensor names and places, values: each part is made in memory except the values, which follow one
 * tensor after the other. Numbers are little-endian; dimensions stand innermost first.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "bon/tokenizer.h"
#include "lm/model.h"
#include "lm/narrow.h"

enum { ALIGN = 32, Q8_BLOCK = 32, NAME_MAX_BYTES = 64 };
enum { VALUE_U32 = 4, VALUE_I32 = 5, VALUE_F32 = 6, VALUE_BOOL = 7, VALUE_STRING = 8, VALUE_ARRAY = 9 };
enum { TOKEN_NORMAL = 1, TOKEN_CONTROL = 3, TOKEN_UNUSED = 5 };

/* Per bon_weight_type: the number in the file, general.file_type, bytes of a group of values. */
static const struct type {
    uint32_t number, file_type;
    size_t values, bytes;
} types[] = {
    [BON_WEIGHT_F32] = {0, 0, 1, 4},
    [BON_WEIGHT_F16] = {1, 1, 1, 2},
    [BON_WEIGHT_BF16] = {30, 32, 1, 2},
    [BON_WEIGHT_Q8_0] = {8, 7, Q8_BLOCK, 2 + Q8_BLOCK},
};

/* What llama.cpp calls a parameter, or its parts. */
static const struct rename {
    const char *bon, *gguf[3];
} renames[] = {
    {"model.embed_tokens.weight", {"token_embd.weight"}},
    {"model.norm.weight", {"output_norm.weight"}},
    {"model.layers.%u.input_layernorm.weight", {"blk.%u.attn_norm.weight"}},
    {"model.layers.%u.self_attn.qkv_proj.weight",
     {"blk.%u.attn_q.weight", "blk.%u.attn_k.weight", "blk.%u.attn_v.weight"}},
    {"model.layers.%u.self_attn.q_norm.weight", {"blk.%u.attn_q_norm.weight"}},
    {"model.layers.%u.self_attn.k_norm.weight", {"blk.%u.attn_k_norm.weight"}},
    {"model.layers.%u.self_attn.o_proj.weight", {"blk.%u.attn_output.weight"}},
    {"model.layers.%u.post_attention_layernorm.weight", {"blk.%u.ffn_norm.weight"}},
    {"model.layers.%u.mlp.gate_up_proj.weight", {"blk.%u.ffn_gate.weight", "blk.%u.ffn_up.weight"}},
    {"model.layers.%u.mlp.down_proj.weight", {"blk.%u.ffn_down.weight"}},
    {"transformer.wte.weight", {"token_embd.weight"}},
    {"transformer.wpe.weight", {"position_embd.weight"}},
    {"transformer.ln_f.weight", {"output_norm.weight"}},
    {"transformer.ln_f.bias", {"output_norm.bias"}},
    {"transformer.h.%u.ln_1.weight", {"blk.%u.attn_norm.weight"}},
    {"transformer.h.%u.ln_1.bias", {"blk.%u.attn_norm.bias"}},
    {"transformer.h.%u.attn.c_attn.weight", {"blk.%u.attn_qkv.weight"}},
    {"transformer.h.%u.attn.c_attn.bias", {"blk.%u.attn_qkv.bias"}},
    {"transformer.h.%u.attn.c_proj.weight", {"blk.%u.attn_output.weight"}},
    {"transformer.h.%u.attn.c_proj.bias", {"blk.%u.attn_output.bias"}},
    {"transformer.h.%u.ln_2.weight", {"blk.%u.ffn_norm.weight"}},
    {"transformer.h.%u.ln_2.bias", {"blk.%u.ffn_norm.bias"}},
    {"transformer.h.%u.mlp.c_fc.weight", {"blk.%u.ffn_up.weight"}},
    {"transformer.h.%u.mlp.c_fc.bias", {"blk.%u.ffn_up.bias"}},
    {"transformer.h.%u.mlp.c_proj.weight", {"blk.%u.ffn_down.weight"}},
    {"transformer.h.%u.mlp.c_proj.bias", {"blk.%u.ffn_down.bias"}},
};
enum { RENAMES = sizeof renames / sizeof renames[0] };

struct writer {
    const struct bon_model *model;
    const bon_tokenizer *tokenizer;
    bon_weight_type type;
    bon_buf pairs, tensors, text;
    uint64_t pair_count, tensor_count, offset; /* offset: of the next tensor's values */
    struct bon_out *out;
};

/* ---- numbers and strings ---- */

static bon_status put(bon_buf *to, uint64_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) BON_TRY(bon_buf_put(to, (char)(value >> 8 * i)));
    return BON_OK;
}

static bon_status put_text(bon_buf *to, const char *text, size_t n) {
    BON_TRY(put(to, n, 8));
    return bon_buf_append(to, text, n);
}

static bon_status key(struct writer *w, const char *name, uint32_t type) {
    w->pair_count++;
    BON_TRY(put_text(&w->pairs, name, strlen(name)));
    return put(&w->pairs, type, 4);
}

/* A key of the architecture: "qwen3.NAME". */
static bon_status arch_key(struct writer *w, const char *name, uint32_t type) {
    char whole[80];
    snprintf(whole, sizeof whole, "%s.%s", w->model->config.architecture == BON_GPT2 ? "gpt2" : "qwen3", name);
    return key(w, whole, type);
}

static bon_status pair_text(struct writer *w, const char *name, const char *text) {
    BON_TRY(key(w, name, VALUE_STRING));
    return put_text(&w->pairs, text, strlen(text));
}

static bon_status pair_number(struct writer *w, const char *name, uint32_t number) {
    BON_TRY(key(w, name, VALUE_U32));
    return put(&w->pairs, number, 4);
}

static bon_status arch_number(struct writer *w, const char *name, uint32_t number) {
    BON_TRY(arch_key(w, name, VALUE_U32));
    return put(&w->pairs, number, 4);
}

static bon_status arch_real(struct writer *w, const char *name, float real) {
    BON_TRY(arch_key(w, name, VALUE_F32));
    return put(&w->pairs, bon_bits_of(real), 4);
}

static bon_status array(struct writer *w, const char *name, uint32_t type, uint64_t count) {
    BON_TRY(key(w, name, VALUE_ARRAY));
    BON_TRY(put(&w->pairs, type, 4));
    return put(&w->pairs, count, 8);
}

/* ---- key-value pairs ---- */

static bon_status put_model(struct writer *w) {
    const bon_transformer_config *c = &w->model->config;
    const bool gpt2 = c->architecture == BON_GPT2;
    BON_TRY(pair_text(w, "general.architecture", gpt2 ? "gpt2" : "qwen3"));
    BON_TRY(pair_text(w, "general.type", "model"));
    BON_TRY(pair_text(w, "general.name", "bon"));
    BON_TRY(pair_number(w, "general.file_type", types[w->type].file_type));
    if (w->type == BON_WEIGHT_Q8_0) BON_TRY(pair_number(w, "general.quantization_version", 2));
    BON_TRY(arch_number(w, "block_count", c->layers));
    BON_TRY(arch_number(w, "context_length", c->context));
    BON_TRY(arch_number(w, "embedding_length", c->width));
    BON_TRY(arch_number(w, "feed_forward_length", c->hidden));
    BON_TRY(arch_number(w, "attention.head_count", c->heads.queries));
    if (gpt2) return arch_real(w, "attention.layer_norm_epsilon", c->epsilon);
    BON_TRY(arch_number(w, "attention.head_count_kv", c->heads.keys));
    BON_TRY(arch_number(w, "attention.key_length", c->heads.dim));
    BON_TRY(arch_number(w, "attention.value_length", c->heads.dim));
    BON_TRY(arch_real(w, "attention.layer_norm_rms_epsilon", c->epsilon));
    return arch_real(w, "rope.freq_base", c->theta);
}

static bon_status put_tokens(struct writer *w) {
    const uint32_t size = bon_tokenizer_size(w->tokenizer), all = w->model->config.vocabulary;
    BON_TRY(array(w, "tokenizer.ggml.tokens", VALUE_STRING, all));
    for (uint32_t id = 0; id < all; id++) { /* the model may have rows to spare */
        w->text.len = 0;
        BON_TRY(id < size ? bon_tokenizer_spell(w->tokenizer, id, &w->text)
                          : bon_buf_printf(&w->text, "[PAD%u]", (unsigned)id));
        BON_TRY(put_text(&w->pairs, w->text.data, w->text.len));
    }
    BON_TRY(array(w, "tokenizer.ggml.token_type", VALUE_I32, all));
    for (uint32_t id = 0; id < all; id++) {
        const bool special = id < size && bon_tokenizer_is_special(w->tokenizer, id);
        BON_TRY(put(&w->pairs, special ? TOKEN_CONTROL : id < size ? TOKEN_NORMAL : TOKEN_UNUSED, 4));
    }
    return BON_OK;
}

static bon_status put_merges(struct writer *w) {
    const uint32_t count = bon_tokenizer_merge_count(w->tokenizer);
    BON_TRY(array(w, "tokenizer.ggml.merges", VALUE_STRING, count));
    for (uint32_t i = 0, left, right, joined; i < count; i++) {
        bon_tokenizer_merge(w->tokenizer, i, &left, &right, &joined);
        w->text.len = 0;
        BON_TRY(bon_tokenizer_spell(w->tokenizer, left, &w->text));
        BON_TRY(bon_buf_put(&w->text, ' '));
        BON_TRY(bon_tokenizer_spell(w->tokenizer, right, &w->text));
        BON_TRY(put_text(&w->pairs, w->text.data, w->text.len));
    }
    return BON_OK;
}

static bon_status put_tokenizer(struct writer *w) {
    static const char name[] = BON_TOKENIZER_END;
    const uint32_t end = bon_tokenizer_find_special(w->tokenizer, name, sizeof name - 1);
    BON_TRY(pair_text(w, "tokenizer.ggml.model", "gpt2"));
    BON_TRY(pair_text(w, "tokenizer.ggml.pre", "qwen2")); /* BON_TOKENIZER_PATTERN */
    BON_TRY(put_tokens(w));
    BON_TRY(put_merges(w));
    BON_TRY(key(w, "tokenizer.ggml.add_bos_token", VALUE_BOOL));
    BON_TRY(put(&w->pairs, 0, 1));
    if (end == BON_TOKENIZER_NONE) return BON_OK;
    BON_TRY(pair_number(w, "tokenizer.ggml.bos_token_id", end));
    return pair_number(w, "tokenizer.ggml.eos_token_id", end);
}

/* ---- tensors ---- */

/* Rows first ... first + rows - 1 of a parameter. */
struct part {
    const struct bon_matrix *matrix;
    size_t first, rows;
    char name[NAME_MAX_BYTES];
    bon_weight_type type;
};

typedef bon_status (*each_part)(struct writer *w, const struct part *part);

/* Single rows stay F32, as llama.cpp wants them. */
static bon_weight_type type_of(const struct writer *w, const struct bon_matrix *matrix) {
    if (matrix->rows == 1) return BON_WEIGHT_F32;
    return w->type == BON_WEIGHT_Q8_0 && matrix->cols % Q8_BLOCK ? BON_WEIGHT_F16 : w->type;
}

/* Which rename fits a parameter's name, and its layer. */
static const struct rename *rename_of(const char *name, unsigned layers, unsigned *layer) {
    char tried[160];
    for (size_t i = 0; i < RENAMES; i++)
        for (*layer = 0; *layer < (strchr(renames[i].bon, '%') ? layers : 1); ++*layer) {
            snprintf(tried, sizeof tried, renames[i].bon, *layer);
            if (strcmp(tried, name) == 0) return &renames[i];
        }
    return NULL;
}

static bon_status each_of(struct writer *w, each_part each) {
    const bon_params *params = w->model->params;
    for (size_t i = 0; i < params->count; i++) {
        const bon_param_info *info = &params->list[i].info;
        unsigned layer;
        const struct rename *names = rename_of(info->name, w->model->config.layers, &layer);
        if (!names) return bon_fail(BON_ERR_ARGUMENT, "%s has no name in GGUF", info->name);
        const bool parts = names->gguf[1] != NULL;
        struct part part = {.matrix = &w->model->matrices[i]};
        for (size_t k = 0; k < 3 && names->gguf[k]; k++, part.first += part.rows) {
            part.rows = parts ? info->parts[k] : info->rows;
            part.type = type_of(w, part.matrix);
            snprintf(part.name, sizeof part.name, names->gguf[k], layer);
            BON_TRY(each(w, &part));
        }
    }
    return BON_OK;
}

static uint64_t aligned(uint64_t bytes) { return (bytes + ALIGN - 1) / ALIGN * ALIGN; }

static uint64_t bytes_of(const struct part *part) {
    const struct type *type = &types[part->type];
    return (uint64_t)part->rows * part->matrix->cols / type->values * type->bytes;
}

static bon_status put_info(struct writer *w, const struct part *part) {
    const bool vector = part->matrix->rows == 1;
    BON_TRY(put_text(&w->tensors, part->name, strlen(part->name)));
    BON_TRY(put(&w->tensors, vector ? 1 : 2, 4));
    BON_TRY(put(&w->tensors, part->matrix->cols, 8));
    if (!vector) BON_TRY(put(&w->tensors, part->rows, 8));
    BON_TRY(put(&w->tensors, types[part->type].number, 4));
    BON_TRY(put(&w->tensors, w->offset, 8));
    w->offset = aligned(w->offset + bytes_of(part));
    w->tensor_count++;
    return BON_OK;
}

/* 32 values as a scale and codes: ggml's quantize_row_q8_0. */
static bon_status put_block(bon_buf *to, const float *values) {
    float most = 0;
    for (size_t i = 0; i < Q8_BLOCK; i++) most = fmaxf(most, fabsf(values[i]));
    const float scale = most / 127, inverse = scale > 0 ? 1 / scale : 0;
    BON_TRY(put(to, bon_to_f16(scale), 2));
    for (size_t i = 0; i < Q8_BLOCK; i++) BON_TRY(bon_buf_put(to, (char)(int8_t)roundf(values[i] * inverse)));
    return BON_OK;
}

static bon_status put_row(bon_buf *to, const float *row, size_t n, bon_weight_type type) {
    for (size_t i = 0; i < n; i += types[type].values) {
        switch (type) {
        case BON_WEIGHT_F32: BON_TRY(put(to, bon_bits_of(row[i]), 4)); break;
        case BON_WEIGHT_F16: BON_TRY(put(to, bon_to_f16(row[i]), 2)); break;
        case BON_WEIGHT_BF16: BON_TRY(put(to, bon_to_bf16(row[i]), 2)); break;
        case BON_WEIGHT_Q8_0: BON_TRY(put_block(to, row + i)); break;
        }
    }
    return BON_OK;
}

static bon_status write_values(struct writer *w, const struct part *part) {
    static const char zeros[ALIGN];
    const size_t cols = part->matrix->cols;
    for (size_t row = part->first; row < part->first + part->rows; row++) {
        w->text.len = 0;
        BON_TRY(put_row(&w->text, part->matrix->reals + row * cols, cols, part->type));
        BON_TRY(bon_out_write(w->out, w->text.data, w->text.len));
    }
    return bon_out_write(w->out, zeros, aligned(bytes_of(part)) - bytes_of(part));
}

/* ---- the file ---- */

static bon_status write_all(struct writer *w) {
    static const char zeros[ALIGN];
    BON_TRY(put_model(w));
    BON_TRY(put_tokenizer(w));
    BON_TRY(each_of(w, put_info));
    w->text.len = 0;
    BON_TRY(bon_buf_append(&w->text, "GGUF", 4));
    BON_TRY(put(&w->text, 3, 4));
    BON_TRY(put(&w->text, w->tensor_count, 8));
    BON_TRY(put(&w->text, w->pair_count, 8));
    const uint64_t header = w->text.len + w->pairs.len + w->tensors.len;
    BON_TRY(bon_out_write(w->out, w->text.data, w->text.len));
    BON_TRY(bon_out_write(w->out, w->pairs.data, w->pairs.len));
    BON_TRY(bon_out_write(w->out, w->tensors.data, w->tensors.len));
    BON_TRY(bon_out_write(w->out, zeros, aligned(header) - header));
    return each_of(w, write_values);
}

static bon_status check(const struct writer *w, const char *folder) {
    if (w->model->codes)
        return bon_fail(BON_ERR_ARGUMENT,
                        "%s has 8-bit weights, which cannot be made into others: export from the "
                        "checkpoint",
                        folder);
    if (bon_tokenizer_size(w->tokenizer) > w->model->config.vocabulary)
        return bon_fail(BON_ERR_ARGUMENT, "the tokenizer has %u tokens and the model of %s %u: it is another one's",
                        (unsigned)bon_tokenizer_size(w->tokenizer), folder, w->model->config.vocabulary);
    return BON_OK;
}

bon_status bon_export_gguf(const char *folder, const bon_tokenizer *tokenizer, bon_weight_type type, const char *path) {
    struct bon_model model;
    if ((size_t)type >= sizeof types / sizeof types[0]) return bon_fail(BON_ERR_ARGUMENT, "no type %d", (int)type);
    BON_TRY(bon_model_open(&model, folder));
    struct writer w = {.model = &model, .tokenizer = tokenizer, .type = type};
    bon_status status = check(&w, folder);
    if (status == BON_OK) status = bon_out_open(&w.out, path, 0);
    if (status == BON_OK) {
        status = write_all(&w);
        if (status == BON_OK)
            status = bon_out_publish(w.out);
        else
            bon_out_abandon(w.out);
    }
    bon_buf_free(&w.pairs);
    bon_buf_free(&w.tensors);
    bon_buf_free(&w.text);
    bon_model_close(&model);
    return status;
}
