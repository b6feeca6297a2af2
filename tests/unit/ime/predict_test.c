/* tests/unit/ime/predict_test.c: scripts of typing with prediction: what is shown, what is committed, candidates, Backspace.
 * The model is that of tests/support/restore_toy.h. */
#include <criterion/criterion.h>
#include <string.h>

#include "failmalloc.h"
#include "restore_toy.h"
#include "typing.h"

/* ---- a field with a typist ---- */

struct desk {
    bon_restorer *restorer;
    bon_restore_session *session;
    bon_ime *ime;
    bon_ime_result result;
    char text[2048];
    size_t n;
};

static struct desk desk;

static void sit_down(bon_ime_options options) {
    desk.restorer = restore_toy_open(3);
    cr_assert_eq(bon_restore_session_open(&desk.session, desk.restorer, NULL), BON_OK);
    options.prediction = BON_IME_PREDICT_FULL;
    options.restore = desk.session;
    cr_assert_eq(bon_ime_open(&desk.ime, &options), BON_OK, "%s", bon_error_message());
}

static void get_up(void) {
    bon_ime_close(desk.ime);
    bon_restore_session_close(desk.session);
    bon_restorer_close(desk.restorer);
}

static void start_over(void) {
    bon_ime_reset(desk.ime);
    desk.n = 0;
}

static void apply(void) {
    for (unsigned points = desk.result.delete_before; points > 0;
         points -= ((unsigned char)desk.text[desk.n] >> 6) != 2) {
        cr_assert_gt(desk.n, 0);
        desk.n--;
    }
    cr_assert_lt(desk.n + desk.result.commit_len, sizeof desk.text);
    memcpy(desk.text + desk.n, desk.result.commit, desk.result.commit_len);
    desk.n += desk.result.commit_len;
}

static void type(const char *keys) {
    size_t length = strlen(keys);
    for (size_t at = 0; at < length;) {
        uint32_t key;
        unsigned modifiers;
        at += bon_ime_key_read(keys + at, length - at, &key, &modifiers);
        bon_ime_key(desk.ime, key, modifiers, &desk.result);
        apply();
    }
}

static void finish(void) {
    bon_ime_finish(desk.ime, &desk.result);
    apply();
}

static void expect_text(const char *what, const char *got, size_t n, const char *wanted) {
    cr_expect(n == strlen(wanted) && memcmp(got, wanted, n) == 0, "%s: %.*s instead of %s", what, (int)n, got, wanted);
}

/* Rows of keys and the text that they leave, each in a field of its own. */
static void expect_typed(const struct typed *rows, size_t count) {
    sit_down((bon_ime_options){0});
    for (size_t i = 0; i < count; i++) {
        start_over();
        type(rows[i].keys);
        finish();
        expect_text(rows[i].keys, desk.text, desk.n, rows[i].expected);
    }
    get_up();
}

#define ok_preedit(wanted)                                                                                             \
    expect_text("preedit, line " STRING(__LINE__), desk.result.preedit, desk.result.preedit_len, wanted)
#define ok_commit(wanted) expect_text("text, line " STRING(__LINE__), desk.text, desk.n, wanted)
#define STRING(line) STRING_OF(line)
#define STRING_OF(line) #line
#define ok_candidate(at, wanted)                                                                                       \
    cr_expect(desk.result.candidate_count > (at) && strcmp(desk.result.candidates[at], wanted) == 0,                   \
              "candidate %d of %zu: %s instead of %s", (int)(at), desk.result.candidate_count,                         \
              desk.result.candidate_count > (at) ? desk.result.candidates[at] : "none", wanted)
#define ok_last_candidate(wanted) ok_candidate(desk.result.candidate_count - 1, wanted)

/* ---- the window ---- */

Test(predict, words_wait_and_leave) {
    sit_down((bon_ime_options){0});
    type("toi");
    ok_preedit("toi");
    type(" ");
    ok_preedit("tôi ");
    type("dang hoc tieng ");
    ok_preedit("tôi đang học tiếng ");
    ok_commit("");
    type("viet ");
    ok_preedit("đang học tiếng việt ");
    ok_commit("tôi ");
    type(".");
    ok_preedit("");
    ok_commit("tôi đang học tiếng việt .");
    get_up();
}

