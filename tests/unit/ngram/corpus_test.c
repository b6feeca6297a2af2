/* Text -> ids: blanks, lines, symbols, long and short words, numbering, allocation failures. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "failmalloc.h"
#include "ngram/corpus.h"

/* The corpus written back as text, words with one space, so that a test can say what it expects in one string. */
static bon_buf spell(const struct bon_corpus *corpus) {
    bon_buf text = {0};
    for (size_t i = 0; i < corpus->count; i++) {
        const struct bon_vocab_word *word = &corpus->vocab.words[corpus->ids[i]];
        if (i) cr_assert_eq(bon_buf_put(&text, ' '), BON_OK);
        cr_assert_eq(bon_buf_append(&text, word->text, word->len), BON_OK);
    }
    return text;
}

static void check(enum bon_corpus_kind kind, const char *bytes, size_t n, const char *expected) {
    struct bon_corpus corpus;
    cr_assert_eq(bon_corpus_open(&corpus, kind), BON_OK);
    char *exact = bon_alloc_array(n, 1); /* reading past the end is seen by AddressSanitizer */
    memcpy(exact, bytes, n);
    cr_assert_eq(bon_corpus_add(&corpus, exact, n, "text", 1), BON_OK, "%s", bon_error_message());
    free(exact);
    bon_buf text = spell(&corpus);
    cr_assert(text.len == strlen(expected) && (text.len == 0 || memcmp(text.data, expected, text.len) == 0),
              "'%.*s', not '%s'", (int)text.len, text.data, expected);
    bon_buf_free(&text);
    bon_corpus_free(&corpus);
}

#define SENTENCES(text, expected) check(BON_CORPUS_SENTENCES, text, sizeof text - 1, expected)

Test(corpus, blanks_are_those_of_lmplz) {
    SENTENCES("a b\n", "<s> a b </s>");
    SENTENCES(" \ta\r\0 b \r\n", "<s> a b </s>");
    SENTENCES("a\vb \f \x01 \x1f\n", "<s> a\vb \f \x01 \x1f </s>");
    SENTENCES("", "");
    SENTENCES("\n\n", "<s> </s> <s> </s>");
    SENTENCES("a\nb", "<s> a </s> <s> b </s>");
    SENTENCES("\xff\xfe\xc3 \x80\n", "<s> \xff\xfe\xc3 \x80 </s>");
}

Test(corpus, words_of_every_length_at_every_end) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
    for (size_t length = 1; length <= 40; length++)
        for (size_t behind = 0; behind <= 20; behind++) {
            char text[80], expected[160];
            size_t n = 0;
            memcpy(text, letters, length);
            n = length;
            if (behind) {
                text[n++] = ' ';
                memcpy(text + n, letters, behind);
                n += behind;
            }
            snprintf(expected, sizeof expected, "<s> %.*s%s%.*s </s>", (int)length, letters, behind ? " " : "",
                     (int)behind, letters);
            check(BON_CORPUS_SENTENCES, text, n, expected);
        }
}

Test(corpus, equal_words_have_equal_ids_whatever_follows) {
    static const char text[] = "ab ab\tab\n ab\r\nab abcdefgh abcdefgh abcdefghi abcdefghijklmno abcdefghijklmno "
                               "abcdefghijklmnop abcdefghijklmnop abcdefghijklmnopq ab\n";
    struct bon_corpus corpus;
    cr_assert_eq(bon_corpus_open(&corpus, BON_CORPUS_SENTENCES), BON_OK);
    for (int round = 0; round < 2; round++)
        cr_assert_eq(bon_corpus_add(&corpus, text, sizeof text - 1, NULL, 1), BON_OK);
    cr_assert_eq(corpus.vocab.count, 3u + 6u);
    cr_assert_eq(corpus.lines, 6u);
    bon_corpus_free(&corpus);
}

Test(corpus, symbols_are_refused_or_skipped) {
    struct bon_corpus corpus;
    static const char text[] = "a b\nc <s> d\n";
    cr_assert_eq(bon_corpus_open(&corpus, BON_CORPUS_SENTENCES), BON_OK);
    cr_assert_eq(bon_corpus_add(&corpus, "x\n", 2, "f.txt", 1), BON_OK);
    cr_assert_eq(bon_corpus_add(&corpus, text, sizeof text - 1, "f.txt", 2), BON_ERR_DATA);
    cr_assert(strstr(bon_error_message(), "f.txt:3: the text contains <s>"), "%s", bon_error_message());
    cr_assert_eq(corpus.count, 3u, "a refused text leaves nothing behind");
    bon_corpus_free(&corpus);
    check(BON_CORPUS_SKIPPING, "a <s> b </s> <unk> c <S>\n", 25, "<s> a b c <S> </s>");
    check(BON_CORPUS_LINES, "a <s> b\n</s>\n", 13, "\n b <s> a \n </s>");
}

