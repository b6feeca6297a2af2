/* tests/unit/restore/index_test.c: which words are candidates of which plain forms; hostile sections. */
#include <criterion/criterion.h>
#include <string.h>

#include "ngram/lm.h"
#include "restore/session.h"
#include "restore_toy.h"

/* The candidates of a plain form, joined by spaces. */
static void candidates(const bon_restorer *restorer, const char *plain, char *out) {
    const uint32_t *words;
    size_t n = bon_index_find(&restorer->index, plain, strlen(plain), &words);
    *out = '\0';
    for (size_t i = 0; i < n; i++) {
        size_t length;
        const char *word = bon_lm_word_text(restorer->lm, words[i], &length);
        cr_assert_not_null(word);
        sprintf(out + strlen(out), "%s%.*s", i ? " " : "", (int)length, word);
    }
}

Test(index, candidates_most_frequent_first) {
    static const struct {
        const char *plain, *words;
    } rows[] = {
        {"toi", "tôi tối"}, {"duong", "đường"}, {"duoc", "được"}, /* đựoc is more frequent, but no syllable */
        {"nguoi", "người"},                                       /* so is ngưòi */
        {"dak", "đắk"},                                           /* cannot be a syllable: any word will do */
        {"ba", "ba bà"},    {"facebook", ""},                     /* no choice: not listed */
        {"con", ""},        {"la", "là"},       {"khong", ""},    {"", ""},
    };
    bon_restorer *restorer = restore_toy_open(3);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char got[1024];
        candidates(restorer, rows[i].plain, got);
        cr_assert_str_eq(got, rows[i].words, "%s: %s", rows[i].plain, got);
    }
    bon_restorer_close(restorer);
}

Test(index, minimum_count) {
    char path[64], got[1024];
    bon_restorer *restorer;
    restore_toy_write(path, 2, 2);
    cr_assert_eq(bon_restorer_open(&restorer, path), BON_OK);
    candidates(restorer, "toi", got);
    cr_assert_str_eq(got, "tôi");
    candidates(restorer, "duong", got);
    cr_assert_str_eq(got, "đường");
    candidates(restorer, "dep", got);
    cr_assert_str_eq(got, "đẹp");
    candidates(restorer, "truong", got);
    cr_assert_str_eq(got, "");
    bon_restorer_close(restorer);
    unlink(path);
}

Test(index, same_table_same_bytes) {
    char a[64], b[64];
    restore_toy_write(a, 3, 1);
    restore_toy_write(b, 3, 1);
    FILE *x = fopen(a, "rb"), *y = fopen(b, "rb");
    int byte;
    do cr_assert_eq(byte = getc(x), getc(y));
    while (byte != EOF);
    fclose(x);
    fclose(y);
    unlink(a);
    unlink(b);
}

Test(index, model_without_index_is_refused) {
    char path[64];
    bon_restorer *restorer = NULL;
    restore_toy_write(path, 2, 1);
    bon_lm_table *table = restore_toy_table(2);
    cr_assert_eq(bon_lm_table_write(table, path, NULL), BON_OK);
    cr_assert_eq(bon_restorer_open(&restorer, path), BON_ERR_FORMAT);
    cr_assert_null(restorer);
    cr_assert_not_null(strstr(bon_error_message(), path));
    cr_assert_not_null(strstr(bon_error_message(), "--candidates"));
    bon_lm_table_close(table);
    unlink(path);
}

/* Every number of an index replaced by hostile ones: look-ups end and stay inside. */
Test(index, hostile_numbers) {
    enum { SLOTS = 16, ENTRIES = 4, WORDS = 4 };
    static const uint32_t hostile[] = {0, 1, 3, 4, 5, 0x7fffffff, 0x80000000, 0xffffffff};
    for (size_t h = 0; h < sizeof hostile / sizeof hostile[0]; h++)
        for (unsigned where = 0; where < SLOTS + 2 * (ENTRIES + 1); where++) {
            uint32_t slots[SLOTS], words[WORDS] = {0};
            struct bon_index_entry entries[ENTRIES + 1];
            for (unsigned i = 0; i < SLOTS; i++) slots[i] = i % ENTRIES + 1;
            for (unsigned i = 0; i <= ENTRIES; i++) entries[i] = (struct bon_index_entry){i, i};
            if (where < SLOTS)
                slots[where] = hostile[h];
            else
                ((uint32_t *)entries)[where - SLOTS] = hostile[h];
            const struct bon_index index = {
                .header = {.slots = SLOTS, .entries = ENTRIES, .words = WORDS, .text_bytes = 4, .probe_max = SLOTS},
                .slots = slots,
                .entries = entries,
                .words = words,
                .text = "abcd"};
            for (char c = 'a'; c < 'f'; c++) {
                const uint32_t *found = NULL;
                size_t n = bon_index_find(&index, &c, 1, &found);
                cr_assert(n == 0 || (found >= words && found + n <= words + WORDS));
            }
        }
}
