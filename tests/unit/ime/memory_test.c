/* tests/unit/ime/memory_test.c: what is learned, what that changes, and the file: merging, forgetting, damage, rights. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "failmalloc.h"
#include "files.h"
#include "ime/memory.h"
#include "restore_toy.h"
#include "typing.h"

struct learner {
    bon_restorer *restorer;
    bon_restore_session *session;
    bon_ime_memory *memory;
    bon_ime *ime;
};

static struct learner open_learner(bon_ime_options options) {
    struct learner l = {.restorer = restore_toy_open(3)};
    cr_assert_eq(bon_restore_session_open(&l.session, l.restorer, NULL), BON_OK);
    cr_assert_eq(bon_ime_memory_open(&l.memory), BON_OK);
    options.prediction = BON_IME_PREDICT_FULL;
    options.restore = l.session;
    options.memory = l.memory;
    cr_assert_eq(bon_ime_open(&l.ime, &options), BON_OK, "%s", bon_error_message());
    return l;
}

static void close_learner(struct learner *l) {
    bon_ime_close(l->ime);
    bon_ime_memory_close(l->memory);
    bon_restore_session_close(l->session);
    bon_restorer_close(l->restorer);
}

static void expect_typed(struct learner *l, const char *keys, const char *wanted) {
    char text[512];
    bon_ime_reset(l->ime);
    type_text(l->ime, keys, text, sizeof text);
    cr_expect_str_eq(text, wanted, "%s gave %s instead of %s", keys, text, wanted);
}

static void expect_file(const char *path, const char *wanted) {
    bon_buf got = files_read(path);
    cr_expect(got.len == strlen(wanted) && memcmp(got.data, wanted, got.len) == 0, "%.*s", (int)got.len, got.data);
    bon_buf_free(&got);
}

/* ---- learning ---- */

Test(memory, two_corrections_win, .fini = files_clear) {
    struct learner l = open_learner((bon_ime_options){0});
    size_t n;
    bon_ime_memory_correct(l.memory, "học", 5, "tiền", 6);
    cr_expect_null(bon_ime_memory_chosen(l.memory, "học", 5, "tien", 4, &n));
    expect_typed(&l, "toi hoc tien ", "tôi học tiên ");
    bon_ime_memory_correct(l.memory, "Học", 5, "TIỀN", 6);
    expect_typed(&l, "toi hoc tien ", "tôi học tiền ");
    expect_typed(&l, "toi hoc TIEN ", "tôi học TIỀN ");
    cr_expect_null(bon_ime_memory_chosen(l.memory, "dùng", 6, "tien", 4, &n)); /* only behind the same word */
    expect_typed(&l, "toi hoc tieenx ", "tôi học tiễn ");                      /* marks that are typed win */
    expect_typed(&l, "toi hoc tien {Tab} ", "tôi học tiên ");
    cr_expect_null(bon_ime_memory_chosen(l.memory, "học", 5, "tien", 4, &n));
    bon_ime_memory_correct(l.memory, "học", 5, "tiên", 6);
    expect_typed(&l, "toi hoc tien ", "tôi học tiên ");
    close_learner(&l);
}

Test(memory, given_back_and_typed_anew_are_corrections) {
    struct learner l = open_learner((bon_ime_options){.flags = BON_IME_REOPEN});
    for (int i = 0; i < 2; i++) expect_typed(&l, "toi hoc {BackSpace}", "tôi hoc ");
    expect_typed(&l, "toi hoc ", "tôi hoc ");
    for (int i = 0; i < 2; i++) expect_typed(&l, "toi tien {BackSpace}{BackSpace}ex ", "tôi tiễn ");
    expect_typed(&l, "toi tien ", "tôi tiễn ");
    for (int i = 0; i < 2; i++) expect_typed(&l, "nguoi tot,{BackSpace}w,", "người tớt,");
    cr_expect_gt(bon_ime_memory_count(l.memory), 0);
    close_learner(&l);
}

