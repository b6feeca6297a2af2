/* src/ngram/palette.c: see palette.h. */
#include "ngram/palette.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/store.h"
#include "ngram/quantize.h"

enum { SAMPLE = 1 << 16 };

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Value i as it will be read: rounded to its centre, where there are centres. */
static uint32_t value_at(const struct bon_palette *palette, const struct bon_palette_source *source, uint64_t i) {
    if (source->keep && !source->keep[i]) return BON_PALETTE_NONE;
    float value = source->values[i] + 0.0f; /* -0 is 0 */
    return bits_of(palette->bits ? palette->centres[bon_quantizer_bin(palette->quantizer, value)] + 0.0f : value);
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The most frequent value of a sample of at most SAMPLE. */
static bon_status find_plain(struct bon_palette *palette, const struct bon_palette_source *source) {
    uint64_t stride = source->count / SAMPLE + 1;
    size_t n = 0, best = 0;
    uint32_t *sample = bon_alloc_array(SAMPLE, sizeof *sample);
    if (!sample) return BON_ERR_NOMEM;
    for (uint64_t i = 0; i < source->count; i += stride) {
        sample[n++] = value_at(palette, source, i);
        bon_store_pace(source->store, stride * (sizeof *source->values + sizeof *source->keep));
    }
    qsort(sample, n, sizeof *sample, ascending);
    palette->has_plain = true;
    palette->plain = BON_PALETTE_NONE;
    for (size_t at = 0, end; at < n; at = end) {
        for (end = at; end < n && sample[end] == sample[at];) end++;
        if (end - at > best) {
            best = end - at;
            palette->plain = sample[at];
        }
    }
    free(sample);
    return BON_OK;
}

static bool is_plain(const struct bon_palette *palette, uint32_t value) {
    return palette->has_plain && value == palette->plain;
}

static bon_status make_bins(struct bon_palette *palette, unsigned width) {
    palette->width = width;
    palette->bins = bon_alloc_zeroed((size_t)1 << width, sizeof *palette->bins);
    return palette->bins ? BON_OK : BON_ERR_NOMEM;
}

/* A code for each centre but the plain one, whose code goes to what is not kept. */
static bon_status number_centres(struct bon_palette *palette) {
    BON_TRY(make_bins(palette, palette->bits));
    for (size_t i = 0; i < (size_t)1 << palette->bits; i++) {
        uint32_t value = bits_of(palette->centres[i] + 0.0f);
        palette->bins[i] = is_plain(palette, value) ? BON_PALETTE_NONE : value;
    }
    return BON_OK;
}

/* Sorts and thins; the number of different values. */
static size_t distinct(uint32_t *values, size_t n) {
    size_t kept = 0;
    qsort(values, n, sizeof *values, ascending);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || values[i] != values[i - 1]) values[kept++] = values[i];
    return kept;
}

static unsigned width_for(size_t n) {
    unsigned width = 1;
    while (width < BON_PALETTE_RAW && (size_t)1 << width < n) width++;
    return width;
}

static bon_status list_values(struct bon_palette *palette, const struct bon_palette_source *source) {
    size_t n = 0;
    uint32_t *values = bon_alloc_array((size_t)source->count + 1, sizeof *values);
    if (!values) return BON_ERR_NOMEM;
    for (uint64_t i = 0; i < source->count; i++) {
        uint32_t value = value_at(palette, source, i);
        if (!is_plain(palette, value)) values[n++] = value;
    }
    size_t coded = n, listed = distinct(values, n);
    unsigned width = width_for(listed);
    bon_status status = BON_OK;
    if (width <= BON_PALETTE_LIST_MAX && coded * width / 8 + ((size_t)4 << width) < coded * 4) {
        status = make_bins(palette, width);
        palette->listed = listed;
        if (status == BON_OK && listed) memcpy(palette->bins, values, listed * sizeof *values);
    }
    free(values);
    return status;
}

static bon_status find_centres(struct bon_palette *palette, const struct bon_palette_source *source, unsigned bits) {
    palette->bits = bits;
    palette->centres = bon_alloc_array((size_t)1 << bits, sizeof *palette->centres);
    palette->quantizer = bon_alloc_array(1, sizeof *palette->quantizer);
    if (!palette->centres || !palette->quantizer) return BON_ERR_NOMEM;
    BON_TRY(bon_quantize_train(source->values, source->keep, source->count, bits, source->store, palette->centres));
    bon_quantizer_init(palette->quantizer, palette->centres, bits);
    return BON_OK;
}

bon_status bon_palette_make(struct bon_palette *palette, const struct bon_palette_source *source, unsigned bits,
                            bool list, bool leave_out) {
    *palette = (struct bon_palette){.width = BON_PALETTE_RAW, .plain = BON_PALETTE_NONE};
    bon_status status = BON_OK;
    if (bits > 0) status = find_centres(palette, source, bits);
    if (status == BON_OK && leave_out) status = find_plain(palette, source);
    if (status == BON_OK && bits > 0) status = number_centres(palette);
    if (status == BON_OK && bits == 0 && list) status = list_values(palette, source);
    if (status != BON_OK) bon_palette_free(palette);
    return status;
}

static uint64_t number_of(const struct bon_palette *palette, uint32_t value) {
    size_t low = 0, high = palette->listed;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (palette->bins[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t bon_palette_code(const struct bon_palette *palette, const struct bon_palette_source *source, uint64_t i) {
    if (palette->bits && !palette->has_plain) /* the nearest centre is all there is to know */
        return bon_quantizer_bin(palette->quantizer, source->values[i]);
    uint32_t value = value_at(palette, source, i);
    if (is_plain(palette, value)) return BON_PALETTE_PLAIN;
    if (!palette->bits) return palette->bins ? number_of(palette, value) : value;
    float centre; /* what is not kept has the place of the plain one among the bins */
    memcpy(&centre, value == BON_PALETTE_NONE ? &palette->plain : &value, sizeof centre);
    return bon_quantizer_bin(palette->quantizer, centre);
}

void bon_palette_free(struct bon_palette *palette) {
    free(palette->bins);
    free(palette->centres);
    free(palette->quantizer);
    *palette = (struct bon_palette){0};
}
