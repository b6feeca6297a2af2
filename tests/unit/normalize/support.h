/* tests/unit/normalize/support.h: a text in, a text and counts out. */
#ifndef BON_TESTS_NORMALIZE_SUPPORT_H
#define BON_TESTS_NORMALIZE_SUPPORT_H

#include <criterion/criterion.h>

#include "normalize/normalizer.h"

/* Bytes with their length; a literal may hold NUL. */
struct bytes {
    const char *text;
    size_t n;
};
#define B(literal)                                                                                                     \
    { literal, sizeof(literal) - 1 }

struct rule_case {
    struct bytes in, out;
    uint64_t count; /* what the rule under test must count */
};

static inline bon_normalizer *normalizer_with(bon_normalize_options options) {
    bon_normalizer *nz;
    cr_assert_eq(bon_normalizer_open(&nz, &options), BON_OK, "%s", bon_error_message());
    return nz;
}

static inline void expect(const bon_normalizer *nz, const struct rule_case *c, bon_rule rule) {
    bon_buf out = {0};
    uint64_t counts[BON_RULES] = {0};
    cr_assert_eq(bon_normalize_counted(nz, c->in.text, c->in.n, &out, counts), BON_OK, "%s", bon_error_message());
    cr_expect(out.len == c->out.n && (!out.len || memcmp(out.data, c->out.text, out.len) == 0),
              "\"%s\" -> \"%.*s\", not \"%s\"", c->in.text, (int)out.len, out.data ? out.data : "", c->out.text);
    cr_expect_eq(counts[rule], c->count, "\"%s\": %s counted %llu", c->in.text, bon_rule_name(rule),
                 (unsigned long long)counts[rule]);
    bon_buf_free(&out);
}

/* Every case as it says; and with the rule switched off, the rule counts nothing. */
static inline void expect_all(const struct rule_case *cases, size_t n, bon_rule rule, bon_normalize_options options) {
    bon_normalizer *on = normalizer_with(options);
    options.disabled |= 1u << rule;
    bon_normalizer *off = normalizer_with(options);
    for (size_t i = 0; i < n; i++) {
        expect(on, &cases[i], rule);
        bon_buf out = {0};
        uint64_t counts[BON_RULES] = {0};
        cr_assert_eq(bon_normalize_counted(off, cases[i].in.text, cases[i].in.n, &out, counts), BON_OK);
        cr_expect_eq(counts[rule], 0, "\"%s\" with %s off", cases[i].in.text, bon_rule_name(rule));
        if (cases[i].count) /* the rule had something to do, so without it the text comes out otherwise */
            cr_expect(out.len != cases[i].out.n || memcmp(out.data, cases[i].out.text, out.len) != 0,
                      "\"%s\" with %s off", cases[i].in.text, bon_rule_name(rule));
        bon_buf_free(&out);
    }
    bon_normalizer_close(on);
    bon_normalizer_close(off);
}

#define EXPECT_ALL(cases, rule, ...)                                                                                   \
    expect_all(cases, sizeof(cases) / sizeof((cases)[0]), rule, (bon_normalize_options){__VA_ARGS__})

#endif
