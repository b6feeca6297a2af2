/* src/normalize/rules*.c and settle.c: rules of the user's own. */
#include "unit/normalize/support.h"

#include "failmalloc.h"

static bon_normalize_options with(const char *text) {
    return (bon_normalize_options){.enabled = 1u << BON_RULE_RULES | 1u << BON_RULE_HTML,
                                   .rules = text,
                                   .rules_len = strlen(text),
                                   .rules_name = "luật"};
}

Test(rules, words_and_patterns) {
    static const struct {
        const char *rules;
        struct rule_case row;
    } rows[] = {
        {"VN\tViệt Nam\nVN Index\tchỉ số\n",
         {B("VN, VN Index TVN VN1 (VN)"), B("Việt Nam, chỉ số TVN VN1 (Việt Nam)"), 3}},
        {"hoà bình\tthái bình\n", {B("hoà bình hòa bình"), B("thái bình thái bình"), 2}},
        {"\xef\xbb\xbf# x\r\na\tb\r\n\r\nc\t\n", {B("a c d"), B("b d"), 2}},
        {"a\tb\nb\tc\n", {B("a b"), B("c c"), 3}},
        {":)\tcười\n", {B("vui:) :)"), B("vuicười cười"), 2}},
        {"/(\\d+)k\\b/\t$1.000 đồng\n", {B("50k 5km"), B("50.000 đồng 5km"), 1}},
        {"/(?<n>\\w+) \\1/\t${n}\n", {B("đi đi thôi thôi"), B("đi thôi"), 2}},
        {"/shop/i\tcửa hàng\n", {B("Shop SHOP"), B("cửa hàng cửa hàng"), 2}},
        {"/usd/\t$$\n", {B("5 usd"), B("5 $"), 1}},
        {"/^- /\t\n", {B("- một\n- hai"), B("một\nhai"), 2}},
        {"x\ttòan  bộ\n", {B("x"), B("toàn bộ"), 1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_normalizer *nz = normalizer_with(with(rows[i].rules));
        expect(nz, &rows[i].row, BON_RULE_RULES);
        bon_normalizer_close(nz);
    }
}

Test(rules, refused) {
    static const struct {
        const char *rules, *message;
    } rows[] = {
        {"không có tab\n", "luật:1: no tab"},
        {"a\tb\n\n\tc\n", "luật:3: nothing stands before the tab"},
        {"a\tb\tc\n", "luật:1: a second tab"},
        {"a\tb\na\tc\n", "luật:2: the word stands in an earlier line"},
        {"\xff\tb\n", "luật:1: not UTF-8"},
        {"/a\tb\n", "luật:1: a pattern is written /pattern/"},
        {"/a/x\tb\n", "luật:1: a pattern is written /pattern/"},
        {"//\tb\n", "luật:1: the pattern is empty"},
        {"/(/\tb\n", "luật:1: the pattern is wrong at byte 2"},
        {"/a/\t$1\n", "luật:1: the replacement names a group"},
        {"/a/\t${b}\n", "luật:1: the replacement names a group"},
        {"/a/\tba\n", "luật:1: the rules change its replacement"},
        {"a\tb\nb\ta\n", "luật:1: the rules change its replacement"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_normalize_options options = with(rows[i].rules);
        bon_normalizer *nz;
        cr_expect_eq(bon_normalizer_open(&nz, &options), BON_ERR_DATA, "%s", rows[i].rules);
        cr_expect(strstr(bon_error_message(), rows[i].message) == bon_error_message(), "%s: %s", rows[i].rules,
                  bon_error_message());
    }
}

static bon_status whole_round(void *context) {
    static const char text[] = "<p>VN&nbsp;5k ab  qủa\nTi\325ng Vi\326t \256\255\356c\n";
    bon_normalize_options options = with("VN\tViệt Nam\nab\tcd\n/(\\d)k/\t$1 nghìn\n");
    bon_normalizer *nz = NULL;
    bon_buf out = {0};
    bon_spans spans = {0};
    uint64_t counts[BON_RULES] = {0};
    (void)context;
    options.from = BON_CHARSET_AUTO;
    bon_status status = bon_normalizer_open(&nz, &options);
    if (status == BON_OK) status = bon_normalize_mapped(nz, text, sizeof text - 1, &out, counts, &spans);
    bon_buf_free(&out);
    bon_spans_free(&spans);
    bon_normalizer_close(nz);
    return status;
}

Test(rules, allocation_failures) { failmalloc_check(whole_round, NULL); }