struct numbering {
    const char *text;
    struct bon_word_rule rule;
    const char *words; /* kept, in order */
    uint32_t types;
};

Test(corpus, words_are_numbered_by_count_then_bytes) {
    static const char *const allowed[] = {"b", "zz", "e", "</s>"};
    static const struct numbering rows[] = {
        {"b a c\na c d\nc d e\n", {0}, "<unk> <s> </s> c a d b e", 8},
        {"b a c\na c d\nc d e\n", {.by_bytes = true}, "<unk> <s> </s> a b c d e", 8},
        {"b a c\na c d\nc d e\n", {.prune = 1}, "<unk> <s> </s> c a d", 8},
        {"b a c\na c d\nc d e\n", {.prune = 100}, "<unk> <s> </s>", 8},
        {"b a c\na c d\nc d e\n", {.allowed = allowed, .allowed_count = 4}, "<unk> <s> </s> b e", 8},
        {"b a c\na c d\nc d e\n", {.allowed = allowed, .allowed_count = 0}, "<unk> <s> </s>", 8},
        {"ab a ab a aa\n", {0}, "<unk> <s> </s> a ab aa", 6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_corpus corpus;
        struct bon_word_order order;
        bon_buf words = {0}, before, after;
        cr_assert_eq(bon_corpus_open(&corpus, BON_CORPUS_SENTENCES), BON_OK);
        cr_assert_eq(bon_corpus_add(&corpus, rows[i].text, strlen(rows[i].text), NULL, 1), BON_OK);
        before = spell(&corpus);
        cr_assert_eq(bon_corpus_renumber(&corpus, &rows[i].rule, &order), BON_OK);
        for (uint32_t w = 0; w < corpus.vocab.count; w++)
            cr_assert_eq(bon_buf_printf(&words, "%s%.*s", w ? " " : "", (int)corpus.vocab.words[w].len,
                                        corpus.vocab.words[w].text),
                         BON_OK);
        cr_assert(words.len == strlen(rows[i].words) && memcmp(words.data, rows[i].words, words.len) == 0,
                  "row %zu: '%.*s'", i, (int)words.len, words.data);
        cr_assert_eq(order.kept, corpus.vocab.count);
        cr_assert_eq(order.types, rows[i].types);
        uint64_t sum = 0;
        for (uint32_t w = 0; w < order.types; w++) sum += order.counts[w];
        cr_assert_eq(sum, corpus.count);
        if (order.kept == order.types) { /* the text is still the same */
            after = spell(&corpus);
            cr_assert(before.len == after.len && memcmp(before.data, after.data, after.len) == 0);
            bon_buf_free(&after);
        }
        bon_buf_free(&words);
        bon_buf_free(&before);
        bon_word_order_free(&order);
        bon_corpus_free(&corpus);
    }
}

Test(corpus, draining_keeps_the_counts) {
    struct bon_corpus corpus;
    struct bon_word_order order;
    const struct bon_word_rule rule = {.by_bytes = true};
    cr_assert_eq(bon_corpus_open(&corpus, BON_CORPUS_LINES), BON_OK);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(bon_corpus_add(&corpus, "b a b\n", 6, NULL, 1), BON_OK);
        cr_assert_eq(bon_corpus_drain(&corpus), BON_OK);
    }
    cr_assert_eq(bon_corpus_add(&corpus, "c b", 3, NULL, 1), BON_OK); /* not drained */
    cr_assert_eq(bon_corpus_renumber(&corpus, &rule, &order), BON_OK);
    cr_assert(order.counts[3] == 3 && order.counts[4] == 7 && order.counts[5] == 1);
    bon_word_order_free(&order);
    bon_corpus_free(&corpus);
}

static bon_status read_and_number(void *unused) {
    (void)unused;
    struct bon_corpus corpus;
    struct bon_word_order order = {0};
    const struct bon_word_rule rule = {0};
    bon_status status = bon_corpus_open(&corpus, BON_CORPUS_SENTENCES);
    for (int i = 0; i < 20 && status == BON_OK; i++) status = bon_corpus_add(&corpus, "một hai ba\nbốn\n", 20, NULL, 1);
    if (status == BON_OK) status = bon_corpus_drain(&corpus);
    if (status == BON_OK) status = bon_corpus_renumber(&corpus, &rule, &order);
    bon_word_order_free(&order);
    bon_corpus_free(&corpus);
    return status;
}

Test(corpus, allocation_failures) { failmalloc_check(read_and_number, NULL); }
