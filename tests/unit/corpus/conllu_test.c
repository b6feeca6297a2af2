/* Treebanks: a table of files and their documents; lines that are none of CoNLL-U. */
#include "corpus/conllu.h"

#include "support.h"

TestSuite(conllu, .fini = files_clear);

#define WORD(number, form, misc) number "\t" form "\t_\t_\t_\t_\t_\t_\t_\t" misc "\n"

/* "id|title|url|members|text;" */
static bon_status note_document(void *context, const struct bon_document *document) {
    const bon_buf *const parts[] = {&document->id, &document->title, &document->url, &document->members,
                                    &document->text};
    for (size_t i = 0; i < 5; i++) {
        if (parts[i]->len == 0) {
            BON_TRY(bon_buf_put(context, i < 4 ? '|' : ';'));
            continue;
        }
        const char *slash = i == 0 ? memrchr(parts[i]->data, '/', parts[i]->len) : NULL; /* a file's name alone */
        size_t from = slash ? (size_t)(slash - parts[i]->data) + 1 : 0;
        BON_TRY(bon_buf_append(context, parts[i]->data + from, parts[i]->len - from));
        BON_TRY(bon_buf_put(context, i < 4 ? '|' : ';'));
    }
    return BON_OK;
}

static const struct {
    enum bon_conllu_unit unit;
    bool words;
    const char *file, *documents, *message; /* message NULL: fine; documents: with skip_bad */
    uint64_t bad;
} rows[] = {
    {BON_CONLLU_DOCUMENT, false, "", "", NULL, 0},
    {BON_CONLLU_DOCUMENT, false, "\n\n# text = a\n\n", "", NULL, 0},
    {BON_CONLLU_DOCUMENT, false,
     WORD("1", "Hoà", "_") WORD("2", "bình", "a|SpaceAfter=No|b")
         WORD("3", ".", "_") "\n" WORD("1", "Hết", "SpaceAfter=Non"),
     "f|||\"sentences\":2,|Hòa bình.\nHết;", NULL, 0},
    {BON_CONLLU_DOCUMENT, true, "# text = Việt Nam.\r\n" WORD("1", "Việt Nam", "SpaceAfter=No") WORD("2", ".", "_"),
     "f|||\"sentences\":1,|Việt_Nam .;", NULL, 0},
    {BON_CONLLU_DOCUMENT, false, "# text = Việt  Nam.\n" WORD("1", "x", "_"), "f|||\"sentences\":1,|Việt Nam.;", NULL,
     0},
    {BON_CONLLU_DOCUMENT, false,
     WORD("1-2", "ab", "_") WORD("1", "a", "_") WORD("2", "b", "_") WORD("2.1", "x", "_") WORD("3", "c", "_"),
     "f|||\"sentences\":1,|ab c;", NULL, 0},
    {BON_CONLLU_DOCUMENT, false,
     "# newdoc id = một\n# meta::title = A  b\n# sourceURL = u\n#key=v\n#key=w\n# id = x\n# none\n# newpar\n# sent_id "
     "= s\n# later = y\n# text = Một.\n" WORD("1", "x", "_") "\n# text = Hai.\n" WORD(
         "1", "x", "_") "\n# newpar\n# text = Ba.\n" WORD("1", "x", "_") "\n# newdoc\n" WORD("1", "Bốn", "_"),
     "một|A b|u|\"key\":\"v\",\"sentences\":3,|Một. Hai.\nBa.;f#2|||\"sentences\":1,|Bốn;", NULL, 0},
    {BON_CONLLU_DOCUMENT, false, "# newdoc id = d\n# k\"\\y = v\n# k\"\\y = w\n" WORD("1", "Một", "_"),
     "d|||\"k\\\"\\\\y\":\"v\",\"sentences\":1,|Một;", NULL, 0},
    {BON_CONLLU_PARAGRAPH, false,
     "# newdoc id = d\n# newpar id = p\n" WORD("1", "a", "_") "\n" WORD("1", "b", "_") "\n# newpar\n" WORD("1", "c",
                                                                                                           "_"),
     "p|||\"document\":\"d\",\"sentences\":2,|a b;f#2|||\"document\":\"d\",\"sentences\":1,|c;", NULL, 0},
    {BON_CONLLU_SENTENCE, false,
     "# newdoc id = d\n# sent_id = s\n# speaker = An\n" WORD("1", "a", "_") "\n" WORD("1", "b", "_"),
     "s|||\"speaker\":\"An\",\"document\":\"d\",|a;f#2|||\"document\":\"d\",|b;", NULL, 0},
    /* What is broken: the sentence goes, the next stays. */
    {BON_CONLLU_DOCUMENT, false,
     WORD("1", "a", "_") "\n1\tb\n# text = x\n" WORD("2", "c", "_") "\n" WORD("1", "d", "_"),
     "f|||\"sentences\":2,|a\nd;", "f:3: not the 10 columns", 1},
    {BON_CONLLU_SENTENCE, false, "# sent_id = s\n# k = v\n" WORD("x", "a", "_") "\n" WORD("1", "d", "_"), "f#1||||d;",
     "f:3: the number of a word", 1},
    {BON_CONLLU_DOCUMENT, false, WORD("2-1", "a", "_"), "", "f:1: the range of words", 1},
    {BON_CONLLU_DOCUMENT, false, WORD("1x", "a", "_"), "", "f:1: the number of a word", 1},
    {BON_CONLLU_DOCUMENT, false, WORD("1.", "a", "_"), "", "f:1: the number of a word", 1},
    {BON_CONLLU_DOCUMENT, false, "Một bài văn.\n", "", "f:1: not the 10 columns", 1},
    {BON_CONLLU_DOCUMENT, false, WORD("1", "\xff", "_"), "f|||\"sentences\":1,|\xef\xbf\xbd;", NULL, 0},
};

