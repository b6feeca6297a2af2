/* src/recipe/toml.c: see toml.h. toml_scan.c reads the small pieces; here they become tables.
 *
 * TOML's rules on what may be opened again come down to four marks of a table: made on the way to another ([a.b] makes a), opened by a
 * header, made by a dotted key, closed (inline).
 */
#include "recipe/toml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipe/toml_scan.h"
#include "syllable/utf8.h"

enum { ON_THE_WAY, OPENED, DOTTED, CLOSED, OF_TABLES }; /* OF_TABLES: an array that [[headers]] lengthen */

struct reader {
    struct bon_toml_scan scan;
    unsigned depth;
};

static bon_status read_value(struct reader *reader, struct bon_toml_node *node);

/* ---- the tree ---- */

const char *bon_toml_kind_name(enum bon_toml_kind kind) {
    static const char *const names[] = {"a table",        "an array", "a string",
                                        "a whole number", "a number", "true or false"};
    return names[kind];
}

struct bon_toml_node *bon_toml_find(const struct bon_toml_node *table, const char *key) {
    for (struct bon_toml_node *node = table->first; node; node = node->next)
        if (strcmp(node->key, key) == 0) return node;
    return NULL;
}

static bon_status add(struct reader *reader, struct bon_toml_node *parent, enum bon_toml_kind kind, const char *key,
                      const char *at, struct bon_toml_node **out) {
    if (parent->kind == BON_TOML_TABLE && parent->count == BON_TOML_KEYS)
        return bon_toml_refuse(&reader->scan, at, "a table of more than %d keys", BON_TOML_KEYS);
    struct bon_toml_node *node = bon_arena_alloc(reader->scan.arena, sizeof *node, _Alignof(struct bon_toml_node));
    if (!node) return BON_ERR_NOMEM;
    *node = (struct bon_toml_node){.kind = kind, .key = key};
    bon_toml_place(&reader->scan, at, node);
    *(parent->last ? &parent->last->next : &parent->first) = node;
    parent->last = node;
    parent->count++;
    *out = node;
    return BON_OK;
}

/* ---- values ---- */

static bon_status read_array(struct reader *reader, struct bon_toml_node *array) {
    struct bon_toml_scan *scan = &reader->scan;
    scan->at++;
    array->kind = BON_TOML_ARRAY;
    for (;;) {
        struct bon_toml_node *item = NULL;
        BON_TRY(bon_toml_skip_lines(scan));
        if (bon_toml_peek(scan) == ']') break;
        BON_TRY(add(reader, array, BON_TOML_STRING, NULL, scan->at, &item));
        BON_TRY(read_value(reader, item));
        BON_TRY(bon_toml_skip_lines(scan));
        if (bon_toml_peek(scan) == ']') break;
        if (bon_toml_peek(scan) != ',') return bon_toml_refuse(scan, scan->at, "expected ',' or ']' in an array");
        scan->at++;
    }
    scan->at++;
    return BON_OK;
}

/* "a.b = value" into a table. */
static bon_status read_pair(struct reader *reader, struct bon_toml_node *table) {
    struct bon_toml_scan *scan = &reader->scan;
    for (;;) {
        const char *key, *at = scan->at;
        BON_TRY(bon_toml_scan_key(scan, &key));
        struct bon_toml_node *node = bon_toml_find(table, key);
        bon_toml_skip_blanks(scan);
        bool dotted = bon_toml_peek(scan) == '.';
        if (node && !(dotted && node->kind == BON_TOML_TABLE && node->state == DOTTED))
            return bon_toml_refuse(scan, at, "'%.64s' is there already, in line %u", key, node->line);
        if (!node) BON_TRY(add(reader, table, BON_TOML_TABLE, key, at, &node));
        if (!dotted) {
            if (bon_toml_peek(scan) != '=') return bon_toml_refuse(scan, scan->at, "expected '=' behind the key");
            scan->at++;
            bon_toml_skip_blanks(scan);
            return read_value(reader, node);
        }
        node->state = DOTTED;
        table = node;
        scan->at++;
        bon_toml_skip_blanks(scan);
    }
}

