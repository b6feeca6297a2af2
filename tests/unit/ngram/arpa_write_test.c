/* Writing ARPA text: the text itself for a small model, floats that read back the same, blank nodes left out, a full disk. */
#include <criterion/criterion.h>

#include "failmalloc.h"
#include "files.h"
#include "lm_toy.h"

Test(arpa_write, text_of_a_model, .fini = files_clear) {
    struct toy toy = {.order = 2, .vocabulary = 5};
    static const uint32_t words[][2] = {{0}, {1}, {2}, {3}, {4}, {1, 3}, {3, 2}, {4, 3}};
    for (unsigned i = 0; i < 8; i++)
        toy_add(&toy, i < 5 ? 1 : 2, words[i], i == 1 ? 0 : -0.5f * (float)i, i == 1 ? -0.25f : 0);
    bon_lm_table *table = toy_table(&toy);
    const char *path = files_path("model.arpa");
    cr_assert_eq(bon_lm_table_write_arpa(table, path), BON_OK, "%s", bon_error_message());
    bon_buf text = files_read(path);
    static const char expected[] =
        "\\data\\\nngram 1=5\nngram 2=3\n\n\\1-grams:\n0\t<unk>\t0\n0\t<s>\t-0.25\n-1\t</s>\t0\n"
        "-1.5\tw3\t0\n-2\tw4\t0\n\n\\2-grams:\n-3\tw3 </s>\n-2.5\t<s> w3\n-3.5\tw4 w3\n\n\\end\\\n";
    cr_assert(text.len == sizeof expected - 1 && memcmp(text.data, expected, text.len) == 0, "%.*s", (int)text.len,
              text.data);
    bon_buf_free(&text);
    bon_lm_table_close(table);
    toy_free(&toy);
}

Test(arpa_write, what_is_written_reads_back_and_writes_the_same, .fini = files_clear) {
    for (uint64_t seed = 1; seed < 40; seed++) {
        struct toy toy = toy_make(seed, 1 + (unsigned)(seed % 6), 6 + (uint32_t)(seed % 40), 20);
        bon_lm_table *table = toy_table(&toy), *back;
        for (unsigned k = 0; k < table->order; k++) /* values with all their bits */
            for (uint32_t i = 0; i < table->level[k].count; i++) table->level[k].logprob[i] *= 1.0f / 3;
        const char *first = files_path("first.arpa.zst"), *second = files_path("second.arpa.zst");
        cr_assert_eq(bon_lm_table_write_arpa(table, first), BON_OK);
        cr_assert_eq(bon_lm_table_read_arpa(&back, first), BON_OK, "%s", bon_error_message());
        for (unsigned k = 0; k < table->order; k++) {
            const struct bon_lm_level *x = &table->level[k], *y = &back->level[k];
            cr_assert_eq(x->count, y->count);
            for (uint32_t i = 0; i < x->count; i++) {
                cr_assert_eq(x->logprob[i], y->logprob[i]);
                if (x->backoff) cr_assert_eq(x->backoff[i], y->backoff[i]);
            }
        }
        cr_assert_eq(bon_lm_table_write_arpa(back, second), BON_OK);
        bon_buf a = files_read(first), b = files_read(second);
        cr_assert(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
        bon_buf_free(&a);
        bon_buf_free(&b);
        bon_lm_table_close(table);
        bon_lm_table_close(back);
        toy_free(&toy);
    }
}

Test(arpa_write, blank_nodes_are_left_out, .fini = files_clear) {
    static const char text[] =
        "\\data\\\nngram 1=4\nngram 2=1\nngram 3=1\n\n\\1-grams:\n0\t<s>\t0\n-1\t</s>\t0\n-1\ta\t0\n"
        "-1\tb\t0\n\n\\2-grams:\n-1\ta b\t-0.5\n\n\\3-grams:\n-1\ta b a\n\n\\end\\\n";
    static const char expected[] =
        "\\data\\\nngram 1=4\nngram 2=1\nngram 3=1\n\n\\1-grams:\n0\t<s>\t0\n-1\t</s>\t0\n-1\ta\t0\n"
        "-1\tb\t0\n\n\\2-grams:\n-1\ta b\t-0.5\n\n\\3-grams:\n-1\ta b a\n\n\\end\\\n";
    const char *path = files_path("model.arpa");
    files_write(path, text, sizeof text - 1);
    bon_lm_table *table;
    cr_assert_eq(bon_lm_table_read_arpa(&table, path), BON_OK);
    cr_assert(table->level[1].count == 2 && table->level[1].blank && table->level[0].blank);
    cr_assert_eq(bon_lm_table_write_arpa(table, path), BON_OK);
    bon_buf back = files_read(path);
    cr_assert(back.len == sizeof expected - 1 && memcmp(back.data, expected, back.len) == 0, "%.*s", (int)back.len,
              back.data);
    bon_buf_free(&back);
    bon_lm_table_close(table);
}

Test(arpa_write, a_full_disk_is_an_error) {
    struct toy toy = toy_make(5, 3, 20, 20);
    bon_lm_table *table = toy_table(&toy);
    cr_assert_eq(bon_lm_table_write_arpa(table, "/dev/full"), BON_ERR_IO);
    cr_assert_eq(bon_lm_table_write_arpa(table, "/nowhere/model.arpa"), BON_ERR_IO);
    bon_lm_table_close(table);
    toy_free(&toy);
}

struct job {
    bon_lm_table *table;
    const char *path;
};

static bon_status write_once(void *arg) {
    struct job *job = arg;
    return bon_lm_table_write_arpa(job->table, job->path);
}

Test(arpa_write, allocation_failures, .fini = files_clear) {
    struct toy toy = toy_make(7, 3, 10, 10);
    struct job job = {toy_table(&toy), files_path("model.arpa")};
    failmalloc_check(write_once, &job);
    bon_lm_table_close(job.table);
    toy_free(&toy);
}
