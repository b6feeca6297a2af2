/* Recipes: tables become sources, steps and references; what is wrong is told with its place; steps come in an order that works. */
#include "recipe/recipe.h"

#include <criterion/criterion.h>

#include "failmalloc.h"
#include "files.h"

static const char chain[] =
    "[steps.count]\nrun = 'count'\ninput = ['unique', 'unique.report']\noutput = 'n.tsv'\n"
    "[sources.tin]\nfiles = 'tin/*.txt'\n"
    "[steps.unique]\nrun = 'dedup'\ninput = 'clean'\noutput = 'u.txt'\nreport = '>most.tsv'\n"
    "near = true\n"
    "[steps.clean]\nrun = 'normalize'\ninput = 'tin'\noutput = 'clean/{name}.txt'\nform = 'nfd'\n"
    "for.'cu_*' = {from = 'tcvn3'}\n"
    "[sources.wiki]\nfiles = ['a.xml', 'b.xml']\nexcept = 'b*'\nformat = 'wiki'\nmin = 300\n"
    "[steps.score]\nrun = 'lm query'\ninput = ['tin', 'wiki']\neach = 'wiki'\n"
    "output = 'score/{name}.tsv'\nclasses = '<tin'\n";

Test(recipe, reads_sources_and_steps) {
    struct bon_recipe *recipe;
    cr_assert_eq(bon_recipe_parse(&recipe, "r", chain, strlen(chain)), BON_OK, "%s", bon_error_message());
    cr_assert_eq(recipe->source_count, 2);
    cr_assert_eq(recipe->step_count, 5);
    const struct bon_recipe_step *import = &recipe->steps[0], *count = &recipe->steps[1], *unique = &recipe->steps[2],
                                 *clean = &recipe->steps[3], *score = &recipe->steps[4];
    cr_expect_str_eq(import->name, "wiki");
    cr_expect_str_eq(import->run, "import wiki");
    cr_expect_str_eq(import->output, "wiki/{name}.jsonl.zst");
    cr_expect(import->imports && import->each == BON_RECIPE_EACH && import->inputs[0].source == 1);
    cr_assert_eq(import->option_count, 1);
    cr_expect_str_eq(import->options[0].key, "min");
    cr_expect(count->each == BON_RECIPE_ONCE && count->input_count == 2);
    cr_expect(count->inputs[0].step == 2 && !count->inputs[0].option);
    cr_expect(count->inputs[1].step == 2 && strcmp(count->inputs[1].option, "report") == 0);
    cr_assert_eq(unique->option_count, 2);
    cr_expect_str_eq(unique->options[0].key, "near");
    cr_expect(unique->options[1].writes && strcmp(unique->options[1].path, "most.tsv") == 0);
    cr_expect(clean->each == BON_RECIPE_EACH && clean->inputs[0].source == 0);
    cr_assert_eq(clean->override_count, 1);
    cr_expect_str_eq(clean->overrides[0].pattern, "cu_*");
    cr_expect_str_eq(clean->overrides[0].options[0].node->text, "tcvn3");
    cr_expect(score->each == BON_RECIPE_EACH_OF && score->each_of == 1);
    cr_expect(score->inputs[1].step == 0 && score->inputs[1].source < 0);
    cr_expect(score->options[0].reads && score->options[0].from.source == 0);
    static const size_t order[] = {0, 3, 2, 1, 4};
    cr_expect_arr_eq(recipe->order, order, sizeof order);
    bon_recipe_close(recipe);
}

#define STEP(name, rest) "[steps." name "]\nrun = 'count'\n" rest "\n"
#define SOURCE "[sources.tin]\nfiles = 'a'\n"

