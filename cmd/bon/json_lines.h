/* cmd/bon/json_lines.h: --json-field: a text job over one string field of JSON lines, the rest of every object untouched.
 *
 * The command's pipeline must have whole_lines set. In its map function:
 *
 *     return json_lines_map(&job->json, chunk, rewrite, context, out);
 *
 * and behind the run, json_lines_tell() says on standard error when no object had the field.
 */
#ifndef BON_CMD_JSON_LINES_H
#define BON_CMD_JSON_LINES_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/pipeline.h"
#include "options.h"

struct json_lines {
    const char *field; /* NULL = the input is not JSON */
    _Atomic uint64_t objects, found;
};

/* Where the text of a field comes from, for messages. */
struct json_place {
    const char *name; /* of the input file */
    uint64_t line;    /* from 1 */
    uint64_t offset;  /* of the field's value in the decoded file */
};

/* Appends the JSON value that takes the text's place (bon_json_quote makes a string of text). */
typedef bon_status (*json_rewrite)(void *context, const char *text, size_t n, const struct json_place *place,
                                   bon_buf *value);

/* Rewrites every object of a chunk. Lines of blanks, and objects whose field is absent or null, stay as they are; a field of
 * another type, or a line that is no object, fails with file, line and offset. */
bon_status json_lines_map(struct json_lines *json, const struct bon_chunk *chunk, json_rewrite rewrite, void *context,
                          bon_buf *out);

/* A note when objects were read but none had the field, which is most likely misspelt. */
void json_lines_tell(const struct json_lines *json, const struct shared_args *shared);

#define OPTION_JSON_FIELD(type, field)                                                                                 \
    OPTION_STRING(0, "json-field", "NAME", type, field,                                                                \
                  "the input is JSON lines: rewrite the string NAME of every\nobject and leave the rest as it is")

#endif
