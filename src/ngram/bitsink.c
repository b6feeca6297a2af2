/* src/ngram/bitsink.c: bits gather in a 64-bit word, words in a buffer, buffers go to the artefact. */
#include "ngram/bitsink.h"

#include <string.h>

void bon_bitsink_start(struct bon_bitsink *sink, struct bon_artefact_writer *writer) {
    sink->writer = writer;
    sink->pending = 0;
    sink->filled = 0;
    sink->used = 0;
}

static bon_status put_word(struct bon_bitsink *sink, uint64_t word) {
    memcpy(sink->buffer + sink->used, &word, sizeof word);
    sink->used += sizeof word;
    if (sink->used < sizeof sink->buffer) return BON_OK;
    sink->used = 0;
    return bon_artefact_write(sink->writer, sink->buffer, sizeof sink->buffer);
}

bon_status bon_bitsink_put(struct bon_bitsink *sink, uint64_t value, unsigned width) {
    sink->pending |= width == 0 ? 0 : value << sink->filled;
    if (sink->filled + width < 64) {
        sink->filled += width;
        return BON_OK;
    }
    uint64_t word = sink->pending;
    unsigned written = 64 - sink->filled;
    sink->pending = written < 64 ? value >> written : 0;
    sink->filled = width - written;
    return put_word(sink, word);
}

bon_status bon_bitsink_finish(struct bon_bitsink *sink, size_t pad) {
    if (sink->filled > 0) {
        BON_TRY(put_word(sink, sink->pending));
        sink->pending = 0;
        sink->filled = 0;
    }
    for (; pad > 0; pad -= 8) BON_TRY(put_word(sink, 0));
    if (sink->used == 0) return BON_OK;
    size_t used = sink->used;
    sink->used = 0;
    return bon_artefact_write(sink->writer, sink->buffer, used);
}
