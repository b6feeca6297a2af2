/* src/corpus/http.h: a stored answer of a web server: its status, the type of what it sent, and the bytes of that. */
#ifndef BON_SRC_CORPUS_HTTP_H
#define BON_SRC_CORPUS_HTTP_H

#include <stdbool.h>

#include "base/buf.h"

/* Fields "Name: value" up to an empty line or the end. */
struct bon_field {
    const char *name, *value;
    size_t name_len, value_len; /* without blanks around */
};

/* The next field; *at is 0 at first. False at the end of the fields: *at is then behind the empty line. */
bool bon_field_next(const char *text, size_t n, size_t *at, struct bon_field *field);

struct bon_http {
    unsigned status;  /* 0: not an answer of a server */
    const char *type; /* "text/html; charset=..." */
    size_t type_len;
    const char *body;
    size_t body_len;
    bool encoded; /* in a way that is not known (br): the body is of no use */
};

/* Takes an answer of n bytes apart. Chunks are joined and compression undone where the fields say so and the bytes agree, up to `most`
 * bytes; what is cut or broken behind that is not there. `space` may hold the body. */
bon_status bon_http_read(const char *answer, size_t n, size_t most, bon_buf *space, struct bon_http *http);

#endif
