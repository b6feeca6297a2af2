/* src/corpus/seen.c: see seen.h. */
#include "corpus/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static inline bool is_free(const struct bon_hash128 *slot) { return (slot->low | slot->high) == 0; }

static inline struct bon_hash128 *find(const struct bon_seen *seen, struct bon_hash128 hash) {
    size_t at = hash.low & (seen->cap - 1);
    for (;; at = (at + 1) & (seen->cap - 1)) {
        struct bon_hash128 *slot = &seen->slots[at];
        if (is_free(slot) || (slot->low == hash.low && slot->high == hash.high)) return slot;
    }
}

/* Three quarters: a search that fails takes 8.5 probes, all but the first in the same or the next line of the cache. */
static bool is_crowded(const struct bon_seen *seen) { return seen->count >= seen->cap / 4 * 3; }

static bon_status grow(struct bon_seen *seen) {
    size_t cap = seen->cap ? 2 * seen->cap : BON_SEEN_LEAST;
    struct bon_seen larger = {.cap = cap, .count = seen->count, .limit = seen->limit};
    larger.slots = bon_alloc_zeroed(cap, sizeof *larger.slots);
    if (!larger.slots) return BON_ERR_NOMEM;
    for (size_t i = 0; i < seen->cap; i++)
        if (!is_free(&seen->slots[i])) *find(&larger, seen->slots[i]) = seen->slots[i];
    free(seen->slots);
    *seen = larger;
    return BON_OK;
}

static bool may_grow(const struct bon_seen *seen) {
    return seen->cap == 0 || seen->limit == 0 || 3 * seen->cap * sizeof *seen->slots <= seen->limit;
}

bon_status bon_seen_add(struct bon_seen *seen, struct bon_hash128 hash, enum bon_seen_answer *answer) {
    if (is_free(&hash)) hash.low = 1; /* all zeros means free */
    if (seen->cap == 0) BON_TRY(grow(seen));
    struct bon_hash128 *slot = find(seen, hash);
    *answer = BON_SEEN_BEFORE;
    if (!is_free(slot)) return BON_OK;
    if (is_crowded(seen)) {
        *answer = BON_SEEN_FULL;
        if (!may_grow(seen)) return BON_OK;
        BON_TRY(grow(seen));
        slot = find(seen, hash);
    }
    *slot = hash;
    seen->count++;
    *answer = BON_SEEN_NEW;
    return BON_OK;
}

void bon_seen_clear(struct bon_seen *seen) {
    if (seen->cap) memset(seen->slots, 0, seen->cap * sizeof *seen->slots);
    seen->count = 0;
}

void bon_seen_free(struct bon_seen *seen) {
    free(seen->slots);
    *seen = (struct bon_seen){.limit = seen->limit};
}
