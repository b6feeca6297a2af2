/* src/ngram/lm.h: an open .bonlm model: where its sections lie in the mapped file. docs/bonlm-format.md has every byte. */
#ifndef BON_SRC_NGRAM_LM_H
#define BON_SRC_NGRAM_LM_H

#include <assert.h>
#include <stdio.h>

#include "base/artefact.h"
#include "base/resident.h"
#include "bon/ngram.h"
#include "ngram/blocks.h"
#include "ngram/eliasfano.h"

/* Section lm.header. */
struct bon_lm_header {
    uint32_t order;
    uint32_t quantize_bits; /* 0 = floats */
    uint32_t layout;        /* enum bon_lm_file_layout */
    uint32_t probe_max;     /* longest run of slots that finding a word of the vocabulary takes */
    uint64_t slots;         /* of the hash index */
    uint64_t text_bytes;    /* of all words */
    uint64_t count[BON_LM_MAX_ORDER];
    uint64_t seed; /* of the keys of the fast layout */
    uint64_t reserved[3];
};
static_assert(sizeof(struct bon_lm_header) == 128, "lm.header is 128 bytes in the file");

/* The small layout was a trie of packed arrays before it was one of blocks; such files are still read, and written where the
 * blocks cannot hold a model (blocks_write.h). The first fast layout is refused. */
enum bon_lm_file_layout { BON_LM_FILE_ARRAYS, BON_LM_FILE_FAST_2, BON_LM_FILE_BLOCKS, BON_LM_FILE_FAST };
enum { BON_LM_KEEP_BITS = 256, BON_LM_PROBE_LIMIT = 1 << 16 };

/* Packed numbers that stand for floats: raw floats (width 32) or numbers of bins. */
struct bon_lm_values {
    const uint8_t *codes;
    const uint8_t *bins; /* 2^width floats; NULL for raw floats */
    unsigned width;
};

/* The n-grams of one order in the fast layout (fast.h): buckets of 64 bytes. */
struct bon_lm_buckets {
    const uint8_t *lines; /* NULL in the small layout */
    uint64_t count;
};

/* One level of the reverse trie (table.h). Back-offs are stored only for the n-grams that some longer one begins with, the
 * `keep` bits; how many ones come before a bit is the back-off's place. */
struct bon_lm_packed_level {
    uint64_t count;
    struct bon_ef
        word; /* ids, the children of a parent being a run; not at level 1, where the n-gram's index is the id */
    struct bon_lm_values logprob;
    struct bon_ef next;   /* first child in the next level; not at the highest */
    const uint8_t *keep;  /* bits, in u64; NULL at the highest */
    const uint8_t *rank;  /* u32: ones before each BON_LM_KEEP_BITS bits */
    const uint8_t *blank; /* bits: only there to keep the trie whole; NULL = none is */
    struct bon_lm_values backoff;
    uint64_t backoff_count;
    struct bon_lm_buckets buckets; /* fast layout: in place of logprob, keep, rank, blank and backoff */
    struct bon_blocks blocks;      /* blocks: in place of all but blank */
};

struct bon_lm {
    struct bon_artefact *artefact;
    struct bon_resident resident; /* the file's bytes, where they were read instead of mapped */
    struct bon_lm_header header;
    unsigned order;
    uint32_t words;                     /* size of the vocabulary */
    bool ranked;                        /* blocks */
    bool quick;                         /* this processor has popcnt and bmi2 */
    const struct bon_fast_scorer *fast; /* of the fast layout; else NULL */
    const uint8_t *unigrams;            /* fast layout: struct bon_fast_values of every word */
    struct bon_lm_packed_level level[BON_LM_MAX_ORDER];
    const char *text;       /* words one after the other, in id order */
    struct bon_ef text_end; /* words + 1 numbers: where word i begins */
    const uint8_t *slots;   /* packed: id + 1, 0 = free */
    unsigned slot_bits;
};

/* A word, or what stands for the words that the model does not have. */
static inline uint32_t bon_lm_known_word(const bon_lm *lm, uint32_t word) {
    return word < lm->words ? word : BON_LM_UNK;
}

/* Bytes of one flag an n-gram. */
static inline uint64_t bon_lm_flag_bytes(uint64_t count) {
    return (count + BON_LM_KEEP_BITS - 1) / BON_LM_KEEP_BITS * BON_LM_KEEP_BITS / 8;
}

/* Name of a level's section: "lm.3.word". */
static inline void bon_lm_section_name(char name[BON_ARTEFACT_NAME], unsigned order, const char *part) {
    snprintf(name, BON_ARTEFACT_NAME, "lm.%c.%s", (char)('0' + order), part);
}

/* The first slot to look for a word with this hash: the hash scaled to the number of slots. */
static inline uint64_t bon_lm_slot(uint64_t hash, uint64_t slots) { return (hash >> 32) * slots >> 32; }

/* Opens a model over bytes in memory that outlive it, as bon_lm_open does over a file. `name` serves messages. */
bon_status bon_lm_open_memory(bon_lm **out, const void *bytes, size_t n, const char *name,
                              const bon_lm_open_options *options);
/* The container, for sections that others keep beside the model's. Lives as long as lm. */
const struct bon_artefact *bon_lm_artefact(const bon_lm *lm);

#endif
