/* Opening, words, sections; files that are damaged, foreign or hostile; packing and unpacking under allocation failures. */
#include <criterion/criterion.h>
#include <unistd.h>

#include "ngram/lm.h"
#include "ngram/query.h"
#include "support/failmalloc.h"
#include "support/lm_toy.h"

struct model {
    struct toy toy;
    bon_lm_table *table;
    char path[64];
    char *bytes;
    size_t n;
};

static struct model make_model(unsigned order, uint32_t vocabulary, unsigned bits) {
    struct model model = {.toy = toy_make(order + vocabulary, order, vocabulary, 30)};
    model.table = toy_table(&model.toy);
    toy_path(model.path);
    bon_lm_write_options options = {.quantize_bits = bits};
    cr_assert_eq(bon_lm_table_write(model.table, model.path, &options), BON_OK, "%s", bon_error_message());
    FILE *file = fopen(model.path, "rb");
    fseek(file, 0, SEEK_END);
    model.n = (size_t)ftell(file);
    rewind(file);
    model.bytes = malloc(model.n);
    cr_assert_eq(fread(model.bytes, 1, model.n, file), model.n);
    fclose(file);
    return model;
}

static void drop_model(struct model *model) {
    unlink(model->path);
    free(model->bytes);
    bon_lm_table_close(model->table);
    toy_free(&model->toy);
}

Test(lm, every_word_is_found_and_no_other) {
    struct model model = make_model(2, 5000, 0);
    bon_lm *lm;
    cr_assert_eq(bon_lm_open(&lm, model.path, NULL), BON_OK, "%s", bon_error_message());
    for (uint32_t id = 0; id < 5000; id++) {
        size_t n;
        const char *text = bon_lm_word_text(lm, id, &n);
        cr_assert(n == model.table->vocab.words[id].len && memcmp(text, model.table->vocab.words[id].text, n) == 0);
        cr_assert_eq(bon_lm_word(lm, text, n), id);
    }
    size_t n;
    cr_assert_null(bon_lm_word_text(lm, 5000, &n));
    static const char *const strangers[] = {"w5000", "w", "", "W3", "w03", "không"};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        cr_assert_eq(bon_lm_word(lm, strangers[i], strlen(strangers[i])), BON_LM_UNK);
    bon_lm_close(lm);
    bon_lm_close(NULL);
    drop_model(&model);
}

Test(lm, says_what_is_in_it) {
    struct model model = make_model(3, 20, 5);
    bon_lm *lm;
    cr_assert_eq(bon_lm_open(&lm, model.path, NULL), BON_OK);
    cr_assert_eq(bon_lm_verify(lm), BON_OK);
    cr_assert(bon_lm_order(lm) == 3 && bon_lm_quantize_bits(lm) == 5);
    for (unsigned order = 0; order < 5; order++)
        cr_assert_eq(bon_lm_count(lm, order), bon_lm_table_count(model.table, order));
    uint64_t size, total = 0;
    cr_assert_gt(bon_lm_section_count(lm), 10);
    for (size_t i = 0; i < bon_lm_section_count(lm); i++) {
        cr_assert_eq(strncmp(bon_lm_section(lm, i, NULL, &size), "lm.", 3), 0);
        total += size;
    }
    cr_assert(total > 1000 && total < model.n);
    cr_assert_null(bon_lm_section(lm, bon_lm_section_count(lm), NULL, NULL));
    bon_lm_close(lm);
    drop_model(&model);
}

Test(lm, resident_models_answer_the_same) {
    static const bon_lm_open_options resident = {.resident = 1};
    struct model model = make_model(3, 30, 0);
    bon_lm *mapped, *read;
    cr_assert_eq(bon_lm_open(&mapped, model.path, NULL), BON_OK);
    cr_assert_eq(bon_lm_open(&read, model.path, &resident), BON_OK, "%s", bon_error_message());
    bon_lm_state a, b;
    bon_lm_state_begin(mapped, &a);
    bon_lm_state_begin(read, &b);
    for (uint32_t i = 0; i < 200; i++) {
        uint32_t word = i * 2654435761u % 30;
        cr_assert_eq(bon_lm_score(mapped, &a, word, &a, NULL), bon_lm_score(read, &b, word, &b, NULL));
        cr_assert(bon_lm_state_equal(&a, &b));
    }
    bon_lm_close(mapped);
    bon_lm_close(read);
    FILE *file = fopen(model.path, "wb");
    fwrite(model.bytes, 1, model.n / 2, file);
    fclose(file);
    cr_assert_eq(bon_lm_open(&read, model.path, &resident), BON_ERR_FORMAT);
    cr_assert_not_null(strstr(bon_error_message(), model.path));
    cr_assert_eq(bon_lm_open(&read, "/nonexistent.bonlm", &resident), BON_ERR_IO);
    drop_model(&model);
}

