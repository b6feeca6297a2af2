/* src/ngram/eliasfano.c: writing an Elias-Fano section in four streaming passes over the sequence, and checking one. */
#include "ngram/eliasfano.h"

#include "base/buf.h"
#include "ngram/bitsink.h"

/* ---- layout ---- */

static uint64_t hint_count(uint64_t count) { return (count + BON_EF_BLOCK - 1) / BON_EF_BLOCK; }

static uint64_t high_words(uint64_t count, uint64_t limit, unsigned low_bits) {
    return (count + (limit >> low_bits) + 63) / 64;
}

/* The width that makes the whole smallest; the least of them, since low bits cost a second look. */
static unsigned best_low_bits(uint64_t count, uint64_t limit) {
    unsigned best = 0;
    for (unsigned bits = 1; bits <= BON_BITS_WIDTH_MAX && (limit >> bits) > 0; bits++)
        if (count * bits + (limit >> bits) < count * best + (limit >> best)) best = bits;
    return best;
}

struct parts {
    uint64_t low, high, hint, far_list; /* bytes */
};

static struct parts parts_of(const struct bon_ef_header *head) {
    return (struct parts){
        .low = bon_bits_bytes(head->count, head->low_bits),
        .high = head->high_words * 8,
        .hint = (hint_count(head->count) + 1) / 2 * 8,
        .far_list = (uint64_t)head->far_count * BON_EF_BLOCK * 4,
    };
}

bon_status bon_ef_open(struct bon_ef *ef, const void *bytes, size_t n, uint64_t count, uint64_t limit, const char *file,
                       const char *section) {
    if (n < sizeof ef->head)
        return bon_fail(BON_ERR_FORMAT, "%s: section %s is cut short; get the file again", file, section);
    memcpy(&ef->head, bytes, sizeof ef->head);
    struct parts parts = {0};
    bool sound = ef->head.count == count && ef->head.limit == limit && ef->head.low_bits <= BON_BITS_WIDTH_MAX &&
                 count < BON_EF_FAR && ef->head.high_words == high_words(count, limit, ef->head.low_bits) &&
                 ef->head.far_count <= hint_count(count);
    if (sound) {
        parts = parts_of(&ef->head);
        sound = sizeof ef->head + parts.low + parts.high + parts.hint + parts.far_list == n;
    }
    if (!sound)
        return bon_fail(BON_ERR_FORMAT, "%s: section %s does not fit the counts in the header; get the file again",
                        file, section);
    ef->low = (const uint8_t *)bytes + sizeof ef->head;
    ef->high = ef->low + parts.low;
    ef->hint = ef->high + parts.high;
    ef->far_list = ef->hint + parts.hint;
    return BON_OK;
}

/* ---- writing ---- */

struct source {
    const uint32_t *values;
    uint64_t count;
    unsigned low_bits;
};

static uint64_t position(const struct source *source, uint64_t index) {
    return ((uint64_t)source->values[index] >> source->low_bits) + index;
}

static uint64_t block_end(const struct source *source, uint64_t first) {
    return source->count - first < BON_EF_BLOCK ? source->count : first + BON_EF_BLOCK;
}

static bool block_is_far(const struct source *source, uint64_t first) {
    return position(source, block_end(source, first) - 1) - position(source, first) > BON_EF_FAR_BITS - 64;
}

static uint64_t count_far(const struct source *source) {
    uint64_t far_count = 0;
    for (uint64_t i = 0; i < source->count; i += BON_EF_BLOCK) far_count += block_is_far(source, i);
    return far_count;
}

static bon_status put_low(struct bon_bitsink *sink, const struct source *source) {
    uint32_t mask = source->low_bits == 32 ? UINT32_MAX : (UINT32_C(1) << source->low_bits) - 1;
    for (uint64_t i = 0; i < source->count; i++)
        BON_TRY(bon_bitsink_put(sink, source->values[i] & mask, source->low_bits));
    return bon_bitsink_finish(sink, BON_BITS_PAD);
}

static bon_status put_high(struct bon_bitsink *sink, const struct source *source, uint64_t words) {
    uint64_t word = 0, at = 0;
    for (uint64_t i = 0; i < source->count; i++) {
        uint64_t here = position(source, i);
        for (; at < here / 64; at++, word = 0) BON_TRY(bon_bitsink_put(sink, word, 64));
        word |= UINT64_C(1) << (here % 64);
    }
    for (; at < words; at++, word = 0) BON_TRY(bon_bitsink_put(sink, word, 64));
    return bon_bitsink_finish(sink, 0);
}

static bon_status put_hints(struct bon_bitsink *sink, const struct source *source) {
    uint32_t far_index = 0;
    for (uint64_t i = 0; i < source->count; i += BON_EF_BLOCK) {
        uint32_t hint = block_is_far(source, i) ? BON_EF_FAR | far_index++ : (uint32_t)position(source, i);
        BON_TRY(bon_bitsink_put(sink, hint, 32));
    }
    return bon_bitsink_finish(sink, 0);
}

static bon_status put_far(struct bon_bitsink *sink, const struct source *source) {
    for (uint64_t i = 0; i < source->count; i += BON_EF_BLOCK) {
        if (!block_is_far(source, i)) continue;
        uint64_t end = block_end(source, i);
        for (uint64_t j = i; j < i + BON_EF_BLOCK; j++)
            BON_TRY(bon_bitsink_put(sink, j < end ? position(source, j) : 0, 32));
    }
    return bon_bitsink_finish(sink, 0);
}

bon_status bon_ef_write(struct bon_artefact_writer *writer, const char *section, const uint32_t *values, uint64_t count,
                        uint64_t limit) {
    struct source source = {values, count, best_low_bits(count, limit)};
    struct bon_ef_header head = {.count = count, .limit = limit, .low_bits = source.low_bits};
    head.high_words = high_words(count, limit, source.low_bits);
    if (head.high_words * 64 >= BON_EF_FAR)
        return bon_fail(BON_ERR_LIMIT,
                        "section %s: %llu numbers up to %llu are more than the format holds; prune the model", section,
                        (unsigned long long)count, (unsigned long long)limit);
    head.far_count = (uint32_t)count_far(&source);

    struct bon_bitsink sink;
    BON_TRY(bon_artefact_add(writer, section, &head, sizeof head));
    bon_bitsink_start(&sink, writer);
    BON_TRY(put_low(&sink, &source));
    BON_TRY(put_high(&sink, &source, head.high_words));
    BON_TRY(put_hints(&sink, &source));
    return put_far(&sink, &source);
}
