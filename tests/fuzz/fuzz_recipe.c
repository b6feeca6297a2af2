/* A recipe. Reading fails or not; what was read has steps in an order in which none comes before what it needs, and what it is made of
 * knows its place. */
#include <stdlib.h>

#include "recipe/recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition) {
    if (!condition) abort();
}

static void look_through(const struct bon_toml_node *node) {
    size_t count = 0;
    must(node->line >= 1 && node->column >= 1);
    for (const struct bon_toml_node *item = node->first; item; item = item->next, count++) look_through(item);
    must(count == node->count);
    must((node->text != NULL) == (node->kind != BON_TOML_TABLE && node->kind != BON_TOML_ARRAY));
}

static void check_needed(const struct bon_recipe_reference *reference, const bool *done) {
    must((reference->step >= 0) != (reference->source >= 0));
    must(reference->step < 0 || done[reference->step]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bon_recipe *recipe;
    struct bon_toml *toml;
    if (size > 1 << 14) return 0;
    if (bon_toml_read(&toml, "recipe", (const char *)data, size) == BON_OK) look_through(&toml->root);
    bon_toml_close(toml);
    if (bon_recipe_parse(&recipe, "recipe", (const char *)data, size) != BON_OK) return 0;
    bool *done = calloc(recipe->step_count + 1, sizeof *done);
    must(done);
    for (size_t i = 0; i < recipe->step_count; i++) {
        const struct bon_recipe_step *step = &recipe->steps[recipe->order[i]];
        for (size_t k = 0; k < step->input_count; k++) check_needed(&step->inputs[k], done);
        for (size_t k = 0; k < step->option_count; k++)
            if (step->options[k].reads) check_needed(&step->options[k].from, done);
        must(!done[recipe->order[i]]);
        done[recipe->order[i]] = true;
    }
    free(done);
    bon_recipe_close(recipe);
    return 0;
}
