/* tests/unit/syllable/syllable_test.c: text <-> code, held to the lists of onsets and rhymes written out here. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "syllable/spelling.h"
#include "syllable/utf8.h"

/* In the order of the code. */
static const char *const onsets[BON_ONSETS] = {"",   "b",  "c", "ch", "d",  "đ", "g", "gi", "h",  "kh", "l", "m", "n",
                                               "ng", "nh", "p", "ph", "qu", "r", "s", "t",  "th", "tr", "v", "x"};
static const char *const rhymes[BON_RHYMES] = {
    "a",    "ac",  "ach",  "ai",  "am",   "an",   "ang", "anh", "ao",   "ap",   "at",   "au",   "ay",   "ăc",   "ăm",
    "ăn",   "ăng", "ăp",   "ăt",  "âc",   "âm",   "ân",  "âng", "âp",   "ât",   "âu",   "ây",   "e",    "ec",   "em",
    "en",   "eng", "eo",   "ep",  "et",   "ê",    "êc",  "êch", "êm",   "ên",   "êng",  "ênh",  "êp",   "êt",   "êu",
    "i",    "ia",  "ich",  "im",  "in",   "inh",  "ip",  "it",  "iu",   "iêc",  "iêm",  "iên",  "iêng", "iêp",  "iêt",
    "iêu",  "o",   "oa",   "oac", "oach", "oai",  "oam", "oan", "oang", "oanh", "oao",  "oap",  "oat",  "oay",  "oăc",
    "oăm",  "oăn", "oăng", "oăt", "oc",   "oe",   "oem", "oen", "oeo",  "oet",  "oi",   "om",   "on",   "ong",  "ooc",
    "oong", "op",  "ot",   "ô",   "ôc",   "ôi",   "ôm",  "ôn",  "ông",  "ôp",   "ôt",   "ơ",    "ơi",   "ơm",   "ơn",
    "ơp",   "ơt",  "u",    "ua",  "uân",  "uâng", "uât", "uây", "uc",   "uê",   "uêch", "uênh", "ui",   "um",   "un",
    "ung",  "uôc", "uôi",  "uôm", "uôn",  "uông", "uôp", "uôt", "uơ",   "up",   "ut",   "uy",   "uya",  "uych", "uyên",
    "uyêt", "uyn", "uynh", "uyp", "uyt",  "uyu",  "ư",   "ưa",  "ưc",   "ưi",   "ưm",   "ưn",   "ưng",  "ưt",   "ưu",
    "ươc",  "ươi", "ươm",  "ươn", "ương", "ươp",  "ươt", "ươu", "y",    "ya",   "ych",  "yêm",  "yên",  "yêng", "yêt",
    "yêu",  "yn",  "ynh",  "yp",  "yt",   "yu"};

static bool parse(const char *text, bon_syllable *code, bon_case *letter_case) {
    return bon_syllable_parse(text, strlen(text), code, letter_case);
}

static bool loose(const char *text, bon_syllable *code, bon_case *letter_case) {
    return bon_syllable_parse_loose(text, strlen(text), code, letter_case);
}

static const char *spell(bon_syllable code, bon_case letter_case, bon_tone_style style) {
    static char text[BON_SYLLABLE_MAX + 1];
    text[bon_syllable_spell(code, letter_case, style, text)] = 0;
    return text;
}

static bool ends_in_stop(const char *rhyme) {
    size_t n = strlen(rhyme);
    char last = rhyme[n - 1];
    return last == 'c' || last == 'p' || last == 't' || (n > 1 && last == 'h' && rhyme[n - 2] == 'c');
}

