/* src/recipe/recipe.c: see recipe.h. Tables become steps, then names become references, then the steps are put in order. */
#include "recipe/recipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "recipe/order.h"

static void *room(struct bon_recipe *recipe, size_t count, size_t size) {
    void *block = bon_arena_alloc(&recipe->arena, count ? count * size : 1, 16);
    if (block) memset(block, 0, count ? count * size : 1);
    return block;
}

/* ---- single keys ---- */

/* Letters, digits, '-' and '_', so that a name can be a folder and stand before a '.'. */
#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

static bool is_name(const char *text) {
    return *text && strspn(text, NAME_LETTERS) == strlen(text) && strlen(text) <= 64;
}

static bon_status need_kind(const struct bon_recipe *recipe, const struct bon_toml_node *node,
                            enum bon_toml_kind kind) {
    if (node->kind == kind) return BON_OK;
    return bon_toml_fail(recipe->toml, node, "%s is %s, not %s", node->key ? node->key : "this",
                         bon_toml_kind_name(kind), bon_toml_kind_name(node->kind));
}

static bon_status need_strings(const struct bon_recipe *recipe, const struct bon_toml_node *node) {
    if (node->kind == BON_TOML_STRING) return BON_OK;
    if (node->kind != BON_TOML_ARRAY || !node->count)
        return bon_toml_fail(recipe->toml, node, "%s is a string or an array of strings", node->key);
    for (const struct bon_toml_node *item = node->first; item; item = item->next)
        if (item->kind != BON_TOML_STRING)
            return bon_toml_fail(recipe->toml, item, "an array of strings has %s", bon_toml_kind_name(item->kind));
    return BON_OK;
}

/* A member that must be a string, not empty. */
static bon_status get_string(const struct bon_recipe *recipe, const struct bon_toml_node *table, const char *key,
                             const struct bon_toml_node **out) {
    *out = bon_toml_find(table, key);
    if (!*out) return BON_OK;
    BON_TRY(need_kind(recipe, *out, BON_TOML_STRING));
    return *(*out)->text ? BON_OK : bon_toml_fail(recipe->toml, *out, "%s is empty", key);
}

static bool is_one_of(const char *key, const char *const *keys) {
    for (; *keys; keys++)
        if (strcmp(key, *keys) == 0) return true;
    return false;
}

/* ---- options: every key that is not the recipe's own ---- */

/* By key, values of one key in the order of the recipe. */
static int by_key(const void *a, const void *b) {
    const struct bon_recipe_option *left = a, *right = b;
    int order = strcmp(left->key, right->key);
    if (order) return order;
    if (left->node->line != right->node->line) return left->node->line < right->node->line ? -1 : 1;
    return (left->node->column > right->node->column) - (left->node->column < right->node->column);
}

/* Finds the mark of a file: at the beginning, or behind "word=". */
static bon_status find_mark(struct bon_recipe *recipe, struct bon_recipe_option *option) {
    const char *text = option->node->text, *mark = text + strspn(text, NAME_LETTERS);
    option->prefix = "";
    if (option->node->kind != BON_TOML_STRING) return BON_OK;
    mark = mark > text && *mark == '=' ? mark + 1 : text;
    option->writes = *mark == '>';
    option->reads = *mark == '<';
    option->path = mark + 1;
    if (mark == text || !(option->writes || option->reads)) return BON_OK;
    char *prefix = bon_arena_alloc(&recipe->arena, (size_t)(mark - text) + 1, 1);
    if (!prefix) return BON_ERR_NOMEM;
    memcpy(prefix, text, (size_t)(mark - text));
    prefix[mark - text] = 0;
    option->prefix = prefix;
    return BON_OK;
}

static bon_status add_option(struct bon_recipe *recipe, const char *key, const struct bon_toml_node *value,
                             bool in_array, struct bon_recipe_option *option) {
    if (value->kind == BON_TOML_TABLE || value->kind == BON_TOML_ARRAY)
        return bon_toml_fail(recipe->toml, value, "'%.64s' is %s; an option has a value", key,
                             bon_toml_kind_name(value->kind));
    *option = (struct bon_recipe_option){.key = key, .node = value};
    BON_TRY(find_mark(recipe, option));
    if (in_array && option->writes)
        return bon_toml_fail(recipe->toml, value, "a file that is written stands alone, not in an array");
    return BON_OK;
}

