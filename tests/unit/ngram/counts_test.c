/* Counting: against a slow count, printing order, merging in any grouping, files, allocation failures. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/artefact.h"
#include "base/hash.h"
#include "failmalloc.h"
#include "files.h"
#include "ngram/counts_flow.h"

static bon_status count(const char *text, size_t n, unsigned order, bon_counts **counts) {
    bon_counter *counter;
    *counts = NULL;
    bon_status status = bon_counter_open(&counter, order);
    if (status == BON_OK) status = bon_counter_add(counter, text, n);
    if (status == BON_OK) status = bon_counter_finish(counter, counts);
    bon_counter_close(counter);
    return status;
}

static bon_counts *must_count(const char *text, size_t n, unsigned order) {
    bon_counts *counts;
    cr_assert_eq(count(text, n, order, &counts), BON_OK, "%s", bon_error_message());
    return counts;
}

static void check_print(const bon_counts *counts, uint64_t least, const char *expected) {
    const char *path = files_path("counts.txt");
    cr_assert_eq(bon_counts_print(counts, path, least), BON_OK, "%s", bon_error_message());
    bon_buf text = files_read(path);
    cr_assert(text.len == strlen(expected) && (text.len == 0 || memcmp(text.data, expected, text.len) == 0),
              "'%.*s', not '%s'", (int)text.len, text.data, expected);
    bon_buf_free(&text);
}

Test(counts, printed_by_count_then_bytes, .fini = files_clear) {
    static const struct {
        const char *text;
        unsigned order;
        uint64_t least;
        const char *expected;
    } rows[] = {
        {"b a b\na b\n", 1, 1, "b\t3\na\t2\n"},
        {"b a b\na b\n", 2, 1, "a b\t2\nb a\t1\n"},
        {"b a b\na b\n", 2, 2, "a b\t2\n"},
        {"b a b\na b\n", 3, 1, "b a b\t1\n"},
        {"b a b\na b\n", 4, 1, ""},
        {"", 2, 1, ""},
        {"c\nb\na", 1, 1, "a\t1\nb\t1\nc\t1\n"},
        {"<s> </s> <s>\n<unk>", 1, 1, "<s>\t2\n</s>\t1\n<unk>\t1\n"}, /* symbols are words here */
        {"a ab a aa\n", 1, 0, "a\t2\naa\t1\nab\t1\n"},
        {"một hai một hai một\n", 2, 1, "hai một\t2\nmột hai\t2\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_counts *counts = must_count(rows[i].text, strlen(rows[i].text), rows[i].order);
        check_print(counts, rows[i].least, rows[i].expected);
        bon_counts_close(counts);
    }
}

/* Random lines of words that share beginnings; some lines empty. */
static bon_buf random_text(uint64_t seed, unsigned lines) {
    bon_buf text = {0};
    for (unsigned i = 0; i < lines; i++) {
        for (unsigned n = (unsigned)(files_random(&seed) % 12); n > 0; n--)
            cr_assert_eq(
                bon_buf_printf(&text, "%.*s ", 1 + (int)(files_random(&seed) % 3), &"aabbab"[files_random(&seed) % 4]),
                BON_OK);
        cr_assert_eq(bon_buf_printf(&text, "\n"), BON_OK);
    }
    return text;
}

/* How often an n-gram, given as text with spaces around it, stands within the lines of `text`. */
static uint64_t occurrences(const bon_buf *text, const char *gram) {
    uint64_t found = 0;
    size_t n = strlen(gram);
    for (size_t i = 0; i + n <= text->len + 1; i++) {
        bool begins = i == 0 || text->data[i - 1] == '\n' || text->data[i - 1] == ' ';
        found += begins && memcmp(text->data + i, gram, n) == 0;
    }
    return found;
}

