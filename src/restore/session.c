/* src/restore/session.c: from lines to restored lines.
 *
 * A line is decoded in windows: fill the lattice, search it, write the tokens out. Where the line goes on behind the window,
 * its last tokens are left for the next one, which starts from the state of the best way before them; so each token is
 * decided with at least BON_LATTICE_LOOKAHEAD tokens of what follows, in memory that does not depend on the line.
 */
#include "restore/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "restore/letters.h"

/* bench/restore.sh shows what these lose against a search without pruning. */
#define DEFAULT_BEAM 30
#define DEFAULT_THRESHOLD 3.3
/* log10 below the tagger's best at which a choice is left out; all are kept where readings beside the best are asked for. */
#define DEFAULT_LEAST 1.5F
/* Larger weights hurt: what a cache knows is right, but little. */
#define DEFAULT_CACHE_WEIGHT 0.01

/* Token offsets are 32 bits. */
enum { SLICE_MAX = 1 << 30 };

bon_status bon_restore_session_open(bon_restore_session **out, const bon_restorer *restorer,
                                    const bon_restore_options *options) {
    const bon_restore_options defaults = {0};
    if (!options) options = &defaults;
    if (options->beam > BON_RESTORE_BEAM_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "a beam of %u: at most %d", options->beam, BON_RESTORE_BEAM_MAX);
    if (!(options->min_confidence >= 0 && options->min_confidence <= 1))
        return bon_fail(BON_ERR_ARGUMENT, "a confidence of %g: it is a probability, 0 to 1", options->min_confidence);
    if (!(options->cache_weight >= 0 && options->cache_weight < 1))
        return bon_fail(BON_ERR_ARGUMENT, "a cache weight of %g: from 0 to below 1", options->cache_weight);
    bon_restore_session *session = bon_alloc_zeroed(1, sizeof *session);
    if (!session) return BON_ERR_NOMEM;
    session->restorer = restorer;
    session->options = *options;
    session->confidence =
        bon_alloc_array((size_t)BON_LATTICE_POSITIONS * BON_LATTICE_CHOICES, sizeof *session->confidence);
    unsigned beam = options->beam ? options->beam : DEFAULT_BEAM;
    bon_status status = session->confidence ? BON_OK : BON_ERR_NOMEM;
    if (status == BON_OK)
        status = bon_lattice_open(&session->lattice, restorer->lm, &restorer->index, &restorer->tagger,
                                  options->fix_marked != 0);
    if (status == BON_OK && restorer->neural.there) {
        status = bon_neural_reader_open(&session->neural, &restorer->neural);
        session->lattice.neural = &session->neural;
    }
    if (status == BON_OK) status = bon_scorer_open(&session->scorer, restorer->lm, &restorer->index.pairs);
    if (status == BON_OK) status = bon_trellis_open(&session->trellis, beam, DEFAULT_THRESHOLD);
    if (status != BON_OK) {
        bon_restore_session_close(session);
        return status;
    }
    session->least = DEFAULT_LEAST;
    session->lattice.residue = options->residue != 0;
    session->trellis.cache_weight = options->cache_weight > 0 ? options->cache_weight : DEFAULT_CACHE_WEIGHT;
    *out = session;
    return BON_OK;
}

void bon_restore_session_close(bon_restore_session *session) {
    if (!session) return;
    for (unsigned i = 0; session->ways && i < BON_RESTORE_BEST_MAX; i++) {
        bon_buf_free(&session->ways[i].text);
        free(session->ways[i].spans);
    }
    free(session->ways);
    free(session->results);
    free(session->paths);
    free(session->scores);
    bon_alternatives_free(session->alternatives);
    free(session->confidence);
    bon_lattice_close(&session->lattice);
    bon_neural_reader_close(&session->neural);
    bon_scorer_close(&session->scorer);
    bon_trellis_close(&session->trellis);
    bon_buf_free(&session->spelled);
    free(session);
}

bon_status bon_restore_session_use_cache(bon_restore_session *session, bon_restore_cache *cache, int learn,
                                         uint64_t lines) {
    if (cache && cache->lm != session->restorer->lm)
        return bon_fail(BON_ERR_ARGUMENT, "this cache was opened for another model than the session's");
    session->trellis.cache = cache;
    session->learner = learn ? cache : NULL;
    session->lines = 0;
    session->lines_max = lines;
    return BON_OK;
}

/* ---- windows ---- */

