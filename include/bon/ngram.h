/* bon/ngram.h: n-gram language models: estimate, store, query. Any language's tokens; text is whitespace-separated.
 *
 * Probabilities are log10, as in ARPA files. The estimator is interpolated modified Kneser-Ney (Chen & Goodman 1998; the
 * numbers of KenLM's lmplz, Heafield et al. 2013).
 *
 *     bon_lm *lm;  bon_lm_state state, next;
 *     if (bon_lm_open(&lm, "vi.bonlm", NULL) == BON_OK) {
 *         bon_lm_state_begin(lm, &state);                                  // after <s>
 *         float p = bon_lm_score(lm, &state, bon_lm_word(lm, "tôi", 4), &next, NULL);
 *         bon_lm_close(lm);
 *     }
 *
 * Models (bon_lm, bon_lm_predictor), tables and counts do not change once they are made and may be shared between threads; builders,
 * counters, pruners and tuners belong to one thread at a time. Every function that makes something may return BON_ERR_NOMEM, and
 * BON_ERR_LIMIT where there are more words or n-grams than 32 bits can number.
 */
#ifndef BON_NGRAM_H
#define BON_NGRAM_H

#include <stdbool.h>

#include "bon/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BON_LM_MAX_ORDER = 8, BON_LM_MEMORY_MIN = 8000000, BON_LM_UNK = 0, BON_LM_BOS = 1, BON_LM_EOS = 2 };

/* ---- query ---- */

typedef struct bon_lm bon_lm;

/* Two forms of a model file; every function takes both. */
typedef enum bon_lm_layout {
    BON_LM_LAYOUT_AUTO,  /* fast for floats, small when quantized */
    BON_LM_LAYOUT_FAST,  /* a hash table an order: 20 to 30 bytes an n-gram, one cache line a probe; floats only */
    BON_LM_LAYOUT_SMALL, /* a compressed trie: some 2.5 bytes an n-gram at 8 bits */
} bon_lm_layout;

typedef struct bon_lm_open_options {
    int lazy;             /* non-zero: check the header now, section checksums only in bon_lm_verify */
    int resident;         /* non-zero: read the file into memory, in huge pages where the system gives them, instead of
                             mapping it: slower to open, faster to query, not shared between processes */
    uint32_t reserved[6]; /* zero */
} bon_lm_open_options;

/* Maps a .bonlm file. options NULL = defaults (every checksum is verified). BON_ERR_FORMAT and BON_ERR_VERSION name the
 * file, the reason and the offset. The handle is immutable and may be shared between threads. */
BON_API bon_status bon_lm_open(bon_lm **out, const char *path, const bon_lm_open_options *options);
BON_API void bon_lm_close(bon_lm *lm);
/* Reads the whole file and compares every section with its checksum; BON_ERR_FORMAT names the first that differs. */
BON_API bon_status bon_lm_verify(const bon_lm *lm);

BON_API unsigned bon_lm_order(const bon_lm *lm);
/* Number of n-grams of one order (1..order); 0 outside. Order 1 counts <unk>, <s> and </s>. */
BON_API uint64_t bon_lm_count(const bon_lm *lm, unsigned order);
/* Id of a word; BON_LM_UNK when the model does not know it. Ids are dense, below bon_lm_count(lm, 1). */
BON_API uint32_t bon_lm_word(const bon_lm *lm, const char *word, size_t n);
/* Bytes of a word (owned by lm, not NUL-terminated); NULL for an id out of range. */
BON_API const char *bon_lm_word_text(const bon_lm *lm, uint32_t id, size_t *n);

/* BON_LM_LAYOUT_FAST or BON_LM_LAYOUT_SMALL. */
BON_API bon_lm_layout bon_lm_layout_of(const bon_lm *lm);
/* Bits of a stored probability or back-off; 0 = floats. (Those of single words are always floats.) */
BON_API unsigned bon_lm_quantize_bits(const bon_lm *lm);
/* The sections of the file: name, offset and size in bytes of the i-th (results may be NULL); NULL behind the last one. */
BON_API size_t bon_lm_section_count(const bon_lm *lm);
BON_API const char *bon_lm_section(const bon_lm *lm, size_t index, uint64_t *offset, uint64_t *size);

