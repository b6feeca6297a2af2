/* bench/words_neural.c: words of gold sentences, found by the segmenter joined with a network's odds of word boundaries.
 *   words_neural WORDS NETWORK GOLD WEIGHT,BIAS...
 * The log odds that a word begins, which the segmenter is told, are -(WEIGHT * the network's odds that it goes on + BIAS). Prints a
 * row a sentence and pair: the pair, the sentence's number, words found right, words found, words in GOLD. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "bon/words.h"
#include "restore/neural_score.h"

static void check(bon_status status) {
    if (status == BON_OK) return;
    fprintf(stderr, "words_neural: %s\n", bon_error_message());
    exit(1);
}

enum { TOKENS_MAX = 4096 };

struct sentence {
    char *text; /* blanks where words are joined */
    size_t n;
    bool *is_end; /* of n + 1: a gold word ends before this byte */
    bon_word_hint hints[TOKENS_MAX];
    float odds[TOKENS_MAX];
    size_t hint_count, words;
};

static void read_gold(struct sentence *sentence, char *line, size_t n) {
    *sentence = (struct sentence){.text = line, .n = n, .is_end = calloc(n + 1, 1)};
    if (!sentence->is_end) exit(1);
    for (size_t i = 0; i < n; i++) {
        if (line[i] == '_')
            line[i] = ' ';
        else if (i + 1 == n || line[i + 1] == ' ')
            sentence->is_end[i + 1] = true, sentence->words++;
    }
}

/* What the network says, once a sentence. */
static void ask(struct sentence *sentence, struct bon_neural_reader *reader) {
    const float *odds;
    size_t count, i = 0;
    bon_token token;
    check(bon_neural_splits(reader, sentence->text, sentence->n, &odds, &count));
    for (size_t pos = 0; i < TOKENS_MAX && bon_token_next(sentence->text, sentence->n, &pos, &token); i++) {
        sentence->hints[i].at = (uint32_t)token.start;
        sentence->odds[i] = odds[i];
    }
    sentence->hint_count = i;
}

static void judge(const struct sentence *sentence, bon_word_session *session, size_t *found, size_t *right) {
    bon_word_span word;
    bool begins = true; /* a gold word begins behind the last one found */
    *found = *right = 0;
    bon_word_session_begin(session, sentence->text, sentence->n, sentence->hints, sentence->hint_count);
    while (bon_word_session_next(session, &word)) {
        bool inside = false;
        const size_t end = word.start + word.len;
        if (word.part_count == 0) continue;
        for (size_t i = word.start + 1; i < end; i++) inside |= sentence->is_end[i];
        *right += begins && !inside && sentence->is_end[end];
        begins = sentence->is_end[end];
        ++*found;
    }
}

int main(int count, char **arguments) {
    bon_words *words;
    bon_word_session *session;
    struct bon_neural neural;
    struct bon_neural_reader reader;
    bon_buf gold = {0};
    static struct sentence sentence;
    if (count < 5) return 2;
    check(bon_words_open(&words, arguments[1]));
    check(bon_word_session_open(&session, words));
    check(bon_neural_open_file(&neural, arguments[2]));
    check(bon_neural_reader_open(&reader, &neural));
    check(bon_file_read(arguments[3], SIZE_MAX, &gold));
    size_t number = 0;
    for (size_t at = 0, n; at < gold.len; at += n + 1, number++) {
        char *line = gold.data + at, *newline = memchr(line, '\n', gold.len - at);
        n = newline ? (size_t)(newline - line) : gold.len - at;
        read_gold(&sentence, line, n);
        ask(&sentence, &reader);
        for (int a = 4; a < count; a++) {
            size_t found, right;
            float weight, bias = 0;
            if (sscanf(arguments[a], "%f,%f", &weight, &bias) < 1) return 2;
            for (size_t i = 0; i < sentence.hint_count; i++)
                sentence.hints[i].log_odds = -(weight * sentence.odds[i] + bias);
            judge(&sentence, session, &found, &right);
            printf("%s\t%zu\t%zu\t%zu\t%zu\n", arguments[a], number, right, found, sentence.words);
        }
        free(sentence.is_end);
    }
    bon_buf_free(&gold);
    bon_neural_reader_close(&reader);
    bon_neural_close(&neural);
    bon_word_session_close(session);
    bon_words_close(words);
    return 0;
}
