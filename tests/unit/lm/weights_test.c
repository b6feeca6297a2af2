/* Weights and optimizer state in files: what was written is read, training goes on bit for bit as if it had not stopped, and
 * no damaged file is believed. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "failmalloc.h"
#include "lm/graph.h"
#include "lm/safetensors.h"

enum { ROWS = 12, VOCABULARY = 17 };

static const bon_transformer_config qwen3 = {BON_QWEN3, 1, 8, {2, 1, 4}, 12, VOCABULARY, 16, 10000, 1e-6f};
static const bon_transformer_config gpt2 = {BON_GPT2, 1, 8, {2, 2, 4}, 12, VOCABULARY, 16, 0, 1e-5f};

struct model {
    bon_device *device;
    bon_params *params;
    bon_graph *graph;
    bon_optimizer *optimizer;
    bon_tensor *loss;
};

static bon_status open_model(struct model *m, const bon_transformer_config *config, uint64_t seed) {
    bon_transformer transformer;
    int32_t ids[ROWS], next[ROWS], starts[ROWS] = {0};
    for (int i = 0; i < ROWS; i++) ids[i] = i * 5 % VOCABULARY, next[i] = i * 7 % VOCABULARY;
    BON_TRY(bon_device_open(&m->device, &(bon_device_options){.threads = 1}));
    BON_TRY(bon_params_open(&m->params, m->device, seed));
    BON_TRY(bon_graph_open(&m->graph, m->params));
    bon_transformer_build(&transformer, m->graph, config, ROWS);
    bon_tensor *targets = bon_input_ints(m->graph, ROWS, 1, -1, VOCABULARY);
    m->loss = bon_cross_entropy(transformer.logits, targets, NULL);
    BON_TRY(bon_graph_plan(m->graph, m->loss));
    BON_TRY(bon_optimizer_open(&m->optimizer, m->params, &(bon_optimizer_options){.kind = BON_MUON}));
    BON_TRY(bon_transformer_set(&transformer, config, ids, starts));
    return bon_tensor_set_ints(targets, next);
}

static void close_model(struct model *m) {
    bon_optimizer_close(m->optimizer);
    bon_graph_close(m->graph);
    if (m->params) bon_params_close(m->params);
    bon_device_close(m->device);
}

static double train(struct model *m, int steps) {
    double loss = 0;
    for (int i = 0; i < steps; i++) {
        cr_assert_eq(bon_graph_forward(m->graph), BON_OK);
        cr_assert_eq(bon_tensor_get_double(m->loss, &loss), BON_OK);
        cr_assert_eq(bon_graph_backward(m->graph, false), BON_OK);
        cr_assert_eq(bon_optimizer_step(m->optimizer, 0.01, 1), BON_OK);
    }
    return loss;
}

static void scratch(char path[40]) {
    snprintf(path, 40, "/tmp/bon-test-XXXXXX");
    cr_assert_eq(close(mkstemp(path)), 0);
}

static void expect_same(const struct model *a, const struct model *b) {
    double x[VOCABULARY * 16], y[VOCABULARY * 16];
    bon_param_info info;
    for (size_t i = 0; bon_params_at(a->params, i, &info); i++) {
        cr_assert_eq(bon_params_get(a->params, i, x), BON_OK);
        cr_assert_eq(bon_params_get(b->params, i, y), BON_OK);
        cr_expect_arr_eq(x, y, info.rows * info.cols * sizeof *x, "%s", info.name);
    }
}

Test(weights, training_goes_on) {
    const bon_transformer_config *configs[] = {&qwen3, &gpt2};
    for (size_t c = 0; c < 2; c++) {
        char weights[40], state[40];
        const uint64_t numbers[3] = {1, UINT64_MAX / 300, 42};
        uint64_t read[3];
        struct model a, b;
        scratch(weights), scratch(state);
        cr_assert_eq(open_model(&a, configs[c], 1), BON_OK, "%s", bon_error_message());
        cr_assert_eq(open_model(&b, configs[c], 2), BON_OK);
        train(&a, 5);
        cr_assert_eq(bon_params_write(a.params, weights), BON_OK, "%s", bon_error_message());
        cr_assert_eq(bon_optimizer_write(a.optimizer, a.params, state, numbers, 3), BON_OK, "%s", bon_error_message());
        cr_assert_eq(bon_params_read(b.params, weights), BON_OK, "%s", bon_error_message());
        cr_assert_eq(bon_optimizer_read(b.optimizer, b.params, state, read, 3), BON_OK, "%s", bon_error_message());
        cr_expect_arr_eq(numbers, read, sizeof numbers);
        cr_expect_eq(bon_optimizer_steps(b.optimizer), 5);
        expect_same(&a, &b);
        const double x = train(&a, 5), y = train(&b, 5);
        cr_expect_eq(x, y);
        expect_same(&a, &b);
        close_model(&a), close_model(&b);
        unlink(weights), unlink(state);
    }
}

/* The names and shapes that other programs look for. */
Test(weights, names) {
    static const struct bon_st_item expected[] = {
        {"model.embed_tokens.weight", VOCABULARY, 8, false, BON_ST_F32},
        {"model.layers.0.input_layernorm.weight", 1, 8, true, BON_ST_F32},
        {"model.layers.0.self_attn.q_proj.weight", 8, 8, false, BON_ST_F32},
        {"model.layers.0.self_attn.k_proj.weight", 4, 8, false, BON_ST_F32},
        {"model.layers.0.self_attn.v_proj.weight", 4, 8, false, BON_ST_F32},
        {"model.layers.0.self_attn.o_proj.weight", 8, 8, false, BON_ST_F32},
        {"model.layers.0.self_attn.q_norm.weight", 1, 4, true, BON_ST_F32},
        {"model.layers.0.self_attn.k_norm.weight", 1, 4, true, BON_ST_F32},
        {"model.layers.0.post_attention_layernorm.weight", 1, 8, true, BON_ST_F32},
        {"model.layers.0.mlp.gate_proj.weight", 12, 8, false, BON_ST_F32},
        {"model.layers.0.mlp.up_proj.weight", 12, 8, false, BON_ST_F32},
        {"model.layers.0.mlp.down_proj.weight", 8, 12, false, BON_ST_F32},
        {"model.norm.weight", 1, 8, true, BON_ST_F32},
    };
    enum { COUNT = sizeof expected / sizeof expected[0] };
    char path[40];
    struct model m;
    struct bon_st_file *file;
    double values[VOCABULARY * 16], whole[VOCABULARY * 16];
    scratch(path);
    cr_assert_eq(open_model(&m, &qwen3, 1), BON_OK);
    cr_assert_eq(bon_params_write(m.params, path), BON_OK);
    cr_assert_eq(bon_st_open(&file, path), BON_OK, "%s", bon_error_message());
    cr_expect_eq(bon_st_count(file), COUNT);
    for (size_t i = 0; i < COUNT; i++)
        cr_expect_eq(bon_st_read(file, &expected[i], values), BON_OK, "%s", bon_error_message());
    cr_expect_str_eq(bon_st_text(file, "format"), "pt");
    cr_expect_null(bon_st_text(file, "none"));
    /* keys are the rows behind the queries */
    cr_assert_eq(bon_st_read(file, &expected[3], values), BON_OK);
    for (size_t i = 0; i < bon_params_count(m.params); i++)
        if (strstr(m.params->list[i].info.name, "qkv")) cr_assert_eq(bon_params_get(m.params, i, whole), BON_OK);
    cr_expect_arr_eq(values, whole + 8 * 8, 4 * 8 * sizeof *values);
    bon_st_close(file);

    /* GPT-2's matrices lie on their side */
    struct model g;
    cr_assert_eq(open_model(&g, &gpt2, 1), BON_OK);
    cr_assert_eq(bon_params_write(g.params, path), BON_OK);
    cr_assert_eq(bon_st_open(&file, path), BON_OK);
    cr_assert_eq(bon_st_read(file,
                             &(struct bon_st_item){"transformer.h.0.attn.c_attn.weight", 8, 24, false, BON_ST_F32},
                             values),
                 BON_OK);
    for (size_t i = 0; i < bon_params_count(g.params); i++)
        if (strstr(g.params->list[i].info.name, "c_attn.w")) cr_assert_eq(bon_params_get(g.params, i, whole), BON_OK);
    for (size_t row = 0; row < 24; row++)
        for (size_t col = 0; col < 8; col++) cr_expect_eq(values[col * 24 + row], whole[row * 8 + col]);
    bon_st_close(file);

    /* another architecture, another vocabulary */
    cr_expect_eq(bon_params_read(m.params, path), BON_ERR_FORMAT);
    cr_expect(strstr(bon_error_message(), "another architecture"), "%s", bon_error_message());
    struct bon_st_item item = {"transformer.wte.weight", VOCABULARY - 1, 8, false, BON_ST_F32};
    cr_assert_eq(bon_st_open(&file, path), BON_OK);
    cr_expect_eq(bon_st_read(file, &item, values), BON_ERR_FORMAT);
    cr_expect(strstr(bon_error_message(), "vocabulary"), "%s", bon_error_message());
    bon_st_close(file);
    close_model(&m), close_model(&g);
    unlink(path);
}

