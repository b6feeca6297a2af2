/* src/corpus/filter_repeats.c: see filter_repeats.h. */
#include "corpus/filter_repeats.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"

void bon_repeats_free(struct bon_repeats *repeats) {
    free(repeats->slots);
    *repeats = (struct bon_repeats){0};
}

/* ---- the table ---- */

/* Empties the table and makes room for `runs` different runs, half full at most. */
static bon_status begin(struct bon_repeats *repeats, size_t runs) {
    size_t size = repeats->slots ? repeats->mask + 1 : 64;
    while (size / 2 < runs) size *= 2;
    if (!repeats->slots || size > repeats->mask + 1 || repeats->epoch == UINT32_MAX) {
        struct bon_repeat *slots = bon_alloc_zeroed(size, sizeof *slots);
        if (!slots) return BON_ERR_NOMEM;
        free(repeats->slots);
        *repeats = (struct bon_repeats){.slots = slots, .mask = size - 1};
    }
    repeats->epoch++;
    return BON_OK;
}

/* Counts a run and returns how often it has come. */
static uint32_t count_run(struct bon_repeats *repeats, uint64_t key) {
    size_t at = (size_t)((key ^ key >> 29) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & repeats->mask;
    while (repeats->slots[at].epoch == repeats->epoch && repeats->slots[at].key != key) at = (at + 1) & repeats->mask;
    struct bon_repeat *slot = &repeats->slots[at];
    if (slot->epoch != repeats->epoch) *slot = (struct bon_repeat){.key = key, .epoch = repeats->epoch};
    return ++slot->count;
}

/* ---- rolling hashes ---- */

static const uint64_t BASE = UINT64_C(0xd6e8feb86659fd93);

static uint64_t number_of(uint32_t word) {
    uint64_t x = (word + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
    return x ^ x >> 32;
}

/* The hash of n words at a time: hash * BASE + next - oldest * BASE^n. */
struct window {
    uint64_t hash, oldest_factor;
    unsigned n;
};

static struct window open_window(unsigned n) {
    struct window window = {.oldest_factor = 1, .n = n};
    for (unsigned i = 0; i < n; i++) window.oldest_factor *= BASE;
    return window;
}

/* Moves on to words[at]; true once the window is full. */
static bool slide(struct window *window, const uint32_t *words, size_t at) {
    window->hash = window->hash * BASE + number_of(words[at]);
    if (at >= window->n) window->hash -= window->oldest_factor * number_of(words[at - window->n]);
    return at + 1 >= window->n;
}

bon_status bon_repeats_top(struct bon_repeats *repeats, const uint32_t *words, size_t count, unsigned n,
                           double *share) {
    struct window window = open_window(n);
    uint32_t most = 0;
    *share = 0;
    if (count < n) return BON_OK;
    BON_TRY(begin(repeats, count));
    for (size_t i = 0; i < count; i++) {
        uint32_t seen = slide(&window, words, i) ? count_run(repeats, window.hash) : 0;
        if (seen > most) most = seen;
    }
    double covered = (double)most * n;
    if (most > 2) *share = covered < (double)count ? covered / (double)count : 1;
    return BON_OK;
}

bon_status bon_repeats_share(struct bon_repeats *repeats, const uint32_t *words, size_t count, unsigned n,
                             double *share) {
    struct window window = open_window(n);
    size_t covered = 0, covered_to = 0; /* words before this are counted already */
    *share = 0;
    if (count <= n) return BON_OK;
    BON_TRY(begin(repeats, count));
    for (size_t i = 0; i < count; i++) {
        if (!slide(&window, words, i) || count_run(repeats, window.hash) == 1) continue;
        size_t from = i + 1 - n > covered_to ? i + 1 - n : covered_to;
        covered += i + 1 - from;
        covered_to = i + 1;
    }
    *share = (double)covered / (double)count;
    return BON_OK;
}

bon_status bon_repeats_lines(struct bon_repeats *repeats, const uint32_t *words, const size_t *ends, size_t lines,
                             double *share) {
    size_t repeated = 0, from = 0;
    *share = 0;
    if (lines < 2) return BON_OK;
    BON_TRY(begin(repeats, lines));
    for (size_t i = 0; i < lines; from = ends[i++]) {
        size_t n = ends[i] - from;
        if (n > 0 && count_run(repeats, bon_hash64(words + from, n * sizeof *words)) > 1) repeated += n;
    }
    if (ends[lines - 1] > 0) *share = (double)repeated / (double)ends[lines - 1];
    return BON_OK;
}
