/* src/corpus/stats_spectrum.c: see stats_spectrum.h. */
#include "corpus/stats_spectrum.h"

#include <math.h>
#include <stdlib.h>

/* ---- curves ---- */

bon_status bon_curve_add(struct bon_stats_curve *curve, double x, double y) {
    BON_TRY(bon_grow_array(&curve->points, &curve->cap, curve->count + 1, sizeof *curve->points));
    curve->points[curve->count++] = (struct bon_stats_point){x, y};
    return BON_OK;
}

bool bon_curve_fit(const struct bon_stats_curve *curve, double from, double to, double *slope, double *intercept) {
    enum { LEAST_POINTS = 8, LEAST_Y = 10 };
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (size_t i = 0; i < curve->count; i++) {
        const struct bon_stats_point *point = &curve->points[i];
        if (point->x < from || point->x > to || point->y < LEAST_Y) continue;
        double x = log(point->x), y = log(point->y);
        n++, sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
    double spread = n * sxx - sx * sx;
    if (n < LEAST_POINTS || spread <= 0) return false;
    *slope = (n * sxy - sx * sy) / spread;
    *intercept = (sy - *slope * sx) / n;
    return true;
}

/* ---- Zipf ---- */

bon_status bon_spectrum_open(struct bon_spectrum *spectrum) {
    spectrum->types = bon_alloc_zeroed(BON_SPECTRUM_SMALL, sizeof *spectrum->types);
    return spectrum->types ? BON_OK : BON_ERR_NOMEM;
}

void bon_spectrum_free(struct bon_spectrum *spectrum) {
    free(spectrum->types);
    free(spectrum->larger);
}

bon_status bon_spectrum_add(struct bon_spectrum *spectrum, uint64_t count) {
    if (count < BON_SPECTRUM_SMALL) {
        spectrum->types[count]++;
        return BON_OK;
    }
    BON_TRY(
        bon_grow_array(&spectrum->larger, &spectrum->larger_cap, spectrum->larger_count + 1, sizeof *spectrum->larger));
    spectrum->larger[spectrum->larger_count++] = count;
    return BON_OK;
}

static int compare_counts(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x < y) - (x > y);
}

/* Words of one count are a step from rank *rank + 1 on: its ends are points, where they are apart on paper. */
static bon_status add_step(struct bon_stats_runs *runs, uint64_t *rank, uint64_t count, uint64_t types) {
    uint64_t begin = *rank + 1, end = *rank + types;
    bool apart = *rank == 0 || bon_log_bin(begin) != bon_log_bin(*rank);
    runs->tokens += count * types;
    runs->types += types;
    *rank = end;
    if (apart) BON_TRY(bon_curve_add(&runs->zipf, (double)begin, (double)count));
    if (bon_log_bin(end) == bon_log_bin(begin)) return BON_OK;
    return bon_curve_add(&runs->zipf, (double)end, (double)count);
}

bon_status bon_spectrum_zipf(struct bon_spectrum *spectrum, struct bon_stats_runs *runs) {
    uint64_t rank = 0;
    double intercept;
    if (spectrum->larger_count)
        qsort(spectrum->larger, spectrum->larger_count, sizeof *spectrum->larger, compare_counts);
    for (size_t i = 0; i < spectrum->larger_count; i++) BON_TRY(add_step(runs, &rank, spectrum->larger[i], 1));
    for (uint64_t count = BON_SPECTRUM_SMALL - 1; count > 0; count--)
        if (spectrum->types[count]) BON_TRY(add_step(runs, &rank, count, spectrum->types[count]));
    runs->once = spectrum->types[1];
    if (!bon_curve_fit(&runs->zipf, 10, INFINITY, &runs->slope, &intercept)) runs->slope = 0;
    return BON_OK;
}

/* ---- Heaps ---- */

/* The largest n in a bin. */
static uint64_t bin_end(unsigned bin) {
    unsigned octave = bin / BON_BINS_PER_OCTAVE;
    uint64_t next = BON_BINS_PER_OCTAVE + bin % BON_BINS_PER_OCTAVE + 1;
    if (octave == 63 && next == 2 * BON_BINS_PER_OCTAVE) return UINT64_MAX;
    return octave >= 4 ? (next << (octave - 4)) - 1 : ((next - 1) >> (4 - octave));
}

bon_status bon_firsts_curve(const struct bon_firsts *firsts, uint64_t words, struct bon_stats_curve *curve) {
    uint64_t types = 0, before = 0;
    for (unsigned bin = 0; bin < BON_BINS; bin++) {
        uint64_t end = bin_end(bin) < words ? bin_end(bin) : words;
        types += firsts->types[bin];
        if (end > before && types) BON_TRY(bon_curve_add(curve, (double)end, (double)types));
        before = end;
    }
    return BON_OK;
}
