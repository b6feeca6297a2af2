/* src/corpus/stats_summary.h: what of the counts a report shows: totals, most frequent words and runs, curves. */
#ifndef BON_SRC_CORPUS_STATS_SUMMARY_H
#define BON_SRC_CORPUS_STATS_SUMMARY_H

#include "base/arena.h"
#include "corpus/stats.h"

struct bon_stats_row {
    const char *text; /* UTF-8, not NUL-terminated; a word that is too long to show ends with an ellipsis */
    size_t len;
    uint64_t count;
};

/* Most frequent first, then by bytes. */
struct bon_stats_list {
    struct bon_stats_row *rows;
    size_t count;
};

struct bon_stats_point {
    double x, y;
};

/* By x. */
struct bon_stats_curve {
    struct bon_stats_point *points;
    size_t count, cap;
};

/* Words (of one), or runs of two and three. */
struct bon_stats_runs {
    uint64_t tokens, types, once; /* in all; different; of them seen once */
    struct bon_stats_list top;
    struct bon_stats_curve zipf; /* rank, count */
    double slope;                /* of zipf in its logarithms, from rank 10 to where counts are 10; 0: too few points */
};

enum { BON_STATS_SHARES = 5 };
extern const double bon_stats_shares[BON_STATS_SHARES]; /* 0.5, 0.9, ... */

struct bon_stats_summary {
    struct bon_stats_sums total;
    const struct bon_stats_source **sources; /* most bytes first */
    size_t source_count;
    unsigned order;
    bool documents, on_disk;

    struct bon_stats_runs runs[BON_STATS_ORDER_MAX];
    struct bon_stats_list looks[BON_STATS_LOOKS]; /* words that are no syllables */
    uint64_t look_types[BON_STATS_LOOKS];

    struct bon_stats_curve heaps, heaps_syllables; /* words read, different words */
    double heaps_factor, heaps_power;              /* different = factor * read ^ power; 0: too few points */

    struct bon_stats_curve coverage; /* rank of a syllable, share of all syllables down to it */
    uint64_t syllable_types;
    uint64_t covering[BON_STATS_SHARES]; /* syllables that make up that share */

    uint64_t tones[BON_TONES], onsets[BON_ONSETS], rhymes[BON_RHYMES];

    uint64_t texts, different_texts;     /* lines that are not blank, or documents */
    uint64_t text_bytes, repeated_bytes; /* of them normalized; of those that were there before */
    struct bon_arena arena;
};

/* Walks over all tables once. top: rows of a list. All zeros, then this; bon_stats_summary_free also after a failure. The counts
 * must outlive it. */
bon_status bon_stats_summarize(struct bon_stats_summary *summary, const struct bon_stats *stats, size_t top);
void bon_stats_summary_free(struct bon_stats_summary *summary);

/* "ngh", "iêng": onsets and rhymes as they are written by themselves; the first onset is "". */
extern const char *const bon_stats_onset_names[BON_ONSETS], *const bon_stats_rhyme_names[BON_RHYMES];

#endif
