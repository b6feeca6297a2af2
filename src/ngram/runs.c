/* src/ngram/runs.c: writing runs and merging them by a tree of losers over offset-value codes.
 *
 * The code of a window relative to one before it is (words that it does not share, first word that differs): of two windows
 * behind the same one, that with the smaller code comes first, and its loser's code is right relative to the winner, too; only
 * equal codes need a look at the words behind. Runs are written as just these codes, and so is what comes out, which is what the
 * scan wants to know: merging compares about one integer per level of the tree (Conner 1977; Graefe and Do, "Offset-value
 * coding in database query processing", EDBT 2023).
 */
#include "ngram/runs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/io.h"

/* A record that was made to mislead has numbers of ten bytes, and is read to its end before it is refused. */
enum {
    BUFFER = 1 << 18,
    BUFFER_MIN = 1 << 12,
    SHARED_BITS = 4,
    NUMBER_MAX = 10,
    SLACK = 1 + (BON_RUN_WORDS + 1) * NUMBER_MAX
};

#define NO_STOP (-1)

/* ---- writing ---- */

bon_status bon_runs_open(struct bon_runs *runs, unsigned order, struct bon_store *store) {
    *runs = (struct bon_runs){.order = order, .store = store, .fd = -1};
    runs->buffer = bon_alloc_array(BUFFER, 1);
    return runs->buffer ? bon_store_file(store, &runs->fd) : BON_ERR_NOMEM;
}

void bon_runs_close(struct bon_runs *runs) {
    if (runs->buffer && runs->fd >= 0) close(runs->fd);
    free(runs->run);
    free(runs->buffer);
    *runs = (struct bon_runs){.fd = -1};
}

static bon_status flush(struct bon_runs *runs) {
    BON_TRY(bon_store_write(runs->store, runs->fd, runs->buffer, runs->used));
    runs->size += runs->used;
    runs->used = 0;
    return BON_OK;
}

bon_status bon_runs_begin(struct bon_runs *runs) {
    BON_TRY(bon_grow_array(&runs->run, &runs->cap, runs->count + 1, sizeof *runs->run));
    runs->run[runs->count++] = (struct bon_run){runs->size, runs->size};
    memset(runs->last, 0, sizeof runs->last);
    return BON_OK;
}

size_t bon_number_put(uint8_t *bytes, uint64_t number) {
    size_t n = 0;
    for (; number >= 0x80; number >>= 7) bytes[n++] = (uint8_t)(number | 0x80);
    bytes[n++] = (uint8_t)number;
    return n;
}

/* With `stop`, nothing counts behind that word. */
static size_t put_record(uint8_t *bytes, unsigned order, unsigned shared, const uint32_t *words, uint64_t weight,
                         uint32_t *last, int64_t stop) {
    size_t n = 1;
    uint64_t small = weight < 1 << (8 - SHARED_BITS) ? weight : 0;
    bytes[0] = (uint8_t)(shared | small << SHARED_BITS);
    if (!small) n += bon_number_put(bytes + n, weight);
    for (unsigned j = shared; j < order; j++) {
        n += bon_number_put(bytes + n, words[j] - (j == shared ? last[j] : 0));
        last[j] = words[j];
        if (words[j] == stop) break;
    }
    return n;
}

size_t bon_run_record(uint8_t *bytes, unsigned order, unsigned shared, const uint32_t *words, uint64_t weight,
                      uint32_t *last) {
    return put_record(bytes, order, shared, words, weight, last, NO_STOP);
}

bon_status bon_runs_put(struct bon_runs *runs, unsigned shared, const uint32_t *words, uint64_t weight) {
    if (runs->used + BON_RUN_RECORD_MAX > BUFFER) BON_TRY(flush(runs));
    runs->used += put_record(runs->buffer + runs->used, runs->order, shared, words, weight, runs->last,
                             runs->plain ? NO_STOP : BON_LM_BOS);
    return BON_OK;
}

bon_status bon_runs_end(struct bon_runs *runs) {
    BON_TRY(flush(runs));
    runs->run[runs->count - 1].end = runs->size;
    return BON_OK;
}

/* ---- reading ---- */

struct reader {
    struct bon_run_source source;
    struct bon_hash_stream *hash; /* of a run from elsewhere; NULL: it is believed */
    uint8_t *buffer;
    size_t at, have;
    uint64_t next; /* in the file: what is not in the buffer yet */
    uint64_t code; /* relative to the last window that came out; END behind the last one */
    uint64_t weight;
    bool begun;
    uint32_t own[BON_RUN_WORDS];   /* the run's words */
    uint32_t words[BON_RUN_WORDS]; /* what they become */
};

struct bon_merge {
    unsigned order;
    int64_t stop; /* NO_STOP, or the word behind which nothing counts */
    size_t buffer_size;
    struct reader *reader; /* [count] */
    size_t count;
    size_t *loser; /* [count] */
    size_t winner;
    size_t from;                   /* the reader of what came out */
    uint32_t words[BON_RUN_WORDS]; /* that came out */
};

