/* Floats as text: every float written reads back as itself; reading agrees with strtof. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "ngram/number.h"

static void check_round_trip(float value) {
    char text[BON_FLOAT_TEXT + 1];
    float back;
    size_t n = bon_float_write(text, value);
    cr_assert_leq(n, (size_t)BON_FLOAT_TEXT);
    text[n] = 0;
    cr_assert(bon_float_read(text, n, &back));
    cr_assert_eq(back, value, "%.9g was written as %s", (double)value, text);
    cr_assert_eq(strtof(text, NULL), value, "%.9g was written as %s, which strtof reads otherwise", (double)value,
                 text);
}

Test(number, what_is_written_reads_back) {
    uint64_t seed = 3;
    for (int i = 0; i < 400000; i++) {
        uint32_t bits = (uint32_t)files_random(&seed);
        float value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value)) check_round_trip(value);
        check_round_trip(-(float)ldexp((double)bits, -29)); /* log-probabilities: 0 .. -8 */
    }
    static const float rows[] = {0,     -0.0f,         1,        -1,  0.1f, -99, 1e-45f, 3.4028235e38f,
                                 1e-5f, 9.9999999e-6f, 16777216, 1e9f};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) check_round_trip(rows[i]);
}

Test(number, what_is_written_is_short) {
    static const struct {
        float value;
        const char *text;
    } rows[] = {{0, "0"},
                {1, "1"},
                {-0.5f, "-0.5"},
                {-99, "-99"},
                {-2.301f, "-2.301"},
                {0.1f, "0.1"},
                {-1e-7f, "-1e-7"},
                {1e10f, "1e10"},
                {-0.30103f, "-0.30103"},
                {2.5e-10f, "2.5e-10"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[BON_FLOAT_TEXT + 1];
        text[bon_float_write(text, rows[i].value)] = 0;
        cr_assert_str_eq(text, rows[i].text);
    }
}

Test(number, reading_agrees_with_strtof) {
    static const char *const rows[] = {"0",
                                       "-0",
                                       "+1.5",
                                       ".5",
                                       "5.",
                                       "-1e3",
                                       "1E-3",
                                       "1e+2",
                                       "00012.50",
                                       "123456789012345678901234567890",
                                       "0.00000000000000000000001234",
                                       "1e-400",
                                       "1e400",
                                       "-2.30102999566398119521",
                                       "3.4028236e38",
                                       "1.17549435e-38",
                                       "1e-45",
                                       "7e-46",
                                       "9007199254740993",
                                       "16777217",
                                       "99999999999999999999e-20"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        float value;
        cr_assert(bon_float_read(rows[i], strlen(rows[i]), &value), "%s", rows[i]);
        cr_assert_eq(value, strtof(rows[i], NULL), "%s was read as %.9g", rows[i], (double)value);
    }
    float value;
    cr_assert(bon_float_read("-inf", 4, &value) && isinf(value) && value < 0);
    cr_assert(bon_float_read("NaN", 3, &value) && isnan(value));
}

Test(number, what_is_not_a_number_is_refused) {
    static const char *const rows[] = {"-",    "+",   ".",  "e5", "1e", "1e-",  "1.2.3", "1,5",
                                       "0x10", "--1", "1 ", " 1", "in", "infi", "nano",  "1f"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        float value;
        cr_assert_not(bon_float_read(rows[i], strlen(rows[i]), &value), "'%s'", rows[i]);
    }
}