static size_t count_values(const struct bon_toml_node *table) {
    size_t count = 0;
    for (const struct bon_toml_node *node = table->first; node; node = node->next)
        count += node->kind == BON_TOML_ARRAY ? node->count : 1;
    return count;
}

/* The members of a table but for the keys in `own`, sorted, so that the order in the recipe does not matter. */
static bon_status take_options(struct bon_recipe *recipe, const struct bon_toml_node *table, const char *const *own,
                               struct bon_recipe_option **options, size_t *count) {
    *options = room(recipe, count_values(table), sizeof **options);
    if (!*options) return BON_ERR_NOMEM;
    *count = 0;
    for (const struct bon_toml_node *node = table->first; node; node = node->next) {
        const bool array = node->kind == BON_TOML_ARRAY;
        if (is_one_of(node->key, own)) continue;
        for (const struct bon_toml_node *value = array ? node->first : node; value; value = array ? value->next : NULL)
            BON_TRY(add_option(recipe, node->key, value, array, &(*options)[(*count)++]));
    }
    if (*count) qsort(*options, *count, sizeof **options, by_key);
    return BON_OK;
}

static const char *const no_keys[] = {NULL};

static bon_status take_overrides(struct bon_recipe *recipe, const struct bon_toml_node *table,
                                 struct bon_recipe_step *step) {
    const struct bon_toml_node *node = bon_toml_find(table, "for");
    if (!node) return BON_OK;
    BON_TRY(need_kind(recipe, node, BON_TOML_TABLE));
    if (step->each != BON_RECIPE_EACH && step->each != BON_RECIPE_EACH_OF)
        return bon_toml_fail(recipe->toml, node, "'for' is for a step that runs once a file: {name} in its output");
    step->overrides = room(recipe, node->count, sizeof *step->overrides);
    if (!step->overrides) return BON_ERR_NOMEM;
    for (const struct bon_toml_node *row = node->first; row; row = row->next) {
        struct bon_recipe_override *override = &step->overrides[step->override_count++];
        BON_TRY(need_kind(recipe, row, BON_TOML_TABLE));
        override->pattern = row->key;
        BON_TRY(take_options(recipe, row, no_keys, &override->options, &override->option_count));
        for (size_t i = 0; i < override->option_count; i++)
            if (override->options[i].writes || strcmp(override->options[i].key, "output") == 0)
                return bon_toml_fail(recipe->toml, override->options[i].node,
                                     "what is written is the same for all files of a step");
    }
    return BON_OK;
}

/* ---- references ---- */

static ptrdiff_t find_step(const struct bon_recipe *recipe, const char *name, size_t n) {
    for (size_t i = 0; i < recipe->step_count; i++)
        if (strncmp(recipe->steps[i].name, name, n) == 0 && !recipe->steps[i].name[n]) return (ptrdiff_t)i;
    return -1;
}

static ptrdiff_t find_source(const struct bon_recipe *recipe, const char *name) {
    for (size_t i = 0; i < recipe->source_count; i++)
        if (strcmp(recipe->sources[i].name, name) == 0) return (ptrdiff_t)i;
    return -1;
}

/* "clean", "tin", "unique.report". A source with a format is the step that imports it. */
static bon_status resolve(struct bon_recipe *recipe, const struct bon_toml_node *node, const char *text,
                          struct bon_recipe_reference *reference) {
    size_t n = strcspn(text, ".");
    *reference = (struct bon_recipe_reference){.node = node, .step = find_step(recipe, text, n), .source = -1};
    if (reference->step < 0 && !text[n]) reference->source = find_source(recipe, text);
    if (reference->step < 0 && reference->source < 0)
        return bon_toml_fail(recipe->toml, node, "there is no source or step '%.*s'", (int)(n > 64 ? 64 : n), text);
    if (!text[n]) {
        if (reference->step >= 0 && !recipe->steps[reference->step].output)
            return bon_toml_fail(recipe->toml, node,
                                 "step '%s' has no output of its own; name one of its options: %s.OPTION", text, text);
        return BON_OK;
    }
    const struct bon_recipe_step *step = &recipe->steps[reference->step];
    reference->option = text + n + 1;
    for (size_t i = 0; i < step->option_count; i++)
        if (step->options[i].writes && strcmp(step->options[i].key, reference->option) == 0) return BON_OK;
    return bon_toml_fail(recipe->toml, node, "step '%s' has no option '%.64s' that writes a file", step->name,
                         reference->option);
}

