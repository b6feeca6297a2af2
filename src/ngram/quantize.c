/* src/ngram/quantize.c: bins from a sorted sample of the values.
 *
 * Up to 2^20 values are sorted (radix sort over the bits of the floats, made to ascend); of more, every k-th one is taken.
 * A value that would fill a bin by itself (the discounted singletons of Kneser-Ney) is taken out first with a centre of its
 * own and leaves the other bins to finer distinctions; the rest is cut half by population, from the left, each bin taking its
 * share of what is left, half evenly.
 *
 * Bins are ranges of values, so many values are coded by comparing with the borders between bins; a table over the leading
 * bits of the value says where to begin, which is mostly where to end.
 */
#include "ngram/quantize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/store.h"

enum {
    SAMPLE_MAX = 1 << 20,
    RADIX_BITS = 11,
    RADIX = 1 << RADIX_BITS,
    PACE = 1 << 14,
    VALUE_BYTES = 5,
    SETTLE_ROUNDS = 4
};

static float value_of(uint32_t key) {
    uint32_t bits = key & 0x80000000u ? key & 0x7fffffffu : ~key;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Sorts keys[n]; three passes end in `spare`, so the result is copied back. */
static void radix_sort(uint32_t *keys, uint32_t *spare, size_t n) {
    uint32_t *from = keys, *to = spare;
    for (unsigned shift = 0; shift < 32; shift += RADIX_BITS) {
        size_t start[RADIX] = {0}, sum = 0;
        for (size_t i = 0; i < n; i++) start[from[i] >> shift & (RADIX - 1)]++;
        for (size_t i = 0; i < RADIX; i++) {
            size_t here = start[i];
            start[i] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++) to[start[from[i] >> shift & (RADIX - 1)]++] = from[i];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys) memcpy(keys, from, n * sizeof *keys);
}

static size_t run_end(const uint32_t *keys, size_t n, size_t at) {
    size_t end = at + 1;
    while (end < n && keys[end] == keys[at]) end++;
    return end;
}

/* Number of distinct keys of a sorted array, counting no further than past `enough`. */
static size_t distinct(const uint32_t *keys, size_t n, size_t enough) {
    size_t found = 0;
    for (size_t at = 0; at < n && found <= enough; at = run_end(keys, n, at)) found++;
    return found;
}

/* End of the bin that starts at `at` and should hold `share` keys: the border between two values nearest to that. */
static size_t bin_end(const uint32_t *keys, size_t n, size_t at, size_t share) {
    size_t target = at + share;
    if (target >= n) return n;
    size_t left = target, right = target;
    while (left > at && keys[left - 1] == keys[target]) left--;
    if (left == target) return target; /* the target is a border */
    while (right < n && keys[right] == keys[target]) right++;
    return left > at && target - left <= right - target ? left : right;
}

static float mean(const uint32_t *keys, size_t n) {
    if (keys[0] == keys[n - 1]) return value_of(keys[0]);
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)value_of(keys[i]);
    return (float)(sum / (double)n);
}

static size_t centres_of_runs(const uint32_t *keys, size_t n, float *centres) {
    size_t used = 0;
    for (size_t at = 0; at < n; at = run_end(keys, n, at)) centres[used++] = value_of(keys[at]);
    return used;
}

/* Takes the values out that fill a bin by themselves, each a centre of its own, until none is left: the share of a bin falls
 * as they go. Returns how many were found. */
static size_t take_heavy(uint32_t *keys, size_t *n, size_t bins, float *centres) {
    size_t used = 0, before;
    do {
        size_t kept = 0, share = *n / (bins - used);
        before = used;
        for (size_t at = 0, end; at < *n; at = end) {
            end = run_end(keys, *n, at);
            if (end - at > share && used + 1 < bins)
                centres[used++] = value_of(keys[at]);
            else
                while (at < end) keys[kept++] = keys[at++];
        }
        *n = kept;
    } while (used > before);
    return used;
}

