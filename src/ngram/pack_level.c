/* src/ngram/pack_level.c: the sections of the n-grams, from the arrays of a table.
 *
 * Sections have nothing to do with each other, so with threads they are made in memory side by side and written in order;
 * with one they go straight into the file.
 */
#include "ngram/pack_level.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/parallel.h"
#include "ngram/bitsink.h"
#include "ngram/lm.h"
#include "ngram/quantize.h"

enum { SECTIONS_MAX = 4 /* of a group */ };

/* What a thread works on: the sections of a group, one after the other. */
struct bench {
    struct bon_artefact_writer *writer; /* NULL: into memory */
    struct bon_store *store;            /* of the table */
    struct bon_bitsink sink;
    unsigned count;
    struct {
        char name[BON_ARTEFACT_NAME];
        bon_buf bytes;
    } section[SECTIONS_MAX];
    struct bon_quantizer quantizer;
    float centres[1 << BON_QUANTIZE_BITS_MAX];
};

/* A level on its way into the file. */
struct packing {
    const struct bon_lm_table *table;
    unsigned quantize_bits;
    struct bon_artefact_writer *writer;
    unsigned threads;
    struct bench *benches; /* [threads] */
};

static const struct bon_lm_level *level_of(const struct packing *packing, unsigned order) {
    return &packing->table->level[order - 1];
}

/* The sink of the next section. */
static bon_status open_section(struct bench *bench, unsigned order, const char *part) {
    char name[BON_ARTEFACT_NAME];
    bon_lm_section_name(name, order, part);
    if (bench->writer) {
        bon_bitsink_start(&bench->sink, bench->writer);
        bench->sink.store = bench->store;
        return bon_artefact_begin(bench->writer, name);
    }
    memcpy(bench->section[bench->count].name, name, sizeof name);
    bench->section[bench->count].bytes.len = 0;
    bon_bitsink_start_memory(&bench->sink, &bench->section[bench->count++].bytes);
    return BON_OK;
}

/* ---- values ---- */

struct values {
    const float *of;
    const uint8_t *keep; /* NULL = all */
    uint64_t count;
};

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static bon_status put_centres(struct bench *bench, unsigned bits) {
    for (size_t i = 0; i < (size_t)1 << bits; i++)
        BON_TRY(bon_bitsink_put(&bench->sink, bits_of(bench->centres[i]), 32));
    return bon_bitsink_finish(&bench->sink, 0);
}

static bon_status put_codes(struct bench *bench, struct values values, unsigned bits) {
    for (uint64_t i = 0; i < values.count; i++)
        if (!values.keep || values.keep[i])
            BON_TRY(bon_bitsink_put(&bench->sink, bon_quantizer_bin(&bench->quantizer, values.of[i]), bits));
    return bon_bitsink_finish(&bench->sink, BON_BITS_PAD);
}

static bon_status put_floats(struct bench *bench, struct values values) {
    for (uint64_t i = 0; i < values.count; i++)
        if (!values.keep || values.keep[i]) BON_TRY(bon_bitsink_put(&bench->sink, bits_of(values.of[i]), 32));
    return bon_bitsink_finish(&bench->sink, BON_BITS_PAD);
}

/* Section `part`: quantized with its centres in section `bins`, or raw. */
static bon_status put_values(const struct packing *packing, unsigned order, const char *part, const char *bins,
                             struct values values, struct bench *bench) {
    unsigned bits = order == 1 ? 0 : packing->quantize_bits; /* unigrams are few and in every back-off: kept exact */
    if (bits > 0) {
        BON_TRY(bon_quantize_train(values.of, values.keep, values.count, bits, bench->store, bench->centres));
        bon_quantizer_init(&bench->quantizer, bench->centres, bits);
        BON_TRY(open_section(bench, order, bins));
        BON_TRY(put_centres(bench, bits));
    }
    BON_TRY(open_section(bench, order, part));
    return bits > 0 ? put_codes(bench, values, bits) : put_floats(bench, values);
}

/* ---- bits ---- */

static bon_status put_bits(struct bench *bench, unsigned order, const char *part, const uint8_t *flags,
                           uint64_t count) {
    BON_TRY(open_section(bench, order, part));
    uint64_t padded = (count + BON_LM_KEEP_BITS - 1) / BON_LM_KEEP_BITS * BON_LM_KEEP_BITS;
    for (uint64_t i = 0; i < padded; i++) BON_TRY(bon_bitsink_put(&bench->sink, i < count && flags[i], 1));
    return bon_bitsink_finish(&bench->sink, 0);
}

