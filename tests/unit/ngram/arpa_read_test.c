/* Reading ARPA text: good files in all their spellings, bad files with the line that is at fault, allocation failures. */
#include <criterion/criterion.h>
#include <math.h>

#include "failmalloc.h"
#include "files.h"
#include "ngram/table.h"

#define UNIGRAMS "\\1-grams:\n-1\t<unk>\n0\t<s>\t-0.5\n-1.5\t</s>\n-0.7\ta\t-0.25\n-0.8\tb\t-0.125\n"
#define HEADER(pairs) "\\data\\\nngram 1=5\nngram 2=" pairs "\n\n" UNIGRAMS "\n\\2-grams:\n"

static const char GOOD[] = HEADER("3") "-0.1\t<s> a\n-0.2\ta b\n-0.3\tb </s>\n\n\\end\\\n";

static bon_status read_text(const char *text, size_t n, bon_lm_table **table) {
    const char *path = files_path("model.arpa");
    files_write(path, text, n);
    return bon_lm_table_read_arpa(table, path);
}

Test(arpa_read, a_model, .fini = files_clear) {
    bon_lm_table *table;
    cr_assert_eq(read_text(GOOD, sizeof GOOD - 1, &table), BON_OK, "%s", bon_error_message());
    cr_assert_eq(table->order, 2u);
    static const float logprob1[] = {-1, 0, -1.5f, -0.7f, -0.8f}, backoff1[] = {0, -0.5f, 0, -0.25f, -0.125f};
    static const float logprob2[] = {-0.3f, -0.1f, -0.2f};
    static const uint32_t word1[] = {0, 1, 2, 3, 4}, first_child[] = {0, 0, 0, 1, 2, 3}, word2[] = {4, 1, 3};
    static const uint8_t extends[] = {0, 1, 0, 1, 1};
    cr_assert(table->level[0].count == 5 && table->level[1].count == 3);
    cr_assert_arr_eq(table->level[0].word, word1, sizeof word1);
    cr_assert_arr_eq(table->level[0].first_child, first_child, sizeof first_child);
    cr_assert_arr_eq(table->level[0].logprob, logprob1, sizeof logprob1);
    cr_assert_arr_eq(table->level[0].backoff, backoff1, sizeof backoff1);
    cr_assert_arr_eq(table->level[0].extends, extends, sizeof extends);
    cr_assert_arr_eq(table->level[1].word, word2, sizeof word2);
    cr_assert_arr_eq(table->level[1].logprob, logprob2, sizeof logprob2);
    cr_assert_null(table->level[0].blank);
    cr_assert_null(table->level[1].backoff);
    cr_assert_eq(bon_vocab_find(&table->vocab, "b", 1), 4u);
    bon_lm_table_close(table);
}

/* Other ways to write the same or nearly the same. */
Test(arpa_read, spellings, .fini = files_clear) {
    static const char *const rows[] = {
        "a comment\n\nngram 9=9\n\\data\\\nngram 1=5\nngram 2=1\n\n" UNIGRAMS "\n\\2-grams:\n-0.2\ta b\n\n\\end\\\n",
        "\\data\\\r\nngram 1 = 5\r\nngram  2=1\r\n\r\n\\1-grams:\r\n-1 <unk>\r\n0 <s> -0.5\r\n-1.5 </s>\r\n-7e-1 a "
        "-0.25\r\n"
        "-.8 b  -1.25E-1 \r\n\r\n\\2-grams:\r\n-0.2  a  b\r\n\r\n\\end\\\r\n",
        "\\data\\\nngram 1=5\nngram "
        "2=1\n\\1-grams:\n-0.7\ta\t-0.25\n-0.8\tb\t-0.125\n-1\t<unk>\t0\n-1.5\t</s>\t0\n0\t<s>\t-0.5\n"
        "\\2-grams:\n-0.2\ta b\t0\n\\end\\\nwhat follows does not matter",
        HEADER("1") "-0.2\ta b\n\\end\\",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_lm_table *table;
        cr_assert_eq(read_text(rows[i], strlen(rows[i]), &table), BON_OK, "row %zu: %s", i, bon_error_message());
        cr_assert(table->level[0].count == 5 && table->level[1].count == 1, "row %zu", i);
        cr_assert_eq(table->level[1].word[0], bon_vocab_find(&table->vocab, "a", 1));
        cr_assert_float_eq(table->level[0].logprob[3], -0.7f, 0);
        cr_assert_float_eq(table->level[0].backoff[4], -0.125f, 0);
        bon_lm_table_close(table);
    }
}

