/* src/ngram/kn_level.c: the sums of kn.c for one order, in memory that a cache can hold.
 *
 * Each n-gram adds to its context c, and takes from c when all have added. Contexts of n-grams in suffix order lie all over
 * the level below, which has millions: nearly every visit would miss the cache, and the page table's as well. So contexts are
 * done bucket by bucket, a bucket being a range of them. That a bucket finds its n-grams without asking all of them is due to
 * the order of the trie: the parents (the n-grams less their first word) that end in the same word have ascending contexts, so
 * of each last word a bucket has one stretch of parents, which begins where the bucket before left off. A range of contexts
 * is that of the children of a range of n-grams two levels below, the roots, so nothing straddles a border.
 *
 * Buckets have nothing in common: threads take ranges of them. Sums are of integers and each float is rounded once, so the
 * result does not depend on the order of the work.
 */
#include "ngram/kn_level.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/parallel.h"
#include "ngram/log10.h"

enum {
    BUCKET = 1 << 17 /* contexts */,
    FETCH_AHEAD = 16,
    PARENT_BYTES = 16,
    CHILD_BYTES = 24,
    CONTEXT_BYTES = 5 /* in arrays */
};
enum {
    PACE = 1 << 12,
    STRETCH = 1 << 12 /* parents worked on at a time */,
    FAULT_BYTES = 1 << 16 /* that come with a byte that is touched out of turn */
};

/* What is known of a context: first counts, then what they come to. */
union context {
    struct {
        uint32_t total;         /* A(c) */
        uint32_t with_count[3]; /* N1, N2, N3+ */
    } sum;
    struct {
        double per_count; /* 1 / A(c) */
        double weight;    /* g(c) */
    } share;
};

/* A level on its way. */
struct pass {
    struct bon_grams *grams;
    unsigned k;
    const struct bon_gram_level *level, *below;
    const struct bon_discount *discount;
    struct bon_lm_level *to, *to_below;
    const double *p_below;
    double *p;        /* NULL at the highest order, where nobody reads it */
    uint32_t *border; /* [buckets + 1] roots; at level 2, which has none, the contexts themselves */
    size_t buckets;
    size_t largest; /* contexts of a bucket */
    uint32_t *end;  /* [words] behind the parents that end in each word */
    uint32_t words;
    size_t parts;
    size_t bucket;       /* contexts, at least */
    size_t parent_bytes; /* passed with each parent */
};

/* A thread's bucket. */
struct bucket {
    const struct pass *pass;
    uint32_t first, last; /* contexts first..last - 1 */
    union context *contexts;
    uint32_t *removed;      /* counts of pruned n-grams; NULL: none are */
    uint32_t *begin, *next; /* [words] its parents that end in each word */
};

/* ---- a bucket ---- */

/* The n-grams of the parents from..to - 1 add to their contexts. */
static void add_up(const struct bucket *bucket, uint32_t from, uint32_t to) {
    const struct bon_gram_level *level = bucket->pass->level;
    uint32_t end = bucket->pass->below->first_child[to];
    for (uint32_t i = bucket->pass->below->first_child[from]; i < end; i++) {
        uint32_t c = bon_context_of(level, i) - bucket->first, count = level->adjusted[i];
        union context *context = &bucket->contexts[c];
        if (i + FETCH_AHEAD < end)
            __builtin_prefetch(&bucket->contexts[bon_context_of(level, i + FETCH_AHEAD) - bucket->first]);
        context->sum.total += count;
        if (bon_gram_is_pruned(level, i))
            bucket->removed[c] += count;
        else if (count)
            context->sum.with_count[bon_discount_class(count) - 1]++;
    }
}

/* From sums to shares; notes the back-off of each context and whether anything follows it in the model. */
static void share_out(const struct bucket *bucket) {
    const struct pass *pass = bucket->pass;
    const double *discount = pass->discount->of;
    for (uint32_t c = bucket->first; c < bucket->last; c++) {
        union context *context = &bucket->contexts[c - bucket->first];
        if (c % PACE == 0) bon_store_pace(pass->grams->store, PACE * CONTEXT_BYTES);
        uint32_t total = context->sum.total;
        uint32_t one = context->sum.with_count[0], two = context->sum.with_count[1], more = context->sum.with_count[2];
        double freed = discount[1] * one + discount[2] * two + discount[3] * more +
                       (bucket->removed ? bucket->removed[c - bucket->first] : 0);
        bool extends = one || two || more;
        context->share.per_count = total ? 1.0 / total : 0;
        context->share.weight = total ? freed / total : 1;
        pass->to_below->extends[c] = extends;
        pass->to_below->backoff[c] = extends ? bon_log10(context->share.weight) : 0;
    }
}

