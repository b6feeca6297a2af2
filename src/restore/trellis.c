/* src/restore/trellis.c: the forward pass: extend, recombine, prune. See trellis.h. */
#include "restore/trellis.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"

bon_status bon_trellis_open(struct bon_trellis *trellis, unsigned beam, double threshold) {
    /* The survivors of every position, and room to extend each of the last ones by every choice of the next. */
    size_t nodes = (size_t)beam * (BON_LATTICE_POSITIONS + 2) + (size_t)beam * BON_LATTICE_CHOICES + 2;
    trellis->beam = beam;
    trellis->threshold = threshold;
    trellis->nodes = bon_alloc_array(nodes, sizeof *trellis->nodes);
    trellis->order = bon_alloc_array((size_t)beam * BON_LATTICE_CHOICES, sizeof *trellis->order);
    trellis->node_cap = nodes;
    return trellis->nodes != NULL && trellis->order != NULL ? BON_OK : BON_ERR_NOMEM;
}

void bon_trellis_close(struct bon_trellis *trellis) {
    free(trellis->nodes);
    free(trellis->order);
    free(trellis->arcs);
    free(trellis->sums);
    free(trellis->suffixes);
    free(trellis->heap);
}

static bon_status add_arc(struct bon_trellis *t, struct bon_node *node, uint32_t from, float logprob) {
    if (t->arc_count == t->arc_cap) BON_TRY(bon_grow_array(&t->arcs, &t->arc_cap, t->arc_count + 1, sizeof *t->arcs));
    t->arcs[t->arc_count] = (struct bon_arc){from, node->arcs, logprob};
    node->arcs = (uint32_t)t->arc_count++;
    return BON_OK;
}

/* The word of a node, for the cache. */
static uint32_t word_of(const struct bon_trellis *t, const struct bon_choice *choices, uint32_t node) {
    return node == 0 ? t->before : choices[t->nodes[node].choice].word;
}

/* What mixing with the cache adds to a log10 probability, but for log10(1 - weight), which all words share. `alone` is the first
 * term of the cache's score; words that the cache does not have get nothing. */
static float cache_gain(const struct bon_trellis *t, uint32_t before, uint32_t word, double alone, float logprob) {
    double ratio = t->cache_weight / (1 - t->cache_weight);
    double p = alone + bon_cache_pair(t->cache, before, word);
    return (float)log10(1 + ratio * p * pow(10, -(double)logprob));
}

/* Extends nodes begin..end by one choice. Nodes of the choice are appended from `count`; returns the new count in *made. */
static bon_status extend(struct bon_trellis *t, struct bon_scorer *scorer, uint32_t begin, uint32_t end,
                         const struct bon_choice *choices, uint32_t choice, uint32_t *made) {
    const struct bon_choice *what = &choices[choice];
    double alone = t->cache ? bon_cache_alone(t->cache, what->word) : 0;
    uint32_t group = *made;
    for (uint32_t from = begin; from < end; from++) {
        struct bon_node *fresh = &t->nodes[*made], *same;
        float logprob = bon_scorer_score(scorer, &t->nodes[from].state, what->word, &fresh->state);
        if (what->word == BON_LM_EOS) bon_lm_state_begin(scorer->lm, &fresh->state); /* the next sentence */
        if (alone > 0) logprob += cache_gain(t, word_of(t, choices, from), what->word, alone, logprob);
        logprob += what->bonus;
        double score = t->nodes[from].score + (double)logprob;
        for (same = &t->nodes[group]; same < fresh && !bon_lm_state_equal(&same->state, &fresh->state); same++)
            continue;
        if (same == fresh) {
            fresh->score = score;
            fresh->choice = choice;
            fresh->from = from;
            fresh->arcs = BON_NO_NODE;
            ++*made;
        } else if (score > same->score) {
            same->score = score;
            same->from = from;
        }
        if (t->keep_arcs) BON_TRY(add_arc(t, same, from, logprob));
    }
    return BON_OK;
}