Test(arpa_read, minus_infinity_and_no_unk, .fini = files_clear) {
    static const char text[] = "\\data\\\nngram 1=3\n\n\\1-grams:\n-inf\t<s>\n-0.5\t</s>\n-0.4\ta\n\n\\end\\\n";
    bon_lm_table *table;
    cr_assert_eq(read_text(text, sizeof text - 1, &table), BON_OK, "%s", bon_error_message());
    cr_assert_eq(table->level[0].logprob[BON_LM_BOS], -99.0f);
    cr_assert_eq(table->level[0].logprob[BON_LM_UNK], -100.0f);
    cr_assert(table->level[0].blank && table->level[0].blank[BON_LM_UNK] == 1 &&
              table->level[0].blank[BON_LM_BOS] == 0);
    bon_lm_table_close(table);
}

Test(arpa_read, bad_files_are_refused_with_their_line, .fini = files_clear) {
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "no \\data\\ line"},
        {"some text\n", "no \\data\\ line"},
        {"\\data\\\n", ":1: the file ends"},
        {"\\data\\\n\\1-grams:\n", ":2: no \"ngram 1=\" line"},
        {"\\data\\\nngram 2=1\n", ":2: expected the count of order 1"},
        {"\\data\\\nngram 1=x\n", ":2: expected a line like"},
        {"\\data\\\nngram 1=99999999999999999999999\n", ":2: expected a line like"},
        {"\\data\\\nngram 1=4\nngram 2=0\n\n" UNIGRAMS "\n\\end\\\n", ":10: more 1-grams than the 4 announced"},
        {"\\data\\\nngram 1=6\nngram 2=0\n\n" UNIGRAMS "\n\\end\\\n", ":11: 6 1-grams announced, 5 found"},
        {"\\data\\\nngram 1=1\n\n\\1-grams:\n-1\ta\n\n\\2-grams:\n", ":7: expected \\end\\"},
        {"\\data\\\nngram 1=5\nngram 2=0\n\n" UNIGRAMS "\n\\end\\\n", ":12: expected \\2-grams:"},
        {"\\data\\\nngram 1=5\nngram 2=0\n\n" UNIGRAMS, ":10: the file ends before \\end\\"},
        {HEADER("0"), ":12: the file ends before \\end\\"},
        {HEADER("0") "\n", ":13: the file ends where \\end\\ should follow"},
        {"\\data\\\nngram 1=2\n\n\\1-grams:\n0\t<s>\n-1\ta\n\n\\end\\\n", "no unigram </s>"},
        {"\\data\\\nngram 1=2\n\n\\1-grams:\n0\t</s>\n-1\ta\n\n\\end\\\n", "no unigram <s>"},
        {"\\data\\\nngram 1=3\n\n\\1-grams:\n0\t<s>\n-1\t</s>\n-1\t<s>\n\n\\end\\\n",
         ":7: the unigram '<s>' stands here a second"},
        {"\\data\\\nngram 1=3\n\n\\1-grams:\n0\t<s>\n-1\ta\n-1\ta\n\n\\end\\\n",
         ":7: the unigram 'a' stands here a second"},
        {HEADER("1") "nan\ta b\n\n\\end\\\n", ":13: 'nan' is not a log-probability"},
        {HEADER("1") "x\ta b\n\n\\end\\\n", ":13: 'x' is not a log-probability"},
        {HEADER("1") "0.1\ta b\n\n\\end\\\n", ":13: log-probability 0.1 is positive"},
        {HEADER("1") "-0.1\ta\n\n\\end\\\n", ":13: expected a log-probability, 2 words"},
        {HEADER("1") "-0.1\ta b c d\n\n\\end\\\n", ":13: expected a log-probability, 2 words"},
        {HEADER("1") "-0.1\ta b -0.1\n\n\\end\\\n", ":13: an n-gram of the highest order has a back-off"},
        {HEADER("1") "-0.1\ta b x\n\n\\end\\\n", ":13: 'x' is not a back-off weight"},
        {HEADER("1") "-0.1\ta c\n\n\\end\\\n", ":13: the word 'c' is not among the unigrams"},
        {HEADER("2") "-0.1\ta b\n-0.1\ta b\n\n\\end\\\n", ":14: the same 2-gram stands in line 13"},
        {HEADER("3") "-0.1\ta b\n-0.1\tb a\n-0.2\ta b\n\n\\end\\\n", ":15: the same 2-gram stands in line 13"},
        {HEADER("4000000000") "-0.1\ta b\n\n\\end\\\n", ":14: 4000000000 2-grams announced, 1 found"},
        {"\\data\\\nngram 1=1\nngram 2=0\n\n\\1-grams:\n-1\ta\tnan\n\n\\end\\\n", ":6: 'nan' is not a back-off weight"},
        {"\\data\\\nngram 1=1\nngram 2=0\n\n\\1-grams:\n-1\ta\tinf\n\n\\end\\\n", ":6: 'inf' is not a back-off weight"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_lm_table *table;
        bon_status status = read_text(rows[i].text, strlen(rows[i].text), &table);
        cr_assert_eq(status, BON_ERR_DATA, "row %zu: %s", i, bon_status_name(status));
        cr_assert(strstr(bon_error_message(), rows[i].message), "row %zu: %s", i, bon_error_message());
        cr_assert_null(table);
    }
    static const char with_nul[] = HEADER("1") "-0.1\ta\0 b\n\n\\end\\\n";
    bon_lm_table *table;
    cr_assert_eq(read_text(with_nul, sizeof with_nul - 1, &table), BON_ERR_DATA);
    cr_assert(strstr(bon_error_message(), ":13: the line contains a NUL byte"), "%s", bon_error_message());
    static const char too_long[] =
        "\\data\\\nngram 1=1\nngram 2=1\nngram 3=1\nngram 4=1\nngram 5=1\nngram 6=1\nngram 7=1\n"
        "ngram 8=1\nngram 9=1\n";
    cr_assert_eq(read_text(too_long, sizeof too_long - 1, &table), BON_ERR_LIMIT);
    cr_assert_eq(bon_lm_table_read_arpa(&table, files_path("missing")), BON_ERR_IO);
}

