/* src/ngram/passes_kn.c: interpolated modified Kneser-Ney (kn.c) on a device, level by level: the contexts of its n-grams, what
 * these add up to, what each gets. Sums are of integers, so that the order in which n-grams add to them does not matter, and
 * each float is made by the operations of kn_level.c in their order.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/log10.h"
#include "ngram/passes_keys.h"

/* Level k, made from level k - 1. */
struct step {
    struct bon_passes *passes;
    struct bon_grams *grams;
    struct bon_lm_table *table;
    const struct bon_kn_rule *rule;
    const struct bon_discount *discount;
    unsigned k;
    uint32_t *parent, *context; /* of level k; context: NULL at order 2, where it is its words */
    uint32_t *context_below;    /* the same of the level below */
    double *p, *p_below;        /* p: NULL at the highest order */
    struct bon_map_sums sums;   /* of the contexts */
    double *per_count, *weight;
};

static const struct bon_pass_level *level_of(const struct step *step, unsigned k) {
    return &step->passes->level[k - 1];
}
static const uint32_t *contexts_of(const struct step *step) {
    return step->context ? step->context : level_of(step, step->k)->word;
}

/* ---- does it fit? ---- */

/* Bytes of the device at the worst time of level k. */
static uint64_t step_bytes(const struct bon_grams *grams, unsigned k) {
    enum { GRAM = 4 + 4 + 1 + 4 + 4 + 8 + 4, CONTEXT = 4 + 4 + 4 + 8 + 20 + 16 + 5, BELOW = 4 };
    return grams->level[k - 1].count * GRAM + grams->level[k - 2].count * CONTEXT +
           (k > 2 ? grams->level[k - 3].count * BELOW : 0);
}

static bool fits(const struct bon_passes *passes, const struct bon_grams *grams) {
    for (unsigned k = 2; k <= grams->order; k++)
        if (step_bytes(grams, k) + passes->device->taken > passes->budget) return false;
    return true;
}

/* ---- the levels on the device ---- */

/* Uploads what is not there of level k. */
static bon_status need_level(const struct step *step, unsigned k) {
    struct bon_pass_level *level = &step->passes->level[k - 1];
    const struct bon_gram_level *from = &step->grams->level[k - 1];
    struct bon_machine *device = step->passes->device;
    if (level->word) return BON_OK;
    level->count = from->count;
    BON_TRY(bon_machine_copy(device, &level->word, from->word, from->count, sizeof *from->word));
    BON_TRY(bon_machine_copy(device, &level->adjusted, from->adjusted, from->count, sizeof *from->adjusted));
    if (from->first_child)
        BON_TRY(bon_machine_copy(device, &level->first_child, from->first_child, from->count + 1,
                                 sizeof *from->first_child));
    if (from->pruned)
        BON_TRY(bon_machine_copy(device, &level->pruned, from->pruned, from->count, sizeof *from->pruned));
    return BON_OK;
}

static bon_status find_parents(struct step *step) {
    const struct bon_pass_level *below = level_of(step, step->k - 1);
    struct bon_machine *device = step->passes->device;
    uint64_t count = level_of(step, step->k)->count;
    BON_TRY(bon_machine_zeroed(device, &step->parent, count, sizeof *step->parent));
    const struct bon_map_find_parents find = {below->first_child, step->parent};
    BON_TRY(BON_MAP(step->passes, FIND_PARENTS, &find, below->count));
    return device->ops->largest_so_far(device->self, step->parent, count);
}

/* Level 3 and up. The grams get them too: who packs the table can use them. */
static bon_status find_contexts(struct step *step) {
    const struct bon_pass_level *level = level_of(step, step->k), *below = level_of(step, step->k - 1);
    struct bon_gram_level *to = &step->grams->level[step->k - 1];
    struct bon_machine *device = step->passes->device;
    uint32_t *missing, lost;
    BON_TRY(bon_machine_array(device, &step->context, level->count, sizeof *step->context));
    BON_TRY(bon_machine_zeroed(device, &missing, 1, sizeof *missing));
    const struct bon_map_find_contexts find = {
        level->word,   step->parent, below->word, step->context_below, level_of(step, step->k - 2)->first_child,
        step->context, missing};
    BON_TRY(BON_MAP(step->passes, FIND_CONTEXTS, &find, level->count));
    BON_TRY(bon_machine_read(device, missing, 0, &lost));
    bon_machine_free(device, &missing);
    if (lost)
        return bon_fail(BON_ERR_DATA,
                        "%u %u-grams have no context among the %u-grams: these are not the counts of whole lines", lost,
                        step->k, step->k - 1);
    if (to->pruned) return BON_OK; /* places in the table are others */
    to->context = bon_alloc_array(level->count, sizeof *to->context);
    if (!to->context) return BON_ERR_NOMEM;
    return device->ops->download(device->self, to->context, step->context, level->count * sizeof *to->context);
}

