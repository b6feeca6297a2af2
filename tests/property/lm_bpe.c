/* The subword tokenizer against its definitions: the cut into pieces against PCRE2 running the pattern, learned merges against
 * a counter that recounts everything at every step, encoding against a merger that looks at every pair, on random bytes and
 * real sentences. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <criterion/criterion.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bon/tokenizer.h"
#include "files.h"
#include "lm/bpe_split.h"
#include "syllable/utf8.h"

/* BON_TOKENIZER_PATTERN with \s spelled out: PCRE2's \s has U+180E, which is no white space since Unicode 6.3. */
static const char pattern[] =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\p{White_Space}\\p{L}\\p{N}]+[\\r\\n]*"
    "|\\p{White_Space}*[\\r\\n]+|\\p{White_Space}+(?!\\P{White_Space})|\\p{White_Space}+";

static const char *const sentences[] = {
    "Tôi không biết  anh'll đến lúc 10h30 hay 22:15…\n",
    "Giá: 1.250.000đ/kg (đã gồm VAT 8%), giao tận nơi!!!\r\n\r\n   Gọi ngay.",
    "I'M sure they'Ve said 'Tis don't WE'RE he'd it'ſ 'sT'D 'LLama 'rE'l",
    "\tif (x == 0x1F) { return ½ + Ⅷ + ٣; } // ghi chú\n\n\n",
    "Đường “Nguyễn Trãi” – phường 7\u3000日本語のテキスト한국어 ไทย",
    "  \u00a0 \u2028x\xc2\x85y\u180ez\ufeffw \u200b\u0301e\u0301 👨‍👩‍👧‍👦🇻🇳",
    "https://vi.wikipedia.org/wiki/Việt_Nam?x=1&y=%20#đầu",
};
enum { SENTENCES = sizeof sentences / sizeof *sentences };

/* ---- the pattern ---- */

struct matcher {
    pcre2_code *code;
    pcre2_match_data *match;
};

static struct matcher matcher_open(void) {
    int error;
    PCRE2_SIZE offset;
    struct matcher m;
    m.code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP, &error, &offset, NULL);
    cr_assert_not_null(m.code, "error %d at %zu", error, offset);
    pcre2_jit_compile(m.code, PCRE2_JIT_COMPLETE);
    m.match = pcre2_match_data_create_from_pattern(m.code, NULL);
    return m;
}

static void matcher_close(struct matcher *m) {
    pcre2_match_data_free(m->match);
    pcre2_code_free(m->code);
}

/* The text with a character that is no letter, number or blank for every byte that is not UTF-8, and for each byte of it the
 * place in the text it came from. */
static bon_buf well_formed(const char *text, size_t n, size_t *origin) {
    bon_buf out = {0};
    cr_assert_eq(bon_buf_reserve(&out, 3 * n + 1), BON_OK);
    for (size_t at = 0; at < n;) {
        unsigned length;
        bool invalid = bon_utf8_read(text + at, n - at, &length) == BON_UTF8_INVALID;
        size_t before = out.len;
        bon_buf_push(&out, invalid ? "\xef\xbf\xbd" : text + at, invalid ? 3 : length);
        for (size_t i = before; i < out.len; i++) origin[i] = at;
        at += length;
    }
    origin[out.len] = n;
    return out;
}

static void check_split(struct matcher *m, const char *text, size_t n) {
    size_t *origin = malloc((3 * n + 1) * sizeof *origin);
    bon_buf clean = well_formed(text, n, origin);
    for (size_t at = 0, place = 0; at < n;) {
        int found = pcre2_match(m->code, (PCRE2_SPTR)clean.data, clean.len, place, PCRE2_NO_UTF_CHECK, m->match, NULL);
        PCRE2_SIZE *span = pcre2_get_ovector_pointer(m->match);
        cr_assert(found > 0 && span[0] == place && span[1] > place, "the pattern leaves a gap at %zu", at);
        size_t end = bon_split_next(text, n, at);
        cr_assert_eq(end, origin[span[1]], "a piece at %zu ends at %zu, the pattern's at %zu, in: %.*s", at, end,
                     origin[span[1]], (int)n, text);
        place = span[1];
        at = end;
    }
    free(origin);
    bon_buf_free(&clean);
}

/* Characters on which the branches of the pattern turn. */
static const char *const turning[] = {
    "a",    "S",    "t",        "r",      "E",        "l",      "v",    "d",      "m",           "ſ",      "ơ",
    "ẫ",    "ß",    "日",       "1",      "½",        "Ⅷ",      "٣",    "'",      " ",           " ",      "\n",
    "\r",   "\t",   "\u00a0",   "\u3000", "\xc2\x85", ".",      "!",    "\u0301", "\u180e",      "\u200b", "👍",
    "\xff", "\xe1", "\xe1\xba", "\xf0",   "\u00d7",   "\u00f7", "\xc4", "\ufeff", "\xed\xa0\x80"};
enum { TURNING = sizeof turning / sizeof *turning };

