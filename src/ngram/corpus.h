/* src/ngram/corpus.h: the training text as word ids, the one thing that the estimator keeps of it. */
#ifndef BON_SRC_NGRAM_CORPUS_H
#define BON_SRC_NGRAM_CORPUS_H

#include <stdbool.h>

#include "bon/ngram.h"
#include "ngram/vocab.h"

/* Blanks are the bytes that lmplz takes for blanks: NUL, tab, newline, carriage return, space. */
static inline bool bon_lm_is_blank(unsigned char byte) {
    return byte <= 0x20 && (1ull << byte & (1ull << 0 | 1ull << '\t' | 1ull << '\n' | 1ull << '\r' | 1ull << ' '));
}

struct bon_corpus {
    struct bon_vocab vocab; /* 0 <unk>, 1 <s>, 2 </s>, then words as first seen */
    uint32_t *ids;          /* [count] sentences one after the other, each <s> word ... </s> */
    size_t count;
    size_t cap;
    uint64_t sentences;
    bool skip_symbols;
    struct bon_short_word *shorts; /* a small cache in front of vocab, see corpus.c */
};

/* All zeros, then bon_corpus_open; bon_corpus_free also after a failure. */
bon_status bon_corpus_open(struct bon_corpus *corpus, bool skip_symbols);
void bon_corpus_free(struct bon_corpus *corpus);
/* Adds whole lines, each a sentence. After a failure the corpus is as it was (words without occurrence apart). */
bon_status bon_corpus_add(struct bon_corpus *corpus, const char *text, size_t n, const char *name, uint64_t first_line);

/* How the words were numbered for good. */
struct bon_word_order {
    uint32_t types;   /* ids are below this */
    uint32_t kept;    /* ids from here on are not to appear in the model */
    uint64_t *counts; /* [types] how often each was seen; <s>: sentences, <unk>: 0 */
};

/* Renumbers the corpus: the three symbols, then words to keep by count, largest first, then bytes, so that ids do not depend
 * on the order of the text; then words not to keep. Not kept: words seen at most `prune` times and, when `allowed` is not
 * NULL, words not in it. The vocabulary afterwards holds the words kept. */
bon_status bon_corpus_renumber(struct bon_corpus *corpus, uint64_t prune, const char *const *allowed,
                               size_t allowed_count, struct bon_word_order *order);

#endif