Test(lm, layouts_follow_the_options) {
    static const struct {
        bon_lm_write_options options;
        bon_lm_layout layout;
    } rows[] = {
        {{.layout = BON_LM_LAYOUT_AUTO}, BON_LM_LAYOUT_FAST},
        {{.quantize_bits = 8}, BON_LM_LAYOUT_SMALL},
        {{.layout = BON_LM_LAYOUT_FAST}, BON_LM_LAYOUT_FAST},
        {{.layout = BON_LM_LAYOUT_SMALL}, BON_LM_LAYOUT_SMALL},
    };
    struct model model = make_model(3, 30, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_lm *lm;
        cr_assert_eq(bon_lm_table_write(model.table, model.path, &rows[i].options), BON_OK, "%s", bon_error_message());
        cr_assert_eq(bon_lm_open(&lm, model.path, NULL), BON_OK, "%s", bon_error_message());
        cr_assert_eq(bon_lm_layout_of(lm), rows[i].layout, "row %zu", i);
        bon_lm_close(lm);
    }
    drop_model(&model);
}

Test(lm, options_out_of_range_are_refused) {
    struct model model = make_model(2, 10, 0);
    static const unsigned bits[] = {1, 17, 32, 4000};
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        bon_lm_write_options options = {.quantize_bits = bits[i]};
        cr_assert_eq(bon_lm_table_write(model.table, model.path, &options), BON_ERR_ARGUMENT);
        cr_assert_not_null(strstr(bon_error_message(), "bits"));
    }
    static const bon_lm_write_options layouts[] = {{.layout = 3}, {.layout = BON_LM_LAYOUT_FAST, .quantize_bits = 8}};
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(bon_lm_table_write(model.table, model.path, &layouts[i]), BON_ERR_ARGUMENT);
        cr_assert_not_null(strstr(bon_error_message(), "layout"));
    }
    drop_model(&model);
}

Test(lm, damaged_files_are_refused_with_a_message) {
    struct model model = make_model(3, 12, 4);
    bon_lm *lm;
    for (size_t n = 0; n < model.n; n += 1 + n / 7) {
        cr_assert_neq(bon_lm_open_memory(&lm, model.bytes, n, "short.bonlm", NULL), BON_OK);
        cr_assert_not_null(strstr(bon_error_message(), "short.bonlm"));
    }
    uint64_t seed = 3;
    for (unsigned round = 0; round < 300; round++) {
        size_t at = toy_below(&seed, (uint32_t)model.n);
        model.bytes[at] ^= 0x10;
        bon_status status = bon_lm_open_memory(&lm, model.bytes, model.n, "flipped.bonlm", NULL);
        if (status == BON_OK)
            bon_lm_close(lm); /* a byte between sections */
        else
            cr_assert_not_null(strstr(bon_error_message(), "flipped.bonlm"));
        model.bytes[at] ^= 0x10;
    }
    cr_assert_eq(bon_lm_open_memory(&lm, model.bytes, model.n, "whole.bonlm", NULL), BON_OK);
    bon_lm_close(lm);
    cr_assert_eq(bon_lm_open(&lm, "/nonexistent.bonlm", NULL), BON_ERR_IO);
    drop_model(&model);
}

/* One section replaced by other bytes, everything else (checksums too) right. */
static bon_status open_with(const struct model *model, const char *section, const void *bytes, size_t n) {
    struct bon_artefact *artefact;
    struct bon_artefact_writer *writer;
    char path[64];
    bon_lm *lm;
    toy_path(path);
    cr_assert_eq(
        bon_artefact_open_memory(&artefact, model->bytes, model->n, "m", "bonlm", BON_LM_FILE_VERSION_MAX, true),
        BON_OK);
    cr_assert_eq(bon_artefact_create(&writer, path, "bonlm", bon_artefact_version(artefact)), BON_OK);
    for (size_t i = 0; i < bon_artefact_section_count(artefact); i++) {
        uint64_t offset, size;
        const char *name = bon_artefact_section_at(artefact, i, &offset, &size);
        bool same = strcmp(name, section) != 0;
        if (!same && !bytes) continue;
        cr_assert_eq(bon_artefact_add(writer, name, same ? model->bytes + offset : bytes, same ? size : n), BON_OK);
    }
    cr_assert_eq(bon_artefact_publish(writer), BON_OK);
    bon_artefact_close(artefact);
    bon_status status = bon_lm_open(&lm, path, NULL);
    if (status == BON_OK) bon_lm_close(lm);
    unlink(path);
    return status;
}

