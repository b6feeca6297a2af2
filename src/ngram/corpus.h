/* src/ngram/corpus.h: the training text as word ids, the one thing that the estimator keeps of it. */
#ifndef BON_SRC_NGRAM_CORPUS_H
#define BON_SRC_NGRAM_CORPUS_H

#include <stdbool.h>

#include "base/store.h"
#include "bon/ngram.h"
#include "ngram/vocab.h"

/* Blanks are the bytes that lmplz takes for blanks: NUL, tab, newline, carriage return, space. */
static inline bool bon_lm_is_blank(unsigned char byte) {
    return byte <= 0x20 && (1ull << byte & (1ull << 0 | 1ull << '\t' | 1ull << '\n' | 1ull << '\r' | 1ull << ' '));
}

enum bon_corpus_kind {
    BON_CORPUS_SENTENCES, /* a line is <s> word ... </s>; these symbols and <unk> may not stand in the text */
    BON_CORPUS_SKIPPING,  /* the same, but symbols in the text are read as blanks */
    BON_CORPUS_LINES      /* for counting: a line is a break and its words, last one first; every word is just a word */
};

/* Ids below this are symbols: <unk>, <s>, </s>; in BON_CORPUS_LINES stand-ins that no text can contain, 1 = line break. */
enum { BON_CORPUS_SYMBOLS = 3 };

struct bon_corpus {
    struct bon_vocab vocab; /* symbols, then words as first seen */
    uint32_t *ids;          /* [count] one line after the other */
    size_t count;
    size_t cap;
    uint64_t lines;
    enum bon_corpus_kind kind;
    unsigned
        row; /* 0: ids are running text; else they are windows of so many items, counted beforehand, which stand for
                         the place of their last item each */
    uint32_t *weight; /* [count / row] how often each window was seen; NULL in running text */
    size_t weight_cap;
    uint64_t total;    /* of the weights */
    uint64_t *drained; /* [drained_cap] how often each id was in the text already dropped by bon_corpus_drain */
    size_t drained_cap;
    struct bon_short_word *shorts; /* a small cache in front of vocab, see corpus.c */
    struct bon_store *store;       /* where ids and weight are; the owner sets it before anything is added */
};

/* All zeros, then bon_corpus_open; bon_corpus_free also after a failure. */
bon_status bon_corpus_open(struct bon_corpus *corpus, enum bon_corpus_kind kind);
void bon_corpus_free(struct bon_corpus *corpus);
/* BON_ERR_ARGUMENT when it is not open any more. */
bon_status bon_corpus_check(const struct bon_corpus *corpus);
/* Adds whole lines, each a sentence. After a failure the corpus is as it was (words without occurrence apart). */
bon_status bon_corpus_add(struct bon_corpus *corpus, const char *text, size_t n, const char *name, uint64_t first_line);

/* Adds counted windows (bon_counts) to a corpus that has no text: an estimator can tell no difference, but for the order of
 * lines. All counts added must be of the same order. */
bon_status bon_corpus_add_counts(struct bon_corpus *corpus, const bon_counts *counts);
/* The same from a file, as it is read. */
struct bon_counts_file;
bon_status bon_corpus_add_counts_file(struct bon_corpus *corpus, const struct bon_counts_file *file);

/* Counts the words read so far and drops the text: what is enough when only words are counted. */
bon_status bon_corpus_drain(struct bon_corpus *corpus);

/* How often the window that ends at ids[at] was seen. */
static inline uint32_t bon_corpus_weight(const struct bon_corpus *corpus, size_t at) {
    return corpus->row ? corpus->weight[at / corpus->row] : 1;
}

/* How words are to be numbered, and which are wanted. */
struct bon_word_rule {
    uint64_t prune;             /* words seen at most so often are not kept */
    const char *const *allowed; /* words not in this list are not kept; NULL = all are */
    size_t allowed_count;
    bool by_bytes; /* in byte order instead of by count */
};

/* How they were numbered. */
struct bon_word_order {
    uint32_t types;       /* ids are below this */
    uint32_t kept;        /* ids from here on are not to appear in the model */
    uint64_t *counts;     /* [types] how often each was seen; <s>: lines, <unk>: 0 */
    uint32_t *first_seen; /* [types] symbols, then words as they came in the text: their numbers before */
};

void bon_word_order_free(struct bon_word_order *order);

/* Renumbers the corpus for good: the symbols, then words to keep by count, largest first, then bytes, so that ids do not
 * depend on the order of the text; then words not to keep. The vocabulary afterwards holds the words kept. */
bon_status bon_corpus_renumber(struct bon_corpus *corpus, const struct bon_word_rule *rule,
                               struct bon_word_order *order);

#endif
