/* src/recipe/toml.h: the part of TOML 1.0 (toml.io) that recipes are written in, read into a tree whose every node knows its line.
 *
 * Read are comments, bare, quoted and dotted keys, [tables], [[arrays of tables]], inline tables, arrays over several lines,
 * booleans, decimal integers and fractions, "basic" and 'literal' strings of one line. Refused, with a message that says what to write
 * instead, are what recipes have no use for: strings over several lines, dates, hexadecimal numbers, inf and nan. What TOML
 * forbids (a key given twice, a table opened again, bytes that are no UTF-8) is refused, too.
 *
 * Numbers are kept as they are spelled: an option gets what stands in the recipe.
 */
#ifndef BON_SRC_RECIPE_TOML_H
#define BON_SRC_RECIPE_TOML_H

#include <stdbool.h>

#include "base/arena.h"

enum {
    BON_TOML_LARGEST = 1 << 20, /* bytes of a file */
    BON_TOML_KEYS = 1024,       /* of a table */
    BON_TOML_DEPTH = 32         /* arrays and inline tables inside each other */
};

enum bon_toml_kind {
    BON_TOML_TABLE,
    BON_TOML_ARRAY,
    BON_TOML_STRING,
    BON_TOML_INTEGER,
    BON_TOML_REAL,
    BON_TOML_BOOLEAN
};

struct bon_toml_node {
    enum bon_toml_kind kind;
    unsigned line, column; /* from 1, of the key, or of the value where there is none; columns are characters */
    const char *key;       /* NUL-terminated; NULL in an array */
    const char *text; /* of a string, without NUL inside; a number without '_' and '+'; "true", "false"; else NULL */
    size_t count;     /* members of a table or array, in the order of the file */
    struct bon_toml_node *first, *last, *next;
    unsigned state; /* the reader's own */
};

struct bon_toml {
    const char *name; /* of the file, for messages */
    struct bon_toml_node root;
    struct bon_arena arena;
};

/* Reads n bytes; `name` is copied. What is refused is BON_ERR_DATA, "name:line:column: why". */
bon_status bon_toml_read(struct bon_toml **out, const char *name, const char *text, size_t n);
void bon_toml_close(struct bon_toml *toml); /* NULL is fine */

/* A member of a table, or NULL. */
struct bon_toml_node *bon_toml_find(const struct bon_toml_node *table, const char *key);

/* "a string", "a table", ... */
const char *bon_toml_kind_name(enum bon_toml_kind kind);

/* BON_ERR_DATA with a message about the place of a node: "name:line:column: ...". */
bon_status bon_toml_fail(const struct bon_toml *toml, const struct bon_toml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