static size_t random_text(uint64_t *seed, char *text, size_t cap) {
    size_t n = 0, count = files_random(seed) % 24;
    unsigned few = 1 + (unsigned)(files_random(seed) % TURNING); /* few kinds make long runs */
    unsigned first = (unsigned)(files_random(seed) % TURNING);
    for (size_t i = 0; i < count; i++) {
        const char *next = turning[(first + files_random(seed) % few) % TURNING];
        if (n + strlen(next) > cap) break;
        memcpy(text + n, next, strlen(next));
        n += strlen(next);
    }
    return n;
}

Test(lm_bpe, pieces_are_the_patterns) {
    struct matcher m = matcher_open();
    char text[128];
    uint64_t seed = 7;
    for (size_t i = 0; i < SENTENCES; i++) check_split(&m, sentences[i], strlen(sentences[i]));
    for (int round = 0; round < 60000; round++) check_split(&m, text, random_text(&seed, text, sizeof text));
    for (int round = 0; round < 20000; round++) {
        size_t n = files_random(&seed) % sizeof text;
        for (size_t i = 0; i < n; i++) text[i] = (char)files_random(&seed);
        check_split(&m, text, n);
    }
    matcher_close(&m);
}

/* Every code point between a letter and a blank: the tables are those of PCRE2, where both know the same Unicode. */
Test(lm_bpe, every_character_is_what_the_pattern_takes_it_for) {
    char version[32], text[32];
    pcre2_config(PCRE2_CONFIG_UNICODE_VERSION, version);
    uint32_t end = strcmp(version, "14.0.0") == 0 ? 0x110000 : 0x2000; /* nothing below changes any more */
    struct matcher m = matcher_open();
    for (uint32_t c = 0; c < end; c++) {
        if (c >= 0xd800 && c < 0xe000) continue;
        size_t n = bon_utf8_write(c, text);
        memcpy(text + n, "a ", 2);
        n += 2;
        n += bon_utf8_write(c, text + n);
        text[n++] = '.';
        check_split(&m, text, n);
        memcpy(text + n, "abcdefghijklmnop", 16); /* room to look at many bytes at once */
        check_split(&m, text, n + 16);
    }
    matcher_close(&m);
}

/* ---- learning, step by step with nothing remembered ---- */

enum { TEXT_MAX = 4096, SIZE = 256 + 60 };

struct slow {
    size_t n; /* tokens of the text */
    uint32_t ids[TEXT_MAX];
    bool begins[TEXT_MAX]; /* a piece begins here */
    char bytes[SIZE][TEXT_MAX];
    size_t lengths[SIZE];
    uint32_t tokens, merges, left[TEXT_MAX], right[TEXT_MAX], joined[TEXT_MAX];
};

static void slow_open(struct slow *s, const char *text, size_t n) {
    s->n = n;
    s->tokens = 256;
    s->merges = 0;
    for (unsigned i = 0; i < 256; i++) s->bytes[i][0] = (char)i, s->lengths[i] = 1;
    memset(s->begins, 0, sizeof s->begins);
    for (size_t at = 0; at < n; at = bon_split_next(text, n, at)) s->begins[at] = true;
    for (size_t i = 0; i < n; i++) s->ids[i] = (unsigned char)text[i];
}

/* The pair to merge; false when none is there twice. */
static bool slow_best(const struct slow *s, uint32_t *left, uint32_t *right) {
    static unsigned counts[SIZE][SIZE];
    unsigned best = 1;
    memset(counts, 0, sizeof counts);
    for (size_t i = 1; i < s->n; i++)
        if (!s->begins[i]) counts[s->ids[i - 1]][s->ids[i]]++;
    for (uint32_t a = 0; a < s->tokens; a++)
        for (uint32_t b = 0; b < s->tokens; b++)
            if (counts[a][b] > best) best = counts[a][b], *left = a, *right = b;
    return best > 1;
}

static void slow_join(struct slow *s, uint32_t left, uint32_t right, uint32_t joined) {
    size_t out = 0;
    for (size_t i = 0; i < s->n; i++, out++) {
        bool pair = i + 1 < s->n && s->ids[i] == left && s->ids[i + 1] == right && !s->begins[i + 1];
        s->ids[out] = pair ? joined : s->ids[i];
        s->begins[out] = s->begins[i];
        if (pair) i++;
    }
    s->n = out;
}

static uint32_t slow_token(struct slow *s, uint32_t left, uint32_t right) {
    char bytes[2 * TEXT_MAX];
    size_t n = s->lengths[left] + s->lengths[right];
    memcpy(bytes, s->bytes[left], s->lengths[left]);
    memcpy(bytes + s->lengths[left], s->bytes[right], s->lengths[right]);
    for (uint32_t i = 0; i < s->tokens; i++)
        if (s->lengths[i] == n && memcmp(s->bytes[i], bytes, n) == 0) return i;
    memcpy(s->bytes[s->tokens], bytes, n);
    s->lengths[s->tokens] = n;
    return s->tokens++;
}

