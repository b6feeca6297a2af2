/* tests/unit/restore/tagger_test.c: what a tagger learns from words around and from capitals, its file, hostile sections;
 * sentences inside a line. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "failmalloc.h"
#include "ngram/lm.h"
#include "restore/session.h"
#include "restore_toy.h"

/* What decides between ba and bà stands too far away, or behind, for the toy's n-grams; Tiên is a name. */
static const char lessons[] =
    "Bà xyz abc def chợ.\nBà chợ.\nba xyz abc def con.\nba con.\nbà xyz chợ.\nba xyz con.\n"
    "em gặp Tiên hôm nay.\nem mất tiền hôm nay.\nanh gặp Tiên hôm nay.\nanh mất tiền hôm nay.\n";

static void learn_to(const bon_restorer *restorer, const bon_tagger_options *options, const char *path) {
    bon_tagger_builder *builder;
    cr_assert_eq(bon_tagger_builder_open(&builder, restorer, options), BON_OK);
    for (int i = 0; i < 30; i++) cr_assert_eq(bon_tagger_builder_add(builder, lessons, sizeof lessons - 1), BON_OK);
    cr_assert_eq(bon_tagger_builder_write(builder, path), BON_OK, "%s", bon_error_message());
    bon_tagger_builder_close(builder);
}

static void fresh_path(char path[64]) {
    snprintf(path, 64, "/tmp/bon-tagger-XXXXXX");
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    close(file);
}

/* The toy model with a tagger. */
static bon_restorer *tagged_toy(const bon_tagger_options *options) {
    char path[64];
    bon_restorer *plain = restore_toy_open(3), *tagged;
    fresh_path(path);
    learn_to(plain, options, path);
    cr_assert_eq(bon_restorer_open(&tagged, path), BON_OK, "%s", bon_error_message());
    bon_restorer_close(plain);
    unlink(path);
    return tagged;
}

static void expect(const bon_restorer *restorer, const char *in, const char *out) {
    bon_restore_session *session;
    bon_buf got = {0};
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    cr_assert_eq(bon_restore(session, in, strlen(in), &got), BON_OK);
    cr_assert(got.len == strlen(out) && memcmp(got.data, out, got.len) == 0, "%s -> %.*s, not %s", in, (int)got.len,
              got.data, out);
    bon_buf_free(&got);
    bon_restore_session_close(session);
}

Test(tagger, sees_both_sides_what_is_near_and_capitals) {
    bon_restorer *restorer = tagged_toy(&(bon_tagger_options){.size = 100000, .weight = 2});
    expect(restorer, "ba cho", "bà chợ");
    expect(restorer, "ba con", "ba con");
    expect(restorer, "ba xyz abc def cho", "bà xyz abc def chợ"); /* four words away */
    expect(restorer, "ba xyz abc def con", "ba xyz abc def con");
    expect(restorer, "chi gap Tien nay", "chi gap Tiên nay");
    expect(restorer, "chi mat tien nay", "chi mat tiền nay");
    expect(restorer, "BA CHO", "BÀ CHỢ");
    bon_restorer_close(restorer);
}

Test(tagger, same_text_same_bytes_and_taught_again) {
    char paths[3][64];
    bon_restorer *restorer = restore_toy_open(3), *tagged;
    const bon_tagger_options options = {.size = 5000, .window = 4, .rounds = 2};
    bon_buf files[3] = {0};
    for (int i = 0; i < 3; i++) fresh_path(paths[i]);
    learn_to(restorer, &options, paths[0]);
    learn_to(restorer, &options, paths[1]);
    cr_assert_eq(bon_restorer_open(&tagged, paths[0]), BON_OK);
    learn_to(tagged, &options, paths[2]); /* the tagger it had is not there twice */
    for (int i = 0; i < 3; i++) {
        FILE *file = fopen(paths[i], "rb");
        size_t got;
        do {
            cr_assert_eq(bon_buf_reserve(&files[i], 4096), BON_OK);
            files[i].len += got = fread(files[i].data + files[i].len, 1, 4096, file);
        } while (got > 0);
        fclose(file);
        cr_assert_eq(files[i].len, files[0].len);
        cr_assert_eq(memcmp(files[i].data, files[0].data, files[0].len), 0);
    }
    for (int i = 0; i < 3; i++) {
        bon_buf_free(&files[i]);
        unlink(paths[i]);
    }
    bon_restorer_close(tagged);
    bon_restorer_close(restorer);
}

