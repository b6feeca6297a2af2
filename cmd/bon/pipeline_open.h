/* cmd/bon/pipeline_open.h: what the commands on recipes share: the recipe checked against the commands' option tables, its plan, what
 * was done already, and whether a job has to be run. */
#ifndef BON_CMD_PIPELINE_OPEN_H
#define BON_CMD_PIPELINE_OPEN_H

#include "options.h"
#include "recipe/digest.h"
#include "recipe/manifest.h"
#include "recipe/plan.h"

struct pipeline_args {
    struct shared_args shared; /* output: the folder of outputs */
    const char *root, *json;
    bool again, keep_going, commands;
};

#define PIPELINE_OPTION_OUTPUT                                                                                         \
    OPTION_STRING('o', "output", "DIR", struct shared_args, output,                                                    \
                  "the folder of outputs (default: the recipe's name, here)")
#define PIPELINE_OPTION_ROOT                                                                                           \
    OPTION_STRING(0, "root", "DIR", struct pipeline_args, root,                                                        \
                  "what the files of sources are relative to (default: the\nfolder of the recipe)")
#define PIPELINE_OPTION_AGAIN OPTION_FLAG(0, "again", struct pipeline_args, again, "as if nothing had been done yet")

/* A plan with the state of its outputs. All zeros is closed. */
struct pipeline {
    struct bon_recipe *recipe;
    struct bon_plan *plan;
    struct bon_manifest *manifest;
    struct bon_digests *digests;
    const struct command **commands; /* of the steps */
    bool *wanted;                    /* of the steps: asked for, or needed by one that is */
    size_t wanted_jobs;
    bon_buf text; /* the paths below, NUL-terminated one after another */
    const char *folder, *state, *stage, *lock, *manifest_path, *digests_path;
};

/* Reads and checks the recipe, the first operand, and makes the plan. The other operands are steps, which then are wanted with what
 * they need; without, all are. Returns PARSE_GO or an exit status after a message. */
int pipeline_open(struct pipeline *pipeline, const struct command *command, const struct pipeline_args *args,
                  char *const *operands, int count);
/* Reads what was done: manifest and digests. */
bon_status pipeline_open_state(struct pipeline *pipeline);
void pipeline_close(struct pipeline *pipeline);

enum { PIPELINE_WHY = 512 };

/* Whether a job whose inputs are there has to run, and why. When not, its outputs are known. A failure is a source that cannot be
 * read. */
bon_status pipeline_decide(struct pipeline *pipeline, const struct bon_plan_job *job, bool again, bool *run,
                           char why[PIPELINE_WHY]);

/* Sets *commands[step] for every step, after a look at all options. PARSE_GO or EXIT_USAGE after a message. */
int pipeline_check(const struct bon_recipe *recipe, const struct command **commands);
/* The row of a command's option, or NULL. */
const struct option_row *pipeline_option(const struct command *command, const char *key);

#endif
