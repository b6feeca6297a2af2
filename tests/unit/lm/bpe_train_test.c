/* Learning: chosen merges and ties, sums of trainers, vocabularies too small and too large, allocation failures. Random texts
 * are in tests/property/lm_bpe.c. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/buf.h"
#include "bon/tokenizer.h"
#include "failmalloc.h"

static bon_status learn(const char *text, const bon_token_train_options *how, bon_tokenizer **t) {
    bon_token_trainer *trainer;
    *t = NULL;
    BON_TRY(bon_token_trainer_open(&trainer));
    bon_status status = bon_token_trainer_add(trainer, text, strlen(text));
    if (status == BON_OK) status = bon_token_trainer_learn(trainer, how, t);
    bon_token_trainer_close(trainer);
    return status;
}

/* Text, tokens wanted beyond the bytes and the end, and the tokens learned, in order. */
static const struct {
    const char *text;
    unsigned more;
    const char *tokens[8];
} rows[] = {
    {"", 5, {NULL}},
    {"a", 5, {NULL}},
    {"ab", 5, {NULL}},                                /* seen once */
    {"ab ab", 5, {"ab"}},                             /* " ab" is seen once */
    {"ab ab ab", 5, {"ab", " ab"}},                   /* "ab" 3, then " ab" 2 */
    {"ba ab ba ab", 1, {" a"}},                       /* three pairs twice: the blank is the smallest id */
    {"aaaa aaaa", 5, {"aa", "aaaa"}},                 /* 6 pairs a a; " a" is seen once */
    {"aaa.aaa", 5, {"aa", "aaa"}},                    /* from the left */
    {"abc abc abc bc bc ab", 3, {"bc", " a", " bc"}}, /* 5 bc; then " a" and a + bc 3 each */
};

Test(bpe_train, chosen_texts) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_token_train_options how = {.size = 257 + rows[i].more};
        bon_tokenizer *t;
        uint32_t count = 0;
        cr_assert_eq(learn(rows[i].text, &how, &t), BON_OK, "%s", bon_error_message());
        for (; count < 8 && rows[i].tokens[count]; count++) {
            size_t n;
            const char *bytes = bon_tokenizer_bytes(t, 256 + count, &n);
            cr_assert(n == strlen(rows[i].tokens[count]) && memcmp(bytes, rows[i].tokens[count], n) == 0,
                      "row %zu: token %u is '%.*s' instead of '%s'", i, count, (int)n, bytes, rows[i].tokens[count]);
        }
        cr_assert_eq(bon_tokenizer_size(t), 257 + count, "row %zu: %u tokens", i, bon_tokenizer_size(t));
        cr_assert_eq(bon_tokenizer_find_special(t, "<|endoftext|>", 13), 256 + count);
        bon_tokenizer_close(t);
    }
}

Test(bpe_train, sums_of_trainers_are_one_trainer) {
    bon_token_trainer *parts[3], *sum;
    bon_token_train_options how = {.size = 270};
    bon_tokenizer *t, *whole;
    char text[] = "một hai ba một hai ba một hai một a piece of more than fifteen bytes: ------------------ một";
    size_t cuts[] = {0, 12, 25, sizeof text - 1}; /* at blanks */
    cr_assert_eq(bon_token_trainer_open(&sum), BON_OK);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(bon_token_trainer_open(&parts[i]), BON_OK);
        cr_assert_eq(bon_token_trainer_add(parts[i], text + cuts[i], cuts[i + 1] - cuts[i]), BON_OK);
    }
    for (int i = 3; i-- > 0;) {
        cr_assert_eq(bon_token_trainer_absorb(sum, parts[i]), BON_OK);
        bon_token_trainer_close(parts[i]);
    }
    cr_assert_eq(bon_token_trainer_learn(sum, &how, &t), BON_OK);
    cr_assert_eq(learn(text, &how, &whole), BON_OK);
    cr_assert_eq(bon_tokenizer_size(t), bon_tokenizer_size(whole));
    for (uint32_t i = 0, a[3], b[3]; i < bon_tokenizer_merge_count(t); i++) {
        bon_tokenizer_merge(t, i, &a[0], &a[1], &a[2]);
        bon_tokenizer_merge(whole, i, &b[0], &b[1], &b[2]);
        cr_assert_arr_eq(a, b, sizeof a, "merge %u", i);
    }
    bon_token_trainer_close(sum);
    bon_tokenizer_close(t);
    bon_tokenizer_close(whole);
}

Test(bpe_train, options) {
    static const char *const names[] = {"<a>", "<b>"}, *const twice[] = {"<a>", "<a>"}, *const empty[] = {""};
    static const struct {
        bon_token_train_options how;
        bon_status status;
        uint32_t size;
    } options[] = {
        {{.size = 256}, BON_ERR_ARGUMENT, 0},
        {{.size = 257}, BON_OK, 257},
        {{.size = BON_TOKENIZER_SIZE_MAX + 1}, BON_ERR_ARGUMENT, 0},
        {{.size = 257, .names = names, .name_count = 2}, BON_ERR_ARGUMENT, 0},
        {{.size = 300, .names = names, .name_count = 2}, BON_OK, 260},
        {{.size = 300, .names = names, .name_count = 0}, BON_OK, 258},
        {{.size = 300, .names = twice, .name_count = 2}, BON_ERR_ARGUMENT, 0},
        {{.size = 300, .names = empty, .name_count = 1}, BON_ERR_ARGUMENT, 0},
        {{.size = 300, .min_count = 1}, BON_OK, 259},
        {{.size = 300, .min_count = 4}, BON_OK, 257},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        bon_tokenizer *t;
        cr_assert_eq(learn("xyz xyz xyz", &options[i].how, &t), options[i].status, "row %zu: %s", i,
                     bon_error_message());
        if (!t) continue;
        uint32_t more = options[i].how.min_count == 4 || options[i].how.size == 257 ? 0 : 3; /* xy xyz " xyz" */
        uint32_t specials = options[i].how.names ? options[i].how.name_count : 1;
        cr_assert_eq(bon_tokenizer_size(t), 256 + specials + more, "row %zu: %u", i, bon_tokenizer_size(t));
        bon_tokenizer_close(t);
    }
}

static bon_status whole_round(void *unused) {
    (void)unused;
    bon_token_train_options how = {.size = 290};
    bon_tokenizer *t;
    bon_status status =
        learn("ab abc abcd abcde ab abc abcd abcde --------------------------- ---------------------------", &how, &t);
    bon_tokenizer_close(t);
    return status;
}

Test(bpe_train, allocation_failures) { failmalloc_check(whole_round, NULL); }
