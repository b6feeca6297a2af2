/* src/corpus/units.h: cuts chunks of a stream into the texts that are compared: lines, paragraphs, or the documents of JSON
 * lines; and says by which hash each is known.
 *
 * Workers hash lines (bon_units_map); the one writer puts lines together to paragraphs (bon_units_each). A paragraph's hash is that
 * of the hashes of its lines, so no worker needs more than a chunk.
 */
#ifndef BON_SRC_CORPUS_UNITS_H
#define BON_SRC_CORPUS_UNITS_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/pipeline.h"
#include "bon/normalize.h"

enum bon_unit { BON_UNIT_LINE, BON_UNIT_PARAGRAPH, BON_UNIT_DOCUMENT };

/* When two texts are the same. */
enum bon_same {
    BON_SAME_NORMAL, /* after normalization: Unicode form, tone placement, blanks */
    BON_SAME_LETTERS /* and in lower case */,
    BON_SAME_BYTES,
    BON_SAME_TOKENS /* as models see them: folded tokens */
};

struct bon_units {
    enum bon_unit unit;
    enum bon_same same;
    const char *json_field;           /* of BON_UNIT_DOCUMENT */
    const bon_normalizer *normalizer; /* not for BON_SAME_BYTES */
};

/* The text of a line, or of its JSON field, in the form in which it is compared, appended to `out`; nothing for a line that is
 * no text: blanks, an object without the field. `line` has no newline; place serves messages. */
struct bon_unit_place {
    const char *name;
    uint64_t line, offset; /* of the line in the decoded file */
};
bon_status bon_units_text(const struct bon_units *units, const char *line, size_t n, const struct bon_unit_place *place,
                          bon_buf *out);

/* The map of a pipeline with whole_lines: the hashes of the chunk's lines, then the lines. */
bon_status bon_units_map(const struct bon_units *units, const struct bon_chunk *chunk, bon_buf *out);

/* Where the units go, in order. Every unit ends with a newline; a paragraph has the empty line behind it, too, if it has one.
 * `between` gets what is no unit: blank lines, and objects without the field. */
struct bon_units_sink {
    bon_status (*unit)(void *context, struct bon_hash128 hash, const char *text, size_t n);
    bon_status (*between)(void *context, const char *text, size_t n);
    void *context;
};

/* All zeros is the beginning. */
struct bon_unit_joiner {
    bon_buf text, hashes; /* of the paragraph that is open */
    bool blank;           /* blank lines have come behind it */
    unsigned file;
};

/* The sink of that pipeline: gives out the units of a mapped chunk. */
bon_status bon_units_each(const struct bon_units *units, struct bon_unit_joiner *joiner, const struct bon_chunk *chunk,
                          const bon_buf *mapped, const struct bon_units_sink *sink);
/* Its finish: the last paragraph. */
bon_status bon_units_end(struct bon_unit_joiner *joiner, const struct bon_units_sink *sink);
/* The same where another file follows, of which the sink is not to hear. */
bon_status bon_units_end_file(struct bon_unit_joiner *joiner, const struct bon_units_sink *sink);
void bon_unit_joiner_free(struct bon_unit_joiner *joiner);

#endif