/* Restoring a line is restoring its sentences. */
Test(tagger, sentences_of_a_line) {
    static const char *const sentences[] = {"Ba cho.", "Ba con!", "toi nay toi o nha.", "Chi gap Tien nay.",
                                            "Duoc roi?"};
    enum { COUNT = sizeof sentences / sizeof sentences[0] };
    bon_restorer *restorer = tagged_toy(NULL);
    bon_restore_session *session;
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < COUNT; k++) {
            char line[256];
            bon_buf apart = {0}, together = {0};
            snprintf(line, sizeof line, "%s %s", sentences[i], sentences[k]);
            cr_assert_eq(bon_restore(session, sentences[i], strlen(sentences[i]), &apart), BON_OK);
            cr_assert_eq(bon_buf_put(&apart, ' '), BON_OK);
            cr_assert_eq(bon_restore(session, sentences[k], strlen(sentences[k]), &apart), BON_OK);
            cr_assert_eq(bon_restore(session, line, strlen(line), &together), BON_OK);
            cr_assert(apart.len == together.len && memcmp(apart.data, together.data, apart.len) == 0, "%.*s / %.*s",
                      (int)apart.len, apart.data, (int)together.len, together.data);
            bon_buf_free(&apart);
            bon_buf_free(&together);
        }
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

/* Scores are what adding up the weights one by one gives, for every number of words. */
Test(tagger, scores_are_sums) {
    enum { SLOTS = 1000, TOKENS = 40 };
    static int8_t weights[SLOTS + BON_TAGGER_WORDS];
    struct bon_tag_token tokens[TOKENS];
    const struct bon_tagger tagger = {
        .header = {.templates = 0x7fff, .window = BON_TAGGER_WINDOW_MAX, .slots = SLOTS, .unit = 0.01F},
        .weights = weights};
    for (unsigned i = 0; i < sizeof weights; i++) weights[i] = (int8_t)(i * 37 % 255 - 127);
    for (unsigned i = 0; i < TOKENS; i++)
        tokens[i] = (struct bon_tag_token){.id = i * 7919, .shape = (uint8_t)(i % 4), .choices = (uint8_t)(2 + i % 60)};
    for (unsigned open = 0; open < 2; open++) {
        struct bon_tag_sentence sentence = bon_tag_sentence_of(tokens, TOKENS, open);
        for (unsigned i = 0; i < TOKENS; i++) {
            uint32_t places[BON_TAGGER_FEATURES_MAX];
            float scores[BON_TAGGER_WORDS], best = -INFINITY;
            unsigned count = bon_tagger_features(&tagger.header, &sentence, i, places);
            cr_assert_leq(count, BON_TAGGER_FEATURES_MAX);
            if (open && i + 1 == TOKENS) cr_assert_leq(count, 7 + BON_TAGGER_WINDOW_MAX); /* nothing of what follows */
            bon_tagger_score(&tagger, &sentence, i, scores);
            for (int pass = 0; pass < 2; pass++)
                for (unsigned k = 0; k < tokens[i].choices; k++) {
                    int sum = 0;
                    for (unsigned f = 0; f < count; f++) sum += weights[places[f] + k];
                    if (pass == 0)
                        best = fmaxf(best, (float)sum);
                    else
                        cr_assert_float_eq(scores[k], ((float)sum - best) * 0.01F, 1e-4);
                }
        }
    }
}

