/* cmd/bon/layout.h: the option --layout of the commands that write models. */
#ifndef BON_CMD_LAYOUT_H
#define BON_CMD_LAYOUT_H

#include <stddef.h>

/* In the order of bon_lm_layout. */
static const char *const layout_choices[] = {"auto", "fast", "small", NULL};

#define LAYOUT_HELP                                                                                                    \
    "form of a .bonlm: fast (hash tables, floats), small\n(compressed trie) or auto: fast, small when quantized "      \
    "(default)"
#define LAYOUT_CONFLICT "the fast layout stores floats: --quantize is for --layout small"

#endif
