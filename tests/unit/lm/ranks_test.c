/* Ranks, here threads with sockets between them: they learn what one process with all of their windows learns, end in the same bytes
 * when they were stopped, refuse what does not fit together, and none waits for one that is gone. */
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bon/lm.h"
#include "failmalloc.h"
#include "files.h"
#include "gpu/lm_emulate.h"
#include "lm/ranks.h"

enum { VOCABULARY = 24, CONTEXT = 16, COUNT = 4000, END = 23, RANKS = 4 };

/* What a rank is to do, and what came of it. */
struct rank {
    unsigned number, count, windows, accumulate, seed;
    bon_ranks *ranks;
    const char *folder;
    uint64_t steps, stop_at; /* stop_at: rank 1 asks for it */
    double seconds;
    bool leave; /* ends before it trains */

    bon_status status;
    char message[400];
    bool broken;
    uint64_t step;
    double losses[64], norm, val; /* of each step, of the last one */
    double weights[VOCABULARY * 16];
};

static void connect_all(struct rank *ranks, unsigned count) {
    int hub[RANKS], pair[2];
    for (unsigned i = 1; i < count; i++) {
        cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        hub[i - 1] = pair[0];
        cr_assert_eq(bon_ranks_open(&ranks[i].ranks, i, count, &pair[1]), BON_OK);
    }
    if (count > 1) cr_assert_eq(bon_ranks_open(&ranks[0].ranks, 0, count, hub), BON_OK);
}

struct call {
    void (*function)(struct rank *);
    struct rank *rank;
};

static void *in_thread(void *arg) {
    struct call *call = arg;
    call->function(call->rank);
    if (call->rank->status != BON_OK)
        snprintf(call->rank->message, sizeof call->rank->message, "%s", bon_error_message());
    call->rank->broken = bon_ranks_broken(call->rank->ranks);
    bon_ranks_close(call->rank->ranks); /* as the end of a process does */
    return NULL;
}

