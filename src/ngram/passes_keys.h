/* src/ngram/passes_keys.h: between the stages of passes.h. */
#ifndef BON_SRC_NGRAM_PASSES_KEYS_H
#define BON_SRC_NGRAM_PASSES_KEYS_H

#include "ngram/machine_maps.h"
#include "ngram/passes.h"

/* Keys in the device's memory. */
struct bon_key_set {
    struct bon_key_array keys;
    uint32_t *weight; /* how often each is there; NULL: once */
    uint64_t size;
};

struct bon_key_shape bon_key_shape_of(unsigned order, uint32_t types);
void bon_key_set_free(struct bon_machine *device, struct bon_key_set *set);

/* The distinct keys, ascending and counted, of the items first..first + count - 1 of a text: ids, or rows of them. */
bon_status bon_keys_of_text(struct bon_passes *passes, const struct bon_key_shape *shape,
                            const struct bon_corpus *corpus, uint64_t first, uint64_t count, struct bon_key_set *set);

/* The same from keys in any order. */
bon_status bon_keys_unite(struct bon_passes *passes, const struct bon_key_shape *shape, struct bon_key_set *set);

/* Bytes of the device for each key at the worst time: of these functions, and of bon_levels_of_keys. */
uint64_t bon_key_bytes(const struct bon_key_shape *shape);
uint64_t bon_level_bytes(const struct bon_key_shape *shape);

/* What keys are made into. */
struct bon_pass_piece {
    uint32_t first, end;                         /* their last words */
    uint32_t kept;                               /* words from here on are not */
    const uint32_t *prune;                       /* [order]; NULL: nothing is pruned */
    uint32_t base[BON_LM_MAX_ORDER + 1];         /* [k] n-grams of order k + 1 that come before */
    struct bon_pass_level *level;                /* [order] */
    uint64_t (*with_count)[BON_MACHINE_TALLIES]; /* [order] added to */
};

/* The levels of distinct keys, which are used up. */
bon_status bon_levels_of_keys(struct bon_passes *passes, const struct bon_key_shape *shape, struct bon_key_set *set,
                              struct bon_pass_piece *piece);
void bon_pass_level_free(struct bon_machine *device, struct bon_pass_level *level);

/* Tells the watcher. */
bon_status bon_passes_phase(const struct bon_passes *passes, const char *phase);

/* One map over 0..n - 1; `args` is a struct bon_map_NAME. */
#define BON_MAP(passes, upper, args, n)                                                                                \
    ((passes)->device->ops->map((passes)->device->self, BON_MAP_##upper, (args), (n)))

#endif
