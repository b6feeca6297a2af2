/* cmd/bon/word_list.c: see word_list.h. */
#include "word_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"

bon_status word_list_read(struct word_list *list, const char *path) {
    static const char blanks[] = " \t\r\n\v\f";
    BON_TRY(bon_file_read(path, SIZE_MAX, &list->text));
    BON_TRY(bon_buf_append(&list->text, "", 1));
    char *end = list->text.data + list->text.len - 1;
    for (char *p = list->text.data; p < end; p++) {
        if (*p == 0 || strchr(blanks, *p)) continue;
        size_t n = strcspn(p, blanks);
        BON_TRY(bon_grow_array(&list->words, &list->cap, list->count + 1, sizeof *list->words));
        list->words[list->count++] = p;
        p += n;
        *p = 0;
    }
    if (list->count > 0) return BON_OK;
    return bon_fail(BON_ERR_DATA, "%s: no words; a vocabulary is words between blanks", path);
}

void word_list_free(struct word_list *list) {
    bon_buf_free(&list->text);
    free(list->words);
    *list = (struct word_list){0};
}