/* Runs the function in all ranks, each a thread. */
static void run_all(struct rank *ranks, unsigned count, void (*function)(struct rank *)) {
    pthread_t threads[RANKS];
    struct call calls[RANKS];
    connect_all(ranks, count);
    for (unsigned i = 0; i < count; i++) {
        ranks[i].number = i, ranks[i].count = count;
        calls[i] = (struct call){function, &ranks[i]};
        cr_assert_eq(pthread_create(&threads[i], NULL, in_thread, &calls[i]), 0);
    }
    for (unsigned i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

/* ---- numbers ---- */

static void gather(struct rank *rank) {
    const uint64_t mine[2] = {rank->number, (uint64_t)rank->number * rank->number};
    uint64_t all[RANKS][2];
    rank->status = bon_ranks_gather(rank->ranks, mine, sizeof mine, all);
    for (uint64_t i = 0; i < rank->count; i++)
        if (all[i][0] != i || all[i][1] != i * i) rank->status = BON_ERR_DATA;
    if (bon_ranks_number(rank->ranks) != rank->number || bon_ranks_count(rank->ranks) != rank->count)
        rank->status = BON_ERR_DATA;
}

Test(ranks, each_hears_all) {
    for (unsigned count = 1; count <= RANKS; count++) {
        struct rank ranks[RANKS] = {0};
        run_all(ranks, count, gather);
        for (unsigned i = 0; i < count; i++) cr_expect_eq(ranks[i].status, BON_OK, "%u of %u", i, count);
    }
}

/* On the emulated GPU in bf16: parameters and their gradients are 32-bit floats there, and not in the computer's memory. */
static void sum_gradient(struct rank *rank) {
    enum { ROWS = 128, COLS = 257 }; /* more than are added up at once */
    bon_device *device = NULL;
    bon_params *params = NULL;
    bon_graph *graph = NULL;
    static double values[RANKS][ROWS * COLS];
    double *mine = values[rank->number];
    bon_status status = emulate_open(&device, BON_BF16);
    if (status == BON_OK) status = bon_params_open(&params, device, 1);
    if (status == BON_OK) status = bon_graph_open(&graph, params);
    if (status == BON_OK) {
        bon_tensor *w = bon_param(graph, "w", ROWS, COLS, 0, 1, 0);
        status = bon_graph_plan(graph, bon_sum(bon_affine(w, (float)(rank->number + 1), 0)));
    }
    if (status == BON_OK) status = bon_graph_forward(graph);
    if (status == BON_OK) status = bon_graph_backward(graph, false);
    if (status == BON_OK) status = bon_ranks_sum(rank->ranks, params);
    if (status == BON_OK) status = bon_params_get_gradient(params, 0, mine);
    const double all = rank->count * (rank->count + 1) / 2;
    for (size_t i = 0; status == BON_OK && i < (size_t)ROWS * COLS; i++)
        if (mine[i] != all) status = BON_ERR_DATA;
    rank->status = status;
    bon_graph_close(graph);
    if (params) bon_params_close(params);
    bon_device_close(device);
}

Test(ranks, gradients_are_added_up_on_any_device) {
    for (unsigned count = 1; count <= 2; count++) {
        struct rank ranks[RANKS] = {0};
        run_all(ranks, count, sum_gradient);
        for (unsigned i = 0; i < count; i++) cr_expect_eq(ranks[i].status, BON_OK, "%u: %s", i, ranks[i].message);
    }
}

/* ---- training ---- */

static bool stop(void *user) {
    const struct rank *rank = user;
    return rank->stop_at && rank->number == 1 && rank->step + 1 >= rank->stop_at;
}

static void report(void *user, const bon_train_row *row) {
    struct rank *rank = user;
    rank->step = row->step, rank->norm = row->norm;
    if (row->step < sizeof rank->losses / sizeof rank->losses[0]) rank->losses[row->step] = row->loss;
    if (!isnan(row->val_loss)) rank->val = row->val_loss;
}

/* Words of a small language, whose next token is nearly certain. */
static void write_ids(const char *path) {
    unsigned char bytes[2 * COUNT] = {0};
    uint32_t random = 1, id = 0;
    for (int i = 0; i < COUNT; i++) {
        random = random * 1664525u + 1013904223u;
        id = random >> 28 == 0 ? random >> 8 & 15 : (id * 5 + 3) % END;
        bytes[2 * i] = (unsigned char)(i % 101 == 100 ? END : id);
    }
    files_write(path, bytes, sizeof bytes);
}

static bon_status train_on(struct rank *rank, bon_params *params, const bon_tokens *tokens) {
    bon_batches train, val;
    bon_trainer *trainer = NULL;
    const bon_train_options options = {
        .model = {BON_QWEN3, 1, 16, {2, 1, 8}, 24, VOCABULARY, CONTEXT, 10000, 1e-6f},
        .optimizer = {.kind = BON_ADAMW, .weight_decay = 0.1},
        .schedule = {.kind = BON_WSD, .peak = 0.01, .warmup = 0.1, .cooldown = 0.3},
        .steps = rank->seconds > 0 ? 0 : rank->steps,
        .seconds = rank->seconds,
        .windows = rank->windows,
        .accumulate = rank->accumulate,
        .val_every = 10,
        .folder = rank->folder,
        .report = report,
        .stop = stop,
        .user = rank,
        .ranks = rank->ranks,
    };
    BON_TRY(bon_batches_begin(&train, tokens, 0, 3600, CONTEXT, END, 5 + rank->seed));
    BON_TRY(bon_batches_begin(&val, tokens, 3600, 400, CONTEXT, END, 0));
    bon_status status = bon_trainer_open(&trainer, params, &train, &val, &options);
    if (status == BON_OK) status = bon_trainer_resume(trainer, &rank->step);
    if (status == BON_OK && !rank->leave) status = bon_trainer_run(trainer);
    if (status == BON_OK && !rank->leave) status = bon_params_get(params, 0, rank->weights);
    bon_trainer_close(trainer);
    return status;
}

static void train(struct rank *rank) {
    bon_device *device = NULL;
    bon_params *params = NULL;
    bon_tokens *tokens = NULL;
    char ids[200];
    snprintf(ids, sizeof ids, "%s.ids", rank->folder);
    bon_status status = bon_device_open(&device, &(bon_device_options){.threads = 1});
    if (status == BON_OK) status = bon_params_open(&params, device, 5);
    if (status == BON_OK) status = bon_tokens_open(&tokens, ids, 2, VOCABULARY);
    if (status == BON_OK) status = train_on(rank, params, tokens);
    rank->status = status;
    bon_tokens_close(tokens);
    if (params) bon_params_close(params);
    bon_device_close(device);
}

/* The folder of a run and, beside it, what it learns from. */
static void make_place(char folder[200], const char *name) {
    char ids[210];
    snprintf(folder, 200, "%s", files_path(name));
    snprintf(ids, sizeof ids, "%s.ids", folder);
    write_ids(ids);
}

static void set_all(struct rank *ranks, unsigned count, struct rank what) {
    for (unsigned i = 0; i < count; i++) ranks[i] = what;
}

static void expect_all_ok(const struct rank *ranks, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        cr_assert_eq(ranks[i].status, BON_OK, "rank %u of %u: %s", i, count, ranks[i].message);
        cr_expect_eq(memcmp(ranks[i].weights, ranks[0].weights, sizeof ranks[0].weights), 0,
                     "rank %u of %u learned other weights", i, count);
    }
}

static uint64_t log_rows(const char *folder) {
    char path[220];
    uint64_t rows = 0;
    snprintf(path, sizeof path, "%s/log.csv", folder);
    bon_buf text = files_read(path);
    for (size_t i = 0; i < text.len; i++) rows += text.data[i] == '\n';
    bon_buf_free(&text);
    return rows - 1;
}

/* The same windows a step, however they are dealt out: the same losses, norms and weights, up to rounding. */
Test(ranks, learn_what_one_process_learns, .fini = files_clear) {
    static const struct {
        unsigned ranks, windows, accumulate;
    } ways[] = {{1, 12, 1}, {2, 6, 1}, {3, 4, 1}, {4, 3, 1}, {2, 3, 2}};
    struct rank alone = {0};
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
        struct rank ranks[RANKS];
        char folder[200], name[16];
        snprintf(name, sizeof name, "run-%zu", way);
        make_place(folder, name);
        const unsigned count = ways[way].ranks;
        set_all(ranks, count,
                (struct rank){
                    .windows = ways[way].windows, .accumulate = ways[way].accumulate, .folder = folder, .steps = 40});
        run_all(ranks, count, train);
        expect_all_ok(ranks, count);
        if (way == 0) alone = ranks[0];
        for (uint64_t step = 1; step <= 40; step++)
            cr_expect_float_eq(ranks[count - 1].losses[step], alone.losses[step], 2e-3,
                               "%u ranks, step %llu: %g, not %g", count, (unsigned long long)step,
                               ranks[0].losses[step], alone.losses[step]);
        cr_expect_float_eq(ranks[0].losses[1], alone.losses[1], 1e-6);
        cr_expect_float_eq(ranks[0].norm, alone.norm, 0.02 * alone.norm, "%g %g", ranks[0].norm, alone.norm);
        cr_expect_float_eq(ranks[0].val, alone.val, 2e-3, "%g %g", ranks[0].val, alone.val);
        cr_expect_lt(ranks[0].losses[40], 2, "nothing was learned: %g", ranks[0].losses[40]);
        cr_expect_eq(log_rows(folder), 40, "rank 0 alone writes the log");
    }
}