static size_t letter_count(const char *text) {
    size_t count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

Test(syllable, inventory) {
    unsigned codes = 0, stops = 0, per_onset[BON_ONSETS] = {0};
    for (unsigned r = 0; r < BON_RHYMES; r++) stops += ends_in_stop(rhymes[r]);
    cr_assert_eq(stops, 60);
    for (unsigned code = 0; code < 70000; code++) {
        if (!bon_syllable_valid(code)) continue;
        cr_assert_lt(code, BON_SYLLABLE_CODES);
        codes++;
        if (code % BON_TONES == BON_TONE_SAC) per_onset[code / BON_TONES / BON_RHYMES]++;
    }
    cr_assert_eq(codes, 17838);
    for (unsigned o = 0; o < BON_ONSETS; o++) {
        unsigned want = 171 - 7 - 5;                    /* ya ych yn ynh yp yt yu; yêm yên yêng yêt yêu */
        if (!strcmp(onsets[o], "")) want = 171 - 7 - 7; /* iêc iêm iên iêng iêp iêt iêu instead of yê */
        if (!strcmp(onsets[o], "qu")) want = 13 + 6 + 8 + 8 + 10 + 9 + 8 + 6 + 13; /* a ă â e ê i- (not iê) ô ơ y */
        if (!strcmp(onsets[o], "gi"))
            want = 171 - 7 - 5 - 3 - 7; /* ia iu y; êc êm ên êng êp êt êu, written like iêc ... */
        cr_expect_eq(per_onset[o], want, "%s: %u, not %u", onsets[o], per_onset[o], want);
    }
}

/* Every valid code without a tone is the letters of its onset and rhyme, whatever spelling of the onset they need. */
Test(syllable, codes_are_onset_rhyme_tone) {
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        if (!bon_syllable_valid(code)) continue;
        const char *onset = onsets[code / BON_TONES / BON_RHYMES], *rhyme = rhymes[code / BON_TONES % BON_RHYMES];
        bool stop = ends_in_stop(rhyme);
        if (stop) cr_expect(code % BON_TONES == BON_TONE_SAC || code % BON_TONES == BON_TONE_NANG, "%u", code);
        if (code % BON_TONES != BON_TONE_NGANG) continue;
        bool front = rhyme[0] == 'e' || rhyme[0] == 'i' || rhyme[0] == 'y' || !strncmp(rhyme, "ê", 2);
        char want[32];
        if (front && !strcmp(onset, "c")) onset = "k";
        if (front && !strcmp(onset, "g")) onset = "gh";
        if (front && !strcmp(onset, "ng")) onset = "ngh";
        snprintf(want, sizeof want, "%s%s", onset, rhyme + (!strcmp(onset, "gi") && rhyme[0] == 'i'));
        cr_expect_str_eq(spell((bon_syllable)code, BON_CASE_LOWER, BON_TONE_OLD), want);
    }
}

Test(syllable, every_code_comes_back) {
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        for (int letter_case = BON_CASE_LOWER; letter_case <= BON_CASE_UPPER; letter_case++) {
            for (int style = BON_TONE_OLD; style <= BON_TONE_NEW; style++) {
                char text[BON_SYLLABLE_MAX + 1];
                size_t n = bon_syllable_spell((bon_syllable)code, (bon_case)letter_case, (bon_tone_style)style, text);
                text[n] = 0;
                cr_assert_eq(n > 0, bon_syllable_valid(code));
                if (n == 0) continue;
                bon_syllable back;
                bon_case back_case;
                cr_assert(parse(text, &back, &back_case), "%u %s", code, text);
                cr_assert_eq(back, code, "%u %s", code, text);
                bon_case want = (bon_case)letter_case;
                if (want == BON_CASE_UPPER && letter_count(text) == 1) want = BON_CASE_TITLE;
                cr_assert_eq(back_case, want, "%u %s", code, text);
                cr_assert(loose(text, &back, &back_case) && back == code, "%u %s", code, text);
            }
        }
    }
}

/* Of all strings of up to four letters, those that parse are those that are spelled. */
Test(syllable, short_strings_parse_only_to_themselves) {
    unsigned parsed = 0, spelled = 0;
    for (unsigned length = 1, count = 29; length <= 4; length++, count *= 29) {
        for (unsigned i = 0; i < count; i++) {
            char text[BON_SYLLABLE_MAX + 1];
            size_t n = 0;
            bon_syllable code;
            bon_case letter_case;
            for (unsigned k = 0, rest = i; k < length; k++, rest /= 29)
                n += bon_utf8_write(bon_glyphs[1 + rest % 29][0][BON_TONE_NGANG], text + n);
            text[n] = 0;
            if (!parse(text, &code, &letter_case)) continue;
            parsed++;
            cr_assert_str_eq(spell(code, BON_CASE_LOWER, BON_TONE_OLD), text);
        }
    }
    for (unsigned code = BON_TONE_NGANG; code < BON_SYLLABLE_CODES; code += BON_TONES)
        spelled +=
            bon_syllable_valid(code) && letter_count(spell((bon_syllable)code, BON_CASE_LOWER, BON_TONE_OLD)) <= 4;
    cr_expect_eq(parsed, spelled);
    cr_expect_gt(parsed, 1000);
}

