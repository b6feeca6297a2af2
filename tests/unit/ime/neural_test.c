/* tests/unit/ime/neural_test.c: typing with a network beside the n-grams. The toy network learned nothing: what it says has no meaning,
 * but is always the same, and heard loudly it changes words. */
#include <criterion/criterion.h>
#include <string.h>

#include "failmalloc.h"
#include "files.h"
#include "neural_toy.h"
#include "restore/session.h"
#include "restore_toy.h"
#include "typing.h"

enum { LOUD = 30 }; /* its weight beside the n-grams */

static const char *const scripts[] = {
    "ba toi hoc duong tien ba hoc. ",      "tien ba duong, hoc toi ba tien duong hoc ba toi ",
    "Ba HOC dduowngf tien. Toi hoc ba",    "duong duong duong duong duong duong tien tien ",
    "hung hoc xyz 12 tien ba, hocj tien ",
};
enum { SCRIPTS = sizeof scripts / sizeof *scripts };

/* A network file in the scratch folder. */
static const char *write_network(uint64_t seed, float weight) {
    char run[512];
    const struct bon_neural_export how = {.run = run, .join = {.weight = weight, .tagger_weight = 1, .power = 1}};
    snprintf(run, sizeof run, "%s", files_path("run"));
    neural_toy_train(run, seed);
    const char *path = files_path("net.bonnn");
    cr_assert_eq(bon_neural_export(&how, path), BON_OK, "%s", bon_error_message());
    return path;
}

struct desk {
    bon_restorer *restorer;
    bon_restore_session *session;
    bon_ime_memory *memory;
    bon_ime *ime;
};

static struct desk sit_down(const char *network) {
    struct desk desk = {.restorer = restore_toy_open(3)};
    if (network) cr_assert_eq(bon_restorer_join_sound(desk.restorer, network), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_restore_session_open(&desk.session, desk.restorer, NULL), BON_OK);
    cr_assert_eq(bon_ime_memory_open(&desk.memory), BON_OK);
    const bon_ime_options options = {.prediction = BON_IME_PREDICT_FULL,
                                     .restore = desk.session,
                                     .memory = desk.memory,
                                     .flags = BON_IME_REOPEN | BON_IME_HINTS};
    cr_assert_eq(bon_ime_open(&desk.ime, &options), BON_OK);
    return desk;
}

static void get_up(struct desk *desk) {
    bon_ime_close(desk->ime);
    bon_ime_memory_close(desk->memory);
    bon_restore_session_close(desk->session);
    bon_restorer_close(desk->restorer);
}

/* The letters of what was typed stay whatever the network says, marks that were typed stay, and the same keys give the same text. */
Test(neural, changes_marks_and_nothing_else, .fini = files_clear) {
    struct desk with = sit_down(write_network(3, LOUD)), without = sit_down(NULL);
    unsigned differ = 0;
    for (size_t i = 0; i < SCRIPTS; i++) {
        char a[512], b[512], again[512];
        bon_buf letters_a = {0}, letters_b = {0};
        type_text(with.ime, scripts[i], a, sizeof a);
        type_text(without.ime, scripts[i], b, sizeof b);
        type_text(with.ime, scripts[i], again, sizeof again);
        cr_assert_eq(bon_strip_marks(a, strlen(a), &letters_a), BON_OK);
        cr_assert_eq(bon_strip_marks(b, strlen(b), &letters_b), BON_OK);
        cr_expect(letters_a.len == letters_b.len && memcmp(letters_a.data, letters_b.data, letters_a.len) == 0, "%s",
                  a);
        cr_expect_str_eq(a, again);
        cr_expect(!strstr(scripts[i], "dduowngf") || strstr(a, " đường "), "%s", a);
        differ += strcmp(a, b) != 0;
        bon_buf_free(&letters_a);
        bon_buf_free(&letters_b);
    }
    cr_expect_gt(differ, 0, "the network is heard");
    get_up(&with);
    get_up(&without);
}