/* What the model needs to remember of the words before: the longest known context that can still be extended. Equal states
 * (bon_lm_state_equal) give equal futures. Plain data: copy freely. words[0] is the most recent word; what stands for the words
 * before it is up to the model (the small layout has smaller numbers for them). */
typedef struct bon_lm_state {
    uint32_t words[BON_LM_MAX_ORDER - 1];
    float backoff[BON_LM_MAX_ORDER - 1]; /* of the context of length i + 1 */
    uint32_t length;
} bon_lm_state;

BON_API void bon_lm_state_begin(const bon_lm *lm, bon_lm_state *state); /* after <s> */
BON_API void bon_lm_state_empty(bon_lm_state *state);                   /* nothing known */
BON_API bool bon_lm_state_equal(const bon_lm_state *a, const bon_lm_state *b);

/* log10 p(word | state), and the state after the word in *next (may be the same object as state). *matched (may be NULL)
 * is the order of the longest n-gram found. Allocates nothing. */
BON_API float bon_lm_score(const bon_lm *lm, const bon_lm_state *state, uint32_t word, bon_lm_state *next,
                           unsigned *matched);

/* The same for many words at once, several times as fast: what is read for one word is fetched while others are scored.
 * matched may be NULL.
 *
 * bon_lm_score_words: words[0..n) follow one another, from *state on, which is moved behind them; behind </s> begins a new
 * sentence with <s>. bon_lm_score_batch: n words each after a state of its own; next[] may be states[]. */
BON_API void bon_lm_score_words(const bon_lm *lm, bon_lm_state *state, const uint32_t *words, size_t n, float *logprob,
                                uint8_t *matched);
BON_API void bon_lm_score_batch(const bon_lm *lm, const bon_lm_state *states, const uint32_t *words, size_t n,
                                bon_lm_state *next, float *logprob, uint8_t *matched);

typedef struct bon_lm_totals {
    uint64_t tokens;        /* words and sentence ends */
    uint64_t oov;           /* words the model does not know */
    double logprob10;       /* of all tokens, unknown ones as <unk> */
    double logprob10_known; /* of all but the unknown ones */
} bon_lm_totals;

/* Adds one line (whitespace-separated tokens, without its newline) as a sentence <s> ... </s> to *totals. */
BON_API void bon_lm_score_line(const bon_lm *lm, const char *line, size_t n, bon_lm_totals *totals);
/* 10^(-logprob/tokens), with and without the unknown words; NaN when there is nothing to divide by. */
BON_API double bon_lm_perplexity(const bon_lm_totals *totals);
BON_API double bon_lm_perplexity_known(const bon_lm_totals *totals);

/* ---- prediction ---- */

/* What questions for the next word need beside the model: 8 bytes a bigram, made by reading the whole model once (which takes
 * about 20 bytes an n-gram while it lasts). Immutable, to be shared between threads; the model must outlive it.
 *
 *     bon_lm_state_begin(lm, &state);                              // then "hôm", "nay" with bon_lm_score
 *     n = bon_lm_predict(predictor, &state, NULL, best, 5);        // "trời", "là", ...
 */
typedef struct bon_lm_predictor bon_lm_predictor;

BON_API bon_status bon_lm_predictor_open(bon_lm_predictor **out, const bon_lm *lm);
BON_API void bon_lm_predictor_close(bon_lm_predictor *predictor);

typedef struct bon_lm_predict_options {
    bool (*accept)(void *user, uint32_t word); /* words it says no to are left out; may be NULL */
    void *user;
    uint32_t reserved[8]; /* zero */
} bon_lm_predict_options;

