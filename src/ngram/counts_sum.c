/* src/ngram/counts_sum.c: adds up counts that lie in files, reading each once from front to back.
 *
 * Words ascend on all sides, so they are merged by a heap of readers, and what a word of one side becomes in the sum ascends with
 * it; rows keep their order under that map and are merged as runs (runs.h). Memory holds the maps, four bytes a word of each side,
 * and a buffer for each reader.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/io.h"
#include "ngram/counts_flow.h"

enum {
    WORD_BUFFER = 1 << 14,
    WORD_HEAD = 20,     /* two numbers */
    PREFIX_MAX = 255,   /* of a word before that is not written again: a file can grow so many times when it is read */
    PLENTY = 64 << 20,  /* for buffers, without a limit */
    MAP_PAGE = 1 << 10, /* of the map, that an item of a row touches: most are frequent ones, on pages that are there */
};

/* ---- words as they are written: shared bytes, other bytes, these bytes ---- */

bon_status bon_word_record(bon_buf *out, const bon_buf *before, const char *text, size_t n) {
    size_t shared = 0, most = before->len < n ? before->len : n;
    uint8_t head[WORD_HEAD];
    if (most > PREFIX_MAX) most = PREFIX_MAX;
    while (shared < most && before->data[shared] == text[shared]) shared++;
    size_t size = bon_number_put(head, shared);
    size += bon_number_put(head + size, n - shared);
    BON_TRY(bon_buf_append(out, head, size));
    return bon_buf_append(out, text + shared, n - shared);
}

struct word_reader {
    const struct bon_counts_part *part;
    struct bon_hash_stream *hash; /* NULL: believed */
    uint8_t buffer[WORD_BUFFER];
    size_t at, have;
    uint64_t next;  /* in the file: what is not in the buffer yet */
    uint32_t taken; /* words so far */
    bool over;
    bon_buf word, other;
    uint32_t *to; /* [word_count + BON_EDGE_WORDS] what each item becomes */
};

static bon_status refuse(const struct word_reader *reader, const char *reason) {
    return bon_fail(BON_ERR_FORMAT, "%s: corrupt at byte %llu: %s; copy or count it again", reader->part->name,
                    (unsigned long long)(reader->next - reader->have + reader->at), reason);
}

static bon_status fill(struct word_reader *reader) {
    uint64_t left = reader->part->words.end - reader->next;
    size_t want = left < WORD_BUFFER ? (size_t)left : WORD_BUFFER;
    BON_TRY(bon_read_at(reader->part->word_fd, reader->part->name, reader->next, reader->buffer, want));
    if (reader->hash) bon_hash_update(reader->hash, reader->buffer, want);
    reader->at = 0;
    reader->have = want;
    reader->next += want;
    return BON_OK;
}

static uint64_t bytes_left(const struct word_reader *reader) {
    return reader->part->words.end - reader->next + reader->have - reader->at;
}

static bon_status take_number(struct word_reader *reader, uint64_t *number) {
    uint8_t byte = 0x80;
    *number = 0;
    for (unsigned shift = 0; byte & 0x80; shift += 7) {
        if (bytes_left(reader) == 0 || shift > 28) return refuse(reader, "words are cut off");
        if (reader->at == reader->have) BON_TRY(fill(reader));
        byte = reader->buffer[reader->at++];
        *number |= (uint64_t)(byte & 0x7f) << shift;
    }
    return BON_OK;
}

static bon_status take_bytes(struct word_reader *reader, uint64_t n, bon_buf *word) {
    if (n > bytes_left(reader)) return refuse(reader, "words are cut off");
    BON_TRY(bon_buf_reserve(word, (size_t)n));
    while (n > 0) {
        if (reader->at == reader->have) BON_TRY(fill(reader));
        size_t there = reader->have - reader->at, some = n < there ? (size_t)n : there;
        bon_buf_push(word, reader->buffer + reader->at, some);
        reader->at += some;
        n -= some;
    }
    return BON_OK;
}

static bon_status end_words(struct word_reader *reader) {
    reader->over = true;
    if (bytes_left(reader) > 0) return refuse(reader, "there are more words than announced");
    if (reader->hash && bon_hash_digest(reader->hash) != reader->part->words.checksum)
        return refuse(reader, "the words do not agree with their checksum");
    return BON_OK;
}

