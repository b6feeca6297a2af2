/* src/ngram/bitsink.h: writes packed numbers (bits.h) into the open section of an artefact, through a small buffer, so that
 * the largest level is written without a copy in memory. */
#ifndef BON_SRC_NGRAM_BITSINK_H
#define BON_SRC_NGRAM_BITSINK_H

#include "base/artefact.h"

struct bon_bitsink {
    struct bon_artefact_writer *writer;
    uint64_t pending; /* bits not yet in the buffer, lowest first */
    unsigned filled;  /* how many: always below 64 */
    size_t used;
    uint8_t buffer[8 << 10];
};

void bon_bitsink_start(struct bon_bitsink *sink, struct bon_artefact_writer *writer);
/* Appends the low `width` bits (0..64) of value; bits above them must be 0. */
bon_status bon_bitsink_put(struct bon_bitsink *sink, uint64_t value, unsigned width);
/* Fills up to a multiple of 8 bytes, appends `pad` zero bytes (a multiple of 8) and hands everything to the writer. */
bon_status bon_bitsink_finish(struct bon_bitsink *sink, size_t pad);

#endif
