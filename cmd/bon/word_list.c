/* cmd/bon/word_list.c: see word_list.h. */
#include "word_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/pipeline.h"

static bon_status read_all(const char *path, bon_buf *text) {
    struct bon_in *in;
    BON_TRY(bon_in_open(&in, path));
    bon_status status;
    size_t got = 0;
    do {
        status = bon_buf_reserve(text, BON_CHUNK);
        if (status == BON_OK) status = bon_in_read(in, text->data + text->len, BON_CHUNK, &got);
        if (status == BON_OK) text->len += got;
    } while (status == BON_OK && got > 0);
    bon_in_close(in);
    return status;
}

bon_status word_list_read(struct word_list *list, const char *path) {
    static const char blanks[] = " \t\r\n\v\f";
    BON_TRY(read_all(path, &list->text));
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
