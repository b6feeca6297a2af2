/* src/corpus/pii_number.c: see pii_number.h.
 *
 * Phones: mobile numbers have ten digits since 2018 (prefixes 03x 05x 07x 08x 09x), before that ten or eleven (012x 016x 018x 019x);
 * fixed ones 02x, eleven digits since 2017, before that 0 and an area code. Identity cards (CCCD) have twelve digits: a province's
 * number, a digit for century and sex, two for the year of birth (Circular 07/2016/TT-BCA); older ones (CMND) nine.
 */
#include "corpus/pii_number.h"

#include <string.h>

#include "corpus/pii_context.h"

static const char *const phone_words[] = {
    "dien thoai", "dt",   "sdt",     "so dt", "dtdd", "tel",    "phone",   "mobile",         "fax",
    "lien he",    "lh",   "hotline", "zalo",  "goi",  "so may", "di dong", "duong day nong", "alo",
    "viber",      "call", NULL};
static const char *const account_words[] = {"stk", "so tai khoan", "tai khoan", "so tk", "account", NULL};
/* With these a number has to look like an account, too. */
static const char *const bank_words[] = {"tk",          "acc",       "ngan hang", "vietcombank", "vcb",
                                         "techcombank", "bidv",      "agribank",  "vietinbank",  "mbbank",
                                         "mb bank",     "sacombank", "vpbank",    "tpbank",      "acb",
                                         "hdbank",      "vib",       "shb",       "scb",         NULL};
static const char *const identity_words[] = {"cmnd",
                                             "cmtnd",
                                             "cmt",
                                             "cccd",
                                             "chung minh",
                                             "chung minh nhan dan",
                                             "chung minh thu",
                                             "can cuoc",
                                             "can cuoc cong dan",
                                             "so dinh danh",
                                             "dinh danh ca nhan",
                                             "giay to tuy than",
                                             NULL};
/* What has numbers of ten digits, too: books, taxes, licences of firms. */
static const char *const other_words[] = {"isbn",    "issn",   "mst",    "ma so thue", "ma so doanh nghiep",
                                          "ma so",   "gpkd",   "dkkd",   "gpdkkd",     "so dkkd",
                                          "ma vach", "ma don", "toa do", NULL};

/* ---- reading ---- */

static bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }
static bool is_one_of(char c, const char *set) { return c && strchr(set, c); }
static bool is_sign(char c) { return c == ' ' || c == '.' || c == '-'; }

/* False, and nothing read, when the group is longer than what is left of the digits. */
static bool read_group(struct bon_pii_number *number, const char *text, size_t n, size_t *at, char sign) {
    size_t size = 0;
    while (*at + size < n && is_digit(text[*at + size]) && number->digits + size <= BON_PII_DIGITS) size++;
    if (number->digits + size > BON_PII_DIGITS) return false;
    memcpy(number->digit + number->digits, text + *at, size);
    number->digits += (unsigned)size;
    *at += size;
    number->size[number->groups] = (unsigned)size;
    number->sign[number->groups] = sign;
    number->end[number->groups++] = *at;
    return true;
}

/* Signs between two groups: one, or one with a blank on either side. Returns where the next group begins, or `at` when none does. */
static size_t skip_signs(const char *text, size_t n, size_t at, char *sign) {
    size_t i = at;
    *sign = ' ';
    while (i < n && i - at < 3 && is_sign(text[i])) {
        if (text[i] != ' ' && *sign != ' ') return at;
        if (text[i] != ' ') *sign = text[i];
        i++;
    }
    return i > at && i < n && is_digit(text[i]) && !(i - at > 1 && *sign == ' ') ? i : at;
}

bool bon_pii_number_read(struct bon_pii_number *number, const char *text, size_t n, size_t at) {
    *number = (struct bon_pii_number){.start = at};
    bool open = text[at] == '(';
    at += open;
    number->plus = at < n && text[at] == '+';
    at += number->plus;
    if (at >= n || !is_digit(text[at])) return false;
    for (char sign = 0; number->groups < BON_PII_GROUPS && read_group(number, text, n, &at, sign);) {
        bool closes = open && at < n && text[at] == ')';
        size_t behind = at + closes, next = skip_signs(text, n, behind, &sign);
        bool goes_on = next > behind || (closes && behind < n && is_digit(text[behind]));
        open = open && !closes;
        number->bracketed |= closes && goes_on;
        number->start += closes && !goes_on; /* the brackets are around it, not of it */
        if (!goes_on) break;
        number->end[number->groups - 1] = behind;
        at = next;
    }
    return number->groups > 0 && !open;
}

