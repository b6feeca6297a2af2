/* Words and ids: dense ids in order of addition, any bytes, growth, words not there, allocation failures. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "failmalloc.h"
#include "ngram/vocab.h"

Test(vocab, ids_count_up_and_stay) {
    struct bon_vocab vocab = {0};
    char text[16];
    uint32_t id;
    cr_assert_eq(bon_vocab_find(&vocab, "a", 1), BON_VOCAB_NONE, "an empty vocabulary has no words");
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 5000; i++) {
            size_t n = (size_t)snprintf(text, sizeof text, "w%u", i * 7919);
            cr_assert_eq(bon_vocab_add(&vocab, text, n, &id), BON_OK);
            cr_assert_eq(id, i);
            cr_assert_eq(bon_vocab_find(&vocab, text, n), i);
            cr_assert(vocab.words[i].len == n && memcmp(vocab.words[i].text, text, n) == 0);
        }
    cr_assert_eq(vocab.count, 5000u);
    cr_assert_eq(bon_vocab_find(&vocab, "w1", 2), BON_VOCAB_NONE);
    bon_vocab_free(&vocab);
}

Test(vocab, words_are_bytes) {
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {{"", 0}, {"\0", 1}, {"\0\0", 2}, {"a", 1}, {"a\0", 2}, {"\xff\xfe", 2}, {"đường", 8}};
    struct bon_vocab vocab = {0};
    for (uint32_t i = 0, id; i < sizeof rows / sizeof *rows; i++) {
        cr_assert_eq(bon_vocab_add(&vocab, rows[i].text, rows[i].n, &id), BON_OK);
        cr_assert_eq(id, i, "row %u is a word of its own", i);
    }
    bon_vocab_free(&vocab);
}

static bon_status fill(void *unused) {
    (void)unused;
    struct bon_vocab vocab = {0};
    bon_status status = BON_OK;
    char text[16];
    for (uint32_t i = 0, id; i < 1200 && status == BON_OK; i++)
        status = bon_vocab_add(&vocab, text, (size_t)snprintf(text, sizeof text, "w%u", i), &id);
    bon_vocab_free(&vocab);
    return status;
}

Test(vocab, allocation_failures) { failmalloc_check(fill, NULL); }