/* ---- the sums ---- */

static bon_status add_up(struct step *step) {
    const struct bon_pass_level *level = level_of(step, step->k);
    struct bon_machine *device = step->passes->device;
    uint64_t contexts = level_of(step, step->k - 1)->count;
    BON_TRY(bon_machine_zeroed(device, &step->sums.total, contexts, sizeof *step->sums.total));
    BON_TRY(bon_machine_zeroed(device, &step->sums.one, contexts, sizeof *step->sums.one));
    BON_TRY(bon_machine_zeroed(device, &step->sums.two, contexts, sizeof *step->sums.two));
    BON_TRY(bon_machine_zeroed(device, &step->sums.three, contexts, sizeof *step->sums.three));
    if (level->pruned) BON_TRY(bon_machine_zeroed(device, &step->sums.removed, contexts, sizeof *step->sums.removed));
    const struct bon_map_add_up map = {contexts_of(step), level->adjusted, level->pruned, step->sums};
    return BON_MAP(step->passes, ADD_UP, &map, level->count);
}

static bon_status share_out(struct step *step) {
    struct bon_machine *device = step->passes->device;
    struct bon_lm_level *to = &step->table->level[step->k - 2];
    uint64_t contexts = level_of(step, step->k - 1)->count;
    float *backoff;
    uint8_t *extends;
    BON_TRY(bon_machine_array(device, &step->per_count, contexts, sizeof *step->per_count));
    BON_TRY(bon_machine_array(device, &step->weight, contexts, sizeof *step->weight));
    BON_TRY(bon_machine_array(device, &backoff, contexts, sizeof *backoff));
    BON_TRY(bon_machine_array(device, &extends, contexts, sizeof *extends));
    struct bon_map_share_out map = {.from = step->sums,
                                    .per_count = step->per_count,
                                    .weight = step->weight,
                                    .backoff = backoff,
                                    .extends = extends};
    memcpy(map.discount, step->discount->of, sizeof map.discount);
    BON_TRY(BON_MAP(step->passes, SHARE_OUT, &map, contexts));
    BON_TRY(device->ops->download(device->self, to->backoff, backoff, contexts * sizeof *backoff));
    BON_TRY(device->ops->download(device->self, to->extends, extends, contexts));
    bon_machine_free(device, &backoff);
    bon_machine_free(device, &extends);
    bon_machine_free(device, &step->sums.total);
    bon_machine_free(device, &step->sums.one);
    bon_machine_free(device, &step->sums.two);
    bon_machine_free(device, &step->sums.three);
    bon_machine_free(device, &step->sums.removed);
    return BON_OK;
}

static bon_status interpolate(struct step *step) {
    const struct bon_pass_level *level = level_of(step, step->k);
    struct bon_machine *device = step->passes->device;
    float *logprob;
    BON_TRY(bon_machine_array(device, &logprob, level->count, sizeof *logprob));
    if (step->k < step->grams->order) BON_TRY(bon_machine_array(device, &step->p, level->count, sizeof *step->p));
    struct bon_map_interpolate map = {.context = contexts_of(step),
                                      .parent = step->parent,
                                      .adjusted = level->adjusted,
                                      .per_count = step->per_count,
                                      .weight = step->weight,
                                      .p_below = step->p_below,
                                      .p = step->p,
                                      .logprob = logprob};
    memcpy(map.discount, step->discount->of, sizeof map.discount);
    BON_TRY(BON_MAP(step->passes, INTERPOLATE, &map, level->count));
    BON_TRY(device->ops->download(device->self, step->table->level[step->k - 1].logprob, logprob,
                                  level->count * sizeof *logprob));
    bon_machine_free(device, &logprob);
    return BON_OK;
}

