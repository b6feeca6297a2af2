/* src/ngram/blocks_write.c: see blocks_write.h. Blocks are made one after the other in a small array of words and streamed
 * into the artefact; the index entries are kept until the level is done. */
#include "ngram/blocks_write.h"

#include <stdlib.h>

#include "base/buf.h"
#include "ngram/blocks.h"
#include "ngram/lm.h"
#include "ngram/palette.h"
#include "ngram/trie_contexts.h"

/* ---- the plan ---- */

void bon_blocks_plan_free(struct bon_blocks_plan *plan) {
    for (unsigned i = 0; i < BON_LM_MAX_ORDER; i++)
        if (plan->found[i]) bon_store_free(plan->table->store, plan->found[i]);
    *plan = (struct bon_blocks_plan){0};
}

enum { PACE = 1 << 12 };

static bool all_have_contexts(struct bon_store *store, const uint32_t *contexts, uint32_t count) {
    uint32_t missing = 0;
    for (uint32_t i = 0; i < count; i++) {
        missing |= contexts[i] == BON_NO_CONTEXT;
        if (i % PACE == 0) bon_store_pace(store, PACE * sizeof *contexts);
    }
    return !missing;
}

/* The widest block has BON_BLOCK_REACH words, so that offsets fit where that many blocks fit. */
static bool numbers_fit(const struct bon_lm_table *table) {
    if (table->level[0].count >= UINT32_C(1) << BON_BLOCK_BASE_BITS) return false;
    for (unsigned i = 0; i < table->order; i++)
        if (table->level[i].count / BON_BLOCK >= (UINT32_C(1) << BON_BLOCK_OFFSET_BITS) / BON_BLOCK_REACH) return false;
    return true;
}

bon_status bon_blocks_plan(struct bon_blocks_plan *plan, const struct bon_lm_table *table, bool *possible) {
    bon_status status = BON_OK;
    *plan = (struct bon_blocks_plan){.table = table};
    *possible = numbers_fit(table);
    for (unsigned k = 2; *possible && status == BON_OK && k <= table->order; k++) {
        plan->contexts[k - 1] = k == 2 ? table->level[k - 1].word : table->level[k - 1].context;
        if (plan->contexts[k - 1]) continue; /* the estimator knew */
        uint32_t *contexts = bon_store_array(table->store, (size_t)table->level[k - 1].count + 1, sizeof *contexts);
        plan->contexts[k - 1] = plan->found[k - 1] = contexts;
        if (!contexts) {
            status = BON_ERR_NOMEM;
            break;
        }
        bon_contexts_find(table, k, plan->contexts[k - 2], contexts);
        *possible = all_have_contexts(table->store, contexts, table->level[k - 1].count);
    }
    if (!*possible || status != BON_OK) bon_blocks_plan_free(plan);
    return status;
}

/* Bytes of arrays that are passed with a block, and those that come with a place out of turn, where the ranks of a run begin: many more,
 * but most of them are there. */
enum { BLOCK_BYTES = BON_BLOCK * 512, RUN_BYTES = 1 << 12 };

/* ---- bits of a block ---- */

struct words {
    uint64_t bits[BON_BLOCK_REACH + 64];
    unsigned used;
};

static void put_bits(struct words *words, unsigned bit, uint64_t value, unsigned width) {
    uint64_t *at = words->bits + words->used + bit / 64;
    if (width == 0) return;
    at[0] |= value << bit % 64;
    if (bit % 64 + width > 64) at[1] |= value >> (64 - bit % 64);
}

static void set_bit(struct words *words, unsigned bit) {
    words->bits[words->used + bit / 64] |= UINT64_C(1) << bit % 64;
}

/* ---- a level ---- */

struct level_writer {
    const struct bon_blocks_plan *plan;
    const struct bon_lm_table *table;
    const struct bon_lm_level *level;
    struct bon_artefact_writer *writer;
    unsigned order;
    bool inner;
    struct bon_palette prob, backoff;
    struct bon_palette_source probs, backoffs;
    uint64_t *entries;
    uint64_t words;  /* written */
    uint32_t parent; /* whose run the next n-gram is in, or before it */
    struct words block;
};

/* The n-grams of a block. Ranks are counted from the first n-gram's within its run. */
struct part {
    uint32_t first;
    unsigned count;
    uint32_t base; /* the first n-gram's rank */
    uint32_t rank[BON_BLOCK];
    uint64_t starts; /* bit i: n-gram i is the first of its parent's, or of the block */
    uint32_t last[BON_BLOCK];
    unsigned runs; /* last[] has the last rank of each */
};

/* The children of one parent follow one another: finds the parent of a node, and what its children's ranks are counted from. */
static uint32_t next_run(struct level_writer *w, uint32_t node) {
    const struct bon_lm_level *parents = w->level - 1;
    while (parents->first_child[w->parent + 1] <= node) w->parent++;
    if (w->order == 2) return 0;
    return w->level[-2].first_child[w->plan->contexts[w->order - 2][w->parent]];
}