/* Moves the `keep` best of order[0..count) to its front (quickselect; equal scores by node, so the result is determined). */
static void select_best(const struct bon_node *nodes, uint32_t *order, uint32_t count, uint32_t keep) {
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        uint32_t pivot = order[low + (high - low) / 2], i = low, j = high;
        for (;;) {
#define BETTER(a, b) (nodes[a].score > nodes[b].score || (nodes[a].score == nodes[b].score && (a) < (b)))
            while (BETTER(order[i], pivot)) i++;
            while (BETTER(pivot, order[j])) j--;
#undef BETTER
            if (i >= j) break;
            uint32_t swap = order[i];
            order[i++] = order[j];
            order[j--] = swap;
        }
        /* order[low..j] are no worse than the pivot, order[j+1..high] no better */
        if (keep <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
}

/* Drops the nodes of begin..end that cannot be worth keeping, in place; returns the new end. */
static uint32_t prune(struct bon_trellis *t, uint32_t begin, uint32_t end) {
    struct bon_node *nodes = t->nodes;
    double floor = nodes[begin].score;
    uint32_t kept = begin, count = 0;
    for (uint32_t i = begin + 1; i < end; i++)
        if (nodes[i].score > floor) floor = nodes[i].score;
    floor -= t->threshold;
    for (uint32_t i = begin; i < end; i++)
        if (nodes[i].score >= floor) t->order[count++] = i;
    if (count > t->beam) {
        double worst;
        select_best(nodes, t->order, count, t->beam);
        worst = nodes[t->order[0]].score;
        for (uint32_t i = 1; i < t->beam; i++)
            if (nodes[t->order[i]].score < worst) worst = nodes[t->order[i]].score;
        floor = worst;
    }
    for (uint32_t i = begin; i < end && kept - begin < t->beam; i++) {
        if (nodes[i].score < floor) continue;
        if (kept != i) nodes[kept] = nodes[i];
        kept++;
    }
    return kept;
}

static bon_status advance(struct bon_trellis *t, struct bon_scorer *scorer, const struct bon_choice *choices,
                          uint32_t first, uint32_t count, uint32_t *made) {
    uint32_t begin = t->first[t->positions], end = *made;
    for (uint32_t c = first; c < first + count; c++) BON_TRY(extend(t, scorer, begin, end, choices, c, made));
    *made = prune(t, end, *made);
    t->first[++t->positions] = end;
    t->first[t->positions + 1] = *made;
    return BON_OK;
}

bon_status bon_trellis_decode(struct bon_trellis *t, struct bon_scorer *scorer, const struct bon_lattice *lattice,
                              const bon_lm_state *start, bool line_end) {
    uint32_t made = 1;
    t->nodes[0] = (struct bon_node){.from = BON_NO_NODE, .choice = BON_NO_NODE, .arcs = BON_NO_NODE, .state = *start};
    t->arc_count = 0;
    t->positions = 0;
    t->first[0] = 0;
    t->first[1] = 1;
    for (unsigned i = 0; i < lattice->count; i++)
        BON_TRY(advance(t, scorer, lattice->choices, lattice->positions[i].first, lattice->positions[i].count, &made));
    if (line_end) {
        const struct bon_choice end = {.word = BON_LM_EOS};
        BON_TRY(advance(t, scorer, &end, 0, 1, &made));
    }
    t->last = t->first[t->positions];
    for (uint32_t i = t->last + 1; i < made; i++)
        if (t->nodes[i].score > t->nodes[t->last].score) t->last = i;
    return BON_OK;
}

uint32_t bon_trellis_best(const struct bon_trellis *t, uint32_t *path, unsigned last_position) {
    uint32_t node = t->last, result = t->last;
    for (unsigned i = t->positions; i-- > 0; node = t->nodes[node].from) {
        if (i == last_position) result = node;
        path[i] = t->nodes[node].choice;
    }
    return result;
}
