/* src/ime/memory_file.c: what was learned as a file of text.
 *
 *     bon-ime-memory 1 ENTRIES
 *     COUNT TAB entry                     (memory.h has the entries), ascending by the bytes of the entry
 *
 * Processes that share a file merge: each keeps apart what it learned itself since it last saw the file (`fresh`), and saving
 * adds that to what the file holds now.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "ime/memory.h"
#include "syllable/utf8.h"

#define MAGIC "bon-ime-memory "
enum { FILE_VERSION = 1, FILE_MAX = 2 * MEMORY_TEXT_ROOM + BON_IME_MEMORY_MAX * 8 + 64, LINE_COUNT_DIGITS = 7 };

bon_status bon_ime_memory_open(bon_ime_memory **out) {
    bon_ime_memory *memory = bon_alloc_zeroed(1, sizeof *memory);
    *out = NULL;
    if (!memory) return BON_ERR_NOMEM;
    bon_status status = bon_memory_table_open(&memory->table);
    if (status == BON_OK)
        *out = memory;
    else
        free(memory);
    return status;
}

void bon_ime_memory_close(bon_ime_memory *memory) {
    if (!memory) return;
    bon_memory_table_close(&memory->table);
    bon_restore_cache_close(memory->cache);
    bon_buf_free(&memory->forgotten);
    bon_buf_free(&memory->folded);
    free(memory);
}

int bon_ime_memory_changed(const bon_ime_memory *memory) { return memory->changed; }
size_t bon_ime_memory_count(const bon_ime_memory *memory) { return memory->table.count; }

size_t bon_ime_memory_forget(bon_ime_memory *memory, const char *word, size_t n) {
    size_t gone = memory->table.count;
    if (n == 0) {
        bon_memory_table_clear(&memory->table);
        memory->forgot_all = true;
    } else {
        gone = bon_memory_table_forget(&memory->table, word, n);
        /* Without memory to note it the file would bring the word back. */
        if (bon_buf_append(&memory->forgotten, word, n) != BON_OK || bon_buf_put(&memory->forgotten, '\n') != BON_OK)
            memory->forgot_all = true;
    }
    memory->changed |= gone > 0 || memory->forgot_all || memory->forgotten.len > 0;
    bon_ime_memory_refill(memory);
    return gone;
}

/* ---- reading ---- */

static bon_status corrupt(const char *path, unsigned long line, const char *reason) {
    return bon_fail(BON_ERR_FORMAT, "%s:%lu: %s: this is no file of what was learned from typing, or it is damaged",
                    path, line, reason);
}

/* A number at the front of a line, with a sign behind it; 0: none. */
static uint32_t read_number(const char **at, const char *end, char behind) {
    uint32_t number = 0;
    const char *start = *at;
    while (*at < end && *at - start < LINE_COUNT_DIGITS && **at >= '0' && **at <= '9')
        number = number * 10 + (uint32_t)(*(*at)++ - '0');
    if (*at == start || *at == end || **at != behind) return 0;
    ++*at;
    return number;
}

static bool is_text(const char *text, size_t n) {
    for (size_t i = 0; i < n;) {
        unsigned length;
        uint32_t point = bon_utf8_read(text + i, n - i, &length);
        if (point == BON_UTF8_INVALID || point <= ' ' || point == 0x7f) return false;
        i += length;
    }
    return true;
}

/* Reads "w TAB word" and the like. */
static bool read_entry(struct memory_entry *entry, const char *text, size_t n) {
    static const struct {
        char kind;
        uint8_t fields;
    } kinds[] = {{MEMORY_WORD, 1}, {MEMORY_PAIR, 2}, {MEMORY_FIX, 3}, {MEMORY_KEEP, 1}};
    const char *fields[3] = {0}, *field;
    size_t lengths[3] = {0}, at = 1, count = 0, length;
    if (n == 0 || (n > 1 && text[1] != '\t')) return false;
    while (bon_memory_field(text, n, &at, &field, &length)) {
        bool may_be_empty = text[0] == MEMORY_FIX && count == 0;
        if (count == 3 || (length == 0 && !may_be_empty) || !is_text(field, length)) return false;
        fields[count] = field;
        lengths[count++] = length;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].kind == text[0] && kinds[i].fields == count)
            return bon_memory_entry(entry, (enum memory_kind)text[0], fields[0], lengths[0], fields[1], lengths[1],
                                    fields[2], lengths[2]);
    return false;
}

