/* Update rules against their formulas, Muon's steps against what makes it Muon, schedules at their corners. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "bon/lm.h"

enum { ROWS = 6, COLS = 10, N = ROWS * COLS };

/* loss = sum(w * g): the gradient of w is g itself. */
struct problem {
    bon_device *device;
    bon_params *params;
    bon_graph *graph;
    bon_tensor *g;
    bon_optimizer *optimizer;
};

static void open_problem(struct problem *p, bon_optimizer_options options, unsigned flags, size_t top) {
    cr_assert_eq(bon_device_open(&p->device, &(bon_device_options){.real = BON_F64, .threads = 2}), BON_OK);
    cr_assert_eq(bon_params_open(&p->params, p->device, 1), BON_OK);
    cr_assert_eq(bon_graph_open(&p->graph, p->params), BON_OK);
    bon_tensor *w = bon_param(p->graph, "w", ROWS, COLS, 0, 0.5f, flags);
    if (top) cr_assert_not_null(bon_param_parts(w, top, ROWS - top, 0));
    p->g = bon_input(p->graph, ROWS, COLS);
    cr_assert_eq(bon_graph_plan(p->graph, bon_sum(bon_mul(w, p->g))), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_optimizer_open(&p->optimizer, p->params, &options), BON_OK);
}

static void close_problem(struct problem *p) {
    bon_optimizer_close(p->optimizer);
    bon_graph_close(p->graph);
    bon_params_close(p->params);
    bon_device_close(p->device);
}

static double gradient_at(int step, int i) { return (double)(float)(sin(1.1 * i + 0.7 * step) + 0.1 * step); }

static bon_status step(struct problem *p, int number, double rate, double scale) {
    float g[N];
    for (int i = 0; i < N; i++) g[i] = (float)gradient_at(number, i);
    cr_assert_eq(bon_tensor_set(p->g, g), BON_OK);
    cr_assert_eq(bon_graph_forward(p->graph), BON_OK);
    cr_assert_eq(bon_graph_backward(p->graph, false), BON_OK);
    return bon_optimizer_step(p->optimizer, rate, scale);
}

Test(optimizer, formulas) {
    static const struct {
        bon_optimizer_kind kind;
        unsigned flags;
    } cases[] = {{BON_SGD, 0}, {BON_SGD, BON_DECAY}, {BON_ADAMW, 0}, {BON_ADAMW, BON_DECAY}, {BON_MUON, BON_DECAY}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const double rate = 0.05, decay = 0.2, scale = 0.25, b1 = 0.8, b2 = 0.9, epsilon = 1e-3;
        double w[N], m[N] = {0}, v[N] = {0}, got[N], first[N], second[N];
        struct problem p;
        open_problem(&p, (bon_optimizer_options){cases[c].kind, b1, b2, epsilon, decay, 0, {0}}, cases[c].flags, 0);
        cr_assert_eq(bon_params_get(p.params, 0, w), BON_OK);
        for (int t = 1; t <= 4; t++) {
            cr_assert_eq(step(&p, t, rate, scale), BON_OK);
            for (int i = 0; i < N; i++) {
                const double g = scale * gradient_at(t, i);
                if (cases[c].flags & BON_DECAY) w[i] *= 1 - rate * decay;
                if (cases[c].kind == BON_SGD) {
                    m[i] = b1 * m[i] + g;
                    w[i] -= rate * m[i];
                } else { /* Muon too, for what is not hidden */
                    m[i] = b1 * m[i] + (1 - b1) * g;
                    v[i] = b2 * v[i] + (1 - b2) * g * g;
                    w[i] -= rate * m[i] / (1 - pow(b1, t)) / (sqrt(v[i] / (1 - pow(b2, t))) + epsilon);
                }
            }
        }
        cr_assert_eq(bon_params_get(p.params, 0, got), BON_OK);
        cr_assert_eq(bon_optimizer_get(p.optimizer, 0, first, second), BON_OK);
        cr_expect_eq(bon_optimizer_steps(p.optimizer), 4);
        for (int i = 0; i < N; i++) {
            cr_expect_float_eq(got[i], w[i], 1e-12, "case %zu", c);
            cr_expect_float_eq(first[i], m[i], 1e-12);
            cr_expect_float_eq(second[i], v[i], 1e-12);
        }
        close_problem(&p);
    }
}