/* Dotted keys inside lay their tables open to later ones of the same table only. */
static bon_status read_inline_table(struct reader *reader, struct bon_toml_node *table) {
    struct bon_toml_scan *scan = &reader->scan;
    scan->at++;
    table->kind = BON_TOML_TABLE;
    table->state = CLOSED;
    bon_toml_skip_blanks(scan);
    if (bon_toml_peek(scan) != '}')
        for (;;) {
            bon_toml_skip_blanks(scan);
            BON_TRY(read_pair(reader, table));
            bon_toml_skip_blanks(scan);
            if (bon_toml_peek(scan) == '}') break;
            if (bon_toml_peek(scan) != ',')
                return bon_toml_refuse(scan, scan->at, "expected ',' or '}' in an inline table, which is one line");
            scan->at++;
        }
    scan->at++;
    return BON_OK;
}

static bon_status read_nested(struct reader *reader, struct bon_toml_node *node) {
    if (reader->depth == BON_TOML_DEPTH)
        return bon_toml_refuse(&reader->scan, reader->scan.at, "more than %d arrays and tables in each other",
                               BON_TOML_DEPTH);
    reader->depth++;
    bon_status status = (*reader->scan.at == '[' ? read_array : read_inline_table)(reader, node);
    reader->depth--;
    return status;
}

static bon_status read_value(struct reader *reader, struct bon_toml_node *node) {
    switch (bon_toml_peek(&reader->scan)) {
    case '"':
    case '\'': node->kind = BON_TOML_STRING; return bon_toml_scan_string(&reader->scan, &node->text);
    case '[':
    case '{': return read_nested(reader, node);
    default: return bon_toml_scan_word(&reader->scan, node);
    }
}

/* ---- headers ---- */

/* The table that a part of a header on the way to its last one names: of an array of tables it is the newest. */
static bon_status step_into(struct reader *reader, struct bon_toml_node **table, const char *key, const char *at) {
    struct bon_toml_node *node = bon_toml_find(*table, key);
    if (!node) BON_TRY(add(reader, *table, BON_TOML_TABLE, key, at, &node));
    if (node->kind == BON_TOML_ARRAY && node->state == OF_TABLES) node = node->last;
    if (node->kind != BON_TOML_TABLE || node->state == CLOSED)
        return bon_toml_refuse(&reader->scan, at, "'%.64s' in line %u cannot be added to", key, node->line);
    *table = node;
    return BON_OK;
}

static bon_status open_table(struct reader *reader, struct bon_toml_node **table, const char *key, const char *at) {
    struct bon_toml_node *node = bon_toml_find(*table, key);
    if (node && (node->kind != BON_TOML_TABLE || node->state != ON_THE_WAY))
        return bon_toml_refuse(&reader->scan, at, "'%.64s' is there already, in line %u", key, node->line);
    if (!node) BON_TRY(add(reader, *table, BON_TOML_TABLE, key, at, &node));
    bon_toml_place(&reader->scan, at, node);
    node->state = OPENED;
    *table = node;
    return BON_OK;
}

static bon_status lengthen_array(struct reader *reader, struct bon_toml_node **table, const char *key, const char *at) {
    struct bon_toml_node *array = bon_toml_find(*table, key);
    if (array && (array->kind != BON_TOML_ARRAY || array->state != OF_TABLES))
        return bon_toml_refuse(&reader->scan, at, "'%.64s' is there already, in line %u", key, array->line);
    if (!array) BON_TRY(add(reader, *table, BON_TOML_ARRAY, key, at, &array));
    array->state = OF_TABLES;
    BON_TRY(add(reader, array, BON_TOML_TABLE, NULL, at, table));
    (*table)->state = OPENED;
    return BON_OK;
}

