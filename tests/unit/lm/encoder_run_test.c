/* tests/unit/lm/encoder_run_test.c: inference of an encoder says what its graph says: with floats to rounding, with 8 bits nearly,
 * the same by every kernel. */
#include <criterion/criterion.h>
#include <math.h>

#include "encoder_toy.h"
#include "failmalloc.h"
#include "lm/encoder_run.h"

enum { FEATURES = 60, BAG = 3, GATES = 9, LABELS = 36, SPLITS = 2, MOST = 128 };

static const struct bon_encoder_config configs[] = {
    {2, 32, {2, 2, 16}, 48, FEATURES, BAG, GATES, LABELS, SPLITS, 128, 10000, 1e-6f},
    {3, 96, {4, 4, 24}, 112, FEATURES, BAG, GATES, LABELS, SPLITS, 128, 10000, 1e-6f},
    {1, 64, {32, 32, 2}, 16, FEATURES, BAG, GATES, LABELS, SPLITS, 70, 100, 1e-3f},
};
enum { CONFIGS = sizeof configs / sizeof configs[0] };

static void make_text(size_t n, int32_t *ids, int32_t *gates) {
    for (size_t i = 0; i < n * BAG; i++) ids[i] = (int32_t)(i * i * 7 + i * 3) % FEATURES;
    for (size_t i = 0; i < n; i++) gates[i] = (int32_t)(i * 5 + 1) % GATES;
}

/* What the runtime says of the text: labels with priors added. */
static void read_text(const struct bon_encoder_net *net, const float *priors, size_t n, const int32_t *ids,
                      const int32_t *gates, bool causal, float *labels, float *splits) {
    struct bon_encoder_reader reader;
    uint8_t all[LABELS];
    for (uint8_t i = 0; i < LABELS; i++) all[i] = i;
    cr_assert_eq(bon_encoder_reader_open(&reader, net), BON_OK);
    bon_encoder_read(&reader, ids, n, causal);
    for (size_t i = 0; i < n; i++) {
        bon_encoder_labels(&reader, i, (size_t)gates[i], all, LABELS, labels + i * LABELS);
        for (size_t k = 0; k < LABELS; k++) labels[i * LABELS + k] += priors[(size_t)gates[i] * LABELS + k];
        bon_encoder_splits(&reader, i, splits + i * SPLITS);
    }
    bon_encoder_reader_close(&reader);
}

/* The root of the mean square of a - b, as part of that of b. */
static double distance(const float *a, const float *b, size_t n) {
    double apart = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        apart += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        size += (double)b[i] * (double)b[i];
    }
    return sqrt(apart / size);
}

static void compare(const struct bon_encoder_config *config, size_t n, bool causal) {
    static float want[MOST * LABELS], want_splits[MOST * SPLITS], got[MOST * LABELS], splits[MOST * SPLITS];
    int32_t ids[MOST * BAG], gates[MOST];
    struct encoder_toy toy;
    struct bon_encoder_packed packed;
    struct bon_encoder_net net;
    make_text(n, ids, gates);
    encoder_toy_open_mixed(&toy, config, n, causal ? 0 : n, 5);
    encoder_toy_read(&toy, ids, gates, want, want_splits);
    for (int floats = 0; floats < 2; floats++) {
        cr_assert_eq(bon_encoder_pack(&packed, config, toy.params, toy.values, floats), BON_OK, "%s",
                     bon_error_message());
        cr_assert_eq(bon_encoder_net_open(&net, config, floats, packed.codes, packed.scales, packed.reals, NULL, NULL),
                     BON_OK);
        read_text(&net, packed.priors, n, ids, gates, causal, got, splits);
        const double most = floats ? 1e-4 : 0.04;
        cr_expect_lt(distance(got, want, n * LABELS), most, "%g: width %u, %zu positions, causal %d, floats %d",
                     distance(got, want, n * LABELS), config->width, n, causal, floats);
        cr_expect_lt(distance(splits, want_splits, n * SPLITS), most);
        bon_encoder_net_close(&net);
        bon_encoder_packed_free(&packed);
    }
    encoder_toy_close(&toy);
}

Test(encoder_run, says_what_the_graph_says) {
    static const size_t lengths[] = {1, 2, 7, 24, 33, 64};
    for (size_t c = 0; c < CONFIGS; c++)
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            compare(&configs[c], lengths[i], false);
            compare(&configs[c], lengths[i], true);
        }
    compare(&configs[1], MOST, false);
    compare(&configs[1], MOST, true);
}

