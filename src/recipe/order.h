/* src/recipe/order.h: the steps of a recipe in an order in which each comes behind what it needs. */
#ifndef BON_SRC_RECIPE_ORDER_H
#define BON_SRC_RECIPE_ORDER_H

#include "recipe/recipe.h"

/* Sets recipe->order. Steps that need each other in a circle are refused with the circle in words. */
bon_status bon_recipe_sort(struct bon_recipe *recipe);

#endif
