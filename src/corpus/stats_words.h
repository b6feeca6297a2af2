/* src/corpus/stats_words.h: the words of a text that are no syllables: how often, where first, and what they look like.
 *
 * A word is known by the 64-bit hash of its bytes; of ten million words two meet with probability 10^-6. Records are in a table in the
 * order of their hashes, which becomes sorted runs on disk when memory ends, as stats_tally.h has it; here with a record of 64
 * bytes a slot, since words are few beside runs of them.
 */
#ifndef BON_SRC_CORPUS_STATS_WORDS_H
#define BON_SRC_CORPUS_STATS_WORDS_H

#include <stdbool.h>

#include "base/status.h"

enum { BON_STATS_WORD_SHOWN = 38 };

/* What a word that is no syllable looks like. */
enum bon_stats_look {
    BON_STATS_LOOK_PLAIN,  /* ASCII letters: facebook */
    BON_STATS_LOOK_MARKED, /* letters of Vietnamese, some with marks: ngiêng, đắk, café */
    BON_STATS_LOOK_OTHER,  /* letters that Vietnamese does not have: größe, мир */
    BON_STATS_LOOK_JOINED, /* parts with hyphens or dots: ki-lô-mét, TP.HCM */
    BON_STATS_LOOKS
};

/* As in a state file. count = 0: a free slot. */
struct bon_stats_word {
    uint64_t hash, count;
    uint64_t
        first; /* position among the words of the text; in a table (chunk << BON_STATS_CHUNK_BITS) + position in it */
    uint8_t len, look; /* len: bytes of `text`; above BON_STATS_WORD_SHOWN: the word is longer */
    char text[BON_STATS_WORD_SHOWN];
};

enum { BON_STATS_CHUNK_BITS = 30 }; /* words in a chunk of the pipeline: below 1 GiB */

/* All zeros but for memory and folder is empty. */
struct bon_stats_words {
    uint64_t memory; /* bytes for the table; 0 = no limit */
    const char *folder;

    struct bon_stats_word *table; /* (1 << bits) + spare slots */
    unsigned bits;
    uint64_t count;
    struct bon_store *store;
    int fd;
    uint64_t *run_ends; /* in records */
    size_t runs, runs_cap;
};

/* Counts a word of n bytes in lower case once; joined: a token of parts. Its look is that of its bytes. */
bon_status bon_stats_words_add(struct bon_stats_words *words, uint64_t hash, const char *text, size_t n, bool joined,
                               uint64_t first, enum bon_stats_look *look);
/* Sorts the table; nothing can be added any more. */
void bon_stats_words_freeze(struct bon_stats_words *words);
void bon_stats_words_free(struct bon_stats_words *words);

/* ---- merging ---- */

/* All zeros is a merge of nothing. */
struct bon_stats_words_merge {
    struct bon_stats_words_source *sources;
    size_t count, cap;
};

/* Adds a frozen table with its runs. bases: the number of words before each chunk; offset: before all of it. Both outlive the
 * merge. */
bon_status bon_stats_words_merge_table(struct bon_stats_words_merge *merge, const struct bon_stats_words *words,
                                       const uint64_t *bases, uint64_t offset);
/* Adds ascending records whose `first` is a position. */
bon_status bon_stats_words_merge_array(struct bon_stats_words_merge *merge, const struct bon_stats_word *words,
                                       uint64_t n, uint64_t offset);
/* The words by ascending hash, each once; `first` is a position in the whole. */
bon_status bon_stats_words_next(struct bon_stats_words_merge *merge, struct bon_stats_word *word, bool *end);
void bon_stats_words_merge_free(struct bon_stats_words_merge *merge);

#endif
