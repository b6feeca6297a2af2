/* cmd/bon/normalize_offsets.h: --offsets: which bytes of the output stand for which of the input, written beside the text.
 * bon-normalize(1) has the format. */
#ifndef BON_CMD_NORMALIZE_OFFSETS_H
#define BON_CMD_NORMALIZE_OFFSETS_H

#include "base/io.h"
#include "bon/normalize.h"

/* {0} before normalize_offsets_open. */
struct normalize_offsets {
    struct bon_out *out; /* NULL: not asked for */
    uint64_t written;    /* bytes of output so far */
    bon_span last;       /* the next one may touch it */
    bon_spans joined;
};

bon_status normalize_offsets_open(struct normalize_offsets *offsets, const char *path);
/* The rows that follow are of a file. */
bon_status normalize_offsets_file(struct normalize_offsets *offsets, const char *name);
/* What the joining of windows did to a piece of n bytes. */
struct normalize_joint {
    size_t n;
    bool space;                 /* one was written before it */
    unsigned leading, trailing; /* bytes that were dropped */
};
/* A piece of output that comes from the input from byte `in` on. */
bon_status normalize_offsets_write(struct normalize_offsets *offsets, const bon_spans *spans,
                                   const struct normalize_joint *joint, uint64_t in);
/* Ends and publishes the file when all went well, else lets go of it. */
bon_status normalize_offsets_close(struct normalize_offsets *offsets, bool publish);

#endif
