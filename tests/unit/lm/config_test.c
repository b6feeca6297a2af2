/* config.json: what was written is read; what bon does not compute, or is no configuration, is refused by name. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "failmalloc.h"
#include "lm/config.h"

static const bon_transformer_config qwen3 = {BON_QWEN3, 4, 128, {4, 2, 32}, 384, 2048, 256, 10000, 1e-6f};
static const bon_transformer_config gpt2 = {BON_GPT2, 12, 768, {12, 12, 64}, 3072, 50304, 1024, 0, 1e-5f};

static void scratch(char path[40]) {
    snprintf(path, 40, "/tmp/bon-test-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
}

static void expect_same(const bon_transformer_config *a, const bon_transformer_config *b) {
    cr_expect_eq(a->architecture, b->architecture);
    cr_expect_eq(a->layers, b->layers);
    cr_expect_eq(a->width, b->width);
    cr_expect(a->heads.queries == b->heads.queries && a->heads.keys == b->heads.keys && a->heads.dim == b->heads.dim);
    cr_expect(a->hidden == b->hidden && a->vocabulary == b->vocabulary && a->context == b->context);
    cr_expect(a->theta == b->theta && a->epsilon == b->epsilon, "%g %g", (double)b->theta, (double)b->epsilon);
}

Test(config, there_and_back) {
    const bon_transformer_config *const configs[] = {&qwen3, &gpt2};
    for (int i = 0; i < 2; i++) {
        char path[40];
        bon_transformer_config read;
        scratch(path);
        cr_assert_eq(bon_config_write(path, configs[i], "float32"), BON_OK, "%s", bon_error_message());
        cr_assert_eq(bon_transformer_config_read(&read, path), BON_OK, "%s", bon_error_message());
        expect_same(configs[i], &read);
        unlink(path);
    }
}

static void write_text(const char *path, const char *text) {
    FILE *out = fopen(path, "w");
    cr_assert(out && fputs(text, out) >= 0 && fclose(out) == 0);
}

#define SIZES                                                                                                          \
    "\"vocab_size\": 10, \"max_position_embeddings\": 8, \"hidden_size\": 4, \"num_hidden_layers\": 1, "               \
    "\"num_attention_heads\": 2, \"num_key_value_heads\": 1, \"head_dim\": 2, \"intermediate_size\": 4, "              \
    "\"rms_norm_eps\": 1e-6"

Test(config, of_others) { /* as transformers 5 writes it */
    char path[40];
    bon_transformer_config read;
    scratch(path);
    write_text(path, "{\"model_type\": \"qwen3\", " SIZES ", \"hidden_act\": \"silu\", \"rope_scaling\": null, "
                     "\"rope_parameters\": {\"rope_theta\": 5000.0, \"rope_type\": \"default\"}, \"dtype\": \"x\"}");
    cr_assert_eq(bon_transformer_config_read(&read, path), BON_OK, "%s", bon_error_message());
    cr_expect(read.theta == 5000 && read.heads.keys == 1 && read.epsilon == 1e-6f);
    unlink(path);
}

Test(config, refusals) {
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"", "not JSON"},
        {"{\"model_type\": \"qwen3\", " SIZES, "not JSON"},
        {"[]", "model_type is neither"},
        {"{\"model_type\": \"llama\"}", "model_type is neither"},
        {"{\"model_type\": 3}", "model_type is neither"},
        {"{\"model_type\": \"qwen3\", \"vocab_size\": 10}", "max_position_embeddings"},
        {"{\"model_type\": \"qwen3\", \"vocab_size\": -1}", "vocab_size"},
        {"{\"model_type\": \"qwen3\", \"vocab_size\": 1e9}", "vocab_size"},
        {"{\"model_type\": \"qwen3\", \"vocab_size\": 99999999999999999999}", "vocab_size"},
        {"{\"model_type\": \"qwen3\", " SIZES "}", "rope_theta"},
        {"{\"model_type\": \"qwen3\", " SIZES ", \"rope_theta\": -1}", "rope_theta"},
        {"{\"model_type\": \"qwen3\", " SIZES ", \"rope_theta\": 1, \"hidden_act\": \"relu\"}", "hidden_act"},
        {"{\"model_type\": \"qwen3\", " SIZES ", \"rope_theta\": 1, \"attention_bias\": true}", "attention_bias"},
        {"{\"model_type\": \"qwen3\", " SIZES ", \"rope_theta\": 1, \"tie_word_embeddings\": false}", "tie_word"},
        {"{\"model_type\": \"qwen3\", " SIZES ", \"rope_theta\": 1, \"rope_scaling\": {}}", "rope_scaling"},
        {"{\"model_type\": \"qwen3\", " SIZES ", \"rope_theta\": 1, \"head_dim\": 3}", "odd"},
        {"{\"model_type\": \"qwen3\", " SIZES ", \"rope_theta\": 1, \"num_key_value_heads\": 3}", "does not divide"},
        {"{\"model_type\": \"qwen3\", " SIZES ", \"rope_theta\": 1, \"hidden_size\": 16777216, "
         "\"num_hidden_layers\": 16777216}",
         "too large"},
        {"{\"model_type\": \"gpt2\", \"vocab_size\": 10, \"n_positions\": 8, \"n_embd\": 5, \"n_layer\": 1, "
         "\"n_head\": 2, \"n_inner\": 4, \"layer_norm_epsilon\": 1e-5}",
         "n_head"},
    };
    char path[40];
    scratch(path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_transformer_config read;
        write_text(path, rows[i].text);
        cr_expect_eq(bon_transformer_config_read(&read, path), BON_ERR_FORMAT, "%s", rows[i].text);
        cr_expect(strstr(bon_error_message(), rows[i].reason), "%s: %s", rows[i].reason, bon_error_message());
        cr_expect(strstr(bon_error_message(), path), "%s", bon_error_message());
    }
    unlink(path);
}

static bon_status round_trip(void *arg) {
    bon_transformer_config read;
    BON_TRY(bon_config_write(arg, &qwen3, "float32"));
    return bon_transformer_config_read(&read, arg);
}

Test(config, of_a_missing_file) {
    bon_transformer_config read;
    cr_expect_eq(bon_transformer_config_read(&read, "/nowhere/config.json"), BON_ERR_IO);
    char path[40];
    scratch(path);
    cr_expect_eq(round_trip(path), BON_OK);
    unlink(path);
}
