/* tests/unit/restore/trellis_test.c: the search against going through every way one by one, over random models and
 * lattices: the best way, the k best, and the probability of every choice. Also that pruning keeps its bounds. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "lm_toy.h"
#include "restore/trellis.h"

enum { POSITIONS = 5, CHOICES = 4, WAYS = 1024 /* CHOICES^POSITIONS */, WORDS = 9 };

struct fixture {
    bon_lm *lm;
    struct bon_scorer scorer;
    struct bon_position positions[POSITIONS];
    struct bon_choice choices[POSITIONS * CHOICES];
    struct bon_lattice lattice;
    bon_lm_state start;
};

struct way {
    uint32_t path[POSITIONS];
    double score;
};

static bon_lm *random_model(uint64_t seed, unsigned order) {
    char path[64];
    bon_lm *lm;
    struct toy toy = toy_make(seed, order, WORDS, 40);
    bon_lm_table *table = toy_table(&toy);
    cr_assert_not_null(table);
    toy_path(path);
    cr_assert_eq(bon_lm_table_write(table, path, NULL), BON_OK);
    cr_assert_eq(bon_lm_open(&lm, path, NULL), BON_OK);
    unlink(path);
    bon_lm_table_close(table);
    toy_free(&toy);
    return lm;
}

static void make_lattice(struct fixture *f, uint64_t seed) {
    uint32_t first = 0;
    for (unsigned i = 0; i < POSITIONS; i++) {
        unsigned count = 1 + toy_below(&seed, CHOICES), word = toy_below(&seed, WORDS);
        f->positions[i] = (struct bon_position){.first = first, .count = (uint16_t)count};
        for (unsigned c = 0; c < count; c++)
            f->choices[first++] = (struct bon_choice){.word = (word + 2 * c) % WORDS, .bonus = toy_value(&seed, 512)};
    }
    f->lattice = (struct bon_lattice){
        .lm = f->lm, .positions = f->positions, .count = POSITIONS, .choices = f->choices, .choice_count = first};
    bon_lm_state_begin(f->lm, &f->start);
}

static int best_first(const void *a, const void *b) {
    const struct way *x = a, *y = b;
    return x->score > y->score ? -1 : x->score < y->score;
}

/* Every way, best first. */
static size_t all_ways(const struct fixture *f, bool line_end, struct way *ways) {
    size_t count = 0;
    unsigned at[POSITIONS] = {0};
    for (unsigned i = 0; i < POSITIONS;) {
        struct way *way = &ways[count++];
        bon_lm_state state = f->start;
        way->score = 0;
        for (unsigned k = 0; k < POSITIONS; k++) {
            const struct bon_choice *choice = &f->choices[way->path[k] = f->positions[k].first + at[k]];
            way->score += (double)(bon_lm_score(f->lm, &state, choice->word, &state, NULL) + choice->bonus);
            if (choice->word == BON_LM_EOS) bon_lm_state_begin(f->lm, &state); /* then a sentence begins */
        }
        if (line_end) way->score += (double)bon_lm_score(f->lm, &state, BON_LM_EOS, &state, NULL);
        for (i = 0; i < POSITIONS && ++at[i] == f->positions[i].count; i++) at[i] = 0;
    }
    qsort(ways, count, sizeof *ways, best_first);
    return count;
}

static void check_kbest(struct bon_trellis *trellis, const struct way *ways, size_t count) {
    static uint32_t paths[WAYS * (POSITIONS + 1)];
    static double scores[WAYS];
    unsigned found;
    cr_assert_eq(bon_trellis_kbest(trellis, WAYS, paths, scores, &found), BON_OK);
    cr_assert_eq(found, count);
    for (size_t i = 0; i < count; i++) {
        cr_assert_float_eq(scores[i], ways[i].score, 1e-5);
        double sum = 0; /* the path is one with that score: equal scores may come in another order */
        for (size_t j = 0; j < count; j++)
            if (memcmp(paths + i * trellis->positions, ways[j].path, sizeof ways[j].path) == 0) sum = ways[j].score;
        cr_assert_float_eq(sum, scores[i], 1e-5);
    }
    cr_assert_eq(bon_trellis_kbest(trellis, 1, paths, scores, &found), BON_OK);
    cr_assert_eq(found, 1);
    cr_assert_float_eq(scores[0], ways[0].score, 1e-5);
}