/* ---- its edges ---- */

static bool is_word_byte(char c) { return is_digit(c) || (unsigned char)((c | 0x20) - 'a') < 26 || c == '_'; }

/* Whether a number may begin here: not within a word, another number, or an address. */
static bool begins(const struct bon_pii_number *number, const char *text, size_t from,
                   const struct bon_pii_context *context) {
    size_t at = number->start;
    if (at == 0) return true;
    char before = text[at - 1];
    if (from > 0 && at - 1 == from && is_one_of(before, "-/., ")) return true;
    if (is_word_byte(before))
        return bon_pii_context_joined(context, phone_words) || bon_pii_context_joined(context, account_words);
    if (before == '/') return bon_pii_context_follows(context, phone_words);
    if (is_one_of(before, "=&#@+\\%$")) return false;
    return !(at > 1 && is_one_of(before, ".,-") && is_digit(text[at - 2]));
}

/* Whether it may end behind its first `groups` groups. */
static bool ends(const struct bon_pii_number *number, unsigned groups, const char *text, size_t n) {
    size_t at = number->end[groups - 1];
    if (at == n) return true;
    char behind = text[at], next = at + 1 < n ? text[at + 1] : 0;
    if (is_word_byte(behind) || behind == '@' || behind == '%') return false;
    if (behind == ' ') return true;
    return !is_digit(next) || (is_one_of(behind, "-/.,;") && next == '0');
}

/* ---- prices ---- */

static bool is_unit(const char *text, size_t n) {
    static const char *const units[] = {"đồng", "đ",  "Đ",  "VNĐ",   "VND",   "vnđ", "vnd", "USD",
                                        "usd",  "tỷ", "tỉ", "triệu", "nghìn", "tr",  "%",   NULL};
    for (const char *const *unit = units; *unit; unit++) {
        size_t length = strlen(*unit);
        if (n < length || memcmp(text, *unit, length) != 0) continue;
        if (n == length || !(is_word_byte(text[length]) || (unsigned char)text[length] >= 0x80)) return true;
    }
    return false;
}

/* 12.345.678, or a unit behind it. */
static bool is_price(const struct bon_pii_number *number, unsigned groups, const char *text, size_t n) {
    size_t at = number->end[groups - 1];
    if (at < n && text[at] == ' ') at++;
    if (is_unit(text + at, n - at)) return true;
    if (groups < 2 || number->size[0] > 3) return false;
    for (unsigned i = 1; i < groups; i++)
        if (number->size[i] != 3 || number->sign[i] != '.') return false;
    return true;
}

/* ---- phones ---- */

static bool has_prefix(const char *digits, const char *const *prefixes) {
    for (; *prefixes; prefixes++)
        if (memcmp(digits, *prefixes, strlen(*prefixes)) == 0) return true;
    return false;
}

static const char *const mobile_prefixes[] = {"032", "033", "034", "035", "036", "037", "038", "039", "052", "055",
                                              "056", "058", "059", "070", "076", "077", "078", "079", "081", "082",
                                              "083", "084", "085", "086", "087", "088", "089", "090", "091", "092",
                                              "093", "094", "095", "096", "097", "098", "099", NULL};
static const char *const old_mobile_prefixes[] = {"0120", "0121", "0122", "0123", "0124", "0125", "0126", "0127",
                                                  "0128", "0129", "0162", "0163", "0164", "0165", "0166", "0167",
                                                  "0168", "0169", "0186", "0188", "0199", NULL};