Test(tagger, options_out_of_range) {
    static const bon_tagger_options rows[] = {{.size = 10},    {.size = UINT64_C(1) << 40},
                                              {.window = 1},   {.window = 17},
                                              {.rounds = 101}, {.weight = -1},
                                              {.weight = 11},  {.weight = NAN}};
    bon_restorer *restorer = restore_toy_open(2);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_tagger_builder *builder = NULL;
        cr_assert_eq(bon_tagger_builder_open(&builder, restorer, &rows[i]), BON_ERR_ARGUMENT, "row %zu", i);
        cr_assert_null(builder);
    }
    bon_restorer_close(restorer);
}

Test(tagger, nothing_to_learn_from) {
    bon_restorer *restorer = restore_toy_open(2);
    bon_tagger_builder *builder;
    cr_assert_eq(bon_tagger_builder_open(&builder, restorer, NULL), BON_OK);
    cr_assert_eq(bon_tagger_builder_add(builder, " \n\n", 3), BON_OK);
    cr_assert_eq(bon_tagger_builder_write(builder, "/nowhere/at.all"), BON_ERR_DATA);
    bon_tagger_builder_close(builder);
    bon_restorer_close(restorer);
}

/* ---- hostile sections ---- */

struct sections {
    struct bon_tagger_header header;
    size_t header_n, weights_n;
};

static bon_status open_with(const struct sections *sections) {
    static const int8_t weights[2048];
    char path[64];
    struct bon_artefact_writer *writer;
    struct bon_artefact *artefact;
    struct bon_tagger tagger;
    fresh_path(path);
    cr_assert_eq(bon_artefact_create(&writer, path, "bonlm", 1), BON_OK);
    cr_assert_eq(bon_artefact_add(writer, "restore.tagger", &sections->header, sections->header_n), BON_OK);
    cr_assert_eq(bon_artefact_add(writer, "restore.weights", weights, sections->weights_n), BON_OK);
    cr_assert_eq(bon_artefact_publish(writer), BON_OK);
    cr_assert_eq(bon_artefact_open(&artefact, path, "bonlm", 1, true), BON_OK);
    bon_status status = bon_tagger_open(&tagger, artefact);
    bon_artefact_close(artefact);
    unlink(path);
    return status;
}

Test(tagger, hostile_sections) {
    const struct sections good = {{.templates = 1, .window = 10, .slots = 100, .unit = 0.01F}, 32, 164};
    struct sections bad[8];
    for (unsigned i = 0; i < 8; i++) bad[i] = good;
    bad[0].header_n = 31;
    bad[1].weights_n = 163;
    bad[2].header.slots = 0;
    bad[3].header.slots = UINT32_MAX;
    bad[4].header.window = 17;
    bad[5].header.unit = NAN;
    bad[6].header.unit = INFINITY;
    bad[7].header.templates = 1u << 15;
    cr_assert_eq(open_with(&good), BON_OK);
    for (unsigned i = 0; i < 7; i++) cr_assert_eq(open_with(&bad[i]), BON_ERR_FORMAT, "row %u", i);
    cr_assert_eq(open_with(&bad[7]), BON_ERR_VERSION);
}

static bon_status whole_round(void *path) {
    const bon_tagger_options options = {.size = 2000};
    bon_restorer *restorer = NULL;
    bon_tagger_builder *builder = NULL;
    bon_status status = bon_restorer_open(&restorer, path);
    if (status == BON_OK) status = bon_tagger_builder_open(&builder, restorer, &options);
    if (status == BON_OK) status = bon_tagger_builder_add(builder, lessons, sizeof lessons - 1);
    if (status == BON_OK) status = bon_tagger_builder_write(builder, path);
    bon_tagger_builder_close(builder);
    bon_restorer_close(restorer);
    return status;
}

Test(tagger, allocation_failures) {
    char path[64];
    restore_toy_write(path, 2, 1);
    failmalloc_check(whole_round, path);
    unlink(path);
}
