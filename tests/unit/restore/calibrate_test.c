/* tests/unit/restore/calibrate_test.c: probabilities made what they say: order and sum stay, certainty goes down. */
#include <criterion/criterion.h>
#include <math.h>

#include "restore/trellis.h"

static struct bon_position positions[] = {
    {.first = 0, .count = 3}, {.first = 3, .count = 1}, {.first = 4, .count = 2}, {.first = 6, .count = 2}};

Test(calibrate, with_a_tagger) {
    static const int8_t weights[] = {0};
    static const struct bon_tagger tagger = {.weights = weights};
    const struct bon_lattice lattice = {.tagger = &tagger, .positions = positions, .count = 4};
    float p[] = {0.9F, 0.08F, 0.02F, 1, 1, 0, 0.5F, 0.5F};
    bon_lattice_calibrate(&lattice, p);
    cr_assert(p[0] < 0.9F && p[0] > p[1] && p[1] > p[2] && p[2] > 0.02F);
    cr_assert(fabsf(p[0] + p[1] + p[2] - 1) < 1e-6F);
    cr_assert(p[3] == 1 && p[4] == 1 && p[5] == 0 && p[6] == 0.5F && p[7] == 0.5F);
}

Test(calibrate, without_a_tagger) {
    static const struct bon_tagger tagger = {.weights = NULL};
    const struct bon_lattice lattice = {.tagger = &tagger, .positions = positions, .count = 4};
    float p[] = {0.9F, 0.08F, 0.02F, 1, 1, 0, 0.5F, 0.5F};
    bon_lattice_calibrate(&lattice, p);
    cr_assert(p[0] == 0.9F && p[1] == 0.08F && p[2] == 0.02F);
}
