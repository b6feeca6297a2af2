/* src/restore/confidence.c: what else the lattice could have been: probabilities of each choice and the k best ways.
 *
 * Both work on the arcs that the forward pass kept. Probabilities: forward-backward (Baum & Welch) in log space. k best: an A*
 * search from the end of the window backwards; the forward pass knows the exact score of the best way into every node, which
 * is the perfect estimate, so the search opens hardly more than it returns (Soong & Huang 1991). */
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "restore/trellis.h"

#define LN10 2.30258509299404568402

/* log10(10^a + 10^b) */
static double add_log10(double a, double b) {
    double high = a > b ? a : b, low = a > b ? b : a;
    if (low == -HUGE_VAL) return high;
    return high + log1p(exp((low - high) * LN10)) / LN10;
}

/* alpha[n] = log10 of all ways into node n; beta[n] = of all ways from it to the end. */
static void forward_backward(const struct bon_trellis *t, double *alpha, double *beta) {
    uint32_t count = t->first[t->positions + 1];
    alpha[0] = 0;
    for (uint32_t n = 1; n < count; n++) {
        alpha[n] = -HUGE_VAL;
        for (uint32_t a = t->nodes[n].arcs; a != BON_NO_NODE; a = t->arcs[a].next)
            alpha[n] = add_log10(alpha[n], alpha[t->arcs[a].from] + (double)t->arcs[a].logprob);
    }
    for (uint32_t n = 0; n < count; n++) beta[n] = n >= t->first[t->positions] ? 0 : -HUGE_VAL;
    for (uint32_t n = count; n-- > 1;)
        for (uint32_t a = t->nodes[n].arcs; a != BON_NO_NODE; a = t->arcs[a].next) {
            double *into = &beta[t->arcs[a].from];
            *into = add_log10(*into, beta[n] + (double)t->arcs[a].logprob);
        }
}

bon_status bon_trellis_confidence(struct bon_trellis *t, const struct bon_lattice *lattice, float *confidence) {
    uint32_t count = t->first[t->positions + 1];
    BON_TRY(bon_grow_array(&t->sums, &t->sum_cap, 2 * (size_t)count, sizeof *t->sums));
    double *alpha = t->sums, *beta = t->sums + count;
    forward_backward(t, alpha, beta);
    for (uint32_t c = 0; c < lattice->choice_count; c++) confidence[c] = 0;
    for (unsigned i = 0; i < lattice->count; i++) {
        double all = -HUGE_VAL;
        for (uint32_t n = t->first[i + 1]; n < t->first[i + 2]; n++) all = add_log10(all, alpha[n] + beta[n]);
        for (uint32_t n = t->first[i + 1]; n < t->first[i + 2]; n++)
            confidence[t->nodes[n].choice] += (float)exp((alpha[n] + beta[n] - all) * LN10);
    }
    return BON_OK;
}

/* With a tagger the ways are more apart than they should be: it and the n-grams see the same words and each counts them in full.
 * Raising probabilities to a power takes that back (Guo, Pleiss, Sun & Weinberger 2017: one temperature); bench/calibration.sh
 * fits it on half of the files and shows what is left on the others. Without a tagger they are right as they are. */
#define TAGGER_POWER 0.6F

/* A network's file says its power, for what is joined differs from file to file. */
static float power_of(const struct bon_lattice *lattice) {
    if (lattice->neural) return lattice->neural->neural->join.power;
    return lattice->tagger->weights ? TAGGER_POWER : 1;
}

void bon_lattice_calibrate(const struct bon_lattice *lattice, float *confidence) {
    const float power = power_of(lattice);
    if (!(power < 1 || power > 1)) return;
    for (unsigned i = 0; i < lattice->count; i++) {
        const struct bon_position *position = &lattice->positions[i];
        float *p = confidence + position->first, sum = 0;
        if (position->count < 2) continue;
        for (unsigned c = 0; c < position->count; c++) sum += p[c] = powf(p[c], power);
        for (unsigned c = 0; c < position->count && sum > 0; c++) p[c] /= sum;
    }
}

/* ---- k best ---- */

struct search {
    struct bon_trellis *trellis; /* its suffixes, and the heap of them, best first */
    size_t count, heap_count;
};

static bool better(const struct search *s, uint32_t a, uint32_t b) {
    const struct bon_suffix *x = &s->trellis->suffixes[a], *y = &s->trellis->suffixes[b];
    double left = x->score + s->trellis->nodes[x->node].score, right = y->score + s->trellis->nodes[y->node].score;
    return left > right || (left == right && a < b);
}

static bon_status push(struct search *s, uint32_t node, uint32_t after, double score) {
    struct bon_trellis *t = s->trellis;
    size_t i = s->heap_count;
    BON_TRY(bon_grow_array(&t->suffixes, &t->suffix_cap, s->count + 1, sizeof *t->suffixes));
    BON_TRY(bon_grow_array(&t->heap, &t->heap_cap, s->heap_count + 1, sizeof *t->heap));
    t->suffixes[s->count] = (struct bon_suffix){node, after, score};
    t->heap[s->heap_count++] = (uint32_t)s->count++;
    for (; i > 0 && better(s, t->heap[i], t->heap[(i - 1) / 2]); i = (i - 1) / 2) {
        uint32_t swap = t->heap[i];
        t->heap[i] = t->heap[(i - 1) / 2];
        t->heap[(i - 1) / 2] = swap;
    }
    return BON_OK;
}

static uint32_t pop(struct search *s) {
    uint32_t *heap = s->trellis->heap, best = heap[0], moved = heap[--s->heap_count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < s->heap_count; i = child) {
        if (child + 1 < s->heap_count && better(s, heap[child + 1], heap[child])) child++;
        if (!better(s, heap[child], moved)) break;
        heap[i] = heap[child];
    }
    heap[i] = moved;
    return best;
}

static bon_status search_best(struct search *s, unsigned k, uint32_t *paths, double *scores, unsigned *found) {
    const struct bon_trellis *t = s->trellis;
    for (uint32_t n = t->first[t->positions]; n < t->first[t->positions + 1]; n++) BON_TRY(push(s, n, BON_NO_NODE, 0));
    for (*found = 0; *found < k && s->heap_count > 0;) {
        uint32_t at = pop(s), node = t->suffixes[at].node;
        double score = t->suffixes[at].score;
        if (node == 0) {
            uint32_t *path = paths + (size_t)*found * t->positions;
            for (uint32_t i = t->suffixes[at].after; i != BON_NO_NODE; i = t->suffixes[i].after)
                *path++ = t->nodes[t->suffixes[i].node].choice;
            scores[(*found)++] = score;
            continue;
        }
        for (uint32_t a = t->nodes[node].arcs; a != BON_NO_NODE; a = t->arcs[a].next)
            BON_TRY(push(s, t->arcs[a].from, at, score + (double)t->arcs[a].logprob));
    }
    return BON_OK;
}

bon_status bon_trellis_kbest(struct bon_trellis *t, unsigned k, uint32_t *paths, double *scores, unsigned *found) {
    struct search search = {.trellis = t};
    return search_best(&search, k, paths, scores, found);
}