/* "[a.b]" or "[[a.b]]": *table becomes what the lines below fill. */
static bon_status read_header(struct reader *reader, struct bon_toml_node *root, struct bon_toml_node **table) {
    struct bon_toml_scan *scan = &reader->scan;
    bool array = scan->end - scan->at > 1 && scan->at[1] == '[';
    const char *key, *at;
    scan->at += array ? 2 : 1;
    *table = root;
    for (;;) {
        bon_toml_skip_blanks(scan);
        at = scan->at;
        BON_TRY(bon_toml_scan_key(scan, &key));
        bon_toml_skip_blanks(scan);
        if (bon_toml_peek(scan) != '.') break;
        scan->at++;
        BON_TRY(step_into(reader, table, key, at));
    }
    for (int i = 0; i < (array ? 2 : 1); i++, scan->at++)
        if (bon_toml_peek(scan) != ']')
            return bon_toml_refuse(scan, scan->at, "expected '%s' behind the name of the table", array ? "]]" : "]");
    BON_TRY((array ? lengthen_array : open_table)(reader, table, key, at));
    return bon_toml_end_line(scan);
}

/* ---- the file ---- */

static bon_status check_bytes(const struct bon_toml *toml, const char *text, size_t n) {
    unsigned length, line = 1, column = 1;
    if (n > BON_TOML_LARGEST)
        return bon_fail(BON_ERR_DATA, "%s: more than %d MiB: not a recipe", toml->name, BON_TOML_LARGEST >> 20);
    for (size_t i = 0; i < n; i += length, column++) {
        if (bon_utf8_read(text + i, n - i, &length) == BON_UTF8_INVALID)
            return bon_fail(BON_ERR_DATA, "%s:%u:%u: byte 0x%02x is not UTF-8", toml->name, line, column,
                            (unsigned char)text[i]);
        if (text[i] == '\n') line++, column = 0;
    }
    return BON_OK;
}

static bon_status read_all(struct bon_toml *toml, const char *text, size_t n) {
    struct reader reader = {.scan = {.name = toml->name, .at = text, .end = text + n, .line_start = text, .line = 1}};
    struct bon_toml_node *table = &toml->root;
    reader.scan.arena = &toml->arena;
    BON_TRY(check_bytes(toml, text, n));
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) reader.scan.line_start = reader.scan.at += 3;
    toml->root.line = toml->root.column = 1;
    for (;;) {
        BON_TRY(bon_toml_skip_lines(&reader.scan));
        if (reader.scan.at == reader.scan.end) return BON_OK;
        if (*reader.scan.at == '[') {
            BON_TRY(read_header(&reader, &toml->root, &table));
        } else {
            BON_TRY(read_pair(&reader, table));
            BON_TRY(bon_toml_end_line(&reader.scan));
        }
    }
}

bon_status bon_toml_read(struct bon_toml **out, const char *name, const char *text, size_t n) {
    *out = NULL;
    struct bon_toml *toml = calloc(1, sizeof *toml);
    if (!toml) return bon_fail_memory(sizeof *toml);
    toml->name = bon_arena_copy(&toml->arena, name, strlen(name) + 1);
    bon_status status = toml->name ? read_all(toml, text ? text : "", n) : BON_ERR_NOMEM;
    if (status == BON_OK)
        *out = toml;
    else
        bon_toml_close(toml);
    return status;
}

void bon_toml_close(struct bon_toml *toml) {
    if (!toml) return;
    bon_arena_free(&toml->arena);
    free(toml);
}

bon_status bon_toml_fail(const struct bon_toml *toml, const struct bon_toml_node *node, const char *format, ...) {
    char reason[BON_MESSAGE_MAX];
    va_list list;
    va_start(list, format);
    vsnprintf(reason, sizeof reason, format, list);
    va_end(list);
    return bon_fail(BON_ERR_DATA, "%s:%u:%u: %s", toml->name, node->line, node->column, reason);
}
