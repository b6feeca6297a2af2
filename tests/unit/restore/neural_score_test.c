/* tests/unit/restore/neural_score_test.c: a network beside the n-grams: what it sees is what training sees, its scores are those of
 * its graph, joined or inside the model's file it says the same; nothing but marks changes. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "failmalloc.h"
#include "files.h"
#include "neural_toy.h"
#include "restore/letters.h"
#include "restore/neural_text.h"
#include "restore/session.h"
#include "restore_toy.h"

/* The toy n-gram model with the toy network joined. */
static bon_restorer *open_joined(bool floats, float weight) {
    char run[512], file[512];
    const struct bon_neural_export how = {
        .run = run, .floats = floats, .join = {.weight = weight, .tagger_weight = 0.5F, .power = 0.6F}};
    snprintf(run, sizeof run, "%s", files_path("run"));
    snprintf(file, sizeof file, "%s", files_path("net.bonnn"));
    neural_toy_train(run, 3);
    cr_assert_eq(bon_neural_export(&how, file), BON_OK, "%s", bon_error_message());
    bon_restorer *restorer = restore_toy_open_tagged(3);
    cr_assert_eq(bon_restorer_join(restorer, file), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_restorer_verify(restorer), BON_OK);
    return restorer;
}

static bon_buf restored(const bon_restorer *restorer, const char *text) {
    bon_restore_session *session;
    bon_buf out = {0};
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    cr_assert_eq(bon_restore(session, text, strlen(text), &out), BON_OK);
    bon_restore_session_close(session);
    return out;
}

static const char lines[] = "ba toi hoc , duong toi tien . Ba HOC Hung 12 xyz\nTien ba hoc\n\n., .\nđường ba\n"
                            "toi hoc tien ba duong hoc toi ba tien ba hoc duong toi ba , ba ba ba toi tien\n";

/* ---- what it sees ---- */

Test(neural_score, sees_what_training_sees, .fini = files_clear) {
    static const char line[] = "Bà HỌC , ĐƯỜNG tiÊn 12 a@b.vn Hùng windows tie\u0302n ... Xyzabc";
    struct neural_toy toy;
    struct bon_neural_text text = {0};
    neural_toy_describe(&toy);
    cr_assert_eq(bon_neural_text_add(&text, line, strlen(line), false), BON_OK);
    cr_assert_eq(bon_neural_text_use(&text, &toy.words), BON_OK);
    bon_token token;
    size_t at = 1, pos = 0;
    for (; bon_token_next(line, strlen(line), &pos, &token); at++) {
        char plain[BON_WORD_MAX];
        size_t plain_n = 0;
        bool has_marks = false;
        bon_buf fold = {0};
        if (token.kind == BON_TOKEN_SYLLABLE || token.kind == BON_TOKEN_WORD)
            plain_n = bon_plain_form(line + token.start, token.len, plain, &has_marks);
        cr_assert_eq(bon_fold_token(line, &token, &fold), BON_OK);
        const struct bon_neural_token seen =
            bon_neural_see(&toy.words, &token, plain, plain_n, has_marks, fold.data, fold.len);
        const struct bon_text_token *want = &text.tokens[at];
        const struct bon_neural_token *form = &text.of_form[want->form];
        cr_expect(seen.word == form->word && seen.hash[0] == form->hash[0] && seen.hash[1] == form->hash[1]);
        cr_expect_eq(seen.shape, want->shape);
        cr_expect_eq(seen.typed, want->label == BON_NO_LABEL || want->label == 0 ? 0 : want->label + 1);
        bon_buf_free(&fold);
    }
    cr_assert_geq(at, 12);
    bon_neural_text_free(&text);
}

/* ---- what it says ---- */

struct seen {
    float bonus[64];
    size_t count, positions;
};

/* The lattice of a line as the session fills it. */
static struct seen fill(const bon_restorer *restorer, const char *line, bool open_end) {
    bon_restore_session *session;
    struct seen seen = {.count = 0};
    size_t pos = 0;
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    session->lattice.least = HUGE_VALF;
    session->lattice.begins = true;
    session->lattice.open_end = open_end;
    cr_assert_eq(bon_lattice_fill(&session->lattice, line, strlen(line), &pos), BON_OK);
    seen.positions = session->lattice.count;
    for (; seen.count < session->lattice.choice_count; seen.count++)
        seen.bonus[seen.count] = session->lattice.choices[seen.count].bonus;
    bon_restore_session_close(session);
    return seen;
}