static void slow_learn(struct slow *s) {
    uint32_t left = 0, right = 0;
    while (s->tokens < SIZE && slow_best(s, &left, &right)) {
        uint32_t joined = slow_token(s, left, right);
        slow_join(s, left, right, joined);
        s->left[s->merges] = left, s->right[s->merges] = right, s->joined[s->merges++] = joined;
    }
}

/* Merges in their order, each everywhere: the ids of a text by definition. */
static void slow_encode(struct slow *s, const bon_tokenizer *t, const char *text, size_t n) {
    slow_open(s, text, n);
    for (uint32_t i = 0; i < bon_tokenizer_merge_count(t); i++) {
        uint32_t left, right, joined;
        bon_tokenizer_merge(t, i, &left, &right, &joined);
        slow_join(s, left, right, joined);
    }
}

static bon_tokenizer *learn(const char *text, size_t n, uint32_t size) {
    bon_token_trainer *trainer;
    bon_tokenizer *t;
    bon_token_train_options how = {.size = size};
    cr_assert_eq(bon_token_trainer_open(&trainer), BON_OK);
    cr_assert_eq(bon_token_trainer_add(trainer, text, n), BON_OK);
    cr_assert_eq(bon_token_trainer_learn(trainer, &how, &t), BON_OK, "%s", bon_error_message());
    bon_token_trainer_close(trainer);
    return t;
}

static size_t random_words(uint64_t *seed, char *text) {
    size_t n = 0, words = 20 + files_random(seed) % 200;
    unsigned letters = 1 + (unsigned)(files_random(seed) % 5);
    for (size_t i = 0; i < words && n < TEXT_MAX - 140; i++) {
        size_t length = files_random(seed) % (i % 50 ? 12 : 120);
        for (size_t k = 0; k < length; k++) text[n++] = (char)('a' + files_random(seed) % letters);
        text[n++] = " .\n "[files_random(seed) % 4];
    }
    return n;
}

Test(lm_bpe, merges_are_those_of_counting_anew) {
    static struct slow s;
    static char text[TEXT_MAX];
    uint64_t seed = 11;
    for (int round = 0; round < 60; round++) {
        size_t n = random_words(&seed, text);
        bon_tokenizer *t = learn(text, n, SIZE + 1);
        slow_open(&s, text, n);
        slow_learn(&s);
        cr_assert_eq(bon_tokenizer_merge_count(t), s.merges, "round %d: %u merges instead of %u", round,
                     bon_tokenizer_merge_count(t), s.merges);
        for (uint32_t i = 0; i < s.merges; i++) {
            uint32_t left, right, joined;
            bon_tokenizer_merge(t, i, &left, &right, &joined);
            cr_assert(left == s.left[i] && right == s.right[i] && joined == s.joined[i], "round %d, merge %u", round,
                      i);
        }
        bon_tokenizer_close(t);
    }
}

/* ---- encoding ---- */

static void check_encoding(const bon_tokenizer *t, bon_token_encoder *e, const char *text, size_t n) {
    static struct slow s;
    bon_token_ids ids = {0};
    bon_buf back = {0};
    cr_assert_eq(bon_token_encoder_encode(e, text, n, &ids), BON_OK);
    slow_encode(&s, t, text, n);
    cr_assert(ids.count == s.n && (s.n == 0 || memcmp(ids.ids, s.ids, s.n * sizeof *ids.ids) == 0),
              "other ids than merging in order, for: %.*s", (int)n, text);
    cr_assert_eq(bon_tokenizer_decode(t, ids.ids, ids.count, &back), BON_OK);
    cr_assert(back.len == n && (n == 0 || memcmp(back.data, text, n) == 0), "not lossless");
    bon_buf_free(&back);
    free(ids.ids);
}

Test(lm_bpe, encoding_is_merging_in_order_and_lossless) {
    static char text[TEXT_MAX];
    uint64_t seed = 13;
    for (int round = 0; round < 20; round++) {
        size_t n = round ? random_words(&seed, text) : 0;
        for (size_t i = 0; i < SENTENCES && !round; i++) {
            memcpy(text + n, sentences[i], strlen(sentences[i]));
            n += strlen(sentences[i]);
        }
        bon_tokenizer *t = learn(text, n, SIZE + 1);
        bon_token_encoder *e;
        cr_assert_eq(bon_token_encoder_open(&e, t, 0), BON_OK);
        for (int i = 0; i < 40; i++) check_encoding(t, e, text, random_words(&seed, text));
        for (int i = 0; i < 200; i++) check_encoding(t, e, text, random_text(&seed, text, 200));
        for (size_t i = 0; i < SENTENCES; i++) check_encoding(t, e, sentences[i], strlen(sentences[i]));
        memset(text, 'a', 3000); /* one long piece of nothing but ties */
        check_encoding(t, e, text, 3000);
        bon_token_encoder_close(e);
        bon_tokenizer_close(t);
    }
}
