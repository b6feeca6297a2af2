/* cmd/bon/normalize_show.h: what normalization changed, for people: the first example of each rule, and differences by line. */
#ifndef BON_CMD_NORMALIZE_SHOW_H
#define BON_CMD_NORMALIZE_SHOW_H

#include <pthread.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/pipeline.h"
#include "bon/normalize.h"

/* The first place at which each rule changed something. */
struct normalize_examples {
    pthread_mutex_t lock;
    bon_normalize_options options; /* of the run: to be set after opening */
    struct normalize_example {
        bool known;
        unsigned file;
        uint64_t line;
        bon_buf text; /* "FILE:LINE: before -> after" */
    } first[BON_RULES];
};

void examples_open(struct normalize_examples *examples);
void examples_close(struct normalize_examples *examples);
/* Looks through a chunk for rules that changed something in it (counts) and have no earlier example. one_line: the whole chunk
 * is of one line of the input (the text of a JSON object). */
bon_status examples_find(struct normalize_examples *examples, const bon_normalizer *normalizer,
                         const struct bon_chunk *chunk, bool one_line, const uint64_t *counts);

/* Appends "FILE:LINE", "- " and "+ " for each line of the chunk that normalization changes. */
bon_status show_differences(const bon_normalizer *normalizer, const struct bon_chunk *chunk, bon_buf *out,
                            uint64_t *counts);

#endif