static bon_status resolve_options(struct bon_recipe *recipe, struct bon_recipe_option *options, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (options[i].reads) BON_TRY(resolve(recipe, options[i].node, options[i].path, &options[i].from));
    return BON_OK;
}

static bon_status resolve_inputs(struct bon_recipe *recipe, struct bon_recipe_step *step) {
    const struct bon_toml_node *input = bon_toml_find(step->node, "input");
    if (step->imports) return BON_OK;
    if (!input) return bon_toml_fail(recipe->toml, step->node, "step '%s' has no input", step->name);
    BON_TRY(need_strings(recipe, input));
    const bool list = input->kind == BON_TOML_ARRAY;
    step->inputs = room(recipe, list ? input->count : 1, sizeof *step->inputs);
    if (!step->inputs) return BON_ERR_NOMEM;
    for (const struct bon_toml_node *item = list ? input->first : input; item; item = list ? item->next : NULL)
        BON_TRY(resolve(recipe, item, item->text, &step->inputs[step->input_count++]));
    return BON_OK;
}

/* `each`: the name of one input, or false: the command itself writes a file for each. */
static bon_status resolve_each(const struct bon_recipe *recipe, struct bon_recipe_step *step) {
    const struct bon_toml_node *each = step->imports ? NULL : bon_toml_find(step->node, "each");
    if (!each || each->kind != BON_TOML_STRING) return BON_OK;
    for (size_t i = 0; i < step->input_count; i++)
        if (strcmp(step->inputs[i].node->text, each->text) == 0) {
            step->each_of = i;
            return BON_OK;
        }
    return bon_toml_fail(recipe->toml, each, "'%.64s' is no input of step '%s'", each->text, step->name);
}

static bon_status resolve_all(struct bon_recipe *recipe) {
    for (size_t i = 0; i < recipe->step_count; i++) {
        struct bon_recipe_step *step = &recipe->steps[i];
        BON_TRY(resolve_inputs(recipe, step));
        BON_TRY(resolve_each(recipe, step));
        BON_TRY(resolve_options(recipe, step->options, step->option_count));
        for (size_t k = 0; k < step->override_count; k++)
            BON_TRY(resolve_options(recipe, step->overrides[k].options, step->overrides[k].option_count));
    }
    return BON_OK;
}

/* ---- steps ---- */

bool bon_recipe_is_output(const char *path) {
    if (strcmp(path, "manifest.jsonl") == 0) return false;
    for (const char *part = path, *slash; part; part = slash ? slash + 1 : NULL) {
        size_t n = strcspn(part, "/");
        slash = part[n] ? part + n : NULL;
        if ((n == 1 && part[0] == '.') || (n == 2 && part[0] == '.' && part[1] == '.')) return false;
        if (part == path && n == 4 && memcmp(part, ".bon", n) == 0) return false;
    }
    return true;
}

/* An output lies in the folder of outputs: no absolute path, no empty part, no {} but {name}. */
static bon_status check_output(const struct bon_recipe *recipe, const struct bon_toml_node *node, const char *path) {
    if (!*path || *path == '/' || strstr(path, "//"))
        return bon_toml_fail(recipe->toml, node, "'%.200s' is no path within the folder of outputs", path);
    if (!bon_recipe_is_output(path))
        return bon_toml_fail(recipe->toml, node, "'%.200s': an output may not go there", path);
    for (const char *brace = path; (brace = strpbrk(brace, "{}")); brace += strlen("{name}"))
        if (strncmp(brace, "{name}", strlen("{name}")) != 0)
            return bon_toml_fail(recipe->toml, node, "'%.200s': only {name} may stand in braces", path);
    return BON_OK;
}

/* Outputs of a step that runs once a file all have {name}; of others none has. */
static bon_status check_outputs(const struct bon_recipe *recipe, const struct bon_recipe_step *step) {
    const bool each = step->each == BON_RECIPE_EACH || step->each == BON_RECIPE_EACH_OF;
    bool writes = step->output != NULL;
    for (size_t i = 0; i < step->option_count; i++) {
        const struct bon_recipe_option *option = &step->options[i];
        if (!option->writes) continue;
        writes = true;
        BON_TRY(check_output(recipe, option->node, option->path));
        if (each != (strstr(option->path, "{name}") != NULL))
            return bon_toml_fail(recipe->toml, option->node,
                                 each ? "step '%s' runs once a file: its %s needs {name}, too"
                                      : "step '%s' runs once: there is no {name} for its %s",
                                 step->name, option->key);
    }
    return writes ? BON_OK : bon_toml_fail(recipe->toml, step->node, "step '%s' has no output", step->name);
}

