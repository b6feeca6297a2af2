/* tests/unit/ime/keep_test.c: what goes back to its keys at a break, and what stays. */
#include <criterion/criterion.h>

#include "typing.h"

Test(keep, english_goes_back) {
    static const struct typed rows[] = {
        {"password office error windows expect ", "password office error windows expect "},
        {"coffee, message. current; session: traffic!", "coffee, message. current; session: traffic!"},
        {"success process express assess address class ", "success process express assess address class "},
        {"banana canada eleven seemed references daddy ", "banana canada eleven seemed references daddy "},
        {"WINDOWS Office iPhone ", "WINDOWS Office iPhone "},
        {"www.wow.com/", "www.wow.com/"},
        {"don't we're ", "don't we're "},
        {"know tomorrow follow ", "know tomorrow follow "},
    };
    CHECK(rows, .flags = BON_IME_RESTORE);
}

Test(keep, vietnamese_stays) {
    static const struct typed rows[] = {
        {"tieengs Vieetj, nguwowif vieetj.", "tiếng Việt, người việt."},
        {"ddc HDDLDD VDDV vdd NSUWT ", "đc HĐLĐ VĐV vđ NSƯT "},
        {"DDawks Lawks Kanj ", "Đắk Lắk Kạn "},
        {"ddag ddep ", "đag đep "},
        {"cooong ootoo ", "coong ôtô "},
    };
    CHECK(rows, .flags = BON_IME_RESTORE);
}

/* The second key took the mark back on purpose. */
Test(keep, undone_marks) {
    static const struct typed rows[] = {
        {"hass hiss tesst mosst ", "has his test most "},
        {"tooo seee zooom addd ", "too see zoom add "},
        {"saww w ww ", "saw ư w "},
        {"dadd ", "dad "},
        {"pass less off miss ", "pass less off miss "},
    };
    CHECK(rows, .flags = BON_IME_RESTORE);
}

Test(keep, undone_digits) {
    static const struct typed rows[] = {{"a11 win11 ", "a1 win11 "}, {"mp3 covid19 ", "mp3 covid19 "}};
    CHECK(rows, .method = BON_IME_VNI, .flags = BON_IME_RESTORE);
}

/* Only a blank or sign is a break: not the end, not a cursor key. */
Test(keep, breaks) {
    static const struct typed rows[] = {
        {"expect", "ễpct"},     {"expect{Right}", "ễpct"}, {"expect{Enter}", "expect"},
        {"expect)", "expect)"}, {"expectñ", "expectñ"},
    };
    CHECK(rows, .flags = BON_IME_RESTORE);
}

Test(keep, nothing_goes_back_unasked) {
    static const struct typed rows[] = {{"expect ", "ễpct "}, {"was ", "ứa "}};
    CHECK(rows, .flags = 0);
}
