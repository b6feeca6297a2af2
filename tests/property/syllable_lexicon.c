/* tests/property/syllable_lexicon.c: the grammar against a spelling dictionary of Vietnamese (opt-in).
 *
 * BON_CORPORA/lexicon/hunspell_vi_DauCu.dic and ..DauMoi.dic list words of one syllable in the old and the new tone placement.
 * What the grammar refuses of them are abbreviations, foreign words and spellings that the grammar leaves out on purpose (k before
 * a, quo-), well under one in a hundred. The dictionary is not part of the project; without it the test says so and passes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bon/syllable.h"

static void check_dictionary(const char *name, bon_tone_style style) {
    char path[4096], line[1024];
    const char *corpora = getenv("BON_CORPORA");
    snprintf(path, sizeof path, "%s/lexicon/%s", corpora ? corpora : "", name);
    FILE *file = corpora ? fopen(path, "r") : NULL;
    if (!file) {
        fprintf(stderr, "lexicon: skipped: set BON_CORPORA to a folder with lexicon/%s\n", name);
        cr_skip_test("no dictionary");
    }
    unsigned words = 0, refused = 0, respelled = 0;
    while (fgets(line, sizeof line, file)) {
        size_t n = strcspn(line, "/\r\n");
        bon_syllable code;
        bon_case letter_case;
        char text[BON_SYLLABLE_MAX];
        if (line[0] >= '0' && line[0] <= '9') continue; /* the number of words, at the head */
        words++;
        if (!bon_syllable_parse(line, n, &code, &letter_case)) {
            refused++;
            continue;
        }
        size_t spelled = bon_syllable_spell(code, letter_case, style, text);
        respelled += spelled != n || memcmp(text, line, n) != 0;
    }
    fclose(file);
    cr_assert_gt(words, 6000);
    cr_expect_lt(refused, words / 100, "%u of %u words refused", refused, words);
    cr_expect_lt(respelled, 5, "%u of %u words spelled otherwise", respelled, words);
}

Test(lexicon, old_placement) { check_dictionary("hunspell_vi_DauCu.dic", BON_TONE_OLD); }

Test(lexicon, new_placement) { check_dictionary("hunspell_vi_DauMoi.dic", BON_TONE_NEW); }