Test(memory, keys_that_are_asked_for_stay) {
    struct learner l = open_learner((bon_ime_options){.flags = BON_IME_REOPEN});
    expect_typed(&l, "has ", "há ");
    expect_typed(&l, "has{Escape} ", "has ");
    expect_typed(&l, "has ", "há ");
    expect_typed(&l, "has {Escape}", "has ");
    expect_typed(&l, "has has.", "has has.");
    expect_typed(&l, "Has ", "Has ");
    expect_typed(&l, "has {BackSpace}", "há ");
    expect_typed(&l, "has ", "há ");
    close_learner(&l);
}

Test(memory, keys_stay_without_prediction) {
    bon_ime_memory *memory;
    bon_ime *ime;
    char text[256];
    cr_assert_eq(bon_ime_memory_open(&memory), BON_OK);
    bon_ime_options options = {.prediction = BON_IME_PREDICT_ENGLISH, .memory = memory, .flags = BON_IME_REOPEN};
    cr_assert_eq(bon_ime_open(&ime, &options), BON_OK);
    static const struct typed rows[] = {
        {"has has{Escape} has ", "há has há "},
        {"has{Shift+Space}", "has "},
        {"has ", "has "},
        {"has {BackSpace} ", "há "},
        {"has ", "há "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_ime_reset(ime);
        type_text(ime, rows[i].keys, text, sizeof text);
        cr_expect_str_eq(text, rows[i].expected, "%s: %s", rows[i].keys, text);
    }
    bon_ime_close(ime);
    bon_ime_memory_close(memory);
}

Test(memory, private_fields_teach_nothing, .fini = files_clear) {
    struct learner l = open_learner((bon_ime_options){.flags = BON_IME_NO_LEARN | BON_IME_REOPEN});
    for (int i = 0; i < 3; i++)
        expect_typed(&l, "toi tien {Tab} has{Escape} hoc {BackSpace}. nguoi tot,{BackSpace}f,",
                     "tôi tiền has hoc . người tồt,");
    cr_expect_eq(bon_ime_memory_count(l.memory), 0);
    cr_expect(!bon_ime_memory_changed(l.memory));
    close_learner(&l);
}

/* Words of digits and signs, long ones and those that no model knows are not learned. */
Test(memory, what_is_learned, .fini = files_clear) {
    struct learner l = open_learner((bon_ime_options){.flags = BON_IME_REOPEN});
    const char *path = files_path("memory");
    expect_typed(&l, "toi hoc. pass123 xyzzyzzy ", "tôi học. pass123 xyzzyzzy ");
    cr_assert_eq(bon_ime_memory_save(l.memory, path), BON_OK, "%s", bon_error_message());
    expect_file(path, "bon-ime-memory 1 3\n1\tp\ttôi\thọc\n1\tw\thọc\n1\tw\ttôi\n");
    expect_typed(&l, "toi hoc.{BackSpace}s.",
                 "tôi hóc."); /* taken back; what no model knows is a correction all the same */
    cr_assert_eq(bon_ime_memory_save(l.memory, path), BON_OK);
    expect_file(path, "bon-ime-memory 1 4\n1\tf\ttôi\thoc\thóc\n1\tp\ttôi\thọc\n1\tw\thọc\n2\tw\ttôi\n");
    close_learner(&l);
}

/* A memory serves the model that was last opened with it; fields with another go on without. */
Test(memory, serves_one_model_at_a_time) {
    struct learner first = open_learner((bon_ime_options){0}), second = open_learner((bon_ime_options){0});
    bon_ime_options options = {.prediction = BON_IME_PREDICT_FULL, .restore = second.session, .memory = first.memory};
    expect_typed(&first, "toi hoc tieng viet ", "tôi học tiếng việt ");
    cr_assert_eq(bon_ime_set_options(second.ime, &options), BON_OK);
    for (int i = 0; i < 3; i++) {
        expect_typed(&second, "toi hoc tieng viet ", "tôi học tiếng việt ");
        expect_typed(&first, "toi hoc tieng viet ", "tôi học tiếng việt ");
    }
    bon_ime_close(second.ime); /* before the memory that is not its own */
    second.ime = NULL;
    close_learner(&first);
    close_learner(&second);
}

/* ---- the file ---- */

static void write_text(const char *path, const char *text) { files_write(path, text, strlen(text)); }

static bon_ime_memory *memory_with(const char *path) {
    bon_ime_memory *memory;
    cr_assert_eq(bon_ime_memory_open(&memory), BON_OK);
    cr_assert_eq(bon_ime_memory_load(memory, path), BON_OK, "%s", bon_error_message());
    return memory;
}

Test(memory, files_merge, .fini = files_clear) {
    const char *path = files_path("memory");
    write_text(path, "bon-ime-memory 1 2\n3\tk\thas\n5\tw\ttôi\n");
    bon_ime_memory *a = memory_with(path), *b = memory_with(path);
    bon_ime_memory_keep(a, "test", 4, true);
    bon_ime_memory_keep(b, "has", 3, true);
    bon_ime_memory_keep(b, "test", 4, true);
    cr_expect(bon_ime_memory_changed(a));
    cr_assert_eq(bon_ime_memory_save(a, path), BON_OK);
    cr_expect(!bon_ime_memory_changed(a));
    cr_assert_eq(bon_ime_memory_save(b, path), BON_OK);
    cr_assert_eq(bon_ime_memory_save(a, path), BON_OK);
    expect_file(path, "bon-ime-memory 1 3\n4\tk\thas\n2\tk\ttest\n5\tw\ttôi\n");
    cr_expect_eq(bon_ime_memory_forget(a, "toi", 3), 1);
    cr_expect_eq(bon_ime_memory_forget(a, "test", 4), 1);
    cr_expect_eq(bon_ime_memory_forget(a, "test", 4), 0);
    bon_ime_memory_keep(b, "has", 3, false);
    cr_assert_eq(bon_ime_memory_save(a, path), BON_OK);
    expect_file(path, "bon-ime-memory 1 1\n4\tk\thas\n");
    cr_assert_eq(bon_ime_memory_save(b, path), BON_OK);
    expect_file(path, "bon-ime-memory 1 0\n");
    bon_ime_memory_keep(a, "is", 2, true);
    cr_expect_eq(bon_ime_memory_forget(a, "", 0), 2);
    cr_assert_eq(bon_ime_memory_save(a, path), BON_OK);
    cr_expect_eq(bon_ime_memory_count(a), 0);
    bon_ime_memory_close(a);
    bon_ime_memory_close(b);
}

Test(memory, files_are_private, .fini = files_clear) {
    const char *path = files_path("memory");
    struct stat about;
    bon_ime_memory *memory = memory_with(path); /* none yet */
    cr_assert_eq(bon_ime_memory_save(memory, path), BON_OK);
    cr_assert_eq(stat(path, &about), 0);
    cr_expect_eq(about.st_mode & 0777, 0600);
    cr_expect_eq(bon_ime_memory_save(memory, "/nowhere/at/all"), BON_ERR_IO);
    cr_expect(strstr(bon_error_message(), "/nowhere/at/all"));
    bon_ime_memory_close(memory);
}

Test(memory, damaged_files_are_put_aside, .fini = files_clear) {
    static const struct {
        const char *text;
        bon_status status;
        const char *message;
    } rows[] = {
        {"has\n", BON_ERR_FORMAT, ":1: its first line"},
        {"bon-ime-memory 2 0\n", BON_ERR_VERSION, "version 2"},
        {"bon-ime-memory 1\n", BON_ERR_FORMAT, ":1: no version and number"},
        {"bon-ime-memory 1 2\n1\tk\thas\n", BON_ERR_FORMAT, "fewer or more"},
        {"bon-ime-memory 1 1\n1\tk\thas", BON_ERR_FORMAT, ":2: the line has no end"},
        {"bon-ime-memory 1 1\n0\tk\thas\n", BON_ERR_FORMAT, ":2: no count"},
        {"bon-ime-memory 1 1\n99999999\tk\thas\n", BON_ERR_FORMAT, ":2: no count"},
        {"bon-ime-memory 1 1\n1\tx\thas\n", BON_ERR_FORMAT, ":2: no entry"},
        {"bon-ime-memory 1 1\n1\tk\thas\tis\n", BON_ERR_FORMAT, ":2: no entry"},
        {"bon-ime-memory 1 1\n1\tf\ta\tb\tc\td\n", BON_ERR_FORMAT, ":2: no entry"},
        {"bon-ime-memory 1 1\n1\tk\t\n", BON_ERR_FORMAT, ":2: no entry"},
        {"bon-ime-memory 1 1\n1\tkk\n", BON_ERR_FORMAT, ":2: no entry"},
        {"bon-ime-memory 1 1\n1\tk\t\xff\n", BON_ERR_FORMAT, ":2: no entry"},
        {"bon-ime-memory 1 1\n1\tk\taaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", BON_ERR_FORMAT,
         ":2: no entry"},
    };
    const char *path = files_path("memory"), *aside = files_path("memory.bad");
    bon_ime_memory *memory = memory_with(path);
    bon_ime_memory_keep(memory, "is", 2, true);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_text(path, rows[i].text);
        cr_expect_eq(bon_ime_memory_load(memory, path), rows[i].status, "%s", rows[i].text);
        cr_expect(strstr(bon_error_message(), rows[i].message) && strstr(bon_error_message(), "memory.bad"), "%s",
                  bon_error_message());
        cr_expect(!files_exists(path));
        expect_file(aside, rows[i].text);
        cr_expect_eq(bon_ime_memory_count(memory), 1);
    }
    write_text(path, "bon-ime-memory 1 1\n1\tf\t\ta\tá\n");
    cr_expect_eq(bon_ime_memory_load(memory, path), BON_OK, "%s", bon_error_message());
    write_text(path, "");
    cr_expect_eq(bon_ime_memory_load(memory, path), BON_OK, "%s", bon_error_message());
    bon_ime_memory_close(memory);
}

