/* src/recipe/plan.c: see plan.h. Steps are unfolded in their order, so the files that a step reads are there when its turn comes.
 * The files of a step stand in one block: of every job its main output, then those of its options. A reference is then a stride
 * over that block. */
#include "recipe/plan.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "recipe/clash.h"
#include "recipe/sources.h"

/* Where the files of a source or step begin in plan->files. */
struct block {
    size_t first, jobs; /* of a source: files */
    size_t mains;       /* main outputs of a job: 0, 1, or of a template one an input */
    size_t extras;      /* outputs of options */
};

struct maker {
    struct bon_plan *plan;
    struct block *sources, *steps;
    size_t *inputs; /* of the step at hand: files of its inputs, one after another */
    size_t input_count, inputs_cap;
    size_t *begins; /* where each input begins in it */
    size_t begins_cap;
};

/* ---- names ---- */

const char *bon_plan_stem(const char *path, size_t *n) {
    static const char *const compressed[] = {".gz", ".zst", ".bz2", ".xz"};
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    *n = strlen(name);
    for (size_t i = 0; i < sizeof compressed / sizeof *compressed; i++) {
        size_t k = strlen(compressed[i]);
        if (*n > k && strcmp(name + *n - k, compressed[i]) == 0) {
            *n -= k;
            break;
        }
    }
    const char *dot = memrchr(name, '.', *n);
    if (dot && dot > name) *n = (size_t)(dot - name);
    return name;
}

/* A template with {name} filled in. */
static const char *fill_in(struct bon_plan *plan, const char *template, const char *stem) {
    static const char place[] = "{name}";
    size_t places = 0, n = strlen(template), stem_length = strlen(stem);
    for (const char *p = template; (p = strstr(p, place)); p += sizeof place - 1) places++;
    char *path = bon_arena_alloc(&plan->arena, n + places * stem_length + 1, 1), *to = path;
    if (!path) return NULL;
    for (const char *p = template, *next;; p = next + sizeof place - 1) {
        next = strstr(p, place);
        size_t plain = next ? (size_t)(next - p) : strlen(p);
        to = mempcpy(to, p, plain);
        if (!next) break;
        to = mempcpy(to, stem, stem_length);
    }
    if (to > path && to[-1] == '/') to--; /* a folder */
    *to = 0;
    return path;
}

static const char *below(struct bon_plan *plan, const char *folder, const char *path) {
    size_t n = strlen(folder), k = strlen(path) + 1;
    if (*path == '/' || strcmp(folder, ".") == 0) return path;
    char *joined = bon_arena_alloc(&plan->arena, n + 1 + k, 1);
    if (!joined) return NULL;
    memcpy(joined, folder, n);
    joined[n] = '/';
    memcpy(joined + n + 1, path, k);
    return joined;
}

/* ---- files ---- */

static bon_status add_file(struct bon_plan *plan, const char *path, ptrdiff_t job, bool folder, size_t *index) {
    if (plan->file_count == plan->files_cap)
        BON_TRY(bon_grow_array(&plan->files, &plan->files_cap, plan->file_count + 1, sizeof *plan->files));
    const char *real = path ? below(plan, job < 0 ? plan->root : plan->folder, path) : NULL;
    if (!real) return BON_ERR_NOMEM;
    *index = plan->file_count++;
    plan->files[*index] = (struct bon_plan_file){.path = path, .real = real, .job = job, .folder = folder};
    return BON_OK;
}

static bon_status take_source_file(void *context, const char *path) {
    struct bon_plan *plan = context;
    size_t index;
    char *copy = bon_arena_copy(&plan->arena, path, strlen(path) + 1);
    return copy ? add_file(plan, copy, -1, false, &index) : BON_ERR_NOMEM;
}

static bon_status take_sources(struct maker *maker) {
    struct bon_plan *plan = maker->plan;
    const struct bon_recipe *recipe = plan->recipe;
    for (size_t i = 0; i < recipe->source_count; i++) {
        struct block *block = &maker->sources[i];
        block->first = plan->file_count;
        block->mains = 1;
        BON_TRY(bon_recipe_files(recipe, &recipe->sources[i], plan->root, take_source_file, plan));
        block->jobs = plan->file_count - block->first;
    }
    return BON_OK;
}

/* ---- what a reference stands for ---- */

struct stride {
    size_t first, count, step;
};

/* The number of an option among those of its step that write. */
static size_t extra_index(const struct bon_recipe_step *step, const char *key) {
    size_t index = 0;
    for (size_t i = 0; strcmp(step->options[i].key, key) != 0; i++) index += step->options[i].writes;
    return index;
}

