/* cmd/bon/pipeline_open.c: see pipeline_open.h. */
#include "pipeline_open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "stream.h"

/* ---- where things are ---- */

/* "corpora/tin.toml" -> "tin"; "-" would be a recipe from standard input, which is called recipe. */
static bon_status default_folder(const char *recipe, bon_buf *out) {
    const char *slash = strrchr(recipe, '/'), *name = slash ? slash + 1 : recipe;
    size_t n = strlen(name);
    if (n > 5 && strcmp(name + n - 5, ".toml") == 0) n -= 5;
    if (n == strlen(name)) return bon_buf_printf(out, "%s.out", strcmp(name, "-") == 0 ? "recipe" : name);
    return bon_buf_append(out, name, n);
}

static bon_status default_root(const char *recipe, bon_buf *out) {
    const char *slash = strrchr(recipe, '/');
    if (!slash) return bon_buf_append(out, ".", 1);
    return bon_buf_append(out, recipe, slash > recipe ? (size_t)(slash - recipe) : 1);
}

/* All paths in one buffer, then the pointers into it. */
static bon_status set_paths(struct pipeline *pipeline, const char *folder) {
    static const char *const tails[] = {"", "/.bon", "/.bon/tmp", "/.bon/lock", "/manifest.jsonl", "/.bon/digests"};
    const char **const paths[] = {&pipeline->folder, &pipeline->state,         &pipeline->stage,
                                  &pipeline->lock,   &pipeline->manifest_path, &pipeline->digests_path};
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') n--;
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        BON_TRY(bon_buf_append(&pipeline->text, folder, n));
        BON_TRY(bon_buf_append(&pipeline->text, tails[i], strlen(tails[i]) + 1));
    }
    const char *at = pipeline->text.data;
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        *paths[i] = at;
        at += strlen(at) + 1;
    }
    return BON_OK;
}

static bon_status make_plan(struct pipeline *pipeline, const struct pipeline_args *args, const char *recipe) {
    bon_buf folder = {0}, root = {0};
    bon_status status = args->shared.output ? bon_buf_append(&folder, args->shared.output, strlen(args->shared.output))
                                            : default_folder(recipe, &folder);
    if (status == BON_OK)
        status = args->root ? bon_buf_append(&root, args->root, strlen(args->root)) : default_root(recipe, &root);
    if (status == BON_OK && !folder.len) status = bon_fail(BON_ERR_ARGUMENT, "an empty name of a folder");
    if (status == BON_OK) status = bon_buf_put(&folder, 0);
    if (status == BON_OK) status = bon_buf_put(&root, 0);
    if (status == BON_OK) status = set_paths(pipeline, folder.data);
    if (status == BON_OK) status = bon_plan_make(&pipeline->plan, pipeline->recipe, root.data, pipeline->folder);
    bon_buf_free(&folder);
    bon_buf_free(&root);
    return status;
}

/* ---- what is wanted ---- */

static void want_reference(struct pipeline *pipeline, const struct bon_recipe_reference *reference) {
    if (reference->node && reference->step >= 0) pipeline->wanted[reference->step] = true;
}

static void want_options(struct pipeline *pipeline, const struct bon_recipe_option *options, size_t count) {
    for (size_t i = 0; i < count; i++) want_reference(pipeline, &options[i].from);
}

/* What wanted steps need, from the last step to the first. */
static void want_needs(struct pipeline *pipeline) {
    const struct bon_recipe *recipe = pipeline->recipe;
    for (size_t i = recipe->step_count; i-- > 0;) {
        const struct bon_recipe_step *step = &recipe->steps[recipe->order[i]];
        if (!pipeline->wanted[recipe->order[i]]) continue;
        for (size_t k = 0; k < step->input_count; k++) want_reference(pipeline, &step->inputs[k]);
        want_options(pipeline, step->options, step->option_count);
        for (size_t k = 0; k < step->override_count; k++)
            want_options(pipeline, step->overrides[k].options, step->overrides[k].option_count);
    }
}

static int want_steps(struct pipeline *pipeline, const struct command *command, char *const *names, int count) {
    const struct bon_recipe *recipe = pipeline->recipe;
    for (size_t i = 0; i < recipe->step_count; i++) pipeline->wanted[i] = count == 0;
    for (int k = 0; k < count; k++) {
        size_t i = 0;
        while (i < recipe->step_count && strcmp(recipe->steps[i].name, names[k]) != 0) i++;
        if (i == recipe->step_count) return usage_error(command, "%s has no step '%s'", recipe->toml->name, names[k]);
        pipeline->wanted[i] = true;
    }
    want_needs(pipeline);
    return PARSE_GO;
}

static void count_wanted(struct pipeline *pipeline) {
    for (size_t j = 0; j < pipeline->plan->job_count; j++)
        pipeline->wanted_jobs += pipeline->wanted[pipeline->plan->jobs[j].step];
}

