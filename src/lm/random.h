/* src/lm/random.h: random numbers as a function of a counter: Philox 4x32-10 (Salmon et al. 2011). No state, so any value
 * can be drawn by any thread or device, and a run that is resumed draws what it would have drawn. */
#ifndef BON_SRC_LM_RANDOM_H
#define BON_SRC_LM_RANDOM_H

#include <math.h>
#include <stdint.h>

struct bon_random4 {
    uint32_t v[4];
};

static inline struct bon_random4 bon_philox(uint64_t key, uint64_t stream, uint64_t counter) {
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    struct bon_random4 r = {{(uint32_t)counter, (uint32_t)(counter >> 32), (uint32_t)stream, (uint32_t)(stream >> 32)}};
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)0xD2511F53u * r.v[0], b = (uint64_t)0xCD9E8D57u * r.v[2];
        r = (struct bon_random4){
            {(uint32_t)(b >> 32) ^ r.v[1] ^ k0, (uint32_t)b, (uint32_t)(a >> 32) ^ r.v[3] ^ k1, (uint32_t)a}};
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
    return r;
}

/* In (0, 1): never 0, never 1. */
static inline double bon_uniform(uint32_t bits) { return (bits + 0.5) * 0x1p-32; }

/* The i-th normal value of a stream (Box & Muller 1958). */
static inline double bon_normal(uint64_t key, uint64_t stream, uint64_t i) {
    struct bon_random4 r = bon_philox(key, stream, i / 2);
    double radius = sqrt(-2 * log(bon_uniform(r.v[0]))), angle = 6.283185307179586 * bon_uniform(r.v[1]);
    return radius * (i % 2 ? sin(angle) : cos(angle));
}

#endif
