/* tests/fuzz/fuzz_ime_memory.c: any bytes as a file of what was learned. What is read is written and read again as it was, and
 * stays within its bounds; forgetting a word that is there leaves none of it. */
#include <stdlib.h>

#include "base/buf.h"
#include "ime/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static bool is_same(const bon_buf *a, const bon_buf *b) {
    return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* The first word of the first entry. */
static void forget_one(struct memory_table *table) {
    const char *field;
    char word[MEMORY_FIELD_MAX];
    size_t n, at = 1;
    if (table->count == 0) return;
    const struct memory_item *item = &table->items[0];
    while (bon_memory_field(table->text + item->text, item->len, &at, &field, &n) && n == 0) continue;
    require(n > 0 && n <= sizeof word);
    memcpy(word, field, n);
    require(bon_memory_table_forget(table, word, n) > 0);
    require(bon_memory_table_forget(table, word, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct memory_table table, again;
    bon_buf text = {0}, written = {0}, twice = {0};
    require(bon_memory_table_open(&table) == BON_OK && bon_memory_table_open(&again) == BON_OK);
    require(bon_buf_append(&text, data, size) == BON_OK);
    if (bon_memory_parse("fuzz", &text, &table) == BON_OK) {
        require(table.count <= BON_IME_MEMORY_MAX && table.text_len <= MEMORY_TEXT_ROOM);
        require(bon_memory_lay_out(&table, &written) == BON_OK);
        require(bon_memory_parse("again", &written, &again) == BON_OK && again.count == table.count);
        require(bon_memory_lay_out(&again, &twice) == BON_OK && is_same(&written, &twice));
        forget_one(&again);
    }
    bon_buf_free(&text);
    bon_buf_free(&written);
    bon_buf_free(&twice);
    bon_memory_table_close(&table);
    bon_memory_table_close(&again);
    return 0;
}
