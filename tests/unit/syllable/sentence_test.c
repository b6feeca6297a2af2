/* Sentences as spans of the text: where they begin and end, lines, what is left out. (tests/cli/sentences.sh has the cases of
 * what ends a sentence.) */
#include <criterion/criterion.h>
#include <string.h>

#include "bon/syllable.h"

/* The sentences with '|' between them. */
static void expect_sentences(const char *text, const char *want) {
    bon_buf got = {0};
    size_t n = strlen(text), pos = 0, start, len, end = 0;
    while (bon_sentence_next(text, n, &pos, &start, &len)) {
        cr_assert(start >= end && len > 0 && pos == start + len && pos <= n);
        if (end > 0) cr_assert_eq(bon_buf_append(&got, "|", 1), BON_OK);
        cr_assert_eq(bon_buf_append(&got, text + start, len), BON_OK);
        end = pos;
    }
    cr_assert_eq(pos, n);
    cr_expect(got.len == strlen(want) && !memcmp(got.data ? got.data : "", want, got.len), "%s\n got %.*s\nwant %s",
              text, (int)got.len, got.data ? got.data : "", want);
    bon_buf_free(&got);
}

Test(sentence, spans) {
    expect_sentences("", "");
    expect_sentences(" \n\t\n", "");
    expect_sentences("  Một câu.  Hai câu!  ", "Một câu.|Hai câu!");
    expect_sentences("một dòng\nhai dòng", "một dòng|hai dòng");
    expect_sentences("Ông ở TP.\nHCM xa.\r\nHết", "Ông ở TP.|HCM xa.|Hết");
    expect_sentences("Một.\tHai.\u00a0Ba.", "Một.|Hai.|Ba.");
    expect_sentences("(Một.) \"Hai.\" [Ba.]", "(Một.)|\"Hai.\"|[Ba.]");
    expect_sentences("...", "...");
    expect_sentences("!?\n?!", "!?|?!");
    expect_sentences("\xff. \xfe. A", "\xff. \xfe. A");
}

Test(sentence, brackets_that_never_close) {
    expect_sentences("Vui :( quá. Về thôi. Mai đến.", "Vui :( quá.|Về thôi.|Mai đến.");
}

/* Each sentence found by itself is found again: a boundary does not depend on where reading began. */
Test(sentence, restart) {
    const char *text = "A. Mở đầu. Ông V. nói: \"Đi. Về.\" (Xem tr. 5. Hết.) Rồi... thôi! Ừ? 1. Xong.";
    size_t n = strlen(text), pos = 0, start, len, again_start, again_len;
    while (bon_sentence_next(text, n, &pos, &start, &len)) {
        size_t again = start;
        cr_assert(bon_sentence_next(text, n, &again, &again_start, &again_len));
        cr_expect(again_start == start && again_len == len);
    }
}
