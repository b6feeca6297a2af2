/* cmd/bon/pipeline_plan.c: bon pipeline plan and bon pipeline status: what a run would do and why, and how far a recipe is. Neither
 * writes anything. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "commands.h"
#include "pipeline_open.h"
#include "stream.h"

enum verdict { KEEP, RUN, WAIT }; /* WAIT: what it reads is not made yet */
static const char *const verdict_names[] = {"keep", "run", "wait"};

struct survey {
    struct pipeline pipeline;
    unsigned char *verdicts; /* of jobs */
    bon_buf out;
};

/* The first job not kept that makes an input, or -1. */
static ptrdiff_t unmade_input(const struct survey *survey, const struct bon_plan_job *job) {
    for (size_t i = 0; i < job->input_count; i++) {
        const ptrdiff_t maker = survey->pipeline.plan->files[job->inputs[i]].job;
        if (maker >= 0 && survey->verdicts[maker] != KEEP) return maker;
    }
    return -1;
}

static bon_status judge(struct survey *survey, size_t index, bool again, char why[PIPELINE_WHY]) {
    const struct bon_plan *plan = survey->pipeline.plan;
    const ptrdiff_t maker = unmade_input(survey, &plan->jobs[index]);
    bool run;
    if (maker >= 0) {
        survey->verdicts[index] = WAIT;
        snprintf(why, PIPELINE_WHY, "reads %s", plan->jobs[maker].name);
        return BON_OK;
    }
    BON_TRY(pipeline_decide(&survey->pipeline, &plan->jobs[index], again, &run, why));
    survey->verdicts[index] = run ? RUN : KEEP;
    return BON_OK;
}

static bon_status append_row(struct survey *survey, size_t index, const struct pipeline_args *args, const char *why) {
    const struct bon_plan_job *job = &survey->pipeline.plan->jobs[index];
    if (args->commands && survey->verdicts[index] == KEEP) return BON_OK;
    if (!args->commands)
        return bon_buf_printf(&survey->out, "%s\t%s\t%s\t%s\n", verdict_names[survey->verdicts[index]],
                              survey->pipeline.recipe->steps[job->step].name, job->name, why);
    BON_TRY(bon_buf_append(&survey->out, "bon ", 4));
    BON_TRY(bon_plan_shell(survey->pipeline.plan, job, &survey->out));
    return bon_buf_put(&survey->out, '\n');
}

static bon_status survey_jobs(struct survey *survey, const struct pipeline_args *args) {
    char why[PIPELINE_WHY];
    BON_TRY(pipeline_open_state(&survey->pipeline));
    survey->verdicts = bon_alloc_zeroed(survey->pipeline.plan->job_count, 1);
    if (!survey->verdicts) return BON_ERR_NOMEM;
    for (size_t i = 0; i < survey->pipeline.plan->job_count; i++) {
        if (!survey->pipeline.wanted[survey->pipeline.plan->jobs[i].step]) continue;
        BON_TRY(judge(survey, i, args->again, why));
        if (!args->json) BON_TRY(append_row(survey, i, args, why));
    }
    return BON_OK;
}

/* ---- plan ---- */

static const struct option_row plan_options[] = {
    PIPELINE_OPTION_OUTPUT,
    PIPELINE_OPTION_ROOT,
    PIPELINE_OPTION_AGAIN,
    OPTION_FLAG(0, "commands", struct pipeline_args, commands, "print the command lines of what would run"),
    OPTIONS_COMMON,
    OPTION_END,
};

static int run_plan(const struct command *command, int argc, char **argv) {
    struct pipeline_args args = {0};
    struct survey survey = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, INT_MAX);
    if (result == PARSE_GO) result = pipeline_open(&survey.pipeline, command, &args, argv + first, argc - first);
    if (result == PARSE_GO) {
        bon_status status = args.commands ? BON_OK : bon_buf_printf(&survey.out, "what\tstep\tjob\twhy\n");
        if (status == BON_OK) status = survey_jobs(&survey, &args);
        result = status == BON_OK ? write_text(NULL, &survey.out) : tell_failure(status);
    }
    bon_buf_free(&survey.out);
    free(survey.verdicts);
    pipeline_close(&survey.pipeline);
    return result;
}

const struct command command_pipeline_plan = {
    .name = "pipeline plan",
    .summary = "print what a run of a recipe would do, and why",
    .usage = "[OPTION]... RECIPE [STEP]...",
    .notes = "keep: up to date; run: would be done; wait: reads what is not made yet.",
    .options = plan_options,
    .run = run_plan,
};

/* ---- status ---- */

static const struct option_row status_options[] = {
    PIPELINE_OPTION_OUTPUT,
    PIPELINE_OPTION_ROOT,
    OPTIONS_COMMON,
    OPTION_END,
};

/* Whether a run holds the lock. */
static bool is_running(const struct pipeline *pipeline) {
    int fd = open(pipeline->lock, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool held = flock(fd, LOCK_SH | LOCK_NB) != 0;
    close(fd);
    return held;
}

static bon_status append_step(struct survey *survey, size_t step) {
    const struct bon_plan *plan = survey->pipeline.plan;
    size_t jobs = 0, done = 0, n;
    uint64_t bytes = 0;
    double seconds = 0;
    for (size_t j = 0; j < plan->job_count; j++) {
        const struct bon_plan_job *job = &plan->jobs[j];
        if (job->step != step) continue;
        jobs++;
        if (survey->verdicts[j] != KEEP) continue;
        done++;
        for (size_t i = 0; i < job->output_count; i++) bytes += plan->files[job->outputs[i]].bytes;
        const char *line = bon_manifest_find(survey->pipeline.manifest, job->name, &n);
        if (line) seconds += bon_record_seconds(line, n);
    }
    return bon_buf_printf(&survey->out, "%s\t%zu\t%zu\t%llu\t%.1f\n", survey->pipeline.recipe->steps[step].name, jobs,
                          done, (unsigned long long)bytes, seconds);
}

static bon_status append_steps(struct survey *survey) {
    BON_TRY(bon_buf_printf(&survey->out, "step\tjobs\tdone\tbytes\tseconds\n"));
    for (size_t i = 0; i < survey->pipeline.recipe->step_count; i++)
        if (survey->pipeline.wanted[survey->pipeline.recipe->order[i]])
            BON_TRY(append_step(survey, survey->pipeline.recipe->order[i]));
    return BON_OK;
}

static int run_status(const struct command *command, int argc, char **argv) {
    struct pipeline_args args = {.json = ""}; /* rows are of steps, not of jobs */
    struct survey survey = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, INT_MAX);
    if (result == PARSE_GO) result = pipeline_open(&survey.pipeline, command, &args, argv + first, argc - first);
    if (result == PARSE_GO) {
        bon_status status = survey_jobs(&survey, &args);
        if (status == BON_OK) status = append_steps(&survey);
        if (status == BON_OK && is_running(&survey.pipeline))
            note(&args.shared, "%s: a run is going on", survey.pipeline.folder);
        result = status == BON_OK ? write_text(NULL, &survey.out) : tell_failure(status);
    }
    bon_buf_free(&survey.out);
    free(survey.verdicts);
    pipeline_close(&survey.pipeline);
    return result;
}

const struct command command_pipeline_status = {
    .name = "pipeline status",
    .summary = "print how far a recipe is",
    .usage = "[OPTION]... RECIPE [STEP]...",
    .options = status_options,
    .run = run_status,
};