Test(counts, agree_with_looking_for_each) {
    for (unsigned order = 1; order <= BON_LM_MAX_ORDER; order++) {
        bon_buf text = random_text(order, 60);
        bon_counts *counts = must_count(text.data, text.len, order);
        uint64_t total = 0, expected = 0;
        cr_assert_eq(bon_counts_order(counts), order);
        for (uint64_t i = 0; i < bon_counts_size(counts); i++) {
            uint32_t words[BON_LM_MAX_ORDER];
            uint64_t seen = bon_counts_at(counts, i, words);
            bon_buf gram = {0};
            for (unsigned j = 0; j < order; j++) {
                size_t n;
                const char *word = bon_counts_word(counts, words[j], &n);
                cr_assert_eq(bon_buf_printf(&gram, "%.*s ", (int)n, word), BON_OK);
            }
            cr_assert_eq(bon_buf_append(&gram, "", 1), BON_OK);
            cr_assert_eq(seen, occurrences(&text, gram.data), "'%s'", gram.data);
            bon_buf_free(&gram);
            total += seen;
        }
        for (const char *at = text.data, *end = text.data + text.len; at < end;) {
            unsigned n = 0;
            for (; *at != '\n'; at++) n += *at == ' ';
            expected += n >= order ? n - order + 1 : 0;
            at++;
        }
        cr_assert_eq(total, expected, "order %u", order);
        bon_counts_close(counts);
        bon_buf_free(&text);
    }
}

static bon_buf file_of(const bon_counts *counts) {
    const char *path = files_path("counts.bonc");
    cr_assert_eq(bon_counts_write(counts, path), BON_OK, "%s", bon_error_message());
    return files_read(path);
}

static void check_same_file(const bon_counts *a, const bon_counts *b) {
    bon_buf x = file_of(a), y = file_of(b);
    cr_assert(x.len == y.len && memcmp(x.data, y.data, x.len) == 0);
    bon_buf_free(&x);
    bon_buf_free(&y);
}

Test(counts, parts_merge_to_the_whole_in_any_grouping, .fini = files_clear) {
    enum { PARTS = 7 };
    for (unsigned order = 1; order <= 4; order++) {
        bon_buf text = random_text(100 + order, 90);
        bon_counts *whole = must_count(text.data, text.len, order), *parts[PARTS], *merged, *left, *right;
        size_t begin = 0;
        for (size_t i = 0; i < PARTS; i++) {
            size_t end = i + 1 == PARTS ? text.len : text.len * i * i / (PARTS * PARTS); /* the first is empty */
            while (end > begin && end < text.len && text.data[end - 1] != '\n') end++;
            if (end < begin) end = begin;
            parts[PARTS - 1 - i] = must_count(text.data + begin, end - begin, order); /* and the last comes first */
            begin = end;
        }
        const bon_counts *const *all = (const bon_counts *const *)parts;
        cr_assert_eq(bon_counts_merge(&merged, all, PARTS), BON_OK);
        check_same_file(merged, whole);
        cr_assert_eq(bon_counts_merge(&left, all, 2), BON_OK);
        cr_assert_eq(bon_counts_merge(&right, all + 2, PARTS - 2), BON_OK);
        bon_counts_close(merged);
        const bon_counts *const two[] = {right, left};
        cr_assert_eq(bon_counts_merge(&merged, two, 2), BON_OK);
        check_same_file(merged, whole);
        bon_counts_close(merged);
        cr_assert_eq(bon_counts_merge(&merged, (const bon_counts *const[]){whole}, 1), BON_OK);
        check_same_file(merged, whole);
        bon_counts_close(merged);
        bon_counts_close(left);
        bon_counts_close(right);
        bon_counts_close(whole);
        for (size_t i = 0; i < PARTS; i++) bon_counts_close(parts[i]);
        bon_buf_free(&text);
    }
}

Test(counts, what_cannot_be_done_is_said) {
    bon_counter *counter;
    cr_assert_eq(bon_counter_open(&counter, 0), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_counter_open(&counter, BON_LM_MAX_ORDER + 1), BON_ERR_ARGUMENT);
    bon_counts *one = must_count("a b\n", 4, 1), *two = must_count("a b\n", 4, 2), *merged;
    cr_assert_eq(bon_counts_merge(&merged, (const bon_counts *const[]){one, two}, 2), BON_ERR_ARGUMENT);
    cr_assert(strstr(bon_error_message(), "1-grams and of 2-grams"), "%s", bon_error_message());
    cr_assert_eq(bon_counts_merge(&merged, NULL, 0), BON_ERR_ARGUMENT);
    uint64_t *large = two->count;
    large[0] = UINT64_MAX;
    cr_assert_eq(bon_counts_merge(&merged, (const bon_counts *const[]){two, two}, 2), BON_ERR_LIMIT);
    size_t n;
    cr_assert_null(bon_counts_word(two, 2, &n));
    bon_counts_close(one);
    bon_counts_close(two);
}

