/* bench/normalize_masks.c: lets a benchmark choose what a normalizer scans with, as a processor that can do less would. */
#include "normalize/normalizer.h"

const char *use_masks(bon_normalizer *nz, unsigned i);

/* The i-th implementation of the masks, 0 the slowest; its name, or NULL when this processor has no more. */
const char *use_masks(bon_normalizer *nz, unsigned i) {
    static const char *const names[] = {"plain C", "SSSE3", "AVX2", "AVX-512"}; /* in the order of bon_masks_nth */
    bon_masks_function *masks = i < sizeof names / sizeof names[0] ? bon_masks_nth(i) : NULL;
    if (masks) nz->masks = masks;
    return masks ? names[i] : NULL;
}