Test(recipe, refuses_with_the_place) {
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "r: a recipe without steps: begin with [steps.NAME]"},
        {"step.a = 1", "r:1:1: unknown key 'step': a recipe has [sources.NAME] and [steps.NAME]"},
        {"steps = 1", "r:1:1: steps is a table, not a whole number"},
        {"steps.a = 1", "r:1:7: a is a table, not a whole number"},
        {"[steps.'a b']", "r:1:8: a name has letters, digits, - and _, at most 64 of them"},
        {"[steps.a]", "r:1:8: step 'a' does not say what to run"},
        {"[steps.a]\nrun = ''", "r:2:1: run is empty"},
        {"[steps.a]\nrun = 3", "r:2:1: run is a string, not a whole number"},
        {STEP("a", ""), "r:1:8: step 'a' has no output"},
        {STEP("a", "output = 'x'"), "r:1:8: step 'a' has no input"},
        {STEP("a", "output = 'x'\ninput = []"), "r:4:1: input is a string or an array of strings"},
        {STEP("a", "output = 'x'\ninput = ['b', 1]"), "r:4:15: an array of strings has a whole number"},
        {STEP("a", "output = 'x'\ninput = 'b'"), "r:4:1: there is no source or step 'b'"},
        {STEP("a", "output = '/x'\ninput = 'b'"), "r:3:1: '/x' is no path within the folder of outputs"},
        {STEP("a", "output = 'x/../y'"), "r:3:1: 'x/../y': an output may not go there"},
        {STEP("a", "output = '..'"), "r:3:1: '..': an output may not go there"},
        {STEP("a", "output = '.bon/x'"), "r:3:1: '.bon/x': an output may not go there"},
        {STEP("a", "output = 'manifest.jsonl'"), "r:3:1: 'manifest.jsonl': an output may not go there"},
        {STEP("a", "output = '{stem}'"), "r:3:1: '{stem}': only {name} may stand in braces"},
        {STEP("a", "output = 'x'\neach = true"), "r:4:1: each goes with {name} in the output"},
        {STEP("a", "output = '{name}'\neach = 1"),
         "r:4:1: each is false, or the name of the input that goes file by file"},
        {STEP("a", "output = '{name}'\nreport = '>x'"),
         "r:4:1: step 'a' runs once a file: its report needs {name}, too"},
        {STEP("a", "output = 'x'\nreport = '>{name}'"), "r:4:1: step 'a' runs once: there is no {name} for its report"},
        {STEP("a", "output = 'x'\nfor.b = {}"),
         "r:4:1: 'for' is for a step that runs once a file: {name} in its output"},
        {STEP("a", "output = '{name}'\nfor.b = {output='x'}"),
         "r:4:10: what is written is the same for all files of a step"},
        {STEP("a", "output = 'x'\nb = {}"), "r:4:1: 'b' is a table; an option has a value"},
        {STEP("a", "output = 'x'\nb = ['>c']"), "r:4:6: a file that is written stands alone, not in an array"},
        {SOURCE STEP("tin", "output = 'x'"), "r:3:8: 'tin' is the name of a source already"},
        {SOURCE STEP("a", "output = '{name}'\ninput = 'tin'\neach = 'b'"), "r:7:1: 'b' is no input of step 'a'"},
        {SOURCE STEP("a", "output = 'x'\ninput = 'a.b'"), "r:6:1: step 'a' has no option 'b' that writes a file"},
        {SOURCE STEP("a", "b = '>x'\ninput = 'tin'") STEP("c", "output = 'y'\ninput = 'a'"),
         "r:10:1: step 'a' has no output of its own; name one of its options: a.OPTION"},
        {"[sources.b]\n[steps.a]", "r:1:10: source 'b' has no files"},
        {"[sources.b]\nfiles = 'x'\nmin = 3\n[steps.a]",
         "r:3:1: unknown key 'min': a source of text has files, except and format"},
        {SOURCE STEP("a", "input = 'c'\noutput = 'x'") STEP("b", "input = ['tin', 'a']\noutput = 'y'")
             STEP("c", "input = 'tin'\noutput = 'z'\nvocab = '<b'"),
         "r:9:17: steps need each other in a circle: 'a' needs 'c' needs 'b' needs 'a'"},
        {SOURCE STEP("a", "input = 'a'\noutput = 'x'"), "r:5:1: steps need each other in a circle: 'a' needs 'a'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_recipe *recipe;
        cr_expect_eq(bon_recipe_parse(&recipe, "r", rows[i].text, strlen(rows[i].text)), BON_ERR_DATA, "row %zu", i);
        cr_expect_str_eq(bon_error_message(), rows[i].message, "row %zu: %s", i, bon_error_message());
        cr_expect_null(recipe);
    }
}

/* A chain as long as a recipe may be, last step first. */
Test(recipe, orders_long_chains) {
    bon_buf text = {0};
    struct bon_recipe *recipe;
    const unsigned steps = 1000;
    cr_assert_eq(bon_buf_printf(&text, "sources.s.files = 'x'\n"), BON_OK);
    for (unsigned i = steps; i-- > 0;) {
        cr_assert_eq(bon_buf_printf(&text, "steps.a%u = {run = 'r', output = '%u', input = ", i, i), BON_OK);
        cr_assert_eq(i ? bon_buf_printf(&text, "'a%u'}\n", i - 1) : bon_buf_printf(&text, "'s'}\n"), BON_OK);
    }
    cr_assert_eq(bon_recipe_parse(&recipe, "r", text.data, text.len), BON_OK, "%s", bon_error_message());
    for (unsigned i = 0; i < steps; i++) cr_assert_eq(recipe->order[i], steps - 1 - i);
    bon_recipe_close(recipe);
    bon_buf_free(&text);
}

static bon_status parse_once(void *arg) {
    struct bon_recipe *recipe;
    (void)arg;
    bon_status status = bon_recipe_parse(&recipe, "r", chain, strlen(chain));
    bon_recipe_close(recipe);
    return status;
}

Test(recipe, allocation_failures) { failmalloc_check(parse_once, NULL); }