static void check_confidence(struct bon_trellis *trellis, const struct fixture *f, const struct way *ways,
                             size_t count) {
    float confidence[POSITIONS * CHOICES];
    double expected[POSITIONS * CHOICES] = {0}, all = 0;
    for (size_t i = 0; i < count; i++) {
        all += pow(10, ways[i].score);
        for (unsigned k = 0; k < POSITIONS; k++) expected[ways[i].path[k]] += pow(10, ways[i].score);
    }
    cr_assert_eq(bon_trellis_confidence(trellis, &f->lattice, confidence), BON_OK);
    for (uint32_t c = 0; c < f->lattice.choice_count; c++)
        cr_assert_float_eq((double)confidence[c], expected[c] / all, 1e-4);
}

Test(trellis, against_every_way) {
    static struct way ways[WAYS];
    for (unsigned order = 1; order <= 4; order++) {
        struct fixture f = {.lm = random_model(order, order)};
        struct bon_trellis trellis = {0};
        cr_assert_eq(bon_scorer_open(&f.scorer, f.lm, NULL), BON_OK);
        cr_assert_eq(bon_trellis_open(&trellis, 256, HUGE_VAL), BON_OK);
        for (uint64_t seed = 1; seed <= 60; seed++) {
            bool line_end = seed % 2;
            uint32_t path[POSITIONS + 1];
            make_lattice(&f, seed);
            size_t count = all_ways(&f, line_end, ways);
            trellis.keep_arcs = seed % 3 != 0;
            cr_assert_eq(bon_trellis_decode(&trellis, &f.scorer, &f.lattice, &f.start, line_end), BON_OK);
            bon_trellis_best(&trellis, path, 0);
            cr_assert_float_eq(trellis.nodes[trellis.last].score, ways[0].score, 1e-5);
            if (count == 1 || ways[0].score > ways[1].score + 1e-5)
                cr_assert_arr_eq(path, ways[0].path, sizeof ways[0].path);
            if (!trellis.keep_arcs) continue;
            check_kbest(&trellis, ways, count);
            check_confidence(&trellis, &f, ways, count);
        }
        bon_trellis_close(&trellis);
        bon_scorer_close(&f.scorer);
        bon_lm_close(f.lm);
    }
}

/* A narrow beam keeps the best nodes of each position, no more than it may, and the same ones every time. */
Test(trellis, beam) {
    struct fixture f = {.lm = random_model(7, 3)};
    cr_assert_eq(bon_scorer_open(&f.scorer, f.lm, NULL), BON_OK);
    for (unsigned beam = 1; beam <= 6; beam++)
        for (uint64_t seed = 1; seed <= 100; seed++) {
            struct bon_trellis wide = {0}, narrow = {0};
            make_lattice(&f, seed);
            f.lattice.count = 1; /* at the first position both see the same nodes */
            cr_assert_eq(bon_trellis_open(&wide, 256, HUGE_VAL), BON_OK);
            cr_assert_eq(bon_trellis_open(&narrow, beam, HUGE_VAL), BON_OK);
            cr_assert_eq(bon_trellis_decode(&wide, &f.scorer, &f.lattice, &f.start, false), BON_OK);
            cr_assert_eq(bon_trellis_decode(&narrow, &f.scorer, &f.lattice, &f.start, false), BON_OK);
            unsigned all = wide.first[2] - wide.first[1], kept = narrow.first[2] - narrow.first[1];
            cr_assert_eq(kept, all < beam ? all : beam);
            for (uint32_t i = wide.first[1], j = narrow.first[1]; i < wide.first[2]; i++) {
                unsigned above = 0;
                for (uint32_t k = wide.first[1]; k < wide.first[2]; k++)
                    above += wide.nodes[k].score > wide.nodes[i].score;
                bool is_kept = j < narrow.first[2] && narrow.nodes[j].choice == wide.nodes[i].choice;
                if (above >= beam) cr_assert(!is_kept);
                j += is_kept;
            }
            bon_trellis_close(&wide);
            bon_trellis_close(&narrow);
        }
    bon_scorer_close(&f.scorer);
    bon_lm_close(f.lm);
}