Test(syllable, tone_place_by_style) {
    static const char *const rows[][2] = {
        {"hòa", "hoà"},       {"khỏe", "khoẻ"},     {"thúy", "thuý"},   {"HÒA", "HOÀ"},     {"Tùy", "Tuỳ"},
        {"hoàn", "hoàn"},     {"khuỷu", "khuỷu"},   {"ngoài", "ngoài"}, {"ngoáy", "ngoáy"}, {"ngoẻo", "ngoẻo"},
        {"nguyễn", "nguyễn"}, {"khuỵa", "khuỵa"},   {"mứa", "mứa"},     {"mía", "mía"},     {"múa", "múa"},
        {"quá", "quá"},       {"quý", "quý"},       {"quỳnh", "quỳnh"}, {"quỵt", "quỵt"},   {"giá", "giá"},
        {"gìn", "gìn"},       {"gì", "gì"},         {"giếng", "giếng"}, {"huệ", "huệ"},     {"thuở", "thuở"},
        {"lượng", "lượng"},   {"nghiễm", "nghiễm"}, {"yếu", "yếu"},     {"ỷ", "ỷ"},         {"hữu", "hữu"},
        {"hoặc", "hoặc"},     {"xoóc", "xoóc"},     {"coỏng", "coỏng"}, {"thủy", "thuỷ"},   {"huýt", "huýt"},
        {"quốc", "quốc"},     {"quở", "quở"},       {"đòe", "đoè"},     {"ủy", "uỷ"},       {"tiểu", "tiểu"},
        {"ọe", "oẹ"},         {"suỵt", "suỵt"},     {"buồi", "buồi"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_syllable code;
        bon_case letter_case;
        for (int style = 0; style < 2; style++) {
            cr_assert(parse(rows[i][style], &code, &letter_case), "%s", rows[i][style]);
            cr_expect_str_eq(spell(code, letter_case, BON_TONE_OLD), rows[i][0]);
            cr_expect_str_eq(spell(code, letter_case, BON_TONE_NEW), rows[i][1]);
            cr_expect_str_eq(spell(code, letter_case, BON_TONE_KEEP), rows[i][0]);
        }
    }
}

Test(syllable, refused) {
    static const char *const texts[] = {"",
                                        "that",
                                        "ngiêng",
                                        "đắk",
                                        "qúơ",
                                        "qủa",
                                        "gíao",
                                        "lựơng",
                                        "tíên",
                                        "nghịêm",
                                        "ka",
                                        "ce",
                                        "ge",
                                        "nge",
                                        "gha",
                                        "ngha",
                                        "kà",
                                        "gia ",
                                        " a",
                                        "a\n",
                                        "cac",
                                        "càc",
                                        "cảp",
                                        "mãt",
                                        "ách1",
                                        "giia",
                                        "giêp",
                                        "giêt",
                                        "yêc",
                                        "tyên",
                                        "iên",
                                        "quiên",
                                        "quua",
                                        "quo",
                                        "quoa",
                                        "quươ",
                                        "quư",
                                        "yn",
                                        "tyn",
                                        "ưở",
                                        "tươ",
                                        "biê",
                                        "huô",
                                        "fa",
                                        "za",
                                        "wa",
                                        "ja",
                                        "hoà\u0300",
                                        "hòà",
                                        "a\u0301",
                                        "tie\u0302\u0301ng",
                                        "k",
                                        "đ",
                                        "ng",
                                        "nghiêngg",
                                        "nghiêngnghiêngnghiêng",
                                        "ö",
                                        "Ðá",
                                        "\xff",
                                        "a\xff",
                                        "\xc3",
                                        "h\xc3",
                                        "\xe1\xba",
                                        "tiê\xcc",
                                        "a\0b"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        bon_syllable code = 4711;
        bon_case letter_case = BON_CASE_MIXED;
        if (i == sizeof texts / sizeof texts[0] - 1)
            cr_expect_not(bon_syllable_parse("a\0b", 3, &code, &letter_case));
        else
            cr_expect_not(parse(texts[i], &code, &letter_case), "%s", texts[i]);
        cr_expect(code == 4711 && letter_case == BON_CASE_MIXED, "%s: results touched", texts[i]);
    }
}

Test(syllable, letter_case) {
    static const struct {
        const char *text;
        bon_case letter_case;
    } rows[] = {{"à", BON_CASE_LOWER},       {"À", BON_CASE_TITLE},     {"Đường", BON_CASE_TITLE},
                {"ĐƯỜNG", BON_CASE_UPPER},   {"đƯỜNG", BON_CASE_MIXED}, {"ĐưỜng", BON_CASE_MIXED},
                {"nghiêng", BON_CASE_LOWER}, {"Ở", BON_CASE_TITLE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_syllable code;
        bon_case letter_case;
        cr_assert(parse(rows[i].text, &code, &letter_case));
        cr_expect_eq(letter_case, rows[i].letter_case, "%s", rows[i].text);
    }
    bon_syllable code;
    bon_case letter_case;
    cr_assert(parse("đường", &code, &letter_case));
    cr_expect_str_eq(spell(code, BON_CASE_MIXED, BON_TONE_OLD), "đường");
}

Test(syllable, case_of_every_letter_survives) {
    bon_syllable code;
    uint32_t upper;
    char text[BON_SYLLABLE_MAX + 1];
    cr_assert(bon_syllable_parse_upper("hOà", strlen("hOà"), false, &code, &upper));
    text[bon_syllable_spell_upper(code, upper, BON_TONE_OLD, text)] = 0;
    cr_expect_str_eq(text, "hÒa");
    cr_assert(bon_syllable_parse_upper("nGhỊêM", strlen("nGhỊêM"), true, &code, &upper));
    text[bon_syllable_spell_upper(code, upper, BON_TONE_NEW, text)] = 0;
    cr_expect_str_eq(text, "nGhIệM");
}

Test(syllable, with_tone) {
    bon_syllable code, other = 1;
    bon_case letter_case;
    cr_assert(parse("tiếng", &code, &letter_case));
    cr_expect_eq(bon_syllable_tone(code), BON_TONE_SAC);
    cr_assert(bon_syllable_with_tone(code, BON_TONE_NGANG, &other));
    cr_expect_str_eq(spell(other, BON_CASE_LOWER, BON_TONE_OLD), "tiêng");
    cr_assert(parse("việt", &code, &letter_case));
    cr_expect_not(bon_syllable_with_tone(code, BON_TONE_HUYEN, &other));
    cr_assert(bon_syllable_with_tone(code, BON_TONE_SAC, &other));
    cr_expect_str_eq(spell(other, BON_CASE_LOWER, BON_TONE_OLD), "viết");
    cr_expect_not(bon_syllable_with_tone(code, (bon_tone)6, &other));
    cr_expect_not(bon_syllable_with_tone(0xffff, BON_TONE_SAC, &other));
    cr_expect_not(bon_syllable_valid(BON_SYLLABLE_CODES));
    cr_expect_not(bon_syllable_valid(BON_CLASS_WORD));
    cr_expect_eq(bon_syllable_spell(BON_CLASS_LINE_END, BON_CASE_LOWER, BON_TONE_OLD, (char[BON_SYLLABLE_MAX]){0}), 0);
}

/* The index of plain spellings is exactly the codes, grouped by what bon_strip_marks leaves of them. */
Test(syllable, candidates) {
    static bool seen[BON_SYLLABLE_CODES];
    size_t largest = 0;
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        if (!bon_syllable_valid(code)) continue;
        bon_buf plain = {0};
        const char *text = spell((bon_syllable)code, BON_CASE_LOWER, BON_TONE_OLD);
        cr_assert_eq(bon_strip_marks(text, strlen(text), &plain), BON_OK);
        bon_syllable list[64];
        size_t n = bon_syllable_candidates(plain.data, plain.len, list, 64);
        bool found = false;
        cr_assert_leq(n, 64);
        for (size_t i = 0; i < n; i++) {
            found |= list[i] == code;
            seen[list[i]] = true;
            if (i) cr_assert_lt(list[i - 1], list[i]);
        }
        cr_assert(found, "%.*s lacks %u", (int)plain.len, plain.data, code);
        if (n > largest) largest = n;
        bon_buf_free(&plain);
    }
    cr_expect_eq(largest, 36); /* dan: d or đ, a or ă or â, six tones */
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) cr_assert_eq(seen[code], bon_syllable_valid(code));
}

Test(syllable, candidates_at_the_edges) {
    bon_syllable list[4] = {9, 9, 9, 9};
    cr_expect_eq(bon_syllable_candidates("TIENG", 5, list, 2), 6); /* tiêng in six tones */
    cr_expect(list[0] < list[1] && list[2] == 9);
    cr_expect_eq(bon_syllable_candidates("that", 4, NULL, 0), 6);
    static const char *const none[] = {"", "f", "tiengg", "abcdefgh", "tiế", "a b", "a-", "k"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        cr_expect_eq(bon_syllable_candidates(none[i], strlen(none[i]), list, 4), 0, "%s", none[i]);
    cr_expect_eq(bon_syllable_candidates("a\0", 2, list, 4), 0);
    cr_expect_eq(bon_syllable_candidates("\xc3\xa1", 2, list, 4), 0);
}
