/* src/ngram/fast_write.c: fills the hash tables of the fast layout, one order at a time.
 *
 * The keys of a level are made from those of its parents while the trie is walked in order, so the file depends on nothing but
 * the model. A bucket is asked for some n-grams before it is written to: the tables are larger than any cache.
 *
 * Within a limit of memory a table is made in ranges of buckets, each a walk over the level that takes only what belongs there.
 * What finds its range full at the end goes on to the next, in its turn among the n-grams there, so the table comes out the same.
 */
#include "ngram/fast_write.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/store.h"
#include "ngram/fast.h"

enum { AHEAD = 16 /* a power of two */, SEEDS = 64, PARENT_BYTES = 16, CHILD_BYTES = 20 /* passed in arrays */ };

void bon_fast_keys_free(struct bon_fast_keys *keys) {
    bon_store_free(keys->store, keys->keys);
    keys->keys = NULL;
}

/* N-grams that go on to the next range, in trie order, each with the buckets that it has passed. */
struct carried {
    uint64_t key;
    uint32_t ngram;
    unsigned reach;
};

struct carry {
    struct carried *item;
    size_t count, cap;
};

/* A range of a table being filled. */
struct filling {
    const struct bon_lm_level *level;
    uint64_t buckets;     /* of the table */
    uint64_t first, last; /* bucket first..last - 1 are here */
    uint8_t *lines;
    unsigned per_bucket;
    bool highest;
    struct waiting {
        uint64_t key, bucket;
        uint32_t ngram;
        unsigned reach;
    } waiting[AHEAD];
    size_t count; /* n-grams that have come */
    const struct carry *in;
    size_t in_next;
    struct carry *out;
    bon_status status;
    bool clash; /* two had the same key, or a bucket would be too far from home */
};

/* What is stored for the back-off of n-gram i. */
static float stored_backoff(const struct bon_lm_level *level, uint32_t i) {
    bool blank = level->blank && level->blank[i];
    uint32_t mark = (level->extends[i] ? 0 : BON_FAST_NO_CONTEXT) | (blank ? BON_FAST_BLANK : 0);
    float backoff = bon_fast_backoff(level->backoff[i]);
    if (!level->extends[i] || blank) memcpy(&backoff, &mark, sizeof backoff);
    return backoff;
}

static void put_values(const struct filling *f, uint8_t *line, unsigned place, uint32_t ngram) {
    const struct bon_lm_level *level = f->level;
    if (f->highest) {
        memcpy(line + offsetof(struct bon_fast_highest, logprob) + place * sizeof(float), &level->logprob[ngram],
               sizeof(float));
        return;
    }
    struct bon_fast_values values = {level->logprob[ngram], stored_backoff(level, ngram)};
    memcpy(line + offsetof(struct bon_fast_middle, values) + place * sizeof values, &values, sizeof values);
}

static void carry_on(struct filling *f, const struct waiting *w, unsigned reach) {
    struct carry *out = f->out;
    bon_status status = bon_grow_array(&out->item, &out->cap, out->count + 1, sizeof *out->item);
    if (status == BON_OK)
        out->item[out->count++] = (struct carried){w->key, w->ngram, reach};
    else
        f->status = status;
}

static void put_key(const struct filling *f, uint8_t *line, unsigned place, uint64_t key) {
    size_t size = BON_FAST_LINE / 2 / f->per_bucket; /* keys take the first half; little-endian */
    memcpy(line + place * size, &key, size);
}

/* Puts an n-gram into its bucket or the next one with room. Only full buckets have flags. */
static void insert(struct filling *f, const struct waiting *w) {
    uint64_t bucket = w->bucket, key = bon_fast_stored(w->key, f->per_bucket);
    if (key == 0) goto clash; /* that is a free place */
    for (unsigned reach = w->reach; reach < BON_FAST_REACH; reach++) {
        uint8_t *line = f->lines + (bucket - f->first) * BON_FAST_LINE;
        for (unsigned place = 0; place < f->per_bucket; place++) {
            uint64_t stored = bon_fast_key_at(line, f->per_bucket, place);
            if (stored == 0) {
                put_key(f, line, place, key);
                put_values(f, line, place, w->ngram);
                return;
            }
            if (stored == key) goto clash;
        }
        line[bon_fast_flag(w->key)] |= BON_FAST_PAST;
        if (++bucket < f->last) continue;
        bucket = 0;
        if (f->last - f->first == f->buckets) continue;
        carry_on(f, w, reach + 1);
        return;
    }
clash:
    f->clash = true;
}