/* What would be several words on a printed line, or in a model's text. */
static bool has_blank(const char *bytes, uint64_t n) {
    for (uint64_t i = 0; i < n; i++)
        if (bon_lm_is_blank((unsigned char)bytes[i])) return true;
    return false;
}

static bon_status next_word(struct word_reader *reader) {
    uint64_t shared, rest;
    if (reader->taken == reader->part->word_count) return end_words(reader);
    BON_TRY(take_number(reader, &shared));
    BON_TRY(take_number(reader, &rest));
    if (shared > reader->word.len || shared > PREFIX_MAX) return refuse(reader, "a word is not well-formed");
    reader->other.len = 0;
    BON_TRY(bon_buf_append(&reader->other, reader->word.data, (size_t)shared));
    BON_TRY(take_bytes(reader, rest, &reader->other));
    if (bon_compare_bytes(reader->word.data, reader->word.len, reader->other.data, reader->other.len) >= 0)
        return refuse(reader, "words are not in order");
    if (reader->hash && has_blank(reader->other.data + shared, rest)) return refuse(reader, "a word has a blank in it");
    bon_buf swap = reader->word;
    reader->word = reader->other;
    reader->other = swap;
    reader->taken++;
    return BON_OK;
}

/* ---- words of all sides, by a heap ---- */

struct sum {
    const struct bon_sum_rule *rule;
    const struct bon_counts_sink *sink;
    struct word_reader **reader; /* [count] */
    size_t count;
    size_t *heap; /* [heaped] readers, the least word first */
    size_t heaped;
    uint32_t words;
};

static bool comes_first(const struct sum *sum, size_t a, size_t b) {
    const bon_buf *x = &sum->reader[a]->word, *y = &sum->reader[b]->word;
    return bon_compare_bytes(x->data, x->len, y->data, y->len) < 0;
}

static void sift(struct sum *sum, size_t at) {
    size_t item = sum->heap[at];
    for (size_t child; (child = 2 * at + 1) < sum->heaped; at = child) {
        if (child + 1 < sum->heaped && comes_first(sum, sum->heap[child + 1], sum->heap[child])) child++;
        if (!comes_first(sum, sum->heap[child], item)) break;
        sum->heap[at] = sum->heap[child];
    }
    sum->heap[at] = item;
}

static bon_status open_reader(struct sum *sum, size_t i, const struct bon_counts_part *part) {
    struct word_reader *reader = sum->reader[i] = bon_alloc_zeroed(1, sizeof *reader);
    if (!reader) return BON_ERR_NOMEM;
    reader->part = part;
    reader->next = part->words.begin;
    if (!part->believed && !(reader->hash = bon_hash_open())) return BON_ERR_NOMEM;
    reader->to = bon_store_array(sum->rule->store, (size_t)part->word_count + BON_EDGE_WORDS, sizeof *reader->to);
    if (!reader->to) return BON_ERR_NOMEM;
    for (uint32_t item = 0; item < BON_EDGE_WORDS; item++) reader->to[item] = item;
    BON_TRY(next_word(reader));
    if (!reader->over) sum->heap[sum->heaped++] = i;
    return BON_OK;
}

static void close_reader(const struct sum *sum, struct word_reader *reader) {
    if (!reader) return;
    bon_store_free(sum->rule->store, reader->to);
    bon_hash_close(reader->hash);
    bon_buf_free(&reader->word);
    bon_buf_free(&reader->other);
    free(reader);
}

static bon_status sum_words(struct sum *sum) {
    bon_buf word = {0};
    bon_status status = BON_OK;
    for (size_t i = sum->heaped / 2; i-- > 0;) sift(sum, i);
    while (sum->heaped > 0 && status == BON_OK) {
        struct word_reader *reader = sum->reader[sum->heap[0]];
        bool again =
            sum->words > 0 && word.len == reader->word.len && memcmp(word.data, reader->word.data, word.len) == 0;
        if (!again) {
            if (sum->words == UINT32_MAX - BON_EDGE_WORDS)
                status = bon_fail(BON_ERR_LIMIT, "more than %u different words", UINT32_MAX - BON_EDGE_WORDS);
            word.len = 0;
            if (status == BON_OK) status = bon_buf_append(&word, reader->word.data, reader->word.len);
            if (status == BON_OK) status = sum->sink->word(sum->sink->context, word.data, word.len);
            if (status != BON_OK) break;
            sum->words++;
        }
        reader->to[BON_EDGE_WORDS + reader->taken - 1] = BON_EDGE_WORDS + sum->words - 1;
        bon_store_pace(sum->rule->store, MAP_PAGE);
        status = next_word(reader);
        if (reader->over) sum->heap[0] = sum->heap[--sum->heaped];
        if (sum->heaped) sift(sum, 0);
    }
    bon_buf_free(&word);
    return status;
}

