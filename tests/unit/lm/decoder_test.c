/* Inference: a token at a time gives the logits of the whole forward pass, greedy texts are equal; 8-bit weights stay near; what
 * is exported is what was trained; damaged models are refused. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "bon/tokenizer.h"
#include "failmalloc.h"
#include "lm/config.h"
#include "lm/safetensors.h"

enum { VOCABULARY = 320, CONTEXT = 160, ROWS = 150 };

static const bon_transformer_config configs[] = {
    {BON_QWEN3, 2, 32, {4, 2, 10}, 72, VOCABULARY, CONTEXT, 10000, 1e-6f},
    {BON_GPT2, 2, 32, {4, 4, 8}, 72, VOCABULARY, CONTEXT, 0, 1e-5f},
};
enum { CONFIGS = sizeof configs / sizeof configs[0] };

struct place {
    char folder[40], config[64], weights[64], out[64];
};

static void make_place(struct place *place) {
    snprintf(place->folder, sizeof place->folder, "/tmp/bon-test-XXXXXX");
    cr_assert_not_null(mkdtemp(place->folder));
    snprintf(place->config, sizeof place->config, "%s/config.json", place->folder);
    snprintf(place->weights, sizeof place->weights, "%s/model.safetensors", place->folder);
    snprintf(place->out, sizeof place->out, "%s/out", place->folder);
}

static void remove_place(const struct place *place) {
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    cr_assert_eq(system(command), 0);
}

/* A model with weights large enough that its logits differ, in the folder; ids[i] predicts by `logits` (ROWS x VOCABULARY, may be
 * NULL) what comes behind it. */
static void write_model(const struct place *place, const bon_transformer_config *config, const uint32_t *ids,
                        float *logits) {
    bon_device *device;
    bon_params *params;
    bon_graph *graph;
    bon_transformer model;
    bon_param_info info;
    int32_t rows[ROWS], starts[ROWS] = {0};
    cr_assert_eq(bon_device_open(&device, &(bon_device_options){.threads = 1}), BON_OK);
    cr_assert_eq(bon_params_open(&params, device, 11), BON_OK);
    cr_assert_eq(bon_graph_open(&graph, params), BON_OK);
    bon_transformer_build(&model, graph, config, ROWS);
    bon_tensor_keep(model.logits);
    cr_assert_eq(bon_graph_plan(graph, NULL), BON_OK, "%s", bon_error_message());
    for (size_t i = 0; bon_params_at(params, i, &info); i++) {
        double *values = calloc(info.rows * info.cols, sizeof *values);
        cr_assert_eq(bon_params_get(params, i, values), BON_OK);
        const double larger = info.rows > 1 ? 4 : 1;
        for (size_t k = 0; k < info.rows * info.cols; k++) values[k] = values[k] * larger + 0.02 * sin((double)(k + i));
        cr_assert_eq(bon_params_set(params, i, values), BON_OK);
        free(values);
    }
    for (int i = 0; i < ROWS; i++) rows[i] = (int32_t)ids[i];
    cr_assert_eq(bon_transformer_set(&model, config, rows, starts), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_graph_forward(graph), BON_OK);
    if (logits) cr_assert_eq(bon_tensor_get(model.logits, logits), BON_OK);
    cr_assert_eq(bon_params_write(params, place->weights), BON_OK);
    cr_assert_eq(bon_config_write(place->config, config, "float32"), BON_OK);
    bon_graph_close(graph);
    bon_params_close(params);
    bon_device_close(device);
}

static void fill_ids(uint32_t ids[ROWS]) {
    for (uint32_t i = 0; i < ROWS; i++) ids[i] = (i * i * 7 + i * 3 + 5) % VOCABULARY;
}

static double distance(const float *a, const float *b, size_t n) {
    double apart = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        apart += (double)(a[i] - b[i]) * (double)(a[i] - b[i]);
        size += (double)b[i] * (double)b[i];
    }
    return sqrt(apart / size);
}