/* Who goes on with a counter after it has counted is told so. */
Test(counts, a_counter_counts_once) {
    for (unsigned order = 1; order <= 2; order++) {
        bon_counter *counter;
        bon_counts *counts, *again;
        cr_assert_eq(bon_counter_open(&counter, order), BON_OK);
        cr_assert_eq(bon_counter_add(counter, "a b\n", 4), BON_OK);
        cr_assert_eq(bon_counter_finish(counter, &counts), BON_OK);
        cr_assert_eq(bon_counter_add(counter, "a b\n", 4), BON_ERR_ARGUMENT);
        cr_assert(strstr(bon_error_message(), "used up"), "%s", bon_error_message());
        cr_assert_eq(bon_counter_finish(counter, &again), BON_ERR_ARGUMENT);
        cr_assert_null(again);
        bon_counts_close(counts);
        bon_counter_close(counter);
    }
}

Test(counts, files_read_back, .fini = files_clear) {
    for (unsigned order = 1; order <= 5; order++) {
        bon_buf text = random_text(order, order == 3 ? 0 : 50);
        bon_counts *counts = must_count(text.data, text.len, order), *back;
        bon_buf bytes = file_of(counts);
        cr_assert_eq(bon_counts_read(&back, files_path("counts.bonc")), BON_OK, "%s", bon_error_message());
        check_same_file(counts, back);
        bon_counts_close(counts);
        bon_counts_close(back);
        bon_buf_free(&bytes);
        bon_buf_free(&text);
    }
}

/* Files whose checksums are right and whose content is not. */
static void check_refused(bon_counts *counts, const char *message) {
    bon_counts *back;
    bon_buf bytes = file_of(counts);
    cr_assert_eq(bon_counts_read(&back, files_path("counts.bonc")), BON_ERR_FORMAT, "%s was accepted", message);
    cr_assert(strstr(bon_error_message(), message), "%s", bon_error_message());
    bon_buf_free(&bytes);
}

Test(counts, inconsistent_files_are_refused, .fini = files_clear) {
    bon_counts *counts = must_count("a b c a\n", 8, 2); /* a b, b c, c a */
    uint64_t edges = counts->edge_size;
    counts->edge_size = 0;
    counts->grams[5] = 3;
    check_refused(counts, "out of range");
    counts->grams[5] = 0;
    counts->grams[4] = 0; /* a larger step than there are words */
    check_refused(counts, "out of range");
    counts->grams[2] = counts->grams[0];
    counts->grams[3] = counts->grams[1]; /* twice the same */
    counts->size = 2;
    check_refused(counts, "not in order");
    counts->size = 1;
    counts->count[0] = 0;
    check_refused(counts, "a count is 0");
    counts->count[0] = 1;
    counts->edge_size = edges;
    counts->text[0] = 'b'; /* twice the same: shorter than any word */
    check_refused(counts, "no room for so many words");
    counts->text[0] = 'c';
    check_refused(counts, "words are not in order");
    bon_counts_close(counts);
}

