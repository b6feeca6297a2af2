/* src/corpus/stats_words.c: see stats_words.h. */
#include "corpus/stats_words.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/store.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

enum { LEAST_BITS = 10, SPARE = 64, BLOCK = 256 };

_Static_assert(sizeof(struct bon_stats_word) == 64, "a record is 64 bytes in a state file");

/* ---- the table ---- */

static size_t slot_count(unsigned bits) { return ((size_t)1 << bits) + SPARE; }

/* The slot of a hash, or the free one for it; NULL: there is no room behind the last. */
static struct bon_stats_word *find(struct bon_stats_word *table, unsigned bits, uint64_t hash) {
    struct bon_stats_word *end = table + slot_count(bits);
    for (struct bon_stats_word *slot = table + (hash >> (64 - bits)); slot < end; slot++)
        if (slot->count == 0 || slot->hash == hash) return slot;
    return NULL;
}

static bool copy_all(struct bon_stats_word *to, unsigned to_bits, const struct bon_stats_words *from) {
    for (size_t i = 0; from->table && i < slot_count(from->bits); i++) {
        if (!from->table[i].count) continue;
        struct bon_stats_word *slot = find(to, to_bits, from->table[i].hash);
        if (!slot) return false;
        *slot = from->table[i];
    }
    return true;
}

static bon_status grow(struct bon_stats_words *words) {
    for (unsigned bits = words->table ? words->bits + 1 : LEAST_BITS;; bits++) {
        struct bon_stats_word *larger = bon_alloc_zeroed(slot_count(bits), sizeof *larger);
        if (!larger) return BON_ERR_NOMEM;
        if (copy_all(larger, bits, words)) {
            free(words->table);
            words->table = larger;
            words->bits = bits;
            return BON_OK;
        }
        free(larger);
    }
}

/* Records have moved little: what hides the order are the few whose slot was taken. */
static void sort_table(struct bon_stats_words *words) {
    size_t slots = words->table ? slot_count(words->bits) : 0, kept = 0;
    for (size_t i = 0; i < slots; i++) {
        if (!words->table[i].count) continue;
        struct bon_stats_word word = words->table[i];
        words->table[i].count = 0;
        size_t k = kept++;
        for (; k > 0 && words->table[k - 1].hash > word.hash; k--) words->table[k] = words->table[k - 1];
        words->table[k] = word;
    }
}

void bon_stats_words_freeze(struct bon_stats_words *words) { sort_table(words); }

/* ---- runs ---- */

static bon_status spill(struct bon_stats_words *words) {
    if (!words->store) {
        words->fd = -1;
        BON_TRY(bon_store_open(&words->store, 1 << 20, words->folder));
        BON_TRY(bon_store_file(words->store, &words->fd));
    }
    BON_TRY(bon_grow_array(&words->run_ends, &words->runs_cap, words->runs + 1, sizeof *words->run_ends));
    sort_table(words);
    BON_TRY(bon_store_write(words->store, words->fd, words->table, words->count * sizeof *words->table));
    words->run_ends[words->runs] = (words->runs ? words->run_ends[words->runs - 1] : 0) + words->count;
    words->runs++;
    words->count = 0;
    memset(words->table, 0, slot_count(words->bits) * sizeof *words->table);
    return BON_OK;
}

static bon_status make_room(struct bon_stats_words *words) {
    size_t both = words->table ? (slot_count(words->bits) + slot_count(words->bits + 1)) * sizeof *words->table : 0;
    return words->memory && both > words->memory ? spill(words) : grow(words);
}

/* As much of a word as is shown, cut at a character. */
static void keep_text(struct bon_stats_word *word, const char *text, size_t n) {
    size_t shown = n < BON_STATS_WORD_SHOWN ? n : BON_STATS_WORD_SHOWN;
    word->len = (uint8_t)(n > BON_STATS_WORD_SHOWN ? BON_STATS_WORD_SHOWN + 1 : n);
    if (shown < n)
        while (shown > 0 && bon_utf8_tail(text[shown])) shown--;
    memset(word->text, 0, sizeof word->text);
    memcpy(word->text, text, shown);
}

static enum bon_stats_look look_of(const char *text, size_t n) {
    bool marked = false;
    for (size_t at = 0; at < n;) {
        unsigned used;
        uint32_t c = bon_utf8_read(text + at, n - at, &used);
        unsigned info = c == BON_UTF8_INVALID ? 0 : bon_letter_info(c);
        if (c >= 0x80 && (!(info & BON_LETTER) || (info & BON_LETTER_OTHER))) return BON_STATS_LOOK_OTHER;
        marked |= c >= 0x80;
        at += used;
    }
    return marked ? BON_STATS_LOOK_MARKED : BON_STATS_LOOK_PLAIN;
}