/* p of the children of the parents from..to - 1, from that of the parents. */
static void interpolate(const struct bucket *bucket, uint32_t from, uint32_t to) {
    const struct pass *pass = bucket->pass;
    const struct bon_gram_level *level = pass->level, *below = pass->below;
    uint32_t end = below->first_child[to]; /* contexts behind it may be another thread's, who writes them now */
    for (uint32_t q = from; q < to; q++) {
        double lower = pass->p_below[q];
        for (uint32_t i = below->first_child[q]; i < below->first_child[q + 1]; i++) {
            const union context *c = &bucket->contexts[bon_context_of(level, i) - bucket->first];
            if (i + FETCH_AHEAD < end)
                __builtin_prefetch(&bucket->contexts[bon_context_of(level, i + FETCH_AHEAD) - bucket->first]);
            uint32_t count = level->adjusted[i]; /* where the logarithm goes below */
            double p =
                (count - pass->discount->of[bon_discount_class(count)]) * c->share.per_count + c->share.weight * lower;
            if (pass->p) pass->p[i] = p;
            pass->to->logprob[i] = bon_log10(p);
        }
    }
}

/* Says that parents with their children have been passed. */
static void pace(const struct pass *pass, uint32_t parents) {
    bon_store_pace(pass->grams->store, parents * pass->parent_bytes);
}

/* Says that the first parent of a stretch has been looked at, so many of them behind where the one before ended. */
static void pace_leap(const struct pass *pass, uint32_t parents) {
    size_t bytes = parents * pass->parent_bytes, most = 2 * FAULT_BYTES;
    bon_store_pace(pass->grams->store, bytes < most ? bytes : most);
}

/* The parents of this bucket that end in word w: from begin[w] on, whose contexts are below `border`. */
static bon_status gather(struct bucket *bucket, uint32_t w, uint32_t border) {
    const struct pass *pass = bucket->pass;
    uint32_t q = bucket->begin[w], end = pass->end[w];
    for (bool more = true; more && q < end;) {
        uint32_t from = q, stop = end - q < STRETCH ? end : q + STRETCH;
        if (pass->k == 2) /* the parents are words, each of which has all contexts */
            q = stop;
        else
            while (q < stop && bon_context_of(pass->below, q) < border) q++;
        more = q == stop;
        if (pass->k > 2) BON_TRY(bon_grams_link(pass->grams, pass->k, from, q));
        add_up(bucket, from, q);
        pace(pass, q - from);
    }
    bucket->next[w] = q;
    return BON_OK;
}

/* Back to all of those, now that their contexts have added up. */
static void give(struct bucket *bucket, uint32_t w) {
    const struct pass *pass = bucket->pass;
    uint32_t q = bucket->begin[w], end = bucket->next[w];
    while (q < end) {
        uint32_t from = q;
        q = end - q < STRETCH ? end : q + STRETCH;
        interpolate(bucket, from, q);
        pace(pass, q - from);
    }
    bucket->begin[w] = end;
}

/* Stretches lie far apart: they are asked for while others are worked on. */
static void fetch(const struct pass *pass, uint32_t q) {
    __builtin_prefetch(&pass->below->first_child[q]);
    if (pass->below->context) __builtin_prefetch(&pass->below->context[q]);
}

static bon_status do_bucket(struct bucket *bucket, size_t number) {
    const struct pass *pass = bucket->pass;
    const uint32_t *first_child = pass->k > 2 ? pass->below[-1].first_child : NULL;
    uint32_t root = pass->border[number], border = pass->border[number + 1];
    bucket->first = first_child ? first_child[root] : root;
    bucket->last = first_child ? first_child[border] : border;
    memset(bucket->contexts, 0, (bucket->last - bucket->first) * sizeof *bucket->contexts);
    if (bucket->removed) memset(bucket->removed, 0, (bucket->last - bucket->first) * sizeof *bucket->removed);
    for (uint32_t w = 0; w < pass->words; w++) {
        if (w + FETCH_AHEAD < pass->words) fetch(pass, bucket->begin[w + FETCH_AHEAD]);
        pace_leap(pass, bucket->begin[w] - (w ? bucket->next[w - 1] : 0));
        BON_TRY(gather(bucket, w, border));
    }
    share_out(bucket);
    for (uint32_t w = 0; w < pass->words; w++) {
        pace_leap(pass, bucket->begin[w] - (w ? bucket->next[w - 1] : 0));
        give(bucket, w);
    }
    return BON_OK;
}

/* ---- all buckets ---- */

/* Sets begin[w] to the first parent that ends in w and has a context from `root` on. */
static void find_begins(const struct pass *pass, uint32_t root, uint32_t *begin) {
    for (uint32_t w = 0; w < pass->words; w++) {
        uint32_t low = w ? pass->end[w - 1] : 0, high = pass->end[w];
        while (low < high && root > 0) {
            uint32_t middle = low + (high - low) / 2;
            if (bon_context_of(pass->below, middle) < root)
                low = middle + 1;
            else
                high = middle;
        }
        begin[w] = low;
    }
}