int pipeline_open(struct pipeline *pipeline, const struct command *command, const struct pipeline_args *args,
                  char *const *operands, int count) {
    const char *recipe = operands[0];
    bon_status status = bon_recipe_read(&pipeline->recipe, recipe);
    if (status == BON_OK) {
        pipeline->commands = bon_alloc_zeroed(pipeline->recipe->step_count, sizeof *pipeline->commands);
        pipeline->wanted = bon_alloc_zeroed(pipeline->recipe->step_count, sizeof *pipeline->wanted);
        if (!pipeline->commands || !pipeline->wanted) status = BON_ERR_NOMEM;
    }
    int result = status == BON_OK ? pipeline_check(pipeline->recipe, pipeline->commands) : EXIT_WORK;
    if (result == PARSE_GO) result = want_steps(pipeline, command, operands + 1, count - 1);
    if (result == PARSE_GO) status = make_plan(pipeline, args, recipe);
    if (result == PARSE_GO && status == BON_OK) count_wanted(pipeline);
    return status == BON_OK ? result : tell_failure(status);
}

bon_status pipeline_open_state(struct pipeline *pipeline) {
    BON_TRY(bon_manifest_open(&pipeline->manifest, pipeline->manifest_path));
    return bon_digests_open(&pipeline->digests, pipeline->digests_path);
}

void pipeline_close(struct pipeline *pipeline) {
    bon_digests_close(pipeline->digests);
    bon_manifest_close(pipeline->manifest);
    bon_plan_close(pipeline->plan);
    bon_recipe_close(pipeline->recipe);
    free(pipeline->commands);
    free(pipeline->wanted);
    bon_buf_free(&pipeline->text);
    *pipeline = (struct pipeline){0};
}

/* ---- does a job have to run? ---- */

static bon_status digest(struct pipeline *pipeline, struct bon_plan_file *file) {
    BON_TRY(bon_digest(pipeline->digests, file->real, &file->bytes, &file->digest));
    file->known = true;
    return BON_OK;
}

static bon_status know_inputs(struct pipeline *pipeline, const struct bon_plan_job *job) {
    for (size_t i = 0; i < job->input_count; i++) {
        struct bon_plan_file *file = &pipeline->plan->files[job->inputs[i]];
        if (!file->known) BON_TRY(digest(pipeline, file));
    }
    return BON_OK;
}

/* Outputs as they are; one that is not there or cannot be read is to be made. */
static bon_status know_outputs(struct pipeline *pipeline, const struct bon_plan_job *job, bool *there, char *why) {
    *there = true;
    for (size_t i = 0; i < job->output_count && *there; i++) {
        struct bon_plan_file *file = &pipeline->plan->files[job->outputs[i]];
        bon_status status = digest(pipeline, file);
        if (status == BON_ERR_INTERRUPTED || status == BON_ERR_NOMEM) return status;
        *there = status == BON_OK;
        if (!*there) snprintf(why, PIPELINE_WHY, "%s is missing", file->path);
    }
    return BON_OK;
}

static bon_status explain(const struct pipeline *pipeline, enum bon_record_verdict verdict, size_t which,
                          const char *line, size_t n, char *why) {
    const char *path = pipeline->plan->files[which].path;
    bon_buf version = {0};
    bon_status status = BON_OK;
    switch (verdict) {
    case BON_RECORD_HOLDS: *why = 0; break;
    case BON_RECORD_COMMAND: snprintf(why, PIPELINE_WHY, "the recipe changed"); break;
    case BON_RECORD_INPUT: snprintf(why, PIPELINE_WHY, "%s changed", path); break;
    case BON_RECORD_OUTPUT: snprintf(why, PIPELINE_WHY, "%s is not as it was made", path); break;
    case BON_RECORD_VERSION:
        status = bon_record_version(line, n, &version);
        snprintf(why, PIPELINE_WHY, "made by bon %.*s", (int)version.len, version.data ? version.data : "");
    }
    bon_buf_free(&version);
    return status;
}

bon_status pipeline_decide(struct pipeline *pipeline, const struct bon_plan_job *job, bool again, bool *run,
                           char why[PIPELINE_WHY]) {
    enum bon_record_verdict verdict;
    size_t which, n;
    const char *line = bon_manifest_find(pipeline->manifest, job->name, &n);
    bool there;
    *run = true;
    snprintf(why, PIPELINE_WHY, "%s", again ? "asked for" : "not done yet");
    BON_TRY(know_inputs(pipeline, job));
    if (again || !line) return BON_OK;
    BON_TRY(bon_record_check(pipeline->plan, job, line, n, false, &verdict, &which));
    if (verdict != BON_RECORD_HOLDS) return explain(pipeline, verdict, which, line, n, why);
    BON_TRY(know_outputs(pipeline, job, &there, why));
    if (!there) return BON_OK;
    BON_TRY(bon_record_check(pipeline->plan, job, line, n, true, &verdict, &which));
    *run = verdict != BON_RECORD_HOLDS;
    return explain(pipeline, verdict, which, line, n, why);
}
