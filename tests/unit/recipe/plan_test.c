/* A plan: the jobs of steps over the files that are there, what they read and write, and files that get in each other's way. */
#include "recipe/plan.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failmalloc.h"
#include "files.h"
#include "recipe/record.h"

/* Files of a test, in its scratch folder; a '/' at the end makes a folder. */
static const char *root(void) {
    static char path[PATH_MAX];
    const char *inside = files_path("x");
    snprintf(path, sizeof path, "%.*s", (int)(strlen(inside) - 2), inside);
    return path;
}

static void make(const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *path = files_path(names[i]);
        if (path[strlen(path) - 1] == '/')
            mkdir(path, 0777);
        else
            files_write(path, names[i], strlen(names[i]));
    }
}

static void print(const struct bon_plan *plan, bon_buf *out) {
    for (size_t i = 0; i < plan->job_count; i++) {
        const struct bon_plan_job *job = &plan->jobs[i];
        cr_assert_eq(bon_buf_printf(out, "%s:", plan->recipe->steps[job->step].run), BON_OK);
        for (size_t k = 0; k < job->arg_count; k++) {
            cr_assert_eq(bon_buf_put(out, ' '), BON_OK);
            cr_assert_eq(bon_plan_arg_text(plan, &job->args[k], BON_PLAN_NAMED, NULL, out), BON_OK);
        }
        cr_assert_eq(bon_buf_put(out, '\n'), BON_OK);
    }
    cr_assert_eq(bon_buf_put(out, 0), BON_OK);
}

static const char *const tree[] = {"tin/", "tin/b.txt.zst", "tin/a.txt", "tin/cu_1.tcvn", "tin/sub/", "dict", "[odd]"};

static bon_status plan_of(const char *text, struct bon_recipe **recipe, struct bon_plan **plan) {
    *plan = NULL;
    BON_TRY(bon_recipe_parse(recipe, "r", text, strlen(text)));
    return bon_plan_make(plan, *recipe, root(), "out");
}

Test(plan, unfolds_steps_over_files, .fini = files_clear) {
    static const struct {
        const char *text, *jobs;
    } rows[] = {
        {"sources.t.files = 'tin/*'\nsources.t.except = 'tin/cu*'\nsources.d.files = ['dict']\n"
         "steps.c = {run = 'normalize', input = 't', output = 'c/{name}.txt', iy = true, strict = false}\n"
         "steps.u = {run = 'dedup', input = ['c', 'd'], output = 'u.txt', report = '>most', near = true}\n"
         "steps.m = {run = 'lm build', input = 'u', output = 'm.bonlm', order = 4, prune = '0 0 1', vocab = "
         "'<u.report'}\n",
         "normalize: --iy --output=c/a.txt -- tin/a.txt\n"
         "normalize: --iy --output=c/b.txt -- tin/b.txt.zst\n"
         "dedup: --near --output=u.txt --report=most -- c/a.txt c/b.txt dict\n"
         "lm build: --order=4 --prune=0 0 1 --vocab=most --output=m.bonlm -- u.txt\n"},
        {"sources.t.files = ['tin/b*', 'tin/*', 'dict']\n"
         "steps.c = {run = 'n', input = 't', output = '{name}', x = 1, y = 2, for.'cu_*' = {x = 3, z = ['p', 'q']}, "
         "for.'*1' = {x = 4}}",
         "n: --x=1 --y=2 --output=b -- tin/b.txt.zst\nn: --x=1 --y=2 --output=a -- tin/a.txt\n"
         "n: --x=3 --y=2 --z=p --z=q --output=cu_1 -- tin/cu_1.tcvn\nn: --x=1 --y=2 --output=dict -- dict\n"},
        {"sources.t.files = 'tin/[ab]*'\nsources.d.files = 'dict'\n"
         "steps.q = {run = 'q', input = ['d', 't', 'd'], each = 't', output = 'q/{name}', more = '>m/{name}'}\n"
         "steps.r = {run = 'r', input = ['q', 'q.more'], output = 'r'}\n"
         "steps.s = {run = 's', input = 't', each = false, output = 's/{name}.x', note = '>n'}\n"
         "steps.v = {run = 'v', input = ['s', 's.note'], output = 'v/'}",
         "q: --output=q/a --more=m/a -- dict tin/a.txt dict\nq: --output=q/b --more=m/b -- dict tin/b.txt.zst dict\n"
         "r: --output=r -- q/a q/b m/a m/b\ns: --output=s/{name}.x --note=n -- tin/a.txt tin/b.txt.zst\n"
         "v: --output=v -- s/a.x s/b.x n\n"},
        {"sources.t.files = 'tin/[ab]*'\nsources.d.files = 'dict'\n"
         "steps.f = {run = 'filter', input = 't', output = '{name}', lm = ['news=<d', '<d', 'x=y'], r = 'a=>{name}.r', "
         "for.b = {lm = 'b=<d', k = 1}}",
         "filter: --lm=news=dict --lm=dict --lm=x=y --output=a --r=a=a.r -- tin/a.txt\n"
         "filter: --k=1 --lm=b=dict --output=b --r=a=b.r -- tin/b.txt.zst\n"},
        {"sources.t.files = '\\[odd\\]'\nsteps.a = {run = 'a', input = 't', output = '{name}.{name}'}",
         "a: --output=[odd].[odd] -- [odd]\n"},
    };
    make(tree, sizeof tree / sizeof *tree);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_recipe *recipe;
        struct bon_plan *plan;
        bon_buf jobs = {0};
        cr_assert_eq(plan_of(rows[i].text, &recipe, &plan), BON_OK, "row %zu: %s", i, bon_error_message());
        print(plan, &jobs);
        cr_expect_str_eq(jobs.data, rows[i].jobs, "row %zu: %s", i, jobs.data);
        bon_buf_free(&jobs);
        bon_plan_close(plan);
        bon_recipe_close(recipe);
    }
}

