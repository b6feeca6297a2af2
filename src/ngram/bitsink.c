/* src/ngram/bitsink.c: bits gather in a 64-bit word, words in a buffer, buffers go to the artefact or to memory. */
#include "ngram/bitsink.h"

enum { SOURCE_BYTES = 8 * sizeof((struct bon_bitsink *)0)->buffer }; /* a bit comes from a byte, 8 bits from a float */

static void start(struct bon_bitsink *sink, struct bon_artefact_writer *writer, bon_buf *memory) {
    sink->writer = writer;
    sink->memory = memory;
    sink->store = NULL;
    sink->pending = 0;
    sink->filled = 0;
    sink->used = 0;
}

void bon_bitsink_start(struct bon_bitsink *sink, struct bon_artefact_writer *writer) { start(sink, writer, NULL); }

void bon_bitsink_start_memory(struct bon_bitsink *sink, bon_buf *memory) { start(sink, NULL, memory); }

bon_status bon_bitsink_flush(struct bon_bitsink *sink) {
    size_t used = sink->used;
    sink->used = 0;
    if (used == 0) return BON_OK;
    bon_store_pace(sink->store, SOURCE_BYTES);
    return sink->memory ? bon_buf_append(sink->memory, sink->buffer, used)
                        : bon_artefact_write(sink->writer, sink->buffer, used);
}

bon_status bon_bitsink_finish(struct bon_bitsink *sink, size_t pad) {
    if (sink->filled > 0) {
        uint64_t word = sink->pending;
        sink->pending = 0;
        sink->filled = 0;
        BON_TRY(bon_bitsink_put_word(sink, word));
    }
    for (; pad > 0; pad -= 8) BON_TRY(bon_bitsink_put_word(sink, 0));
    return bon_bitsink_flush(sink);
}