/* A line on its way through the windows. */
struct run {
    bon_restore_session *session;
    const char *line;
    size_t n;
    size_t base;     /* where the window's slice begins; positions count from here */
    size_t slice;    /* its bytes */
    size_t before;   /* its bytes that belong to the window before */
    size_t written;  /* bytes of the slice that were written out */
    unsigned commit; /* positions of the window to write out */
    bool last;       /* nothing is left behind the window */
    bon_lm_state state;
};

static void run_begin(struct run *run, bon_restore_session *session, const char *line, size_t n, bool keep_arcs) {
    *run = (struct run){.session = session, .line = line, .n = n};
    session->trellis.keep_arcs = keep_arcs;
    session->lattice.least = keep_arcs ? HUGE_VALF : session->least;
    session->trellis.before = BON_CACHE_ALONE;
    bon_lm_state_begin(session->restorer->lm, &run->state);
}

/* Moves back over the character before the window, and returns its bytes: where one token is parted from the next, and whether a
 * web address may begin, is told by it. Else each window of a line without blanks would look for an address through all of it. */
static size_t step_back(struct run *run) {
    size_t back = run->base < 4 ? run->base : 4, step = back ? 1 : 0;
    while (step < back && ((unsigned char)run->line[run->base - step] & 0xc0) == 0x80) step++;
    run->base -= step;
    return step;
}

/* Decodes the next window. */
static bon_status run_window(struct run *run) {
    struct bon_lattice *lattice = &run->session->lattice;
    size_t pos = run->before = step_back(run);
    run->slice = run->n - run->base < SLICE_MAX ? run->n - run->base : SLICE_MAX;
    run->written = run->before;
    lattice->begins = run->base == 0;
    BON_TRY(bon_lattice_fill(lattice, run->line + run->base, run->slice, &pos));
    for (unsigned i = 0; run->session->trellis.cache && i < lattice->count; i++)
        bon_cache_weigh(run->session->trellis.cache, lattice->choices + lattice->positions[i].first,
                        lattice->positions[i].count);
    bool full = lattice->count == BON_LATTICE_POSITIONS;
    run->last = !full && run->base + run->slice == run->n;
    run->commit = full ? BON_LATTICE_POSITIONS - BON_LATTICE_LOOKAHEAD : lattice->count;
    if (full && bon_lattice_is_boundary(lattice, run->commit)) run->commit++; /* nobody would find it again */
    BON_TRY(bon_trellis_decode(&run->session->trellis, &run->session->scorer, lattice, &run->state,
                               run->last && !lattice->open_end));
    if (!run->session->trellis.keep_arcs) return BON_OK;
    BON_TRY(bon_trellis_confidence(&run->session->trellis, lattice, run->session->confidence));
    bon_lattice_calibrate(lattice, run->session->confidence);
    return BON_OK;
}

/* Moves behind what was written out, to the state that the best way had there. */
static void run_next(struct run *run) {
    bon_restore_session *session = run->session;
    if (run->commit > 0) {
        const struct bon_position *position = &session->lattice.positions[run->commit - 1];
        uint32_t node = bon_trellis_best(&session->trellis, session->path, run->commit - 1);
        run->state = session->trellis.nodes[node].state;
        session->trellis.before = session->lattice.choices[session->path[run->commit - 1]].word;
        run->base += run->last ? run->slice : (size_t)position->start + position->len;
    } else {
        run->base += run->slice;
    }
}

/* ---- writing ---- */

/* A word of the model in the tone style asked for; NULL: out of memory. */
static const char *in_style(bon_restore_session *session, const char *word, size_t *n) {
    bon_syllable code;
    bon_case letter_case;
    if (session->options.tone_style != BON_TONE_NEW || !bon_syllable_parse(word, *n, &code, &letter_case)) return word;
    session->spelled.len = 0;
    if (bon_buf_reserve(&session->spelled, BON_SYLLABLE_MAX) != BON_OK) return NULL;
    *n = bon_syllable_spell(code, BON_CASE_LOWER, BON_TONE_NEW, session->spelled.data);
    return session->spelled.data;
}

bon_status bon_session_spell(bon_restore_session *session, const char *slice, const struct bon_position *position,
                             const struct bon_choice *choice, bon_buf *out) {
    const char *token = slice + position->start;
    size_t n, token_n = position->len;
    const char *word = choice->keep ? NULL : bon_lm_word_text(session->restorer->lm, choice->word, &n);
    if (!word) return bon_buf_append(out, token, position->len); /* or the index of a damaged file names no word */
    if (choice->residue) {
        token = session->lattice.readings.data + position->reading;
        token_n = position->reading_len;
    }
    word = in_style(session, word, &n);
    return word ? bon_put_marks(token, token_n, word, n, out) : BON_ERR_NOMEM;
}