static size_t likeliest(const float *logits) {
    size_t best = 0;
    for (size_t i = 1; i < VOCABULARY; i++)
        if (logits[i] > logits[best]) best = i;
    return best;
}

Test(decoder, is_the_forward_pass) {
    static float wanted[ROWS * VOCABULARY], got[ROWS * VOCABULARY];
    uint32_t ids[ROWS];
    fill_ids(ids);
    for (int c = 0; c < CONFIGS; c++) {
        struct place place;
        bon_decoder *decoder;
        bon_decoding *text;
        make_place(&place);
        write_model(&place, &configs[c], ids, wanted);
        cr_assert_eq(bon_decoder_open(&decoder, place.folder), BON_OK, "%s", bon_error_message());
        cr_assert_eq(bon_decoding_open(&text, decoder, 2), BON_OK);
        cr_assert_eq(bon_decoding_feed(text, ids, ROWS, got, true), BON_OK, "%s", bon_error_message());
        cr_expect_lt(distance(got, wanted, ROWS * VOCABULARY), 1e-5, "at once, config %d: %g", c,
                     distance(got, wanted, ROWS * VOCABULARY));
        bon_decoding_cut(text, 40); /* some again, one at a time */
        for (size_t i = 40; i < ROWS; i++) {
            float *row = got + i * VOCABULARY;
            cr_assert_eq(bon_decoding_feed(text, &ids[i], 1, row, false), BON_OK);
            cr_expect_eq(likeliest(row), likeliest(wanted + i * VOCABULARY), "config %d, token %zu", c, i);
        }
        cr_expect_lt(distance(got, wanted, ROWS * VOCABULARY), 1e-5);
        cr_expect_eq(bon_decoding_length(text), ROWS);
        cr_expect_eq(bon_decoding_feed(text, ids, CONTEXT - ROWS + 1, NULL, false), BON_ERR_LIMIT);
        cr_expect_eq(bon_decoding_feed(text, &(uint32_t){VOCABULARY}, 1, NULL, false), BON_ERR_ARGUMENT);
        cr_expect_eq(bon_decoding_length(text), ROWS);
        bon_decoding_close(text);
        bon_decoder_close(decoder);
        remove_place(&place);
    }
}

Test(decoder, eight_bits_stay_near) {
    static float wanted[ROWS * VOCABULARY], got[ROWS * VOCABULARY], again[ROWS * VOCABULARY];
    uint32_t ids[ROWS];
    fill_ids(ids);
    for (int c = 0; c < CONFIGS; c++) {
        struct place place;
        bon_decoder *decoder;
        bon_decoding *text;
        make_place(&place);
        write_model(&place, &configs[c], ids, wanted);
        cr_assert_eq(bon_decoder_open(&decoder, place.folder), BON_OK);
        const size_t bytes = bon_decoder_bytes(decoder);
        bon_decoder_close(decoder);
        cr_assert_eq(bon_export_int8(place.folder, place.out), BON_OK, "%s", bon_error_message());
        cr_assert_eq(bon_decoder_open(&decoder, place.out), BON_OK, "%s", bon_error_message());
        cr_expect(bon_decoder_is_int8(decoder) && bon_decoder_bytes(decoder) < bytes * 3 / 10);
        for (unsigned threads = 1; threads <= 3; threads += 2) {
            cr_assert_eq(bon_decoding_open(&text, decoder, threads), BON_OK);
            cr_assert_eq(bon_decoding_feed(text, ids, ROWS, threads == 1 ? got : again, true), BON_OK);
            bon_decoding_close(text);
        }
        cr_expect_arr_eq(got, again, sizeof got, "other threads, other bytes");
        cr_expect_lt(distance(got, wanted, ROWS * VOCABULARY), 0.03, "config %d: %g", c,
                     distance(got, wanted, ROWS * VOCABULARY));
        const size_t rounded = bon_decoder_bytes(decoder);
        bon_decoder_close(decoder);

        /* the same in memory, and once only */
        cr_assert_eq(bon_decoder_open(&decoder, place.folder), BON_OK);
        for (int i = 0; i < 2; i++) cr_assert_eq(bon_decoder_round(decoder), BON_OK);
        cr_expect(bon_decoder_is_int8(decoder) && bon_decoder_bytes(decoder) == rounded);
        cr_expect(strstr(bon_decoder_name(decoder), "8-bit"), "%s", bon_decoder_name(decoder));
        cr_assert_eq(bon_decoding_open(&text, decoder, 1), BON_OK);
        cr_assert_eq(bon_decoding_feed(text, ids, ROWS, again, true), BON_OK);
        bon_decoding_close(text);
        bon_decoder_close(decoder);
        cr_expect_arr_eq(got, again, sizeof got, "rounded in memory, other bytes");
        cr_expect_eq(bon_export_int8(place.out, place.folder), BON_ERR_ARGUMENT, "8-bit from 8-bit");
        remove_place(&place);
    }
}