typedef struct bon_lm_prediction {
    uint32_t word;  /* any but <unk> and <s>; </s> is the end of the sentence */
    float logprob;  /* log10 p(word | state) */
    uint32_t order; /* of the longest n-gram that says so */
} bon_lm_prediction;

/* The `most` likeliest words after a state, likeliest first (equal ones by id), in predictions[]; returns how many, fewer only
 * when there are no more. Exact: what scoring every word would find. Allocates nothing. options may be NULL. */
BON_API size_t bon_lm_predict(const bon_lm_predictor *predictor, const bon_lm_state *state,
                              const bon_lm_predict_options *options, bon_lm_prediction *predictions, size_t most);

/* ---- estimation ---- */

/* Where a model is estimated; it is the same anywhere. */
typedef enum bon_lm_device {
    BON_LM_DEVICE_CPU,
    BON_LM_DEVICE_CUDA, /* the first GPU; BON_ERR_ARGUMENT when there is none, or the library was built without CUDA */
    BON_LM_DEVICE_EMULATE /* the CPU, in the GPU's way, one thing after the other: slow; to test it where there is no GPU */
} bon_lm_device;

typedef struct bon_lm_build_options {
    unsigned order; /* 1..BON_LM_MAX_ORDER; 0 = 3 */
    uint32_t
        prune[BON_LM_MAX_ORDER];   /* n-grams of order i + 1 seen at most prune[i] times are left out; not decreasing */
    unsigned threads;              /* 0 = 1 */
    int discount_fallback;         /* non-zero: use `fallback` where there is too little data for discounts */
    int skip_symbols;              /* non-zero: <s>, </s>, <unk> in the text are read as blanks instead of an error */
    const char *const *vocabulary; /* NULL = open; else n-grams with other words are pruned; used until estimate */
    size_t vocabulary_size;
    int definition; /* non-zero: discounts by their definition, not as lmplz takes them (see src/ngram/discount.c) */
    float
        threshold; /* above 0: n-grams above order 1 are left out without which perplexity rises by less than this part of
                         it, on another text like this one; their counts go to the lower orders (see src/ngram/thin.c) */
    uint64_t
        memory; /* 0 = as much as it takes; else bytes, at least BON_LM_MEMORY_MIN: what does not fit goes to temporary
                        files, on one thread. The process stays within 64 MiB above it; the model is the same */
    const char *folder; /* for temporary files; NULL = /tmp */
    unsigned
        device; /* bon_lm_device; on another one than the CPU, `memory` is of that device, and there are no files */
    int unknown_mass;  /* non-zero: what discounts leave over of words goes to <unk> alone, not to all alike */
    float fallback[3]; /* discounts of counts 1, 2, 3 and more, each at most the count; all 0 = 0.5, 1, 1.5 */
    uint32_t reserved[3];
} bon_lm_build_options;

typedef struct bon_lm_builder bon_lm_builder;

/* options NULL or all zeros = defaults; BON_ERR_ARGUMENT says which one is out of range. */
BON_API bon_status bon_lm_builder_open(bon_lm_builder **out, const bon_lm_build_options *options);
BON_API void bon_lm_builder_close(bon_lm_builder *builder);
/* Adds whole lines of whitespace-separated tokens, each a sentence. `name` and first_line only serve messages. BON_ERR_DATA names
 * the line that has <s>, </s> or <unk> (see skip_symbols); BON_ERR_ARGUMENT: counts were added before. */
BON_API bon_status bon_lm_builder_add(bon_lm_builder *builder, const char *text, size_t n, const char *name,
                                      uint64_t first_line);

/* Adds counted n-grams in place of text (bon_counter, see below), of the model's order or above: parts of a text in any
 * grouping and order give the model that the definition gives for the whole (bon_lm_build_options.definition). */
typedef struct bon_counts
    bon_counts; /* n-grams with counts, in order of their words' bytes, first word first; immutable */