/* ---- all levels ---- */

static bon_status alloc_values(const struct bon_grams *grams, struct bon_lm_table *table) {
    for (unsigned k = 1; k <= grams->order; k++) {
        struct bon_lm_level *to = &table->level[k - 1];
        size_t count = grams->level[k - 1].count;
        to->count = (uint32_t)count;
        to->logprob = bon_alloc_array(count, sizeof *to->logprob);
        if (!to->logprob) return BON_ERR_NOMEM;
        if (k == grams->order) return BON_OK;
        to->backoff = bon_alloc_array(count, sizeof *to->backoff);
        to->extends = bon_alloc_array(count, sizeof *to->extends);
        if (!to->backoff || !to->extends) return BON_ERR_NOMEM;
    }
    return BON_OK;
}

/* Level 1, which is small, on the CPU. */
static bon_status estimate_words(struct step *step, const struct bon_discount *discount) {
    const struct bon_gram_level *level = &step->grams->level[0];
    struct bon_machine *device = step->passes->device;
    double *p = bon_alloc_array(level->count, sizeof *p);
    if (!p) return BON_ERR_NOMEM;
    bon_status status = bon_kn_words(level, discount, step->rule, p);
    for (size_t w = 0; w < level->count && status == BON_OK; w++) step->table->level[0].logprob[w] = bon_log10(p[w]);
    if (status == BON_OK) status = bon_machine_copy(device, &step->p_below, p, level->count, sizeof *p);
    free(p);
    return status;
}

static bon_status estimate_level(struct step *step) {
    struct bon_machine *device = step->passes->device;
    struct bon_pass_level *below = &step->passes->level[step->k - 2];
    BON_TRY(bon_passes_phase(step->passes, "levels again"));
    BON_TRY(need_level(step, step->k - 1));
    BON_TRY(need_level(step, step->k));
    BON_TRY(bon_passes_phase(step->passes, "contexts"));
    BON_TRY(find_parents(step));
    if (step->k > 2) BON_TRY(find_contexts(step));
    BON_TRY(bon_passes_phase(step->passes, "sums"));
    BON_TRY(add_up(step));
    BON_TRY(share_out(step));
    BON_TRY(bon_passes_phase(step->passes, "probabilities"));
    BON_TRY(interpolate(step));
    bon_machine_free(device, &step->parent);
    bon_machine_free(device, &step->per_count);
    bon_machine_free(device, &step->weight);
    bon_machine_free(device, &step->context_below);
    bon_machine_free(device, &step->p_below);
    bon_machine_free(device, &below->word); /* the next level asks for its children only */
    bon_machine_free(device, &below->adjusted);
    bon_machine_free(device, &below->pruned);
    if (step->k > 2) bon_pass_level_free(device, below - 1);
    step->context_below = step->context;
    step->p_below = step->p;
    step->context = NULL;
    step->p = NULL;
    return BON_OK;
}

bon_status bon_passes_estimate(struct bon_passes *passes, struct bon_grams *grams, const struct bon_kn_rule *rule,
                               struct bon_lm_table *table) {
    struct bon_discount discounts[BON_LM_MAX_ORDER];
    struct step step = {.passes = passes, .grams = grams, .table = table, .rule = rule};
    for (unsigned k = 1; k <= grams->order; k++)
        BON_TRY(bon_discount_estimate(&discounts[k - 1], k, grams->with_count[k - 1], rule->discounts, rule->fallback));
    if (!fits(passes, grams)) bon_passes_forget(passes);
    if (!fits(passes, grams)) return bon_kn_estimate(grams, rule, table);
    BON_TRY(alloc_values(grams, table));
    BON_TRY(estimate_words(&step, &discounts[0]));
    for (step.k = 2; step.k <= grams->order; step.k++) {
        step.discount = &discounts[step.k - 1];
        BON_TRY(estimate_level(&step));
    }
    bon_machine_free(passes->device, &step.p_below);
    bon_machine_free(passes->device, &step.context_below);
    bon_passes_forget(passes);
    bon_kn_hand_over(grams, table);
    return BON_OK;
}