static const char *const area_prefixes[] = {
    "024",  "028",  "0203", "0204", "0205", "0206", "0207", "0208", "0209", "0210", "0211", "0212", "0213",
    "0214", "0215", "0216", "0218", "0219", "0220", "0221", "0222", "0225", "0226", "0227", "0228", "0229",
    "0232", "0233", "0234", "0235", "0236", "0237", "0238", "0239", "0251", "0252", "0254", "0255", "0256",
    "0257", "0258", "0259", "0260", "0261", "0262", "0263", "0269", "0270", "0271", "0272", "0273", "0274",
    "0275", "0276", "0277", "0290", "0291", "0292", "0293", "0294", "0296", "0297", "0299", NULL};
static const char *const old_area_prefixes[] = {"020", "021", "022", "023", "024", "025", "026", "027",
                                                "029", "03",  "04",  "05",  "06",  "07",  "08",  NULL};

/* The national form: 0912345678 of +84912345678. Returns the number of digits, 0 when the prefix is not Vietnam's. */
static unsigned national(const struct bon_pii_number *number, unsigned digits, char *out) {
    if (!number->plus && number->digit[0] == '0' && !(digits > 4 && memcmp(number->digit, "0084", 4) == 0)) {
        memcpy(out, number->digit, digits);
        return digits;
    }
    unsigned skip = number->digit[0] == '0' ? 4 : 2;
    if (digits < skip + 8 || memcmp(number->digit + skip - 2, "84", 2) != 0) return 0;
    if (number->digit[skip] == '0') skip++; /* +84 (0) 912... */
    out[0] = '0';
    memcpy(out + 1, number->digit + skip, digits - skip);
    return digits - skip + 1;
}

/* told: words or brackets say that it is a phone. */
static bool is_phone(const char *digits, unsigned n, bool told) {
    if (n == 10 && has_prefix(digits, mobile_prefixes)) return true;
    if (n == 11 && (has_prefix(digits, old_mobile_prefixes) || has_prefix(digits, area_prefixes))) return true;
    return told && (n == 10 || n == 11) && has_prefix(digits, old_area_prefixes);
}

/* Phones are written in a few groups of some digits: 0912 345 678, 0912 34 56 78, 04 3822 1234, not 05 12 23 34 45. */
static bool is_grouped_as_phone(const struct bon_pii_number *number, unsigned groups) {
    if (groups == 1) return true;
    if (groups > 6 || (number->size[0] < 2 && !number->bracketed)) return false;
    for (unsigned i = 1; i < groups; i++)
        if (number->size[i] < 2 || (number->size[i] == 2 && number->size[0] < 3 && !number->plus)) return false;
    return number->plus || number->size[0] > 2 || number->size[1] > 2;
}

/* How many groups are a phone, 0 when none are. */
static unsigned match_phone(const struct bon_pii_number *number, const char *text, size_t n, bool told) {
    char digits[BON_PII_DIGITS + 1];
    unsigned count = 0;
    for (unsigned groups = 1; groups <= number->groups; groups++) {
        count += number->size[groups - 1];
        if (count > 15) return 0;
        if (count < 9 || !is_grouped_as_phone(number, groups) || !ends(number, groups, text, n)) continue;
        bool foreign = number->digit[0] != '0' && !number->plus; /* 84 without a plus is a number like any other */
        if (foreign && is_price(number, groups, text, n)) continue;
        unsigned length = national(number, count, digits);
        if (length && is_phone(digits, length, told || number->bracketed)) return groups;
    }
    return 0;
}

/* ---- accounts and identities ---- */

static bool is_year(const char *digits) { return memcmp(digits, "19", 2) == 0 || memcmp(digits, "20", 2) == 0; }

/* 2016-2021, 25-10-1993, 1993-10-25 */
static bool is_date(const struct bon_pii_number *number, unsigned groups) {
    const unsigned *size = number->size;
    if (groups == 2) return size[0] == 4 && size[1] == 4 && is_year(number->digit) && is_year(number->digit + 4);
    if (groups != 3) return false;
    if (size[0] <= 2 && size[1] <= 2 && size[2] == 4) return is_year(number->digit + size[0] + size[1]);
    return size[0] == 4 && size[1] <= 2 && size[2] <= 2 && is_year(number->digit);
}