Test(encoder_run, kernels_say_the_same_to_the_bit) {
    enum { N = 45 };
    static float first[N * LABELS], got[N * LABELS], splits[N * SPLITS];
    int32_t ids[N * BAG], gates[N];
    struct encoder_toy toy;
    struct bon_encoder_packed packed;
    struct bon_encoder_net net;
    const struct bon_encoder_config *config = &configs[1];
    make_text(N, ids, gates);
    encoder_toy_open(&toy, config, 0, 6);
    cr_assert_eq(bon_encoder_pack(&packed, config, toy.params, toy.values, false), BON_OK);
    for (size_t g = 0; g < BON_GEMM8_KERNELS; g++)
        for (size_t r = 0; r < BON_ENCODER_ROWS; r++) {
            if (!bon_gemm8_kernels[g].usable() || !bon_encoder_rows[r].usable()) continue;
            cr_assert_eq(bon_encoder_net_open(&net, config, false, packed.codes, packed.scales, packed.reals,
                                              &bon_gemm8_kernels[g], &bon_encoder_rows[r]),
                         BON_OK);
            read_text(&net, packed.priors, N, ids, gates, true, g + r ? got : first, splits);
            if (g + r) cr_expect_eq(memcmp(got, first, sizeof got), 0, "%s, %zu", bon_gemm8_kernels[g].name, r);
            bon_encoder_net_close(&net);
        }
    bon_encoder_packed_free(&packed);
    encoder_toy_close(&toy);
}

Test(encoder_run, weights_out_of_their_mind_do_no_harm) {
    enum { N = 5 };
    float labels[N * LABELS], splits[N * SPLITS];
    int32_t ids[N * BAG], gates[N];
    struct encoder_toy toy;
    struct bon_encoder_packed packed;
    struct bon_encoder_net net;
    make_text(N, ids, gates);
    encoder_toy_open(&toy, &configs[0], 0, 6);
    cr_assert_eq(bon_encoder_pack(&packed, &configs[0], toy.params, toy.values, false), BON_OK);
    const float strange[] = {NAN, INFINITY, -INFINITY, 3e38f, 1e-45f};
    for (size_t s = 0; s < 5; s++)
        for (size_t i = 0; i < packed.sizes.scales + packed.sizes.reals; i += 41) {
            float *value = i < packed.sizes.scales ? &packed.scales[i] : &packed.reals[i - packed.sizes.scales];
            const float kept = *value;
            *value = strange[s];
            cr_assert_eq(
                bon_encoder_net_open(&net, &configs[0], false, packed.codes, packed.scales, packed.reals, NULL, NULL),
                BON_OK);
            read_text(&net, packed.priors, N, ids, gates, false, labels, splits);
            bon_encoder_net_close(&net);
            *value = kept;
        }
    bon_encoder_packed_free(&packed);
    encoder_toy_close(&toy);
}

Test(encoder_run, codes_of_more_than_7_bits_are_refused) {
    struct encoder_toy toy;
    struct bon_encoder_packed packed;
    struct bon_encoder_net net;
    encoder_toy_open(&toy, &configs[0], 0, 6);
    cr_assert_eq(bon_encoder_pack(&packed, &configs[0], toy.params, toy.values, false), BON_OK);
    static const int8_t beyond[] = {64, 127, -65, -128};
    for (size_t i = 0; i < sizeof beyond; i++) {
        packed.codes[packed.sizes.codes - 1 - i] = beyond[i];
        cr_expect_eq(
            bon_encoder_net_open(&net, &configs[0], false, packed.codes, packed.scales, packed.reals, NULL, NULL),
            BON_ERR_FORMAT);
        packed.codes[packed.sizes.codes - 1 - i] = 0;
    }
    bon_encoder_packed_free(&packed);
    encoder_toy_close(&toy);
}

Test(encoder_run, what_is_not_finite_is_not_packed) {
    struct encoder_toy toy;
    struct bon_encoder_packed packed;
    struct bon_encoder_config odd = configs[0];
    encoder_toy_open(&toy, &configs[0], 0, 6);
    toy.values[toy.params->list[0].offset] = NAN;
    cr_expect_eq(bon_encoder_pack(&packed, &configs[0], toy.params, toy.values, false), BON_ERR_DATA);
    odd.hidden = 18;
    cr_expect_eq(bon_encoder_pack(&packed, &odd, toy.params, toy.values, false), BON_ERR_ARGUMENT);
    odd.hidden = 40, odd.width = 48, odd.heads.dim = 24;
    cr_expect_eq(bon_encoder_pack(&packed, &odd, toy.params, toy.values, false), BON_ERR_ARGUMENT);
    encoder_toy_close(&toy);
}

static bon_status round_trip(void *arg) {
    const struct encoder_toy *toy = arg;
    struct bon_encoder_packed packed;
    struct bon_encoder_net net;
    struct bon_encoder_reader reader;
    bon_status status = bon_encoder_pack(&packed, &configs[0], toy->params, toy->values, false);
    if (status != BON_OK) return status;
    status = bon_encoder_net_open(&net, &configs[0], false, packed.codes, packed.scales, packed.reals, NULL, NULL);
    if (status == BON_OK) {
        status = bon_encoder_reader_open(&reader, &net);
        if (status == BON_OK) bon_encoder_reader_close(&reader);
        bon_encoder_net_close(&net);
    }
    bon_encoder_packed_free(&packed);
    return status;
}

Test(encoder_run, allocation_failures) {
    struct encoder_toy toy;
    encoder_toy_open(&toy, &configs[0], 0, 6);
    failmalloc_check(round_trip, &toy);
    encoder_toy_close(&toy);
}
