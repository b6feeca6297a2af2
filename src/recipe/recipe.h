/* src/recipe/recipe.h: what is to be made from what: sources (files that are there) and steps (a command each), read from TOML.
 *
 *     [sources.tin]
 *     files = "tin/bao_*.txt.zst"              # or a list; relative to the root
 *     except = "tin/bao_cu*"
 *     # format = "wiki" imports every file first: what reads 'tin' then gets JSON lines
 *
 *     [steps.clean]
 *     run = "normalize"                        # a command of bon; every other key is an option of it
 *     input = "tin"                            # sources, steps, or a further output of one: "unique.report"
 *     output = "clean/{name}.txt.zst"          # with {name}: once for every file of the input
 *     punctuation = true
 *     for."bao_19*" = { from = "tcvn3" }       # options for some of the files: the first pattern that fits
 *
 *     [steps.unique]
 *     run = "dedup"
 *     input = "clean"
 *     output = "unique.txt.zst"                # without: once, over all files
 *     report = ">most.tsv"                     # an option that names a file: > is written, < is read
 *
 * A recipe knows nothing of commands: what `run` and the options mean is for the caller to check. Names, references and cycles
 * are checked here; `order` is the order of steps in which each comes behind what it needs.
 */
#ifndef BON_SRC_RECIPE_RECIPE_H
#define BON_SRC_RECIPE_RECIPE_H

#include "recipe/toml.h"

enum bon_recipe_each {
    BON_RECIPE_ONCE,     /* one run over all inputs */
    BON_RECIPE_EACH,     /* a run for every file of the inputs */
    BON_RECIPE_EACH_OF,  /* a run for every file of one input, with all of the others */
    BON_RECIPE_TEMPLATE, /* one run that itself writes a file for every input */
};

/* What a name in `input`, or behind '<', stands for. */
struct bon_recipe_reference {
    const struct bon_toml_node *node;
    ptrdiff_t source;   /* index, or -1 */
    ptrdiff_t step;     /* index, or -1 */
    const char *option; /* of the step: the output that this option names; NULL = its main output */
};

/* An option with one value; an array gives several. */
struct bon_recipe_option {
    const char *key;
    const struct bon_toml_node *node; /* the value */
    bool writes, reads;               /* a file: ">path", "<name", or behind a prefix: "news=<name" */
    const char *prefix;               /* "news=", or "" */
    const char *path;                 /* of writes: the template behind '>' */
    struct bon_recipe_reference from; /* of reads */
};

/* Options for the files whose name, as {name} has it, fits a pattern. */
struct bon_recipe_override {
    const char *pattern;
    struct bon_recipe_option *options;
    size_t option_count;
};

struct bon_recipe_source {
    const char *name;
    const struct bon_toml_node *node;
    const struct bon_toml_node *files, *except; /* a string or an array of strings; except may be NULL */
};

struct bon_recipe_step {
    const char *name;
    const char *run;                  /* "lm build" */
    const struct bon_toml_node *node; /* for messages */
    const struct bon_toml_node *run_node;
    bool imports; /* made by a source's format */
    enum bon_recipe_each each;
    size_t each_of;     /* of BON_RECIPE_EACH_OF: index of the input */
    const char *output; /* template; NULL = only the options write; ends in '/': a folder */
    struct bon_recipe_reference *inputs;
    size_t input_count;
    struct bon_recipe_option *options; /* sorted by key */
    size_t option_count;
    struct bon_recipe_override *overrides;
    size_t override_count;
};

struct bon_recipe {
    struct bon_toml *toml;
    struct bon_recipe_source *sources;
    size_t source_count;
    struct bon_recipe_step *steps;
    size_t step_count;
    size_t *order; /* of steps */
    struct bon_arena arena;
};

/* Reads a recipe; `path` also is its name in messages. */
bon_status bon_recipe_read(struct bon_recipe **out, const char *path);
/* The same from bytes that are there. */
bon_status bon_recipe_parse(struct bon_recipe **out, const char *name, const char *text, size_t n);
void bon_recipe_close(struct bon_recipe *recipe); /* NULL is fine */

/* Whether a file may go there in the folder of outputs: no "." or ".." on the way, and none of the pipeline's own files. */
bool bon_recipe_is_output(const char *path);

#endif
