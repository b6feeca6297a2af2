/* src/ngram/eliasfano_write.c: writes a sequence as an Elias-Fano section in three streaming passes.
 *
 * The low bits of a number are those of its value, since runs are shifted by whole high parts; so only the high parts need to
 * know about runs. The high part of the last number is what the last values of all runs have for high parts, plus one for
 * each border between runs: that makes the best width of the low bits a matter of adding up the ends of runs, not of trying.
 * The first pass adds up, the second finds hints and far lists, which are small, and the third writes the high bits.
 */
#include "base/buf.h"
#include "ngram/bitsink.h"
#include "ngram/eliasfano.h"

enum { ENDS = 512, PACE = 1 << 14, WIDTHS = BON_BITS_WIDTH_MAX + 1 };

/* ---- how many low bits ---- */

/* The runs of a source, one after the other; without borders it is one run. Empty ones are passed over. */
struct runs {
    const struct bon_ef_source *source;
    uint64_t next; /* run */
    uint64_t begin, end;
};

static bool next_run(struct runs *runs) {
    const struct bon_ef_source *source = runs->source;
    runs->begin = runs->end;
    if (runs->end == source->count) return false;
    if (!source->run_begin) {
        runs->end = source->count;
        return true;
    }
    while (source->run_begin[runs->next + 1] <= runs->begin) runs->next++;
    runs->end = source->run_begin[++runs->next];
    bon_store_pace(source->store, (runs->end - runs->begin + 1) * sizeof *source->values);
    return true;
}

/* sum[b] += value >> b for all of them. */
static void add_high_parts(const uint32_t *values, size_t n, uint64_t sum[WIDTHS]) {
    uint32_t any = 0;
    for (size_t i = 0; i < n; i++) any |= values[i];
    for (unsigned b = 0; b < 32 && any >> b; b++) {
        uint64_t here = 0;
        for (size_t i = 0; i < n; i++) here += values[i] >> b;
        sum[b] += here;
    }
}

/* The last number for every width of the low bits. */
static void find_last(const struct bon_ef_source *source, uint64_t last[WIDTHS]) {
    struct runs runs = {.source = source};
    uint32_t ends[ENDS];
    uint64_t run_count = 0, high[WIDTHS] = {0};
    size_t n = 0;
    while (next_run(&runs)) {
        ends[n++] = source->values[runs.end - 1];
        run_count++;
        if (n < ENDS) continue;
        add_high_parts(ends, n, high);
        n = 0;
    }
    add_high_parts(ends, n, high);
    uint64_t value = source->count ? source->values[source->count - 1] : 0;
    for (unsigned b = 0; b < WIDTHS; b++)
        last[b] = run_count ? (high[b] + run_count - 1) << b | (value & ((UINT64_C(1) << b) - 1)) : 0;
}

/* The width that makes the whole smallest; the least of them, since low bits cost a second look. The size falls and then
 * rises as the width grows. */
static unsigned best_low_bits(const struct bon_ef_source *source, uint64_t limit, const uint64_t last[WIDTHS]) {
    uint64_t best_size = UINT64_MAX;
    for (unsigned bits = 0; bits <= BON_BITS_WIDTH_MAX; bits++) {
        uint64_t size = source->count * bits + ((last[bits] > limit ? last[bits] : limit) >> bits);
        if (size >= best_size) return bits - 1;
        best_size = size;
    }
    return BON_BITS_WIDTH_MAX;
}

/* ---- hints ---- */

/* Hints and far lists of the ones, or of the zeros, made from their positions. */
struct hints {
    bon_buf hint, far_list; /* u32 each */
    uint32_t far_count;
    unsigned n;
    uint32_t block[BON_EF_BLOCK];
};

static bon_status end_block(struct hints *hints) {
    if (hints->n == 0) return BON_OK;
    uint32_t hint = hints->block[0];
    if (hints->block[hints->n - 1] - hint > BON_EF_FAR_BITS - 64) {
        hint = BON_EF_FAR | hints->far_count++;
        memset(hints->block + hints->n, 0, (BON_EF_BLOCK - hints->n) * sizeof *hints->block);
        BON_TRY(bon_buf_append(&hints->far_list, hints->block, sizeof hints->block));
    }
    hints->n = 0;
    return bon_buf_append(&hints->hint, &hint, sizeof hint);
}

static inline bon_status add_position(struct hints *hints, uint64_t position) {
    hints->block[hints->n++] = (uint32_t)position;
    return hints->n < BON_EF_BLOCK ? BON_OK : end_block(hints);
}

static void free_hints(struct hints *hints) {
    bon_buf_free(&hints->hint);
    bon_buf_free(&hints->far_list);
}

