/* src/ngram/table.h: a model in memory, between those who make it (estimator, ARPA reader, unpacker) and those who write it
 * (ARPA writer, packer).
 *
 * The n-grams form a reverse trie: level 1 has the last word of an n-gram, its children the word before, and so on; the node
 * of w1 w2 w3 is reached by w3, w2, w1. Children of a node are contiguous and ascend by word id; so each level as a whole is in
 * suffix order, the order in which the estimator finds n-grams. Invariant: the suffix w2..wk of every n-gram w1..wk is in the
 * table (estimators give that; the ARPA reader adds what a file leaves out and marks it `blank`).
 */
#ifndef BON_SRC_NGRAM_TABLE_H
#define BON_SRC_NGRAM_TABLE_H

#include "base/artefact.h"
#include "base/store.h"
#include "bon/ngram.h"
#include "ngram/vocab.h"

struct bon_lm_level {
    uint32_t count;
    uint32_t *word;        /* [count] the leftmost word of the n-gram; level 1: word[i] == i */
    uint32_t *first_child; /* [count + 1] into the next level; NULL at the highest order */
    uint32_t
        *context; /* [count] the n-gram less its last word in the level below; NULL below order 3 and where not known */
    float *logprob; /* [count] log10; <s> has 0 as in KenLM's files */
    float *backoff; /* [count] log10, 0 where the n-gram has no continuation; NULL at the highest order */
    uint8_t
        *extends;   /* [count] 1 where some longer n-gram begins with this one (it is a context); NULL at the highest */
    uint8_t *blank; /* [count] 1 = not in the ARPA file, only there to keep the trie whole; NULL = none */
};

struct bon_lm_table {
    unsigned order;
    unsigned threads;                            /* that writing it may use; 0 and 1: no more than the caller's */
    struct bon_vocab vocab;                      /* ids 0 <unk>, 1 <s>, 2 </s>, then the words */
    struct bon_lm_level level[BON_LM_MAX_ORDER]; /* [order - 1] */
    struct bon_store *store;                     /* where the levels' arrays are, its own; NULL: in memory */
    uint64_t *word_count;                        /* [level[0].count] how often seen in training; NULL when not known */
};

/* Makes room for a level of `count` n-grams (first_child, backoff and extends zeroed, and NULL at the highest order). The
 * level is all zeros after a failure. bon_lm_table_close frees it with the rest. */
bon_status bon_lm_level_alloc(struct bon_lm_level *level, uint32_t count, bool highest);

/* Writes the model's sections (all named "lm.*") into an open artefact, so that others may add theirs (restore's index). */
bon_status bon_lm_table_write_sections(const struct bon_lm_table *table, struct bon_artefact_writer *writer,
                                       const bon_lm_write_options *options);

/* Versions of kind "bonlm" (docs/bonlm-format.md): 1 has packed arrays (the small layout of old), 2 the fast layout, 3 blocks
 * (the small one). */
enum { BON_LM_FILE_VERSION_MAX = 4 };

/* The version of the file that these options ask for; options may be NULL. */
uint32_t bon_lm_file_version(const bon_lm_write_options *options);

#endif
