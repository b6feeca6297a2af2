/* cmd/bon/outputs.h: an output for every input file: -o with {name} in it. */
#ifndef BON_CMD_OUTPUTS_H
#define BON_CMD_OUTPUTS_H

#include <stdbool.h>

#include "base/io.h"

/* One for every input, in their order. */
struct outputs {
    struct bon_out **outs;
    size_t count;
};

/* Whether a path has {name} in it. */
bool outputs_wanted(const char *path);
/* Opens PATH for every input, with the input's name (without folder, compression and extension) for {name}. Two inputs of one name
 * are refused. */
bon_status outputs_open(struct outputs *outputs, const char *path, char *const *inputs, int count);
/* All or, as far as a disk allows that, none; frees. */
bon_status outputs_publish(struct outputs *outputs);
void outputs_abandon(struct outputs *outputs);

#endif
