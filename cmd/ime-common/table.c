/* cmd/ime-common/table.c: the rows, and finding one by its name. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bon/ime.h"
#include "quirks.h"

static const struct ime_choice switches[] = {
    {"yes", 1, "Yes", "Có"}, {"no", 0, "No", "Không"}, {"true", 1, NULL, NULL}, {"false", 0, NULL, NULL},
    {"on", 1, NULL, NULL},   {"off", 0, NULL, NULL},   {NULL, 0, NULL, NULL}};
static const struct ime_choice methods[] = {{"telex", BON_IME_TELEX, "Telex", "Telex"},
                                            {"simple-telex", BON_IME_SIMPLE_TELEX, "Simple telex", "Telex đơn giản"},
                                            {"vni", BON_IME_VNI, "VNI", "VNI"},
                                            {"viqr", BON_IME_VIQR, "VIQR", "VIQR"},
                                            {"keymap", BON_IME_KEYMAP, "A keymap of your own", "Bảng phím riêng"},
                                            {NULL, 0, NULL, NULL}};
static const struct ime_choice predictions[] = {
    {"off", BON_IME_PREDICT_OFF, "Keys only", "Chỉ theo phím"},
    {"english", BON_IME_PREDICT_ENGLISH, "Keep foreign words", "Giữ từ tiếng nước ngoài"},
    {"full", BON_IME_PREDICT_FULL, "Predict the marks", "Đoán dấu"},
    {NULL, 0, NULL, NULL}};
static const struct ime_choice tone_styles[] = {{"old", BON_TONE_OLD, "Old: hòa, thúy", "Kiểu cũ: hòa, thúy"},
                                                {"new", BON_TONE_NEW, "New: hoà, thuý", "Kiểu mới: hoà, thuý"},
                                                {NULL, 0, NULL, NULL}};
static const struct ime_choice charsets[] = {{"nfc", BON_IME_NFC, "Unicode", "Unicode dựng sẵn"},
                                             {"nfd", BON_IME_NFD, "Unicode, decomposed", "Unicode tổ hợp"},
                                             {"tcvn3", BON_IME_TCVN3, "TCVN3 (ABC)", "TCVN3 (ABC)"},
                                             {"vni-windows", BON_IME_VNI_WINDOWS, "VNI Windows", "VNI Windows"},
                                             {NULL, 0, NULL, NULL}};

const struct ime_choice ime_application_choices[] = {{"on", 0, NULL, NULL},
                                                     {"off", IME_QUIRK_OFF, NULL, NULL},
                                                     {"keys", IME_QUIRK_KEYS, NULL, NULL},
                                                     {"english", IME_QUIRK_ENGLISH, NULL, NULL},
                                                     {"commit-first", IME_QUIRK_COMMIT_FIRST, NULL, NULL},
                                                     {"no-reopen", IME_QUIRK_NO_REOPEN, NULL, NULL},
                                                     {NULL, 0, NULL, NULL}};

const struct ime_setting ime_setting_table[IME_SETTINGS] = {
    [IME_METHOD] = {"method", methods, "telex", "Typing method", "Kiểu gõ"},
    [IME_PREDICTION] = {"prediction", predictions, "english", "Prediction", "Đoán từ"},
    [IME_TONE_STYLE] = {"tone-style", tone_styles, "old", "Tone placement", "Cách bỏ dấu thanh"},
    [IME_CHARSET] = {"charset", charsets, "nfc", "Character set", "Bảng mã"},
    [IME_FREE_MARKS] = {"free-marks", switches, "yes", "Marks anywhere in the word", "Bỏ dấu tự do"},
    [IME_UNDO] = {"double-key-undo", switches, "yes", "A key typed twice takes back what it did",
                  "Gõ phím lần nữa để bỏ dấu"},
    [IME_REOPEN] = {"reopen", switches, "yes", "Backspace over the blank takes the word back",
                    "Xóa dấu cách để sửa lại từ trước"},
    [IME_QUICK_TELEX] = {"quick-telex", switches, "no", "cc gg kk nn pp qq tt are ch gi kh ng ph qu th",
                         "Gõ nhanh: cc=ch, gg=gi, nn=ng..."},
    [IME_QUICK_INITIALS] = {"quick-initials", switches, "no", "f j w begin a word as ph gi qu",
                            "Đầu từ: f=ph, j=gi, w=qu"},
    [IME_QUICK_FINALS] = {"quick-finals", switches, "no", "g h k behind a vowel are ng nh ch",
                          "Cuối từ: g=ng, h=nh, k=ch"},
    [IME_AUTO_CAPITAL] = {"auto-capital", switches, "no", "A sentence begins with a capital", "Tự viết hoa đầu câu"},
    [IME_UNDERLINE] = {"underline", switches, "no", "Underline the word being typed", "Gạch dưới từ đang gõ"},
    [IME_HINTS] = {"hints", switches, "yes", "Show candidates by themselves for an unsure word",
                   "Tự gợi ý khi chưa chắc từ nào đúng"},
    [IME_LEARNING] = {"learning", switches, "yes", "Learn from what is typed (with prediction, kept on this computer)",
                      "Học từ những gì bạn gõ (khi đoán dấu; chỉ lưu trên máy này)"},
    [IME_MODEL] = {"model", NULL, "", "Model of prediction (path)", "Tệp mô hình đoán dấu"},
    [IME_NETWORK] = {"network", NULL, "", "Network of prediction (path, or off)",
                     "Tệp mạng nơ-ron đoán dấu (hoặc off)"},
    [IME_KEYMAP] = {"keymap", NULL, "", "Keymap of your own (path)", "Tệp bảng phím riêng"},
};

const char *const ime_sections[] = {"typing", "applications", "macros", NULL};

const struct ime_setting *ime_setting_find(const char *name) {
    for (size_t i = 0; i < IME_SETTINGS; i++)
        if (strcmp(ime_setting_table[i].name, name) == 0) return &ime_setting_table[i];
    return NULL;
}

const struct ime_choice *ime_choice_find(const struct ime_choice *choices, const char *name) {
    for (; choices->name; choices++)
        if (strcasecmp(choices->name, name) == 0) return choices;
    return NULL;
}

void ime_choice_list(const struct ime_choice *choices, char *out, size_t size) {
    size_t n = 0;
    out[0] = 0;
    for (; choices->name && n + 1 < size; choices++) {
        int more = snprintf(out + n, size - n, "%s%s", n ? ", " : "", choices->name);
        n += more > 0 ? (size_t)more : 0;
    }
}

bool ime_is_switch(const struct ime_setting *setting) { return setting->choices == switches; }

const char *ime_label(const char *label, const char *label_vi) {
    static const char *const variables[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *language = getenv(variables[i]);
        if (language && *language) return strncmp(language, "vi", 2) == 0 ? label_vi : label;
    }
    return label;
}