Test(predict, breaks) {
    static const struct typed rows[] = {
        {"toi dang hoc tieng viet", "tôi đang học tiếng việt"},
        {"Toi dang HOC tieng Viet.", "Tôi đang HỌC tiếng Việt."},
        {"duoc roi, nguoi tot!", "được rồi, người tốt!"},
        {"toi  o   nha", "tôi  ở   nhà"},
        {"toi,hoc,nguoi,tot", "tôi,học,người,tốt"},
        {"(nguoi tot) toi o nha", "(người tốt) tôi ở nhà"},
        {"toi dung windows, office va facebook", "tôi dùng windows, office và facebook"},
        {"xyzzy 12 toi", "xyzzy 12 tôi"},
        {"nguoi{Left}", "nguoi"},
        {"toi nguoi{Control+c}", "tôi nguoi"},
        {"nguoi{Enter}", "người"},
    };
    expect_typed(rows, sizeof rows / sizeof *rows);
}

/* Whatever was said about a word stays: all marks, some of them, a mark taken back, keys asked for. */
Test(predict, marks_typed_stay) {
    static const struct typed rows[] = {
        {"tooi ddang hocj tieengs vieetj", "tôi đang học tiếng việt"},
        {"toois dang hoc", "tối đang học"},
        {"coo ay dang o nha", "cô ấy đang ở nhà"},
        {"nguwoif toots", "người tốt"},
        {"dduong den truong", "đường đến trường"},
        {"vieet nam", "việt nam"},
        {"duowc hoc", "được học"},
        {"nguoij", "nguoij"},
        {"hocs", "hóc"},
        {"has{Escape} is{Shift+Space}toi", "has is tôi"},
        {"password expect", "password expect"},
        {"ddc", "đc"},
        {"tieengs{Escape} viet", "tieengs việt"},
    };
    expect_typed(rows, sizeof rows / sizeof *rows);
}

/* Behind "là" the toy model writes "tiên", at a start "tiền": what stands elsewhere does not count. */
Test(predict, going_elsewhere_forgets_the_context) {
    sit_down((bon_ime_options){0});
    type("tien la");
    finish();
    type(" tien ");
    ok_preedit("tiên ");
    start_over();
    type("tien la{Right}tien ");
    ok_preedit("tiền ");
    get_up();
}

/* ---- Backspace and Escape ---- */

Test(predict, backspace_gives_back_then_reopens) {
    sit_down((bon_ime_options){.flags = BON_IME_REOPEN});
    type("toi hoc ");
    ok_preedit("tôi học ");
    type("{BackSpace}");
    ok_preedit("tôi hoc ");
    type("{BackSpace}");
    ok_preedit("tôi hoc");
    type("s ");
    ok_preedit("tôi hóc ");
    type("{BackSpace}"); /* as typed: nothing to give back */
    ok_preedit("tôi hóc");
    type("{BackSpace}{BackSpace}{BackSpace}");
    ok_preedit("tôi ");
    type("{BackSpace}"); /* long decided: as it is shown */
    ok_preedit("tôi");
    type("s");
    ok_preedit("tối");
    type("{BackSpace}{BackSpace}{BackSpace}toi {BackSpace}{BackSpace}i ");
    ok_preedit("toii ");
    start_over();
    type("toi hoc ");
    type("tieng{BackSpace}{BackSpace}{BackSpace}{BackSpace}{BackSpace}{BackSpace}");
    ok_preedit("tôi học");
    type("{Escape}");
    ok_preedit("tôi hoc");
    type("{Escape} ");
    ok_preedit("tôi hoc ");
    get_up();
}

/* A word in the middle of those that wait is typed on at its place; what stands behind it comes back. */
Test(predict, words_of_the_middle_are_typed_on) {
    sit_down((bon_ime_options){.flags = BON_IME_REOPEN});
    type("toi hoc tieng {Up}{BackSpace}");
    ok_preedit("tôi học tiếng ");
    cr_expect_eq(desk.result.cursor, strlen("tôi học"));
    type("s");
    ok_preedit("tôi hóc tiếng ");
    type(" ");
    ok_preedit("tôi hóc tiếng ");
    cr_expect_eq(desk.result.cursor, strlen("tôi hóc tiếng "));
    type("{Up}{BackSpace}{BackSpace}{BackSpace}{BackSpace}");
    ok_preedit("tôi tiếng ");
    type("{Down}{Left}{BackSpace}m{Tab}");
    ok_preedit("tôim tiếng ");
    type("{Enter}viet.");
    ok_preedit("");
    ok_commit("tôim tiếng việt.");
    start_over();
    type("toi hoc tieng {Up}{BackSpace},");
    ok_commit("tôi học tiếng ,");
    start_over();
    type("toi hoc tieng {Up}{BackSpace}");
    finish();
    ok_commit("tôi học tiếng ");
    get_up();
}