static bon_status read_head(const char *path, const char **at, const char *end, uint32_t *entries) {
    size_t n = sizeof MAGIC - 1;
    if ((size_t)(end - *at) < n || memcmp(*at, MAGIC, n) != 0)
        return corrupt(path, 1, "its first line is not '" MAGIC "...'");
    *at += n;
    uint32_t version = read_number(at, end, ' ');
    if (version > FILE_VERSION)
        return bon_fail(BON_ERR_VERSION, "%s: version %u: this bon reads version %d", path, (unsigned)version,
                        FILE_VERSION);
    *entries = 0;
    if (end - *at >= 2 && memcmp(*at, "0\n", 2) == 0)
        *at += 2;
    else
        *entries = read_number(at, end, '\n');
    return version == 0 || (*at)[-1] != '\n' ? corrupt(path, 1, "no version and number of entries") : BON_OK;
}

bon_status bon_memory_parse(const char *path, const bon_buf *text, struct memory_table *table) {
    uint32_t entries = 0, line = 0;
    if (text->len == 0) return BON_OK;
    if (text->len > FILE_MAX) return corrupt(path, 1, "too long");
    const char *at = text->data, *end = at + text->len;
    BON_TRY(read_head(path, &at, end, &entries));
    for (; at < end; line++) {
        struct memory_entry entry;
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (!newline) return corrupt(path, line + 2ul, "the line has no end");
        uint32_t count = read_number(&at, newline, '\t');
        if (count == 0 || count > MEMORY_COUNT_MAX) return corrupt(path, line + 2ul, "no count");
        if (!read_entry(&entry, at, (size_t)(newline - at))) return corrupt(path, line + 2ul, "no entry");
        bon_memory_count(table, &entry, count, 0);
        at = newline + 1;
    }
    return line == entries ? BON_OK : corrupt(path, line + 1ul, "fewer or more entries than its first line says");
}

/* What cannot be read is put aside, and the message says where. */
static bon_status put_aside(const char *path, bon_status status) {
    bon_buf message = {0}, aside = {0};
    bool done = false;
    if (bon_buf_printf(&message, "%s", bon_error_message()) == BON_OK &&
        bon_buf_printf(&aside, "%s.bad", path) == BON_OK) {
        done = rename(path, aside.data) == 0;
        bon_fail(status, "%s; %s %s", message.data, done ? "it is now" : "it could not be renamed to", aside.data);
    }
    bon_buf_free(&message);
    bon_buf_free(&aside);
    return status;
}

/* The table of a file; empty when there is none. */
static bon_status read_table(const char *path, struct memory_table *table) {
    bon_buf text = {0};
    struct stat about;
    BON_TRY(bon_memory_table_open(table));
    if (stat(path, &about) != 0 && errno == ENOENT) return BON_OK;
    bon_status status = bon_file_read(path, FILE_MAX, &text);
    if (status == BON_OK) status = bon_memory_parse(path, &text, table);
    if (status == BON_ERR_FORMAT || status == BON_ERR_VERSION || status == BON_ERR_DATA)
        status = put_aside(path, status);
    bon_buf_free(&text);
    if (status != BON_OK) bon_memory_table_close(table);
    return status;
}

/* ---- merging ---- */

