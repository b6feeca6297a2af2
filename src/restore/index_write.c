/* src/restore/index_write.c: collects the candidates of every plain form from a model's vocabulary and writes the index.
 *
 * Orthography keeps typing errors of the corpus out: where a plain form can be a syllable (duoc), only words that are
 * syllables (được, not đựoc) are candidates. Where it cannot (dak, kong), every frequent word is: names, foreign words.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "ngram/table.h"
#include "restore/index.h"
#include "restore/letters.h"

struct found {
    uint32_t entry, word;
    uint64_t count;
};

struct collection {
    const bon_lm_table *table;
    uint32_t min_count;
    struct bon_vocab plain; /* plain forms; their ids are the entries */
    uint8_t *marked;        /* [plain.count] whether some word of the entry has marks */
    size_t marked_cap;
    struct found *found;
    size_t count, cap;
};

/* Whether a word may be a candidate; its plain form, its length and whether it has marks. */
static bool is_candidate(const struct bon_vocab_word *word, char plain[BON_WORD_MAX], size_t *n, bool *has_marks) {
    bon_syllable code;
    bon_case letter_case;
    *n = bon_plain_form(word->text, word->len, plain, has_marks);
    if (*n == 0) return false;
    return !*has_marks || bon_syllable_parse(word->text, word->len, &code, &letter_case) ||
           bon_syllable_candidates(plain, *n, NULL, 0) == 0;
}

static bon_status collect(struct collection *c) {
    for (uint32_t id = BON_LM_EOS + 1; id < c->table->vocab.count; id++) {
        char plain[BON_WORD_MAX];
        size_t n;
        bool has_marks;
        uint64_t count = c->table->word_count ? c->table->word_count[id] : UINT64_MAX;
        uint32_t entry, known = c->plain.count;
        if (count < c->min_count || !is_candidate(&c->table->vocab.words[id], plain, &n, &has_marks)) continue;
        BON_TRY(bon_vocab_add(&c->plain, plain, n, &entry));
        BON_TRY(bon_grow_array(&c->marked, &c->marked_cap, c->plain.count, 1));
        if (entry == known) c->marked[entry] = 0;
        c->marked[entry] |= has_marks;
        BON_TRY(bon_grow_array(&c->found, &c->cap, c->count + 1, sizeof *c->found));
        c->found[c->count++] = (struct found){entry, id, count};
    }
    return BON_OK;
}

/* By entry, then the most frequent first, then by id. */
static int compare_found(const void *a, const void *b) {
    const struct found *x = a, *y = b;
    if (x->entry != y->entry) return x->entry < y->entry ? -1 : 1;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return x->word < y->word ? -1 : x->word > y->word;
}

/* The sections, laid out in memory. */
struct layout {
    struct bon_index_header header;
    uint32_t *slots, *words;
    struct bon_index_entry *entries;
    bon_buf text;
};

static void insert(struct layout *l, const struct bon_vocab_word *plain) {
    uint32_t mask = l->header.slots - 1, slot = (uint32_t)bon_hash64(plain->text, plain->len) & mask, probes = 1;
    for (; l->slots[slot] != 0; slot = (slot + 1) & mask) probes++;
    l->slots[slot] = l->header.entries; /* the entry added last, + 1 */
    if (probes > l->header.probe_max) l->header.probe_max = probes;
}

static bon_status lay_out(const struct collection *c, struct layout *l) {
    uint32_t last = BON_VOCAB_NONE;
    uint64_t listed = 0;
    for (uint32_t i = 0; i < c->plain.count; i++) listed += c->marked[i];
    l->header = (struct bon_index_header){.min_count = c->min_count, .slots = 16};
    while (l->header.slots < 2 * listed) l->header.slots *= 2;
    l->slots = bon_alloc_zeroed(l->header.slots, sizeof *l->slots);
    l->words = bon_alloc_array(c->count, sizeof *l->words);
    l->entries = bon_alloc_array((size_t)c->plain.count + 1, sizeof *l->entries);
    if (!l->slots || !l->words || !l->entries) return BON_ERR_NOMEM;
    for (size_t i = 0; i < c->count; i++) {
        uint32_t entry = c->found[i].entry;
        const struct bon_vocab_word *plain = &c->plain.words[entry];
        if (!c->marked[entry]) continue;
        if (entry != last) {
            l->entries[l->header.entries++] = (struct bon_index_entry){(uint32_t)l->text.len, l->header.words};
            BON_TRY(bon_buf_append(&l->text, plain->text, plain->len));
            insert(l, plain);
            last = entry;
        }
        l->words[l->header.words++] = c->found[i].word;
    }
    l->entries[l->header.entries] = (struct bon_index_entry){(uint32_t)l->text.len, l->header.words};
    l->header.text_bytes = (uint32_t)l->text.len;
    return BON_OK;
}

static bon_status write_layout(const struct layout *l, struct bon_artefact_writer *writer) {
    const struct bon_index_header *h = &l->header;
    BON_TRY(bon_artefact_add(writer, "restore.header", h, sizeof *h));
    BON_TRY(bon_artefact_add(writer, "restore.slots", l->slots, h->slots * sizeof *l->slots));
    BON_TRY(bon_artefact_add(writer, "restore.entries", l->entries, ((size_t)h->entries + 1) * sizeof *l->entries));
    BON_TRY(bon_artefact_add(writer, "restore.words", l->words, h->words * sizeof *l->words));
    return bon_artefact_add(writer, "restore.text", l->text.data, l->text.len);
}

/* The filter of the model's pairs of words. */
static bon_status write_pairs(const bon_lm_table *table, struct bon_artefact_writer *writer) {
    const struct bon_lm_level *words = &table->level[0], *pairs = &table->level[1];
    if (table->order < 2) return BON_OK;
    uint32_t count = bon_pairs_blocks(pairs->count);
    uint64_t *blocks = bon_alloc_zeroed(count, sizeof *blocks), bits;
    if (!blocks) return BON_ERR_NOMEM;
    for (uint32_t word = 0; word < words->count; word++)
        for (uint32_t i = words->first_child[word]; i < words->first_child[word + 1]; i++) {
            uint32_t place = bon_pairs_place(pairs->word[i], word, count, &bits);
            blocks[place] |= bits;
        }
    bon_status status = bon_artefact_add(writer, "restore.pairs", blocks, count * sizeof *blocks);
    free(blocks);
    return status;
}

bon_status bon_index_write(const bon_lm_table *table, uint32_t min_count, struct bon_artefact_writer *writer) {
    struct collection collection = {.table = table, .min_count = min_count};
    struct layout layout = {0};
    bon_status status = collect(&collection);
    if (status == BON_OK) {
        if (collection.count) qsort(collection.found, collection.count, sizeof *collection.found, compare_found);
        status = lay_out(&collection, &layout);
    }
    if (status == BON_OK) status = write_layout(&layout, writer);
    if (status == BON_OK) status = write_pairs(table, writer);
    bon_vocab_free(&collection.plain);
    free(collection.marked);
    free(collection.found);
    free(layout.slots);
    free(layout.words);
    free(layout.entries);
    bon_buf_free(&layout.text);
    return status;
}
