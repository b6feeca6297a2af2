/* tests/fuzz/fuzz_segment.c: any bytes through the segmenter and the sentence splitter. Tokens and sentences must come in
 * order, lie in the text, cover every byte that is not blank, and sentences must hold no line end. The segmenter with a memory
 * must say the same, whatever it has met before. */
#include <stdlib.h>
#include <string.h>

#include "bon/syllable.h"
#include "syllable/segment.h"
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

static void require_same_with_memory(const char *text, size_t size) {
    static struct bon_word_cache cache;
    size_t pos = 0;
    bon_token token;
    for (size_t many = 0, count; (count = bon_segment_many(&cache, text, size, &many)) > 0;)
        for (const bon_token *got = cache.tokens; got < cache.tokens + count; got++) {
            if (got->kind == BON_LINE_END) {
                require(text[got->start] == '\n');
                continue;
            }
            require(bon_segment_next(text, size, &pos, &token));
            require(token.start == got->start && token.len == got->len && token.kind == got->kind);
            require(token.letter_case == got->letter_case && token.code == got->code);
        }
    require(!bon_segment_next(text, size, &pos, &token));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = (const char *)data;
    size_t pos = 0, end = 0, start, len;
    bon_token token;
    while (bon_segment_next(text, size, &pos, &token)) {
        require(token.len > 0 && token.start >= end && pos == (size_t)token.start + token.len && pos <= size);
        require(token.kind < BON_TOKEN_KINDS && token.letter_case <= BON_CASE_MIXED);
        require((token.kind == BON_TOKEN_SYLLABLE) == bon_syllable_valid(token.code));
        require_blank(text, end, token.start);
        end = pos;
    }
    require(pos == size);
    require_blank(text, end, size);
    require_same_with_memory(text, size);
    for (pos = end = 0; bon_sentence_next(text, size, &pos, &start, &len); end = pos) {
        require(len > 0 && start >= end && pos == start + len && pos <= size && !memchr(text + start, '\n', len));
        require_blank(text, end, start);
    }
    require(pos == size);
    require_blank(text, end, size);
    return 0;
}
