/* cmd/bon/classes.h: tokens replaced by classes of tokens, on the way into a model and into questions to it.
 *
 * A file of classes has two columns between blanks, a token and its class. A token with digits that is not listed itself is
 * looked up once more with # for every run of digits:
 *
 *     #        <num>
 *     #/#/#    <date>
 *     hanoi    hà_nội
 */
#ifndef BON_CMD_CLASSES_H
#define BON_CMD_CLASSES_H

#include "ngram/vocab.h"

/* All zeros has no classes: text stays as it is. */
struct class_map {
    struct bon_vocab tokens, classes;
    uint32_t *class_of; /* [tokens.count] */
    size_t cap;
};

/* BON_ERR_DATA names the line that is not two columns, or gives a token a second class. */
bon_status classes_read(struct class_map *map, const char *path);
void classes_free(struct class_map *map);

/* Appends the text with its tokens replaced; blanks and line ends stay. */
bon_status classes_apply(const struct class_map *map, const char *text, size_t n, bon_buf *out);

#define CLASSES_HELP                                                                                                   \
    "replace tokens by classes: FILE has a token and its class a\nline; # in a token is a run of digits"

#endif
