/* src/corpus/stats_parts.h: what is inside of struct bon_stats, shared by stats.c, stats_read.c and stats_state.c. */
#ifndef BON_SRC_CORPUS_STATS_PARTS_H
#define BON_SRC_CORPUS_STATS_PARTS_H

#include <pthread.h>

#include "base/artefact.h"
#include "corpus/stats.h"
#include "corpus/stats_keys.h"
#include "normalize/charset.h"
#include "syllable/segment.h"

/* All zeros is empty. */
struct bon_stats_sources {
    struct bon_stats_source **items; /* each stays where it is */
    size_t count, cap;
};

/* Finds or adds. BON_ERR_LIMIT above BON_STATS_SOURCES_MAX. */
bon_status bon_stats_source_named(struct bon_stats_sources *sources, const char *name, size_t n,
                                  struct bon_stats_source **source);
void bon_stats_sources_free(struct bon_stats_sources *sources);

/* Keys on their way to the tables while the memory answers; short ones are added all at once. */
enum { BON_STATS_DELAY = 32, BON_STATS_BATCH = 64 };

/* What a thread counts. */
struct bon_stats_worker {
    struct bon_stats_sources sources;
    struct bon_stats_source *last; /* that was looked up */
    struct bon_stats_syllable syllables[BON_SYLLABLE_CODES];
    struct bon_short runs;  /* of syllables */
    struct bon_tally tally; /* other runs, and lines */
    struct bon_stats_words words;
    uint64_t batch[BON_STATS_BATCH];
    size_t batch_count;
    struct bon_tally_key delayed[BON_STATS_DELAY];
    size_t delayed_count; /* in all; the last ones are waiting */
    struct bon_word_cache *cache;
    bon_buf text, raw, name, lower, scratch;
    uint64_t first; /* position of the next word */
    struct bon_stats_worker *next;
};

/* A state file that was added. */
struct bon_stats_part {
    struct bon_artefact *artefact;
    const uint64_t *slots; /* of runs of syllables */
    uint64_t slot_count;
    const struct bon_tally_entry *runs;
    uint64_t run_count;
    const struct bon_stats_word *words;
    uint64_t word_count;
    uint64_t offset; /* words before it */
};

struct bon_stats {
    struct bon_stats_options options;
    char *strings[3]; /* of the options */
    bon_normalizer *plain, *automatic;
    bool marked[BON_SYLLABLE_CODES]; /* syllables with a mark */
    pthread_mutex_t lock;            /* of `workers` */
    struct bon_stats_worker *workers;
    uint64_t *bases; /* [chunks] words before each chunk */
    size_t chunks, bases_cap;
    uint64_t positions; /* words in all so far */
    struct bon_stats_part *parts;
    size_t part_count, parts_cap;
    /* The sums of all. */
    struct bon_stats_sources sources;
    struct bon_stats_syllable *syllables;
};

/* Counts the keys that wait. */
bon_status bon_stats_worker_settle(struct bon_stats_worker *worker);
void bon_stats_worker_free(struct bon_stats_worker *worker);
/* Adds sums and syllables of a part that stands behind all before; bases as of bon_stats_words_merge_table. */
bon_status bon_stats_add_sources(struct bon_stats *stats, const struct bon_stats_source *const *sources, size_t count);
void bon_stats_add_syllables(struct bon_stats *stats, const struct bon_stats_syllable *syllables, const uint64_t *bases,
                             uint64_t offset);

#endif
