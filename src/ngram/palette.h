/* src/ngram/palette.h: floats as codes: the floats themselves, numbers in a list of all that occur, or of 2^bits centres. The
 * value that most n-grams have may be left out of the codes, so that it takes no room at all.
 *
 * Values that are not kept (back-offs of n-grams that are no contexts) count as one more value, BON_PALETTE_NONE: a -0, which
 * no back-off is. */
#ifndef BON_SRC_NGRAM_PALETTE_H
#define BON_SRC_NGRAM_PALETTE_H

#include "base/status.h"
#include "ngram/quantize.h"

enum { BON_PALETTE_RAW = 32, BON_PALETTE_LIST_MAX = 16 };
#define BON_PALETTE_NONE UINT32_C(0x80000000)
#define BON_PALETTE_PLAIN UINT64_MAX

struct bon_palette {
    unsigned width; /* of a code; BON_PALETTE_RAW: the code is the bits of the float */
    uint32_t *bins; /* [2^width] bits of the floats, by code; NULL when raw */
    uint32_t plain; /* bits of the value without a code; BON_PALETTE_NONE where all have codes */
    bool has_plain;
    unsigned bits;  /* 2^bits centres; 0: a list, or raw */
    float *centres; /* [2^bits], ascending */
    struct bon_quantizer *quantizer;
    size_t listed; /* bins that are different and ascend as numbers, of a list */
};

struct bon_palette_source {
    const float *values;
    const uint8_t *keep; /* NULL: all are */
    uint64_t count;
    struct bon_store *store; /* where they are; NULL: in memory */
};

/* bits > 0: centres (quantize.h); else, if `list`, a list where that is shorter than the floats. leave_out: the most frequent
 * value gets no code. *palette is all zeros after a failure. */
bon_status bon_palette_make(struct bon_palette *palette, const struct bon_palette_source *source, unsigned bits,
                            bool list, bool leave_out);
/* The code of value i, BON_PALETTE_PLAIN when it has none. */
uint64_t bon_palette_code(const struct bon_palette *palette, const struct bon_palette_source *source, uint64_t i);
void bon_palette_free(struct bon_palette *palette);

#endif
