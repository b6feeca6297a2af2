/* src/corpus/stats_read.c: reads chunks of text into a worker's tables.
 *
 * A chunk is normalized as a whole, or in stretches where lines are in a legacy charset, and cut into tokens; what a token adds is a few
 * sums and, for runs of words, two keys of the tables, which wait a little while the memory fetches their buckets.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json_span.h"
#include "corpus/stats_parts.h"

/* ---- workers ---- */

bon_status bon_stats_worker_open(struct bon_stats *stats, struct bon_stats_worker **out) {
    struct bon_stats_worker *worker = bon_alloc_zeroed(1, sizeof *worker);
    if (!worker) return BON_ERR_NOMEM;
    uint64_t share = stats->options.memory / (stats->options.threads ? stats->options.threads : 1);
    /* In Vietnamese text one run of five has a word that is no syllable, and takes almost three times the room. */
    worker->runs.table.memory = stats->options.memory ? share / 16 * 7 + 1 : 0;
    worker->tally.table.memory = stats->options.memory ? share / 16 * 5 + 1 : 0;
    worker->words.memory = stats->options.memory ? share / 4 + 1 : 0;
    worker->runs.table.folder = worker->tally.table.folder = worker->words.folder = stats->options.folder;
    worker->cache = bon_alloc_zeroed(1, sizeof *worker->cache);
    if (!worker->cache) {
        free(worker);
        return BON_ERR_NOMEM;
    }
    pthread_mutex_lock(&stats->lock);
    worker->next = stats->workers;
    stats->workers = worker;
    pthread_mutex_unlock(&stats->lock);
    *out = worker;
    return BON_OK;
}

void bon_stats_worker_free(struct bon_stats_worker *worker) {
    bon_stats_sources_free(&worker->sources);
    bon_short_free(&worker->runs);
    bon_tally_free(&worker->tally);
    bon_stats_words_free(&worker->words);
    bon_buf_free(&worker->text);
    bon_buf_free(&worker->raw);
    bon_buf_free(&worker->name);
    bon_buf_free(&worker->lower);
    bon_buf_free(&worker->scratch);
    free(worker->cache);
    free(worker);
}

static inline bon_status count_key(struct bon_stats_worker *worker, struct bon_tally_key key) {
    struct bon_tally_key *slot = &worker->delayed[worker->delayed_count % BON_STATS_DELAY];
    if (worker->delayed_count++ >= BON_STATS_DELAY) BON_TRY(bon_tally_add(&worker->tally, *slot, 1));
    *slot = key;
    bon_tally_expect(&worker->tally, key);
    return BON_OK;
}

static inline bon_status count_short(struct bon_stats_worker *worker, uint64_t key) {
    worker->batch[worker->batch_count++] = key;
    bon_short_expect(&worker->runs, key);
    if (worker->batch_count < BON_STATS_BATCH) return BON_OK;
    worker->batch_count = 0;
    return bon_short_add(&worker->runs, worker->batch, BON_STATS_BATCH);
}

bon_status bon_stats_worker_settle(struct bon_stats_worker *worker) {
    size_t short_keys = worker->batch_count;
    worker->batch_count = 0;
    BON_TRY(bon_short_add(&worker->runs, worker->batch, short_keys));
    size_t waiting = worker->delayed_count < BON_STATS_DELAY ? worker->delayed_count : BON_STATS_DELAY;
    worker->delayed_count = 0;
    for (size_t i = 0; i < waiting; i++) BON_TRY(bon_tally_add(&worker->tally, worker->delayed[i], 1));
    return BON_OK;
}

/* ---- tokens ---- */

/* What is under way: the line, and the words behind which the next one stands. */
struct reading {
    const struct bon_stats *stats;
    struct bon_stats_worker *worker;
    struct bon_stats_sums *sums;
    const char *text;
    bool lines_are_texts; /* duplicates are lines */
    size_t line_start;
    uint64_t tokens, syllables, marked, words; /* of the line */
    bon_stats_item before, last;               /* the word before the last one, and that */
    unsigned run;                              /* how many of them there are: 0 to 2 */
};

static inline bon_status count_pair(struct reading *reading, bon_stats_item item) {
    bon_stats_item last = reading->last;
    if (bon_stats_item_is_word(last | item))
        return count_key(reading->worker, bon_stats_run_key(BON_STATS_PAIRS, 0, last, item));
    return count_short(reading->worker, bon_stats_short_key(BON_STATS_SHORT_NONE, last, item));
}