/* How many groups are an account, 0 when none are: the first alone, or all. named: only a bank's name or the like says so. */
static unsigned match_account(const struct bon_pii_number *number, const char *text, size_t n, bool named) {
    unsigned groups = number->size[0] >= 8 ? 1 : number->groups;
    unsigned digits = groups == 1 ? number->size[0] : number->digits, least = named ? 9 : 8;
    bool fits = !number->plus && digits >= least && digits <= 19 && number->size[0] > 1 && !(named && groups > 1);
    if (!fits || is_date(number, groups) || is_price(number, groups, text, n)) return 0;
    return ends(number, groups, text, n) ? groups : 0;
}

/* Of a CCCD: a province's number, then century and sex, so that nobody is born after 2039. */
static bool is_citizen(const char *digits) {
    static const uint8_t provinces[] = {1,  2,  4,  6,  8,  10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25,
                                        26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44, 45, 46, 48,
                                        49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75,
                                        77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96};
    int province = (digits[1] - '0') * 10 + digits[2] - '0', century = digits[3] - '0';
    return digits[0] == '0' && memchr(provinces, province, sizeof provinces) && century < 4 &&
           (century < 2 || digits[4] < '4');
}

/* How many groups are an identity, 0 when none are. told: words say that it is one. */
static unsigned match_identity(const struct bon_pii_number *number, const char *text, size_t n, bool told) {
    unsigned digits = 0;
    if (number->plus || number->bracketed) return 0;
    for (unsigned groups = 1; groups <= number->groups; groups++) {
        digits += number->size[groups - 1];
        bool fits = told ? digits == 9 || digits == 12 : digits == 12 && groups == 1 && is_citizen(number->digit);
        if (fits && ends(number, groups, text, n) && !is_price(number, groups, text, n)) return groups;
    }
    return 0;
}

/* ---- all kinds ---- */

/* The words before the number, by how near they are: what they say it is. */
struct told {
    int phone, account, bank, identity, other; /* -1: not at all */
};

static bool is_nearer(int a, int b) { return a >= 0 && (b < 0 || a < b); }

/* Whether a list goes on from the last match: 0912345678 - 04 3822 1234. */
static bool goes_on(const char *text, size_t from, size_t at) {
    size_t i = from;
    while (i < at && is_one_of(text[i], " -/,;.")) i++;
    return from > 0 && i == at && at - from <= 4;
}

static struct told read_words(const struct bon_pii_context *context) {
    return (struct told){.phone = bon_pii_context_distance(context, phone_words),
                         .account = bon_pii_context_distance(context, account_words),
                         .bank = bon_pii_context_distance(context, bank_words),
                         .identity = bon_pii_context_distance(context, identity_words),
                         .other = bon_pii_context_distance(context, other_words)};
}

/* What the words and the shape say together. Returns the number of groups, 0 for none of the kinds. */
static unsigned match_kind(const struct bon_pii_number *number, const struct told *told, const char *text, size_t n,
                           enum bon_pii_kind *kind) {
    unsigned groups = 0;
    *kind = BON_PII_ID;
    if (is_nearer(told->identity, told->account)) groups = match_identity(number, text, n, true);
    if (groups) return groups;
    *kind = BON_PII_ACCOUNT;
    bool named = told->account < 0;
    if (is_nearer(named ? told->bank : told->account, told->phone)) groups = match_account(number, text, n, named);
    if (groups) return groups;
    *kind = BON_PII_PHONE;
    groups = match_phone(number, text, n, told->phone >= 0);
    if (groups) return groups;
    *kind = BON_PII_ID;
    return match_identity(number, text, n, false);
}

bool bon_pii_number_match(const struct bon_pii_number *number, const char *text, size_t n, size_t from, unsigned kinds,
                          struct bon_pii_match *match) {
    struct bon_pii_context context;
    if (number->digits < 8) return false;
    bon_pii_context_read(&context, text, number->start);
    if (!begins(number, text, from, &context)) return false;
    struct told told = read_words(&context);
    if (goes_on(text, from, number->start)) told.phone = 0;
    if (is_nearer(told.other, told.phone) && is_nearer(told.other, told.account) &&
        is_nearer(told.other, told.identity))
        return false;
    unsigned groups = match_kind(number, &told, text, n, &match->kind);
    match->start = number->start;
    match->len = groups ? number->end[groups - 1] - number->start : 0;
    return groups && (kinds >> match->kind & 1);
}
