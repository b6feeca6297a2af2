/* src/corpus/filter_units.h: a stream of lines, paragraphs or JSON lines -> texts with their verdicts, in order.
 *
 * Workers score what they have all of: lines, objects, and paragraphs that begin and end within their chunk. The pieces of paragraphs
 * at both ends of a chunk are put together and scored by the one writer; of a chunk of 256 KB that is a percent or two.
 */
#ifndef BON_SRC_CORPUS_FILTER_UNITS_H
#define BON_SRC_CORPUS_FILTER_UNITS_H

#include "base/pipeline.h"
#include "corpus/filter.h"
#include "corpus/pii.h"
#include "corpus/units.h"

struct bon_filter_units {
    const struct bon_filter *filter;
    enum bon_unit unit;
    const char *json_field; /* of BON_UNIT_DOCUMENT */
    bool with_scores;       /* objects get a member "scores", in place of one that is there */
    unsigned masks;   /* kinds of bon_pii_kind to put placeholders for, bits; scores are those of the text before */
    bool list_masked; /* hand out what was masked */
};

/* What the sink gets: a text as it is to be written, with its newline; a paragraph with the empty lines behind it. */
struct bon_filter_text {
    const struct bon_filter_verdict *verdict; /* NULL: no text, but blank lines or an object without the field */
    const char *text;
    size_t n;
    const char *file;
    uint64_t line;          /* number of its first line */
    const uint64_t *masked; /* [BON_PII_KINDS] how many of each kind */
    const char *list;       /* rows "kind TAB what TAB text around it" of what was masked; list_n bytes */
    size_t list_n;
};

struct bon_filter_sink {
    bon_status (*take)(void *context, const struct bon_filter_text *text);
    void *context;
};

/* Per-worker state of the pipeline. */
bon_status bon_filter_worker_open(const struct bon_filter_units *units, void **worker);
void bon_filter_worker_close(void *worker); /* NULL is fine */

/* The map of a pipeline with whole_lines. */
bon_status bon_filter_map(const struct bon_filter_units *units, void *worker, const struct bon_chunk *chunk,
                          bon_buf *out);

/* What the writer keeps; all zeros, then the worker that it scores with. */
struct bon_filter_joiner {
    const struct bon_filter_units *units;
    void *worker;
    bon_buf paragraph, record; /* the paragraph that is open */
    bool has_text, blank;      /* it has a line that is not blank; blank lines have come behind it */
    uint64_t line;
    const char *file;
    unsigned file_number;
};

/* The sink of that pipeline, its finish, and the end. */
bon_status bon_filter_each(struct bon_filter_joiner *joiner, const struct bon_chunk *chunk, const bon_buf *mapped,
                           const struct bon_filter_sink *sink);
bon_status bon_filter_end(struct bon_filter_joiner *joiner, const struct bon_filter_sink *sink);
/* The same where another file follows, of which the sink is not to hear. */
bon_status bon_filter_end_file(struct bon_filter_joiner *joiner, const struct bon_filter_sink *sink);
void bon_filter_joiner_free(struct bon_filter_joiner *joiner);

#endif