static inline bon_status count_triple(struct reading *reading, bon_stats_item item) {
    bon_stats_item before = reading->before, last = reading->last;
    if (bon_stats_item_is_word(before | last | item))
        return count_key(reading->worker, bon_stats_run_key(BON_STATS_TRIPLES, before, last, item));
    return count_short(reading->worker, bon_stats_short_key(before, last, item));
}

static inline bon_status count_run(struct reading *reading, bon_stats_item item) {
    const unsigned order = reading->stats->options.order;
    if (reading->run >= 1 && order >= 2) BON_TRY(count_pair(reading, item));
    if (reading->run >= 2 && order >= 3) BON_TRY(count_triple(reading, item));
    reading->before = reading->last;
    reading->last = item;
    reading->run += reading->run < 2;
    return BON_OK;
}

static inline bon_status read_syllable(struct reading *reading, const bon_token *token) {
    struct bon_stats_syllable *syllable = &reading->worker->syllables[token->code];
    if (!syllable->count) syllable->first = reading->worker->first;
    syllable->count++;
    reading->worker->first++;
    reading->syllables++;
    reading->marked += reading->stats->marked[token->code];
    return count_run(reading, token->code);
}

static bool is_ascii(const char *text, size_t n) {
    unsigned char all = 0;
    for (size_t i = 0; i < n; i++) all |= (unsigned char)text[i];
    return all < 0x80;
}

static bon_status read_word(struct reading *reading, const bon_token *token) {
    struct bon_stats_worker *worker = reading->worker;
    const char *text = reading->text + token->start;
    size_t n = token->len;
    bool joined = token->kind != BON_TOKEN_WORD;
    enum bon_stats_look look;
    if (joined || token->letter_case != BON_CASE_LOWER || !is_ascii(text, n)) {
        worker->lower.len = 0;
        BON_TRY(bon_lower(text, n, &worker->lower));
        text = worker->lower.data;
        n = worker->lower.len;
    }
    uint64_t hash = bon_hash64(text, n);
    BON_TRY(bon_stats_words_add(&worker->words, hash, text, n, joined, worker->first, &look));
    reading->sums->looks[look]++;
    worker->first++;
    reading->words++;
    return count_run(reading, bon_stats_item_of_hash(hash));
}

static uint64_t count_characters(const char *text, size_t n) {
    uint64_t characters = 0;
    for (size_t i = 0; i < n; i++) characters += ((unsigned char)text[i] & 0xc0) != 0x80;
    return characters;
}

static unsigned log2_bin(uint64_t n) {
    unsigned bin = 0;
    for (; n; n >>= 1) bin++;
    return bin < BON_STATS_LENGTHS ? bin : BON_STATS_LENGTHS - 1;
}

static bon_status end_line(struct reading *reading, size_t end) {
    struct bon_stats_sums *sums = reading->sums;
    const char *line = reading->text + reading->line_start;
    size_t n = end - reading->line_start;
    sums->characters += count_characters(line, n);
    if (reading->tokens) {
        sums->lengths[log2_bin(reading->syllables + reading->words)]++;
        sums->marked += reading->marked;
        if (reading->syllables >= BON_STATS_DENSE_SYLLABLES) {
            uint64_t bin = reading->marked * BON_STATS_DENSITIES / reading->syllables;
            sums->densities[bin < BON_STATS_DENSITIES ? bin : BON_STATS_DENSITIES - 1]++;
        }
        if (reading->lines_are_texts) BON_TRY(count_key(reading->worker, bon_stats_line_key(bon_hash128(line, n), n)));
    }
    reading->tokens = reading->syllables = reading->marked = reading->words = 0;
    reading->run = 0;
    reading->line_start = end + 1;
    return BON_OK;
}

static inline bon_status read_token(struct reading *reading, const bon_token *token) {
    if (token->kind == BON_LINE_END) return end_line(reading, token->start);
    reading->sums->kinds[token->kind]++;
    reading->tokens++;
    switch (token->kind) {
    case BON_TOKEN_SYLLABLE: return read_syllable(reading, token);
    case BON_TOKEN_WORD:
    case BON_TOKEN_HYPHENATED:
    case BON_TOKEN_ABBREVIATION: return read_word(reading, token);
    default: reading->run = 0; return BON_OK;
    }
}

/* The tokens of normalized text; its last line may lack the newline. */
static bon_status read_text(struct reading *reading, const char *text, size_t n) {
    struct bon_word_cache *cache = reading->worker->cache;
    reading->text = text;
    reading->line_start = 0;
    for (size_t pos = 0, found; (found = bon_segment_many(cache, text, n, &pos)) > 0;)
        for (size_t i = 0; i < found; i++) BON_TRY(read_token(reading, &cache->tokens[i]));
    return reading->line_start < n ? end_line(reading, n) : BON_OK;
}

