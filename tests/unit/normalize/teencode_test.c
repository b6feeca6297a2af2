/* src/normalize/teencode.c: words of chat spelling, by the built-in table and by a given one. */
#include "unit/normalize/support.h"

#include "failmalloc.h"

static const struct rule_case built_in[] = {
    {B("mk ko đc đi, thik j ntn?"), B("mình không được đi, thích gì như thế nào?"), 6},
    {B("Ko! (trc)"), B("Không! (trước)"), 2},
    {B("KO NG ko.vn #ko ko-ko 5ko k o"), B("KO NG ko.vn #ko ko-ko 5ko k o"), 0},
    {B("không được"), B("không được"), 0},
    {B("đi r. \"ko\", (vk) nhiều ng!"), B("đi rồi. \"không\", (vợ) nhiều người!"), 4},
    {B("r) ng, ngh \"r\" năm j, .ko khum wa .uk"), B("r) ng, ngh \"r\" năm j, .ko khum wa .uk"), 0},
    {B("ông Ko Young, Lun"), B("ông Ko Young, Lun"), 0},
    {B("Lun đi"), B("Luôn đi"), 1},
};

Test(teencode, built_in) { EXPECT_ALL(built_in, BON_RULE_TEENCODE, .enabled = 1u << BON_RULE_TEENCODE); }

Test(teencode, given) {
    static const char table[] = "# comment\n\nbik\tbiết\nxìn\thết ý\n";
    static const struct rule_case row = {B("Bik ko xìn"), B("Biết ko hết ý"), 2};
    bon_normalizer *nz = normalizer_with((bon_normalize_options){
        .enabled = 1u << BON_RULE_TEENCODE, .teencode = table, .teencode_len = sizeof table - 1});
    expect(nz, &row, BON_RULE_TEENCODE);
    bon_normalizer_close(nz);
}

Test(teencode, bad_tables) {
    static const char *const bad[] = {"ko không\n", "ko\t\n",       "\tkhông\n",      "a b\tc\n",
                                      "A\tb\n",     "a\tb\na\tc\n", "a\tx b\nb\tc\n", "ko\t\xff\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bon_normalize_options options = {
            .enabled = 1u << BON_RULE_TEENCODE, .teencode = bad[i], .teencode_len = strlen(bad[i])};
        bon_normalizer *nz;
        cr_expect_eq(bon_normalizer_open(&nz, &options), BON_ERR_DATA, "%s", bad[i]);
        cr_expect_null(nz);
    }
}

static bon_status whole_round(void *context) {
    bon_normalize_options options = {.enabled = 0x7fffffffu & ((1u << BON_RULES) - 1)};
    bon_normalizer *nz = NULL;
    bon_buf out = {0};
    (void)context;
    bon_status status = bon_normalizer_open(&nz, &options);
    if (status == BON_OK) status = bon_normalize(nz, "ko “Ｖ” đẹpppp kỹ", 26, &out);
    bon_buf_free(&out);
    bon_normalizer_close(nz);
    return status;
}

Test(teencode, allocation_failures) { failmalloc_check(whole_round, NULL); }
