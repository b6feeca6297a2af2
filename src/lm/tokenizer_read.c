/* src/lm/tokenizer_read.c: tokenizer.json -> tokenizer.
 *
 * The file can ask for much that would change the ids (normalizers, other patterns, prefixes, dropout, ...). What bon does
 * not do is refused by name, so that whatever is read encodes as the file says.
 */
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/io.h"
#include "lm/bpe_alphabet.h"
#include "lm/tokenizer.h"

enum { DEPTH_MAX = 32 };

struct reader {
    const char *name; /* of the file */
    bon_tokenizer *tokenizer;
    bon_buf left, right; /* bytes of the tokens at hand */
};

static bon_status refuse(const struct reader *r, const char *reason) {
    return bon_fail(BON_ERR_FORMAT, "%s: not a tokenizer that bon can use: %s", r->name, reason);
}

/* What building refused, with the file's name before it. */
static bon_status refuse_data(const struct reader *r, bon_status status) {
    char reason[512];
    if (status != BON_ERR_DATA && status != BON_ERR_LIMIT) return status;
    size_t n = strlen(bon_error_message());
    if (n >= sizeof reason) n = sizeof reason - 1;
    memcpy(reason, bon_error_message(), n);
    reason[n] = 0;
    return refuse(r, reason);
}

/* ---- members ---- */

