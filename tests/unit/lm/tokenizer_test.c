/* tokenizer.json out and in again, special tokens in text, ids out of range, allocation failures in reading and encoding.
 * tests/cli/tokenizer.sh has the table of refused files. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/buf.h"
#include "bon/tokenizer.h"
#include "failmalloc.h"
#include "files.h"

TestSuite(tokenizer, .fini = files_clear);

static const char sample[] = "một câu \"trong\" ngoặc \\ một câu \"trong\" ngoặc \\";
static const char *const names[] = {"<|endoftext|>", "<|end|>", "<|end|>x", "\"\\\n\x01"};

static bon_tokenizer *learned(void) {
    bon_token_trainer *trainer;
    bon_tokenizer *t;
    bon_token_train_options how = {.size = 280, .names = names, .name_count = 4};
    cr_assert_eq(bon_token_trainer_open(&trainer), BON_OK);
    cr_assert_eq(bon_token_trainer_add(trainer, sample, sizeof sample - 1), BON_OK);
    cr_assert_eq(bon_token_trainer_learn(trainer, &how, &t), BON_OK);
    bon_token_trainer_close(trainer);
    return t;
}

static void check_same(const bon_tokenizer *a, const bon_tokenizer *b) {
    cr_assert_eq(bon_tokenizer_size(a), bon_tokenizer_size(b));
    cr_assert_eq(bon_tokenizer_merge_count(a), bon_tokenizer_merge_count(b));
    for (uint32_t id = 0; id < bon_tokenizer_size(a); id++) {
        size_t n, m;
        const char *x = bon_tokenizer_bytes(a, id, &n), *y = bon_tokenizer_bytes(b, id, &m);
        cr_assert(n == m && memcmp(x, y, n) == 0, "token %u", id);
        cr_assert_eq(bon_tokenizer_is_special(a, id), bon_tokenizer_is_special(b, id));
    }
}

Test(tokenizer, a_file_reads_back_as_itself) {
    static const char *const paths[] = {"tok.json", "tok.json.gz", "tok.json.zst"};
    bon_tokenizer *t = learned(), *back;
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(bon_tokenizer_write(t, files_path(paths[i])), BON_OK);
        cr_assert_eq(bon_tokenizer_read(&back, files_path(paths[i])), BON_OK, "%s", bon_error_message());
        check_same(t, back);
        bon_tokenizer_close(back);
    }
    bon_tokenizer_close(t);
}

/* Merges as pairs and special tokens in the vocabulary, as other programs write them. */
Test(tokenizer, other_ways_of_writing_the_same) {
    bon_tokenizer *t = learned(), *back;
    cr_assert_eq(bon_tokenizer_write(t, files_path("tok.json")), BON_OK);
    bon_buf text = files_read(files_path("tok.json")), other = {0};
    cr_assert_eq(bon_buf_put(&text, 0), BON_OK);
    char *merges = strstr(text.data, "\"merges\": ["), *vocabulary = strstr(text.data, "\"vocab\": {");
    cr_assert(merges && vocabulary && vocabulary < merges);
    size_t head = (size_t)(vocabulary - text.data) + strlen("\"vocab\": {");
    cr_assert_eq(bon_buf_append(&other, text.data, head), BON_OK);
    cr_assert_eq(bon_buf_printf(&other, "\"<|end|>\": %u,", bon_tokenizer_find_special(t, "<|end|>", 7)), BON_OK);
    cr_assert_eq(bon_buf_append(&other, text.data + head, (size_t)(merges - text.data) - head), BON_OK);
    cr_assert_eq(bon_buf_append(&other, "\"merges\": [", 11), BON_OK);
    for (char *p = merges + 11; *p != ']'; p++) {
        if (*p != '"') {
            cr_assert_eq(bon_buf_put(&other, *p), BON_OK);
            continue;
        }
        char *space = strchr(p, ' '), *end = space;
        while (*end != '"') end += *end == '\\' ? 2 : 1;
        cr_assert_eq(bon_buf_printf(&other, "[%.*s\", \"%.*s]", (int)(space - p), p, (int)(end - space), space + 1),
                     BON_OK);
        p = end;
    }
    cr_assert_eq(bon_buf_append(&other, "]}}", 3), BON_OK);
    cr_assert_eq(bon_tokenizer_parse(&back, other.data, other.len, "other"), BON_OK, "%s", bon_error_message());
    check_same(t, back);
    bon_buf_free(&text);
    bon_buf_free(&other);
    bon_tokenizer_close(back);
    bon_tokenizer_close(t);
}

