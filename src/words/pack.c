/* src/words/pack.c: weights -> the tables of a model. N-grams whose scores are the same share a vector; an n-gram is then a
 * slot of four bytes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "words/learn.h"

/* ---- scores ---- */

/* A weight in whole units, in steps of 2^coarse. */
static int16_t whole(double value, unsigned coarse) {
    double step = ldexp(1, (int)coarse), x = round(value * BON_WORD_UNIT / step) * step;
    return (int16_t)(x < -INT16_MAX ? -INT16_MAX : x > INT16_MAX ? INT16_MAX : x);
}

static void scores_of(const struct bon_weights *weights, const struct bon_gram_names *names, unsigned coarse,
                      bon_gram_vector scores) {
    double sums[BON_GRAM_SCORES] = {0};
    for (unsigned k = 0; k < names->count; k++) {
        uint32_t class = bon_weights_find(weights, names->keys[k]);
        const double *values = weights->values + BON_SHAPE_WEIGHTS + (size_t) class * BON_GRAM_SCORES;
        for (unsigned s = 0; s < BON_GRAM_SCORES && class; s++) sums[s] += values[s];
    }
    for (unsigned s = 0; s < BON_GRAM_SCORES; s++) scores[s] = whole(sums[s], coarse);
}

/* ---- vectors, each once ---- */

enum { VECTORS_MAX = BON_GRAM_VECTOR + 1, VECTOR_PLACES = 4 * VECTORS_MAX };

struct vectors {
    bon_gram_vector *all; /* [VECTORS_MAX] */
    uint32_t *places;     /* [VECTOR_PLACES], their numbers; 0: free */
    uint32_t count;
};

static bon_status vectors_open(struct vectors *vectors) {
    *vectors = (struct vectors){.all = bon_alloc_zeroed(VECTORS_MAX, sizeof *vectors->all), .count = 1};
    if (vectors->all) vectors->places = bon_alloc_zeroed(VECTOR_PLACES, sizeof *vectors->places);
    return vectors->places ? BON_OK : BON_ERR_NOMEM;
}

static void vectors_close(struct vectors *vectors) {
    free(vectors->all);
    free(vectors->places);
}

/* A new vector; false when there are too many. */
static bool vectors_push(struct vectors *vectors, const bon_gram_vector scores, uint32_t *number) {
    if (vectors->count == VECTORS_MAX) return false;
    *number = vectors->count++;
    memcpy(vectors->all[*number], scores, sizeof(bon_gram_vector));
    return true;
}

static bool vectors_number(struct vectors *vectors, const bon_gram_vector scores, uint32_t *number) {
    size_t at = bon_hash64(scores, sizeof(bon_gram_vector)) % VECTOR_PLACES;
    for (; vectors->places[at]; at = (at + 1) % VECTOR_PLACES) {
        *number = vectors->places[at];
        if (memcmp(vectors->all[*number], scores, sizeof(bon_gram_vector)) == 0) return true;
    }
    if (!vectors_push(vectors, scores, number)) return false;
    vectors->places[at] = *number;
    return true;
}

/* ---- n-grams ---- */

struct entry {
    uint64_t key; /* 0: a free place */
    uint32_t slot;
};

struct packer {
    const struct bon_weights *weights;
    const struct bon_evidence *evidence;
    struct vectors vectors;
    struct entry *entries; /* an open hash table */
    size_t cap, count;
};

static struct entry *entry_at(struct packer *packer, uint64_t key, unsigned order) {
    size_t at = key & (packer->cap - 1);
    while (packer->entries[at].key && packer->entries[at].key != key) at = (at + 1) & (packer->cap - 1);
    struct entry *entry = &packer->entries[at];
    if (!entry->key) {
        *entry = (struct entry){key, BON_VECTOR_UNKNOWN + order - 1};
        packer->count++;
    }
    return entry;
}

/* The vectors of what is not in the table. */
static bool add_unknown(struct packer *packer, unsigned coarse) {
    bon_gram_vector scores;
    uint32_t number;
    bool room = true;
    for (unsigned i = 0; i <= BON_GRAM_MAX; i++) {
        const unsigned order = i ? i : 1;
        const struct bon_gram_names names = bon_gram_classes(packer->evidence, NULL, order, i == 0);
        scores_of(packer->weights, &names, coarse, scores);
        room &= vectors_push(&packer->vectors, scores, &number);
    }
    return room;
}

static bool add_gram(struct packer *packer, const struct bon_gram *gram, unsigned coarse) {
    const struct bon_gram_names names = bon_gram_classes(packer->evidence, gram, gram->order, gram->sign);
    bon_gram_vector scores;
    uint32_t number;
    scores_of(packer->weights, &names, coarse, scores);
    if (!vectors_number(&packer->vectors, scores, &number)) return false;
    struct entry *entry = entry_at(packer, gram->key, gram->order);
    entry->slot = (entry->slot & BON_GRAM_MORE) | number;
    for (const struct bon_gram *whole = gram; whole && whole->order > 2;
         whole = bon_evidence_find(packer->evidence, whole->before))
        entry_at(packer, whole->before, whole->order - 1U)->slot |= BON_GRAM_MORE;
    return true;
}

/* False when vectors were too many for this coarseness. */
static bool add_all(struct packer *packer, unsigned coarse) {
    const struct bon_evidence *evidence = packer->evidence;
    memset(packer->entries, 0, packer->cap * sizeof *packer->entries);
    memset(packer->vectors.places, 0, VECTOR_PLACES * sizeof *packer->vectors.places);
    packer->vectors.count = 1;
    packer->count = 0;
    if (!add_unknown(packer, coarse)) return false;
    for (size_t i = 0; i < evidence->cap; i++)
        if (evidence->grams[i].key && bon_gram_kept(evidence, &evidence->grams[i]) &&
            !add_gram(packer, &evidence->grams[i], coarse))
            return false;
    return true;
}

