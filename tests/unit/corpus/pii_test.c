/* What is masked and what is not: every form of phone, e-mail, identity, account and plate, and the numbers that look like them. */
#include "corpus/pii.h"

#include "support.h"

static const struct row {
    const char *text, *masked; /* NULL: nothing is */
} rows[] = {
    /* phones: mobile, the plan of 2018 and the one before */
    {"Gọi 0912345678 nhé", "Gọi [điện thoại] nhé"},
    {"0912 345 678", "[điện thoại]"},
    {"0912.345.678.", "[điện thoại]."},
    {"(0912-345-678)", "([điện thoại])"},
    {"0912 34 56 78", "[điện thoại]"},
    {"091 234 5678, 032.3456789", "[điện thoại], [điện thoại]"},
    {"09 1234 5678", "[điện thoại]"},
    {"ĐT:0387654321/0912345678", "ĐT:[điện thoại]/[điện thoại]"},
    {"0912345678-0387654321", "[điện thoại]-[điện thoại]"},
    {"0912345678 - 0387654321 Lan", "[điện thoại] - [điện thoại] Lan"},
    {"01234567890 và 0168 765 4321", "[điện thoại] và [điện thoại]"},
    {"sđt0912345678 zalo/0912345678", "sđt[điện thoại] zalo/[điện thoại]"},
    {"“0912345678”", "“[điện thoại]”"},
    {"+84912345678 +84 912 345 678 +84 (0) 912 345 678", "[điện thoại] [điện thoại] +84 [điện thoại]"},
    {"(+84) 912345678, 84912345678, 0084912345678", "[điện thoại], [điện thoại], [điện thoại]"},
    /* fixed lines */
    {"024 3822 1234, (028) 38221234, 0236.3822.123", "[điện thoại], [điện thoại], [điện thoại]"},
    {"(04) 3822 1234 và (0511)3822123", "[điện thoại] và [điện thoại]"},
    {"Điện thoại: 04 3822 1234; Fax: 08.38221234", "Điện thoại: [điện thoại]; Fax: [điện thoại]"},
    {"04 3822 1234", NULL},
    {"tư vấn 0912345678 - 043.822.1234, 043.822.1235", "tư vấn [điện thoại] - [điện thoại], [điện thoại]"},
    /* no phones */
    {"09/12/2019, 12-10-2018, 2019-09-12 10:30", NULL},
    {"09.12.2019 - 10.12.2019", NULL},
    {"giá 1.234.567.890 đồng, 0912345678 đồng", "giá 1.234.567.890 đồng, [điện thoại] đồng"},
    {"84.912.345.678 người", NULL},
    {"0,912345678 và 3.0912345678", NULL},
    {"xổ số 05 12 33 41 55", NULL},
    {"năm 1998 2001 2005", NULL},
    {"0312345678 0612345678 091234567 09123456789", NULL},
    {"AB0912345678 0912345678A x_0912345678", NULL},
    {"ISBN 0-321-12345-6, ISBN: 0321234567", NULL},
    {"MST: 0912345678", NULL},
    {"http://a.vn/?id=0912345678&b=0387654321", NULL},
    {"0912345678@a.vn", "[email]"},
    {"số 0912345678/QĐ", "số [điện thoại]/QĐ"},
    {"0123/2019/NĐ-CP, 35/2018/QH14", NULL},
    {"0912345678%", NULL},
    {"19001234 1800 1234", NULL},
    /* e-mail */
    {"thư: lan.tran+1@mail.example.vn.", "thư: [email]."},
    {"<a_b-c@d-e.com>", "<[email]>"},
    {"@lan, lan@, a@b, a@b.1, @@a.vn", NULL},
    {"lan@mail.com.vn,hoa@b.org", "[email],[email]"},
    /* identities */
    {"CMND 123456789 cấp ngày 1/2/2010", "CMND [số định danh] cấp ngày 1/2/2010"},
    {"Số CMND: 123 456 789", "Số CMND: [số định danh]"},
    {"căn cước công dân số 001099012345", "căn cước công dân số [số định danh]"},
    {"thẻ 079201012345 đây", "thẻ [số định danh] đây"},
    {"123456789", NULL},
    {"003099012345 001999012345 001540012345",
     "003099012345 001999012345 001540012345"}, /* no such province, century, year */
    {"hộ chiếu số B1234567, hộ chiếu B12345678", "hộ chiếu số [số định danh], hộ chiếu B12345678"},
    {"mã B1234567", NULL},
    /* accounts */
    {"STK: 0071000123456 Vietcombank", "STK: [số tài khoản] Vietcombank"},
    {"số tài khoản 1903 1234 5678 90 tại Techcombank", "số tài khoản [số tài khoản] tại Techcombank"},
    {"Số TK 711A12345678", NULL},
    {"tài khoản 0912345678", "tài khoản [số tài khoản]"},
    {"STK 12345678, SĐT 0912345678", "STK [số tài khoản], SĐT [điện thoại]"},
    {"trong tài khoản có 10.000.000 và 12345678 đồng", NULL},
    {"tài khoản 5112 năm 2019", NULL},
    {"BIDV: 21510000123456, VCB 12345678", "BIDV: [số tài khoản], VCB 12345678"},
    {"ngân hàng nhiệm kỳ 2017 - 2021, tài khoản năm 2016-2017, tài khoản ngày 25-10-1993, 1993-10-25", NULL},
    {"toạ độ 0384612319", NULL},
    {"chuyển 19031234567890", NULL},
    {"STK 19031234567890 0912345678", "STK [số tài khoản] [điện thoại]"},
    /* plates */
    {"xe 29A-123.45 và 30K1-234.56", "xe [biển số] và [biển số]"},
    {"51F 123.45, xe 59X3 12345", "[biển số], xe [biển số]"},
    {"BKS: 29H-1234.", "BKS: [biển số]."},
    {"biển số 29A12345, 80-123-NG-45", "biển số [biển số], [biển số]"},
    {"29LD-012.34 30AA-123.45", "[biển số] [biển số]"},
    {"lớp 12A1 2019-2020", NULL},
    {"12A-2019, 29A-1, 10A-12345, 29-A", NULL},
    {"29A-123.456, A29B-12345, 29A-12345/BC", NULL},
    {"12C 1234", NULL},
    /* words before a number are for it alone, within its line */
    {"STK\n12345678", NULL},
    {"STK 12345678 rồi 87654321", "STK [số tài khoản] rồi 87654321"},
    {"", NULL},
};