/* The rows of a step, divided by its scale, are nearly orthonormal: all of the matrix, or each part for itself. */
Test(optimizer, muon_steps_are_orthogonal) {
    for (size_t top = 0; top <= 4; top += 2) {
        double before[N], after[N];
        struct problem p;
        open_problem(&p, (bon_optimizer_options){.kind = BON_MUON}, BON_HIDDEN, top);
        cr_assert_eq(bon_params_get(p.params, 0, before), BON_OK);
        cr_assert_eq(step(&p, 3, 1, 1), BON_OK);
        cr_assert_eq(bon_params_get(p.params, 0, after), BON_OK);
        const double scale = 0.2 * sqrt(COLS);
        double size = 0;
        for (int i = 0; i < N; i++) size += (before[i] - after[i]) * (before[i] - after[i]) / (scale * scale);
        /* sin(a + b) + c has rank 3, at most 2 in two rows, and each singular value becomes 0.7 to 1.2 */
        const double rank = top ? 5 : 3;
        cr_expect(size > 0.45 * rank && size < 1.5 * rank, "parts of %zu rows: squares add up to %g", top, size);
        close_problem(&p);
    }
}

Test(optimizer, refusals) {
    struct problem p;
    double before[N], after[N], norm;
    open_problem(&p, (bon_optimizer_options){.kind = BON_ADAMW}, 0, 0);
    cr_assert_eq(bon_params_get(p.params, 0, before), BON_OK);
    cr_expect_eq(step(&p, 1, 0.1, INFINITY), BON_ERR_DATA);
    float bad[N] = {[7] = NAN};
    cr_assert_eq(bon_tensor_set(p.g, bad), BON_OK);
    cr_assert_eq(bon_graph_forward(p.graph), BON_OK);
    cr_assert_eq(bon_graph_backward(p.graph, false), BON_OK);
    cr_assert_eq(bon_gradient_norm(p.params, &norm), BON_OK);
    cr_expect(isnan(norm));
    cr_expect_eq(bon_optimizer_step(p.optimizer, 0.1, 1), BON_ERR_DATA);
    cr_expect_not_null(strstr(bon_error_message(), "gradient of w"), "%s", bon_error_message());
    cr_assert_eq(bon_params_get(p.params, 0, after), BON_OK);
    cr_expect_arr_eq(before, after, sizeof before, "nothing changes");
    cr_expect_eq(bon_optimizer_steps(p.optimizer), 0);
    cr_expect_eq(bon_graph_backward(p.graph, false), BON_ERR_ARGUMENT, "forward comes before each backward");
    close_problem(&p);
}

Test(optimizer, schedules) {
    static const struct {
        bon_schedule schedule;
        double done, rate;
    } rows[] = {
        {{BON_COSINE, 2, 0.1, 0.2, 0}, 0, 0},   {{BON_COSINE, 2, 0.1, 0.2, 0}, 0.1, 1},
        {{BON_COSINE, 2, 0.1, 0.2, 0}, 0.2, 2}, {{BON_COSINE, 2, 0.1, 0.2, 0}, 0.6, 1.1},
        {{BON_COSINE, 2, 0.1, 0.2, 0}, 1, 0.2}, {{BON_COSINE, 2, 0.1, 0.2, 0}, 3, 0.2},
        {{BON_LINEAR, 2, 0, 0.5, 0}, 0.75, 1},  {{BON_LINEAR, 2, 0.5, 0, 0}, 0, 2},
        {{BON_LINEAR, 2, 0.5, 0, 0}, 1, 1},     {{BON_WSD, 4, 0, 0.1, 0.4}, 0.05, 2},
        {{BON_WSD, 4, 0, 0.1, 0.4}, 0.3, 4},    {{BON_WSD, 4, 0, 0.1, 0.4}, 0.6, 4},
        {{BON_WSD, 4, 0, 0.1, 0.4}, 0.8, 2},    {{BON_WSD, 4, 0.25, 0.1, 0.4}, 1, 1},
        {{BON_WSD, 4, 0, 0, 0}, 1, 4},          {{BON_COSINE, 2, 0.5, 1, 0}, 1, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_float_eq(bon_schedule_rate(&rows[i].schedule, rows[i].done), rows[i].rate, 1e-9, "row %zu: %g", i,
                           bon_schedule_rate(&rows[i].schedule, rows[i].done));
}