static void take_ranks(struct level_writer *w, struct part *part) {
    const uint32_t *ids = w->order > 2 ? w->plan->contexts[w->order - 1] : w->level->word, *of = ids + part->first;
    part->starts = 0;
    part->runs = 0;
    for (unsigned i = 0; i < part->count;) {
        uint32_t from = next_run(w, part->first + i), end = w->level[-1].first_child[w->parent + 1] - part->first;
        if (end > part->count) end = part->count;
        part->starts |= UINT64_C(1) << i;
        if (i == 0) from += part->base = of[0] - from;
        for (; i < end; i++) part->rank[i] = of[i] - from;
        part->last[part->runs++] = part->rank[i - 1];
    }
}

/* Bits of the high parts with so many low bits. */
static uint64_t high_bits(const struct part *part, unsigned low_bits) {
    uint64_t bits = part->count;
    for (unsigned run = 0; run < part->runs; run++) bits += part->last[run] >> low_bits;
    return bits;
}

/* The width that makes the block smallest; the size falls and then rises. */
static unsigned best_low_bits(const struct part *part) {
    unsigned best = 31;
    uint64_t size = UINT64_MAX;
    for (unsigned low = 0; low < 32; low++) {
        uint64_t high = high_bits(part, low), here = low + (high + 63) / 64;
        if (high > BON_BLOCK_HIGH_MAX * 64) continue;
        if (here >= size) break;
        size = here;
        best = low;
    }
    return best;
}

/* Appends the ranks; returns the words of their high parts. */
static unsigned put_ranks(struct words *words, const struct part *part, unsigned low_bits) {
    uint32_t mask = (UINT32_C(1) << low_bits) - 1, passed = 0, last = 0;
    for (unsigned i = 0; i < part->count; i++) put_bits(words, i * low_bits, part->rank[i] & mask, low_bits);
    words->used += low_bits;
    for (unsigned i = 0; i < part->count; i++) {
        if (part->starts >> i & 1) passed += last; /* zeros count on from run to run */
        last = part->rank[i] >> low_bits;
        set_bit(words, passed + last + i);
    }
    unsigned high_words = (unsigned)((high_bits(part, low_bits) + 63) / 64);
    words->used += high_words;
    return high_words;
}

static void put_codes(struct level_writer *w, const struct part *part) {
    for (unsigned i = 0; i < part->count; i++)
        put_bits(&w->block, i * w->prob.width, bon_palette_code(&w->prob, &w->probs, part->first + i), w->prob.width);
    w->block.used += w->prob.width;
}

/* Appends where the children end, counted from the first one; returns the head. N-grams that are not there have none. */
static uint64_t put_ends(struct level_writer *w, const struct part *part) {
    const uint32_t *first_child = w->level->first_child;
    uint32_t first = first_child[part->first], total = first_child[part->first + part->count] - first;
    unsigned bits = bon_bits_for(total), low_bits = bits > 7 ? bits - 7 : 0;
    for (unsigned i = 0; i < BON_BLOCK; i++) {
        uint32_t end = i < part->count ? first_child[part->first + i + 1] - first : total;
        put_bits(&w->block, i * low_bits, end & ((UINT32_C(1) << low_bits) - 1), low_bits);
    }
    w->block.used += low_bits;
    for (unsigned i = 0; i < BON_BLOCK; i++) {
        uint32_t end = i < part->count ? first_child[part->first + i + 1] - first : total;
        set_bit(&w->block, (end >> low_bits) + i);
    }
    unsigned high_words = ((total >> low_bits) + BON_BLOCK + 63) / 64;
    w->block.used += high_words;
    return first | (uint64_t)low_bits << 32 | (uint64_t)high_words << 37;
}

/* Appends the codes of the back-offs that have one; returns the flags that say which. */
static uint64_t put_backoffs(struct level_writer *w, const struct part *part) {
    uint64_t flags = 0;
    unsigned width = w->backoff.width, n = 0;
    for (unsigned i = 0; i < part->count; i++) {
        uint64_t code = bon_palette_code(&w->backoff, &w->backoffs, part->first + i);
        if (code == BON_PALETTE_PLAIN) continue;
        flags |= UINT64_C(1) << i;
        put_bits(&w->block, n++ * width, code, width);
    }
    w->block.used += (n * width + 63) / 64;
    return flags;
}

