/* cmd/bon/tokenizer_files.c: ids in, as text or binary; tokenizers out, as the files other programs look for. */
#include "tokenizer_files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/io.h"
#include "lm/tokenizer_json.h"

/* ---- ids as text ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* Reads the number at *at, behind blanks; false when what stands there is no number of an id. */
static bool read_number(const char **at, const char *end, uint32_t *value) {
    const char *p = *at;
    *value = 0;
    for (; p < end && *p >= '0' && *p <= '9' && *value < BON_TOKENIZER_SIZE_MAX; p++)
        *value = *value * 10 + (uint32_t)(*p - '0');
    bool valid = p > *at && (p == end || is_blank(*p) || *p == '\n');
    *at = p;
    return valid;
}

bon_status tokenizer_decode_map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const char *at = chunk->data, *end = at + chunk->len;
    uint64_t line = chunk->line;
    uint32_t id;
    (void)worker;
    while (at < end) {
        if (is_blank(*at)) {
            at++;
        } else if (*at == '\n') {
            BON_TRY(bon_buf_put(out, *at++));
            line++;
        } else if (!read_number(&at, end, &id)) {
            return bon_fail(BON_ERR_DATA, "%s:%llu: not an id: ids are numbers between blanks", chunk->name,
                            (unsigned long long)line);
        } else {
            size_t n;
            const char *bytes = bon_tokenizer_bytes(context, id, &n);
            if (!bytes)
                return bon_fail(BON_ERR_DATA,
                                "%s:%llu: %u is not the id of a token: this tokenizer has %u; was the text "
                                "encoded with another one?",
                                chunk->name, (unsigned long long)line, id, bon_tokenizer_size(context));
            BON_TRY(bon_buf_append(out, bytes, n));
        }
    }
    return BON_OK;
}

/* ---- binary ids ---- */

static uint32_t little_endian(const char *bytes, size_t width) {
    uint32_t value = 0;
    for (size_t i = 0; i < width; i++) value |= (uint32_t)(unsigned char)bytes[i] << 8 * i;
    return value;
}

static bon_status decode_block(const bon_tokenizer *t, size_t width, const char *bytes, size_t n, struct bon_in *in,
                               uint64_t offset, struct bon_out *out) {
    for (size_t at = 0; at + width <= n; at += width) {
        size_t length;
        uint32_t id = little_endian(bytes + at, width);
        const char *token = bon_tokenizer_bytes(t, id, &length);
        if (!token)
            return bon_fail(BON_ERR_DATA,
                            "%s: offset %llu: %u is not the id of a token: this tokenizer has %u; is it "
                            "another one, or --ids of another width?",
                            bon_in_name(in), (unsigned long long)(offset + at), id, bon_tokenizer_size(t));
        BON_TRY(bon_out_write(out, token, length));
    }
    return BON_OK;
}

static bon_status decode_file(const bon_tokenizer *t, size_t width, const char *path, struct bon_out *out) {
    char block[1 << 14];
    size_t held = 0, got;
    uint64_t offset = 0;
    struct bon_in *in;
    BON_TRY(bon_in_open(&in, path));
    bon_status status;
    while ((status = bon_in_read(in, block + held, sizeof block - held, &got)) == BON_OK && got > 0) {
        size_t n = held + got, whole = n - n % width;
        status = decode_block(t, width, block, whole, in, offset, out);
        if (status != BON_OK) break;
        offset += whole;
        held = n - whole;
        memmove(block, block + whole, held);
    }
    if (status == BON_OK && held > 0)
        status = bon_fail(BON_ERR_DATA, "%s: offset %llu: the file ends inside an id of %zu bytes", bon_in_name(in),
                          (unsigned long long)offset, width);
    bon_in_close(in);
    return status;
}

bon_status tokenizer_decode_binary(const bon_tokenizer *t, size_t width, char *const *paths, size_t path_count,
                                   const char *output) {
    struct bon_out *out;
    bon_status status = BON_OK;
    BON_TRY(bon_out_open(&out, output, 0));
    if (path_count == 0) status = decode_file(t, width, NULL, out);
    for (size_t i = 0; i < path_count && status == BON_OK; i++) status = decode_file(t, width, paths[i], out);
    if (status == BON_OK) return bon_out_publish(out);
    bon_out_abandon(out);
    return status;
}

