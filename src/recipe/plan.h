/* src/recipe/plan.h: a recipe over the files that are there: every run of a command ("job") with what it reads and writes.
 *
 * All files are known before anything runs: sources by their patterns, outputs by their templates. So a file that two jobs would
 * write, or a source that a job would overwrite, is told at once.
 *
 * A job's arguments are kept with places for files, because they are needed three times: as the manifest has them (paths as the
 * recipe names them, wherever that is), as a person would type them, and as they are run (outputs in a staging folder).
 */
#ifndef BON_SRC_RECIPE_PLAN_H
#define BON_SRC_RECIPE_PLAN_H

#include <sys/types.h>

#include "base/hash.h"
#include "recipe/recipe.h"

struct bon_plan_file {
    const char *path; /* relative to the root (of a source) or to the folder of outputs */
    const char *real; /* to open */
    ptrdiff_t job;    /* that makes it; -1: a source */
    bool folder;      /* the output is a folder, with all that is in it */
    bool known;       /* bytes and digest are those of the file as it is */
    uint64_t bytes;
    struct bon_hash128 digest;
};

enum bon_plan_use { BON_PLAN_TEXT, BON_PLAN_READS, BON_PLAN_WRITES, BON_PLAN_WRITES_TEMPLATE };

struct bon_plan_arg {
    enum bon_plan_use use;
    const char *text; /* before the path: "--report=" */
    size_t file;      /* of READS and WRITES */
    const char *path; /* of WRITES_TEMPLATE */
};

struct bon_plan_job {
    size_t step;
    const char *name;          /* path of its first output */
    const char *of;            /* {name} of its file; "" when it runs over all */
    struct bon_plan_arg *args; /* behind the command's name */
    size_t arg_count;
    size_t *inputs, *outputs; /* files; inputs in the order of the arguments */
    size_t input_count, output_count;
};

struct bon_plan {
    const struct bon_recipe *recipe;
    const char *root, *folder;
    struct bon_plan_file *files;
    size_t file_count, files_cap;
    struct bon_plan_job *jobs; /* each behind those whose files it reads */
    size_t job_count, jobs_cap;
    struct bon_arena arena;
};

/* `root`: what the patterns of sources are relative to; `folder`: where outputs go. Both are copied; the recipe must live as long. */
bon_status bon_plan_make(struct bon_plan **out, const struct bon_recipe *recipe, const char *root, const char *folder);
void bon_plan_close(struct bon_plan *plan); /* NULL is fine */

enum bon_plan_form { BON_PLAN_NAMED, BON_PLAN_REAL, BON_PLAN_STAGED };

/* Appends an argument; `stage` is the staging folder of BON_PLAN_STAGED. */
bon_status bon_plan_arg_text(const struct bon_plan *plan, const struct bon_plan_arg *arg, enum bon_plan_form form,
                             const char *stage, bon_buf *out);

/* "news/tin_2024.txt.zst" -> "tin_2024": the name of a file without folder, compression and one more extension. *n is its length. */
const char *bon_plan_stem(const char *path, size_t *n);

#endif
