/* src/syllable/words.c: the few words that segmentation knows by name, as sorted tables of lower-case spellings. */
#include <string.h>

#include "syllable/segment.h"
#include "syllable/spelling.h"
#include "syllable/unicode.h"
#include "syllable/utf8.h"

enum { WORD_MAX = 16 }; /* bytes of the longest entry and more */

struct dotted_word {
    const char *word;
    enum bon_dotted dotted;
    bool capital; /* a syllable in lower case */
};

static const struct dotted_word dotted_words[] = {
    {"a.m", BON_DOTTED_TAIL, false},   {"a.m.", BON_DOTTED_TAIL, false},  {"bs", BON_DOTTED_TITLE, false},
    {"bsck", BON_DOTTED_TITLE, false}, {"capt", BON_DOTTED_TITLE, false}, {"co", BON_DOTTED_TAIL, true},
    {"col", BON_DOTTED_TITLE, false},  {"corp", BON_DOTTED_TAIL, false},  {"dr", BON_DOTTED_TITLE, false},
    {"ds", BON_DOTTED_TITLE, false},   {"etc", BON_DOTTED_TAIL, false},   {"fig", BON_DOTTED_TITLE, false},
    {"gen", BON_DOTTED_TITLE, true},   {"gs", BON_DOTTED_TITLE, false},   {"gsts", BON_DOTTED_TITLE, false},
    {"hr", BON_DOTTED_TITLE, false},   {"inc", BON_DOTTED_TAIL, false},   {"jr", BON_DOTTED_TAIL, false},
    {"ks", BON_DOTTED_TITLE, false},   {"kts", BON_DOTTED_TITLE, false},  {"ls", BON_DOTTED_TITLE, false},
    {"lt", BON_DOTTED_TITLE, false},   {"ltd", BON_DOTTED_TAIL, false},   {"mr", BON_DOTTED_TITLE, false},
    {"mrs", BON_DOTTED_TITLE, false},  {"ms", BON_DOTTED_TITLE, false},   {"mt", BON_DOTTED_TITLE, false},
    {"ncs", BON_DOTTED_TITLE, false},  {"nsnd", BON_DOTTED_TITLE, false}, {"nsưt", BON_DOTTED_TITLE, false},
    {"nxb", BON_DOTTED_TITLE, false},  {"p.m", BON_DOTTED_TAIL, false},   {"pgs", BON_DOTTED_TITLE, false},
    {"ph.d", BON_DOTTED_TAIL, false},  {"phd", BON_DOTTED_TAIL, false},   {"pp", BON_DOTTED_TITLE, false},
    {"prof", BON_DOTTED_TITLE, false}, {"pts", BON_DOTTED_TITLE, false},  {"rev", BON_DOTTED_TITLE, false},
    {"sgt", BON_DOTTED_TITLE, false},  {"sr", BON_DOTTED_TAIL, false},    {"st", BON_DOTTED_TITLE, false},
    {"stt", BON_DOTTED_TITLE, false},  {"th", BON_DOTTED_TITLE, false},   {"ths", BON_DOTTED_TITLE, false},
    {"tp", BON_DOTTED_TITLE, false},   {"tr", BON_DOTTED_TITLE, false},   {"ts", BON_DOTTED_TITLE, false},
    {"tskh", BON_DOTTED_TITLE, false}, {"tt", BON_DOTTED_TITLE, false},   {"tx", BON_DOTTED_TITLE, false},
    {"v.v", BON_DOTTED_TAIL, false},   {"vd", BON_DOTTED_TITLE, false},   {"vol", BON_DOTTED_TITLE, false},
    {"vs", BON_DOTTED_TITLE, false},   {"đc", BON_DOTTED_TITLE, false},   {"đt", BON_DOTTED_TITLE, false},
};

static const char *const family_names[] = {
    "bùi",   "cao", "châu", "chu",    "dương",  "hoàng", "huỳnh", "hà",    "hồ",   "kiều",  "lâm",  "lê",     "lý",
    "lưu",   "mai", "mạc",  "nghiêm", "nguyễn", "ngô",   "phan",  "phùng", "phạm", "quách", "thái", "trương", "trần",
    "trịnh", "tô",  "tạ",   "võ",     "vũ",     "vương", "văn",   "đinh",  "đoàn", "đào",   "đặng", "đỗ",
};

static const char *const heading_words[] = {
    "bài", "bảng", "bước",  "chapter", "chương", "câu",  "hình", "khoản", "luật",
    "mục", "phần", "quyển", "tiết",    "tập",    "unit", "điều", "điểm",
};

static const char *const place_words[] = {"ngụ", "quanh", "qua", "quê", "thuộc", "trú", "tại", "từ", "về", "đến", "ở"};

/* Lower case of at most WORD_MAX bytes; 0 for longer words. */
static size_t lower_word(const char *word, size_t n, char *lower) {
    size_t length = 0;
    if (n > WORD_MAX) return 0;
    for (unsigned read; n > 0; word += read, n -= read) {
        uint32_t c = bon_utf8_read(word, n, &read);
        unsigned info = bon_letter_info(c);
        if (info & BON_LETTER_NUMBER)
            c = bon_glyphs[info & BON_LETTER_NUMBER][0][info >> BON_LETTER_TONE_SHIFT & 7];
        else if (c < 0x80 && c - 'A' < 26)
            c |= 0x20;
        if (c == BON_UTF8_INVALID || length + 4 > WORD_MAX) return 0;
        length += bon_utf8_write(c, lower + length);
    }
    return length;
}

static bool is_word(const char *word, size_t n, const char *entry) {
    return entry[0] == word[0] && strncmp(entry, word, n) == 0 && entry[n] == 0;
}

static bool is_one_of(const char *word, size_t n, const char *const *words, size_t count) {
    char lower[WORD_MAX];
    size_t length = lower_word(word, n, lower);
    for (size_t i = 0; i < count && length; i++)
        if (is_word(lower, length, words[i])) return true;
    return false;
}

enum bon_dotted bon_dotted_word(const char *word, size_t n) {
    char lower[WORD_MAX];
    size_t length = lower_word(word, n, lower);
    for (size_t i = 0; i < sizeof dotted_words / sizeof dotted_words[0] && length; i++) {
        const struct dotted_word *entry = &dotted_words[i];
        if (!is_word(lower, length, entry->word)) continue;
        return entry->capital && word[0] == lower[0] ? BON_DOTTED_NOT : entry->dotted;
    }
    return BON_DOTTED_NOT;
}

bool bon_is_family_name(const char *word, size_t n) {
    return is_one_of(word, n, family_names, sizeof family_names / sizeof family_names[0]);
}

bool bon_is_heading_word(const char *word, size_t n) {
    return is_one_of(word, n, heading_words, sizeof heading_words / sizeof heading_words[0]);
}

bool bon_is_place_word(const char *word, size_t n) {
    return is_one_of(word, n, place_words, sizeof place_words / sizeof place_words[0]);
}