/* ---- rows ---- */

/* Beginnings of the line, words, and the line's end or not; and one of the two only where there is a word or the other one. */
static bool is_row(const uint32_t *items, unsigned order) {
    unsigned at = 0;
    while (at < order && items[at] == BON_EDGE_BOS) at++;
    if (at == order) return false;
    while (at < order && items[at] >= BON_EDGE_WORDS) at++;
    return at == order || (at + 1 == order && items[at] == BON_EDGE_EOS);
}

static bon_status sum_run(const struct sum *sum, const struct bon_run_source *sources, size_t count) {
    const struct bon_counts_sink *sink = sum->sink;
    struct bon_merge *merge;
    const uint32_t *items;
    unsigned shared, order = sum->rule->order;
    uint64_t weight;
    size_t budget = sum->rule->budget ? (size_t)sum->rule->budget : PLENTY;
    BON_TRY(bon_merge_open_sources(&merge, order, sources, count, budget));
    bon_status status = sink->begin ? sink->begin(sink->context) : BON_OK;
    while (status == BON_OK && (status = bon_merge_next(merge, &items, &shared, &weight)) == BON_OK && weight > 0) {
        if (!is_row(items, order))
            status = bon_fail(BON_ERR_FORMAT, "%s: an edge has no beginning or end; count it again",
                              bon_merge_source(merge));
        else
            status = sink->row(sink->context, shared, items, weight);
        bon_store_pace(sum->rule->store, (size_t)order * MAP_PAGE);
    }
    bon_merge_close(merge);
    if (status == BON_OK && sink->end) status = sink->end(sink->context);
    return status;
}

static struct bon_run_source source_of(const struct sum *sum, size_t part, size_t run) {
    const struct word_reader *reader = sum->reader[part];
    const struct bon_counts_span *span = &reader->part->runs[run];
    return (struct bon_run_source){.fd = reader->part->row_fd,
                                   .name = reader->part->name,
                                   .begin = span->begin,
                                   .end = span->end,
                                   .to = reader->to,
                                   .words =
                                       reader->part->believed ? 0 : (uint64_t)reader->part->word_count + BON_EDGE_WORDS,
                                   .checksum = span->checksum};
}

static bon_status sum_rows(const struct sum *sum) {
    size_t runs = sum->count && sum->rule->each ? sum->reader[0]->part->run_count : 1, all = 0;
    for (size_t i = 0; i < sum->count; i++) all += sum->reader[i]->part->run_count;
    struct bon_run_source *sources = bon_alloc_array(all, sizeof *sources);
    bon_status status = sources ? BON_OK : BON_ERR_NOMEM;
    for (size_t run = 0; run < runs && status == BON_OK; run++) {
        size_t n = 0;
        for (size_t i = 0; i < sum->count; i++)
            for (size_t k = 0; k < sum->reader[i]->part->run_count; k++)
                if (!sum->rule->each || k == run) sources[n++] = source_of(sum, i, k);
        status = sum_run(sum, sources, n);
    }
    free(sources);
    return status;
}

bon_status bon_counts_sum(const struct bon_counts_part *parts, size_t count, const struct bon_sum_rule *rule,
                          const struct bon_counts_sink *sink) {
    struct sum sum = {.rule = rule, .sink = sink, .count = count};
    sum.reader = bon_alloc_zeroed(count, sizeof *sum.reader);
    sum.heap = bon_alloc_array(count, sizeof *sum.heap);
    bon_status status = sum.reader && sum.heap ? BON_OK : BON_ERR_NOMEM;
    for (size_t i = 0; i < count && status == BON_OK; i++) status = open_reader(&sum, i, &parts[i]);
    if (status == BON_OK) status = sum_words(&sum);
    if (status == BON_OK) status = sum_rows(&sum);
    for (size_t i = 0; sum.reader && i < count; i++) close_reader(&sum, sum.reader[i]);
    free(sum.reader);
    free(sum.heap);
    return status;
}