/* Every prefix of a good file is refused, never more. */
Test(arpa_read, files_cut_short, .fini = files_clear) {
    for (size_t n = 0; n + 1 < sizeof GOOD - 1; n++) { /* only the last newline may be missing */
        bon_lm_table *table;
        bon_status status = read_text(GOOD, n, &table);
        cr_assert_eq(status, BON_ERR_DATA, "%zu bytes: %s", n, bon_status_name(status));
    }
}

static bon_status read_good(void *path) {
    bon_lm_table *table;
    bon_status status = bon_lm_table_read_arpa(&table, path);
    bon_lm_table_close(table);
    return status;
}

Test(arpa_read, allocation_failures, .fini = files_clear) {
    static const char unsorted[] = "\\data\\\nngram 1=4\nngram 2=2\nngram "
                                   "3=2\n\n\\1-grams:\n0\t<s>\n-1\t</s>\n-1\tb\n-1\ta\n\n\\2-grams:\n-1\ta b\n"
                                   "-1\tb b\t-1\n\n\\3-grams:\n-1\ta b a\n-1\ta b b\n\n\\end\\\n";
    const char *path = files_path("unsorted.arpa");
    files_write(path, unsorted, sizeof unsorted - 1);
    failmalloc_check(read_good, (void *)path);
}
