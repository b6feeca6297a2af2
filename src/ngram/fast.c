/* src/ngram/fast.c: scoring in the fast layout: what fast_score.h is made of, and it twice: for processors with AVX2, and for
 * all others. */
#include "ngram/fast.h"

#include "ngram/query.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define WIDE 1
#else
#define WIDE 0
#endif

#define ALWAYS static inline __attribute__((always_inline))
#define FOR_EACH_ORDER(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)

enum { AHEAD = 16 /* a power of two */, STRETCH = 256, STRETCH_TEXT = BON_LM_MAX_ORDER + 2 * STRETCH, LANES = 4 };

/* A word to score: key[i] is that of the n-gram of order i + 2, with i + 1 words of context, line[i] its home bucket. There is
 * one behind the last, an empty bucket. */
struct probe {
    uint32_t word;
    uint32_t length; /* words of context */
    uint64_t key[BON_LM_MAX_ORDER];
    const uint8_t *line[BON_LM_MAX_ORDER];
};

static _Alignas(BON_FAST_LINE) const uint8_t NOTHING[BON_FAST_LINE];

/* One number an order, four side by side: as many of these as the orders take. */
typedef uint32_t lanes __attribute__((vector_size(16)));
typedef float float_lanes __attribute__((vector_size(16)));
typedef uint64_t pair __attribute__((vector_size(16)));

/* What stands in the lines of a probe. */
struct seen {
    lanes logprob[2], backoff[2]; /* of the n-grams with 0, 1, ... words of context, below the highest order */
    float highest;                /* log-probability of that of the highest order */
    unsigned missing;             /* bit i: the n-gram with i + 1 words is not in its home bucket */
};

/* What was found of a word and its context: n-grams of order 1 to `depth` + 1. */
struct found {
    float logprob;     /* of the longest */
    unsigned depth;    /* words of its context */
    unsigned contexts; /* length of the longest context among them */
    lanes stored[2];   /* [contexts] back-offs as they stand in the file */
};

ALWAYS lanes load_lanes(const void *bytes) {
    lanes loaded;
    memcpy(&loaded, bytes, sizeof loaded);
    return loaded;
}

/* The bits of lanes that are all ones or all zeros. */
ALWAYS unsigned bits_of(lanes truth) {
#if WIDE
    return (unsigned)_mm_movemask_ps((__m128)truth);
#else
    truth &= (lanes){1, 2, 4, 8};
    return truth[0] | truth[1] | truth[2] | truth[3];
#endif
}

/* All ones in the lanes whose bits are set. */
ALWAYS lanes lanes_of(unsigned bits) {
    const lanes each = {1, 2, 4, 8};
    return (lanes)(((lanes){bits, bits, bits, bits} & each) == each);
}

ALWAYS unsigned lowest(unsigned bits) { return (unsigned)__builtin_ctz(bits); }

ALWAYS unsigned usable_length(unsigned order, uint32_t length) { return length < order ? length : order - 1; }

/* What stored back-offs count as. */
ALWAYS lanes real_backoffs(lanes stored) {
    return stored & (lanes)((stored & ~(BON_FAST_NO_CONTEXT | BON_FAST_BLANK)) != 0);
}

ALWAYS void load_backoffs(unsigned order, const float *from, lanes *backoff) {
    backoff[0] = load_lanes(from);
    if (order <= LANES + 1) return;
    uint32_t rest[LANES] = {0};
    memcpy(rest, from + LANES, (BON_LM_MAX_ORDER - 1 - LANES) * sizeof *rest);
    backoff[1] = load_lanes(rest);
}

/* Four of a state's back-offs, of contexts with 4 k + 1 words and more; there is one less of the second four. */
ALWAYS void store_backoffs(float *to, unsigned k, lanes backoff) {
    memcpy(to + k * LANES, &backoff, (k == 0 ? LANES : BON_LM_MAX_ORDER - 1 - LANES) * sizeof *to);
}

/* The n-gram with depth + 1 words of context was not where it belongs: looks on for it, and for the longer ones while there are
 * any. Returns the words of context of the last one found. */
