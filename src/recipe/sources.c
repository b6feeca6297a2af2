/* src/recipe/sources.c: see sources.h. glob(3) finds, and the order is ours: its own would ask the locale. */
#include "recipe/sources.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

struct found {
    char *path; /* relative */
    size_t at;  /* when it was found */
};

struct search {
    const struct bon_recipe *recipe;
    const struct bon_recipe_source *source;
    const char *root;
    struct found *found;
    size_t count, cap;
};

static bool is_absolute(const char *pattern) { return *pattern == '/'; }

/* The pattern below the root, whose own characters stand for themselves. */
static bon_status whole_pattern(const struct search *search, const char *pattern, bon_buf *out) {
    for (const char *p = search->root; !is_absolute(pattern) && *p; p++) {
        if (strchr("*?[\\", *p)) BON_TRY(bon_buf_put(out, '\\'));
        BON_TRY(bon_buf_put(out, *p));
    }
    if (!is_absolute(pattern)) BON_TRY(bon_buf_put(out, '/'));
    return bon_buf_append(out, pattern, strlen(pattern) + 1);
}

static bool is_excepted(const struct bon_recipe_source *source, const char *path) {
    const struct bon_toml_node *except = source->except;
    if (!except) return false;
    if (except->kind == BON_TOML_STRING) return fnmatch(except->text, path, FNM_PATHNAME) == 0;
    for (const struct bon_toml_node *item = except->first; item; item = item->next)
        if (fnmatch(item->text, path, FNM_PATHNAME) == 0) return true;
    return false;
}

static bon_status keep(struct search *search, const char *path) {
    if (search->count == search->cap)
        BON_TRY(bon_grow_array(&search->found, &search->cap, search->count + 1, sizeof *search->found));
    char *copy = strdup(path);
    if (!copy) return bon_fail_memory(strlen(path) + 1);
    search->found[search->count] = (struct found){copy, search->count};
    search->count++;
    return BON_OK;
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static bon_status keep_matches(struct search *search, const struct bon_toml_node *node, glob_t *matches) {
    const size_t prefix = is_absolute(node->text) ? 0 : strlen(search->root) + 1;
    size_t files = 0;
    struct stat about;
    qsort(matches->gl_pathv, matches->gl_pathc, sizeof *matches->gl_pathv, by_bytes);
    for (size_t i = 0; i < matches->gl_pathc; i++) {
        const char *path = matches->gl_pathv[i];
        if (stat(path, &about) == 0 && !S_ISREG(about.st_mode)) { /* what cannot be read at all is told when it is */
            if (S_ISDIR(about.st_mode)) continue;
            return bon_toml_fail(search->recipe->toml, node,
                                 "'%.300s' is no regular file; a pipeline reads it again and again", path);
        }
        files++;
        if (!is_excepted(search->source, path + prefix)) BON_TRY(keep(search, path + prefix));
    }
    return files ? BON_OK
                 : bon_toml_fail(search->recipe->toml, node, "'%.300s' are folders; files are wanted", node->text);
}

static bon_status find(struct search *search, const struct bon_toml_node *node) {
    glob_t matches = {0};
    bon_buf pattern = {0};
    if (!*node->text) return bon_toml_fail(search->recipe->toml, node, "an empty pattern");
    bon_status status = whole_pattern(search, node->text, &pattern);
    int result = status == BON_OK ? glob(pattern.data, GLOB_NOSORT, NULL, &matches) : 0;
    if (result == GLOB_NOMATCH)
        status = bon_toml_fail(search->recipe->toml, node, "no file is there for '%.400s'", pattern.data);
    else if (result == GLOB_NOSPACE)
        status = bon_fail_memory(0);
    else if (result != 0)
        status = bon_fail_errno(pattern.data, "cannot look for files");
    if (status == BON_OK) status = keep_matches(search, node, &matches);
    globfree(&matches);
    bon_buf_free(&pattern);
    return status;
}

/* Equal paths stand together, the one found first before the others. */
static int by_path(const void *a, const void *b) {
    const struct found *left = a, *right = b;
    int order = strcmp(left->path, right->path);
    return order ? order : (left->at > right->at) - (left->at < right->at);
}

static int by_age(const void *a, const void *b) {
    const struct found *left = a, *right = b;
    return (left->at > right->at) - (left->at < right->at);
}

/* Each path once, in the order found. */
static void drop_repeated(struct search *search) {
    size_t kept = 0;
    if (!search->count) return;
    qsort(search->found, search->count, sizeof *search->found, by_path);
    for (size_t i = 0; i < search->count; i++) {
        if (kept && strcmp(search->found[kept - 1].path, search->found[i].path) == 0)
            free(search->found[i].path);
        else
            search->found[kept++] = search->found[i];
    }
    search->count = kept;
    qsort(search->found, search->count, sizeof *search->found, by_age);
}

bon_status bon_recipe_files(const struct bon_recipe *recipe, const struct bon_recipe_source *source, const char *root,
                            bon_status (*take)(void *context, const char *path), void *context) {
    struct search search = {.recipe = recipe, .source = source, .root = root};
    const struct bon_toml_node *files = source->files;
    bon_status status = BON_OK;
    if (files->kind == BON_TOML_STRING) status = find(&search, files);
    for (const struct bon_toml_node *item = files->first; item && status == BON_OK; item = item->next)
        status = find(&search, item);
    if (status == BON_OK) drop_repeated(&search);
    if (status == BON_OK && !search.count)
        status = bon_toml_fail(recipe->toml, source->node, "all files of source '%s' are excepted", source->name);
    for (size_t i = 0; i < search.count; i++) {
        if (status == BON_OK) status = take(context, search.found[i].path);
        free(search.found[i].path);
    }
    free(search.found);
    return status;
}
