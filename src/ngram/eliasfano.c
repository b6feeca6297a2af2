/* src/ngram/eliasfano.c: writing an Elias-Fano section in a few streaming passes over the sequence, and checking one. */
#include "ngram/eliasfano.h"

#include "base/buf.h"
#include "ngram/bitsink.h"

/* ---- layout ---- */

static uint64_t block_count(uint64_t count) { return (count + BON_EF_BLOCK - 1) / BON_EF_BLOCK; }

static uint64_t high_words(uint64_t count, uint64_t limit, unsigned low_bits) {
    return (count + (limit >> low_bits) + 63) / 64;
}

static uint64_t hint_bytes(uint64_t count) { return (block_count(count) + 1) / 2 * 8; }

static uint64_t far_bytes(uint32_t lists) { return (uint64_t)lists * BON_EF_BLOCK * 4; }

static uint64_t zero_count(const struct bon_ef_header *head) {
    return head->searchable ? head->limit >> head->low_bits : 0;
}

/* Places the parts behind the header and returns the size of the section. */
static uint64_t place(struct bon_ef *ef, const uint8_t *bytes) {
    const struct bon_ef_header *head = &ef->head;
    uint64_t at = sizeof *head;
    ef->low = bytes + at;
    at += bon_bits_bytes(head->count, head->low_bits);
    ef->high = bytes + at;
    at += head->high_words * 8;
    struct bon_ef_hints *hints[] = {&ef->ones, &ef->zeros};
    ef->ones = (struct bon_ef_hints){.count = head->count, .far_count = head->far_ones};
    ef->zeros = (struct bon_ef_hints){.count = zero_count(head), .far_count = head->far_zeros, .flip = ~UINT64_C(0)};
    for (unsigned i = 0; i < 2; i++) {
        hints[i]->hint = bytes + at;
        at += hint_bytes(hints[i]->count);
        hints[i]->far_list = bytes + at;
        at += far_bytes(hints[i]->far_count);
    }
    return at;
}

bon_status bon_ef_open(struct bon_ef *ef, const void *bytes, size_t n, uint64_t count, bool searchable,
                       const char *file, const char *section) {
    if (n < sizeof ef->head)
        return bon_fail(BON_ERR_FORMAT, "%s: section %s is cut short; get the file again", file, section);
    memcpy(&ef->head, bytes, sizeof ef->head);
    const struct bon_ef_header *head = &ef->head;
    bool sound = head->count == count && head->searchable == (uint32_t)searchable &&
                 head->low_bits <= BON_BITS_WIDTH_MAX && count < BON_EF_FAR &&
                 head->limit >> head->low_bits < BON_EF_FAR &&
                 head->high_words == high_words(count, head->limit, head->low_bits) &&
                 head->far_ones <= block_count(count) && head->far_zeros <= block_count(zero_count(head));
    if (!sound || place(ef, bytes) != n)
        return bon_fail(BON_ERR_FORMAT, "%s: section %s does not fit the counts in the header; get the file again",
                        file, section);
    return BON_OK;
}

/* ---- streams over the sequence ---- */

struct numbers {
    struct bon_ef_source source;
    unsigned low_bits;
    uint64_t at, run, shift, last;
};

static struct numbers numbers_of(const struct bon_ef_source *source, unsigned low_bits) {
    return (struct numbers){.source = *source, .low_bits = low_bits};
}

static uint64_t next_number(struct numbers *numbers) {
    const struct bon_ef_source *source = &numbers->source;
    if (source->run_begin && numbers->at == source->run_begin[numbers->run]) {
        while (source->run_begin[numbers->run + 1] <= numbers->at) numbers->run++;
        numbers->shift = numbers->at > 0 ? ((numbers->last >> numbers->low_bits) + 1) << numbers->low_bits : 0;
        numbers->run++;
    }
    numbers->last = numbers->shift + source->values[numbers->at++];
    return numbers->last;
}

static uint64_t last_number(const struct bon_ef_source *source, unsigned low_bits) {
    struct numbers numbers = numbers_of(source, low_bits);
    while (numbers.at < source->count) next_number(&numbers);
    return numbers.last;
}

/* The width that makes the whole smallest; the least of them, since low bits cost a second look. The size falls and then
 * rises as the width grows. */
static unsigned best_low_bits(const struct bon_ef_source *source, uint64_t limit) {
    uint64_t best_size = UINT64_MAX;
    for (unsigned bits = 0; bits <= BON_BITS_WIDTH_MAX; bits++) {
        uint64_t last = last_number(source, bits),
                 size = source->count * bits + ((last > limit ? last : limit) >> bits);
        if (size >= best_size) return bits - 1;
        best_size = size;
    }
    return BON_BITS_WIDTH_MAX;
}

/* Positions in the high bits of the ones, or of the zeros, one after the other. */
struct positions {
    struct numbers numbers;
    bool zeros;
    uint64_t at, count;
    uint64_t high;   /* of the next number, for zeros */
    uint64_t passed; /* numbers before it */
};

static void next_high(struct positions *positions) {
    bool more = positions->numbers.at < positions->numbers.source.count;
    positions->high = more ? next_number(&positions->numbers) >> positions->numbers.low_bits : UINT64_MAX;
}