/* "ba , Ba" with the toy's graph: begin, three tokens, and the end unless it is `open`, when the graph is read without what follows. */
struct graph_says {
    int32_t gates[5];
    float labels[5 * BON_MARK_LABELS];
};

static struct graph_says ask_graph(const struct neural_toy *toy, bool open) {
    enum { ROWS = 5, BA = BON_NEURAL_FIRST, COMMA = BON_NEURAL_FIRST + 5 };
    const size_t rows = open ? ROWS - 1 : ROWS;
    struct encoder_toy encoder;
    struct graph_says says = {.gates = {0, BA, 0, BA, 0}};
    int32_t ids[ROWS * BON_NEURAL_BAG];
    float splits[ROWS * 2];
    const struct bon_neural_token text[ROWS] = {{.word = BON_NEURAL_BEGIN, .shape = BON_NEURAL_OTHER},
                                                {.word = BA, .shape = BON_NEURAL_LOWER},
                                                {.word = COMMA, .shape = BON_NEURAL_OTHER},
                                                {.word = BA, .shape = BON_NEURAL_TITLE},
                                                {.word = BON_NEURAL_END, .shape = BON_NEURAL_OTHER}};
    encoder_toy_open_mixed(&encoder, &toy->config, rows, open ? 0 : rows, 3);
    for (size_t i = 0; i < rows; i++) bon_neural_bag(&toy->words, &text[i], ids + i * BON_NEURAL_BAG);
    encoder_toy_read(&encoder, ids, says.gates, says.labels, splits);
    encoder_toy_close(&encoder);
    return says;
}

/* Expects of position i that the bonus of its choices rose by twice the log10 of the softmax, over the labels of the choices, of what
 * the graph adds to the priors. Returns how many choices there are. */
static size_t expect_graph(const bon_restore_session *session, const struct neural_toy *toy,
                           const struct graph_says *says, unsigned i, const struct seen *with,
                           const struct seen *without) {
    const struct bon_position *position = &session->lattice.positions[i];
    double sum = 0, score[8];
    if (position->count < 2) return 0;
    for (unsigned c = 0; c < position->count; c++) {
        size_t n;
        const char *word =
            bon_lm_word_text(session->lattice.lm, session->lattice.choices[position->first + c].word, &n);
        const unsigned label = bon_marks_label(word, n);
        score[c] = (double)(says->labels[(i + 1) * BON_MARK_LABELS + label] -
                            toy->priors[says->gates[i + 1] * BON_MARK_LABELS + label]);
        sum += exp(score[c]);
    }
    for (unsigned c = 0; c < position->count; c++) {
        const double got = (double)(with->bonus[position->first + c] - without->bonus[position->first + c]);
        cr_expect_float_eq(got, 2 * (score[c] - log(sum)) / log(10), 2e-3, "position %u choice %u: %g", i, c, got);
    }
    return position->count;
}

static const char said[] = "ba , Ba";

static void open_lattice(bon_restore_session **session, const bon_restorer *restorer) {
    size_t pos = 0;
    cr_assert_eq(bon_restore_session_open(session, restorer, NULL), BON_OK);
    (*session)->lattice.least = HUGE_VALF;
    (*session)->lattice.begins = true;
    cr_assert_eq(bon_lattice_fill(&(*session)->lattice, said, strlen(said), &pos), BON_OK);
}

Test(neural_score, adds_the_log_probabilities_of_the_graph, .fini = files_clear) {
    struct neural_toy toy;
    bon_restore_session *session;
    size_t choices = 0;
    neural_toy_describe(&toy);
    const struct graph_says says = ask_graph(&toy, false);
    bon_restorer *with = open_joined(true, 2), *without = open_joined(true, 0);
    const struct seen a = fill(with, said, false), b = fill(without, said, false);
    cr_assert(a.count == b.count && a.positions == 3);
    open_lattice(&session, with);
    for (unsigned i = 0; i < session->lattice.count; i++) choices += expect_graph(session, &toy, &says, i, &a, &b);
    cr_expect_geq(choices, 4);
    bon_restore_session_close(session);

    const struct seen typing = fill(with, said, true); /* without an end */
    cr_expect_neq(memcmp(typing.bonus, a.bonus, a.count * sizeof *a.bonus), 0);
    bon_restorer_close(with);
    bon_restorer_close(without);
}