static bon_status do_part(void *context, size_t part, unsigned worker) {
    (void)worker;
    const struct pass *pass = context;
    size_t first = bon_part_begin(pass->buckets, part, pass->parts),
           end = bon_part_begin(pass->buckets, part + 1, pass->parts);
    if (first == end) return BON_OK;
    bon_store_release(pass->grams->store);
    struct bucket bucket = {.pass = pass,
                            .contexts = bon_alloc_array(pass->largest, sizeof *bucket.contexts),
                            .begin = bon_alloc_array(pass->words, sizeof *bucket.begin),
                            .next = bon_alloc_array(pass->words, sizeof *bucket.next)};
    bon_status status = bucket.contexts && bucket.begin && bucket.next ? BON_OK : BON_ERR_NOMEM;
    if (status == BON_OK && pass->level->pruned) {
        bucket.removed = bon_alloc_array(pass->largest, sizeof *bucket.removed);
        status = bucket.removed ? BON_OK : BON_ERR_NOMEM;
    }
    if (status == BON_OK) find_begins(pass, pass->k > 2 ? pass->border[first] : 0, bucket.begin);
    for (size_t i = first; i < end && status == BON_OK; i++) status = do_bucket(&bucket, i);
    free(bucket.contexts);
    free(bucket.removed);
    free(bucket.begin);
    free(bucket.next);
    return status;
}

/* Cuts the contexts into buckets. Level 2 has one: its contexts are the words. */
static bon_status cut_buckets(struct pass *pass) {
    uint32_t roots = pass->k > 2 ? (uint32_t)pass->below[-1].count : 1;
    size_t bound = pass->below->count / pass->bucket + 2;
    pass->border = bon_alloc_array(bound, sizeof *pass->border);
    if (!pass->border) return BON_ERR_NOMEM;
    pass->border[0] = 0;
    if (pass->k == 2) {
        pass->border[pass->buckets = 1] = (uint32_t)pass->below->count;
        pass->largest = pass->below->count;
        return BON_OK;
    }
    const uint32_t *first_child = pass->below[-1].first_child;
    for (uint32_t root = 0, begin = 0; root < roots; root++) {
        size_t size = first_child[root + 1] - first_child[begin];
        if (root % PACE == 0) bon_store_pace(pass->grams->store, PACE * sizeof *first_child);
        if (size < pass->bucket && root + 1 < roots) continue;
        if (size > pass->largest) pass->largest = size;
        pass->border[++pass->buckets] = begin = root + 1;
    }
    return BON_OK;
}

/* Where the parents that end in each word end. */
static bon_status find_ends(struct pass *pass) {
    pass->end = bon_alloc_array(pass->words, sizeof *pass->end);
    if (!pass->end) return BON_ERR_NOMEM;
    for (uint32_t w = 0; w < pass->words; w++) {
        uint32_t end = w + 1;
        for (unsigned j = 1; j + 1 < pass->k; j++) end = pass->grams->level[j - 1].first_child[end];
        pass->end[w] = end;
        bon_store_pace(pass->grams->store, (pass->k - 2) * FAULT_BYTES);
    }
    return BON_OK;
}

bon_status bon_kn_level(struct bon_grams *grams, unsigned k, const struct bon_discount *discount,
                        struct bon_lm_table *table, const double *p_below, double *p) {
    struct pass pass = {.grams = grams,
                        .k = k,
                        .level = &grams->level[k - 1],
                        .below = &grams->level[k - 2],
                        .discount = discount,
                        .to = &table->level[k - 1],
                        .to_below = &table->level[k - 2],
                        .p_below = p_below,
                        .p = p,
                        .words = (uint32_t)grams->level[0].count,
                        .parts = grams->threads > 1 ? 2 * grams->threads : 1,
                        .bucket = BUCKET};
    size_t budget = grams->store ? bon_store_budget(grams->store) / 4 / sizeof(union context) : 0;
    if (budget > pass.bucket) pass.bucket = budget; /* fewer times over the level */
    if (grams->bucket) pass.bucket = grams->bucket;
    pass.parent_bytes = PARENT_BYTES + (pass.level->count / (pass.below->count + 1) + 1) * CHILD_BYTES;
    bon_status status = cut_buckets(&pass);
    if (status == BON_OK) status = find_ends(&pass);
    const struct bon_parallel job = {grams->threads, pass.parts, &pass, do_part, NULL};
    if (status == BON_OK) status = bon_parallel_run(&job);
    free(pass.border);
    free(pass.end);
    return status;
}