static bon_status open_bytes(const char *path, const void *bytes, size_t n) {
    struct bon_st_file *file = NULL;
    FILE *out = fopen(path, "wb");
    cr_assert(out && fwrite(bytes, 1, n, out) == n && fclose(out) == 0);
    bon_status status = bon_st_open(&file, path);
    bon_st_close(file);
    return status;
}

/* A file with this header and eight bytes of values. */
static bon_status open_header(const char *path, const char *header) {
    unsigned char bytes[512] = {0};
    const size_t n = strlen(header);
    bytes[0] = (unsigned char)n;
    bytes[1] = (unsigned char)(n >> 8);
    memcpy(bytes + 8, header, n);
    return open_bytes(path, bytes, 8 + n + 8);
}

Test(weights, headers) {
    static const char *const good[] = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        " { \"a\" : {\"data_offsets\":[0,8] , \"shape\":[2,1], \"dtype\":\"F32\"} } ",
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[0,8]},\"__metadata__\":{\"k\":\"v\"}}",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}",
        ("{\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],"
         "\"data_offsets\":[0,4]}}"),
    };
    static const char *const wrong[] = {
        "",
        "{}",
        "[]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}x",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999999999],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],"
        "\"data_offsets\":[4,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],"
        "\"data_offsets\":[4,8]}}",
        "{\"a\\n\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}}",
    };
    char path[40];
    scratch(path);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        cr_expect_eq(open_header(path, good[i]), BON_OK, "%s: %s", good[i], bon_error_message());
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_eq(open_header(path, wrong[i]), BON_ERR_FORMAT, "%s", wrong[i]);
        cr_expect(strstr(bon_error_message(), path), "%s", bon_error_message());
    }
    cr_expect_eq(open_bytes(path, "", 0), BON_ERR_FORMAT);
    cr_expect_eq(open_bytes(path, "1234567", 7), BON_ERR_FORMAT);
    cr_expect_eq(open_bytes(path, "\377\377\377\377\377\377\377\377{}", 10), BON_ERR_FORMAT);
    unlink(path);
    struct bon_st_file *file;
    cr_expect_eq(bon_st_open(&file, path), BON_ERR_IO);
    cr_expect_eq(bon_st_open(&file, "/"), BON_ERR_FORMAT);
}