static __attribute__((noinline)) unsigned look_later(const bon_lm *lm, unsigned order, const struct probe *probe,
                                                     unsigned depth, unsigned length, struct seen *seen) {
    for (; depth < length; depth++) {
        if (!(seen->missing >> depth & 1)) continue;
        unsigned per_bucket = bon_fast_per_bucket(lm, depth + 2), place;
        const uint8_t *line = bon_fast_find(&lm->level[depth + 1].buckets, per_bucket, probe->key[depth], &place);
        if (!line) break;
        if (depth + 2 == order) {
            seen->highest = bon_fast_highest_logprob(line, place);
            continue;
        }
        const uint8_t *values =
            line + offsetof(struct bon_fast_middle, values) + place * sizeof(struct bon_fast_values);
        unsigned i = depth + 1;
        seen->logprob[i / LANES][i % LANES] = bon_load32(values);
        seen->backoff[i / LANES][i % LANES] = bon_load32(values + sizeof(float));
    }
    return depth;
}

/* ---- running text ---- */

/* A stretch of text written backwards, so that the words before a word stand behind it, with <s> written out after each
 * </s>; last comes the context that the state before has, filled up to BON_LM_MAX_ORDER words. */
struct stretch {
    uint32_t text[STRETCH_TEXT];
    uint32_t at[STRETCH];     /* where in text each word to score stands */
    uint8_t context[STRETCH]; /* how many words before it belong to its sentence, at most order - 1 */
    size_t count;
};

static void lay_out(const bon_lm *lm, struct stretch *s, const bon_lm_state *state, const uint32_t *words, size_t n) {
    unsigned length = usable_length(lm->order, state->length), most = lm->order - 1;
    uint32_t end = STRETCH_TEXT - BON_LM_MAX_ORDER;
    memset(s->text + end, 0, BON_LM_MAX_ORDER * sizeof *s->text); /* can be read, and does not count */
    memcpy(s->text + end, state->words, length * sizeof *s->text);
    s->count = n;
    for (size_t i = 0; i < n; i++) {
        uint32_t word = bon_lm_unigram(lm, words[i]);
        s->text[--end] = word;
        s->at[i] = end;
        s->context[i] = (uint8_t)length;
        length = length < most ? length + 1 : most;
        if (word != BON_LM_EOS) continue;
        s->text[--end] = BON_LM_BOS;
        length = most > 0;
    }
}

/* ---- places of a bucket that have a key ---- */

/* Of the four keys in two times two lanes. */
ALWAYS unsigned plain_middle(const uint8_t *line, uint64_t key) {
    const lanes even = {~BON_FAST_PAST, ~0u, ~BON_FAST_PAST, ~0u};
    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
    lanes wanted = {low, high, low, high};
    lanes a = (lanes)((load_lanes(line) & even) == wanted), b = (lanes)((load_lanes(line + 16) & even) == wanted);
    return bits_of(__builtin_shufflevector(a, b, 0, 2, 4, 6) & __builtin_shufflevector(a, b, 1, 3, 5, 7));
}

ALWAYS unsigned plain_highest(const uint8_t *line, uint64_t key) {
    uint32_t low = (uint32_t)key;
    lanes wanted = {low, low, low, low}, a = load_lanes(line) & ~BON_FAST_PAST,
          b = load_lanes(line + 16) & ~BON_FAST_PAST;
    return bits_of((lanes)(a == wanted)) | bits_of((lanes)(b == wanted)) << 4;
}

#define TARGET
#define SIMD(name) name##_plain
#define MIDDLE plain_middle
#define HIGHEST plain_highest
#include "ngram/fast_score.h"

#if WIDE
#define AVX2 __attribute__((target("avx2,bmi,bmi2")))

AVX2 ALWAYS unsigned avx2_middle(const uint8_t *line, uint64_t key) {
    __m256i stored =
        _mm256_and_si256(_mm256_loadu_si256((const void *)line), _mm256_set1_epi64x(~(int64_t)BON_FAST_PAST));
    __m256i same = _mm256_cmpeq_epi64(stored, _mm256_set1_epi64x((int64_t)key));
    return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(same));
}

AVX2 ALWAYS unsigned avx2_highest(const uint8_t *line, uint64_t key) {
    __m256i stored = _mm256_and_si256(_mm256_loadu_si256((const void *)line), _mm256_set1_epi32(~(int)BON_FAST_PAST));
    __m256i same = _mm256_cmpeq_epi32(stored, _mm256_set1_epi32((int)key));
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(same));
}

#define TARGET AVX2
#define SIMD(name) name##_avx2
#define MIDDLE avx2_middle
#define HIGHEST avx2_highest
#include "ngram/fast_score.h"
#endif

bool bon_fast_can_be_wide(void) {
#if WIDE
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#else
    return false;
#endif
}

const struct bon_fast_scorer *bon_fast_scorer_for(unsigned order, bool wide) {
#if WIDE
    if (wide) return &scorers_avx2[order - 1];
#endif
    (void)wide;
    return &scorers_plain[order - 1];
}
