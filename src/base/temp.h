/* src/base/temp.h: the library's side of bon_temp_list (base/io.h): outputs enter and leave it. */
#ifndef BON_SRC_BASE_TEMP_H
#define BON_SRC_BASE_TEMP_H

#include "base/io.h"

/* Lists a file; NULL when there is no list or no room. An absolute path survives a change of folder. */
atomic_int *bon_temp_add(const char *path);
void bon_temp_remove(atomic_int *slot); /* NULL is fine */

#endif