Test(plan, refuses_what_cannot_be, .fini = files_clear) {
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"sources.t.files = 'nowhere*'\n[steps]", "no file is there for '"},
        {"sources.t.files = 'tin'\n[steps]", "r:1:11: 'tin' are folders; files are wanted"},
        {"sources.t.files = ''\n[steps]", "r:1:11: an empty pattern"},
        {"sources.t = {files = 'tin/a*', except = 'tin/*'}\n[steps]", "r:1:9: all files of source 't' are excepted"},
        {"sources.t.files = ['tin/a.txt', 'dict']\nsteps.a = {run = 'a', input = 't', output = 'x'}\n"
         "steps.b = {run = 'b', input = 't', output = 'x'}",
         "r:3:7: steps 'a' and 'b' would both write 'x'"},
        {"sources.t.files = 'tin/*'\nsteps.a = {run = 'a', input = 't', output = '{name}', y = '>{name}'}",
         "r:2:7: step 'a' would write 'a' twice: two of its inputs have that {name}"},
        {"sources.t.files = 'dict'\nsteps.a = {run = 'a', input = 't', output = 'x'}\n"
         "steps.c = {run = 'c', input = 't', output = 'x-y'}\nsteps.b = {run = 'b', input = 't', output = 'x/{name}'}",
         "r:4:7: step 'b' would write 'x/dict', but 'x' of step 'a' is no folder for that"},
        {"sources.t.files = 'tin/[ab]*'\nsteps.a = {run = 'a', input = 't', output = 'x', y = '<t'}",
         "r:2:50: 't' is 2 files; an option takes one"},
    };
    make(tree, sizeof tree / sizeof *tree);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_recipe *recipe;
        struct bon_plan *plan;
        cr_expect_eq(plan_of(rows[i].text, &recipe, &plan), BON_ERR_DATA, "row %zu", i);
        cr_expect(strstr(bon_error_message(), rows[i].message), "row %zu: %s", i, bon_error_message());
        bon_plan_close(plan);
        bon_recipe_close(recipe);
    }
}

/* Whatever the files of a source are called, outputs stay in their folder and off what the pipeline has there. */
Test(plan, names_lead_nowhere_else, .fini = files_clear) {
    static const char *const odd[] = {"odd/", "odd/manifest.txt", "odd/..x", "odd/...x", "odd/.bon.x"};
    static const struct {
        const char *file, *output, *path;
    } rows[] = {{"manifest.txt", "{name}.jsonl", "manifest.jsonl"},
                {"..x", "{name}/a", "./a"},
                {"...x", "b/{name}/a", "b/../a"},
                {".bon.x", "{name}/lock", ".bon/lock"}};
    make(odd, sizeof odd / sizeof *odd);
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof *rows); i++) {
        struct bon_recipe *recipe;
        struct bon_plan *plan;
        char text[256], message[256];
        snprintf(text, sizeof text, "sources.t.files = 'odd/%s'\nsteps.a = {run = 'a', input = 't', output = '%s'%s}",
                 rows[i / 2].file, rows[i / 2].output, i % 2 ? ", each = false" : "");
        snprintf(message, sizeof message,
                 "r:2:7: step 'a' would write '%s', where no output may go: an input has that {name}",
                 rows[i / 2].path);
        cr_expect_eq(plan_of(text, &recipe, &plan), BON_ERR_DATA, "row %zu", i);
        cr_expect_str_eq(bon_error_message(), message);
        bon_plan_close(plan);
        bon_recipe_close(recipe);
    }
}

