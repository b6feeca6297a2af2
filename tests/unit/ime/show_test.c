/* tests/unit/ime/show_test.c: where the tone mark stands, in syllables and in words on the way to one. */
#include <criterion/criterion.h>

#include "typing.h"

Test(show, old_placement) {
    static const struct typed rows[] = {
        {"hoaf thuys khoer hoanf thuyeenf", "hòa thúy khỏe hoàn thuyền"},
        {"quas giaf gins muas cuar", "quá già gín múa của"},
        {"ngoeor khuyur", "ngoẻo khuỷu"},
    };
    CHECK(rows, .tone_style = BON_TONE_OLD);
}

Test(show, new_placement) {
    static const struct typed rows[] = {
        {"hoaf thuys khoer hoanf", "hoà thuý khoẻ hoàn"},
        {"quas giaf muas tuyr", "quá già múa tuỷ"},
    };
    CHECK(rows, .tone_style = BON_TONE_NEW);
}

/* The mark goes with the vowel that will have it. */
Test(show, unfinished_words) {
    static const struct typed rows[] = {
        {"ngies", "ngié"}, {"nghiesu", "nghiéu"}, {"tuos", "tuó"}, {"ex", "ẽ"}, {"khuyes", "khuyé"},
    };
    CHECK(rows, .tone_style = BON_TONE_OLD);
}

/* No Vietnamese, but words all the same. */
Test(show, foreign_words) {
    static const struct typed rows[] = {
        {"DDawks Lawks", "Đắk Lắk"}, {"hotels hostel", "hotél hótel"}, {"ngaof{BackSpace}", "ngà"}, {"neus", "néu"},
        {"fs jz", "fs jz"},
    };
    CHECK(rows, .tone_style = BON_TONE_OLD);
}