/* What the field shows is what the session says of the line so far. */
Test(neural, shows_what_the_session_says, .fini = files_clear) {
    struct desk desk = sit_down(write_network(5, LOUD));
    static const char line[] = "ba hoc tien duong";
    const bon_restore_result *results;
    bon_ime_result shown = {0};
    size_t count;
    for (const char *at = line; *at; at++) bon_ime_key(desk.ime, (unsigned char)*at, 0, &shown);
    bon_ime_key(desk.ime, ' ', 0, &shown);
    cr_assert_eq(bon_restore_typed(desk.session, line, strlen(line), NULL, 0, 0, 1, &results, &count), BON_OK);
    cr_assert_eq(count, 1);
    cr_expect(shown.preedit_len == results[0].len + 1 && memcmp(shown.preedit, results[0].text, results[0].len) == 0,
              "%.*s, not %.*s", (int)shown.preedit_len, shown.preedit, (int)results[0].len, results[0].text);
    get_up(&desk);
}

/* Candidates, mending and learning go on beside it. */
Test(neural, what_was_mended_stays, .fini = files_clear) {
    struct desk desk = sit_down(write_network(3, LOUD));
    char text[512];
    static const struct typed rows[] = {
        {"ba{Escape} hoc{Escape} tien{Escape} ", "ba hoc tien "},
        {"toi hojc tieen ddi dduowngf ", "học tiên đi đường "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        type_text(desk.ime, rows[i].keys, text, sizeof text);
        cr_expect(strstr(text, rows[i].expected), "%s: %s", rows[i].keys, text);
    }
    /* What was chosen twice behind the same word comes out from then on. */
    char before[512], chosen[512];
    type_text(desk.ime, "toi ba ", before, sizeof before);
    for (unsigned round = 0; round < 2; round++) type_text(desk.ime, "toi ba {Tab}.", chosen, sizeof chosen);
    type_text(desk.ime, "toi ba .", text, sizeof text);
    cr_expect_str_eq(text, chosen);
    cr_expect_neq(strncmp(text, before, strlen(before) - 1), 0, "%s, as before: %s", text, before);
    get_up(&desk);
}

/* A key allocates nothing once the session has seen a line. */
Test(neural, keys_allocate_nothing, .fini = files_clear) {
    struct desk desk = sit_down(write_network(3, LOUD));
    char text[512];
    for (size_t i = 0; i < SCRIPTS; i++) type_text(desk.ime, scripts[i], text, sizeof text);
    failmalloc_fail_at(0);
    const unsigned long before = failmalloc_count();
    for (size_t i = 0; i < SCRIPTS; i++) type_text(desk.ime, scripts[i], text, sizeof text);
    cr_expect_eq(failmalloc_count(), before);
    get_up(&desk);
}

/* ---- joining for typing: the file is read whole first ---- */

Test(neural, damage_is_found_before_typing, .fini = files_clear) {
    const char *path = write_network(3, LOUD);
    bon_restorer *restorer = restore_toy_open(3);
    bon_buf bytes = files_read(path);
    const size_t places[] = {8, bytes.len / 2, bytes.len - 40};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char damaged[512];
        snprintf(damaged, sizeof damaged, "%s", files_path("damaged.bonnn"));
        bytes.data[places[i]] ^= 1;
        files_write(damaged, bytes.data, bytes.len);
        bytes.data[places[i]] ^= 1;
        cr_expect_eq(bon_restorer_join_sound(restorer, damaged), BON_ERR_FORMAT, "byte %zu", places[i]);
        cr_expect(strstr(bon_error_message(), damaged), "%s", bon_error_message());
        cr_expect(!restorer->neural.there);
    }
    cr_assert_eq(bon_restorer_join_sound(restorer, path), BON_OK);
    cr_expect_eq(bon_restorer_join_sound(restorer, files_path("nowhere")), BON_ERR_IO);
    cr_expect(restorer->neural.there, "the network that there was stays");
    bon_buf_free(&bytes);
    bon_restorer_close(restorer);
}
