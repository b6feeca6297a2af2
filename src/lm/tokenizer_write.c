/* src/lm/tokenizer_write.c: tokenizer -> tokenizer.json, as the tokenizers library of Hugging Face writes it: the same members
 * in the same order, so that every client finds what it looks for. */
#include <stdio.h>

#include "base/buf.h"
#include "base/io.h"
#include "lm/tokenizer.h"
#include "lm/tokenizer_json.h"
#include "syllable/utf8.h"

bon_status bon_json_string(const char *text, size_t n, bon_buf *out) {
    BON_TRY(bon_buf_put(out, '"'));
    for (size_t at = 0; at < n;) {
        unsigned length;
        uint32_t c = bon_utf8_read(text + at, n - at, &length);
        if (c == BON_UTF8_INVALID)
            BON_TRY(bon_buf_append(out, "\xef\xbf\xbd", 3));
        else if (c < 0x20)
            BON_TRY(bon_buf_printf(out, "\\u%04x", c));
        else {
            if (c == '"' || c == '\\') BON_TRY(bon_buf_put(out, '\\'));
            BON_TRY(bon_buf_append(out, text + at, length));
        }
        at += length;
    }
    return bon_buf_put(out, '"');
}

/* A token's spelling without quotes: the alphabet holds two characters that JSON escapes. */
static bon_status put_spelling(const bon_tokenizer *t, uint32_t id, bon_buf *out, bon_buf *scratch) {
    scratch->len = 0;
    BON_TRY(bon_tokenizer_spell(t, id, scratch));
    BON_TRY(bon_buf_reserve(out, 2 * scratch->len));
    for (size_t i = 0; i < scratch->len; i++) {
        if (scratch->data[i] == '"' || scratch->data[i] == '\\') bon_buf_push(out, "\\", 1);
        bon_buf_push(out, &scratch->data[i], 1);
    }
    return BON_OK;
}

static bon_status put_vocabulary(const bon_tokenizer *t, const char *indent, bon_buf *out, bon_buf *scratch) {
    const char *separator = "";
    BON_TRY(bon_buf_put(out, '{'));
    for (uint32_t id = 0; id < t->size; id++) {
        if (t->tokens[id].special) continue;
        BON_TRY(bon_buf_printf(out, "%s\n%s  \"", separator, indent));
        BON_TRY(put_spelling(t, id, out, scratch));
        BON_TRY(bon_buf_printf(out, "\": %u", id));
        separator = ",";
    }
    return bon_buf_printf(out, "\n%s}", indent);
}

bon_status bon_json_vocabulary(const bon_tokenizer *t, const char *indent, bon_buf *out) {
    bon_buf scratch = {0};
    bon_status status = put_vocabulary(t, indent, out, &scratch);
    bon_buf_free(&scratch);
    return status;
}

static bon_status put_merges(const bon_tokenizer *t, const char *indent, bon_buf *out, bon_buf *scratch) {
    BON_TRY(bon_buf_put(out, '['));
    for (uint32_t i = 0; i < t->merge_count; i++) {
        BON_TRY(bon_buf_printf(out, "%s\n%s  \"", i ? "," : "", indent));
        BON_TRY(put_spelling(t, t->merges[i].left, out, scratch));
        BON_TRY(bon_buf_put(out, ' '));
        BON_TRY(put_spelling(t, t->merges[i].right, out, scratch));
        BON_TRY(bon_buf_put(out, '"'));
    }
    return bon_buf_printf(out, "\n%s]", indent);
}

bon_status bon_json_merges(const bon_tokenizer *t, const char *indent, bon_buf *out) {
    bon_buf scratch = {0};
    bon_status status = put_merges(t, indent, out, &scratch);
    bon_buf_free(&scratch);
    return status;
}

static bon_status put_specials(const bon_tokenizer *t, bon_buf *out) {
    BON_TRY(bon_buf_printf(out, "  \"added_tokens\": ["));
    for (uint32_t i = 0; i < t->special_count; i++) {
        const struct bon_subword *token = &t->tokens[t->specials[i]];
        BON_TRY(bon_buf_printf(out, "%s\n    {\"id\": %u, \"content\": ", i ? "," : "", t->specials[i]));
        BON_TRY(bon_json_string(token->bytes, token->n, out));
        BON_TRY(bon_buf_printf(out, ", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, "
                                    "\"normalized\": false, \"special\": true}"));
    }
    return bon_buf_printf(out, "%s],\n", t->special_count ? "\n  " : "");
}

#define BYTE_LEVEL                                                                                                     \
    "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": false, \"use_regex\": false}"

static bon_status put_tokenizer(const bon_tokenizer *t, bon_buf *out) {
    BON_TRY(bon_buf_printf(out, "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n"));
    BON_TRY(put_specials(t, out));
    BON_TRY(bon_buf_printf(out, "  \"normalizer\": null,\n  \"pre_tokenizer\": {\"type\": \"Sequence\", "
                                "\"pretokenizers\": [\n    {\"type\": \"Split\", \"pattern\": {\"Regex\": "));
    BON_TRY(bon_json_string(BON_TOKENIZER_PATTERN, sizeof BON_TOKENIZER_PATTERN - 1, out));
    BON_TRY(bon_buf_printf(out, "}, \"behavior\": \"Isolated\", \"invert\": false},\n    " BYTE_LEVEL "\n  ]},\n"
                                "  \"post_processor\": null,\n  \"decoder\": " BYTE_LEVEL ",\n"));
    BON_TRY(bon_buf_printf(out,
                           "  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n    \"unk_token\": null,\n"
                           "    \"continuing_subword_prefix\": \"\",\n    \"end_of_word_suffix\": \"\",\n"
                           "    \"fuse_unk\": false,\n    \"byte_fallback\": false,\n    \"ignore_merges\": false,\n"
                           "    \"vocab\": "));
    BON_TRY(bon_json_vocabulary(t, "    ", out));
    BON_TRY(bon_buf_printf(out, ",\n    \"merges\": "));
    BON_TRY(bon_json_merges(t, "    ", out));
    return bon_buf_printf(out, "\n  }\n}\n");
}

bon_status bon_tokenizer_write(const bon_tokenizer *t, const char *path) {
    bon_buf text = {0};
    struct bon_out *out = NULL;
    bon_status status = put_tokenizer(t, &text);
    if (status == BON_OK) status = bon_out_open(&out, path, 0);
    if (status == BON_OK) status = bon_out_write(out, text.data, text.len);
    if (status == BON_OK)
        status = bon_out_publish(out);
    else
        bon_out_abandon(out);
    bon_buf_free(&text);
    return status;
}