Test(decoder, sixteen_bits_for_transformers) {
    static float wanted[ROWS * VOCABULARY], got[ROWS * VOCABULARY];
    static const double near[] = {1e-5, 2e-3, 2e-2};
    uint32_t ids[ROWS];
    struct place place;
    bon_decoder *decoder;
    bon_decoding *text;
    fill_ids(ids);
    make_place(&place);
    write_model(&place, &configs[0], ids, wanted);
    for (int type = BON_WEIGHT_F32; type <= BON_WEIGHT_BF16; type++) {
        cr_assert_eq(bon_export_hf(place.folder, (bon_weight_type)type, place.out), BON_OK, "%s", bon_error_message());
        cr_assert_eq(bon_decoder_open(&decoder, place.out), BON_OK, "%s", bon_error_message());
        cr_assert_eq(bon_decoding_open(&text, decoder, 1), BON_OK);
        cr_assert_eq(bon_decoding_feed(text, ids, ROWS, got, true), BON_OK);
        cr_expect_lt(distance(got, wanted, ROWS * VOCABULARY), near[type], "type %d: %g", type,
                     distance(got, wanted, ROWS * VOCABULARY));
        bon_decoding_close(text);
        bon_decoder_close(decoder);
    }
    cr_expect_eq(bon_export_hf(place.folder, BON_WEIGHT_Q8_0, place.out), BON_ERR_ARGUMENT);
    remove_place(&place);
}

/* ---- refusals ---- */

static void expect_refused(const struct place *place, const char *reason) {
    bon_decoder *decoder;
    cr_expect_eq(bon_decoder_open(&decoder, place->folder), BON_ERR_FORMAT, "%s: %s", reason, bon_error_message());
    cr_expect(strstr(bon_error_message(), reason), "%s instead of %s", bon_error_message(), reason);
}

static bon_status give_number(void *context, size_t i, float *values) {
    (void)i;
    values[0] = *(float *)context;
    return BON_OK;
}

Test(decoder, refusals) {
    uint32_t ids[ROWS];
    struct place place;
    bon_decoder *decoder;
    fill_ids(ids);
    make_place(&place);
    cr_expect_eq(bon_decoder_open(&decoder, place.folder), BON_ERR_IO);
    write_model(&place, &configs[0], ids, NULL);

    bon_transformer_config other = configs[0];
    other.hidden = 64;
    cr_assert_eq(bon_config_write(place.config, &other, "float32"), BON_OK);
    expect_refused(&place, "is not 64 x 32");
    other = configs[0];
    other.layers = 1;
    cr_assert_eq(bon_config_write(place.config, &other, "float32"), BON_OK);
    expect_refused(&place, "another architecture");
    other = configs[0];
    other.width = 1 << 15, other.hidden = 1 << 15,
    other.layers = 30; /* far more than is there: no memory is asked for */
    cr_assert_eq(bon_config_write(place.config, &other, "float32"), BON_OK);
    expect_refused(&place, "too small for the model");
    cr_assert_eq(bon_config_write(place.config, &configs[1], "float32"), BON_OK);
    expect_refused(&place, "there is no tensor");
    cr_assert_eq(bon_config_write(place.config, &configs[0], "float32"), BON_OK);
    cr_assert_eq(truncate(place.weights, 4000), 0);
    expect_refused(&place, "model.safetensors");

    float number = NAN; /* of the wrong kind, one tensor of one value */
    const struct bon_st_item item = {.name = "model.norm.weight", .rows = 1, .cols = 1, .is_vector = true};
    cr_assert_eq(
        bon_st_write(place.weights, &item, 1, &(struct bon_st_text){"format", "bon-int8"}, 1, give_number, &number),
        BON_OK);
    expect_refused(&place, "too small");
    remove_place(&place);
}

