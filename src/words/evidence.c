/* src/words/evidence.c: a hash table of n-grams, filled from word lists and plain text. */
#include "words/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "words/model.h"

/* ---- the table ---- */

static size_t place_of(const struct bon_evidence *evidence, uint64_t key) {
    size_t at = key & (evidence->cap - 1);
    while (evidence->grams[at].key != 0 && evidence->grams[at].key != key) at = (at + 1) & (evidence->cap - 1);
    return at;
}

static bon_status grow(struct bon_evidence *evidence) {
    enum { FIRST = 1 << 12 };
    struct bon_evidence larger = {.cap = evidence->cap ? 2 * evidence->cap : FIRST};
    larger.grams = bon_alloc_zeroed(larger.cap, sizeof *larger.grams);
    if (!larger.grams) return BON_ERR_NOMEM;
    for (size_t i = 0; i < evidence->cap; i++)
        if (evidence->grams[i].key) larger.grams[place_of(&larger, evidence->grams[i].key)] = evidence->grams[i];
    free(evidence->grams);
    evidence->grams = larger.grams;
    evidence->cap = larger.cap;
    return BON_OK;
}

const struct bon_gram *bon_evidence_find(const struct bon_evidence *evidence, uint64_t key) {
    if (evidence->cap == 0) return NULL;
    const struct bon_gram *gram = &evidence->grams[place_of(evidence, key)];
    return gram->key ? gram : NULL;
}

bon_status bon_evidence_at(struct bon_evidence *evidence, const struct bon_unit *units, unsigned order,
                           struct bon_gram **gram) {
    uint64_t before = BON_GRAM_NONE, key = BON_GRAM_NONE;
    if (order > 3) BON_TRY(bon_evidence_at(evidence, units, order - 1, gram)); /* who looks for it meets that first */
    for (unsigned i = 0; i < order; i++) key = bon_gram_key(before = key, units[i].id);
    if (3 * evidence->count >= 2 * evidence->cap) BON_TRY(grow(evidence));
    *gram = &evidence->grams[place_of(evidence, key)];
    if ((*gram)->key) return BON_OK;
    evidence->count++;
    **gram = (struct bon_gram){
        .key = key, .before = before, .order = (uint8_t)order, .sign = units[0].shape == BON_UNIT_SIGN};
    return BON_OK;
}

bon_status bon_evidence_copy(struct bon_evidence *to, const struct bon_evidence *from) {
    struct bon_gram *grams = bon_alloc_array(from->cap, sizeof *grams);
    if (!grams) return BON_ERR_NOMEM;
    *to = *from;
    to->grams = grams;
    if (from->cap) memcpy(to->grams, from->grams, from->cap * sizeof *to->grams);
    return BON_OK;
}

void bon_evidence_free(struct bon_evidence *evidence) {
    free(evidence->grams);
    *evidence = (struct bon_evidence){.grams = NULL};
}

void bon_evidence_limit(struct bon_evidence *evidence, size_t room) {
    enum { MOST = 1 << 12 };
    size_t by_count[MOST + 1] = {0}, kept = 0;
    for (size_t i = 0; i < evidence->cap; i++) {
        const struct bon_gram *gram = &evidence->grams[i];
        if (!gram->key) continue;
        if (gram->lists || gram->gold)
            kept++;
        else
            by_count[gram->seen < MOST ? gram->seen : MOST]++;
    }
    uint32_t least = MOST;
    while (least > 2 && kept + by_count[least] + by_count[least - 1] <= room) kept += by_count[least--];
    evidence->least = least;
}

/* ---- word lists ---- */

static bon_status add_entry(struct bon_evidence *evidence, struct bon_unit_reader *reader, unsigned list,
                            const char *word, size_t n) {
    struct bon_unit units[BON_GRAM_MAX];
    struct bon_gram *gram;
    unsigned count = 0;
    bon_unit_reader_begin(reader, word, n);
    for (struct bon_unit unit; bon_unit_next(reader, &unit); units[count++] = unit)
        if (count == BON_GRAM_MAX || unit.shape == BON_UNIT_SIGN) return BON_OK; /* no word of this kind */
    if (count == 0) return BON_OK;
    BON_TRY(bon_evidence_at(evidence, units, count, &gram));
    gram->lists |= (uint8_t)(1U << list);
    return BON_OK;
}