/* ---- export ---- */

static bon_status write_file(const char *folder, const char *name, const bon_buf *text) {
    char path[PATH_MAX];
    struct bon_out *out;
    int n = folder ? snprintf(path, sizeof path, "%s/%s", folder, name) : snprintf(path, sizeof path, "%s", name);
    if (n < 0 || (size_t)n >= sizeof path) return bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", folder);
    BON_TRY(bon_out_open(&out, path, 0));
    bon_status status = bon_out_write(out, text->data, text->len);
    if (status == BON_OK) return bon_out_publish(out);
    bon_out_abandon(out);
    return status;
}

/* tokenizer_config.json: what transformers reads first. */
static bon_status put_config(const bon_tokenizer *t, bon_buf *out) {
    uint32_t end = bon_tokenizer_find_special(t, BON_TOKENIZER_END, sizeof BON_TOKENIZER_END - 1);
    const char *name = end == BON_TOKENIZER_NONE ? "null" : "\"" BON_TOKENIZER_END "\"";
    return bon_buf_printf(out,
                          "{\n  \"tokenizer_class\": \"PreTrainedTokenizerFast\",\n  \"add_prefix_space\": false,\n"
                          "  \"bos_token\": null,\n  \"eos_token\": %s,\n  \"pad_token\": %s,\n  \"unk_token\": null,\n"
                          "  \"clean_up_tokenization_spaces\": false,\n  \"model_max_length\": 1000000000\n}\n",
                          name, name);
}

static bon_status export_hf(const bon_tokenizer *t, const char *folder, bon_buf *text) {
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/tokenizer.json", folder);
    if (n < 0 || (size_t)n >= sizeof path) return bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", folder);
    BON_TRY(bon_tokenizer_write(t, path));
    BON_TRY(put_config(t, text));
    return write_file(folder, "tokenizer_config.json", text);
}

static bon_status put_merges(const bon_tokenizer *t, bon_buf *out) {
    BON_TRY(bon_buf_printf(out, "#version: 0.2\n"));
    for (uint32_t i = 0, left, right, joined; i < bon_tokenizer_merge_count(t); i++) {
        bon_tokenizer_merge(t, i, &left, &right, &joined);
        BON_TRY(bon_tokenizer_spell(t, left, out));
        BON_TRY(bon_buf_put(out, ' '));
        BON_TRY(bon_tokenizer_spell(t, right, out));
        BON_TRY(bon_buf_put(out, '\n'));
    }
    return BON_OK;
}

static bon_status export_gpt2(const bon_tokenizer *t, const char *folder, bon_buf *text) {
    BON_TRY(bon_json_vocabulary(t, "", text));
    BON_TRY(bon_buf_put(text, '\n'));
    BON_TRY(write_file(folder, "vocab.json", text));
    text->len = 0;
    BON_TRY(put_merges(t, text));
    return write_file(folder, "merges.txt", text);
}

static bon_status export_tsv(const bon_tokenizer *t, const char *path, bon_buf *text) {
    BON_TRY(bon_buf_printf(text, "id\tkind\tspelling\n"));
    for (uint32_t id = 0; id < bon_tokenizer_size(t); id++) {
        const char *kind = bon_tokenizer_is_special(t, id) ? "special" : id < BON_TOKENIZER_BYTES ? "byte" : "joined";
        BON_TRY(bon_buf_printf(text, "%u\t%s\t", id, kind));
        BON_TRY(bon_tokenizer_spell(t, id, text));
        BON_TRY(bon_buf_put(text, '\n'));
    }
    return write_file(NULL, path ? path : "-", text);
}

bon_status tokenizer_export(const bon_tokenizer *t, enum tokenizer_format format, const char *output) {
    static bon_status (*const writers[])(const bon_tokenizer *, const char *, bon_buf *) = {
        [TOKENIZER_HF] = export_hf, [TOKENIZER_GPT2] = export_gpt2, [TOKENIZER_TSV] = export_tsv};
    bon_buf text = {0};
    if (format != TOKENIZER_TSV && mkdir(output, 0777) != 0 && errno != EEXIST)
        return bon_fail_errno(output, "cannot make the folder");
    bon_status status = writers[format](t, output, &text);
    bon_buf_free(&text);
    return status;
}
