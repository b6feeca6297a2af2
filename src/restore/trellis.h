/* src/restore/trellis.h: the search over a lattice: Viterbi over n-gram states with recombination.
 *
 * A node is a choice at a position together with what the model remembers after it; hypotheses that reach equal states are one
 * node, since their futures are equal (Viterbi 1967; recombination as in speech and translation decoders). Nodes far below
 * the best of their position are dropped. An arc is one way into a node; arcs are kept only on request, for confidences
 * (forward-backward over what was not pruned) and k-best lists.
 */
#ifndef BON_SRC_RESTORE_TRELLIS_H
#define BON_SRC_RESTORE_TRELLIS_H

#include "restore/cache.h"
#include "restore/lattice.h"
#include "restore/scorer.h"

#define BON_NO_NODE UINT32_MAX

struct bon_node {
    double score;    /* log10 of the best way from the start of the window */
    uint32_t choice; /* index into the lattice's choices */
    uint32_t from;   /* the node before on the best way */
    uint32_t arcs;   /* head of the list of arcs in, or BON_NO_NODE */
    bon_lm_state state;
};

struct bon_arc {
    uint32_t from; /* node */
    uint32_t next; /* arc of the same node, or BON_NO_NODE */
    float logprob; /* log10 of the choice after `from` */
};

/* A way from a node to the end; the way behind it is that of `after`. */
struct bon_suffix {
    uint32_t node;
    uint32_t after; /* suffix, or BON_NO_NODE at the end */
    double score;   /* of the arcs from node to the end */
};

struct bon_trellis {
    unsigned beam;    /* nodes kept a position */
    double threshold; /* log10 below the position's best at which a node is dropped */
    struct bon_node *nodes;
    size_t node_cap;
    uint32_t first[BON_LATTICE_POSITIONS +
                   3];              /* nodes of position i are first[i + 1] .. first[i + 2]; node 0 is the start */
    unsigned positions;             /* decoded; with a line end there is one more */
    uint32_t last;                  /* the best node at the end */
    uint32_t *order;                /* scratch for pruning, node_cap items */
    const bon_restore_cache *cache; /* NULL: the model alone */
    double cache_weight;
    uint32_t before; /* the word before the window, for the cache */
    bool keep_arcs;
    struct bon_arc *arcs;
    size_t arc_count, arc_cap;
    double *sums; /* scratch for forward-backward */
    size_t sum_cap;
    struct bon_suffix *suffixes; /* scratch for the k best */
    size_t suffix_cap;
    uint32_t *heap;
    size_t heap_cap;
};

bon_status bon_trellis_open(struct bon_trellis *trellis, unsigned beam, double threshold);
void bon_trellis_close(struct bon_trellis *trellis);

/* Decodes the lattice from a state. `line_end`: the sentence ends behind the last position, and its probability counts.
 * Allocates only when arcs are kept. */
bon_status bon_trellis_decode(struct bon_trellis *trellis, struct bon_scorer *scorer, const struct bon_lattice *lattice,
                              const bon_lm_state *start, bool line_end);
/* Writes the best way's choice of each position to path[] and returns the node after position `last_position`. */
uint32_t bon_trellis_best(const struct bon_trellis *trellis, uint32_t *path, unsigned last_position);

/* The probability of every choice of the lattice given the whole window, by forward-backward over the kept arcs. */
bon_status bon_trellis_confidence(struct bon_trellis *trellis, const struct bon_lattice *lattice, float *confidence);

/* Makes them what they say: of all that get 0.9, nine in ten are right. */
void bon_lattice_calibrate(const struct bon_lattice *lattice, float *confidence);

/* The k best ways, best first: paths has room for k * positions choices, scores for k. *found may be less than k. */
bon_status bon_trellis_kbest(struct bon_trellis *trellis, unsigned k, uint32_t *paths, double *scores, unsigned *found);

#endif