Test(weights, cut_files) {
    static char bytes[1 << 14];
    char path[40];
    struct model m;
    scratch(path);
    cr_assert_eq(open_model(&m, &qwen3, 1), BON_OK);
    cr_assert_eq(bon_params_write(m.params, path), BON_OK);
    FILE *in = fopen(path, "rb");
    const size_t n = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    cr_assert(n > 2000 && n < sizeof bytes);
    for (size_t cut = 0; cut < n; cut += 37)
        cr_expect_eq(open_bytes(path, bytes, cut), BON_ERR_FORMAT, "cut at %zu", cut);
    for (size_t i = 0; i < 1500; i += 3) { /* any byte of the header may change: no harm, and often refused */
        bytes[i] ^= 1 << i % 7;
        bon_status status = open_bytes(path, bytes, n);
        cr_expect(status == BON_OK || status == BON_ERR_FORMAT);
        bytes[i] ^= 1 << i % 7;
    }
    unlink(path);
    close_model(&m);
}

static bon_status write_and_read(void *path) {
    struct model m = {0};
    uint64_t number = 7;
    bon_status status = open_model(&m, &qwen3, 1);
    if (status == BON_OK) status = bon_params_write(m.params, path);
    if (status == BON_OK) status = bon_params_read(m.params, path);
    if (status == BON_OK) status = bon_optimizer_write(m.optimizer, m.params, path, &number, 1);
    if (status == BON_OK) status = bon_optimizer_read(m.optimizer, m.params, path, &number, 1);
    close_model(&m);
    return status;
}

Test(weights, allocation_failures) {
    char path[40];
    scratch(path);
    failmalloc_check(write_and_read, path);
    unlink(path);
}