/* Number i with the high part h is the one at h + i; before it come h zeros, each at its own number + the ones before. */
static bon_status find_hints(const struct bon_ef_source *source, const struct bon_ef_header *head, struct hints *ones,
                             struct hints *zeros) {
    struct runs runs = {.source = source};
    uint64_t base = 0, high = 0, zero = 0, zero_count = head->searchable ? head->limit >> head->low_bits : 0;
    while (next_run(&runs)) {
        base = runs.begin > 0 ? high + 1 : 0;
        for (uint64_t i = runs.begin; i < runs.end; i++) {
            high = base + (source->values[i] >> head->low_bits);
            if (i % PACE == 0) bon_store_pace(source->store, PACE * sizeof *source->values);
            BON_TRY(add_position(ones, high + i));
            if (!head->searchable) continue;
            for (; zero < high; zero++) BON_TRY(add_position(zeros, zero + i));
        }
    }
    for (; zero < zero_count; zero++) BON_TRY(add_position(zeros, zero + source->count));
    BON_TRY(end_block(ones));
    return end_block(zeros);
}

/* ---- writing ---- */

static bon_status put_low(struct bon_bitsink *sink, const struct bon_ef_source *source, unsigned low_bits) {
    uint32_t mask = (uint32_t)((UINT64_C(1) << low_bits) - 1);
    for (uint64_t i = 0; i < source->count; i++) BON_TRY(bon_bitsink_put(sink, source->values[i] & mask, low_bits));
    return bon_bitsink_finish(sink, BON_BITS_PAD);
}

static bon_status put_high(struct bon_bitsink *sink, const struct bon_ef_source *source,
                           const struct bon_ef_header *head) {
    struct runs runs = {.source = source};
    uint64_t word = 0, at = 0, high = 0;
    while (next_run(&runs)) {
        uint64_t base = runs.begin > 0 ? high + 1 : 0;
        for (uint64_t i = runs.begin; i < runs.end; i++) {
            high = base + (source->values[i] >> head->low_bits);
            uint64_t here = high + i;
            for (; at < here / 64; at++, word = 0) BON_TRY(bon_bitsink_put_word(sink, word));
            word |= UINT64_C(1) << (here % 64);
        }
    }
    for (; at < head->high_words; at++, word = 0) BON_TRY(bon_bitsink_put_word(sink, word));
    return bon_bitsink_finish(sink, 0);
}

static bon_status put_u32(struct bon_bitsink *sink, const bon_buf *numbers) {
    for (size_t at = 0; at < numbers->len; at += sizeof(uint32_t))
        BON_TRY(bon_bitsink_put(sink, bon_load32(numbers->data + at), 32));
    return bon_bitsink_finish(sink, 0);
}

static bon_status put_header(struct bon_bitsink *sink, const struct bon_ef_header *head) {
    for (size_t at = 0; at < sizeof *head; at += 8)
        BON_TRY(bon_bitsink_put_word(sink, bon_load64((const char *)head + at)));
    return BON_OK;
}

static bon_status put_parts(struct bon_bitsink *sink, const struct bon_ef_source *source,
                            const struct bon_ef_header *head, const struct hints *ones, const struct hints *zeros) {
    BON_TRY(put_header(sink, head));
    BON_TRY(put_low(sink, source, head->low_bits));
    BON_TRY(put_high(sink, source, head));
    BON_TRY(put_u32(sink, &ones->hint));
    BON_TRY(put_u32(sink, &ones->far_list));
    BON_TRY(put_u32(sink, &zeros->hint));
    return put_u32(sink, &zeros->far_list);
}

bon_status bon_ef_put(struct bon_bitsink *sink, const struct bon_ef_source *source, uint64_t limit, bool searchable) {
    uint64_t last[WIDTHS];
    find_last(source, last);
    struct bon_ef_header head = {.count = source->count, .searchable = searchable};
    head.low_bits = best_low_bits(source, limit, last);
    head.limit = last[head.low_bits] > limit ? last[head.low_bits] : limit;
    head.high_words = bon_ef_high_words(head.count, head.limit, head.low_bits);
    if (head.high_words * 64 >= BON_EF_FAR)
        return bon_fail(BON_ERR_LIMIT, "%llu numbers up to %llu are more than the format holds; prune the model",
                        (unsigned long long)head.count, (unsigned long long)head.limit);
    struct hints ones = {0}, zeros = {0};
    bon_status status = find_hints(source, &head, &ones, &zeros);
    head.far_ones = ones.far_count;
    head.far_zeros = zeros.far_count;
    if (status == BON_OK) status = put_parts(sink, source, &head, &ones, &zeros);
    free_hints(&ones);
    free_hints(&zeros);
    return status;
}

bon_status bon_ef_write(struct bon_artefact_writer *writer, const char *section, const struct bon_ef_source *source,
                        uint64_t limit, bool searchable) {
    struct bon_bitsink sink;
    BON_TRY(bon_artefact_begin(writer, section));
    bon_bitsink_start(&sink, writer);
    sink.store = source->store;
    return bon_ef_put(&sink, source, limit, searchable);
}