static bon_status put_ranks(struct bench *bench, unsigned order, const uint8_t *flags, uint64_t count) {
    BON_TRY(open_section(bench, order, "rank"));
    uint32_t ones = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (i % BON_LM_KEEP_BITS == 0) BON_TRY(bon_bitsink_put(&bench->sink, ones, 32));
        ones += flags[i] != 0;
    }
    BON_TRY(bon_bitsink_put(&bench->sink, ones, 32));
    return bon_bitsink_finish(&bench->sink, 0);
}

/* ---- groups of sections ---- */

static bon_status put_words(const struct packing *packing, unsigned order, struct bench *bench) {
    if (order == 1) return BON_OK;
    const struct bon_lm_level *level = level_of(packing, order);
    struct bon_ef_source words = {
        .values = level->word, .run_begin = level[-1].first_child, .count = level->count, .store = bench->store};
    BON_TRY(open_section(bench, order, "word"));
    return bon_ef_put(&bench->sink, &words, 0, true);
}

static bon_status put_logprobs(const struct packing *packing, unsigned order, struct bench *bench) {
    const struct bon_lm_level *level = level_of(packing, order);
    return put_values(packing, order, "prob", "probbin", (struct values){level->logprob, NULL, level->count}, bench);
}

static bon_status put_children(const struct packing *packing, unsigned order, struct bench *bench) {
    if (order == packing->table->order) return BON_OK;
    const struct bon_lm_level *level = level_of(packing, order);
    struct bon_ef_source next = {
        .values = level->first_child, .count = (uint64_t)level->count + 1, .store = bench->store};
    BON_TRY(open_section(bench, order, "next"));
    return bon_ef_put(&bench->sink, &next, level[1].count, false);
}

static bon_status put_contexts(const struct packing *packing, unsigned order, struct bench *bench) {
    if (order == packing->table->order) return BON_OK;
    const struct bon_lm_level *level = level_of(packing, order);
    BON_TRY(put_bits(bench, order, "keep", level->extends, level->count));
    BON_TRY(put_ranks(bench, order, level->extends, level->count));
    struct values backoffs = {level->backoff, level->extends, level->count};
    return put_values(packing, order, "back", "backbin", backoffs, bench);
}

static bon_status put_blanks(const struct packing *packing, unsigned order, struct bench *bench) {
    const struct bon_lm_level *level = level_of(packing, order);
    return level->blank ? put_bits(bench, order, "blank", level->blank, level->count) : BON_OK;
}

typedef bon_status put_group(const struct packing *packing, unsigned order, struct bench *bench);

/* In the order of the file. */
static put_group *const GROUPS[] = {put_words, put_logprobs, put_children, put_contexts, put_blanks};
enum { GROUP_COUNT = sizeof GROUPS / sizeof *GROUPS };

static bon_status make_group(void *context, size_t part, unsigned worker) {
    const struct packing *packing = context;
    struct bench *bench = &packing->benches[worker];
    bench->count = 0;
    return GROUPS[part % GROUP_COUNT](packing, (unsigned)(part / GROUP_COUNT) + 1, bench);
}

static bon_status write_group(void *context, size_t part, unsigned worker) {
    (void)part;
    const struct packing *packing = context;
    struct bench *bench = &packing->benches[worker];
    for (unsigned i = 0; i < bench->count; i++) {
        bon_buf *bytes = &bench->section[i].bytes;
        BON_TRY(bon_artefact_add(packing->writer, bench->section[i].name, bytes->data, bytes->len));
        bon_buf_free(bytes);
    }
    return BON_OK;
}

bon_status bon_small_write_levels(const struct bon_lm_table *table, unsigned quantize_bits,
                                  struct bon_artefact_writer *writer) {
    struct packing packing = {table, quantize_bits, writer, table->threads > 1 ? table->threads : 1, NULL};
    packing.benches = bon_alloc_zeroed(packing.threads, sizeof *packing.benches);
    if (!packing.benches) return BON_ERR_NOMEM;
    if (packing.threads == 1) packing.benches[0].writer = writer;
    packing.benches[0].store = table->store; /* tables in a store have one thread */
    const struct bon_parallel job = {packing.threads, (size_t)table->order * GROUP_COUNT, &packing, make_group,
                                     write_group};
    bon_status status = bon_parallel_run(&job);
    for (unsigned i = 0; i < packing.threads; i++)
        for (unsigned j = 0; j < SECTIONS_MAX; j++) bon_buf_free(&packing.benches[i].section[j].bytes);
    free(packing.benches);
    return status;
}

bon_status bon_write_trie(const struct bon_lm_table *table, unsigned order, struct bon_artefact_writer *writer) {
    struct packing packing = {.table = table};
    struct bench *bench = bon_alloc_zeroed(1, sizeof *bench);
    if (!bench) return BON_ERR_NOMEM;
    bench->writer = writer;
    bench->store = table->store;
    bon_status status = put_words(&packing, order, bench);
    if (status == BON_OK) status = put_children(&packing, order, bench);
    free(bench);
    return status;
}