static struct stride stride_of(const struct maker *maker, const struct bon_recipe_reference *reference) {
    if (reference->step < 0) {
        const struct block *block = &maker->sources[reference->source];
        return (struct stride){block->first, block->jobs, 1};
    }
    const struct block *block = &maker->steps[reference->step];
    const size_t per_job = block->mains + block->extras;
    if (reference->option) {
        const size_t extra = extra_index(&maker->plan->recipe->steps[reference->step], reference->option);
        return (struct stride){block->first + block->mains + extra, block->jobs, per_job};
    }
    return block->mains > 1 ? (struct stride){block->first, block->mains, 1}
                            : (struct stride){block->first, block->jobs, per_job};
}

static bon_status gather_inputs(struct maker *maker, const struct bon_recipe_step *step) {
    maker->input_count = 0;
    BON_TRY(bon_grow_array(&maker->begins, &maker->begins_cap, step->input_count + 1, sizeof *maker->begins));
    for (size_t k = 0; k < step->input_count; k++) {
        struct stride stride = stride_of(maker, &step->inputs[k]);
        maker->begins[k] = maker->input_count;
        BON_TRY(bon_grow_array(&maker->inputs, &maker->inputs_cap, maker->input_count + stride.count + 1,
                               sizeof *maker->inputs));
        for (size_t i = 0; i < stride.count; i++) maker->inputs[maker->input_count++] = stride.first + i * stride.step;
    }
    maker->begins[step->input_count] = maker->input_count;
    return BON_OK;
}

/* ---- a job's arguments ---- */

/* The path of an output; a file of the input may be called so that its {name} leads astray. */
static bon_status name_output(struct bon_plan *plan, const struct bon_recipe_step *step, const char *template,
                              const char *stem, const char **path) {
    *path = fill_in(plan, template, stem);
    if (!*path) return BON_ERR_NOMEM;
    if (bon_recipe_is_output(*path)) return BON_OK;
    return bon_toml_fail(plan->recipe->toml, step->node,
                         "step '%s' would write '%.200s', where no output may go: an input has that {name}", step->name,
                         *path);
}

struct operands { /* stretches of maker->inputs */
    struct {
        size_t begin, end;
    } part[3];
};

static void add_arg(struct bon_plan_job *job, enum bon_plan_use use, const char *text, size_t file) {
    job->args[job->arg_count++] = (struct bon_plan_arg){.use = use, .text = text, .file = file};
    if (use == BON_PLAN_READS) job->inputs[job->input_count++] = file;
    if (use == BON_PLAN_WRITES) job->outputs[job->output_count++] = file;
}

/* "--key=value", "--key", "--key=" before a file. */
static const char *spell(struct bon_plan *plan, const char *key, const char *value) {
    size_t n = strlen(key), k = value ? strlen(value) : 0;
    char *text = bon_arena_alloc(&plan->arena, n + k + 4, 1), *to = text;
    if (!text) return NULL;
    to = mempcpy(mempcpy(to, "--", 2), key, n);
    if (value) *to++ = '=';
    if (k) to = mempcpy(to, value, k);
    *to = 0;
    return text;
}

static bon_status add_read(struct maker *maker, struct bon_plan_job *job, const struct bon_recipe_option *option) {
    struct stride stride = stride_of(maker, &option->from);
    if (stride.count != 1)
        return bon_toml_fail(maker->plan->recipe->toml, option->node, "'%s' is %zu files; an option takes one",
                             option->path, stride.count);
    const char *text = spell(maker->plan, option->key, option->prefix);
    if (text) add_arg(job, BON_PLAN_READS, text, stride.first);
    return text ? BON_OK : BON_ERR_NOMEM;
}

static bon_status add_write(struct maker *maker, struct bon_plan_job *job, const char *key, const char *prefix,
                            const char *template) {
    size_t file;
    const char *text = spell(maker->plan, key, prefix), *path;
    if (!text) return BON_ERR_NOMEM;
    BON_TRY(name_output(maker->plan, &maker->plan->recipe->steps[job->step], template, job->of, &path));
    const bool folder = *template && template[strlen(template) - 1] == '/';
    BON_TRY(add_file(maker->plan, path, (ptrdiff_t)maker->plan->job_count, folder, &file));
    add_arg(job, BON_PLAN_WRITES, text, file);
    return BON_OK;
}

static bon_status add_option(struct maker *maker, struct bon_plan_job *job, const struct bon_recipe_option *option) {
    const struct bon_toml_node *value = option->node;
    const bool flag = value->kind == BON_TOML_BOOLEAN;
    if (option->writes) return BON_OK; /* come behind the main output */
    if (option->reads) return add_read(maker, job, option);
    if (flag && strcmp(value->text, "false") == 0) return BON_OK;
    const char *text = spell(maker->plan, option->key, flag ? NULL : value->text);
    if (!text) return BON_ERR_NOMEM;
    add_arg(job, BON_PLAN_TEXT, text, 0);
    return BON_OK;
}

