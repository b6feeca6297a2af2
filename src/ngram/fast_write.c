/* src/ngram/fast_write.c: fills the hash tables of the fast layout, one order at a time.
 *
 * The keys of a level are made from those of its parents while the trie is walked in order, so the file depends on nothing but
 * the model. A bucket is asked for some n-grams before it is written to: the tables are larger than any cache.
 */
#include "ngram/fast_write.h"

#include <stdlib.h>

#include "base/buf.h"
#include "ngram/fast.h"

enum { AHEAD = 16 /* a power of two */, SEEDS = 64 };

void bon_fast_keys_free(struct bon_fast_keys *keys) {
    free(keys->keys);
    keys->keys = NULL;
}

/* A table being filled. */
struct filling {
    const struct bon_lm_level *level;
    struct bon_lm_buckets buckets;
    uint8_t *lines; /* those of buckets, to write to */
    unsigned per_bucket;
    bool highest;
    struct {
        uint64_t key;
        uint32_t ngram;
    } waiting[AHEAD];
    size_t count; /* n-grams that have come */
    bool clash;   /* two had the same key, or a bucket would be too far from home */
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

/* Puts an n-gram into its bucket or the next one with room. */
static void insert(struct filling *f, uint64_t key, uint32_t ngram) {
    uint64_t bucket = bon_fast_home(key, f->buckets.count);
    if (key == 0) goto clash; /* that is an empty place */
    for (unsigned reach = 0; reach < BON_FAST_REACH; reach++) {
        uint8_t *line = f->lines + bucket * BON_FAST_LINE;
        for (unsigned place = 0; place < f->per_bucket; place++) {
            uint64_t stored = bon_fast_stored_key(line, place);
            if (stored == 0) {
                memcpy(line + place * sizeof key, &key, sizeof key);
                put_values(f, line, place, ngram);
                return;
            }
            if ((stored & ~BON_FAST_PAST) == key) goto clash;
        }
        line[(f->per_bucket - 1) * sizeof key] |=
            (uint8_t)BON_FAST_PAST; /* little-endian: the lowest byte of the key */
        if (++bucket == f->buckets.count) bucket = 0;
    }
clash:
    f->clash = true;
}

/* Takes the next n-gram, in trie order; inserts the one that came AHEAD before. */
static void take(struct filling *f, uint64_t key, uint32_t ngram) {
    size_t at = f->count++ % AHEAD;
    if (f->count > AHEAD) insert(f, f->waiting[at].key, f->waiting[at].ngram);
    f->waiting[at].key = key;
    f->waiting[at].ngram = ngram;
    __builtin_prefetch(bon_fast_line(&f->buckets, key), 1);
}

static void take_rest(struct filling *f) {
    size_t rest = f->count < AHEAD ? f->count : AHEAD;
    for (size_t i = f->count - rest; i < f->count; i++)
        insert(f, f->waiting[i % AHEAD].key, f->waiting[i % AHEAD].ngram);
}

/* Walks level `order` (2 and up), filling its table; keys go on from those of the parents to those of this level. */
static bon_status fill(const struct bon_lm_table *table, unsigned order, struct bon_fast_keys *keys,
                       struct filling *f) {
    const struct bon_lm_level *level = &table->level[order - 1], *parents = level - 1;
    *f = (struct filling){.level = level, .highest = order == table->order};
    f->per_bucket = f->highest ? BON_FAST_HIGHEST : BON_FAST_MIDDLE;
    f->buckets.count = bon_fast_bucket_count(level->count, f->per_bucket);
    uint64_t *made = f->highest ? NULL : bon_alloc_array(level->count, sizeof *made);
    f->lines = bon_alloc_zeroed((size_t)f->buckets.count, BON_FAST_LINE);
    f->buckets.lines = f->lines;
    if (!f->lines || (!made && !f->highest)) {
        free(made);
        return BON_ERR_NOMEM;
    }
    for (uint32_t parent = 0; parent < parents->count; parent++)
        for (uint32_t i = parents->first_child[parent]; i < parents->first_child[parent + 1]; i++) {
            uint64_t key = bon_fast_key(keys->keys[parent], level->word[i]);
            if (made) made[i] = key;
            take(f, key, i);
        }
    take_rest(f);
    free(keys->keys);
    keys->keys = made;
    return BON_OK;
}

static bon_status word_keys(const struct bon_lm_table *table, struct bon_fast_keys *keys) {
    keys->keys = bon_alloc_array(table->level[0].count, sizeof *keys->keys);
    if (!keys->keys) return BON_ERR_NOMEM;
    for (uint32_t word = 0; word < table->level[0].count; word++) keys->keys[word] = bon_fast_key(keys->seed, word);
    return BON_OK;
}

static bon_status try_seed(const struct bon_lm_table *table, uint64_t seed, bool *clash) {
    struct bon_fast_keys keys = {.seed = seed};
    bon_status status = word_keys(table, &keys);
    *clash = false;
    for (unsigned order = 2; status == BON_OK && !*clash && order <= table->order; order++) {
        struct filling filling;
        status = fill(table, order, &keys, &filling);
        *clash = filling.clash;
        free(filling.lines);
    }
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
    struct filling filling;
    bon_status status = fill(table, order, keys, &filling);
    bon_lm_section_name(name, order, "buckets");
    if (status == BON_OK)
        status = bon_artefact_add(writer, name, filling.lines, (size_t)filling.buckets.count * BON_FAST_LINE);
    free(filling.lines);
    return status;
}
