/* src/restore/neural_file.h: the neural restorer in files: sections of an artefact of kind "bonnn" or, beside an n-gram model's, of
 * kind "bonlm". docs/bonnn-format.md has them byte by byte.
 *
 * The header, the vocabulary and the priors are what training begins with: a folder of training has them as words.bonnn. What
 * restores has weights too (lm/encoder_run.h).
 */
#ifndef BON_SRC_RESTORE_NEURAL_FILE_H
#define BON_SRC_RESTORE_NEURAL_FILE_H

#include <limits.h>

#include "lm/encoder_parts.h"
#include "restore/neural.h"

/* Sections have names that begin with this. */
#define BON_NEURAL_PREFIX "neural."

enum { BON_NEURAL_VERSION = 1, BON_NEURAL_WORDS_MAX = 1 << 16 };
#define BON_NEURAL_KIND "bonnn"

/* How the weights are kept. */
enum bon_neural_weights { BON_NEURAL_NO_WEIGHTS, BON_NEURAL_INT8, BON_NEURAL_FLOAT, BON_NEURAL_WEIGHTS };

/* How scores are joined with those of the n-grams and the tagger. */
struct bon_neural_join {
    float weight;        /* of the network's log10 probability */
    float tagger_weight; /* of the tagger's score, where there is a network */
    float power;         /* confidences are raised to it (confidence.c) */
    /* The last word of text that is being typed: weight of its log10 probability read both ways, and read without what follows. Both
     * are 0 where the network did not learn the latter: `weight` then. */
    float typed_weight, typed_causal;
};

/* Section neural.header. */
struct bon_neural_header {
    uint32_t layers, width, heads, dim, hidden, context;
    uint32_t words, gates, hashes;
    uint32_t weights; /* enum bon_neural_weights */
    float theta, epsilon;
    struct bon_neural_join join;
    uint32_t reserved[7];
};

/* Header, vocabulary and priors of an open artefact, which outlives this. */
struct bon_neural_sections {
    struct bon_neural_header header;
    struct bon_encoder_config config;
    struct bon_neural_words words;
    const uint64_t *masks; /* of each gate: bits of the labels that it has */
    const float *values;   /* log probabilities of these, gate by gate */
    uint32_t *firsts;      /* where a gate's begin */
};

/* Finds them and checks them: BON_ERR_FORMAT names file, section and reason, BON_ERR_VERSION a newer kind of weights. */
bon_status bon_neural_sections_open(struct bon_neural_sections *sections, const struct bon_artefact *artefact);
void bon_neural_sections_close(struct bon_neural_sections *sections);

/* Log probability of a label of a gate without context. */
static inline bool bon_neural_may(const struct bon_neural_sections *s, uint32_t gate, unsigned label) {
    return s->masks[gate] >> label & 1;
}
static inline float bon_neural_prior(const struct bon_neural_sections *s, uint32_t gate, unsigned label) {
    const uint64_t before = s->masks[gate] & ((UINT64_C(1) << label) - 1);
    return bon_neural_may(s, gate, label) ? s->values[s->firsts[gate] + (unsigned)__builtin_popcountll(before)]
                                          : BON_PRIOR_NEVER;
}

/* Writes the sections. priors: words->gates x BON_MARK_LABELS; a label has none when it is at BON_PRIOR_NEVER or below. The
 * configuration's sizes must be those of the vocabulary (features, bag, gates, labels, splits). */
bon_status bon_neural_sections_write(struct bon_artefact_writer *writer, const struct bon_encoder_config *config,
                                     const struct bon_neural_words *words, const float *priors,
                                     enum bon_neural_weights weights, const struct bon_neural_join *join);

/* ---- weights ---- */

/* Where they are, checked: sizes, and that a network of BON_NEURAL_INT8 can be packed. BON_ERR_FORMAT when there are none. */
struct bon_neural_weights_view {
    const int8_t *codes;
    const float *scales, *reals;
};
bon_status bon_neural_weights_open(struct bon_neural_weights_view *view, const struct bon_neural_sections *sections,
                                   const struct bon_artefact *artefact);
bon_status bon_neural_weights_write(struct bon_artefact_writer *writer, const struct bon_encoder_packed *packed);
/* Whether an artefact has these sections, by their header. */
bool bon_neural_is_in(const struct bon_artefact *artefact);

/* ---- what training begins with ---- */

struct bon_neural_words_file {
    struct bon_artefact *artefact;
    struct bon_encoder_config config;
    struct bon_neural_words words;
    float *priors; /* gates x BON_MARK_LABELS, BON_PRIOR_NEVER where a gate has no such label */
};

/* Writes an artefact of these alone, atomically. */
bon_status bon_neural_words_write(const char *path, const struct bon_encoder_config *config,
                                  const struct bon_neural_words *words, const float *priors);
/* Opens one, or any other with these sections alone (BON_NEURAL_KIND), verified. */
bon_status bon_neural_words_open(struct bon_neural_words_file *file, const char *path);
void bon_neural_words_close(struct bon_neural_words_file *file);

/* The first of `count` names for which the folder of a model has a file; false: it has none. */
bool bon_neural_beside(const char *model, const char *const *names, size_t count, char path[PATH_MAX]);

#endif