Test(decoder, weights_that_are_not_finite) {
    uint32_t ids[ROWS];
    struct place place;
    fill_ids(ids);
    make_place(&place);
    write_model(&place, &configs[0], ids, NULL);
    FILE *file = fopen(place.weights, "r+b");
    const float infinite = INFINITY;
    cr_assert(file && fseek(file, -4, SEEK_END) == 0 && fwrite(&infinite, 4, 1, file) == 1 && fclose(file) == 0);
    expect_refused(&place, "not finite");
    remove_place(&place);
}

/* ---- GGUF ---- */

static bon_status make_tokenizer(bon_tokenizer **tokenizer, uint32_t size) {
    static const char text[] = "một hai ba bốn năm sáu bảy tám chín mười một hai ba bốn năm sáu bảy tám chín mười\n";
    bon_token_trainer *trainer;
    BON_TRY(bon_token_trainer_open(&trainer));
    bon_status status = bon_token_trainer_add(trainer, text, sizeof text - 1);
    if (status == BON_OK)
        status = bon_token_trainer_learn(trainer, &(bon_token_train_options){.size = size}, tokenizer);
    bon_token_trainer_close(trainer);
    return status;
}

static uint64_t number_at(const bon_buf *file, size_t at, size_t bytes) {
    uint64_t number = 0;
    for (size_t i = bytes; i-- > 0;) number = number << 8 | (unsigned char)file->data[at + i];
    return number;
}

static void read_file(const char *path, bon_buf *bytes) {
    FILE *in = fopen(path, "rb");
    cr_assert_not_null(in, "%s", path);
    cr_assert_eq(bon_buf_reserve(bytes, 1 << 20), BON_OK);
    bytes->len = fread(bytes->data, 1, 1 << 20, in);
    fclose(in);
}

/* Behind a name, whose length stands before it. */
static size_t behind(const bon_buf *file, const char *name) {
    const size_t n = strlen(name);
    const char *at = memmem(file->data, file->len, name, n);
    cr_assert(at && number_at(file, (size_t)(at - file->data) - 8, 8) == n, "%s is not in the file", name);
    return (size_t)(at - file->data) + n;
}

