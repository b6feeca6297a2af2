/* tests/fuzz/fuzz_bonseg.c: a file of any bytes as a model of words: refused, or usable without reading outside of it. */
#include <stdlib.h>
#include <string.h>

#include "bon/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char text[] = "Sinh viên Hà Nội đi học, 95% ở A5. Nguyễn Văn An\nchủ nghĩa xã hội";
    bon_words *words;
    bon_word_session *session;
    bon_word_span word;
    void *aligned = aligned_alloc(64, (size + 64) / 64 * 64);
    if (!aligned) abort();
    if (size) memcpy(aligned, data, size);
    if (bon_words_open_memory(&words, aligned, size, "fuzz") == BON_OK) {
        if (bon_word_session_open(&session, words) != BON_OK) abort();
        bon_word_session_begin(session, text, sizeof text - 1, NULL, 0);
        while (bon_word_session_next(session, &word)) continue;
        bon_word_session_close(session);
        bon_words_close(words);
    }
    free(aligned);
    return 0;
}