/* A file of two words, the second of which shares so many bytes of the first and ends in another one; all sums are right. */
static void write_two_words(const char *path, size_t shared, char end) {
    enum { FIRST = 300, SECTIONS = 4 };
    struct bon_artefact_writer *writer;
    bon_buf words = {0}, first = {0};
    uint8_t rows[2 * BON_RUN_RECORD_MAX];
    uint32_t last[BON_RUN_WORDS] = {0};
    for (int i = 0; i < FIRST; i++) cr_assert_eq(bon_buf_put(&first, 'a'), BON_OK);
    cr_assert_eq(bon_word_record(&words, &(bon_buf){0}, first.data, FIRST), BON_OK);
    uint8_t head[20];
    size_t n = bon_number_put(head, shared);
    n += bon_number_put(head + n, FIRST + 1 - shared);
    cr_assert_eq(bon_buf_append(&words, head, n), BON_OK);
    cr_assert_eq(bon_buf_append(&words, first.data + shared, FIRST - shared), BON_OK);
    cr_assert_eq(bon_buf_put(&words, end), BON_OK);
    n = bon_run_record(rows, 1, 0, (uint32_t[]){BON_EDGE_WORDS}, 1, last);
    n += bon_run_record(rows + n, 1, 0, (uint32_t[]){BON_EDGE_WORDS + 1}, 1, last);
    const struct {
        uint32_t order, words;
        uint64_t text, grams, edges, checksum;
    } about = {1, 2, 2 * FIRST + 1, 2, 0, bon_hash64(words.data, words.len)};
    const uint64_t run[3] = {n, 2, bon_hash64(rows, n)};
    const struct {
        const char *name;
        const void *bytes;
        size_t n;
    } sections[SECTIONS] = {{"bonc.words", words.data, words.len},
                            {"bonc.rows", rows, n},
                            {"bonc.runs", run, sizeof run},
                            {"bonc.head", &about, sizeof about}};
    cr_assert_eq(bon_artefact_create(&writer, path, "bonc", BON_COUNTS_FILE_VERSION), BON_OK);
    for (int i = 0; i < SECTIONS; i++)
        cr_assert_eq(bon_artefact_add(writer, sections[i].name, sections[i].bytes, sections[i].n), BON_OK);
    cr_assert_eq(bon_artefact_publish(writer), BON_OK);
    bon_buf_free(&words);
    bon_buf_free(&first);
}

/* Else a small file would be as many bytes as the square of its own when it is read. */
Test(counts, words_grow_by_so_much_and_have_no_blanks, .fini = files_clear) {
    const char *path = files_path("made.bonc");
    bon_counts *back;
    write_two_words(path, 255, 'b');
    cr_assert_eq(bon_counts_read(&back, path), BON_OK, "%s", bon_error_message());
    bon_counts_close(back);
    write_two_words(path, 256, 'b');
    cr_assert_eq(bon_counts_read(&back, path), BON_ERR_FORMAT);
    cr_assert(strstr(bon_error_message(), "not well-formed"), "%s", bon_error_message());
    write_two_words(path, 255, ' ');
    cr_assert_eq(bon_counts_read(&back, path), BON_ERR_FORMAT);
    cr_assert(strstr(bon_error_message(), "a blank in it"), "%s", bon_error_message());
}

/* Damaged anywhere, a file is refused and nothing is read beyond it. */
Test(counts, damaged_files_are_refused, .fini = files_clear) {
    bon_buf text = random_text(3, 40);
    bon_counts *counts = must_count(text.data, text.len, 3), *back;
    bon_buf bytes = file_of(counts);
    const char *path = files_path("cut.bonc");
    for (size_t n = 0; n < bytes.len; n += 7) {
        files_write(path, bytes.data, n);
        bon_status status = bon_counts_read(&back, path);
        cr_assert_eq(status, BON_ERR_FORMAT, "%zu bytes: %s", n, bon_status_name(status));
    }
    for (size_t at = 0; at < bytes.len; at += 3) {
        bytes.data[at] = (char)(bytes.data[at] ^ 0x55);
        files_write(path, bytes.data, bytes.len);
        bon_status status = bon_counts_read(&back, path);
        bytes.data[at] = (char)(bytes.data[at] ^ 0x55);
        if (status != BON_OK) continue; /* bytes between sections mean nothing */
        cr_assert_eq(bon_counts_write(back, path), BON_OK);
        bon_buf again = files_read(path);
        cr_assert(again.len == bytes.len && memcmp(again.data, bytes.data, again.len) == 0, "byte %zu", at);
        bon_buf_free(&again);
        bon_counts_close(back);
    }
    bon_buf_free(&bytes);
    bon_buf_free(&text);
    bon_counts_close(counts);
}