/* A word of too many keys is none of ours. */
Test(predict, overlong_words_are_as_typed) {
    char keys[200], wanted[200];
    for (unsigned variant = 0; variant < 2; variant++) {
        sit_down((bon_ime_options){0});
        if (variant) cr_assert_eq(bon_ime_set_options(desk.ime, NULL), BON_OK);
        memset(keys, 'a', sizeof keys);
        memcpy(keys + 70, "s.as toi ", sizeof "s.as toi ");
        snprintf(wanted, sizeof wanted, "%.71s.á %s ", keys, variant ? "toi" : "tôi");
        start_over();
        type(keys);
        finish();
        ok_commit(wanted);
        get_up();
    }
}

Test(predict, what_was_given_back_stays) {
    sit_down((bon_ime_options){0});
    type("toi hoc {BackSpace}tieng viet ");
    ok_preedit("tôi hoc tiếng việt ");
    finish();
    ok_commit("tôi hoc tiếng việt ");
    get_up();
}

Test(predict, committed_words_reopen) {
    sit_down((bon_ime_options){.flags = BON_IME_REOPEN});
    type("toi dang hoc tieng viet ");
    ok_commit("tôi ");
    for (unsigned i = 0; i < 4; i++) type("{BackSpace}{BackSpace}{BackSpace}{BackSpace}{BackSpace}{BackSpace}");
    type("{BackSpace}");
    ok_commit("");
    get_up();
}

Test(predict, escape_gives_the_keys) {
    sit_down((bon_ime_options){0});
    type("tieengs {Escape}");
    ok_preedit("tieengs ");
    type("{Escape}");
    cr_expect(!desk.result.handled);
    start_over();
    type("hoc {Escape}tieng ");
    ok_preedit("hoc tiếng ");
    get_up();
}

/* ---- candidates ---- */

Test(predict, candidates_of_the_last_word) {
    sit_down((bon_ime_options){0});
    type("toi hoc tieng tien {Down}");
    ok_candidate(0, "tiên");
    ok_candidate(1, "tiền");
    ok_last_candidate("tien");
    cr_expect_eq(desk.result.selected, 0);
    type("{Tab}");
    ok_preedit("tôi học tiếng tiền ");
    cr_expect_eq(desk.result.selected, 1);
    type("{Up}");
    ok_preedit("tôi học tiếng tiên ");
    type("{2}");
    ok_preedit("tôi học tiếng tiền ");
    cr_expect_eq(desk.result.candidate_count, 0);
    type("la ");
    ok_preedit("học tiếng tiền là ");
    get_up();
}

Test(predict, candidates_walk) {
    sit_down((bon_ime_options){0});
    type("tien hoc {Down}{Left}");
    ok_candidate(0, "tiền");
    cr_expect_eq(desk.result.cursor, strlen("tiền"));
    type("{Left}{2}");
    ok_preedit("tiên học ");
    type("{Down}{Left}{Right}");
    cr_expect_eq(desk.result.cursor, strlen("tiên học"));
    type("{Escape}");
    ok_preedit("tiên học ");
    get_up();
}

/* Tab puts the next best reading in place at once, Up does that to the word before; what is typed next takes it. */
Test(predict, next_best_by_one_key) {
    sit_down((bon_ime_options){0});
    type("toi hoc tieng tien {Tab}");
    ok_preedit("tôi học tiếng tiền ");
    cr_expect_eq(desk.result.selected, 1);
    type("{Escape}");
    ok_preedit("tôi học tiếng tiên ");
    type("{Tab}la ");
    ok_preedit("học tiếng tiền là ");
    start_over();
    type("tien hoc {Up}");
    ok_preedit("tiên học ");
    type("{Right}"); /* passed: as it was */
    cr_expect_eq(desk.result.cursor, desk.result.preedit_len - 1);
    type("{Left}{Down}");
    type("{Escape}");
    ok_preedit("tiền học ");
    type("{Up}tieng ");
    ok_preedit("tiên học tiếng ");
    get_up();
}