Test(ranks, go_on_in_the_same_bytes, .fini = files_clear) {
    struct rank ranks[RANKS];
    char whole[200], parts[200], path[2][256];
    make_place(whole, "whole"), make_place(parts, "parts");
    const struct rank what = {.windows = 2, .accumulate = 1, .folder = whole, .steps = 30};
    set_all(ranks, 3, what);
    run_all(ranks, 3, train);
    expect_all_ok(ranks, 3);
    for (uint64_t stop_at = 11; stop_at; stop_at = stop_at == 11 ? 12 : 0) {
        set_all(ranks, 3, what);
        for (int i = 0; i < 3; i++) ranks[i].folder = parts, ranks[i].stop_at = stop_at;
        run_all(ranks, 3, train);
        expect_all_ok(ranks, 3);
        for (int i = 0; i < 3; i++) cr_expect_eq(ranks[i].step, stop_at, "one was asked to stop, all did");
    }
    set_all(ranks, 3, what);
    for (int i = 0; i < 3; i++) ranks[i].folder = parts;
    run_all(ranks, 3, train);
    expect_all_ok(ranks, 3);
    snprintf(path[0], sizeof path[0], "%s/step-00000030/state.safetensors", whole);
    snprintf(path[1], sizeof path[1], "%s/step-00000030/model.safetensors", whole);
    for (int i = 0; i < 2; i++) {
        bon_buf a = files_read(path[i]);
        char *at = strstr(path[i], "/whole/");
        memcpy(at, "/parts/", 7);
        bon_buf b = files_read(path[i]);
        /* the clock is in the state: weights are the same bytes, states as long as each other */
        cr_expect(a.len == b.len && (i == 0 || memcmp(a.data, b.data, a.len) == 0), "%s", path[i]);
        bon_buf_free(&a), bon_buf_free(&b);
    }

    /* with more ranks, or alone, the data would go on elsewhere */
    for (unsigned count = 1; count <= 2; count++) {
        set_all(ranks, count, what);
        for (unsigned i = 0; i < count; i++) ranks[i].steps = 40;
        run_all(ranks, count, train);
        for (unsigned i = 0; i < count; i++) {
            cr_expect_eq(ranks[i].status, BON_ERR_ARGUMENT);
            cr_expect(strstr(ranks[i].message, "fewer ranks"), "%s", ranks[i].message);
        }
    }
}