static int ascending(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Moves ascending centres to the means of the values nearest to them, a few times over (Lloyd 1982, "Least squares quantization in
 * PCM"). */
static void settle(const uint32_t *keys, size_t n, float *centres, size_t count) {
    for (unsigned round = 0; round < SETTLE_ROUNDS; round++) {
        size_t at = 0;
        for (size_t i = 0; i < count; i++) {
            float border = i + 1 < count ? centres[i] + (centres[i + 1] - centres[i]) / 2 : INFINITY, value;
            double sum = 0;
            size_t first = at;
            for (; at < n && (value = value_of(keys[at])) <= border; at++) sum += (double)value;
            if (at > first) centres[i] = (float)(sum / (double)(at - first));
        }
    }
}

/* Ascending centres of values that none fills a bin with, half of them evenly over the range, half by population. Bins of equal
 * population alone are wide where values are rare: high probabilities and the back-offs of frequent contexts, which is what is
 * asked for most. */
static size_t spread(const uint32_t *keys, size_t n, float *centres, size_t bins) {
    size_t used = 0;
    float low = value_of(keys[0]), high = value_of(keys[n - 1]);
    for (; used < bins / 2; used++) centres[used] = low + (high - low) * ((float)used + 0.5f) / (float)(bins / 2);
    for (size_t at = 0, end; at < n && used < bins; at = end) {
        end = bin_end(keys, n, at, (n - at + bins - used - 1) / (bins - used));
        centres[used++] = mean(keys + at, end - at);
    }
    qsort(centres, used, sizeof *centres, ascending);
    settle(keys, n, centres, used);
    return used;
}

/* Makes the centres from sorted keys, which are used up. */
static void cut_bins(uint32_t *keys, size_t n, unsigned bits, bool exact, float *centres) {
    size_t bins = (size_t)1 << bits;
    size_t used = exact ? centres_of_runs(keys, n, centres) : take_heavy(keys, &n, bins, centres);
    if (!exact && n > 0) used += spread(keys, n, centres + used, bins - used);
    for (; used < bins; used++) centres[used] = used > 0 ? centres[used - 1] : 0.0f;
    qsort(centres, bins, sizeof *centres, ascending);
}

/* Trains on every stride-th value; *exact tells whether all of those are centres. */
static bon_status train_sampled(const float *values, const uint8_t *keep, uint64_t count, uint64_t kept,
                                uint64_t stride, unsigned bits, struct bon_store *store, float *centres, bool *exact) {
    size_t capacity = (size_t)(kept / stride + 1), n = 0;
    bon_store_release(store);
    uint32_t *keys = bon_alloc_array(2 * capacity, sizeof *keys);
    if (!keys) return BON_ERR_NOMEM;
    uint64_t skip = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (i % PACE == 0) bon_store_pace(store, PACE * VALUE_BYTES);
        if (keep && !keep[i]) continue;
        if (skip == 0) {
            keys[n++] = bon_float_key(values[i]);
            skip = stride;
        }
        skip--;
    }
    radix_sort(keys, keys + capacity, n);
    size_t bins = (size_t)1 << bits;
    *exact = distinct(keys, n, bins) <= bins;
    cut_bins(keys, n, bits, *exact, centres);
    free(keys);
    return BON_OK;
}

static bool all_are_centres(const float *values, const uint8_t *keep, uint64_t count, unsigned bits,
                            struct bon_store *store, const float *centres) {
    for (uint64_t i = 0; i < count; i++) {
        if (i % PACE == 0) bon_store_pace(store, PACE * VALUE_BYTES);
        if ((!keep || keep[i]) && centres[bon_quantize(centres, bits, values[i])] != values[i]) return false;
    }
    return true;
}

bon_status bon_quantize_train(const float *values, const uint8_t *keep, uint64_t count, unsigned bits,
                              struct bon_store *store, float *centres) {
    uint64_t kept = keep ? 0 : count;
    for (uint64_t i = 0; keep && i < count; i++) {
        kept += keep[i] != 0;
        if (i % PACE == 0) bon_store_pace(store, PACE);
    }
    uint64_t stride = kept / SAMPLE_MAX + 1;
    bool exact;
    BON_TRY(train_sampled(values, keep, count, kept, stride, bits, store, centres, &exact));
    /* A sample of few distinct values does not prove that all are so few. */
    if (!exact || stride == 1 || all_are_centres(values, keep, count, bits, store, centres)) return BON_OK;
    return train_sampled(values, keep, count, kept, 1, bits, store, centres, &exact);
}

uint32_t bon_quantize(const float *centres, unsigned bits, float value) {
    uint32_t low = 0, high = (UINT32_C(1) << bits) - 1; /* the first centre >= value, or the last one */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (centres[middle] >= value)
            high = middle;
        else
            low = middle + 1;
    }
    if (low > 0 && value - centres[low - 1] <= centres[low] - value) low--;
    return low;
}

/* The lowest key in (low, high] whose value is nearer to centre `bin` or a later one. */
static uint32_t find_border(const float *centres, unsigned bits, uint32_t bin, uint32_t low, uint32_t high) {
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (bon_quantize(centres, bits, value_of(middle)) >= bin)
            high = middle;
        else
            low = middle;
    }
    return high;
}

void bon_quantizer_init(struct bon_quantizer *quantizer, const float *centres, unsigned bits) {
    uint32_t bins = UINT32_C(1) << bits, *border = quantizer->border;
    border[0] = 0;
    for (uint32_t i = 1; i < bins; i++) /* just above a centre its bin has begun, also where centres are alike */
        border[i] = find_border(centres, bits, i, bon_float_key(centres[i - 1]), bon_float_key(centres[i]) + 1);
    border[bins] = UINT32_MAX; /* the key of no number */
    for (uint32_t leading = 0, bin = 0; leading < 1 << BON_QUANTIZER_LEADING; leading++) {
        uint32_t key = leading << (32 - BON_QUANTIZER_LEADING);
        while (key >= border[bin + 1]) bin++;
        quantizer->first[leading] = bin;
    }
}