Test(plan, writes_over_no_source, .fini = files_clear) {
    static const char text[] = "sources.t.files = '*'\nsteps.a = {run = 'a', input = 't', output = 'dict'}";
    struct bon_recipe *recipe;
    struct bon_plan *plan;
    char folder[PATH_MAX + 8];
    make(tree, sizeof tree / sizeof *tree);
    cr_assert_eq(bon_recipe_parse(&recipe, "r", text, strlen(text)), BON_OK);
    snprintf(folder, sizeof folder, "%s/tin/..", root());
    cr_expect_eq(bon_plan_make(&plan, recipe, root(), folder), BON_ERR_DATA);
    cr_expect_str_eq(bon_error_message(), "r:2:7: step 'a' would write over 'dict', a file of a source");
    bon_recipe_close(recipe);
}

Test(plan, names_files) {
    static const struct {
        const char *path, *stem;
    } rows[] = {{"tin/b.2024.txt.zst", "b.2024"},
                {"a", "a"},
                {"x/a.gz", "a"},
                {".txt", ".txt"},
                {"a/.b.txt", ".b"},
                {".gz", ".gz"},
                {"a.b/c", "c"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n;
        const char *stem = bon_plan_stem(rows[i].path, &n);
        cr_expect(n == strlen(rows[i].stem) && memcmp(stem, rows[i].stem, n) == 0, "%s: %.*s", rows[i].path, (int)n,
                  stem);
    }
}

/* Words for a shell, files where they are, outputs in the stage. */
Test(plan, spells_commands, .fini = files_clear) {
    static const char text[] =
        "sources.t.files = 'dict'\nsteps.a = {run = 'lm build', input = 't', output = \"it's\", prune = '0 1'}";
    struct bon_recipe *recipe;
    struct bon_plan *plan;
    bon_buf out = {0};
    char wanted[2 * PATH_MAX];
    make(tree, sizeof tree / sizeof *tree);
    cr_assert_eq(plan_of(text, &recipe, &plan), BON_OK);
    cr_assert_eq(bon_plan_shell(plan, &plan->jobs[0], &out), BON_OK);
    cr_assert_eq(bon_buf_put(&out, 0), BON_OK);
    snprintf(wanted, sizeof wanted, "lm build '--prune=0 1' '--output=out/it'\\''s' -- %s/dict", root());
    cr_expect_str_eq(out.data, wanted);
    out.len = 0;
    cr_assert_eq(bon_plan_arg_text(plan, &plan->jobs[0].args[1], BON_PLAN_STAGED, "stage/0", &out), BON_OK);
    cr_assert_eq(bon_buf_put(&out, 0), BON_OK);
    cr_expect_str_eq(out.data, "--output=stage/0/it's");
    bon_buf_free(&out);
    bon_plan_close(plan);
    bon_recipe_close(recipe);
}

static bon_status plan_once(void *arg) {
    struct bon_plan *plan;
    bon_status status = bon_plan_make(&plan, arg, root(), "out");
    bon_plan_close(plan);
    return status;
}

Test(plan, allocation_failures, .fini = files_clear) {
    static const char text[] = "sources.t.files = ['tin/*', 'dict', 'tin/a*']\n"
                               "steps.c = {run = 'n', input = 't', output = 'c/{name}', for.a = {x = 1}}\n"
                               "steps.s = {run = 's', input = 'c', each = false, output = 's/{name}', y = '>y'}\n"
                               "steps.u = {run = 'u', input = 's', output = 'u', z = '<s.y'}";
    struct bon_recipe *recipe;
    make(tree, sizeof tree / sizeof *tree);
    cr_assert_eq(bon_recipe_parse(&recipe, "r", text, strlen(text)), BON_OK, "%s", bon_error_message());
    failmalloc_check(plan_once, recipe);
    bon_recipe_close(recipe);
}