BON_API bon_status bon_lm_builder_add_counts(bon_lm_builder *builder, const bon_counts *counts);
/* The same from a .bonc file, of which no more than a buffer is in memory at a time. */
BON_API bon_status bon_lm_builder_add_counts_file(bon_lm_builder *builder, const char *path);

/* An estimated (or read) model in memory: what files are written from. */
typedef struct bon_lm_table bon_lm_table;

/* Estimates the model; the builder is used up: BON_ERR_ARGUMENT to whoever adds or estimates once more. BON_ERR_DATA when
 * there is too little data (says which order and what to pass). */
BON_API bon_status bon_lm_builder_estimate(bon_lm_builder *builder, bon_lm_table **out);
/* Reads an ARPA file (plain, gzip, bzip2 or zstd). Ill-formed files are refused with their line number. */
BON_API bon_status bon_lm_table_read_arpa(bon_lm_table **out, const char *path);
/* Unpacks a model. Quantized values stay the rounded ones. BON_ERR_FORMAT when its content is inconsistent. */
BON_API bon_status bon_lm_table_from_lm(bon_lm_table **out, const bon_lm *lm);
BON_API void bon_lm_table_close(bon_lm_table *table);
BON_API unsigned bon_lm_table_order(const bon_lm_table *table);
BON_API uint64_t bon_lm_table_count(const bon_lm_table *table, unsigned order);

/* Entropy pruning (Stolcke 1998, "Entropy-based pruning of backoff language models"): an n-gram is left out when without it the
 * perplexity of the model on its own text rises by less than the threshold, relatively (1e-8 is a little, 1e-6 much), unless a
 * longer n-gram that stays needs it. Back-offs are made anew, so that probabilities still sum to 1. */
typedef struct bon_lm_pruner bon_lm_pruner;

/* Works out what each n-gram is worth. The table is used until the pruner is closed, and not changed. */
BON_API bon_status bon_lm_pruner_open(bon_lm_pruner **out, const bon_lm_table *table);
BON_API void bon_lm_pruner_close(bon_lm_pruner *pruner);
/* How many n-grams of all orders stay at a threshold; it falls as the threshold rises. */
BON_API uint64_t bon_lm_pruner_count(bon_lm_pruner *pruner, double threshold);
/* The smallest threshold, to a thousandth of it, at which at most `ngrams` n-grams stay; INFINITY when the unigrams are more. */
BON_API double bon_lm_pruner_threshold(bon_lm_pruner *pruner, uint64_t ngrams);
BON_API bon_status bon_lm_pruner_apply(bon_lm_pruner *pruner, double threshold, bon_lm_table **out);

/* Leaves out words, and all n-grams with them: keeps the `most` likeliest ones, or, where words is not NULL, those in the list.
 * <unk> gets what they had, and back-offs are made anew, so that probabilities still sum to 1. */
BON_API bon_status bon_lm_reduce(bon_lm_table **out, const bon_lm_table *table, uint64_t most, const char *const *words,
                                 size_t word_count);

/* The same as bon_lm_score_line with the model that would be written (not quantized), slower. */
BON_API void bon_lm_table_score_line(const bon_lm_table *table, const char *line, size_t n, bon_lm_totals *totals);

/* Mixes models linearly: p(w | h) = sum of weights[i] * p_i(w | h). The mix has every n-gram that one of the models has; its
 * back-offs are made so that probabilities sum to 1. Weights sum to 1 (BON_ERR_ARGUMENT); a model of weight 0 is left out. A
 * word that a model does not know has probability 0 in it. Orders and vocabularies may differ. */
BON_API bon_status bon_lm_interpolate(bon_lm_table **out, const bon_lm_table *const *models, const double *weights,
                                      size_t count);

/* Finds the weights with which a mix foretells a text best. models[] is used until the tuner is closed.
 *
 *     bon_lm_tuner_open(&tuner, models, 2);
 *     bon_lm_tuner_add(tuner, "hôm nay trời đẹp", 22);         // more lines ...
 *     bon_lm_tuner_weights(tuner, weights);
 *     bon_lm_interpolate(&mix, models, weights, 2);
 */