static struct positions positions_of(const struct bon_ef_source *source, const struct bon_ef_header *head, bool zeros) {
    struct positions positions = {
        .numbers = numbers_of(source, head->low_bits),
        .zeros = zeros,
        .count = zeros ? zero_count(head) : head->count,
    };
    if (zeros) next_high(&positions);
    return positions;
}

static uint64_t next_position(struct positions *positions) {
    uint64_t index = positions->at++;
    if (!positions->zeros) return (next_number(&positions->numbers) >> positions->numbers.low_bits) + index;
    for (; positions->high <= index; positions->passed++) next_high(positions);
    return index + positions->passed;
}

/* The next block of positions; false at the end. */
static bool next_block(struct positions *positions, uint64_t block[BON_EF_BLOCK], unsigned *n, bool *far) {
    for (*n = 0; *n < BON_EF_BLOCK && positions->at < positions->count; ++*n) block[*n] = next_position(positions);
    *far = *n > 0 && block[*n - 1] - block[0] > BON_EF_FAR_BITS - 64;
    return *n > 0;
}

/* ---- writing ---- */

static uint32_t count_far(const struct bon_ef_source *source, const struct bon_ef_header *head, bool zeros) {
    struct positions positions = positions_of(source, head, zeros);
    uint64_t block[BON_EF_BLOCK];
    uint32_t lists = 0;
    unsigned n;
    for (bool far; next_block(&positions, block, &n, &far);) lists += far;
    return lists;
}

static bon_status put_low(struct bon_bitsink *sink, const struct bon_ef_source *source, unsigned low_bits) {
    struct numbers numbers = numbers_of(source, low_bits);
    uint64_t mask = (UINT64_C(1) << low_bits) - 1;
    while (numbers.at < source->count) BON_TRY(bon_bitsink_put(sink, next_number(&numbers) & mask, low_bits));
    return bon_bitsink_finish(sink, BON_BITS_PAD);
}

static bon_status put_high(struct bon_bitsink *sink, const struct bon_ef_source *source,
                           const struct bon_ef_header *head) {
    struct positions positions = positions_of(source, head, false);
    uint64_t word = 0, at = 0;
    while (positions.at < positions.count) {
        uint64_t here = next_position(&positions);
        for (; at < here / 64; at++, word = 0) BON_TRY(bon_bitsink_put(sink, word, 64));
        word |= UINT64_C(1) << (here % 64);
    }
    for (; at < head->high_words; at++, word = 0) BON_TRY(bon_bitsink_put(sink, word, 64));
    return bon_bitsink_finish(sink, 0);
}

static bon_status put_hints(struct bon_bitsink *sink, const struct bon_ef_source *source,
                            const struct bon_ef_header *head, bool zeros) {
    struct positions positions = positions_of(source, head, zeros);
    uint64_t block[BON_EF_BLOCK];
    uint32_t list = 0;
    unsigned n;
    for (bool far; next_block(&positions, block, &n, &far);)
        BON_TRY(bon_bitsink_put(sink, far ? BON_EF_FAR | list++ : block[0], 32));
    return bon_bitsink_finish(sink, 0);
}

static bon_status put_far(struct bon_bitsink *sink, const struct bon_ef_source *source,
                          const struct bon_ef_header *head, bool zeros) {
    struct positions positions = positions_of(source, head, zeros);
    uint64_t block[BON_EF_BLOCK];
    unsigned n;
    for (bool far; next_block(&positions, block, &n, &far);)
        for (unsigned i = 0; far && i < BON_EF_BLOCK; i++) BON_TRY(bon_bitsink_put(sink, i < n ? block[i] : 0, 32));
    return bon_bitsink_finish(sink, 0);
}

bon_status bon_ef_write(struct bon_artefact_writer *writer, const char *section, const struct bon_ef_source *source,
                        uint64_t limit, bool searchable) {
    struct bon_ef_header head = {.count = source->count, .low_bits = best_low_bits(source, limit)};
    uint64_t last = last_number(source, head.low_bits);
    head.limit = last > limit ? last : limit;
    head.high_words = high_words(head.count, head.limit, head.low_bits);
    head.searchable = searchable;
    if (head.high_words * 64 >= BON_EF_FAR)
        return bon_fail(BON_ERR_LIMIT,
                        "section %s: %llu numbers up to %llu are more than the format holds; prune the model", section,
                        (unsigned long long)head.count, (unsigned long long)head.limit);
    head.far_ones = count_far(source, &head, false);
    head.far_zeros = count_far(source, &head, true);

    struct bon_bitsink sink;
    BON_TRY(bon_artefact_add(writer, section, &head, sizeof head));
    bon_bitsink_start(&sink, writer);
    BON_TRY(put_low(&sink, source, head.low_bits));
    BON_TRY(put_high(&sink, source, &head));
    for (unsigned zeros = 0; zeros < 2; zeros++) {
        BON_TRY(put_hints(&sink, source, &head, zeros));
        BON_TRY(put_far(&sink, source, &head, zeros));
    }
    return BON_OK;
}
