/* src/ngram/bitsink.h: writes packed numbers (bits.h) into the open section of an artefact, through a small buffer, so that
 * the largest level is written without a copy in memory; or into memory, where sections are made side by side. */
#ifndef BON_SRC_NGRAM_BITSINK_H
#define BON_SRC_NGRAM_BITSINK_H

#include <string.h>

#include "base/artefact.h"
#include "base/buf.h"
#include "base/store.h"

struct bon_bitsink {
    struct bon_artefact_writer *writer; /* one of the two is NULL */
    bon_buf *memory;
    struct bon_store *store; /* what the numbers come from, NULL: from memory */
    uint64_t pending;        /* bits not yet in the buffer, lowest first */
    unsigned filled;         /* how many: always below 64 */
    size_t used;
    uint8_t buffer[8 << 10];
};

void bon_bitsink_start(struct bon_bitsink *sink, struct bon_artefact_writer *writer);
/* The bytes are appended to *memory. */
void bon_bitsink_start_memory(struct bon_bitsink *sink, bon_buf *memory);
/* Hands over the buffer, and paces the store by what likely went into it. */
bon_status bon_bitsink_flush(struct bon_bitsink *sink);
/* Fills up to a multiple of 8 bytes, appends `pad` zero bytes (a multiple of 8) and hands everything over. */
bon_status bon_bitsink_finish(struct bon_bitsink *sink, size_t pad);

static inline bon_status bon_bitsink_put_word(struct bon_bitsink *sink, uint64_t word) {
    memcpy(sink->buffer + sink->used, &word, sizeof word);
    sink->used += sizeof word;
    return sink->used < sizeof sink->buffer ? BON_OK : bon_bitsink_flush(sink);
}

/* Appends the low `width` bits (0..64) of value; bits above them must be 0. */
static inline bon_status bon_bitsink_put(struct bon_bitsink *sink, uint64_t value, unsigned width) {
    sink->pending |= width == 0 ? 0 : value << sink->filled;
    if (sink->filled + width < 64) {
        sink->filled += width;
        return BON_OK;
    }
    uint64_t word = sink->pending;
    unsigned written = 64 - sink->filled;
    sink->pending = written < 64 ? value >> written : 0;
    sink->filled = width - written;
    return bon_bitsink_put_word(sink, word);
}

#endif