bon_status bon_stats_words_add(struct bon_stats_words *words, uint64_t hash, const char *text, size_t n, bool joined,
                               uint64_t first, enum bon_stats_look *look) {
    struct bon_stats_word *slot;
    if (!words->table) BON_TRY(grow(words));
    while (!(slot = find(words->table, words->bits, hash))) BON_TRY(make_room(words));
    if (slot->count++) {
        *look = slot->look;
        return BON_OK;
    }
    *look = joined ? BON_STATS_LOOK_JOINED : look_of(text, n);
    slot->hash = hash;
    slot->first = first;
    slot->look = (uint8_t)*look;
    keep_text(slot, text, n);
    if (++words->count > slot_count(words->bits) / 3 * 2) return make_room(words);
    return BON_OK;
}

void bon_stats_words_free(struct bon_stats_words *words) {
    free(words->table);
    free(words->run_ends);
    if (words->store && words->fd >= 0) close(words->fd);
    bon_store_close(words->store);
    *words = (struct bon_stats_words){.memory = words->memory, .folder = words->folder};
}

/* ---- merging ---- */

struct bon_stats_words_source {
    struct bon_stats_word head;
    const struct bon_stats_words *words; /* of a run; NULL: an array */
    const struct bon_stats_word *array;
    uint64_t at, end;
    struct bon_stats_word *block;
    uint64_t block_at, block_count;
    const uint64_t *bases; /* NULL: `first` is a position */
    uint64_t offset;
};

static bon_status fill_block(struct bon_stats_words_source *source) {
    uint64_t left = source->end - source->at;
    source->block_count = left < BLOCK ? left : BLOCK;
    source->block_at = source->at;
    return bon_store_read(source->words->store, source->words->fd, source->at * sizeof *source->block, source->block,
                          (size_t)source->block_count * sizeof *source->block);
}

static bon_status step(struct bon_stats_words_source *source, bool *end) {
    *end = source->at == source->end;
    if (*end) return BON_OK;
    if (source->words && source->at - source->block_at >= source->block_count) BON_TRY(fill_block(source));
    source->head = source->words ? source->block[source->at - source->block_at] : source->array[source->at];
    source->at++;
    uint64_t first = source->head.first, within = first & ((UINT64_C(1) << BON_STATS_CHUNK_BITS) - 1);
    source->head.first =
        source->offset + (source->bases ? source->bases[first >> BON_STATS_CHUNK_BITS] + within : first);
    return BON_OK;
}

static bon_status add_source(struct bon_stats_words_merge *merge, struct bon_stats_words_source source) {
    bool end = false;
    bon_status status = bon_grow_array(&merge->sources, &merge->cap, merge->count + 1, sizeof *merge->sources);
    if (status == BON_OK && source.words) {
        source.block = bon_alloc_array(BLOCK, sizeof *source.block);
        if (!source.block) return BON_ERR_NOMEM;
    }
    if (status == BON_OK) status = step(&source, &end);
    if (status == BON_OK && !end)
        merge->sources[merge->count++] = source;
    else
        free(source.block);
    return status;
}

bon_status bon_stats_words_merge_table(struct bon_stats_words_merge *merge, const struct bon_stats_words *words,
                                       const uint64_t *bases, uint64_t offset) {
    BON_TRY(add_source(merge, (struct bon_stats_words_source){
                                  .array = words->table, .end = words->count, .bases = bases, .offset = offset}));
    for (size_t run = 0; run < words->runs; run++)
        BON_TRY(add_source(merge, (struct bon_stats_words_source){.words = words,
                                                                  .at = run ? words->run_ends[run - 1] : 0,
                                                                  .end = words->run_ends[run],
                                                                  .bases = bases,
                                                                  .offset = offset}));
    return BON_OK;
}

bon_status bon_stats_words_merge_array(struct bon_stats_words_merge *merge, const struct bon_stats_word *words,
                                       uint64_t n, uint64_t offset) {
    return add_source(merge, (struct bon_stats_words_source){.array = words, .end = n, .offset = offset});
}

static bon_status advance(struct bon_stats_words_merge *merge, size_t *i) {
    bool end;
    BON_TRY(step(&merge->sources[*i], &end));
    if (!end) {
        ++*i;
        return BON_OK;
    }
    free(merge->sources[*i].block);
    merge->sources[*i] = merge->sources[--merge->count];
    return BON_OK;
}

bon_status bon_stats_words_next(struct bon_stats_words_merge *merge, struct bon_stats_word *word, bool *end) {
    *end = merge->count == 0;
    if (*end) return BON_OK;
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < merge->count; i++)
        if (merge->sources[i].head.hash < least) least = merge->sources[i].head.hash;
    *word = (struct bon_stats_word){.first = UINT64_MAX};
    for (size_t i = 0; i < merge->count;) {
        const struct bon_stats_word *head = &merge->sources[i].head;
        if (head->hash != least) {
            i++;
            continue;
        }
        uint64_t count = word->count + head->count, first = word->first < head->first ? word->first : head->first;
        *word = *head;
        word->count = count;
        word->first = first;
        BON_TRY(advance(merge, &i));
    }
    return BON_OK;
}

void bon_stats_words_merge_free(struct bon_stats_words_merge *merge) {
    for (size_t i = 0; i < merge->count; i++) free(merge->sources[i].block);
    free(merge->sources);
    *merge = (struct bon_stats_words_merge){0};
}