static void forget_again(const bon_buf *forgotten, struct memory_table *file) {
    for (size_t at = 0; at < forgotten->len;) {
        const char *word = forgotten->data + at;
        size_t n = (size_t)((const char *)memchr(word, '\n', forgotten->len - at) - word);
        struct memory_entry entry;
        if (*word != '\t')
            bon_memory_table_forget(file, word, n);
        else if (read_entry(&entry, word + 1, n - 1))
            bon_memory_table_drop(file, &entry);
        at += n + 1;
    }
}

/* What this memory learned and forgot by itself is done to the table of the file, which then is the memory's. */
static void adopt(bon_ime_memory *memory, struct memory_table *file) {
    const struct memory_table *own = &memory->table;
    if (memory->forgot_all) bon_memory_table_clear(file);
    forget_again(&memory->forgotten, file);
    for (uint32_t i = 0; i < own->count; i++) {
        const struct memory_item *item = &own->items[i];
        struct memory_entry entry = {.key_len = item->key_len, .len = item->len};
        memcpy(entry.text, own->text + item->text, item->len);
        bon_memory_count(file, &entry, item->fresh, item->fresh);
    }
    bon_memory_table_close(&memory->table);
    memory->table = *file;
    bon_ime_memory_refill(memory);
}

/* The memory is the same as the file. */
static void settle(bon_ime_memory *memory) {
    for (uint32_t i = 0; i < memory->table.count; i++) memory->table.items[i].fresh = 0;
    memory->changed = memory->forgot_all = false;
    memory->forgotten.len = 0;
}

bon_status bon_ime_memory_load(bon_ime_memory *memory, const char *path) {
    struct memory_table file;
    bool changed = memory->changed;
    BON_TRY(read_table(path, &file));
    adopt(memory, &file);
    memory->changed = changed;
    return BON_OK;
}

/* ---- writing ---- */

static int compare_items(const void *a, const void *b, void *context) {
    const struct memory_item *x = a, *y = b;
    const char *text = context;
    int order = memcmp(text + x->text, text + y->text, x->len < y->len ? x->len : y->len);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

bon_status bon_memory_lay_out(const struct memory_table *table, bon_buf *out) {
    struct memory_item *sorted = bon_alloc_array((size_t)table->count + 1, sizeof *sorted);
    if (!sorted) return BON_ERR_NOMEM;
    memcpy(sorted, table->items, table->count * sizeof *sorted);
    qsort_r(sorted, table->count, sizeof *sorted, compare_items, table->text);
    bon_status status = bon_buf_printf(out, MAGIC "%d %u\n", FILE_VERSION, (unsigned)table->count);
    for (uint32_t i = 0; i < table->count && status == BON_OK; i++)
        status = bon_buf_printf(out, "%u\t%.*s\n", (unsigned)sorted[i].count, (int)sorted[i].len,
                                table->text + sorted[i].text);
    free(sorted);
    return status;
}

/* The output takes over the rights of the file it replaces: so there is one, for its owner alone. */
static bon_status make_private(const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return bon_fail_errno(path, "cannot create");
    bon_status status = fchmod(file, 0600) == 0 ? BON_OK : bon_fail_errno(path, "cannot make private");
    close(file);
    return status;
}

static bon_status write_file(const char *path, const bon_buf *text) {
    struct bon_out *out;
    BON_TRY(make_private(path));
    BON_TRY(bon_out_open(&out, path, 0));
    bon_status status = bon_out_write(out, text->data, text->len);
    if (status == BON_OK) return bon_out_publish(out);
    bon_out_abandon(out);
    return status;
}

bon_status bon_ime_memory_save(bon_ime_memory *memory, const char *path) {
    struct memory_table file;
    bon_buf text = {0};
    BON_TRY(read_table(path, &file));
    adopt(memory, &file);
    bon_status status = bon_memory_lay_out(&memory->table, &text);
    if (status == BON_OK) status = write_file(path, &text);
    if (status == BON_OK) settle(memory);
    bon_buf_free(&text);
    return status;
}
