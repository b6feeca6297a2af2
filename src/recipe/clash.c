/* src/recipe/clash.c: see clash.h. Outputs are sorted so that those in a folder follow it at once: neighbours tell all. Sources are
 * known by device and inode, because a pattern can reach the folder of outputs by another way. */
#include "recipe/clash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

/* By bytes, with '/' before all others. */
static int by_path(const void *a, const void *b) {
    const unsigned char *left = (const void *)(*(const struct bon_plan_file *const *)a)->path;
    const unsigned char *right = (const void *)(*(const struct bon_plan_file *const *)b)->path;
    while (*left && *left == *right) left++, right++;
    int l = *left == '/' ? 1 : *left + (*left != 0), r = *right == '/' ? 1 : *right + (*right != 0);
    return l - r;
}

static const struct bon_recipe_step *step_of(const struct bon_plan *plan, const struct bon_plan_file *file) {
    return &plan->recipe->steps[plan->jobs[file->job].step];
}

static bon_status compare_outputs(const struct bon_plan *plan, const struct bon_plan_file *one,
                                  const struct bon_plan_file *other) {
    const size_t n = strlen(one->path);
    if (strncmp(one->path, other->path, n) != 0 || (other->path[n] && other->path[n] != '/')) return BON_OK;
    const struct bon_recipe_step *first = step_of(plan, one), *second = step_of(plan, other);
    if (other->path[n])
        return bon_toml_fail(plan->recipe->toml, second->node,
                             "step '%s' would write '%s', but '%s' of step '%s' is no folder for that", second->name,
                             other->path, one->path, first->name);
    if (first == second)
        return bon_toml_fail(plan->recipe->toml, second->node,
                             "step '%s' would write '%s' twice: two of its inputs have that {name}", second->name,
                             other->path);
    return bon_toml_fail(plan->recipe->toml, second->node, "steps '%s' and '%s' would both write '%s'", first->name,
                         second->name, other->path);
}

static bon_status check_outputs(const struct bon_plan *plan) {
    size_t count = 0;
    const struct bon_plan_file **outputs = bon_alloc_array(plan->file_count, sizeof *outputs);
    if (!outputs) return BON_ERR_NOMEM;
    for (size_t i = 0; i < plan->file_count; i++)
        if (plan->files[i].job >= 0) outputs[count++] = &plan->files[i];
    if (count) qsort(outputs, count, sizeof *outputs, by_path);
    bon_status status = BON_OK;
    for (size_t i = 1; i < count && status == BON_OK; i++) status = compare_outputs(plan, outputs[i - 1], outputs[i]);
    free(outputs);
    return status;
}

struct identity {
    dev_t device;
    ino_t inode;
    size_t file;
};

static int by_identity(const void *a, const void *b) {
    const struct identity *left = a, *right = b;
    if (left->device != right->device) return left->device < right->device ? -1 : 1;
    return (left->inode > right->inode) - (left->inode < right->inode);
}

static bool identify(const struct bon_plan *plan, size_t file, struct identity *identity) {
    struct stat about;
    if (stat(plan->files[file].real, &about) != 0) return false;
    *identity = (struct identity){about.st_dev, about.st_ino, file};
    return true;
}

static bon_status check_sources(const struct bon_plan *plan, struct identity *sources) {
    size_t count = 0;
    struct identity output;
    for (size_t i = 0; i < plan->file_count; i++)
        if (plan->files[i].job < 0) count += identify(plan, i, &sources[count]);
    if (count) qsort(sources, count, sizeof *sources, by_identity);
    for (size_t i = 0; i < plan->file_count && count; i++) {
        if (plan->files[i].job < 0 || !identify(plan, i, &output)) continue;
        const struct identity *source = bsearch(&output, sources, count, sizeof *sources, by_identity);
        if (!source) continue;
        const struct bon_recipe_step *step = step_of(plan, &plan->files[i]);
        return bon_toml_fail(plan->recipe->toml, step->node, "step '%s' would write over '%s', a file of a source",
                             step->name, plan->files[source->file].path);
    }
    return BON_OK;
}

bon_status bon_plan_check_clashes(const struct bon_plan *plan) {
    BON_TRY(check_outputs(plan));
    struct identity *sources = bon_alloc_array(plan->file_count, sizeof *sources);
    bon_status status = sources ? check_sources(plan, sources) : BON_ERR_NOMEM;
    free(sources);
    return status;
}
