/* src/corpus/jsonl.h: documents out of JSON lines of others: which member is the text, the title; what else stays.
 *
 *     {"headline":"Huế","body":"Cố đô.","meta":{"year":1993}}
 *     text = "body", title = "headline", keep = "year=meta.year"
 *     -> {"id":"","title":"Huế","url":"","year":1993,"text":"Cố đô."}
 */
#ifndef BON_SRC_CORPUS_JSONL_H
#define BON_SRC_CORPUS_JSONL_H

#include "corpus/document.h"

/* A name is a member's, or a path to one inside objects, with dots. Lists have commas. */
struct bon_jsonl_options {
    const char *text; /* list: their texts follow each other */
    const char *id, *title, *url;
    const char *keep; /* list of NAME and NEW=NAME; NULL: all others */
};

struct bon_jsonl;

/* The options' strings and the normalizer have to outlive it. BON_ERR_ARGUMENT: an empty name, too many, one that is taken. */
bon_status bon_jsonl_open(struct bon_jsonl **out, const struct bon_jsonl_options *options,
                          const bon_normalizer *normalizer);
void bon_jsonl_close(struct bon_jsonl *jsonl);

struct bon_jsonl_place {
    const char *name; /* of the file */
    uint64_t line, offset;
};

/* Fills the document, which is empty, from a line without its end. A line that is no object, or whose text is no string and no array
 * of strings, is BON_ERR_DATA. *found: the object has a text. Threads may share jsonl. */
bon_status bon_jsonl_read(const struct bon_jsonl *jsonl, const char *line, size_t n,
                          const struct bon_jsonl_place *place, struct bon_document *document, bool *found);

#endif
