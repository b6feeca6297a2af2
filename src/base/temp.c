/* src/base/temp.c: the list of temporary files in flight, made for a signal handler: paths stand in the list itself, so
 * nothing can be freed under the handler, and a slot's state says whether its path may be read. */
#include "base/temp.h"

#include <string.h>
#include <unistd.h>

enum { FREE, CHANGING, LISTED };

static _Thread_local struct bon_temp_list *used;

void bon_temp_use(struct bon_temp_list *list) { used = list; }

atomic_int *bon_temp_add(const char *path) {
    size_t n = strlen(path) + 1;
    for (size_t i = 0; used && n <= PATH_MAX && i < BON_TEMP_MAX; i++) {
        int expected = FREE;
        if (!atomic_compare_exchange_strong(&used->slot[i].state, &expected, CHANGING)) continue;
        memcpy(used->slot[i].path, path, n);
        atomic_store(&used->slot[i].state, LISTED);
        return &used->slot[i].state;
    }
    return NULL;
}

void bon_temp_remove(atomic_int *slot) {
    if (slot) atomic_store(slot, FREE);
}

void bon_temp_unlink_all(struct bon_temp_list *list) {
    for (size_t i = 0; i < BON_TEMP_MAX; i++)
        if (atomic_load(&list->slot[i].state) == LISTED) unlink(list->slot[i].path);
}
