/* cmd/bon/options_file.h: options from a file, a line each: "name = value". */
#ifndef BON_CMD_OPTIONS_FILE_H
#define BON_CMD_OPTIONS_FILE_H

#include "options.h"

/* Sets in args what the file says, by the long names of the command's options; "name" alone is a flag. Blank lines and lines
 * that begin with # are passed over. PARSE_GO, or an exit status after a message that names the file and the line. The
 * strings that args then points to are in *text, which the caller frees at the end. */
int options_read_file(const struct command *command, void *args, const char *path, char **text);

#endif
