/* The files of a model with arbitrary content: config.json up to the first 0 byte, model.safetensors behind it. Refused with a
 * message, or a model that goes on with a text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "bon/lm.h"
#include "lm/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static char folder[] = "/tmp/bon-fuzz-XXXXXX", config[64], weights[64];

static void remove_folder(void) {
    unlink(config);
    unlink(weights);
    rmdir(folder);
}

static void write_file(const char *path, const uint8_t *bytes, size_t n) {
    FILE *out = fopen(path, "wb");
    require(out && fwrite(bytes, 1, n, out) == n && fclose(out) == 0);
}

static void read_tensors(void) {
    static const char *const names[] = {"model.norm.weight", "transformer.ln_f.bias", "a"};
    struct bon_st_file *file;
    double values[16];
    if (bon_st_open(&file, weights) != BON_OK) {
        require(strstr(bon_error_message(), weights));
        return;
    }
    require(bon_st_count(file) > 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (size_t cols = 1; cols <= 16; cols *= 2) {
            struct bon_st_item item = {.rows = 1, .cols = cols, .is_vector = true};
            memcpy(item.name, names[i], strlen(names[i]));
            bon_status status = bon_st_read(file, &item, values);
            require(status == BON_OK || bon_error_message()[0]);
        }
    bon_st_text(file, "format");
    bon_st_close(file);
}

static void run_model(const bon_transformer_config *c) {
    bon_decoder *decoder;
    bon_decoding *text;
    uint32_t id = 0;
    if (bon_decoder_open(&decoder, folder) != BON_OK) {
        require(bon_error_message()[0]);
        return;
    }
    float *logits = calloc(c->vocabulary, sizeof *logits);
    require(logits && bon_decoding_open(&text, decoder, 1) == BON_OK);
    for (unsigned i = 0; i < c->context && i < 3; i++) {
        require(bon_decoding_feed(text, &id, 1, logits, false) == BON_OK);
        if (bon_sample(logits, c->vocabulary, &(bon_sampling){0}, i, &id) != BON_OK) id = 0; /* weights may overflow */
    }
    bon_decoding_close(text);
    bon_decoder_close(decoder);
    free(logits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bon_transformer_config c;
    const uint8_t *end = memchr(data, 0, size);
    const size_t head = end ? (size_t)(end - data) : size;
    if (!config[0]) {
        require(mkdtemp(folder) != NULL);
        snprintf(config, sizeof config, "%s/config.json", folder);
        snprintf(weights, sizeof weights, "%s/model.safetensors", folder);
        atexit(remove_folder);
    }
    write_file(config, data, head);
    write_file(weights, end ? end + 1 : data, end ? size - head - 1 : 0);
    read_tensors();
    if (bon_transformer_config_read(&c, config) != BON_OK) {
        require(bon_error_message()[0]);
        return 0;
    }
    if (c.layers <= 4 && c.width <= 64 && c.hidden <= 64 && c.vocabulary <= 64 && c.context <= 64 &&
        c.heads.queries * c.heads.dim <= 64) /* what is larger is right, and slow */
        run_model(&c);
    return 0;
}
