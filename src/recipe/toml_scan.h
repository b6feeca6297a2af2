/* src/recipe/toml_scan.h: the small pieces of TOML: blanks, line ends, keys, strings, numbers. */
#ifndef BON_SRC_RECIPE_TOML_SCAN_H
#define BON_SRC_RECIPE_TOML_SCAN_H

#include "recipe/toml.h"

struct bon_toml_scan {
    const char *name;
    const char *at, *end;
    const char *line_start;
    const char *counted; /* up to here `column` is known */
    unsigned line, column;
    struct bon_arena *arena; /* gets the strings */
};

/* BON_ERR_DATA at a place of the current line. */
bon_status bon_toml_refuse(struct bon_toml_scan *scan, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The next byte, or 0 at the end. */
static inline char bon_toml_peek(const struct bon_toml_scan *scan) { return scan->at < scan->end ? *scan->at : 0; }

/* Line and column of a byte of the current line. */
void bon_toml_place(struct bon_toml_scan *scan, const char *at, struct bon_toml_node *node);

void bon_toml_skip_blanks(struct bon_toml_scan *scan);
/* Blanks, line ends and comments. */
bon_status bon_toml_skip_lines(struct bon_toml_scan *scan);
/* Nothing but blanks and a comment up to the end of the line, which is passed. */
bon_status bon_toml_end_line(struct bon_toml_scan *scan);

/* One part of a key: bare or quoted. */
bon_status bon_toml_scan_key(struct bon_toml_scan *scan, const char **key);
/* A string at its quote. */
bon_status bon_toml_scan_string(struct bon_toml_scan *scan, const char **text);
/* A number or boolean: kind and text of the node. */
bon_status bon_toml_scan_word(struct bon_toml_scan *scan, struct bon_toml_node *node);

#endif