static bon_status read_row(size_t i, bool skip_bad, const bon_normalizer *normalizer, struct bon_import *import,
                           bon_buf *out) {
    struct bon_conllu conllu = {.normalizer = normalizer, .unit = rows[i].unit, .words = rows[i].words};
    *import = (struct bon_import){.take = note_document, .context = out, .skip_bad = skip_bad};
    files_write(files_path("f"), rows[i].file, strlen(rows[i].file));
    bon_status status = bon_conllu_read(&conllu, import, files_path("f"));
    bon_conllu_free(&conllu);
    return status;
}

Test(conllu, files) {
    bon_normalizer *normalizer;
    cr_assert_eq(bon_normalizer_open(&normalizer, NULL), BON_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_import import;
        bon_buf out = {0};
        cr_expect_eq(read_row(i, false, normalizer, &import, &out), rows[i].message ? BON_ERR_DATA : BON_OK,
                     "row %zu: %s", i, bon_error_message());
        if (rows[i].message)
            cr_expect(strstr(bon_error_message(), rows[i].message), "row %zu: %s", i, bon_error_message());
        out.len = 0;
        cr_expect_eq(read_row(i, true, normalizer, &import, &out), BON_OK, "row %zu", i);
        cr_expect(holds(&out, rows[i].documents), "row %zu: %.*s", i, (int)out.len, out.data);
        cr_expect_eq(import.bad, rows[i].bad, "row %zu", i);
        bon_buf_free(&out);
    }
    bon_normalizer_close(normalizer);
}

static bon_status count_document(void *context, const struct bon_document *document) {
    ++*(int *)context;
    cr_expect(document->members.len < 100 << 10);
    return BON_OK;
}

/* Comments without end: some stay. */
Test(conllu, many_comments) {
    bon_normalizer *normalizer;
    bon_buf file = {0};
    int documents = 0;
    cr_assert_eq(bon_normalizer_open(&normalizer, NULL), BON_OK);
    bon_buf_printf(&file, "# newdoc\n");
    for (int i = 0; i < 300000; i++) bon_buf_printf(&file, "# key%d = value\n", i);
    bon_buf_printf(&file, WORD("1", "a", "_"));
    files_write(files_path("f"), file.data, file.len);
    struct bon_conllu conllu = {.normalizer = normalizer};
    struct bon_import import = {.take = count_document, .context = &documents};
    cr_expect_eq(bon_conllu_read(&conllu, &import, files_path("f")), BON_OK);
    cr_expect_eq(documents, 1);
    bon_conllu_free(&conllu);
    bon_buf_free(&file);
    bon_normalizer_close(normalizer);
}

static bon_status read_some(void *arg) {
    bon_normalizer *normalizer = NULL;
    bon_status status = bon_normalizer_open(&normalizer, NULL);
    (void)arg;
    for (size_t i = 2; i < 9 && status == BON_OK; i++) {
        struct bon_import import;
        bon_buf out = {0};
        status = read_row(i, false, normalizer, &import, &out);
        bon_buf_free(&out);
    }
    bon_normalizer_close(normalizer);
    return status;
}

Test(conllu, allocation_failures) { failmalloc_check(read_some, NULL); }