/* Takes the next n-gram, in trie order; inserts the one that came AHEAD before. */
static void take(struct filling *f, uint64_t key, uint64_t bucket, uint32_t ngram, unsigned reach) {
    struct waiting *w = &f->waiting[f->count++ % AHEAD];
    if (f->count > AHEAD) insert(f, w);
    *w = (struct waiting){key, bucket, ngram, reach};
    __builtin_prefetch(f->lines + (bucket - f->first) * BON_FAST_LINE, 1);
}

/* Takes what the range before could not keep, of the n-grams below `ngram`. */
static void take_carried(struct filling *f, uint64_t ngram) {
    for (; f->in_next < f->in->count && f->in->item[f->in_next].ngram < ngram; f->in_next++) {
        const struct carried *c = &f->in->item[f->in_next];
        take(f, c->key, f->first, c->ngram, c->reach);
    }
}

static void take_rest(struct filling *f) {
    take_carried(f, UINT64_MAX);
    size_t rest = f->count < AHEAD ? f->count : AHEAD;
    for (size_t i = f->count - rest; i < f->count; i++) insert(f, &f->waiting[i % AHEAD]);
}

/* Walks the level, whose keys follow from those of the parents, and fills the range. */
static void walk(const struct bon_lm_table *table, unsigned order, const uint64_t *keys, struct filling *f) {
    const struct bon_lm_level *level = &table->level[order - 1], *parents = level - 1;
    for (uint32_t parent = 0; parent < parents->count; parent++) {
        for (uint32_t i = parents->first_child[parent]; i < parents->first_child[parent + 1]; i++) {
            uint64_t key = bon_fast_key(keys[parent], level->word[i]), home = bon_fast_home(key, f->buckets);
            if (home - f->first >= f->last - f->first) continue;
            if (f->in_next < f->in->count) take_carried(f, i);
            take(f, key, home, i, 0);
        }
        bon_store_pace(table->store,
                       PARENT_BYTES + (parents->first_child[parent + 1] - parents->first_child[parent]) * CHILD_BYTES);
    }
    take_rest(f);
}

/* Fills buckets first..last - 1, for which there are lines. */
static bon_status fill_range(const struct bon_lm_table *table, unsigned order, const uint64_t *keys, struct filling *f,
                             const struct carry *in, struct carry *out) {
    f->in = in;
    f->in_next = 0;
    f->out = out;
    f->count = out->count = 0;
    memset(f->lines, 0, (size_t)(f->last - f->first) * BON_FAST_LINE);
    walk(table, order, keys, f);
    return f->status;
}

static bool same_carry(const struct carry *a, const struct carry *b) {
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = a->item[i].key == b->item[i].key && a->item[i].reach == b->item[i].reach;
    return same;
}

/* The ranges one after the other. What the last one cannot keep goes to the first: since n-grams move on a few buckets only, that
 * does not depend on what the first ones hold, and is found beforehand. */
static bon_status fill_ranges(const struct bon_lm_table *table, unsigned order, const uint64_t *keys, struct filling *f,
                              uint64_t range, struct bon_artefact_writer *writer) {
    struct carry none = {0}, wrapped = {0}, carry[2] = {{0}, {0}};
    bon_status status = BON_OK;
    unsigned which = 0;
    if (writer && range < f->buckets) {
        f->first = (f->buckets - 1) / range * range;
        f->last = f->buckets;
        status = fill_range(table, order, keys, f, &none, &wrapped);
    }
    for (f->first = 0; f->first < f->buckets && status == BON_OK && !f->clash; f->first = f->last, which ^= 1) {
        f->last = f->buckets - f->first < range ? f->buckets : f->first + range;
        status = fill_range(table, order, keys, f, f->first ? &carry[which ^ 1] : &wrapped, &carry[which]);
        if (status == BON_OK && writer)
            status = bon_artefact_write(writer, f->lines, (size_t)(f->last - f->first) * BON_FAST_LINE);
    }
    if (status == BON_OK && writer && !same_carry(&wrapped, &carry[which ^ 1]))
        status = bon_fail(BON_ERR_LIMIT,
                          "the hash table of %u-grams does not come apart; use the small layout, or more "
                          "memory",
                          order);
    free(wrapped.item);
    free(carry[0].item);
    free(carry[1].item);
    return status;
}

