/* src/recipe/sources.h: the files that fit the patterns of a source. */
#ifndef BON_SRC_RECIPE_SOURCES_H
#define BON_SRC_RECIPE_SOURCES_H

#include "recipe/recipe.h"

/* Calls take() with the path of every file, relative to the root as the pattern is: pattern after pattern, in byte order within a
 * pattern, each file once, folders not. A pattern that nothing fits is refused. */
bon_status bon_recipe_files(const struct bon_recipe *recipe, const struct bon_recipe_source *source, const char *root,
                            bon_status (*take)(void *context, const char *path), void *context);

#endif
