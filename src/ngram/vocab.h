/* src/ngram/vocab.h: words <-> dense ids while a model is made. Ids count up from 0 in the order of first addition. */
#ifndef BON_SRC_NGRAM_VOCAB_H
#define BON_SRC_NGRAM_VOCAB_H

#include "base/arena.h"

struct bon_vocab_word {
    const char *text;
    uint32_t len;
    uint32_t hash; /* high half of the 64-bit hash: most mismatches end here */
};

struct bon_vocab {
    struct bon_vocab_word *words; /* [count] */
    uint32_t count;
    size_t cap;
    uint32_t *slots; /* open addressing, id + 1; 0 = free */
    size_t slot_mask;
    struct bon_arena arena;
};

#define BON_VOCAB_NONE UINT32_MAX

/* All zeros is an empty vocabulary. */
bon_status bon_vocab_add(struct bon_vocab *vocab, const char *text, size_t n, uint32_t *id); /* finds or adds */
uint32_t bon_vocab_find(const struct bon_vocab *vocab, const char *text, size_t n);          /* or BON_VOCAB_NONE */
void bon_vocab_free(struct bon_vocab *vocab);

/* memcmp, then the shorter one first. */
int bon_compare_bytes(const char *a, size_t a_size, const char *b, size_t b_size);
int bon_vocab_compare(const struct bon_vocab_word *a, const struct bon_vocab_word *b);

#endif
