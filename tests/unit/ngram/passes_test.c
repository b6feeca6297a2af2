/* Estimation by passes: texts at the edge of what there is, what it refuses, phases in their order, out of memory. That it
 * agrees with the CPU on many texts is for tests/property/ngram_passes.c. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ngram/passes.h"
#include "support/failmalloc.h"
#include "support/files.h"

/* The model of a text as a file; the status when there is none. */
static bon_status build(const char *text, size_t n, bon_lm_build_options how, const char *path) {
    bon_lm_builder *builder;
    bon_lm_table *table = NULL;
    bon_status status = bon_lm_builder_open(&builder, &how);
    if (status == BON_OK) status = bon_lm_builder_add(builder, text, n, "text", 1);
    if (status == BON_OK) status = bon_lm_builder_estimate(builder, &table);
    if (status == BON_OK) status = bon_lm_table_write(table, path, NULL);
    bon_lm_table_close(table);
    bon_lm_builder_close(builder);
    return status;
}

static void same_model(const char *text, size_t n, bon_lm_build_options how) {
    const char *paths[2] = {files_path("cpu.bonlm"), files_path("emulate.bonlm")};
    bon_lm_build_options emulate = how;
    emulate.device = BON_LM_DEVICE_EMULATE;
    char message[BON_MESSAGE_MAX];
    bon_status status = build(text, n, how, paths[0]);
    snprintf(message, sizeof message, "%s", status == BON_OK ? "" : bon_error_message());
    cr_assert_eq(build(text, n, emulate, paths[1]), status, "order %u of '%.20s'", how.order, text);
    if (status != BON_OK) {
        cr_assert_str_eq(bon_error_message(), message);
        return;
    }
    bon_buf files[2] = {files_read(paths[0]), files_read(paths[1])};
    cr_assert(files[0].len == files[1].len && memcmp(files[0].data, files[1].data, files[0].len) == 0,
              "order %u of '%.20s'", how.order, text);
    bon_buf_free(&files[0]);
    bon_buf_free(&files[1]);
}

