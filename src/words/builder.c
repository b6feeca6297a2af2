/* src/words/builder.c: word lists, gold sentences and plain text -> a model.
 *
 * A first model knows lists and gold sentences. It cuts the plain text into words, and how often each n-gram turned out to be
 * one is evidence for a second, also about words that no list has. Sentences that a model has learned from would make that
 * evidence look better than it is, so the gold sentences are halved: each half sees the evidence of a first model that learned
 * from the other, and the file gets that of a model that learned from all.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "words/learn.h"

enum { SIZE_DEFAULT = 3000000, SIZE_MIN = 200000, ROUNDS_DEFAULT = 150, ROUNDS_MAX = 10000, HALVES = 2 };

struct bon_words_builder {
    uint64_t size;
    unsigned rounds;
    struct bon_unit_reader *reader;
    struct bon_evidence known; /* from lists and gold sentences */
    struct bon_lesson lesson;
    size_t example_cap;
    bon_buf text, line;
};

bon_status bon_words_builder_open(bon_words_builder **out, const bon_words_options *options) {
    const bon_words_options defaults = {0};
    if (!options) options = &defaults;
    uint64_t size = options->size ? options->size : SIZE_DEFAULT;
    if (size < SIZE_MIN || size > UINT32_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "a model of words of %llu bytes: from %d on, below 4 GiB",
                        (unsigned long long)size, SIZE_MIN);
    if (options->rounds > ROUNDS_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "%u rounds of learning: at most %d", options->rounds, ROUNDS_MAX);
    bon_words_builder *builder = bon_alloc_zeroed(1, sizeof *builder);
    if (!builder) return BON_ERR_NOMEM;
    builder->size = size;
    builder->rounds = options->rounds ? options->rounds : ROUNDS_DEFAULT;
    bon_status status = bon_unit_reader_open(&builder->reader);
    if (status == BON_OK)
        *out = builder;
    else
        free(builder);
    return status;
}

static void forget_examples(bon_words_builder *builder) {
    for (size_t i = 0; i < builder->lesson.count; i++) {
        free(builder->lesson.examples[i].units);
        free(builder->lesson.examples[i].begins);
        free(builder->lesson.examples[i].grams);
    }
    free(builder->lesson.examples);
}

void bon_words_builder_close(bon_words_builder *builder) {
    if (!builder) return;
    bon_lesson_clear(&builder->lesson);
    forget_examples(builder);
    bon_evidence_free(&builder->known);
    bon_unit_reader_close(builder->reader);
    bon_buf_free(&builder->text);
    bon_buf_free(&builder->line);
    free(builder);
}

/* ---- what is learned from ---- */

bon_status bon_words_builder_add_list(bon_words_builder *builder, unsigned list, const char *lines, size_t n) {
    if (list >= BON_WORDS_LISTS_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "word list %u: at most %d lists", list + 1, BON_WORDS_LISTS_MAX);
    return bon_evidence_add_list(&builder->known, builder->reader, list, lines, n);
}

bon_status bon_words_builder_add_text(bon_words_builder *builder, const char *lines, size_t n) {
    if (n >= UINT32_MAX - builder->text.len)
        return bon_fail(BON_ERR_LIMIT, "words: plain text of 4 GiB and more: give less");
    BON_TRY(bon_buf_append(&builder->text, lines, n));
    return n && lines[n - 1] != '\n' ? bon_buf_put(&builder->text, '\n') : BON_OK;
}

/* Where words begin: behind a blank of the gold line, beside signs, and so that none is too long. */
static void mark_begins(struct bon_example *example, const char *gold) {
    unsigned length = 0;
    for (size_t i = 0; i < example->count; i++) {
        const struct bon_unit *unit = &example->units[i];
        bool begins = i == 0 || unit->start == 0 || gold[unit->start - 1] != '_';
        begins |= i > 0 && bon_is_parted(example->units, i);
        length = begins || length == BON_WORD_PARTS_MAX ? 1 : length + 1;
        example->begins[i] = length == 1;
    }
}

static bon_status read_units(bon_words_builder *builder, struct bon_example *example) {
    size_t cap = 0;
    bon_unit_reader_begin(builder->reader, builder->line.data, builder->line.len);
    for (struct bon_unit unit; bon_unit_next(builder->reader, &unit);) {
        BON_TRY(bon_grow_array(&example->units, &cap, example->count + 1, sizeof unit));
        example->units[example->count++] = unit;
    }
    return BON_OK;
}

/* N-grams of gold sentences are known by themselves. */
static bon_status note_gold(bon_words_builder *builder, const struct bon_example *example) {
    struct bon_gram *gram;
    for (size_t i = 0; i < example->count; i++) {
        BON_TRY(bon_evidence_at(&builder->known, example->units + i, 1, &gram));
        gram->gold = true;
        if (i + 1 == example->count || example->units[i].shape == BON_UNIT_SIGN ||
            example->units[i + 1].shape == BON_UNIT_SIGN)
            continue;
        BON_TRY(bon_evidence_at(&builder->known, example->units + i, 2, &gram));
        gram->gold = true;
    }
    return BON_OK;
}