Test(ranks, time_is_that_of_rank_0, .fini = files_clear) {
    struct rank ranks[RANKS];
    char folder[200];
    make_place(folder, "timed");
    set_all(ranks, 2, (struct rank){.windows = 2, .accumulate = 1, .folder = folder, .seconds = 0.3});
    run_all(ranks, 2, train);
    expect_all_ok(ranks, 2);
    cr_expect(ranks[0].step > 0 && ranks[0].step == ranks[1].step);
}

Test(ranks, what_does_not_fit_together, .fini = files_clear) {
    struct rank ranks[RANKS];
    char folder[200];
    int sockets[2] = {-1, -1};
    bon_ranks *none;
    make_place(folder, "run");
    const struct rank what = {.windows = 2, .accumulate = 1, .folder = folder, .steps = 5};
    for (int change = 0; change < 3; change++) {
        set_all(ranks, 3, what);
        if (change == 0) ranks[2].seed = 1;
        if (change == 1) ranks[2].windows = 3;
        if (change == 2) ranks[1].leave = true;
        run_all(ranks, 3, train);
        for (unsigned i = 0; i < 3; i++) {
            if (ranks[i].leave) continue;
            cr_expect_eq(ranks[i].status, change < 2 ? BON_ERR_ARGUMENT : BON_ERR_IO, "%d, rank %u: %s", change, i,
                         ranks[i].message);
            cr_expect(strstr(ranks[i].message, change < 2 ? "trains something else" : "has ended"), "%s",
                      ranks[i].message);
            cr_expect_eq(ranks[i].broken, change == 2);
        }
    }
    cr_expect(strstr(ranks[0].message, "rank 1 has ended"), "%s", ranks[0].message);
    static const unsigned bad[][2] = {{0, 0}, {0, 1}, {2, 2}, {0, BON_RANKS_MAX + 1}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_eq(bon_ranks_open(&none, bad[i][0], bad[i][1], sockets), BON_ERR_ARGUMENT);
}

static bon_status open_only(void *arg) {
    const int socket = dup(*(int *)arg);
    bon_ranks *ranks = NULL;
    bon_status status = bon_ranks_open(&ranks, 1, 2, &socket);
    if (status != BON_OK) close(socket);
    bon_ranks_close(ranks);
    return status;
}

Test(ranks, allocation_failures) {
    int pair[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    failmalloc_check(open_only, &pair[1]);
}