static size_t kept_count(const struct bon_evidence *evidence) {
    size_t kept = 0;
    for (size_t i = 0; i < evidence->cap; i++)
        kept += evidence->grams[i].key && bon_gram_kept(evidence, &evidence->grams[i]);
    return kept;
}

static bon_status packer_open(struct packer *packer, const struct bon_weights *weights,
                              const struct bon_evidence *evidence) {
    *packer = (struct packer){.weights = weights, .evidence = evidence, .cap = 1024};
    while (packer->cap < 4 * kept_count(evidence)) packer->cap *= 2; /* two beginnings of each at most */
    BON_TRY(vectors_open(&packer->vectors));
    packer->entries = bon_alloc_zeroed(packer->cap, sizeof *packer->entries);
    return packer->entries ? BON_OK : BON_ERR_NOMEM;
}

static void packer_close(struct packer *packer) {
    vectors_close(&packer->vectors);
    free(packer->entries);
}

/* ---- tables ---- */

static bool place(uint32_t *slots, uint32_t count, const struct entry *entry) {
    uint32_t at = bon_gram_place(entry->key, count);
    for (unsigned probe = 0; probe < BON_GRAM_PROBES; probe++) {
        if (slots[at] == 0) {
            slots[at] = BON_GRAM_CHECK(entry->key) | entry->slot;
            return true;
        }
        at = at + 1 == count ? 0 : at + 1;
    }
    return false;
}

/* Slots for all entries, more of them until no entry is too far from its place. */
static bon_status make_slots(const struct packer *packer, uint32_t **out, uint32_t *out_count) {
    for (size_t count = packer->count + packer->count * 3 / 7 + 64;; count += count / 8) {
        if (count > UINT32_MAX / sizeof(uint32_t))
            return bon_fail(BON_ERR_LIMIT, "words: %zu n-grams are too many for a model: give less text",
                            packer->count);
        uint32_t *slots = bon_alloc_zeroed(count, sizeof *slots);
        if (!slots) return BON_ERR_NOMEM;
        bool fits = true;
        for (size_t i = 0; i < packer->cap && fits; i++)
            if (packer->entries[i].key) fits = place(slots, (uint32_t)count, &packer->entries[i]);
        if (fits) {
            *out = slots;
            *out_count = (uint32_t)count;
            return BON_OK;
        }
        free(slots);
    }
}

static int16_t *make_table(size_t count) { return bon_alloc_zeroed(count, sizeof(int16_t)); }

/* Sums the weights that a place of a table of shapes stands for. */
static void fill_shapes(struct bon_words *words, const double *values) {
    int16_t *gaps = (int16_t *)words->gap_shapes, *echoes = (int16_t *)words->gap_echoes;
    int16_t *shapes = (int16_t *)words->word_shapes, *sides = (int16_t *)words->word_sides;
    for (unsigned i = 0; i < BON_GAP_SHAPES; i++)
        gaps[i] = whole(values[BON_AT_GAP + i] + values[BON_AT_LEFT + i / BON_UNIT_SHAPES] +
                            values[BON_AT_RIGHT + i % (BON_GAP_PAIRS * BON_UNIT_SHAPES)] +
                            values[BON_AT_PAIR + i / BON_UNIT_SHAPES % BON_GAP_PAIRS],
                        0);
    for (unsigned i = 0; i < BON_GAP_ECHOES; i++)
        echoes[i] = whole(values[BON_AT_ECHO_PAIR + i] + values[BON_AT_ECHO + i / BON_GAP_PAIRS], 0);
    for (unsigned i = 0; i < BON_WORD_SHAPES; i++)
        shapes[i] = whole(values[BON_AT_WORD + i] + values[BON_AT_LENGTH + i / (BON_UNIT_SHAPES * BON_TAILS)], 0);
    for (unsigned i = 0; i < BON_WORD_SIDES; i++) sides[i] = whole(values[BON_AT_SIDES + i], 0);
}

static bon_status make_shapes(struct bon_words *words, const double *values) {
    if (!(words->gap_shapes = make_table(BON_GAP_SHAPES)) || !(words->gap_echoes = make_table(BON_GAP_ECHOES)) ||
        !(words->word_shapes = make_table(BON_WORD_SHAPES)) || !(words->word_sides = make_table(BON_WORD_SIDES)))
        return BON_ERR_NOMEM;
    fill_shapes(words, values);
    return BON_OK;
}

bon_status bon_pack(struct bon_words *words, const struct bon_weights *weights, const struct bon_evidence *evidence) {
    struct packer packer;
    uint32_t *slots = NULL;
    *words = (struct bon_words){.artefact = NULL};
    bon_status status = packer_open(&packer, weights, evidence);
    if (status == BON_OK)
        for (unsigned coarse = 0; !add_all(&packer, coarse);) coarse++;
    if (status == BON_OK) status = make_slots(&packer, &slots, &words->header.slots);
    if (status == BON_OK) {
        words->slots = slots;
        words->vectors = packer.vectors.all;
        words->header.vectors = packer.vectors.count;
        packer.vectors.all = NULL;
        status = make_shapes(words, weights->values);
    }
    packer_close(&packer);
    if (status != BON_OK) bon_pack_free(words);
    return status;
}

void bon_pack_free(struct bon_words *words) {
    free((void *)words->slots);
    free((void *)words->vectors);
    free((void *)words->gap_shapes);
    free((void *)words->gap_echoes);
    free((void *)words->word_shapes);
    free((void *)words->word_sides);
    *words = (struct bon_words){.artefact = NULL};
}