/* A member of an object, NULL when it is missing, null, or `object` is no object. */
static json_object *member(json_object *object, const char *key) {
    json_object *value = NULL;
    if (!json_object_is_type(object, json_type_object)) return NULL;
    return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static bool is_text(json_object *value, const char *text) {
    return json_object_is_type(value, json_type_string) && (size_t)json_object_get_string_len(value) == strlen(text) &&
           memcmp(json_object_get_string(value), text, strlen(text)) == 0;
}

static bool has_text(json_object *object, const char *key, const char *text) {
    return is_text(member(object, key), text);
}

/* Missing, null, false, "" and 0 all ask for nothing. */
static bool asks_nothing(json_object *value) {
    switch (json_object_get_type(value)) {
    case json_type_null: return true;
    case json_type_boolean: return !json_object_get_boolean(value);
    case json_type_string: return json_object_get_string_len(value) == 0;
    case json_type_int:
    case json_type_double: return json_object_get_double(value) == 0;
    default: return false;
    }
}

/* {"type": "ByteLevel"}, bytes to characters and nothing more. add_prefix_space and use_regex are true when missing. */
static bool is_byte_level(json_object *object) {
    json_object *prefix = member(object, "add_prefix_space"), *regex = member(object, "use_regex");
    return has_text(object, "type", "ByteLevel") && prefix && asks_nothing(prefix) && regex && asks_nothing(regex);
}

static bool is_split(json_object *object) {
    return has_text(object, "type", "Split") && has_text(object, "behavior", "Isolated") &&
           asks_nothing(member(object, "invert")) &&
           has_text(member(object, "pattern"), "Regex", BON_TOKENIZER_PATTERN);
}

static bool is_pre_tokenizer(json_object *object) {
    json_object *steps = member(object, "pretokenizers");
    return has_text(object, "type", "Sequence") && json_object_is_type(steps, json_type_array) &&
           json_object_array_length(steps) == 2 && is_split(json_object_array_get_idx(steps, 0)) &&
           is_byte_level(json_object_array_get_idx(steps, 1));
}

/* Members of "model" that would change what is encoded. */
static const char *const model_extras[] = {"dropout", "continuing_subword_prefix", "end_of_word_suffix",
                                           "byte_fallback", "ignore_merges"};

static bon_status check_kind(const struct reader *r, json_object *root) {
    json_object *model = member(root, "model"), *post = member(root, "post_processor");
    if (!json_object_is_type(root, json_type_object)) return refuse(r, "it is not a JSON object");
    if (!has_text(model, "type", "BPE")) return refuse(r, "its model is not of type BPE");
    if (member(root, "normalizer"))
        return refuse(r, "it has a normalizer; normalize text before ('bon normalize') and set \"normalizer\" to null");
    if (!is_pre_tokenizer(member(root, "pre_tokenizer")))
        return refuse(r, "its pre_tokenizer is not qwen2's pattern followed by ByteLevel without a pattern");
    if (!has_text(member(root, "decoder"), "type", "ByteLevel")) return refuse(r, "its decoder is not ByteLevel");
    if (post && !has_text(post, "type", "ByteLevel")) return refuse(r, "it has a post_processor");
    for (size_t i = 0; i < sizeof model_extras / sizeof *model_extras; i++)
        if (!asks_nothing(member(model, model_extras[i])))
            return bon_fail(BON_ERR_FORMAT, "%s: not a tokenizer that bon can use: its model has %s", r->name,
                            model_extras[i]);
    return BON_OK;
}

/* ---- tokens ---- */

static bon_status read_id(const struct reader *r, json_object *value, uint32_t *id) {
    int64_t number = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : -1;
    if (number < 0 || number >= BON_TOKENIZER_SIZE_MAX) return refuse(r, "an id is not a number from 0 to 16777215");
    *id = (uint32_t)number;
    return BON_OK;
}

static bon_status read_special(struct reader *r, json_object *object) {
    json_object *content = member(object, "content");
    uint32_t id = 0;
    if (!json_object_is_type(content, json_type_string)) return refuse(r, "an added token has no content");
    if (!asks_nothing(member(object, "single_word")) || !asks_nothing(member(object, "lstrip")) ||
        !asks_nothing(member(object, "rstrip")))
        return refuse(r, "an added token has single_word, lstrip or rstrip");
    BON_TRY(read_id(r, member(object, "id"), &id));
    return refuse_data(r, bon_tokenizer_set(r->tokenizer, id, json_object_get_string(content),
                                            (size_t)json_object_get_string_len(content), true));
}

static bon_status read_specials(struct reader *r, json_object *list) {
    for (size_t i = 0; list && i < json_object_array_length(list); i++)
        BON_TRY(read_special(r, json_object_array_get_idx(list, i)));
    return BON_OK;
}

/* A token of the vocabulary; GPT-2's kind of file has the special ones there too, by name. */
static bon_status read_token(struct reader *r, const char *spelling, json_object *value) {
    bon_tokenizer *t = r->tokenizer;
    size_t n = strlen(spelling);
    uint32_t id = 0;
    bool valid;
    BON_TRY(read_id(r, value, &id));
    if (bon_tokenizer_is_special(t, id) && t->tokens[id].n == n && memcmp(t->tokens[id].bytes, spelling, n) == 0)
        return BON_OK;
    r->left.len = 0;
    BON_TRY(bon_alphabet_read(spelling, n, &r->left, &valid));
    if (!valid)
        return bon_fail(BON_ERR_FORMAT,
                        "%s: not a tokenizer that bon can use: token %u has a character that stands for "
                        "no byte",
                        r->name, id);
    return refuse_data(r, bon_tokenizer_set(t, id, r->left.data, r->left.len, false));
}

static bon_status read_vocabulary(struct reader *r, json_object *vocabulary) {
    json_object_object_foreach(vocabulary, spelling, value) BON_TRY(read_token(r, spelling, value));
    return BON_OK;
}

/* ---- merges: "left right" or ["left", "right"] ---- */

static bon_status read_half(struct reader *r, const char *spelling, size_t n, bon_buf *bytes, uint32_t *id) {
    bool valid;
    bytes->len = 0;
    BON_TRY(bon_alphabet_read(spelling, n, bytes, &valid));
    *id = valid ? bon_tokenizer_find(r->tokenizer, bytes->data, bytes->len) : BON_TOKENIZER_NONE;
    return BON_OK;
}

static bon_status read_merge(struct reader *r, json_object *merge, size_t number) {
    uint32_t left = BON_TOKENIZER_NONE, right = BON_TOKENIZER_NONE;
    if (json_object_is_type(merge, json_type_string)) {
        const char *text = json_object_get_string(merge), *space = strchr(text, ' ');
        size_t n = (size_t)json_object_get_string_len(merge), half = space ? (size_t)(space - text) : n;
        BON_TRY(read_half(r, text, half, &r->left, &left));
        if (space) BON_TRY(read_half(r, space + 1, n - half - 1, &r->right, &right));
    } else if (json_object_is_type(merge, json_type_array) && json_object_array_length(merge) == 2) {
        json_object *a = json_object_array_get_idx(merge, 0), *b = json_object_array_get_idx(merge, 1);
        if (json_object_is_type(a, json_type_string) && json_object_is_type(b, json_type_string)) {
            BON_TRY(read_half(r, json_object_get_string(a), (size_t)json_object_get_string_len(a), &r->left, &left));
            BON_TRY(read_half(r, json_object_get_string(b), (size_t)json_object_get_string_len(b), &r->right, &right));
        }
    }
    bon_status status = bon_tokenizer_add_merge(r->tokenizer, left, right);
    if (status != BON_ERR_DATA) return status;
    return bon_fail(BON_ERR_FORMAT, "%s: not a tokenizer that bon can use: merge %zu does not join two tokens into one",
                    r->name, number);
}

static bon_status read_merges(struct reader *r, json_object *merges) {
    for (size_t i = 0; i < json_object_array_length(merges); i++)
        BON_TRY(read_merge(r, json_object_array_get_idx(merges, i), i + 1));
    return BON_OK;
}

/* ---- the whole ---- */

static bon_status read_root(struct reader *r, json_object *root) {
    BON_TRY(check_kind(r, root));
    json_object *added = member(root, "added_tokens"), *model = member(root, "model");
    json_object *vocabulary = member(model, "vocab"), *merges = member(model, "merges");
    if (added && !json_object_is_type(added, json_type_array)) return refuse(r, "its added_tokens are no list");
    if (!json_object_is_type(vocabulary, json_type_object)) return refuse(r, "its model has no vocab");
    if (!json_object_is_type(merges, json_type_array)) return refuse(r, "its model has no list of merges");
    size_t tokens = (size_t)json_object_object_length(vocabulary) + (added ? json_object_array_length(added) : 0);
    if (tokens > BON_TOKENIZER_SIZE_MAX) return refuse(r, "it has more than 16777216 tokens");
    BON_TRY(bon_tokenizer_new(&r->tokenizer, (uint32_t)tokens));
    BON_TRY(read_specials(r, added));
    BON_TRY(read_vocabulary(r, vocabulary));
    BON_TRY(read_merges(r, merges));
    return refuse_data(r, bon_tokenizer_finish(r->tokenizer));
}

static bon_status parse(const struct reader *r, const char *json, size_t n, json_object **root) {
    *root = NULL;
    if (n > INT_MAX - 1) return refuse(r, "it is above 2 GB");
    json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    if (!tokener) return bon_fail_memory(sizeof(json_object *));
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    *root = json_tokener_parse_ex(tokener, json, (int)n);
    enum json_tokener_error error = json_tokener_get_error(tokener);
    size_t end = json_tokener_get_parse_end(tokener);
    json_tokener_free(tokener);
    while (error == json_tokener_success && end < n && strchr(" \t\r\n", json[end]) && json[end]) end++;
    if (error == json_tokener_success && end == n && *root) return BON_OK;
    return bon_fail(BON_ERR_FORMAT, "%s: offset %zu: not JSON: %s", r->name, end,
                    error == json_tokener_success    ? "something follows the value"
                    : error == json_tokener_continue ? "the file ends in the middle of a value"
                                                     : json_tokener_error_desc(error));
}

bon_status bon_tokenizer_parse(bon_tokenizer **out, const char *json, size_t n, const char *name) {
    struct reader r = {.name = name};
    json_object *root;
    bon_status status = parse(&r, json, n, &root);
    if (status == BON_OK) status = read_root(&r, root);
    if (status != BON_OK) {
        bon_tokenizer_close(r.tokenizer);
        r.tokenizer = NULL;
    }
    json_object_put(root);
    bon_buf_free(&r.left);
    bon_buf_free(&r.right);
    *out = r.tokenizer;
    return status;
}

bon_status bon_tokenizer_read(bon_tokenizer **out, const char *path) {
    struct bon_in *in;
    bon_buf text = {0};
    *out = NULL;
    BON_TRY(bon_in_open(&in, path));
    bon_status status = bon_in_read_all(in, INT_MAX, &text);
    if (status == BON_OK) status = bon_tokenizer_parse(out, text.data, text.len, bon_in_name(in));
    bon_in_close(in);
    bon_buf_free(&text);
    return status;
}
