/* src/corpus/classify_lines.h: lines, with labels or without, as texts to classify. */
#ifndef BON_SRC_CORPUS_CLASSIFY_LINES_H
#define BON_SRC_CORPUS_CLASSIFY_LINES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/pipeline.h"

struct bon_labelled {
    bool labelled;           /* lines are "__label__NAME text", as fastText has them, or "NAME TAB text" */
    const char *text_field;  /* lines are JSON objects with the text in this string; NULL: they are not */
    const char *label_field; /* and their label in this one */
};

/* A line of a chunk. */
struct bon_labelled_line {
    const char *line; /* without its newline; in the chunk */
    size_t len;
    uint32_t label, label_len; /* place in `labels`; without labels 0 */
};

/* All zeros is empty. */
struct bon_labelled_lines {
    struct bon_labelled_line *lines;
    size_t count, cap;
    bon_buf labels;
    bon_buf texts; /* a line for each of them, with a newline */
};

/* Takes the lines of a chunk in place of what `lines` held. A line without a label, or that is no object, fails with its place; a
 * line of blanks, or an object without the text, has an empty text. */
bon_status bon_labelled_split(const struct bon_labelled *how, const struct bon_chunk *chunk,
                              struct bon_labelled_lines *lines);
void bon_labelled_free(struct bon_labelled_lines *lines);

#endif