#define END UINT64_MAX

static bon_status fill(const struct bon_merge *merge, struct reader *reader) {
    size_t left = reader->have - reader->at;
    memmove(reader->buffer, reader->buffer + reader->at, left);
    reader->at = 0;
    const struct bon_run_source *source = &reader->source;
    size_t want = merge->buffer_size - left;
    if (want > source->end - reader->next) want = (size_t)(source->end - reader->next);
    BON_TRY(bon_read_at(source->fd, source->name, reader->next, reader->buffer + left, want));
    if (reader->hash) bon_hash_update(reader->hash, reader->buffer + left, want);
    reader->have = left + want;
    reader->next += want;
    return BON_OK;
}

static bon_status refuse(const struct reader *reader, const char *reason) {
    return bon_fail(BON_ERR_FORMAT, "%s: corrupt at byte %llu: %s; copy or count it again", reader->source.name,
                    (unsigned long long)(reader->next - reader->have + reader->at), reason);
}

static uint64_t take_number(struct reader *reader) {
    uint64_t byte = reader->buffer[reader->at++], number = byte & 0x7f;
    for (unsigned shift = 7; byte & 0x80 && shift < 7 * NUMBER_MAX; shift += 7) {
        byte = reader->buffer[reader->at++];
        number |= (byte & 0x7f) << shift;
    }
    return number;
}

static uint64_t code_of(const struct bon_merge *merge, const uint32_t *words, unsigned shared) {
    return shared < merge->order ? (uint64_t)(merge->order - shared) << 32 | words[shared] : 0;
}

static bon_status end_run(struct reader *reader) {
    reader->code = END;
    if (reader->hash && bon_hash_digest(reader->hash) != reader->source.checksum)
        return refuse(reader, "a run of n-grams does not agree with its checksum");
    return BON_OK;
}

/* The words of a window from the shared-th on, of a run that is believed. */
static void take_words(const struct bon_merge *merge, struct reader *reader, unsigned shared) {
    for (unsigned j = shared; j < merge->order; j++) {
        uint32_t number = (uint32_t)take_number(reader);
        reader->own[j] = j == shared ? reader->own[j] + number : number;
        if (reader->own[j] == merge->stop) {
            memset(reader->own + j + 1, 0, (BON_RUN_WORDS - j - 1) * sizeof *reader->own);
            break;
        }
    }
}

/* The same of one that is not. */
static bon_status check_words(const struct bon_merge *merge, struct reader *reader, unsigned shared) {
    if (shared >= merge->order || (!reader->begun && shared > 0)) return refuse(reader, "n-grams are not in order");
    for (unsigned j = shared; j < merge->order; j++) {
        uint64_t number = take_number(reader), before = j == shared ? reader->own[j] : 0;
        if (j == shared && reader->begun && number == 0) return refuse(reader, "n-grams are not in order");
        if (number >= reader->source.words - before) return refuse(reader, "a word id is out of range");
        reader->own[j] = (uint32_t)(before + number);
    }
    if (reader->at > reader->have) return refuse(reader, "a run of n-grams is cut off");
    return reader->weight ? BON_OK : refuse(reader, "a count is 0");
}

/* The next window of a run; its code is relative to the one before. */
static bon_status advance(const struct bon_merge *merge, struct reader *reader) {
    if (reader->have - reader->at < SLACK && reader->next < reader->source.end) BON_TRY(fill(merge, reader));
    if (reader->at == reader->have) return end_run(reader);
    uint8_t head = reader->buffer[reader->at++];
    unsigned shared = head & ((1 << SHARED_BITS) - 1);
    reader->weight = head >> SHARED_BITS;
    if (!reader->weight) reader->weight = take_number(reader);
    if (reader->hash)
        BON_TRY(check_words(merge, reader, shared));
    else
        take_words(merge, reader, shared);
    reader->begun = true;
    if (reader->source.to)
        for (unsigned j = shared; j < merge->order; j++) reader->words[j] = reader->source.to[reader->own[j]];
    else
        memcpy(reader->words + shared, reader->own + shared, (merge->order - shared) * sizeof *reader->words);
    reader->code = code_of(merge, reader->words, shared);
    return BON_OK;
}

/* ---- the tree ---- */

/* Does the window of run a come before that of run b? The code of the later one becomes relative to the other. */
static bool comes_first(struct bon_merge *merge, size_t a, size_t b) {
    struct reader *x = &merge->reader[a], *y = &merge->reader[b];
    if (x->code != y->code) return x->code < y->code;
    if (x->code == END || x->code == 0) return a < b; /* both over, or both what just came out */
    unsigned j = merge->order - (unsigned)(x->code >> 32) + 1;
    while (j < merge->order && x->words[j] == y->words[j]) j++;
    bool first = j == merge->order || x->words[j] < y->words[j];
    struct reader *later = first ? y : x;
    later->code = code_of(merge, later->words, j);
    return first;
}

