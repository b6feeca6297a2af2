/* src/corpus/stats_spectrum.h: curves of Zipf and Heaps without keeping all words: how many words have each count (there are few
 * different counts), and how many were met first in each stretch of the text. */
#ifndef BON_SRC_CORPUS_STATS_SPECTRUM_H
#define BON_SRC_CORPUS_STATS_SPECTRUM_H

#include "corpus/stats_summary.h"

enum { BON_SPECTRUM_SMALL = 1 << 16, BON_BINS_PER_OCTAVE = 16, BON_BINS = 64 * BON_BINS_PER_OCTAVE };

/* Stretches of equal width in the logarithm: 16 for each doubling. n >= 1. */
static inline unsigned bon_log_bin(uint64_t n) {
    unsigned octave = 63 - (unsigned)__builtin_clzll(n);
    uint64_t within = octave >= 4 ? n >> (octave - 4) : n << (4 - octave);
    return octave * BON_BINS_PER_OCTAVE + (unsigned)(within & 15);
}

struct bon_spectrum {
    uint64_t *types;  /* [BON_SPECTRUM_SMALL] how many have so small a count */
    uint64_t *larger; /* [larger_count] counts above */
    size_t larger_count, larger_cap;
};

bon_status bon_spectrum_open(struct bon_spectrum *spectrum);
bon_status bon_spectrum_add(struct bon_spectrum *spectrum, uint64_t count);
/* Fills in tokens, types, once, zipf and slope. */
bon_status bon_spectrum_zipf(struct bon_spectrum *spectrum, struct bon_stats_runs *runs);
void bon_spectrum_free(struct bon_spectrum *spectrum);

/* All zeros is empty. */
struct bon_firsts {
    uint64_t types[BON_BINS];
};

static inline void bon_firsts_add(struct bon_firsts *firsts, uint64_t position) {
    firsts->types[bon_log_bin(position == UINT64_MAX ? position : position + 1)]++;
}

/* Different words among the first x, up to `words`. */
bon_status bon_firsts_curve(const struct bon_firsts *firsts, uint64_t words, struct bon_stats_curve *curve);

bon_status bon_curve_add(struct bon_stats_curve *curve, double x, double y);
/* The straight line through the logarithms of the points with from <= x and y >= 10 until x = to, by least squares: log y = slope *
 * log x + intercept. False: there are fewer than 8 points. */
bool bon_curve_fit(const struct bon_stats_curve *curve, double from, double to, double *slope, double *intercept);

#endif