/* ---- the table ---- */

Test(memory, is_bounded) {
    struct memory_table table;
    struct memory_entry entry;
    char word[16];
    cr_assert_eq(bon_memory_table_open(&table), BON_OK);
    cr_assert(bon_memory_entry(&entry, MEMORY_KEEP, "has", 3, NULL, 0, NULL, 0));
    bon_memory_count(&table, &entry, MEMORY_WINS, 0);
    for (unsigned i = 0; i < 3 * BON_IME_MEMORY_MAX; i++) {
        int n = snprintf(word, sizeof word, "w%u", i);
        cr_assert(bon_memory_entry(&entry, MEMORY_WORD, word, (size_t)n, NULL, 0, NULL, 0));
        bon_memory_count(&table, &entry, 1 + i % 2, 0);
        cr_assert_leq(table.count, BON_IME_MEMORY_MAX);
        cr_assert_leq(table.text_len, MEMORY_TEXT_ROOM);
        cr_assert_not_null(bon_memory_find(&table, &entry));
    }
    cr_assert(bon_memory_entry(&entry, MEMORY_KEEP, "has", 3, NULL, 0, NULL, 0));
    const struct memory_item *item = bon_memory_find(&table, &entry);
    cr_assert(item && item->count == MEMORY_WINS);
    bon_memory_table_close(&table);
}

static bon_status load_and_save(void *path) {
    bon_ime_memory *memory;
    BON_TRY(bon_ime_memory_open(&memory));
    bon_status status = bon_ime_memory_load(memory, path);
    if (status == BON_OK) status = bon_ime_memory_save(memory, path);
    bon_ime_memory_close(memory);
    return status;
}

Test(memory, allocation_failures, .fini = files_clear) {
    char path[256];
    snprintf(path, sizeof path, "%s", files_path("memory"));
    write_text(path, "bon-ime-memory 1 1\n3\tk\thas\n");
    failmalloc_check(load_and_save, path);
    expect_file(path, "bon-ime-memory 1 1\n3\tk\thas\n");
}