/* Makes the keys of level `order` from those of its parents, in their place. */
static bon_status next_keys(const struct bon_lm_table *table, unsigned order, struct bon_fast_keys *keys) {
    const struct bon_lm_level *level = &table->level[order - 1], *parents = level - 1;
    uint64_t *made = bon_store_array(table->store, level->count, sizeof *made);
    if (!made) return BON_ERR_NOMEM;
    for (uint32_t parent = 0; parent < parents->count; parent++) {
        for (uint32_t i = parents->first_child[parent]; i < parents->first_child[parent + 1]; i++)
            made[i] = bon_fast_key(keys->keys[parent], level->word[i]);
        bon_store_pace(table->store,
                       PARENT_BYTES + (parents->first_child[parent + 1] - parents->first_child[parent]) * CHILD_BYTES);
    }
    bon_store_free(table->store, keys->keys);
    keys->keys = made;
    return BON_OK;
}

/* Fills the table of level `order` (2 and up) and writes it, unless writer is NULL; keys go on from those of the parents to those
 * of this level. */
static bon_status fill(const struct bon_lm_table *table, unsigned order, struct bon_fast_keys *keys,
                       struct bon_artefact_writer *writer, bool *clash) {
    const struct bon_lm_level *level = &table->level[order - 1];
    struct filling *f = bon_alloc_zeroed(1, sizeof *f);
    if (!f) return BON_ERR_NOMEM;
    f->level = level;
    f->highest = order == table->order;
    f->per_bucket = f->highest ? BON_FAST_HIGHEST : BON_FAST_MIDDLE;
    f->buckets = bon_fast_bucket_count(level->count, f->per_bucket);
    uint64_t range = table->store ? bon_store_budget(table->store) / 2 / BON_FAST_LINE : f->buckets;
    if (range < BON_FAST_REACH) range = BON_FAST_REACH;
    if (range > f->buckets) range = f->buckets;
    f->lines = bon_alloc_array((size_t)range, BON_FAST_LINE);
    bon_status status = f->lines ? fill_ranges(table, order, keys->keys, f, range, writer) : BON_ERR_NOMEM;
    if (status == BON_OK && !f->highest) status = next_keys(table, order, keys);
    *clash = f->clash;
    free(f->lines);
    free(f);
    return status;
}

static bon_status word_keys(const struct bon_lm_table *table, struct bon_fast_keys *keys) {
    keys->store = table->store;
    keys->keys = bon_store_array(table->store, table->level[0].count, sizeof *keys->keys);
    if (!keys->keys) return BON_ERR_NOMEM;
    for (uint32_t word = 0; word < table->level[0].count; word++)
        keys->keys[word] = bon_fast_key(bon_fast_start(keys->seed), word);
    return BON_OK;
}

static bon_status try_seed(const struct bon_lm_table *table, uint64_t seed, bool *clash) {
    struct bon_fast_keys keys = {.seed = seed};
    bon_status status = word_keys(table, &keys);
    *clash = false;
    for (unsigned order = 2; status == BON_OK && !*clash && order <= table->order; order++)
        status = fill(table, order, &keys, NULL, clash);
    bon_fast_keys_free(&keys);
    return status;
}

bon_status bon_fast_find_seed(const struct bon_lm_table *table, uint64_t *seed) {
    for (unsigned order = 2; order <= table->order; order++)
        if (bon_fast_bucket_count(table->level[order - 1].count, BON_FAST_HIGHEST) * BON_FAST_HIGHEST > UINT32_MAX)
            return bon_fail(BON_ERR_LIMIT, "%u %u-grams are too many for the fast layout; use the small one",
                            table->level[order - 1].count, order);
    bool clash = true;
    for (*seed = 0; clash && *seed < SEEDS; ++*seed) BON_TRY(try_seed(table, *seed, &clash));
    --*seed; /* the one that was tried last */
    return clash ? bon_fail(BON_ERR_LIMIT, "the keys of the n-grams clash; use the small layout") : BON_OK;
}

static bon_status write_words(const struct bon_lm_table *table, struct bon_artefact_writer *writer) {
    const struct bon_lm_level *level = &table->level[0];
    BON_TRY(bon_artefact_begin(writer, "lm.1.values"));
    for (uint32_t word = 0; word < level->count; word++) {
        struct bon_fast_values values = {level->logprob[word], -0.0f};
        if (table->order > 1) values.backoff = stored_backoff(level, word);
        BON_TRY(bon_artefact_write(writer, &values, sizeof values));
    }
    return BON_OK;
}

bon_status bon_fast_write_level(const struct bon_lm_table *table, unsigned order, struct bon_fast_keys *keys,
                                struct bon_artefact_writer *writer) {
    char name[BON_ARTEFACT_NAME];
    if (order == 1) {
        BON_TRY(word_keys(table, keys));
        return write_words(table, writer);
    }
    bool clash; /* the seed was tried */
    bon_lm_section_name(name, order, "buckets");
    BON_TRY(bon_artefact_begin(writer, name));
    return fill(table, order, keys, writer, &clash);
}
