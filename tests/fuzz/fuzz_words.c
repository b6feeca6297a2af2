/* tests/fuzz/fuzz_words.c: any bytes through the segmenter of words, with hints made of them: words must come in order and cover
 * every byte that is not blank. */
#include <stdlib.h>
#include <unistd.h>

#include "../support/words_toy.h"
#include "syllable/unicode.h"
#include "syllable/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static void require_blank(const char *text, size_t start, size_t end) {
    for (unsigned length; start < end; start += length)
        require(bon_class_of(bon_utf8_read(text + start, end - start, &length)) == BON_CLASS_OF_BLANK);
}

static bon_word_session *open_toy(void) {
    char path[] = "/tmp/bon-fuzz-XXXXXX";
    bon_words *words;
    bon_word_session *session;
    int file = mkstemp(path);
    require(file >= 0 && words_toy_write(path, true) == BON_OK && bon_words_open(&words, path) == BON_OK);
    require(bon_word_session_open(&session, words) == BON_OK);
    close(file);
    unlink(path);
    return session;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bon_word_session *session; /* kept for all runs */
    bon_word_hint hints[4] = {{0, 0}};
    bon_word_span word;
    const char *text = (const char *)data;
    size_t end = 0;
    if (!session) session = open_toy();
    if (size >= sizeof hints) memcpy(hints, data, sizeof hints);
    for (int i = 1; i < 4; i++)
        if (hints[i].at < hints[i - 1].at) hints[i].at = hints[i - 1].at;
    bon_word_session_begin(session, text, size, hints, 4);
    while (bon_word_session_next(session, &word)) {
        require(word.start >= end && word.len > 0 && word.start + word.len <= size);
        require(word.part_count <= BON_WORD_PARTS_MAX && (word.part_count > 0 || text[word.start] == '\n'));
        require_blank(text, end, word.start);
        end = word.start + word.len;
    }
    require_blank(text, end, size);
    return 0;
}