/* A list that nobody asked for takes no key; a click takes from it. */
Test(predict, hints_where_unsure) {
    sit_down((bon_ime_options){.flags = BON_IME_HINTS});
    type("hoc ");
    cr_expect_eq(desk.result.candidate_count, 0);
    type("tien ");
    ok_preedit("học tiên ");
    ok_candidate(0, "tiên");
    ok_candidate(1, "tiền");
    cr_expect_eq(desk.result.selected, desk.result.candidate_count);
    cr_expect_eq(desk.result.cursor, desk.result.preedit_len);
    bon_ime_choose(desk.ime, 1, &desk.result);
    ok_preedit("học tiền ");
    type("tien 2");
    cr_expect_eq(desk.result.candidate_count, 0);
    start_over();
    type("tien {BackSpace}");
    ok_preedit("tien ");
    cr_expect_eq(desk.result.candidate_count, 0);
    start_over();
    type("tien {Tab}");
    ok_preedit("tiên ");
    cr_expect_eq(desk.result.selected, 1);
    get_up();
}

Test(predict, candidates_by_click) {
    sit_down((bon_ime_options){0});
    type("tien hoc {Up}");
    bon_ime_choose(desk.ime, 9, &desk.result);
    cr_expect(!desk.result.handled);
    bon_ime_choose(desk.ime, 0, &desk.result);
    cr_expect(desk.result.handled);
    ok_preedit("tiền học ");
    bon_ime_choose(desk.ime, 0, &desk.result);
    cr_expect(!desk.result.handled);
    get_up();
}

Test(predict, candidates_of_the_word_being_typed) {
    sit_down((bon_ime_options){0});
    type("tien{Tab}");
    ok_preedit("tiền");
    type("{Escape}");
    ok_preedit("tien");
    type("{Tab}{Down} la");
    ok_preedit("tiên la");
    start_over();
    type("tien{Tab}{2}.");
    ok_commit("tiên.");
    start_over();
    type("tieengs{Tab}");
    ok_candidate(0, "tiếng");
    ok_last_candidate("tieengs");
    type("{Up}{Enter}");
    ok_preedit("tieengs");
    start_over();
    type("tien{Tab}{Down}{Control+c}");
    ok_commit("tiên");
    start_over();
    type("tien{Tab}{Down}");
    finish();
    ok_commit("tiên");
    get_up();
}

Test(predict, keys_without_words_go_on) {
    sit_down((bon_ime_options){0});
    static const char *const keys[] = {"{Tab}", "{Down}", "{Escape}", "{BackSpace}", "{Left}", "{Enter}"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        type(keys[i]);
        cr_expect(!desk.result.handled, "%s", keys[i]);
    }
    get_up();
}

/* ---- options ---- */

Test(predict, levels) {
    static const struct typed off[] = {{"toi expect ", "toi ễpct "}}, english[] = {{"toi expect ", "toi expect "}};
    CHECK(off, .prediction = BON_IME_PREDICT_OFF);
    CHECK(english, .prediction = BON_IME_PREDICT_ENGLISH);
    bon_ime *ime;
    cr_assert_eq(bon_ime_open(&ime, &(bon_ime_options){.prediction = BON_IME_PREDICT_FULL}), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_ime_open(&ime, &(bon_ime_options){.prediction = BON_IME_PREDICTIONS}), BON_ERR_ARGUMENT);
}

Test(predict, macros_and_charset) {
    static const bon_ime_macro macros[] = {{"vn", 2, "Việt Nam", sizeof "Việt Nam" - 1}};
    sit_down((bon_ime_options){.macros = macros, .macro_count = 1, .charset = BON_IME_NFD, .flags = BON_IME_REOPEN});
    type("nguoi vn ");
    ok_commit("ngu\u031bo\u031b\u0300i Vie\u0323\u0302t Nam ");
    get_up();
}

Test(predict, memory_short_leaves_words_as_typed) {
    sit_down((bon_ime_options){0});
    type("toi ");
    start_over();
    failmalloc_fail_at(1);
    type("toi hoc ");
    failmalloc_fail_at(0);
    cr_expect(desk.result.preedit_len > 0);
    finish();
    get_up();
}