/* Plays out the tree below a node and returns the winner. */
static size_t play(struct bon_merge *merge, size_t node) {
    if (node >= merge->count) return node - merge->count;
    size_t a = play(merge, 2 * node), b = play(merge, 2 * node + 1);
    bool first = comes_first(merge, a, b);
    merge->loser[node] = first ? b : a;
    return first ? a : b;
}

/* The winner's run goes on by one window, which plays its way up. */
static bon_status replay(struct bon_merge *merge) {
    size_t winner = merge->winner;
    BON_TRY(advance(merge, &merge->reader[winner]));
    for (size_t node = (winner + merge->count) / 2; node > 0; node /= 2) {
        if (comes_first(merge, winner, merge->loser[node])) continue;
        size_t swap = merge->loser[node];
        merge->loser[node] = winner;
        winner = swap;
    }
    merge->winner = winner;
    return BON_OK;
}

static bon_status open_reader(const struct bon_merge *merge, struct reader *reader,
                              const struct bon_run_source *source) {
    reader->source = *source;
    reader->next = source->begin;
    reader->buffer = bon_alloc_zeroed(merge->buffer_size + SLACK, 1);
    if (!reader->buffer) return BON_ERR_NOMEM;
    if (source->words && !(reader->hash = bon_hash_open())) return BON_ERR_NOMEM;
    return advance(merge, reader);
}

static bon_status open_merge(struct bon_merge **out, unsigned order, int64_t stop, const struct bon_run_source *sources,
                             size_t count, size_t budget) {
    *out = NULL;
    struct bon_merge *merge = bon_alloc_zeroed(1, sizeof *merge);
    if (!merge) return BON_ERR_NOMEM;
    merge->order = order;
    merge->stop = stop;
    merge->count = count;
    merge->buffer_size = count ? budget / count : 0;
    if (merge->buffer_size < BUFFER_MIN) merge->buffer_size = BUFFER_MIN;
    if (merge->buffer_size > BUFFER) merge->buffer_size = BUFFER;
    merge->reader = bon_alloc_zeroed(count, sizeof *merge->reader);
    merge->loser = bon_alloc_array(count, sizeof *merge->loser);
    bon_status status = merge->reader && merge->loser ? BON_OK : BON_ERR_NOMEM;
    for (size_t i = 0; i < count && status == BON_OK; i++) status = open_reader(merge, &merge->reader[i], &sources[i]);
    if (status != BON_OK) {
        bon_merge_close(merge);
        return status;
    }
    if (merge->count) merge->winner = play(merge, 1);
    *out = merge;
    return BON_OK;
}

bon_status bon_merge_open_sources(struct bon_merge **out, unsigned order, const struct bon_run_source *sources,
                                  size_t count, size_t budget) {
    return open_merge(out, order, NO_STOP, sources, count, budget);
}

bon_status bon_merge_open(struct bon_merge **out, const struct bon_runs *runs, size_t budget) {
    *out = NULL;
    struct bon_run_source *sources = bon_alloc_array(runs->count, sizeof *sources);
    if (!sources) return BON_ERR_NOMEM;
    for (size_t i = 0; i < runs->count; i++)
        sources[i] = (struct bon_run_source){.fd = runs->fd,
                                             .name = bon_store_folder(runs->store),
                                             .begin = runs->run[i].begin,
                                             .end = runs->run[i].end};
    bon_status status = open_merge(out, runs->order, runs->plain ? NO_STOP : BON_LM_BOS, sources, runs->count, budget);
    free(sources);
    return status;
}

void bon_merge_close(struct bon_merge *merge) {
    if (!merge) return;
    for (size_t i = 0; merge->reader && i < merge->count; i++) {
        free(merge->reader[i].buffer);
        bon_hash_close(merge->reader[i].hash);
    }
    free(merge->reader);
    free(merge->loser);
    free(merge);
}

const char *bon_merge_source(const struct bon_merge *merge) { return merge->reader[merge->from].source.name; }

bon_status bon_merge_next(struct bon_merge *merge, const uint32_t **words, unsigned *shared, uint64_t *weight) {
    *weight = 0;
    if (merge->count == 0) return BON_OK;
    const struct reader *winner = &merge->reader[merge->winner];
    if (winner->code == END) return BON_OK;
    *shared = merge->order - (unsigned)(winner->code >> 32);
    merge->from = merge->winner;
    memcpy(merge->words, winner->words, sizeof merge->words);
    *words = merge->words;
    do {
        uint64_t more = merge->reader[merge->winner].weight;
        if (more > UINT64_MAX - *weight)
            return bon_fail(BON_ERR_LIMIT, "an n-gram's counts add up to more than 64 bits hold");
        *weight += more;
        BON_TRY(replay(merge));
    } while (merge->reader[merge->winner].code == 0);
    return BON_OK;
}