static bon_status choose_each(const struct bon_recipe *recipe, const struct bon_toml_node *table,
                              struct bon_recipe_step *step) {
    const struct bon_toml_node *each = bon_toml_find(table, "each");
    bool named = step->output && strstr(step->output, "{name}");
    for (const struct bon_toml_node *node = table->first; node && !step->output; node = node->next)
        named |= node->kind == BON_TOML_STRING && *node->text == '>' && strstr(node->text, "{name}");
    step->each = named ? BON_RECIPE_EACH : BON_RECIPE_ONCE;
    if (!each) return BON_OK;
    if (each->kind != BON_TOML_STRING && each->kind != BON_TOML_BOOLEAN)
        return bon_toml_fail(recipe->toml, each, "each is false, or the name of the input that goes file by file");
    if (!named) return bon_toml_fail(recipe->toml, each, "each goes with {name} in the output");
    if (each->kind == BON_TOML_STRING) step->each = BON_RECIPE_EACH_OF;
    if (each->kind == BON_TOML_BOOLEAN && strcmp(each->text, "false") == 0) step->each = BON_RECIPE_TEMPLATE;
    return BON_OK;
}

static bon_status name_step(struct bon_recipe *recipe, const struct bon_toml_node *table,
                            struct bon_recipe_step *step) {
    BON_TRY(need_kind(recipe, table, BON_TOML_TABLE));
    if (!is_name(table->key))
        return bon_toml_fail(recipe->toml, table, "a name has letters, digits, - and _, at most 64 of them");
    step->name = table->key;
    step->node = table;
    return BON_OK;
}

static bon_status take_step(struct bon_recipe *recipe, const struct bon_toml_node *table) {
    static const char *const own[] = {"run", "input", "output", "each", "for", NULL};
    struct bon_recipe_step *step = &recipe->steps[recipe->step_count++];
    const struct bon_toml_node *output;
    BON_TRY(name_step(recipe, table, step));
    if (find_source(recipe, step->name) >= 0)
        return bon_toml_fail(recipe->toml, table, "'%s' is the name of a source already", step->name);
    BON_TRY(get_string(recipe, table, "run", &step->run_node));
    BON_TRY(get_string(recipe, table, "output", &output));
    if (!step->run_node) return bon_toml_fail(recipe->toml, table, "step '%s' does not say what to run", step->name);
    step->run = step->run_node->text;
    step->output = output ? output->text : NULL;
    if (output) BON_TRY(check_output(recipe, output, output->text));
    BON_TRY(choose_each(recipe, table, step));
    BON_TRY(take_options(recipe, table, own, &step->options, &step->option_count));
    BON_TRY(check_outputs(recipe, step));
    return take_overrides(recipe, table, step);
}

/* The step that a source's format stands for: import FORMAT, once a file. */
static bon_status add_import(struct bon_recipe *recipe, size_t source, const struct bon_toml_node *format) {
    static const char *const own[] = {"files", "except", "format", NULL};
    const struct bon_recipe_source *from = &recipe->sources[source];
    struct bon_recipe_step *step = &recipe->steps[recipe->step_count++];
    size_t size = strlen("import ") + strlen(format->text) + 1, room_of_path = strlen(from->name) + 32;
    char *run = bon_arena_alloc(&recipe->arena, size, 1), *output = bon_arena_alloc(&recipe->arena, room_of_path, 1);
    step->inputs = room(recipe, 1, sizeof *step->inputs);
    if (!run || !output || !step->inputs) return BON_ERR_NOMEM;
    snprintf(run, size, "import %s", format->text);
    const struct bon_toml_node *plain = bon_toml_find(from->node, "plain");
    const bool text = plain && plain->kind == BON_TOML_BOOLEAN && strcmp(plain->text, "true") == 0;
    snprintf(output, room_of_path, "%s/{name}.%s.zst", from->name, text ? "txt" : "jsonl");
    step->name = from->name;
    step->run = run;
    step->node = from->node;
    step->run_node = format;
    step->imports = true;
    step->each = BON_RECIPE_EACH;
    step->output = output;
    step->inputs[step->input_count++] =
        (struct bon_recipe_reference){.node = from->node, .source = (ptrdiff_t)source, .step = -1};
    BON_TRY(take_options(recipe, from->node, own, &step->options, &step->option_count));
    return check_outputs(recipe, step);
}

