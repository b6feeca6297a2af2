/* src/ime/memory.c: the table of what was learned. See memory.h. */
#include "ime/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "restore/letters.h"

bon_status bon_memory_table_open(struct memory_table *table) {
    *table = (struct memory_table){0};
    table->items = bon_alloc_array(BON_IME_MEMORY_MAX, sizeof *table->items);
    table->slots = bon_alloc_zeroed(MEMORY_SLOTS, sizeof *table->slots);
    table->text = bon_alloc_array(MEMORY_TEXT_ROOM, 1);
    if (table->items && table->slots && table->text) return BON_OK;
    bon_memory_table_close(table);
    return BON_ERR_NOMEM;
}

void bon_memory_table_close(struct memory_table *table) {
    free(table->items);
    free(table->slots);
    free(table->text);
    *table = (struct memory_table){0};
}

void bon_memory_table_clear(struct memory_table *table) {
    table->count = table->text_len = 0;
    memset(table->slots, 0, MEMORY_SLOTS * sizeof *table->slots);
}

/* ---- entries ---- */

static bool put_field(struct memory_entry *entry, const char *field, size_t n) {
    if (n > MEMORY_FIELD_MAX) return false;
    entry->text[entry->len++] = '\t';
    if (n) memcpy(entry->text + entry->len, field, n);
    entry->len += n;
    return true;
}

bool bon_memory_entry(struct memory_entry *entry, enum memory_kind kind, const char *first, size_t first_n,
                      const char *second, size_t second_n, const char *third, size_t third_n) {
    entry->text[0] = (char)kind;
    entry->len = 1;
    if (!put_field(entry, first, first_n)) return false;
    if (second && !put_field(entry, second, second_n)) return false;
    entry->key_len = entry->len;
    if (!third) return true;
    if (!put_field(entry, third, third_n)) return false;
    if (kind != MEMORY_FIX) entry->key_len = entry->len;
    return true;
}

bool bon_memory_field(const char *text, size_t len, size_t *at, const char **field, size_t *n) {
    if (*at >= len) return false;
    const char *start = text + *at + 1, *tab = memchr(start, '\t', len - *at - 1);
    *field = start;
    *n = (size_t)((tab ? tab : text + len) - start);
    *at += *n + 1;
    return true;
}

/* ---- looking up ---- */

static uint32_t *slot_of(const struct memory_table *table, const char *key, size_t n) {
    uint32_t place = (uint32_t)bon_hash64(key, n);
    for (;; place++) {
        uint32_t *slot = &table->slots[place & (MEMORY_SLOTS - 1)];
        if (*slot == 0) return slot;
        const struct memory_item *item = &table->items[*slot - 1];
        if (item->key_len == n && memcmp(table->text + item->text, key, n) == 0) return slot;
    }
}

struct memory_item *bon_memory_find(const struct memory_table *table, const struct memory_entry *entry) {
    uint32_t slot = *slot_of(table, entry->text, entry->key_len);
    return slot ? &table->items[slot - 1] : NULL;
}

/* Drops the items without a count, and moves the others together. */
static void compact(struct memory_table *table) {
    uint32_t count = 0, text_len = 0;
    memset(table->slots, 0, MEMORY_SLOTS * sizeof *table->slots);
    for (uint32_t i = 0; i < table->count; i++) {
        struct memory_item item = table->items[i];
        if (item.count == 0) continue;
        memmove(table->text + text_len, table->text + item.text, item.len);
        item.text = text_len;
        text_len += item.len;
        table->items[count++] = item;
        *slot_of(table, table->text + item.text, item.key_len) = count;
    }
    table->count = count;
    table->text_len = text_len;
}

/* Halves the counts: first of what was merely written; of what the user said only when that does not make enough room. */
static void fade(struct memory_table *table) {
    for (unsigned all = 0; table->count > BON_IME_MEMORY_MAX * 3 / 4 || table->text_len > MEMORY_TEXT_ROOM / 4 * 3;
         all++) {
        for (uint32_t i = 0; i < table->count; i++) {
            struct memory_item *item = &table->items[i];
            char kind = table->text[item->text];
            if (all == 0 && kind != MEMORY_WORD && kind != MEMORY_PAIR) continue;
            item->count /= 2;
            item->fresh /= 2;
        }
        compact(table);
    }
}

static uint32_t add_up(uint32_t a, uint32_t b) { return a + b < MEMORY_COUNT_MAX ? a + b : MEMORY_COUNT_MAX; }

bool bon_memory_count(struct memory_table *table, const struct memory_entry *entry, uint32_t count, uint32_t fresh) {
    bool faded = table->count == BON_IME_MEMORY_MAX || table->text_len + entry->len > MEMORY_TEXT_ROOM;
    if (count == 0) return false;
    if (faded) fade(table);
    uint32_t *slot = slot_of(table, entry->text, entry->key_len);
    if (*slot) {
        struct memory_item *item = &table->items[*slot - 1];
        if (item->len == entry->len && memcmp(table->text + item->text, entry->text, entry->len) == 0) {
            item->count = add_up(item->count, count);
            item->fresh = add_up(item->fresh, fresh);
            return faded;
        }
        /* Another word in the place of a fix: its text goes behind the others, and so must the item. */
        item->count = 0;
        compact(table);
        slot = slot_of(table, entry->text, entry->key_len);
    }
    table->items[table->count] = (struct memory_item){.text = table->text_len,
                                                      .key_len = (uint16_t)entry->key_len,
                                                      .len = (uint16_t)entry->len,
                                                      .count = add_up(count, 0),
                                                      .fresh = add_up(fresh, 0)};
    memcpy(table->text + table->text_len, entry->text, entry->len);
    table->text_len += (uint32_t)entry->len;
    *slot = ++table->count;
    return faded;
}

/* ---- forgetting ---- */

static bool is_word(const char *field, size_t field_n, const char *word, size_t n) {
    char plain[BON_WORD_MAX];
    bool has_marks;
    if (field_n == n && memcmp(field, word, n) == 0) return true;
    size_t plain_n = bon_plain_form(field, field_n, plain, &has_marks);
    return plain_n == n && n > 0 && memcmp(plain, word, n) == 0;
}

void bon_memory_table_drop(struct memory_table *table, const struct memory_entry *entry) {
    struct memory_item *item = bon_memory_find(table, entry);
    if (!item) return;
    item->count = 0;
    compact(table);
}

size_t bon_memory_table_forget(struct memory_table *table, const char *word, size_t n) {
    size_t gone = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        struct memory_item *item = &table->items[i];
        const char *text = table->text + item->text, *field;
        size_t field_n, at = 1;
        bool has = false;
        while (!has && bon_memory_field(text, item->len, &at, &field, &field_n)) has = is_word(field, field_n, word, n);
        if (!has) continue;
        item->count = 0;
        gone++;
    }
    compact(table);
    return gone;
}