/* ---- lines as they were ---- */

static bool is_blank(const char *text, size_t n) {
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r')) n--;
    return n == 0;
}

/* What a line's bytes are; *legacy: they must be converted. */
static bon_status judge(struct bon_stats_worker *worker, const char *line, size_t n, unsigned *encoding, bool *legacy) {
    const uint32_t allowed = ((UINT32_C(1) << BON_CHARSETS) - 1) & ~(UINT32_C(1) << BON_CHARSET_AUTO);
    struct bon_verdict verdict;
    BON_TRY(bon_judge(line, n, allowed, &worker->scratch, &verdict));
    *legacy = verdict.state != BON_LINE_NEUTRAL && verdict.charset != BON_CHARSET_UTF8;
    switch (verdict.state) {
    case BON_LINE_DECIDED: *encoding = verdict.charset; break;
    case BON_LINE_OPEN: *encoding = BON_STATS_UNSURE; break;
    case BON_LINE_NEUTRAL: *encoding = is_ascii(line, n) ? BON_STATS_ASCII : BON_CHARSET_UTF8; break;
    }
    /* VIQR that may be: text in ASCII that is read as it is. */
    if (verdict.state == BON_LINE_OPEN && verdict.candidates == UINT32_C(1) << BON_CHARSET_VIQR)
        *encoding = BON_STATS_ASCII;
    return BON_OK;
}

static bon_status normalize(const bon_normalizer *normalizer, uint64_t *rules, const char *text, size_t n,
                            bon_buf *out) {
    return n ? bon_normalize_counted(normalizer, text, n, out, rules) : BON_OK;
}

/* Whether a letter from U+1E80 to U+1EFF is in text that is UTF-8: only Vietnamese has many of them, and no other charset is read as
 * having one. */
static bool has_tall_letter(const char *text, size_t n) {
    const char *end = text + n;
    while ((text = memchr(text, 0xe1, (size_t)(end - text))) != NULL) {
        unsigned char second = text + 1 < end ? (unsigned char)text[1] : 0;
        if (second == 0xba || second == 0xbb) return true;
        text++;
    }
    return false;
}

struct lines {
    const struct bon_stats *stats;
    struct bon_stats_worker *worker;
    struct bon_stats_sums *sums;
    bool valid; /* all of the text is UTF-8 */
};

/* Counts a line; *legacy: it must be converted. */
static bon_status read_line(const struct lines *lines, const char *line, size_t n, bool *legacy) {
    struct bon_stats_sums *sums = lines->sums;
    unsigned encoding = BON_CHARSET_UTF8;
    *legacy = false;
    sums->lines++;
    if (is_blank(line, n)) {
        sums->blank_lines++;
        return BON_OK;
    }
    if (!lines->valid || !has_tall_letter(line, n)) BON_TRY(judge(lines->worker, line, n, &encoding, legacy));
    sums->encodings[encoding]++;
    return BON_OK;
}

/* Counts the lines of a text as it was and appends it normalized to worker->text. Nearly all text is UTF-8, and normalized at once;
 * where a line is in a legacy charset that is undone, and the text done in stretches. */
static bon_status read_lines(const struct lines *lines, const char *text, size_t n) {
    struct bon_stats_sums *sums = lines->sums;
    const bon_normalizer *plain = lines->stats->plain, *automatic = lines->stats->automatic;
    bon_buf *out = &lines->worker->text;
    const char *end = text + n, *begin = text;
    uint64_t rules[BON_RULES] = {0};
    struct lines all = *lines;
    size_t had = out->len;
    bool whole = true;
    BON_TRY(normalize(plain, rules, text, n, out));
    all.valid = rules[BON_RULE_INVALID_UTF8] == 0;
    for (const char *line = text, *next; line < end; line = next) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        bool legacy;
        next = newline ? newline + 1 : end;
        BON_TRY(read_line(&all, line, (size_t)((newline ? newline : end) - line), &legacy));
        if (!legacy) continue;
        if (whole) out->len = had;
        whole = false;
        BON_TRY(normalize(plain, sums->rules, begin, (size_t)(line - begin), out));
        BON_TRY(normalize(automatic, sums->rules, line, (size_t)(next - line), out));
        begin = next;
    }
    if (!whole) return normalize(plain, sums->rules, begin, (size_t)(end - begin), out);
    for (unsigned i = 0; i < BON_RULES; i++) sums->rules[i] += rules[i];
    return BON_OK;
}

/* ---- chunks ---- */

enum { TEXT_KEPT = 4 << 20 }; /* a text that grew large once does not stay */

