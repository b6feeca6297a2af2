/* src/corpus/stats.h: what a corpus is made of: counts of a stream of text, and the sums of the counts of its parts.
 *
 *     text ──bon_stats_map, one worker a thread──▶ tables ──bon_stats_finish──▶ a merge of all ──▶ summary or state file
 *
 * Everything that is counted is a sum, or the least of something, over the text's lines and words, so it does not matter which thread or
 * process met them, nor in which order parts are put together, but for the curve of Heaps: there, parts stand one behind the
 * other. What can be large (runs of words, lines, words) is in tables that go to disk as sorted runs when memory ends: results
 * are exact in any memory.
 *
 * Lines in a legacy charset are converted first, and all text is normalized; words are counted in lower case. Runs of two and three
 * words do not reach over anything but blanks: a number, a comma, the end of a line part them.
 */
#ifndef BON_SRC_CORPUS_STATS_H
#define BON_SRC_CORPUS_STATS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/pipeline.h"
#include "bon/normalize.h"
#include "corpus/stats_merge.h"
#include "corpus/stats_words.h"

enum {
    BON_STATS_ORDER_MAX = 3,
    BON_STATS_SOURCES_MAX = 4096,
    BON_STATS_DENSITIES = 20,     /* steps of 5 %; the last has 100 %, too */
    BON_STATS_LENGTHS = 32,       /* words of a line: 0, 1, 2-3, 4-7, ... */
    BON_STATS_DENSE_SYLLABLES = 5 /* a line with fewer has no mark density */
};

/* What a line's bytes are. The first BON_CHARSETS are those charsets; UTF-8 there means letters beyond ASCII. */
enum { BON_STATS_ASCII = BON_CHARSETS, BON_STATS_UNSURE, BON_STATS_ENCODINGS };

/* Sums: nothing but uint64_t, so that adding up is one loop and a state file holds them as they are. */
struct bon_stats_sums {
    uint64_t bytes;     /* of the text as it was, line ends too */
    uint64_t documents; /* JSON objects with the field */
    uint64_t lines, blank_lines;
    uint64_t characters; /* of the text normalized, line ends not */
    uint64_t kinds[BON_TOKEN_KINDS];
    uint64_t looks[BON_STATS_LOOKS];         /* words that are no syllables */
    uint64_t marked;                         /* syllables with a mark */
    uint64_t encodings[BON_STATS_ENCODINGS]; /* lines that are not blank */
    uint64_t rules[BON_RULES];               /* what normalization changed */
    uint64_t densities[BON_STATS_DENSITIES]; /* lines by the share of their syllables that have a mark */
    uint64_t lengths[BON_STATS_LENGTHS];     /* lines that are not blank by their number of syllables and words */
};

enum { BON_STATS_SUMS = sizeof(struct bon_stats_sums) / sizeof(uint64_t) };

void bon_stats_sums_add(struct bon_stats_sums *to, const struct bon_stats_sums *from);
static inline uint64_t bon_stats_tokens(const struct bon_stats_sums *sums) {
    uint64_t total = 0;
    for (unsigned i = 0; i < BON_TOKEN_KINDS; i++) total += sums->kinds[i];
    return total;
}

struct bon_stats_source {
    char *name;
    size_t len;
    struct bon_stats_sums sums;
};

struct bon_stats_syllable {
    uint64_t count, first; /* as of bon_stats_word */
};

struct bon_stats_options {
    unsigned order;           /* 1 to 3: runs of so many words are counted */
    const char *json_field;   /* the text of JSON lines; NULL = plain text */
    const char *source_field; /* with json_field: what names the source of an object; NULL = the file */
    uint64_t memory;          /* bytes for tables; 0 = no limit */
    const char *folder;       /* for what does not fit */
    unsigned threads;         /* that memory is dealt out to; 0 = 1 */
};

struct bon_stats;

/* Strings are copied. */
bon_status bon_stats_open(struct bon_stats **out, const struct bon_stats_options *options);
void bon_stats_close(struct bon_stats *stats); /* NULL is fine */

/* For a pipeline with whole_lines whose context leads to `stats`: the worker of a thread, the map and the sink. */
struct bon_stats_worker;
bon_status bon_stats_worker_open(struct bon_stats *stats, struct bon_stats_worker **worker);
bon_status bon_stats_map(struct bon_stats *stats, struct bon_stats_worker *worker, const struct bon_chunk *chunk,
                         bon_buf *out);
bon_status bon_stats_sink(struct bon_stats *stats, const struct bon_chunk *chunk, const bon_buf *mapped);

/* Adds what a state file holds, behind all that was there; it must be of the same order and kind of text. */
bon_status bon_stats_add_state(struct bon_stats *stats, const char *path);

/* Ends the counting, once: sources and syllables are those of all parts now. */
bon_status bon_stats_finish(struct bon_stats *stats);

/* After bon_stats_finish, as often as wanted. */
const struct bon_stats_options *bon_stats_options_of(const struct bon_stats *stats);
const struct bon_stats_source *const *bon_stats_sources(const struct bon_stats *stats, size_t *count); /* by name */
uint64_t bon_stats_positions(const struct bon_stats *stats);                         /* words in all, syllables too */
const struct bon_stats_syllable *bon_stats_syllables(const struct bon_stats *stats); /* [BON_SYLLABLE_CODES] */
bool bon_stats_was_on_disk(const struct bon_stats *stats);
bon_status bon_stats_merge_runs(const struct bon_stats *stats, struct bon_tally_merge *merge);
bon_status bon_stats_merge_words(const struct bon_stats *stats, struct bon_stats_words_merge *merge);
/* Writes all of it as an artefact of kind "bonstat" (docs/bonstat-format.md). */
bon_status bon_stats_write_state(const struct bon_stats *stats, const char *path);

#endif
