/* src/ngram/number.c: decimal text of 32-bit floats.
 *
 * Nine significant digits always tell two floats apart and seven nearly always do, so writing tries 7, 8, 9 and keeps the first
 * that reads back the same. Powers of ten up to 10^22 are exact in double and so is an integer below 2^53, so one
 * multiplication or division by them is rounded once (Clinger, "How to read floating point numbers accurately", PLDI 1990,
 * the fast path); rounding that to float is right but for ties that 16 digits cannot produce by chance in 9.
 */
#include "ngram/number.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define POWERS                                                                                                         \
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,  \
        1e21, 1e22
static const double POWER[] = {POWERS};
enum { POWER_MAX = sizeof POWER / sizeof *POWER - 1, DIGITS_MIN = 7, DIGITS_MAX = 9 };

/* value * 10^exponent; exact rounding when |exponent| <= 22 and value is an integer below 2^53. */
static double scale(double value, int exponent) {
    for (; exponent > POWER_MAX; exponent -= POWER_MAX) value *= POWER[POWER_MAX];
    for (; exponent < -POWER_MAX; exponent += POWER_MAX) value /= POWER[POWER_MAX];
    return exponent < 0 ? value / POWER[-exponent] : value * POWER[exponent];
}

/* ---- writing ---- */

/* The decimal exponent e of a > 0: 10^e <= a < 10^(e+1). */
static int decimal_exponent(double a) {
    int e = 0;
    while (a >= POWER[POWER_MAX]) a /= POWER[POWER_MAX], e += POWER_MAX;
    while (a < 1e-22) a *= POWER[POWER_MAX], e -= POWER_MAX;
    int step = 0;
    if (a >= 1) {
        while (step < POWER_MAX && a >= POWER[step + 1]) step++;
        return e + step;
    }
    while (a * POWER[step] < 1) step++;
    return e - step;
}

/* Writes digits * 10^-decimals as 12.345, without trailing zeros behind the point. decimals >= 0. */
static size_t write_fixed(char *text, uint64_t digits, int decimals) {
    for (; decimals > 0 && digits % 10 == 0; decimals--) digits /= 10;
    char reversed[BON_FLOAT_TEXT], *end = reversed + sizeof reversed, *at = end;
    uint32_t small = (uint32_t)digits; /* at most nine digits are asked for */
    for (int i = 0; i < decimals; i++, small /= 10) *--at = (char)('0' + small % 10);
    if (decimals) *--at = '.';
    do *--at = (char)('0' + small % 10);
    while ((small /= 10) != 0);
    memcpy(text, at, (size_t)(end - at));
    return (size_t)(end - at);
}

static size_t write_exponent(char *text, int exponent) {
    size_t n = 0;
    text[n++] = 'e';
    if (exponent < 0) text[n++] = '-';
    return n + write_fixed(text + n, (uint64_t)(exponent < 0 ? -exponent : exponent), 0);
}

size_t bon_float_write(char *text, float value) {
    size_t n = 0;
    if (value == 0) {
        text[0] = '0';
        return 1;
    }
    if (value < 0) text[n++] = '-';
    double a = fabs((double)value);
    int e = decimal_exponent(a);
    for (int precision = DIGITS_MIN;; precision++) {
        int decimals = precision - 1 - e;
        uint64_t digits = (uint64_t)llrint(scale(a, decimals));
        if (precision < DIGITS_MAX && (float)scale((double)digits, -decimals) != (float)a) continue;
        if (e >= -5 && decimals >= 0) return n + write_fixed(text + n, digits, decimals);
        n += write_fixed(text + n, digits, precision - 1);
        return n + write_exponent(text + n, e);
    }
}

/* ---- reading ---- */

struct decimal {
    uint64_t digits;
    int exponent;
    unsigned count; /* digits read */
};

/* Digits beyond the 18th only move the exponent: they are far below a float's precision. */
static const char *read_digits(const char *at, const char *end, struct decimal *number, bool fraction) {
    for (; at < end && *at >= '0' && *at <= '9'; at++, number->count++) {
        bool room = number->digits < UINT64_C(100000000000000000);
        if (room) number->digits = number->digits * 10 + (uint64_t)(*at - '0');
        if (number->exponent > -100000 && number->exponent < 100000) number->exponent += room ? -fraction : !fraction;
    }
    return at;
}

static const char *read_exponent(const char *at, const char *end, struct decimal *number) {
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    int exponent = 0;
    const char *digits = at;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        if (exponent < 100000) exponent = exponent * 10 + (*at - '0');
    number->exponent += negative ? -exponent : exponent;
    return at > digits ? at : NULL;
}

static bool read_name(const char *text, size_t n, float *value) {
    static const struct {
        char name[9];
        float value;
    } NAMES[] = {{"inf", INFINITY}, {"infinity", INFINITY}, {"nan", NAN}};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        size_t j = 0;
        while (j < n && NAMES[i].name[j] && (text[j] | 0x20) == NAMES[i].name[j]) j++;
        if (j != n || NAMES[i].name[j]) continue;
        *value = NAMES[i].value;
        return true;
    }
    return false;
}

bool bon_float_read(const char *text, size_t n, float *value) {
    const char *at = text, *end = text + n;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    struct decimal number = {0};
    const char *start = at;
    at = read_digits(at, end, &number, false);
    if (at < end && *at == '.') at = read_digits(at + 1, end, &number, true);
    if (number.count == 0) {
        if (!read_name(start, (size_t)(end - start), value)) return false;
    } else {
        if (at < end && (*at | 0x20) == 'e') at = read_exponent(at + 1, end, &number);
        if (at != end) return false;
        *value = number.digits == 0 || number.exponent < -100 ? 0
                 : number.exponent > 100                      ? INFINITY
                                                              : (float)scale((double)number.digits, number.exponent);
    }
    if (negative) *value = -*value;
    return true;
}