static void mask(const char *text, size_t n, unsigned kinds, bon_buf *out) {
    out->len = 0;
    cr_assert_eq(bon_pii_mask(text, n, kinds, out, NULL), BON_OK);
}

Test(pii, masks_what_is_and_nothing_else) {
    bon_buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *wanted = rows[i].masked ? rows[i].masked : rows[i].text;
        mask(rows[i].text, strlen(rows[i].text), BON_PII_ALL, &out);
        cr_expect(holds(&out, wanted), "'%s' became '%.*s'", rows[i].text, (int)out.len, out.data);
    }
    bon_buf_free(&out);
}

Test(pii, kinds_are_masked_alone) {
    static const char text[] = "Lan, lan@a.vn, 0912345678, CMND 123456789, STK 12345678, xe 29A-123.45";
    uint64_t counts[BON_PII_KINDS] = {0};
    bon_buf out = {0};
    cr_assert_eq(bon_pii_mask(text, sizeof text - 1, BON_PII_ALL, &out, counts), BON_OK);
    for (unsigned kind = 0; kind < BON_PII_KINDS; kind++) {
        cr_expect_eq(counts[kind], 1, "%s", bon_pii_name(kind));
        uint64_t alone[BON_PII_KINDS] = {0};
        out.len = 0;
        cr_assert_eq(bon_pii_mask(text, sizeof text - 1, 1u << kind, &out, alone), BON_OK);
        for (unsigned k = 0; k < BON_PII_KINDS; k++) cr_expect_eq(alone[k], k == kind, "%u of %u", k, kind);
    }
    mask(text, sizeof text - 1, 0, &out);
    cr_expect(holds(&out, text));
    bon_buf_free(&out);
}

/* Marks as combining characters, capitals, no marks: the words before a number are the same. */
Test(pii, words_in_any_form) {
    static const char *const words[] = {"SỐ TÀI KHOẢN", "so tai khoan", "số tài khoản",
                                        "So\xcc\x82\xcc\x81 ta\xcc\x80i khoa\xcc\x89n", "số - tài  khoản"};
    bon_buf out = {0};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char text[128];
        int n = snprintf(text, sizeof text, "%s: 12345678", words[i]);
        mask(text, (size_t)n, BON_PII_ALL, &out);
        cr_expect(out.len > 20 && memcmp(out.data + out.len - 2, "n]", 2) == 0, "%.*s", (int)out.len, out.data);
    }
    bon_buf_free(&out);
}

static bon_status whole(void *arg) {
    bon_buf out = {0};
    bon_status status = bon_pii_mask(arg, strlen(arg), BON_PII_ALL, &out, NULL);
    bon_buf_free(&out);
    return status;
}

Test(pii, allocation_failures) { failmalloc_check(whole, (void *)(uintptr_t) "Gọi 0912345678 nhé, thư lan@a.vn"); }