/* Appends what stands before the position's token and the token with the marks of its choice; where it begins in *start. */
static bon_status write_position(struct run *run, const struct bon_position *position, const struct bon_choice *choice,
                                 bool keep, bon_buf *out, size_t *start) {
    const char *slice = run->line + run->base;
    BON_TRY(bon_buf_append(out, slice + run->written, position->start - run->written));
    *start = out->len;
    run->written = (size_t)position->start + position->len;
    if (keep) return bon_buf_append(out, slice + position->start, position->len);
    return bon_session_spell(run->session, slice, position, choice, out);
}

/* Appends what stands behind the last token of the line. */
static bon_status write_rest(struct run *run, bon_buf *out) {
    return bon_buf_append(out, run->line + run->base + run->written, run->slice - run->written);
}

/* Writes the window's committed positions along a path. spans: NULL or where the spans go. */
static bon_status write_window(struct run *run, const uint32_t *path, struct bon_way *way, bon_buf *out) {
    bon_restore_session *session = run->session;
    bool confident = session->options.min_confidence > 0;
    run->written = run->before;
    for (unsigned i = 0; i < run->commit; i++) {
        const struct bon_position *position = &session->lattice.positions[i];
        bool keep = confident && (double)session->confidence[path[i]] < session->options.min_confidence;
        size_t start;
        BON_TRY(write_position(run, position, &session->lattice.choices[path[i]], keep, out, &start));
        if (!way || !position->letters) continue;
        BON_TRY(bon_grow_array(&way->spans, &way->span_cap, way->span_count + 1, sizeof *way->spans));
        way->spans[way->span_count++] = (bon_restore_span){.start = run->base + position->start,
                                                           .len = position->len,
                                                           .out_start = start,
                                                           .out_len = out->len - start,
                                                           .confidence = (double)session->confidence[path[i]]};
    }
    return run->last || run->commit == 0 ? write_rest(run, out) : BON_OK;
}

/* Teaches the cache the words of the window's best way. */
static bon_status learn(const struct run *run) {
    bon_restore_session *session = run->session;
    uint32_t before = session->trellis.before;
    for (unsigned i = 0; session->learner && i < run->commit; i++) {
        uint32_t word = session->lattice.choices[session->path[i]].word;
        BON_TRY(bon_cache_learn(session->learner, before, word));
        before = word;
    }
    return BON_OK;
}

static void count_line(bon_restore_session *session) {
    if (!session->learner || session->lines_max == 0 || ++session->lines < session->lines_max) return;
    session->lines = 0;
    bon_restore_cache_clear(session->learner);
}

static bon_status restore_line(bon_restore_session *session, const char *line, size_t n, bon_buf *out) {
    struct run run;
    run_begin(&run, session, line, n, session->options.min_confidence > 0);
    while (run.base < n) {
        BON_TRY(run_window(&run));
        bon_trellis_best(&session->trellis, session->path, 0);
        BON_TRY(write_window(&run, session->path, NULL, out));
        BON_TRY(learn(&run));
        run_next(&run);
    }
    return BON_OK;
}

bon_status bon_restore(bon_restore_session *session, const char *text, size_t n, bon_buf *out) {
    while (n > 0) {
        const char *newline = memchr(text, '\n', n);
        size_t length = newline ? (size_t)(newline - text) : n, step = length + (newline != NULL);
        BON_TRY(restore_line(session, text, length, out));
        if (newline) {
            BON_TRY(bon_buf_put(out, '\n'));
            count_line(session);
        }
        text += step;
        n -= step;
    }
    return BON_OK;
}

bon_status bon_session_walk(bon_restore_session *session, const char *line, size_t n, bon_window_visit *visit,
                            void *context) {
    struct run run;
    run_begin(&run, session, line, n, true);
    while (run.base < n) {
        BON_TRY(run_window(&run));
        bon_trellis_best(&session->trellis, session->path, 0);
        struct bon_window window = {.slice = line + run.base, .base = run.base, .positions = run.commit};
        BON_TRY(visit(session, &window, context));
        run_next(&run);
    }
    return BON_OK;
}

