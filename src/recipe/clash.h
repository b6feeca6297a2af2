/* src/recipe/clash.h: files of a plan that stand in each other's way. */
#ifndef BON_SRC_RECIPE_CLASH_H
#define BON_SRC_RECIPE_CLASH_H

#include "recipe/plan.h"

/* Refuses an output that two jobs write, one inside of another that is a file, and one that is a file of a source. */
bon_status bon_plan_check_clashes(const struct bon_plan *plan);

#endif
