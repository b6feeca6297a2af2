/* src/ngram/runs.c: writing runs and merging them by a tree of losers over offset-value codes.
 *
 * The code of a window relative to one before it is (words that it does not share, first word that differs): of two windows
 * behind the same one, that with the smaller code comes first, and its loser's code is right relative to the winner, too; only
 * equal codes need a look at the words behind. Runs are written as just these codes, and so is what comes out, which is what the
 * scan wants to know: merging compares about one integer per level of the tree (Conner 1977; Graefe and Do, "Offset-value
 * coding in database query processing", EDBT 2023).
 */
#include "ngram/runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum { BUFFER = 1 << 18, RECORD_MAX = 1 + BON_LM_MAX_ORDER * 5 + 10, BUFFER_MIN = 1 << 12, SHARED_BITS = 4 };

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
    for (size_t at = 0; at < runs->used;) {
        ssize_t n = write(runs->fd, runs->buffer + at, runs->used - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return bon_fail_errno(bon_store_folder(runs->store), "cannot write a temporary file");
        at += (size_t)n;
        runs->size += (size_t)n;
    }
    runs->used = 0;
    return BON_OK;
}

bon_status bon_runs_begin(struct bon_runs *runs) {
    BON_TRY(bon_grow_array(&runs->run, &runs->cap, runs->count + 1, sizeof *runs->run));
    runs->run[runs->count++] = (struct bon_run){runs->size, runs->size};
    memset(runs->last, 0, sizeof runs->last);
    return BON_OK;
}

static void put_number(struct bon_runs *runs, uint64_t number) {
    for (; number >= 0x80; number >>= 7) runs->buffer[runs->used++] = (uint8_t)(number | 0x80);
    runs->buffer[runs->used++] = (uint8_t)number;
}

bon_status bon_runs_put(struct bon_runs *runs, unsigned shared, const uint32_t *words, uint64_t weight) {
    if (runs->used + RECORD_MAX > BUFFER) BON_TRY(flush(runs));
    uint64_t small = weight < 1 << (8 - SHARED_BITS) ? weight : 0;
    runs->buffer[runs->used++] = (uint8_t)(shared | small << SHARED_BITS);
    if (!small) put_number(runs, weight);
    for (unsigned j = shared; j < runs->order; j++) {
        put_number(runs, words[j] - (j == shared ? runs->last[j] : 0));
        runs->last[j] = words[j];
        if (words[j] == BON_LM_BOS) break;
    }
    return BON_OK;
}

bon_status bon_runs_end(struct bon_runs *runs) {
    BON_TRY(flush(runs));
    runs->run[runs->count - 1].end = runs->size;
    return BON_OK;
}

/* ---- reading ---- */

struct reader {
    uint8_t *buffer;
    size_t at, have;
    uint64_t next, end; /* in the file: what is not in the buffer yet */
    uint64_t code;      /* relative to the last window that came out; END behind the last one */
    uint64_t weight;
    uint32_t words[BON_LM_MAX_ORDER];
};

struct bon_merge {
    const struct bon_runs *runs;
    size_t buffer_size;
    struct reader *reader; /* [count] */
    size_t count;
    size_t *loser; /* [count] */
    size_t winner;
    uint32_t words[BON_LM_MAX_ORDER]; /* that came out */
};

#define END UINT64_MAX

static bon_status fill(const struct bon_merge *merge, struct reader *reader) {
    size_t left = reader->have - reader->at;
    memmove(reader->buffer, reader->buffer + reader->at, left);
    reader->at = 0;
    reader->have = left;
    while (reader->have < merge->buffer_size && reader->next < reader->end) {
        size_t want = merge->buffer_size - reader->have;
        if (want > reader->end - reader->next) want = (size_t)(reader->end - reader->next);
        ssize_t n = pread(merge->runs->fd, reader->buffer + reader->have, want, (off_t)reader->next);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return bon_fail_errno(bon_store_folder(merge->runs->store), "cannot read a temporary file");
        reader->have += (size_t)n;
        reader->next += (size_t)n;
    }
    return BON_OK;
}

static uint64_t take_number(struct reader *reader) {
    uint64_t byte = reader->buffer[reader->at++], number = byte & 0x7f;
    for (unsigned shift = 7; byte & 0x80; shift += 7) {
        byte = reader->buffer[reader->at++];
        number |= (byte & 0x7f) << shift;
    }
    return number;
}