/* ---- k best ---- */

static bon_status open_ways(bon_restore_session *session) {
    if (session->ways) return BON_OK;
    session->results = bon_alloc_array(BON_RESTORE_BEST_MAX, sizeof *session->results);
    session->paths =
        bon_alloc_array((size_t)BON_RESTORE_BEST_MAX * (BON_LATTICE_POSITIONS + 1), sizeof *session->paths);
    session->scores = bon_alloc_array(BON_RESTORE_BEST_MAX, sizeof *session->scores);
    if (session->results && session->paths && session->scores)
        session->ways = bon_alloc_zeroed(BON_RESTORE_BEST_MAX, sizeof *session->ways);
    if (session->ways) return BON_OK;
    free(session->results);
    free(session->paths);
    free(session->scores);
    session->results = NULL;
    session->paths = NULL;
    session->scores = NULL;
    return BON_ERR_NOMEM;
}

/* Appends a window that is not the last to the one way there is yet. */
static bon_status grow_first(struct run *run, struct bon_way *way) {
    bon_restore_session *session = run->session;
    uint32_t node = bon_trellis_best(&session->trellis, session->path, run->commit ? run->commit - 1 : 0);
    if (run->commit > 0) way->logprob10 += session->trellis.nodes[node].score;
    return write_window(run, session->path, way, &way->text);
}

static bon_status copy_way(struct bon_way *to, const struct bon_way *from) {
    BON_TRY(bon_buf_append(&to->text, from->text.data, from->text.len));
    BON_TRY(bon_grow_array(&to->spans, &to->span_cap, from->span_count, sizeof *to->spans));
    if (from->span_count) memcpy(to->spans, from->spans, from->span_count * sizeof *to->spans);
    to->span_count = from->span_count;
    to->logprob10 = from->logprob10;
    return BON_OK;
}

/* The last window: every way gets its own end. */
static bon_status end_ways(struct run *run, unsigned best, unsigned *found) {
    bon_restore_session *session = run->session;
    BON_TRY(bon_trellis_kbest(&session->trellis, best, session->paths, session->scores, found));
    for (unsigned i = 1; i < *found; i++) BON_TRY(copy_way(&session->ways[i], &session->ways[0]));
    for (unsigned i = 0; i < *found; i++) {
        struct bon_way *way = &session->ways[i];
        way->logprob10 += session->scores[i];
        BON_TRY(write_window(run, session->paths + (size_t)i * session->trellis.positions, way, &way->text));
    }
    return BON_OK;
}

bon_status bon_restore_line(bon_restore_session *session, const char *line, size_t n, unsigned best,
                            const bon_restore_result **results, size_t *count) {
    struct run run;
    unsigned found = 0;
    if (best == 0 || best > BON_RESTORE_BEST_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "%u best ways: from 1 to %d", best, BON_RESTORE_BEST_MAX);
    BON_TRY(open_ways(session));
    for (unsigned i = 0; i < BON_RESTORE_BEST_MAX; i++) {
        session->ways[i].text.len = session->ways[i].span_count = 0;
        session->ways[i].logprob10 = 0;
    }
    run_begin(&run, session, line, n, true);
    do {
        BON_TRY(run_window(&run));
        if (run.last)
            BON_TRY(end_ways(&run, best, &found));
        else
            BON_TRY(grow_first(&run, &session->ways[0]));
        run_next(&run);
    } while (!run.last);
    for (unsigned i = 0; i < found; i++) {
        const struct bon_way *way = &session->ways[i];
        session->results[i] = (bon_restore_result){.text = way->text.data,
                                                   .len = way->text.len,
                                                   .logprob10 = way->logprob10,
                                                   .spans = way->spans,
                                                   .span_count = way->span_count};
    }
    *results = session->results;
    *count = found;
    return BON_OK;
}

bon_status bon_restore_typed(bon_restore_session *session, const char *line, size_t n, const struct bon_kept *kept,
                             unsigned kept_count, float company, unsigned best, const bon_restore_result **results,
                             size_t *count) {
    static const struct bon_kept none;
    struct bon_lattice *lattice = &session->lattice;
    lattice->kept = kept_count ? kept : &none;
    lattice->kept_count = kept_count;
    lattice->company = company;
    lattice->open_end = true;
    bon_status status = bon_restore_line(session, line, n, best, results, count);
    lattice->kept = NULL;
    lattice->kept_count = 0;
    lattice->open_end = false;
    return status;
}