static bon_status put_block(struct level_writer *w, uint64_t number) {
    struct words *block = &w->block;
    struct part part = {.first = (uint32_t)number * BON_BLOCK};
    uint64_t head = 0;
    unsigned low_bits = 0, high_words = 0;
    part.count = w->level->count - part.first < BON_BLOCK ? w->level->count - part.first : BON_BLOCK;
    *block = (struct words){.used = w->inner ? 2 : 0};
    put_codes(w, &part);
    if (w->inner) head = put_ends(w, &part);
    if (w->order > 1) {
        take_ranks(w, &part);
        low_bits = best_low_bits(&part);
        high_words = put_ranks(block, &part, low_bits);
    }
    if (w->inner) {
        block->bits[0] = head | (uint64_t)high_words << 39;
        block->bits[1] = put_backoffs(w, &part);
    }
    w->entries[number] =
        w->words | (uint64_t)low_bits << BON_BLOCK_OFFSET_BITS | (uint64_t)part.base << (64 - BON_BLOCK_BASE_BITS);
    w->words += block->used;
    bon_store_pace(w->table->store, BLOCK_BYTES + (size_t)part.runs * RUN_BYTES);
    return bon_artefact_write(w->writer, block->bits, block->used * sizeof *block->bits);
}

static bon_status put_level(struct level_writer *w) {
    char name[BON_ARTEFACT_NAME];
    static const uint64_t zeros[BON_BLOCK_REACH];
    uint64_t blocks = ((uint64_t)w->level->count + BON_BLOCK - 1) / BON_BLOCK;
    struct bon_blocks_head head = {w->prob.width, w->backoff.width, w->backoff.plain, 0, 0};
    w->entries = bon_alloc_array((size_t)blocks + 1, sizeof *w->entries);
    if (!w->entries) return BON_ERR_NOMEM;
    bon_lm_section_name(name, w->order, "blocks");
    BON_TRY(bon_artefact_begin(w->writer, name));
    for (uint64_t i = 0; i < blocks; i++) BON_TRY(put_block(w, i));
    BON_TRY(bon_artefact_write(w->writer, zeros, sizeof zeros));
    head.words = w->words;
    bon_lm_section_name(name, w->order, "index");
    BON_TRY(bon_artefact_begin(w->writer, name));
    BON_TRY(bon_artefact_write(w->writer, &head, sizeof head));
    return bon_artefact_write(w->writer, w->entries, (size_t)blocks * sizeof *w->entries);
}

static bon_status put_bins(struct level_writer *w, const char *part, const struct bon_palette *palette) {
    char name[BON_ARTEFACT_NAME];
    if (!palette->bins) return BON_OK;
    bon_lm_section_name(name, w->order, part);
    return bon_artefact_add(w->writer, name, palette->bins, sizeof *palette->bins << palette->width);
}

static bon_status put_blanks(struct level_writer *w) {
    char name[BON_ARTEFACT_NAME];
    uint64_t word = 0;
    if (!w->level->blank) return BON_OK;
    bon_lm_section_name(name, w->order, "blank");
    BON_TRY(bon_artefact_begin(w->writer, name));
    uint64_t padded = bon_lm_flag_bytes(w->level->count) * 8;
    for (uint64_t i = 0; i < padded; i++) {
        word |= (uint64_t)(i < w->level->count && w->level->blank[i]) << i % 64;
        if (i % 64 < 63) continue;
        BON_TRY(bon_artefact_write(w->writer, &word, sizeof word));
        word = 0;
    }
    return BON_OK;
}

static bon_status write_level(struct level_writer *w, unsigned quantize_bits) {
    unsigned bits = w->order == 1 ? 0 : quantize_bits; /* unigrams are few and in every back-off: kept exact */
    w->probs = (struct bon_palette_source){w->level->logprob, NULL, w->level->count, w->table->store};
    BON_TRY(bon_palette_make(&w->prob, &w->probs, bits, w->order == 1, false));
    if (w->inner) {
        w->backoffs =
            (struct bon_palette_source){w->level->backoff, w->level->extends, w->level->count, w->table->store};
        BON_TRY(bon_palette_make(&w->backoff, &w->backoffs, bits, w->order == 1, true));
    }
    BON_TRY(put_level(w));
    BON_TRY(put_bins(w, "probbin", &w->prob));
    BON_TRY(put_bins(w, "backbin", &w->backoff));
    return put_blanks(w);
}

static bon_status write_order(struct bon_blocks_plan *plan, unsigned order, unsigned quantize_bits,
                              struct bon_artefact_writer *writer) {
    struct level_writer *w = bon_alloc_zeroed(1, sizeof *w);
    if (!w) return BON_ERR_NOMEM;
    w->plan = plan;
    w->table = plan->table;
    w->level = &plan->table->level[order - 1];
    w->writer = writer;
    w->order = order;
    w->inner = order < plan->table->order;
    bon_status status = write_level(w, quantize_bits);
    bon_palette_free(&w->prob);
    bon_palette_free(&w->backoff);
    free(w->entries);
    free(w);
    if (order > 2) { /* the level before is no longer asked for */
        bon_store_free(plan->table->store, plan->found[order - 2]);
        plan->contexts[order - 2] = plan->found[order - 2] = NULL;
    }
    return status;
}

bon_status bon_blocks_write_levels(struct bon_blocks_plan *plan, unsigned quantize_bits,
                                   struct bon_artefact_writer *writer) {
    for (unsigned order = 1; order <= plan->table->order; order++)
        BON_TRY(write_order(plan, order, quantize_bits, writer));
    return BON_OK;
}