bon_status bon_evidence_add_list(struct bon_evidence *evidence, struct bon_unit_reader *reader, unsigned list,
                                 const char *lines, size_t n) {
    bon_buf word = {0};
    bon_status status = BON_OK;
    for (const char *line = lines, *end; line < lines + n && status == BON_OK; line = end + 1) {
        end = memchr(line, '\n', (size_t)(lines + n - line));
        if (!end) end = lines + n;
        word.len = 0;
        status = bon_buf_append(&word, line, (size_t)(end - line));
        if (status != BON_OK) break;
        for (size_t i = 0; i < word.len; i++)
            if (word.data[i] == '_' || word.data[i] == '-') word.data[i] = ' ';
        status = add_entry(evidence, reader, list, word.data, word.len);
    }
    bon_buf_free(&word);
    return status;
}

/* ---- plain text ---- */

static bon_status count_gram(struct bon_evidence *evidence, const struct bon_unit *units, unsigned order, bool whole) {
    struct bon_gram *gram;
    BON_TRY(bon_evidence_at(evidence, units, order, &gram));
    gram->seen += gram->seen < UINT32_MAX;
    gram->whole += whole && gram->whole < UINT32_MAX;
    return BON_OK;
}

/* Single units, pairs, and longer words. */
static bon_status count_sentence(struct bon_evidence *evidence, const struct bon_unit *units, const bool *begins,
                                 size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t length = 1;
        while (begins[i] && i + length < count && !begins[i + length]) length++;
        if (units[i].shape == BON_UNIT_SIGN) continue;
        BON_TRY(count_gram(evidence, units + i, 1, begins[i] && length == 1));
        if (i + 1 < count && units[i + 1].shape != BON_UNIT_SIGN)
            BON_TRY(count_gram(evidence, units + i, 2, !begins[i + 1]));
        if (begins[i] && length > 2 && length <= BON_GRAM_MAX)
            BON_TRY(count_gram(evidence, units + i, (unsigned)length, true));
    }
    return BON_OK;
}

enum { SENTENCE_MAX = 1024 }; /* units; longer lines are cut */

/* Room for sentences of plain text. */
struct counter {
    struct bon_unit_reader *reader;
    struct bon_unit units[SENTENCE_MAX];
    bool begins[SENTENCE_MAX];
    int32_t gaps[SENTENCE_MAX], grams[SENTENCE_MAX][BON_GRAM_MAX];
    int64_t best[SENTENCE_MAX + 1];
    uint8_t length[SENTENCE_MAX + 1];
};

static bon_status count_text(struct bon_evidence *evidence, const bon_words *words, struct counter *counter) {
    const struct bon_decode_room room = {counter->gaps, counter->grams, counter->best, counter->length};
    size_t count = 0;
    for (bool more = true; more;) {
        struct bon_unit *unit = &counter->units[count];
        more = bon_unit_next(counter->reader, unit);
        if (more && unit->shape != BON_UNIT_OUTSIDE && ++count < SENTENCE_MAX) continue;
        bon_words_decode(words, counter->units, count, NULL, &room, counter->begins);
        BON_TRY(count_sentence(evidence, counter->units, counter->begins, count));
        count = 0;
    }
    return BON_OK;
}

bon_status bon_evidence_add_text(struct bon_evidence *evidence, const bon_words *words, const char *text, size_t n) {
    struct counter *counter = bon_alloc_zeroed(1, sizeof *counter);
    if (!counter) return BON_ERR_NOMEM;
    bon_status status = bon_unit_reader_open(&counter->reader);
    if (status == BON_OK) {
        bon_unit_reader_begin(counter->reader, text, n);
        status = count_text(evidence, words, counter);
        bon_unit_reader_close(counter->reader);
    }
    free(counter);
    return status;
}