static uint64_t code_of(const struct bon_merge *merge, const uint32_t *words, unsigned shared) {
    return shared < merge->runs->order ? (uint64_t)(merge->runs->order - shared) << 32 | words[shared] : 0;
}

/* The next window of a run; its code is relative to the one before. */
static bon_status advance(const struct bon_merge *merge, struct reader *reader) {
    if (reader->have - reader->at < RECORD_MAX && reader->next < reader->end) BON_TRY(fill(merge, reader));
    if (reader->at == reader->have) {
        reader->code = END;
        return BON_OK;
    }
    uint8_t head = reader->buffer[reader->at++];
    unsigned shared = head & ((1 << SHARED_BITS) - 1);
    reader->weight = head >> SHARED_BITS;
    if (!reader->weight) reader->weight = take_number(reader);
    for (unsigned j = shared; j < merge->runs->order; j++) {
        uint32_t number = (uint32_t)take_number(reader);
        reader->words[j] = j == shared ? reader->words[j] + number : number;
        if (reader->words[j] == BON_LM_BOS) {
            memset(reader->words + j + 1, 0, (BON_LM_MAX_ORDER - j - 1) * sizeof *reader->words);
            break;
        }
    }
    reader->code = code_of(merge, reader->words, shared);
    return BON_OK;
}

/* ---- the tree ---- */

/* Does the window of run a come before that of run b? The code of the later one becomes relative to the other. */
static bool comes_first(struct bon_merge *merge, size_t a, size_t b) {
    struct reader *x = &merge->reader[a], *y = &merge->reader[b];
    if (x->code != y->code) return x->code < y->code;
    if (x->code == END || x->code == 0) return a < b; /* both over, or both what just came out */
    unsigned j = merge->runs->order - (unsigned)(x->code >> 32) + 1;
    while (j < merge->runs->order && x->words[j] == y->words[j]) j++;
    bool first = j == merge->runs->order || x->words[j] < y->words[j];
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

bon_status bon_merge_open(struct bon_merge **out, const struct bon_runs *runs, size_t budget) {
    *out = NULL;
    struct bon_merge *merge = bon_alloc_zeroed(1, sizeof *merge);
    if (!merge) return BON_ERR_NOMEM;
    merge->runs = runs;
    merge->count = runs->count;
    merge->buffer_size = runs->count ? budget / runs->count : 0;
    if (merge->buffer_size < BUFFER_MIN) merge->buffer_size = BUFFER_MIN;
    if (merge->buffer_size > BUFFER) merge->buffer_size = BUFFER;
    merge->reader = bon_alloc_zeroed(runs->count, sizeof *merge->reader);
    merge->loser = bon_alloc_array(runs->count, sizeof *merge->loser);
    bon_status status = merge->reader && merge->loser ? BON_OK : BON_ERR_NOMEM;
    for (size_t i = 0; i < runs->count && status == BON_OK; i++) {
        struct reader *reader = &merge->reader[i];
        reader->next = runs->run[i].begin;
        reader->end = runs->run[i].end;
        reader->buffer = bon_alloc_array(merge->buffer_size, 1);
        status = reader->buffer ? advance(merge, reader) : BON_ERR_NOMEM;
    }
    if (status != BON_OK) {
        bon_merge_close(merge);
        return status;
    }
    if (merge->count) merge->winner = play(merge, 1);
    *out = merge;
    return BON_OK;
}

void bon_merge_close(struct bon_merge *merge) {
    if (!merge) return;
    for (size_t i = 0; merge->reader && i < merge->count; i++) free(merge->reader[i].buffer);
    free(merge->reader);
    free(merge->loser);
    free(merge);
}

bon_status bon_merge_next(struct bon_merge *merge, const uint32_t **words, unsigned *shared, uint64_t *weight) {
    *weight = 0;
    if (merge->count == 0) return BON_OK;
    const struct reader *winner = &merge->reader[merge->winner];
    if (winner->code == END) return BON_OK;
    *shared = merge->runs->order - (unsigned)(winner->code >> 32);
    memcpy(merge->words, winner->words, sizeof merge->words);
    *words = merge->words;
    do {
        *weight += merge->reader[merge->winner].weight;
        BON_TRY(replay(merge));
    } while (merge->reader[merge->winner].code == 0);
    return BON_OK;
}
