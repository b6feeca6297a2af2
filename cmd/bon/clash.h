/* cmd/bon/clash.h: files of a command line that stand in each other's way: two outputs that are one file, of which what is written
 * first would be lost, and an output that would take the place of what is read. (Those of a recipe: recipe/clash.h.) */
#ifndef BON_CMD_CLASH_H
#define BON_CMD_CLASH_H

#include "options.h"

/* Checks the options of a command, which are in args, against each other and against the operands. Returns PARSE_GO, or EXIT_USAGE
 * after a message. */
int clash_check(const struct command *command, const void *args, char *const *operands, int count);

/* Are two outputs one file? By their names, or by what they are or would be in which folder. A device takes what comes from both. */
bool clash_outputs(const char *one, const char *other);

#endif