static void check_ids(const bon_tokenizer *t, unsigned flags, const char *text, const char *specials) {
    bon_token_encoder *e;
    bon_token_ids ids = {0};
    bon_buf found = {0}, back = {0};
    cr_assert_eq(bon_token_encoder_open(&e, t, flags), BON_OK);
    cr_assert_eq(bon_token_encoder_encode(e, text, strlen(text), &ids), BON_OK);
    for (size_t i = 0; i < ids.count; i++) {
        if (!bon_tokenizer_is_special(t, ids.ids[i])) continue;
        cr_assert_eq(bon_tokenizer_decode(t, &ids.ids[i], 1, &found), BON_OK);
        cr_assert_eq(bon_buf_put(&found, '|'), BON_OK);
    }
    cr_assert(found.len == strlen(specials) && memcmp(found.data ? found.data : "", specials, found.len) == 0,
              "%s has %.*s instead of %s", text, (int)found.len, found.data, specials);
    cr_assert_eq(bon_tokenizer_decode(t, ids.ids, ids.count, &back), BON_OK);
    cr_assert(back.len == strlen(text) && memcmp(back.data, text, back.len) == 0);
    bon_token_encoder_close(e);
    bon_buf_free(&found);
    bon_buf_free(&back);
    free(ids.ids);
}

Test(tokenizer, special_tokens_only_when_asked_for) {
    bon_tokenizer *t = learned();
    check_ids(t, 0, "a<|endoftext|>b", "");
    check_ids(t, BON_ENCODE_SPECIAL, "a<|endoftext|>b<|endoftext|>", "<|endoftext|>|<|endoftext|>|");
    check_ids(t, BON_ENCODE_SPECIAL, "<|end|><|end|>xx<|end|><|endoftext|", "<|end|>|<|end|>x|<|end|>|"); /* longest */
    check_ids(t, BON_ENCODE_SPECIAL, "<|end|", "");
    bon_tokenizer_close(t);
}

Test(tokenizer, ids_out_of_range) {
    bon_tokenizer *t = learned();
    bon_buf out = {0};
    uint32_t size = bon_tokenizer_size(t);
    size_t n = 7;
    cr_assert_eq(bon_tokenizer_decode(t, &size, 1, &out), BON_ERR_DATA);
    cr_assert_eq(bon_tokenizer_spell(t, size, &out), BON_ERR_ARGUMENT);
    cr_assert_null(bon_tokenizer_bytes(t, size, &n));
    cr_assert_eq(n, 0u);
    cr_assert(!bon_tokenizer_is_special(t, size));
    cr_assert_eq(bon_tokenizer_find(t, "", 0), BON_TOKENIZER_NONE);
    cr_assert_eq(bon_tokenizer_find(t, "not there", 9), BON_TOKENIZER_NONE);
    cr_assert_eq(bon_tokenizer_find(t, "<|end|>", 7), BON_TOKENIZER_NONE, "special tokens are not made of bytes");
    bon_buf_free(&out);
    bon_tokenizer_close(t);
}

Test(tokenizer, deep_or_cut_json_is_refused) {
    bon_tokenizer *t = learned(), *back;
    cr_assert_eq(bon_tokenizer_write(t, files_path("tok.json")), BON_OK);
    bon_tokenizer_close(t);
    bon_buf text = files_read(files_path("tok.json"));
    for (size_t n = 0; n + 1 < text.len; n += n < 100 ? 1 : 37) {
        cr_assert_eq(bon_tokenizer_parse(&back, text.data, n, "cut"), BON_ERR_FORMAT, "%zu bytes", n);
        cr_assert_null(back);
    }
    memset(text.data, '[', text.len);
    cr_assert_eq(bon_tokenizer_parse(&back, text.data, text.len, "deep"), BON_ERR_FORMAT);
    bon_buf_free(&text);
}

struct round {
    bon_buf json;
};

static bon_status read_and_encode(void *arg) {
    static const char text[] =
        "một câu khác, --------------------------------------------------------------------------- nữa";
    struct round *round = arg;
    bon_tokenizer *t;
    bon_token_encoder *e = NULL;
    bon_token_ids ids = {0};
    bon_buf out = {0};
    BON_TRY(bon_tokenizer_parse(&t, round->json.data, round->json.len, "memory"));
    bon_status status = bon_token_encoder_open(&e, t, BON_ENCODE_SPECIAL);
    if (status == BON_OK) status = bon_token_encoder_encode(e, text, sizeof text - 1, &ids);
    if (status == BON_OK) status = bon_tokenizer_decode(t, ids.ids, ids.count, &out);
    bon_token_encoder_close(e);
    bon_tokenizer_close(t);
    free(ids.ids);
    bon_buf_free(&out);
    return status;
}

static bon_status write_file(void *t) { return bon_tokenizer_write(t, files_path("out.json")); }

Test(tokenizer, allocation_failures) {
    bon_tokenizer *t = learned();
    failmalloc_check(write_file, t);
    struct round round = {files_read(files_path("out.json"))};
    failmalloc_check(read_and_encode, &round);
    bon_buf_free(&round.json);
    bon_tokenizer_close(t);
}
