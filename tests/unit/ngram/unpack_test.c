/* Unpacking refuses what queries only survive: each kind of inconsistent content is named. */
#include <criterion/criterion.h>
#include <math.h>
#include <unistd.h>

#include "ngram/lm.h"
#include "support/lm_toy.h"

/* Writes a small model after `spoil` has changed its table, and unpacks it. */
static bon_status unpack_spoiled(void (*spoil)(bon_lm_table *table)) {
    struct toy toy = toy_make(21, 3, 9, 20);
    bon_lm_table *table = toy_table(&toy), *copy;
    bon_lm *lm;
    char path[64];
    toy_path(path);
    if (spoil) spoil(table);
    cr_assert_eq(bon_lm_table_write(table, path, NULL), BON_OK);
    cr_assert_eq(bon_lm_open(&lm, path, NULL), BON_OK, "%s", bon_error_message());
    bon_status status = bon_lm_table_from_lm(&copy, lm);
    if (status == BON_OK) bon_lm_table_close(copy);
    bon_lm_close(lm);
    unlink(path);
    bon_lm_table_close(table);
    toy_free(&toy);
    return status;
}

static void nan_probability(bon_lm_table *table) { table->level[1].logprob[2] = NAN; }
static void infinite_backoff(bon_lm_table *table) {
    for (uint32_t i = 0; i < table->level[0].count; i++) table->level[0].extends[i] = 1;
    table->level[0].backoff[4] = INFINITY;
}
static void stranger(bon_lm_table *table) { table->level[2].word[table->level[2].count - 1] = 99; }
static void word_twice(bon_lm_table *table) { table->vocab.words[5] = table->vocab.words[4]; }
static void two_words(bon_lm_table *table) {
    table->vocab.words[4].text = "a b";
    table->vocab.words[4].len = 3;
}
static void two_lines(bon_lm_table *table) {
    table->vocab.words[4].text = "a\nb";
    table->vocab.words[4].len = 3;
}
static void no_word(bon_lm_table *table) { table->vocab.words[4].len = 0; }

Test(unpack, inconsistent_content_is_named) {
    static const struct {
        void (*spoil)(bon_lm_table *table);
        const char *message;
    } rows[] = {
        {nan_probability, "not a number"},
        {infinite_backoff, "not a number"},
        {stranger, "out of order"},
        {word_twice, "occurs twice"},
        {two_words, "blank"},
        {two_lines, "blank"},
        {no_word, "empty"},
    };
    cr_assert_eq(unpack_spoiled(NULL), BON_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert_eq(unpack_spoiled(rows[i].spoil), BON_ERR_FORMAT, "row %zu", i);
        cr_assert_not_null(strstr(bon_error_message(), rows[i].message), "row %zu: %s", i, bon_error_message());
    }
}