static void check_sections(unsigned bits) {
    struct model model = make_model(3, 12, bits);
    bon_lm *lm;
    cr_assert_eq(bon_lm_open_memory(&lm, model.bytes, model.n, "m", NULL), BON_OK);
    for (size_t i = 0; i < bon_lm_section_count(lm); i++) {
        uint64_t offset, size;
        const char *name = bon_lm_section(lm, i, &offset, &size);
        cr_assert_eq(open_with(&model, name, model.bytes + offset, size), BON_OK, "%s", name);
        cr_assert_eq(open_with(&model, name, NULL, 0), BON_ERR_FORMAT, "%s", name);
        cr_assert_eq(open_with(&model, name, "", 0), BON_ERR_FORMAT, "%s", name);
        cr_assert_eq(open_with(&model, name, model.bytes, size + 8), BON_ERR_FORMAT, "%s", name);
    }
    bon_lm_close(lm);
    drop_model(&model);
}

Test(lm, sections_missing_or_of_the_wrong_size_are_refused) {
    check_sections(0); /* the fast layout */
    check_sections(4);
}

Test(lm, headers_with_impossible_values_are_refused) {
    struct model model = make_model(3, 12, 4);
    bon_lm *lm;
    cr_assert_eq(bon_lm_open_memory(&lm, model.bytes, model.n, "m", NULL), BON_OK);
    struct bon_lm_header good = lm->header, bad[11];
    bon_lm_close(lm);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) bad[i] = good;
    bad[0].order = 0;
    bad[1].order = 9;
    bad[2].order = UINT32_MAX;
    bad[3].quantize_bits = 31;
    bad[4].probe_max = UINT32_MAX;
    bad[5].slots = 0;
    bad[6].count[0] = 2;
    bad[7].count[1] = UINT64_MAX;
    bad[8].text_bytes = UINT64_MAX / 2;
    bad[9].layout = 3;
    bad[10].layout = BON_LM_FILE_FAST; /* and quantized */
    cr_assert_eq(open_with(&model, "lm.header", &good, sizeof good), BON_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(open_with(&model, "lm.header", &bad[i], sizeof good), BON_ERR_FORMAT, "header %zu", i);
    drop_model(&model);
}

static void exercise(const bon_lm *lm) {
    bon_lm_state state;
    bon_lm_state_begin(lm, &state);
    for (uint32_t i = 0; i < 300; i++) {
        unsigned matched;
        bon_lm_score(lm, &state, i * 2654435761u % 13, &state, &matched);
        cr_assert(matched >= 1 && matched <= bon_lm_order(lm) && state.length < bon_lm_order(lm));
    }
    for (uint32_t id = 0; id < bon_lm_count(lm, 1); id++) {
        size_t n;
        const char *text = bon_lm_word_text(lm, id, &n);
        cr_assert_lt(bon_lm_word(lm, text, n), bon_lm_count(lm, 1));
    }
    bon_lm_table *table;
    if (bon_lm_table_from_lm(&table, lm) == BON_OK) bon_lm_table_close(table);
}

/* Content that no checksum vouches for: wrong answers are fine, reading outside or running away is not (run with ASan). */
Test(lm, hostile_content_is_survived) {
    static const bon_lm_open_options lazy = {.lazy = 1};
    for (unsigned order = 1; order <= 5; order++) {
        struct model model = make_model(order, 12, order % 2 ? 4 : 0); /* blocks and the fast layout */
        char *copy = malloc(model.n);
        uint64_t seed = order;
        unsigned opened = 0;
        for (unsigned round = 0; round < 400; round++) {
            bon_lm *lm;
            memcpy(copy, model.bytes, model.n);
            for (unsigned i = 0; i <= round / 4; i++) {
                size_t at = 64 + toy_below(&seed, (uint32_t)model.n - 64) * 3 / 4;
                copy[at] = (char)(round % 3 == 0 ? 0 : round % 3 == 1 ? 0xff : toy_random(&seed));
            }
            if (bon_lm_open_memory(&lm, copy, model.n, "hostile", &lazy) != BON_OK) continue;
            opened++;
            exercise(lm);
            bon_lm_close(lm);
        }
        cr_assert_gt(opened, 20);
        free(copy);
        drop_model(&model);
    }
}

static bon_status write_open_unpack_in(struct model *model, unsigned bits) {
    bon_lm_write_options options = {.quantize_bits = bits};
    bon_lm *lm;
    bon_lm_table *table;
    BON_TRY(bon_lm_table_write(model->table, model->path, &options));
    BON_TRY(bon_lm_open(&lm, model->path, NULL));
    bon_status status = bon_lm_table_from_lm(&table, lm);
    if (status == BON_OK) bon_lm_table_close(table);
    bon_lm_close(lm);
    return status;
}

static bon_status write_open_unpack(void *arg) {
    BON_TRY(write_open_unpack_in(arg, 0));
    return write_open_unpack_in(arg, 4);
}

Test(lm, allocation_failures) {
    struct model model = make_model(3, 12, 4);
    failmalloc_check(write_open_unpack, &model);
    drop_model(&model);
}