/* The options of a job in the order of their keys: those of the first override that fits go before the step's. */
static bon_status add_options(struct maker *maker, struct bon_plan_job *job, const struct bon_recipe_step *step,
                              const struct bon_recipe_override *override) {
    size_t i = 0, k = 0, overriding = override ? override->option_count : 0;
    for (; i < step->option_count || k < overriding; k += k < overriding) {
        while (i < step->option_count &&
               (k == overriding || strcmp(step->options[i].key, override->options[k].key) < 0))
            BON_TRY(add_option(maker, job, &step->options[i++]));
        if (k == overriding) break;
        while (i < step->option_count && strcmp(step->options[i].key, override->options[k].key) == 0) i++;
        BON_TRY(add_option(maker, job, &override->options[k]));
    }
    return BON_OK;
}

static const struct bon_recipe_override *override_of(const struct bon_recipe_step *step, const char *stem) {
    for (size_t i = 0; i < step->override_count; i++)
        if (fnmatch(step->overrides[i].pattern, stem, 0) == 0) return &step->overrides[i];
    return NULL;
}

/* One output for every input, written by one run that is told the template. */
static bon_status add_template(struct maker *maker, struct bon_plan_job *job, const struct bon_recipe_step *step,
                               const struct operands *operands) {
    struct bon_plan *plan = maker->plan;
    for (size_t i = operands->part[0].begin; i < operands->part[0].end; i++) {
        size_t n;
        const char *name = bon_plan_stem(plan->files[maker->inputs[i]].path, &n);
        char *stem = bon_arena_copy(&plan->arena, name, n + 1);
        if (!stem) return BON_ERR_NOMEM;
        stem[n] = 0;
        const char *path;
        BON_TRY(name_output(plan, step, step->output, stem, &path));
        BON_TRY(add_file(plan, path, (ptrdiff_t)plan->job_count, false, &job->outputs[job->output_count]));
        job->output_count++;
    }
    job->args[job->arg_count++] =
        (struct bon_plan_arg){.use = BON_PLAN_WRITES_TEMPLATE, .text = "--output=", .path = step->output};
    return BON_OK;
}

static bon_status add_outputs(struct maker *maker, struct bon_plan_job *job, const struct bon_recipe_step *step,
                              const struct operands *operands) {
    if (step->output && step->each == BON_RECIPE_TEMPLATE)
        BON_TRY(add_template(maker, job, step, operands));
    else if (step->output)
        BON_TRY(add_write(maker, job, "output", "", step->output));
    for (size_t i = 0; i < step->option_count; i++)
        if (step->options[i].writes)
            BON_TRY(add_write(maker, job, step->options[i].key, step->options[i].prefix, step->options[i].path));
    return BON_OK;
}

/* ---- jobs ---- */

static bon_status make_room(struct maker *maker, const struct bon_recipe_step *step,
                            const struct bon_recipe_override *override, size_t operands, struct bon_plan_job *job) {
    struct bon_arena *arena = &maker->plan->arena;
    const size_t options = step->option_count + (override ? override->option_count : 0) + 2;
    const size_t outputs = options + (step->each == BON_RECIPE_TEMPLATE ? operands : 0);
    job->args = bon_arena_alloc(arena, (options + operands) * sizeof *job->args, _Alignof(struct bon_plan_arg));
    job->inputs = bon_arena_alloc(arena, (options + operands) * sizeof *job->inputs, sizeof *job->inputs);
    job->outputs = bon_arena_alloc(arena, outputs * sizeof *job->outputs, sizeof *job->outputs);
    return job->args && job->inputs && job->outputs ? BON_OK : BON_ERR_NOMEM;
}

static bon_status add_job(struct maker *maker, size_t step_index, const char *stem, const struct operands *operands) {
    struct bon_plan *plan = maker->plan;
    const struct bon_recipe_step *step = &plan->recipe->steps[step_index];
    const struct bon_recipe_override *override = *stem ? override_of(step, stem) : NULL;
    struct bon_plan_job job = {.step = step_index, .of = stem};
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) count += operands->part[i].end - operands->part[i].begin;
    BON_TRY(make_room(maker, step, override, count, &job));
    BON_TRY(add_options(maker, &job, step, override));
    BON_TRY(add_outputs(maker, &job, step, operands));
    add_arg(&job, BON_PLAN_TEXT, "--", 0);
    for (size_t i = 0; i < 3; i++)
        for (size_t k = operands->part[i].begin; k < operands->part[i].end; k++)
            add_arg(&job, BON_PLAN_READS, "", maker->inputs[k]);
    job.name = plan->files[job.outputs[0]].path;
    if (plan->job_count == plan->jobs_cap)
        BON_TRY(bon_grow_array(&plan->jobs, &plan->jobs_cap, plan->job_count + 1, sizeof *plan->jobs));
    plan->jobs[plan->job_count++] = job;
    return BON_OK;
}