static bon_status take_source(struct bon_recipe *recipe, const struct bon_toml_node *table) {
    struct bon_recipe_source *source = &recipe->sources[recipe->source_count];
    struct bon_recipe_step named = {0};
    const struct bon_toml_node *format;
    BON_TRY(name_step(recipe, table, &named));
    *source = (struct bon_recipe_source){.name = named.name,
                                         .node = table,
                                         .files = bon_toml_find(table, "files"),
                                         .except = bon_toml_find(table, "except")};
    if (!source->files) return bon_toml_fail(recipe->toml, table, "source '%s' has no files", source->name);
    BON_TRY(need_strings(recipe, source->files));
    if (source->except) BON_TRY(need_strings(recipe, source->except));
    BON_TRY(get_string(recipe, table, "format", &format));
    recipe->source_count++;
    if (format && strcmp(format->text, "text") != 0) return add_import(recipe, recipe->source_count - 1, format);
    for (const struct bon_toml_node *node = table->first; node; node = node->next)
        if (node != source->files && node != source->except && node != format)
            return bon_toml_fail(recipe->toml, node,
                                 "unknown key '%.64s': a source of text has files, except and format", node->key);
    return BON_OK;
}

static bon_status take_tables(struct bon_recipe *recipe) {
    const struct bon_toml_node *root = &recipe->toml->root, *sources = bon_toml_find(root, "sources"),
                               *steps = bon_toml_find(root, "steps");
    for (const struct bon_toml_node *node = root->first; node; node = node->next)
        if (node != sources && node != steps)
            return bon_toml_fail(recipe->toml, node,
                                 "unknown key '%.64s': a recipe has [sources.NAME] and [steps.NAME]", node->key);
    if (!steps)
        return bon_fail(BON_ERR_DATA, "%s: a recipe without steps: begin with [steps.NAME]", recipe->toml->name);
    BON_TRY(need_kind(recipe, steps, BON_TOML_TABLE));
    if (sources) BON_TRY(need_kind(recipe, sources, BON_TOML_TABLE));
    const size_t source_count = sources ? sources->count : 0;
    recipe->sources = room(recipe, source_count, sizeof *recipe->sources);
    recipe->steps = room(recipe, source_count + steps->count, sizeof *recipe->steps);
    if (!recipe->sources || !recipe->steps) return BON_ERR_NOMEM;
    for (const struct bon_toml_node *node = sources ? sources->first : NULL; node; node = node->next)
        BON_TRY(take_source(recipe, node));
    for (const struct bon_toml_node *node = steps->first; node; node = node->next) BON_TRY(take_step(recipe, node));
    return BON_OK;
}

static bon_status read_recipe(struct bon_recipe *recipe, const char *name, const char *text, size_t n) {
    BON_TRY(bon_toml_read(&recipe->toml, name, text, n));
    BON_TRY(take_tables(recipe));
    BON_TRY(resolve_all(recipe));
    return bon_recipe_sort(recipe);
}

bon_status bon_recipe_parse(struct bon_recipe **out, const char *name, const char *text, size_t n) {
    *out = NULL;
    struct bon_recipe *recipe = calloc(1, sizeof *recipe);
    if (!recipe) return bon_fail_memory(sizeof *recipe);
    bon_status status = read_recipe(recipe, name, text, n);
    if (status == BON_OK)
        *out = recipe;
    else
        bon_recipe_close(recipe);
    return status;
}

bon_status bon_recipe_read(struct bon_recipe **out, const char *path) {
    bon_buf text = {0};
    *out = NULL;
    bon_status status = bon_file_read(path, BON_TOML_LARGEST, &text);
    if (status == BON_OK) status = bon_recipe_parse(out, path, text.data, text.len);
    bon_buf_free(&text);
    return status;
}

void bon_recipe_close(struct bon_recipe *recipe) {
    if (!recipe) return;
    bon_toml_close(recipe->toml);
    bon_arena_free(&recipe->arena);
    free(recipe);
}
