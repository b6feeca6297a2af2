/* tests/fuzz/fuzz_page.c: any bytes as a web page with any charset. The text has no empty line and is valid UTF-8, and a second
 * reading by the same reader gives the same; tokens of the markup lie in the page, in order. */
#include <stdlib.h>

#include "corpus/encoding.h"
#include "corpus/markup.h"
#include "corpus/page.h"
#include "syllable/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static void check_text(const bon_buf *text) {
    unsigned length;
    for (size_t at = 0; at < text->len; at += length)
        require(bon_utf8_read(text->data + at, text->len - at, &length) != BON_UTF8_INVALID);
    require(!text->len || (text->data[0] != '\n' && text->data[text->len - 1] != '\n'));
    for (size_t i = 1; i < text->len; i++) require(text->data[i] != '\n' || text->data[i - 1] != '\n');
}

static void check_markup(const char *text, size_t n, bool xml) {
    struct bon_markup markup = {.text = text, .n = n, .xml = xml};
    struct bon_markup_token token;
    struct bon_markup_attribute a;
    const char *behind = text;
    while (bon_markup_next(&markup, &token)) {
        require(token.text >= behind && token.text + token.n <= text + n && markup.at <= n);
        behind = token.text + token.n;
        if (token.kind == BON_MARKUP_TEXT) continue;
        for (size_t at = 0; bon_markup_attribute(&token, &at, &a);)
            require(a.name_len && a.name + a.name_len <= a.value && a.value + a.value_len <= behind);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const labels[] = {"",     "utf-8", "windows-1258", "viscii",
                                         "tcvn", "vni",   "windows-1252", "shift_jis"};
    const char *text = (const char *)data, *label = labels[size ? data[0] % 8 : 0];
    struct bon_document first = {0}, second = {0};
    static struct bon_page *page; /* opening one takes longer than reading */
    if (!page) require(bon_page_open(&page, true) == BON_OK);
    require(bon_page_read(page, text, size, label, strlen(label), &first) == BON_OK);
    require(bon_page_read(page, text, size, label, strlen(label), &second) == BON_OK);
    require(first.text.len == second.text.len &&
            (!first.text.len || !memcmp(first.text.data, second.text.data, first.text.len)));
    check_text(&first.text);
    require(!memchr(first.title.len ? first.title.data : "", '\n', first.title.len));
    check_markup(text, size, size & 2);
    bon_document_free(&first);
    bon_document_free(&second);
    return 0;
}