/* A job for every file of inputs[begin, end), with what stands before and behind. */
static bon_status add_jobs(struct maker *maker, size_t step, size_t begin, size_t end, bool others) {
    for (size_t i = begin; i < end; i++) {
        struct operands operands = {
            {{others ? 0 : i, others ? begin : i}, {i, i + 1}, {end, others ? maker->input_count : end}}};
        size_t n;
        const char *name = bon_plan_stem(maker->plan->files[maker->inputs[i]].path, &n);
        char *stem = bon_arena_copy(&maker->plan->arena, name, n + 1);
        if (!stem) return BON_ERR_NOMEM;
        stem[n] = 0;
        BON_TRY(add_job(maker, step, stem, &operands));
    }
    return BON_OK;
}

static bon_status unfold(struct maker *maker, size_t index) {
    struct bon_plan *plan = maker->plan;
    const struct bon_recipe_step *step = &plan->recipe->steps[index];
    struct block *block = &maker->steps[index];
    size_t first_job = plan->job_count;
    BON_TRY(gather_inputs(maker, step));
    block->first = plan->file_count;
    for (size_t i = 0; i < step->option_count; i++) block->extras += step->options[i].writes;
    block->mains = !step->output ? 0 : step->each == BON_RECIPE_TEMPLATE ? maker->input_count : 1;
    const struct operands all = {{{0, maker->input_count}}};
    bon_status status = BON_OK;
    switch (step->each) {
    case BON_RECIPE_ONCE:
    case BON_RECIPE_TEMPLATE: status = add_job(maker, index, "", &all); break;
    case BON_RECIPE_EACH: status = add_jobs(maker, index, 0, maker->input_count, false); break;
    case BON_RECIPE_EACH_OF:
        status = add_jobs(maker, index, maker->begins[step->each_of], maker->begins[step->each_of + 1], true);
        break;
    }
    block->jobs = plan->job_count - first_job;
    return status;
}

static bon_status make_plan(struct bon_plan *plan, const char *root, const char *folder) {
    const struct bon_recipe *recipe = plan->recipe;
    struct maker maker = {.plan = plan};
    plan->root = bon_arena_copy(&plan->arena, root, strlen(root) + 1);
    plan->folder = bon_arena_copy(&plan->arena, folder, strlen(folder) + 1);
    maker.sources = bon_alloc_zeroed(recipe->source_count, sizeof *maker.sources);
    maker.steps = bon_alloc_zeroed(recipe->step_count, sizeof *maker.steps);
    bon_status status = plan->root && plan->folder && maker.sources && maker.steps ? BON_OK : BON_ERR_NOMEM;
    if (status == BON_OK) status = take_sources(&maker);
    for (size_t i = 0; i < recipe->step_count && status == BON_OK; i++) status = unfold(&maker, recipe->order[i]);
    if (status == BON_OK) status = bon_plan_check_clashes(plan);
    free(maker.sources);
    free(maker.steps);
    free(maker.inputs);
    free(maker.begins);
    return status;
}

bon_status bon_plan_make(struct bon_plan **out, const struct bon_recipe *recipe, const char *root, const char *folder) {
    *out = NULL;
    struct bon_plan *plan = calloc(1, sizeof *plan);
    if (!plan) return bon_fail_memory(sizeof *plan);
    plan->recipe = recipe;
    bon_status status = make_plan(plan, root, folder);
    if (status == BON_OK)
        *out = plan;
    else
        bon_plan_close(plan);
    return status;
}

void bon_plan_close(struct bon_plan *plan) {
    if (!plan) return;
    free(plan->files);
    free(plan->jobs);
    bon_arena_free(&plan->arena);
    free(plan);
}

bon_status bon_plan_arg_text(const struct bon_plan *plan, const struct bon_plan_arg *arg, enum bon_plan_form form,
                             const char *stage, bon_buf *out) {
    const bool writes = arg->use == BON_PLAN_WRITES || arg->use == BON_PLAN_WRITES_TEMPLATE;
    const char *before = form == BON_PLAN_NAMED || !writes ? NULL : form == BON_PLAN_STAGED ? stage : plan->folder;
    const char *path = arg->use == BON_PLAN_WRITES_TEMPLATE ? arg->path : NULL;
    BON_TRY(bon_buf_append(out, arg->text, strlen(arg->text)));
    if (arg->use == BON_PLAN_TEXT) return BON_OK;
    if (!path) {
        const struct bon_plan_file *file = &plan->files[arg->file];
        path = writes || form == BON_PLAN_NAMED ? file->path : file->real;
    }
    if (before) {
        BON_TRY(bon_buf_append(out, before, strlen(before)));
        BON_TRY(bon_buf_put(out, '/'));
    }
    return bon_buf_append(out, path, strlen(path));
}
