/* cmd/bon/word_list.h: a file of words between blanks, as a vocabulary for the library.
 */
#ifndef BON_CMD_WORD_LIST_H
#define BON_CMD_WORD_LIST_H

#include "bon/base.h"

/* All zeros is an empty list. */
struct word_list {
    bon_buf text; /* words with NUL behind each */
    const char **words;
    size_t count, cap;
};

/* BON_ERR_DATA when the file has no word. */
bon_status word_list_read(struct word_list *list, const char *path);
void word_list_free(struct word_list *list); /* also after a failure */

#endif
