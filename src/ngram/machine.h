/* src/ngram/machine.h: what the estimator of passes.h asks of a machine: arrays, and a handful of operations on whole arrays.
 *
 * There are two: a GPU (cuda/machine.cu), and loops on the CPU that do the same in the same order, one thing at a time
 * (machine_emulate.c), so that the passes can be tested where there is no GPU. What a pass does to one element is written once,
 * in machine_maps.h, and compiled for both.
 */
#ifndef BON_SRC_NGRAM_MACHINE_H
#define BON_SRC_NGRAM_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "bon/ngram.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The maps of machine_maps.h: BON_MAP_PACK takes a struct bon_map_pack. */
enum bon_map {
#define BON_MAP_ENUM(name, upper) BON_MAP_##upper,
#define BON_MAP_TABLE(X)                                                                                               \
    X(find_places, FIND_PLACES)                                                                                        \
    X(pack, PACK)                                                                                                      \
    X(number, NUMBER)                                                                                                  \
    X(take_keys, TAKE_KEYS)                                                                                            \
    X(find_heads, FIND_HEADS)                                                                                          \
    X(take_heads, TAKE_HEADS)                                                                                          \
    X(take_weights, TAKE_WEIGHTS)                                                                                      \
    X(sum_runs, SUM_RUNS)                                                                                              \
    X(compare, COMPARE)                                                                                                \
    X(find_grams, FIND_GRAMS)                                                                                          \
    X(take_words, TAKE_WORDS)                                                                                          \
    X(take_grams, TAKE_GRAMS)                                                                                          \
    X(adjust, ADJUST)                                                                                                  \
    X(mark_pruned, MARK_PRUNED)                                                                                        \
    X(tally, TALLY)                                                                                                    \
    X(find_parents, FIND_PARENTS)                                                                                      \
    X(find_contexts, FIND_CONTEXTS)                                                                                    \
    X(add_up, ADD_UP)                                                                                                  \
    X(share_out, SHARE_OUT)                                                                                            \
    X(interpolate, INTERPOLATE)
    BON_MAP_TABLE(BON_MAP_ENUM)
#undef BON_MAP_ENUM
        BON_MAP_COUNT
};

/* Keys to sort with what goes along; the sort needs as much again. */
struct bon_machine_pairs {
    uint64_t *key, *other_key;
    uint32_t *value, *other_value;
};

/* All operations but upload and download take arrays of the device. They take effect in the order of the calls. */
struct bon_machine_ops {
    const char *name;
    /* NULL, after bon_fail, when there is no room. */
    void *(*alloc)(void *self, uint64_t bytes);
    void (*release)(void *self, void *array);
    bon_status (*upload)(void *self, void *to, const void *from, uint64_t bytes);
    bon_status (*download)(void *self, void *to, const void *from, uint64_t bytes);
    bon_status (*zero)(void *self, void *array, uint64_t bytes);
    /* Does the map's function for each of 0..n - 1, in any order. */
    bon_status (*map)(void *self, enum bon_map map, const void *args, uint64_t n);
    /* Sorts by the lowest `bits` bits of the keys, stably; key and value are the sorted ones afterwards, which may be the arrays
     * that were the others. n is at most BON_MACHINE_SORT_MAX. */
    bon_status (*sort)(void *self, struct bon_machine_pairs *pairs, uint64_t n, unsigned bits);
    /* In place: each element becomes the sum of those before it, */
    bon_status (*sum_before)(void *self, uint32_t *array, uint64_t n);
    /* or the largest of those up to it. */
    bon_status (*largest_so_far)(void *self, uint32_t *array, uint64_t n);
    /* Waits until all is done that was asked for. */
    bon_status (*finish)(void *self);
    /* Bytes that are not taken. */
    uint64_t (*room)(void *self);
    void (*close)(void *self);
};

#define BON_MACHINE_SORT_MAX ((uint64_t)1 << 30)

struct bon_machine {
    const struct bon_machine_ops *ops;
    void *self;
    struct bon_machine_block *blocks; /* what is allocated */
    size_t block_count, block_cap;
    uint64_t taken, peak; /* bytes */
};

/* Opens a GPU or the emulation: kind is a bon_lm_device. BON_ERR_ARGUMENT with advice when there is no GPU, or this build has no CUDA.
 * threads: how many of this computer's may copy. */
bon_status bon_machine_open(struct bon_machine *device, unsigned kind, unsigned threads);
/* Frees all arrays that are left as well. All zeros is fine. */
void bon_machine_close(struct bon_machine *device);

/* *array, of so many elements; what is there is undefined. */
bon_status bon_machine_array(struct bon_machine *device, void *array, uint64_t count, size_t size);
bon_status bon_machine_zeroed(struct bon_machine *device, void *array, uint64_t count, size_t size);
/* An array with the elements of `from`. */
bon_status bon_machine_copy(struct bon_machine *device, void *array, const void *from, uint64_t count, size_t size);
/* Frees *array and makes it NULL; NULL is fine. */
void bon_machine_free(struct bon_machine *device, void *array);

/* Element `at` of an array of 32-bit numbers. */
bon_status bon_machine_read(struct bon_machine *device, const uint32_t *array, uint64_t at, uint32_t *value);

/* What cuda/machine.cu and machine_emulate.c give. */
bon_status bon_machine_open_cuda(struct bon_machine *device, unsigned threads);
bon_status bon_machine_open_emulation(struct bon_machine *device);

#ifdef __cplusplus
}
#endif
#endif