Test(gguf, is_what_the_format_says) {
    struct place place;
    bon_tokenizer *tokenizer;
    bon_buf file = {0};
    uint32_t ids[ROWS];
    fill_ids(ids);
    make_place(&place);
    write_model(&place, &configs[0], ids, NULL);
    cr_assert_eq(make_tokenizer(&tokenizer, 280), BON_OK);
    cr_assert_eq(bon_export_gguf(place.folder, tokenizer, BON_WEIGHT_Q8_0, place.out), BON_OK, "%s",
                 bon_error_message());
    read_file(place.out, &file);
    cr_expect_eq(memcmp(file.data, "GGUF", 4), 0);
    cr_expect_eq(number_at(&file, 4, 4), 3);
    cr_expect_eq(number_at(&file, 8, 8), 2 + 2 * 11, "%d tensors", (int)number_at(&file, 8, 8));
    size_t at = behind(&file, "qwen3.attention.key_length");
    cr_expect(number_at(&file, at, 4) == 4 && number_at(&file, at + 4, 4) == 10);
    at = behind(&file, "tokenizer.ggml.tokens");
    cr_expect(number_at(&file, at, 4) == 9 && number_at(&file, at + 4, 4) == 8);
    cr_expect_eq(number_at(&file, at + 8, 8), VOCABULARY, "a token for every row of the model");
    at = behind(&file, "tokenizer.ggml.eos_token_id");
    cr_expect_eq(number_at(&file, at + 4, 4), bon_tokenizer_size(tokenizer) - 1);
    at = behind(&file, "blk.1.attn_k.weight"); /* 2 heads of 10: rows of 32 are blocks of Q8_0 */
    cr_expect(number_at(&file, at, 4) == 2 && number_at(&file, at + 4, 8) == 32 && number_at(&file, at + 12, 8) == 20);
    cr_expect_eq(number_at(&file, at + 20, 4), 8);
    at = behind(&file, "blk.1.ffn_down.weight"); /* rows of 72 are none: F16 */
    cr_expect(number_at(&file, at + 4, 8) == 72 && number_at(&file, at + 20, 4) == 1);
    at = behind(&file, "output_norm.weight"); /* the last: one row, F32 */
    cr_expect(number_at(&file, at, 4) == 1 && number_at(&file, at + 4, 8) == 32 && number_at(&file, at + 12, 4) == 0);
    const uint64_t offset = number_at(&file, at + 16, 8), data = (at + 24 + 31) / 32 * 32;
    cr_expect_eq(offset % 32, 0);
    cr_expect_eq(data + offset + 32 * 4, file.len, "%zu bytes, wanted %llu", file.len,
                 (unsigned long long)(data + offset + 128));
    bon_buf_free(&file);

    bon_tokenizer *large;
    cr_assert_eq(make_tokenizer(&large, 290), BON_OK);
    bon_transformer_config small = configs[0];
    small.vocabulary = 264;
    uint32_t few[ROWS] = {0};
    write_model(&place, &small, few, NULL);
    cr_assert_gt(bon_tokenizer_size(large), 264);
    cr_expect_eq(bon_export_gguf(place.folder, large, BON_WEIGHT_F32, place.out), BON_ERR_ARGUMENT);
    cr_expect(strstr(bon_error_message(), "another one's"), "%s", bon_error_message());
    bon_tokenizer_close(large);
    bon_tokenizer_close(tokenizer);
    remove_place(&place);
}

/* ---- no memory ---- */

static bon_status whole_round(void *arg) {
    const struct place *place = arg;
    bon_decoder *decoder = NULL;
    bon_decoding *text = NULL;
    static float logits[VOCABULARY];
    bon_status status = bon_export_int8(place->folder, place->out);
    if (status == BON_OK) status = bon_decoder_open(&decoder, place->out);
    if (status == BON_OK) status = bon_decoding_open(&text, decoder, 1);
    if (status == BON_OK) status = bon_decoding_feed(text, &(uint32_t){3}, 1, logits, false);
    bon_decoding_close(text);
    bon_decoder_close(decoder);
    return status;
}

static bon_status round_in_memory(void *arg) {
    const struct place *place = arg;
    bon_decoder *decoder = NULL;
    bon_status status = bon_decoder_open(&decoder, place->folder);
    if (status == BON_OK) status = bon_decoder_round(decoder);
    bon_decoder_close(decoder);
    return status;
}

struct gguf_job {
    const struct place *place;
    const bon_tokenizer *tokenizer;
};

static bon_status write_gguf(void *arg) {
    const struct gguf_job *job = arg;
    return bon_export_gguf(job->place->folder, job->tokenizer, BON_WEIGHT_F16, job->place->out);
}

Test(decoder, allocation_failures) {
    uint32_t ids[ROWS];
    struct place place;
    bon_tokenizer *tokenizer;
    fill_ids(ids);
    make_place(&place);
    write_model(&place, &configs[0], ids, NULL);
    failmalloc_check(whole_round, &place);
    failmalloc_check(round_in_memory, &place);
    cr_assert_eq(make_tokenizer(&tokenizer, 280), BON_OK);
    snprintf(place.out, sizeof place.out, "%s/gguf", place.folder);
    struct gguf_job job = {&place, tokenizer};
    failmalloc_check(write_gguf, &job);
    bon_tokenizer_close(tokenizer);
    remove_place(&place);
}