static bon_status add_sentence(bon_words_builder *builder, const char *gold, size_t n) {
    struct bon_lesson *lesson = &builder->lesson;
    builder->line.len = 0;
    BON_TRY(bon_buf_append(&builder->line, gold, n));
    for (size_t i = 0; i < n; i++)
        if (gold[i] == '_') builder->line.data[i] = ' ';
    BON_TRY(bon_grow_array(&lesson->examples, &builder->example_cap, lesson->count + 1, sizeof *lesson->examples));
    struct bon_example *example = &lesson->examples[lesson->count++];
    *example = (struct bon_example){.units = NULL};
    BON_TRY(read_units(builder, example));
    example->begins = bon_alloc_zeroed(example->count, sizeof *example->begins);
    if (!example->begins) return BON_ERR_NOMEM;
    example->grams = bon_alloc_zeroed(example->count, sizeof *example->grams);
    if (!example->grams) return BON_ERR_NOMEM;
    mark_begins(example, gold);
    return note_gold(builder, example);
}

bon_status bon_words_builder_add_gold(bon_words_builder *builder, const char *lines, size_t n) {
    for (const char *line = lines, *end; line < lines + n; line = end + 1) {
        end = memchr(line, '\n', (size_t)(lines + n - line));
        if (!end) end = lines + n;
        if (end > line) BON_TRY(add_sentence(builder, line, (size_t)(end - line)));
    }
    return BON_OK;
}

/* ---- learning ---- */

/* Learns from the examples outside one half (HALVES: from all). */
static bon_status learn_without(bon_words_builder *builder, unsigned half) {
    struct bon_lesson *lesson = &builder->lesson;
    for (size_t i = 0; i < lesson->count; i++) lesson->examples[i].used = i * HALVES / lesson->count != half;
    return bon_lesson_learn(lesson, builder->rounds);
}

/* How many n-grams the file has room for, about. */
static size_t gram_room(const bon_words_builder *builder) {
    enum { BYTES_A_GRAM = 6, BYTES_A_VECTOR = 10, OTHER_BYTES = 60000 }; /* a slot of 4 bytes and the free ones */
    uint64_t fixed = OTHER_BYTES + (uint64_t)BYTES_A_VECTOR * builder->lesson.weights.classes;
    return builder->size > fixed ? (size_t)(builder->size - fixed) / BYTES_A_GRAM : 0;
}

/* The evidence of plain text as a first model cuts it that has learned without one half. */
static bon_status read_text(bon_words_builder *builder, unsigned half, struct bon_evidence *evidence) {
    struct bon_words first;
    BON_TRY(learn_without(builder, half));
    BON_TRY(bon_pack(&first, &builder->lesson.weights, &builder->known));
    bon_status status = bon_evidence_copy(evidence, &builder->known);
    if (status == BON_OK) status = bon_evidence_add_text(evidence, &first, builder->text.data, builder->text.len);
    bon_pack_free(&first);
    if (status == BON_OK) bon_evidence_limit(evidence, gram_room(builder));
    return status;
}

/* Describes the examples again, each half by evidence that does not come from it. */
static bon_status describe_again(struct bon_lesson *lesson, const struct bon_evidence *evidence) {
    size_t first = 0;
    bon_lesson_clear(lesson);
    for (unsigned half = 0; half < HALVES; half++) {
        size_t end = first;
        while (end < lesson->count && end * HALVES / lesson->count == half) end++;
        BON_TRY(bon_lesson_describe(lesson, first, end, &evidence[half]));
        first = end;
    }
    return BON_OK;
}

/* evidence[HALVES] is that from all examples. */
static bon_status learn_all(bon_words_builder *builder, struct bon_evidence evidence[HALVES + 1]) {
    struct bon_lesson *lesson = &builder->lesson;
    bon_lesson_clear(lesson);
    BON_TRY(bon_lesson_describe(lesson, 0, lesson->count, &builder->known));
    if (builder->text.len == 0) {
        BON_TRY(bon_evidence_copy(&evidence[HALVES], &builder->known));
        return learn_without(builder, HALVES);
    }
    for (unsigned half = 0; half <= HALVES; half++) BON_TRY(read_text(builder, half, &evidence[half]));
    BON_TRY(describe_again(lesson, evidence));
    return learn_without(builder, HALVES);
}

/* The model, with rarer n-grams of plain text left out until it is small enough. What lists and gold sentences have stays. */
static bon_status pack_to_size(const bon_words_builder *builder, struct bon_evidence *evidence,
                               struct bon_words *words) {
    for (size_t room = gram_room(builder);; room -= room / 20 + 1) {
        bon_evidence_limit(evidence, room);
        BON_TRY(bon_pack(words, &builder->lesson.weights, evidence));
        if (bon_words_bytes(words) <= builder->size || room <= builder->known.count) return BON_OK;
        bon_pack_free(words);
    }
}

bon_status bon_words_builder_write(bon_words_builder *builder, const char *path) {
    struct bon_evidence evidence[HALVES + 1] = {{.grams = NULL}};
    struct bon_words words;
    if (builder->lesson.count == 0)
        return bon_fail(BON_ERR_DATA, "%s: nothing to learn words from: give sentences cut into words", path);
    bon_status status = learn_all(builder, evidence);
    if (status == BON_OK) status = pack_to_size(builder, &evidence[HALVES], &words);
    if (status == BON_OK) {
        status = bon_words_write(&words, path);
        bon_pack_free(&words);
    }
    for (unsigned half = 0; half <= HALVES; half++) bon_evidence_free(&evidence[half]);
    return status;
}