static bon_status find_source(struct bon_stats_worker *worker, const char *name, size_t n,
                              struct bon_stats_sums **sums) {
    struct bon_stats_source *last = worker->last;
    if (!last || last->len != n || (n && memcmp(last->name, name, n) != 0)) {
        BON_TRY(bon_stats_source_named(&worker->sources, name, n, &last));
        worker->last = last;
    }
    *sums = &last->sums;
    return BON_OK;
}

static bon_status map_text(struct bon_stats *stats, struct bon_stats_worker *worker, const struct bon_chunk *chunk) {
    struct reading reading = {.stats = stats, .worker = worker, .lines_are_texts = true};
    BON_TRY(find_source(worker, chunk->name, strlen(chunk->name), &reading.sums));
    reading.sums->bytes += chunk->len;
    worker->text.len = 0;
    BON_TRY(read_lines(&(struct lines){stats, worker, reading.sums, false}, chunk->data, chunk->len));
    return read_text(&reading, worker->text.data, worker->text.len);
}

/* A member of an object; *kind is that of its value. A string's text is appended to `text`. */
static bon_status read_member(const char *field, const char *line, size_t n, const struct bon_chunk *chunk,
                              uint64_t number, bon_buf *text, enum bon_json_kind *kind) {
    struct bon_json_field span;
    struct bon_json_error error;
    unsigned long long at = chunk->offset + (uint64_t)(line - chunk->data);
    if (!bon_json_find(line, n, field, &span, &error))
        return bon_fail(BON_ERR_DATA, "%s:%llu: malformed JSON at offset %llu: %s; a line must be an object",
                        chunk->name, (unsigned long long)number, at + error.at, error.reason);
    *kind = span.kind;
    if (span.kind == BON_JSON_OTHER)
        return bon_fail(BON_ERR_DATA, "%s:%llu: field '%s' at offset %llu is not a string", chunk->name,
                        (unsigned long long)number, field, at + span.start);
    return span.kind == BON_JSON_STRING ? bon_json_unescape(line + span.start, span.end - span.start, text) : BON_OK;
}

/* A document: its lines are not lines of the file, and duplicates are documents. */
static bon_status map_object(struct bon_stats *stats, struct bon_stats_worker *worker, const struct bon_chunk *chunk,
                             const char *line, size_t n, uint64_t number) {
    struct reading reading = {.stats = stats, .worker = worker};
    enum bon_json_kind kind;
    worker->raw.len = worker->name.len = worker->text.len = 0;
    BON_TRY(read_member(stats->options.json_field, line, n, chunk, number, &worker->raw, &kind));
    if (kind != BON_JSON_STRING) return BON_OK;
    if (stats->options.source_field)
        BON_TRY(read_member(stats->options.source_field, line, n, chunk, number, &worker->name, &kind));
    else
        BON_TRY(bon_buf_append(&worker->name, chunk->name, strlen(chunk->name)));
    BON_TRY(find_source(worker, worker->name.data, worker->name.len, &reading.sums));
    reading.sums->documents++;
    reading.sums->bytes += worker->raw.len;
    BON_TRY(read_lines(&(struct lines){stats, worker, reading.sums, false}, worker->raw.data, worker->raw.len));
    const bon_buf *text = &worker->text;
    if (!is_blank(text->data, text->len))
        BON_TRY(count_key(worker, bon_stats_line_key(bon_hash128(text->data, text->len), text->len)));
    return read_text(&reading, text->data, text->len);
}

static bon_status map_objects(struct bon_stats *stats, struct bon_stats_worker *worker, const struct bon_chunk *chunk) {
    const char *end = chunk->data + chunk->len;
    uint64_t number = chunk->line;
    for (const char *line = chunk->data, *next; line < end; line = next, number++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t n = (size_t)((newline ? newline : end) - line);
        next = newline ? newline + 1 : end;
        if (!is_blank(line, n)) BON_TRY(map_object(stats, worker, chunk, line, n, number));
    }
    return BON_OK;
}

bon_status bon_stats_map(struct bon_stats *stats, struct bon_stats_worker *worker, const struct bon_chunk *chunk,
                         bon_buf *out) {
    worker->first = chunk->serial << BON_STATS_CHUNK_BITS;
    BON_TRY(stats->options.json_field ? map_objects(stats, worker, chunk) : map_text(stats, worker, chunk));
    if (worker->text.cap > TEXT_KEPT) bon_buf_free(&worker->text);
    if (worker->raw.cap > TEXT_KEPT) bon_buf_free(&worker->raw);
    uint64_t words = worker->first - (chunk->serial << BON_STATS_CHUNK_BITS);
    return bon_buf_append(out, &words, sizeof words);
}