Test(neural_score, the_word_in_the_making_is_told_without_what_follows, .fini = files_clear) {
    struct neural_toy toy;
    bon_restore_session *session;
    neural_toy_describe(&toy);
    const struct graph_says says = ask_graph(&toy, true);
    bon_restorer *with = open_joined(true, 2), *without = open_joined(true, 0);
    const struct bon_neural_join causal = {.tagger_weight = 0.5F, .power = 0.6F, .typed_causal = 2};
    bon_restorer_join_weights(with, &causal);
    const struct seen a = fill(with, said, true), b = fill(without, said, true), whole = fill(with, said, false);
    open_lattice(&session, with);
    cr_expect_geq(expect_graph(session, &toy, &says, 2, &a, &b), 2);
    const size_t first = session->lattice.positions[2].first;
    cr_expect_eq(memcmp(a.bonus, b.bonus, first * sizeof *a.bonus), 0, "it is heard of other words");
    cr_expect_eq(memcmp(whole.bonus, b.bonus, first * sizeof *a.bonus), 0, "it is heard of a line that ends");
    bon_restore_session_close(session);
    bon_restorer_close(with);
    bon_restorer_close(without);
}

Test(neural_score, changes_what_is_restored_and_nothing_but_marks, .fini = files_clear) {
    bon_restorer *plain = restore_toy_open_tagged(3), *with = open_joined(false, 20);
    bon_buf a = restored(plain, lines), b = restored(with, lines), stripped[2] = {{0}, {0}};
    cr_assert_eq(bon_strip_marks(lines, sizeof lines - 1, &stripped[0]), BON_OK);
    cr_assert_eq(bon_strip_marks(b.data, b.len, &stripped[1]), BON_OK);
    cr_expect(a.len != b.len || memcmp(a.data, b.data, a.len) != 0, "the network of weight 20 is not heard");
    cr_expect(stripped[0].len == stripped[1].len && memcmp(stripped[0].data, stripped[1].data, stripped[0].len) == 0);
    for (int i = 0; i < 2; i++) bon_buf_free(&stripped[i]);
    bon_buf_free(&a);
    bon_buf_free(&b);
    bon_restorer_close(plain);
    bon_restorer_close(with);
}

