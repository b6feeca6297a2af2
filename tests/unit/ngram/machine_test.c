/* The emulated machine: stable sorting by some bits, scans, arrays that are counted and never left behind; the shape of keys. */
#include <criterion/criterion.h>
#include <string.h>

#include "ngram/passes_keys.h"
#include "support/failmalloc.h"
#include "support/files.h"

static struct bon_machine emulation(void) {
    struct bon_machine device;
    cr_assert_eq(bon_machine_open(&device, BON_LM_DEVICE_EMULATE, 1), BON_OK);
    return device;
}

Test(machine, sorts_stably_by_the_lowest_bits) {
    enum { N = 5000 };
    static const unsigned BITS[] = {1, 3, 8, 11, 40, 63, 64};
    struct bon_machine device = emulation();
    uint64_t seed = 1;
    for (size_t b = 0; b < sizeof BITS / sizeof *BITS; b++) {
        static struct {
            uint64_t key[N], other[N];
            uint32_t value[N], other_value[N];
        } arrays;
        static uint64_t before[N];
        struct bon_machine_pairs pairs = {arrays.key, arrays.other, arrays.value, arrays.other_value};
        uint64_t mask = BITS[b] == 64 ? UINT64_MAX : ((uint64_t)1 << BITS[b]) - 1;
        for (uint32_t i = 0; i < N; i++) {
            before[i] = arrays.key[i] = i % 3 ? files_random(&seed) : 7; /* equal ones, too */
            arrays.value[i] = i;
        }
        cr_assert_eq(device.ops->sort(device.self, &pairs, N, BITS[b]), BON_OK);
        for (uint32_t i = 0; i < N; i++) {
            cr_assert_eq(pairs.key[i], before[pairs.value[i]]);
            if (i == 0) continue;
            uint64_t a = pairs.key[i - 1] & mask, c = pairs.key[i] & mask;
            cr_assert(a < c || (a == c && pairs.value[i - 1] < pairs.value[i]), "%u bits, place %u", BITS[b], i);
        }
    }
    bon_machine_close(&device);
}

Test(machine, scans) {
    struct bon_machine device = emulation();
    uint32_t sums[] = {3, 0, 4, 1, 0}, largest[] = {0, 2, 0, 0, 5, 4, 9};
    static const uint32_t SUMS[] = {0, 3, 3, 7, 8}, LARGEST[] = {0, 2, 2, 2, 5, 5, 9};
    cr_assert_eq(device.ops->sum_before(device.self, sums, 5), BON_OK);
    cr_assert_eq(device.ops->largest_so_far(device.self, largest, 7), BON_OK);
    cr_assert_arr_eq(sums, SUMS, sizeof sums);
    cr_assert_arr_eq(largest, LARGEST, sizeof largest);
    cr_assert_eq(device.ops->sum_before(device.self, sums, 0), BON_OK);
    cr_assert_eq(device.ops->largest_so_far(device.self, sums, 0), BON_OK);
    bon_machine_close(&device);
}

Test(machine, arrays_are_counted_and_freed) {
    static const uint32_t FROM[] = {5, 6, 7};
    long held = failmalloc_held();
    struct bon_machine device = emulation();
    uint32_t *a, *b, value;
    uint64_t *c;
    cr_assert_eq(bon_machine_copy(&device, &a, FROM, 3, sizeof *a), BON_OK);
    cr_assert_eq(bon_machine_zeroed(&device, &b, 10, sizeof *b), BON_OK);
    cr_assert_eq(bon_machine_array(&device, &c, 0, sizeof *c), BON_OK);
    cr_assert(c && device.taken == 12 + 40 + 8 && device.peak == device.taken);
    cr_assert_eq(bon_machine_read(&device, a, 2, &value), BON_OK);
    cr_assert_eq(value, 7u);
    cr_assert_eq(bon_machine_read(&device, b, 9, &value), BON_OK);
    cr_assert_eq(value, 0u);
    bon_machine_free(&device, &b);
    bon_machine_free(&device, &b); /* is NULL by now */
    cr_assert(!b && device.taken == 20 && device.peak == 60);
    cr_assert_eq(bon_machine_array(&device, &c, UINT64_MAX / 4, sizeof *c), BON_ERR_LIMIT);
    cr_assert_eq(bon_machine_array(&device, &c, UINT64_MAX / 64, sizeof *c), BON_ERR_NOMEM);
    cr_assert_null(c);
    bon_machine_close(&device);
    bon_machine_close(&device);
    cr_assert_eq(failmalloc_held(), held);
}

Test(machine, what_is_not_there_is_said) {
    struct bon_machine device;
    cr_assert_eq(bon_machine_open(&device, BON_LM_DEVICE_CUDA, 1), BON_ERR_ARGUMENT);
    cr_assert(strstr(bon_error_message(), "make cuda"), "%s", bon_error_message());
    cr_assert_eq(bon_machine_open(&device, 9, 1), BON_ERR_ARGUMENT);
    cr_assert(strstr(bon_error_message(), "no device 9"), "%s", bon_error_message());
}

/* Every word of a key comes out as it went in, and keys ascend in suffix order. */
Test(machine, keys_hold_their_words) {
    static const uint32_t TYPES[] = {4, 5, 300, 29400, 260000, 1 << 21, (1 << 21) + 1, UINT32_MAX};
    uint64_t seed = 2;
    for (unsigned order = 1; order <= BON_LM_MAX_ORDER; order++)
        for (size_t t = 0; t < sizeof TYPES / sizeof *TYPES; t++) {
            struct bon_key_shape shape = bon_key_shape_of(order, TYPES[t]);
            uint32_t ids[BON_LM_MAX_ORDER + 1] = {BON_LM_BOS}, slot[BON_LM_MAX_ORDER + 2], places = 0;
            uint64_t words[4 * BON_LM_MAX_ORDER];
            for (unsigned i = 1; i <= order; i++) ids[i] = 2 + (uint32_t)(files_random(&seed) % (TYPES[t] - 2));
            for (unsigned i = 0; i <= order; i++) slot[i] = places, places += i > 0;
            slot[order + 1] = places;
            cr_assert(shape.words <= 4 && shape.words * shape.per_word >= order);
            const struct bon_map_pack pack = {
                .shape = shape, .ids = ids, .slot = slot, .keys = {words, BON_LM_MAX_ORDER}};
            for (unsigned i = 0; i <= order; i++) bon_map_pack_at(&pack, i);
            for (unsigned i = 1; i <= order; i++)
                for (unsigned j = 0; j < order; j++)
                    cr_assert_eq(bon_key_item(&shape, &pack.keys, i - 1, j), j <= i ? ids[i - j] : 0,
                                 "order %u, %u words, place %u, word %u", order, TYPES[t], i, j);
        }
}