typedef struct bon_lm_tuner bon_lm_tuner;

BON_API bon_status bon_lm_tuner_open(bon_lm_tuner **out, const bon_lm_table *const *models, size_t count);
BON_API void bon_lm_tuner_close(bon_lm_tuner *tuner);
/* Adds a line (tokens, without its newline) as a sentence. */
BON_API bon_status bon_lm_tuner_add(bon_lm_tuner *tuner, const char *line, size_t n);
/* How well one of the models alone foretells what was added. */
BON_API const bon_lm_totals *bon_lm_tuner_totals(const bon_lm_tuner *tuner, size_t model);
/* The best weights, in weights[count]. Those of models that help with next to nothing are 0. BON_ERR_DATA without text. */
BON_API bon_status bon_lm_tuner_weights(const bon_lm_tuner *tuner, double *weights);

/* Writes ARPA text to a path ("-" = stdout; .gz and .zst compress). */
BON_API bon_status bon_lm_table_write_arpa(const bon_lm_table *table, const char *path);

typedef struct bon_lm_write_options {
    unsigned quantize_bits; /* 0 = 32-bit floats; 2..16 = that many bits for each probability and back-off */
    unsigned layout;        /* bon_lm_layout */
    uint32_t reserved[6];
} bon_lm_write_options;

/* Writes a .bonlm file, atomically. */
BON_API bon_status bon_lm_table_write(const bon_lm_table *table, const char *path, const bon_lm_write_options *options);

/* ---- counting ---- */

/* Collects text, then counts the distinct n-grams of one order within its lines (no <s>, </s>; every token is a word). */
typedef struct bon_counter bon_counter;

BON_API bon_status bon_counter_open(bon_counter **out, unsigned order); /* 1..BON_LM_MAX_ORDER */
BON_API void bon_counter_close(bon_counter *counter);
/* Adds whole lines of tokens. */
BON_API bon_status bon_counter_add(bon_counter *counter, const char *text, size_t n);

/* Says that what is added is part `index` (from 0) of a text cut in `of` parts. The counts and their file remember it, so that
 * a part is missed or noticed when it comes twice. BON_ERR_ARGUMENT unless index < of. */
BON_API bon_status bon_counter_shard(bon_counter *counter, uint32_t index, uint32_t of);

/* Counts; the counter is used up: BON_ERR_ARGUMENT to whoever adds or counts once more. */
BON_API bon_status bon_counter_finish(bon_counter *counter, bon_counts **out);
BON_API void bon_counts_close(bon_counts *counts);
BON_API unsigned bon_counts_order(const bon_counts *counts);
BON_API uint64_t bon_counts_size(const bon_counts *counts); /* distinct n-grams */
/* The count of n-gram i < size; its word ids in words[order] when that is not NULL. */
BON_API uint64_t bon_counts_at(const bon_counts *counts, uint64_t i, uint32_t *words);
/* Bytes of a word (owned by counts, not NUL-terminated); NULL for an id out of range. Ids ascend with the words' bytes. */
BON_API const char *bon_counts_word(const bon_counts *counts, uint32_t id, size_t *n);
/* Adds up counts of the same order: parts of a text in any grouping and order give the same file as the whole. */
BON_API bon_status bon_counts_merge(bon_counts **out, const bon_counts *const *parts, size_t part_count);
/* Writes and reads .bonc files (docs/bonc-format.md). */
BON_API bon_status bon_counts_write(const bon_counts *counts, const char *path);
BON_API bon_status bon_counts_read(bon_counts **out, const char *path);
/* Writes "ngram TAB count" lines for counts of at least `least`, most frequent first, then by bytes. */
BON_API bon_status bon_counts_print(const bon_counts *counts, const char *path, uint64_t least);

#ifdef __cplusplus
}
#endif
#endif
