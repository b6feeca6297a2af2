/* src/ngram/machine_emulate.c: a device made of plain loops: what the GPU does in parallel, one element after the other. For
 * tests, and to look into a pass with a debugger; slower than the CPU's own estimator.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/machine.h"
#include "ngram/machine_maps.h"

enum { POISON = 0xa5 };

static void *emulate_alloc(void *self, uint64_t bytes) {
    (void)self;
    if ((size_t)bytes != bytes) {
        bon_fail_memory(SIZE_MAX);
        return NULL;
    }
    void *array = bon_alloc_array((size_t)bytes, 1);
    if (array) memset(array, POISON, bytes); /* whoever relies on it being zero is found out */
    return array;
}

static void emulate_release(void *self, void *array) {
    (void)self;
    free(array);
}

static bon_status emulate_copy(void *self, void *to, const void *from, uint64_t bytes) {
    (void)self;
    if (bytes) memcpy(to, from, bytes);
    return BON_OK;
}

static bon_status emulate_zero(void *self, void *array, uint64_t bytes) {
    (void)self;
    memset(array, 0, bytes);
    return BON_OK;
}

/* ---- maps ---- */

#define BON_MAP_LOOP(name, upper)                                                                                      \
    static void loop_##name(const void *args, uint64_t n) {                                                            \
        const struct bon_map_##name *map = args;                                                                       \
        for (uint64_t i = 0; i < n; i++) bon_map_##name##_at(map, i);                                                  \
    }
BON_MAP_TABLE(BON_MAP_LOOP)

static bon_status emulate_map(void *self, enum bon_map map, const void *args, uint64_t n) {
    (void)self;
#define BON_MAP_ROW(name, upper) [BON_MAP_##upper] = loop_##name,
    static void (*const LOOPS[BON_MAP_COUNT])(const void *, uint64_t) = {BON_MAP_TABLE(BON_MAP_ROW)};
    LOOPS[map](args, n);
    return BON_OK;
}

/* ---- sorting and scanning ---- */

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS };

static void sort_by_digit(const struct bon_machine_pairs *pairs, uint64_t n, unsigned shift, uint64_t mask) {
    uint64_t place[DIGITS] = {0}, sum = 0;
    for (uint64_t i = 0; i < n; i++) place[pairs->key[i] >> shift & mask]++;
    for (unsigned d = 0; d < DIGITS; d++) {
        uint64_t count = place[d];
        place[d] = sum;
        sum += count;
    }
    for (uint64_t i = 0; i < n; i++) {
        uint64_t to = place[pairs->key[i] >> shift & mask]++;
        pairs->other_key[to] = pairs->key[i];
        pairs->other_value[to] = pairs->value[i];
    }
}

static bon_status emulate_sort(void *self, struct bon_machine_pairs *pairs, uint64_t n, unsigned bits) {
    (void)self;
    for (unsigned shift = 0; shift < bits; shift += DIGIT_BITS) {
        unsigned left = bits - shift;
        sort_by_digit(pairs, n, shift, left < DIGIT_BITS ? ((uint64_t)1 << left) - 1 : DIGITS - 1);
        *pairs = (struct bon_machine_pairs){pairs->other_key, pairs->key, pairs->other_value, pairs->value};
    }
    return BON_OK;
}

static bon_status emulate_sum_before(void *self, uint32_t *array, uint64_t n) {
    (void)self;
    uint32_t sum = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint32_t here = array[i];
        array[i] = sum;
        sum += here;
    }
    return BON_OK;
}

static bon_status emulate_largest_so_far(void *self, uint32_t *array, uint64_t n) {
    (void)self;
    for (uint64_t i = 1; i < n; i++)
        if (array[i] < array[i - 1]) array[i] = array[i - 1];
    return BON_OK;
}

/* ---- the table ---- */

static bon_status emulate_finish(void *self) {
    (void)self;
    return BON_OK;
}

static uint64_t emulate_room(void *self) {
    (void)self;
    return UINT64_MAX;
}

static void emulate_close(void *self) { (void)self; }

static const struct bon_machine_ops OPS = {.name = "emulation",
                                           .alloc = emulate_alloc,
                                           .release = emulate_release,
                                           .upload = emulate_copy,
                                           .download = emulate_copy,
                                           .zero = emulate_zero,
                                           .map = emulate_map,
                                           .sort = emulate_sort,
                                           .sum_before = emulate_sum_before,
                                           .largest_so_far = emulate_largest_so_far,
                                           .finish = emulate_finish,
                                           .room = emulate_room,
                                           .close = emulate_close};

bon_status bon_machine_open_emulation(struct bon_machine *device) {
    device->ops = &OPS;
    return BON_OK;
}