Test(neural_score, in_one_file_it_says_the_same, .fini = files_clear) {
    char run[512], lm[64], file[512];
    const struct bon_neural_join join = {.weight = 5, .tagger_weight = 0.5F, .power = 0.6F};
    bon_restorer *inside, *joined;
    restore_toy_write(lm, 1, 1);
    snprintf(run, sizeof run, "%s", files_path("run"));
    snprintf(file, sizeof file, "%s", files_path("whole.bonnn"));
    neural_toy_train(run, 3);
    cr_assert_eq(bon_neural_export(&(struct bon_neural_export){.run = run, .lm = lm, .join = join}, file), BON_OK, "%s",
                 bon_error_message());
    cr_assert_eq(bon_restorer_open(&inside, file), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_restorer_open(&joined, lm), BON_OK);
    cr_assert_eq(bon_restorer_join(joined, lm), BON_ERR_FORMAT); /* it has none */
    cr_assert_eq(bon_restorer_join(joined, file), BON_OK, "%s", bon_error_message());
    bon_buf a = restored(inside, lines), b = restored(joined, lines);
    cr_expect(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
    bon_buf_free(&a);
    bon_buf_free(&b);
    bon_restorer_close(inside);
    bon_restorer_close(joined);
    unlink(lm);
}

/* ---- long lines: in pieces, and the same for every window ---- */

Test(neural_score, lines_longer_than_the_network_reads, .fini = files_clear) {
    bon_restorer *with = open_joined(false, 5);
    bon_buf text = {0}, stripped = {0};
    for (int i = 0; i < 700; i++)
        cr_assert_eq(bon_buf_printf(&text, "%s", i % 3 ? "ba " : i % 5 ? "toi, " : "hoc. "), BON_OK);
    cr_assert_eq(bon_buf_put(&text, 0), BON_OK);
    bon_buf out = restored(with, text.data), again = restored(with, text.data);
    cr_assert_eq(bon_strip_marks(out.data, out.len, &stripped), BON_OK);
    cr_expect(stripped.len == text.len - 1 && memcmp(stripped.data, text.data, stripped.len) == 0);
    cr_expect(out.len == again.len && memcmp(out.data, again.data, out.len) == 0);
    bon_buf_free(&out);
    bon_buf_free(&again);
    bon_buf_free(&text);
    bon_buf_free(&stripped);
    bon_restorer_close(with);
}

/* ---- words ---- */

Test(neural_score, splits_of_a_line, .fini = files_clear) {
    enum { TOKENS = 150 };
    bon_restorer *with = open_joined(true, 1);
    struct bon_neural_reader reader;
    const float *odds;
    size_t count;
    bon_buf text = {0};
    cr_assert_eq(bon_neural_reader_open(&reader, &with->neural), BON_OK);
    cr_assert_eq(bon_neural_splits(&reader, "", 0, &odds, &count), BON_OK);
    cr_expect_eq(count, 0);
    for (int i = 0; i < TOKENS; i++) cr_assert_eq(bon_buf_printf(&text, "%s", i % 2 ? "Bà " : "toi "), BON_OK);
    cr_assert_eq(bon_neural_splits(&reader, text.data, text.len, &odds, &count), BON_OK);
    cr_expect_eq(count, TOKENS);
    for (size_t i = 0; i < count; i++) cr_expect(isfinite(odds[i]));
    cr_expect_neq(odds[0], odds[1]);
    bon_buf_free(&text);
    bon_neural_reader_close(&reader);
    bon_restorer_close(with);
}

/* ---- failures ---- */

Test(neural_score, what_cannot_be_joined, .fini = files_clear) {
    bon_restorer *restorer = restore_toy_open(2);
    const char *path = files_path("net.bonnn"), *run = files_path("run");
    files_write(path, "not a network", 13);
    cr_expect_eq(bon_restorer_join(restorer, path), BON_ERR_FORMAT);
    cr_expect_eq(bon_restorer_join(restorer, files_path("missing")), BON_ERR_IO);
    neural_toy_train(run, 1);
    char words[512];
    snprintf(words, sizeof words, "%s/words.bonnn", run);
    cr_expect_eq(bon_restorer_join(restorer, words), BON_ERR_FORMAT); /* a vocabulary without weights */
    bon_buf out = restored(restorer, "toi dang hoc");
    cr_expect_eq(memcmp(out.data, "tôi đang học", out.len), 0);
    bon_buf_free(&out);
    bon_restorer_close(restorer);
}

static bon_status join_and_restore(void *arg) {
    bon_restorer *restorer = arg;
    bon_restore_session *session = NULL;
    bon_buf out = {0};
    const float *odds;
    size_t count;
    struct bon_neural_reader reader;
    char path[512];
    snprintf(path, sizeof path, "%s", files_path("net.bonnn"));
    struct bon_neural neural;
    bon_status status = bon_neural_open_file(&neural, path);
    if (status != BON_OK) return status;
    bon_restorer_join_weights(restorer, &neural.join);
    status = bon_neural_reader_open(&reader, &neural);
    if (status == BON_OK) {
        status = bon_neural_splits(&reader, lines, strcspn(lines, "\n"), &odds, &count);
        bon_neural_reader_close(&reader);
    }
    bon_neural_close(&neural);
    if (status == BON_OK) status = bon_restore_session_open(&session, restorer, NULL);
    if (status == BON_OK) status = bon_restore(session, lines, sizeof lines - 1, &out);
    bon_buf_free(&out);
    bon_restore_session_close(session);
    return status;
}

Test(neural_score, allocation_failures, .fini = files_clear) {
    bon_restorer *restorer = open_joined(false, 1);
    failmalloc_check(join_and_restore, restorer);
    bon_restorer_close(restorer);
}

static bon_status export_again(void *arg) {
    char run[512];
    snprintf(run, sizeof run, "%s", files_path("run"));
    return bon_neural_export(&(struct bon_neural_export){.run = run, .join = bon_neural_usual_join}, arg);
}

Test(neural_score, export_fails_whole, .fini = files_clear) {
    char path[512], run[512];
    snprintf(path, sizeof path, "%s", files_path("out.bonnn"));
    snprintf(run, sizeof run, "%s", files_path("run"));
    cr_expect_eq(export_again(path), BON_ERR_IO); /* there is no run */
    neural_toy_train(run, 2);
    failmalloc_check_step(export_again, path, 7);
    cr_assert(files_exists(path));
    cr_assert_eq(unlink(path), 0);
    char weights[600];
    snprintf(weights, sizeof weights, "%s/step-00000001/model.safetensors", run);
    files_write(weights, "short", 5);
    cr_expect_eq(export_again(path), BON_ERR_FORMAT);
    cr_expect_not(files_exists(path));
}
