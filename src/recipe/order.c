/* src/recipe/order.c: depth first over what steps need, in the order of the recipe. The steps on the way down are marked: meeting
 * one again closes a circle, and the way down from there is its wording. The walk keeps its own stack: a recipe may be a chain of any length. */
#include "recipe/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum mark { UNSEEN, ON_THE_WAY, DONE };

struct walk {
    struct bon_recipe *recipe;
    unsigned char *marks;
    size_t *stack, *next; /* steps on the way down; which of its needs each looks at next */
    size_t depth, done;
};

/* The k-th reference of a step, inputs first; NULL behind the last. */
static const struct bon_recipe_reference *reference_at(const struct bon_recipe_step *step, size_t k) {
    if (k < step->input_count) return &step->inputs[k];
    k -= step->input_count;
    if (k < step->option_count) return &step->options[k].from;
    k -= step->option_count;
    for (size_t i = 0; i < step->override_count; i++) {
        if (k < step->overrides[i].option_count) return &step->overrides[i].options[k].from;
        k -= step->overrides[i].option_count;
    }
    return NULL;
}

static bon_status refuse_circle(const struct walk *walk, size_t step, const struct bon_recipe_reference *reference) {
    const struct bon_recipe *recipe = walk->recipe;
    char circle[512];
    size_t from = walk->depth - 1, n = 0;
    while (walk->stack[from] != step) from--;
    for (size_t i = from; i < walk->depth && n < sizeof circle; i++)
        n += (size_t)snprintf(circle + n, sizeof circle - n, "'%s' needs ", recipe->steps[walk->stack[i]].name);
    return bon_toml_fail(recipe->toml, reference->node, "steps need each other in a circle: %s'%s'", circle,
                         recipe->steps[step].name);
}

static void enter(struct walk *walk, size_t step) {
    walk->marks[step] = ON_THE_WAY;
    walk->stack[walk->depth] = step;
    walk->next[walk->depth++] = 0;
}

static bon_status walk_from(struct walk *walk, size_t root) {
    enter(walk, root);
    while (walk->depth) {
        const size_t at = walk->stack[walk->depth - 1];
        const struct bon_recipe_step *step = &walk->recipe->steps[at];
        const struct bon_recipe_reference *reference = reference_at(step, walk->next[walk->depth - 1]++);
        if (!reference) {
            walk->marks[at] = DONE;
            walk->recipe->order[walk->done++] = at;
            walk->depth--;
        } else if (reference->node && reference->step >= 0) {
            const size_t needed = (size_t)reference->step;
            if (walk->marks[needed] == ON_THE_WAY) return refuse_circle(walk, needed, reference);
            if (walk->marks[needed] == UNSEEN) enter(walk, needed);
        }
    }
    return BON_OK;
}

bon_status bon_recipe_sort(struct bon_recipe *recipe) {
    const size_t steps = recipe->step_count;
    struct walk walk = {.recipe = recipe,
                        .marks = bon_alloc_zeroed(steps, 1),
                        .stack = bon_alloc_array(steps, sizeof *walk.stack),
                        .next = bon_alloc_array(steps, sizeof *walk.next)};
    recipe->order = bon_arena_alloc(&recipe->arena, (steps + 1) * sizeof *recipe->order, sizeof *recipe->order);
    bon_status status = walk.marks && walk.stack && walk.next && recipe->order ? BON_OK : BON_ERR_NOMEM;
    for (size_t i = 0; i < steps && status == BON_OK; i++)
        if (walk.marks[i] == UNSEEN) status = walk_from(&walk, i);
    free(walk.marks);
    free(walk.stack);
    free(walk.next);
    return status;
}