Test(passes, odd_texts, .fini = files_clear) {
    static const char *const TEXTS[] = {"",
                                        "a",
                                        "a\n",
                                        "\n",
                                        "\n\n\n\n",
                                        "a a a a a a a a a a a a a\n",
                                        "a\na\na\na\n",
                                        "a b\n\nb a\n\n",
                                        "a b c",
                                        "một\n",
                                        "b a b a b a\nb a b a b a\nb a\n",
                                        "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n",
                                        "x\n\n\n\n\n\n\ny"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        for (unsigned order = 1; order <= BON_LM_MAX_ORDER; order++)
            for (int fallback = 0; fallback < 2; fallback++)
                for (uint32_t prune = 0; prune < 3; prune++) {
                    bon_lm_build_options how = {.order = order, .discount_fallback = fallback};
                    for (unsigned k = 1; k < order; k++) how.prune[k] = prune;
                    same_model(TEXTS[i], strlen(TEXTS[i]), how);
                }
}

/* Words enough for several chunks in the least memory, and for estimating in parts. */
static size_t make_text(char *text, size_t room, unsigned types) {
    uint64_t seed = 4;
    size_t n = 0;
    while (n + 160 < room) {
        unsigned word = 0;
        for (uint64_t i = files_random(&seed) % 14; i > 0; i--) {
            word = files_random(&seed) % 3 ? (word * 7 + 3) % types : (unsigned)(files_random(&seed) % types);
            n += (size_t)snprintf(text + n, room - n, "%u ", word);
        }
        text[n++] = '\n';
    }
    return n;
}

static char text[1000000];

Test(passes, options, .fini = files_clear) {
    static const char *const WORDS[] = {"1", "2", "3", "4", "5", "6", "10", "17", "24"};
    size_t n = make_text(text, sizeof text, 3000);
    same_model(text, n, (bon_lm_build_options){.order = 4, .discount_fallback = 1});
    same_model(text, n / 8, (bon_lm_build_options){.order = 3, .discount_fallback = 1, .threshold = 1e-5f});
    same_model(text, n / 8, (bon_lm_build_options){.order = 3, .discount_fallback = 1, .definition = 1});
    same_model(text, n / 8,
               (bon_lm_build_options){.order = 3, .discount_fallback = 1, .vocabulary = WORDS, .vocabulary_size = 9});
    /* the least memory: chunks, and probabilities by the CPU; no temporary files are made */
    const char *paths[2] = {files_path("cpu.bonlm"), files_path("emulate.bonlm")};
    bon_lm_build_options how = {.order = 5, .discount_fallback = 1, .folder = "/nowhere/at/all"};
    cr_assert_eq(build(text, n, how, paths[0]), BON_OK);
    how.device = BON_LM_DEVICE_EMULATE;
    how.memory = BON_LM_MEMORY_MIN;
    cr_assert_eq(build(text, n, how, paths[1]), BON_OK, "%s", bon_error_message());
    bon_buf files[2] = {files_read(paths[0]), files_read(paths[1])};
    cr_assert(files[0].len == files[1].len && memcmp(files[0].data, files[1].data, files[0].len) == 0);
    bon_buf_free(&files[0]);
    bon_buf_free(&files[1]);
}

Test(passes, what_cannot_be_done_is_said, .fini = files_clear) {
    bon_lm_builder *builder;
    bon_lm_build_options how = {.order = 2, .device = BON_LM_DEVICE_CUDA};
    cr_assert_eq(bon_lm_builder_open(&builder, &how), BON_ERR_ARGUMENT);
    cr_assert(strstr(bon_error_message(), "built without CUDA"));
    cr_assert_null(builder);
    how = (bon_lm_build_options){.order = 2, .device = BON_LM_DEVICE_EMULATE, .memory = BON_LM_MEMORY_MIN - 1};
    cr_assert_eq(bon_lm_builder_open(&builder, &how), BON_ERR_ARGUMENT);
    cr_assert(strstr(bon_error_message(), "the least is 8 MB"), "%s", bon_error_message());
    how.memory = 0;
    cr_assert_eq(build("a <s> b\n", 8, how, files_path("x.bonlm")), BON_ERR_DATA);
}

/* ---- beneath the builder ---- */

static const char LINES[] = "a b a\nb a b c\n\nc c a\na b a b\nd\n";

struct round {
    uint64_t chunk;
    uint32_t prune[BON_LM_MAX_ORDER];
    void (*watch)(void *user, const char *phase);
    void *user;
};

static bon_status estimate(void *context) {
    const struct round *round = context;
    const struct bon_word_rule rule = {0};
    const struct bon_kn_rule how = {.fallback = &bon_discount_fallback, .discounts = BON_DISCOUNT_DEFINITION};
    struct bon_corpus corpus = {0};
    struct bon_word_order words = {0};
    struct bon_grams grams = {0};
    struct bon_machine device = {0};
    struct bon_passes passes = {.device = &device, .chunk = round->chunk, .watch = round->watch, .user = round->user};
    bon_lm_table *table = calloc(1, sizeof *table);
    bon_status status = table ? bon_corpus_open(&corpus, BON_CORPUS_SENTENCES) : bon_fail_memory(sizeof *table);
    if (status == BON_OK) status = bon_corpus_add(&corpus, LINES, sizeof LINES - 1, NULL, 1);
    if (status == BON_OK) status = bon_corpus_renumber(&corpus, &rule, &words);
    if (status == BON_OK) status = bon_machine_open(&device, BON_LM_DEVICE_EMULATE, 1);
    if (status == BON_OK) status = bon_passes_find(&passes, &grams, 3, &corpus, &words, round->prune);
    if (status == BON_OK) status = bon_passes_estimate(&passes, &grams, &how, table);
    bon_machine_close(&device);
    bon_grams_free(&grams);
    bon_word_order_free(&words);
    bon_corpus_free(&corpus);
    bon_lm_table_close(table);
    return status;
}

Test(passes, allocation_failures) {
    struct round whole = {0}, chunks = {.chunk = 5, .prune = {0, 1, 1}};
    failmalloc_check(estimate, &whole);
    failmalloc_check(estimate, &chunks);
}

static void note_phase(void *user, const char *phase) {
    char *phases = user;
    snprintf(phases + strlen(phases), 400 - strlen(phases), "%s,", phase);
}

Test(passes, phases_are_told_in_order) {
    char phases[400] = "";
    struct round round = {.watch = note_phase, .user = phases};
    cr_assert_eq(estimate(&round), BON_OK);
    cr_assert_str_eq(phases, "upload,pack,sort,reduce,levels,download,levels again,contexts,sums,probabilities,"
                             "levels again,contexts,sums,probabilities,");
    *phases = 0;
    round.chunk = 25; /* two chunks, one range */
    cr_assert_eq(estimate(&round), BON_OK);
    cr_assert_str_eq(phases, "upload,pack,sort,reduce,runs,upload,pack,sort,reduce,runs,runs,sort,reduce,levels,"
                             "download,levels again,contexts,sums,probabilities,levels again,contexts,sums,"
                             "probabilities,");
}

/* Windows that no text has: a b c without any a b. */
Test(passes, windows_without_contexts_are_refused) {
    uint32_t ids[] = {3, 4, 5}, prune[BON_LM_MAX_ORDER] = {0}, weight = 1;
    uint64_t counts[] = {0, 0, 0, 0, 0, 1};
    const struct bon_word_order words = {.types = 6, .kept = 6, .counts = counts};
    const struct bon_kn_rule how = {.fallback = &bon_discount_fallback};
    for (int cpu = 0; cpu < 2; cpu++) {
        struct bon_corpus corpus = {.count = 3, .row = 3, .weight = &weight, .total = 1};
        struct bon_grams grams;
        struct bon_machine device;
        struct bon_passes passes = {.device = &device};
        bon_lm_table *table = calloc(1, sizeof *table);
        corpus.ids = malloc(sizeof ids);
        memcpy(corpus.ids, ids, sizeof ids);
        cr_assert_eq(bon_machine_open(&device, BON_LM_DEVICE_EMULATE, 1), BON_OK);
        if (cpu)
            cr_assert_eq(bon_grams_find(&grams, 3, 1, &corpus, &words, prune), BON_OK);
        else
            cr_assert_eq(bon_passes_find(&passes, &grams, 3, &corpus, &words, prune), BON_OK);
        cr_assert_eq(cpu ? bon_kn_estimate(&grams, &how, table) : bon_passes_estimate(&passes, &grams, &how, table),
                     BON_ERR_DATA);
        cr_assert(strstr(bon_error_message(), "not the counts of whole lines"), "%s", bon_error_message());
        bon_machine_close(&device);
        bon_grams_free(&grams);
        bon_lm_table_close(table);
    }
}