static bon_status whole_round(void *path) {
    bon_counts *a = NULL, *b = NULL, *merged = NULL;
    bon_status status = count("x y z x y\ny z\n", 14, 3, &a);
    if (status == BON_OK) status = count("w x y z\n", 8, 3, &b);
    if (status == BON_OK) status = bon_counts_merge(&merged, (const bon_counts *const[]){a, b, a}, 3);
    if (status == BON_OK) status = bon_counts_write(merged, path);
    bon_counts_close(b);
    b = NULL;
    if (status == BON_OK) status = bon_counts_read(&b, path);
    if (status == BON_OK) status = bon_counts_print(b, "/dev/null", 1);
    bon_counts_close(a);
    bon_counts_close(b);
    bon_counts_close(merged);
    return status;
}

Test(counts, allocation_failures, .fini = files_clear) { failmalloc_check(whole_round, (void *)files_path("a.bonc")); }

/* Windows over the ends of a line, in files: what is not one is refused. */
Test(counts, edges_are_checked, .fini = files_clear) {
    static const struct {
        uint32_t items[3];
        bool good;
    } rows[] = {{{0, 0, 1}, true},  {{0, 0, 2}, true},  {{0, 2, 1}, true},  {{2, 2, 1}, true},
                {{0, 2, 2}, true},  {{0, 0, 0}, false}, {{0, 1, 1}, false}, {{1, 2, 1}, false},
                {{2, 0, 1}, false}, {{2, 1, 2}, false}, {{0, 0, 3}, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_counts *counts = must_count("a\n", 2, 3), *back;
        memcpy(counts->edges, rows[i].items, sizeof rows[i].items);
        counts->edge_size = 1;
        cr_assert_eq(bon_counts_write(counts, files_path("edges.bonc")), BON_OK);
        cr_assert_eq(bon_counts_read(&back, files_path("edges.bonc")), rows[i].good ? BON_OK : BON_ERR_FORMAT, "%zu",
                     i);
        bon_counts_close(back);
        bon_counts_close(counts);
    }
}

/* Parts remember which they are, in files and through merging; all of them are a whole text. */
Test(counts, parts_remember, .fini = files_clear) {
    bon_counts *part[3], *back, *two, *all;
    for (uint32_t i = 0; i < 3; i++) {
        bon_counter *counter;
        cr_assert_eq(bon_counter_open(&counter, 2), BON_OK);
        cr_assert_eq(bon_counter_shard(counter, 3, 3), BON_ERR_ARGUMENT);
        cr_assert_eq(bon_counter_shard(counter, i, 3), BON_OK);
        cr_assert_eq(bon_counter_add(counter, "a b\n", 4), BON_OK);
        cr_assert_eq(bon_counter_finish(counter, &part[i]), BON_OK);
        bon_counter_close(counter);
    }
    cr_assert_eq(bon_counts_write(part[2], files_path("part.bonc")), BON_OK);
    cr_assert_eq(bon_counts_read(&back, files_path("part.bonc")), BON_OK, "%s", bon_error_message());
    cr_assert(back->shards.of == 3 && back->shards.count == 1 && back->shards.index[0] == 2);
    cr_assert_eq(bon_counts_merge(&two, (const bon_counts *[]){back, part[0]}, 2), BON_OK);
    cr_assert(two->shards.of == 3 && two->shards.count == 2);
    cr_assert_eq(bon_counts_merge(&all, (const bon_counts *[]){part[2], two}, 2), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_counts_merge(&all, (const bon_counts *[]){part[1], two}, 2), BON_OK);
    cr_assert(bon_shards_whole(&all->shards));
    bon_shards_free(&part[0]->shards);
    uint32_t bad[][2] = {{1, 1}, {2, 1}, {0, 4}}; /* of 4: one twice, out of order, out of range */
    for (size_t i = 0; i < 3; i++) {
        bon_counts *none;
        part[0]->shards = (struct bon_shards){.of = 4, .index = bad[i], .count = 2};
        cr_assert_eq(bon_counts_write(part[0], files_path("bad.bonc")), BON_OK);
        cr_assert_eq(bon_counts_read(&none, files_path("bad.bonc")), BON_ERR_FORMAT);
        cr_assert(strstr(bon_error_message(), "bonc.shards"), "%s", bon_error_message());
    }
    part[0]->shards = (struct bon_shards){0};
    for (uint32_t i = 0; i < 3; i++) bon_counts_close(part[i]);
    bon_counts_close(back);
    bon_counts_close(two);
    bon_counts_close(all);
}
