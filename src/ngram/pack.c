/* src/ngram/pack.c: from a table in memory to the sections of a .bonlm file (docs/bonlm-format.md).
 *
 * Everything is streamed from the table's arrays through a small bit buffer into the artefact; what is allocated is the hash
 * index of the vocabulary, the word offsets, and the sample that quantisation sorts.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "ngram/bitsink.h"
#include "ngram/fast_write.h"
#include "ngram/lm.h"
#include "ngram/quantize.h"
#include "ngram/table.h"

enum { QUANTIZE_MIN = 2, QUANTIZE_MAX = 16 };

struct packer {
    const struct bon_lm_table *table;
    struct bon_artefact_writer *writer;
    struct bon_lm_header header;
    float centres[1 << QUANTIZE_MAX];
    char name[BON_ARTEFACT_NAME];
};

static const char *section_name(struct packer *packer, unsigned order, const char *part) {
    bon_lm_section_name(packer->name, order, part);
    return packer->name;
}

/* ---- vocabulary ---- */

/* A load of three quarters: two or three probes a word. */
static uint64_t slots_for(uint32_t words) { return (uint64_t)words + words / 3 + 1; }

/* Fills slots[] with id + 1 and gives the longest run of probes. */
static uint32_t fill_slots(const struct bon_vocab *vocab, uint32_t *slots, uint64_t slot_count) {
    uint32_t longest = 0;
    for (uint32_t id = 0; id < vocab->count; id++) {
        uint64_t at = bon_lm_slot(bon_hash64(vocab->words[id].text, vocab->words[id].len), slot_count);
        uint32_t probes = 1;
        for (; slots[at]; probes++) at = at + 1 < slot_count ? at + 1 : 0;
        slots[at] = id + 1;
        if (probes > longest) longest = probes;
    }
    return longest;
}

static bon_status put_slots(struct packer *packer, const uint32_t *slots) {
    unsigned width = bon_bits_for(packer->table->vocab.count);
    struct bon_bitsink sink;
    BON_TRY(bon_artefact_begin(packer->writer, "lm.word.slots"));
    bon_bitsink_start(&sink, packer->writer);
    for (uint64_t i = 0; i < packer->header.slots; i++) BON_TRY(bon_bitsink_put(&sink, slots[i], width));
    return bon_bitsink_finish(&sink, BON_BITS_PAD);
}

static bon_status put_text(struct packer *packer, uint32_t *ends) {
    const struct bon_vocab *vocab = &packer->table->vocab;
    uint64_t end = 0;
    BON_TRY(bon_artefact_begin(packer->writer, "lm.word.text"));
    for (uint32_t id = 0; id < vocab->count; id++) {
        ends[id] = (uint32_t)end;
        BON_TRY(bon_artefact_write(packer->writer, vocab->words[id].text, vocab->words[id].len));
        end += vocab->words[id].len;
    }
    ends[vocab->count] = (uint32_t)end;
    struct bon_ef_source source = {.values = ends, .count = (uint64_t)vocab->count + 1};
    return bon_ef_write(packer->writer, "lm.word.ends", &source, end, false);
}

/* The header is written here, between the parts, since it holds what the index comes out as. */
static bon_status put_header_and_vocab(struct packer *packer) {
    const struct bon_vocab *vocab = &packer->table->vocab;
    bon_status status = BON_ERR_NOMEM;
    packer->header.slots = slots_for(vocab->count);
    uint32_t *slots = bon_alloc_zeroed((size_t)packer->header.slots, sizeof *slots);
    uint32_t *ends = bon_alloc_array((size_t)vocab->count + 1, sizeof *ends);
    if (!slots || !ends) goto done;
    packer->header.probe_max = fill_slots(vocab, slots, packer->header.slots);
    if (packer->header.probe_max > BON_LM_PROBE_LIMIT) {
        status = bon_fail(BON_ERR_LIMIT, "%u words of the vocabulary share a hash; limit the vocabulary",
                          packer->header.probe_max);
        goto done;
    }
    status = bon_artefact_add(packer->writer, "lm.header", &packer->header, sizeof packer->header);
    if (status == BON_OK) status = put_text(packer, ends);
    if (status == BON_OK) status = put_slots(packer, slots);
done:
    free(slots);
    free(ends);
    return status;
}

/* ---- values ---- */

static unsigned value_bits(const struct packer *packer, unsigned order) {
    return order == 1 ? 0 : packer->header.quantize_bits; /* unigrams are few and in every back-off: kept exact */
}

/* Writes values[count] where keep is set (NULL = all) into section `part`, quantised with its centres in `bins`, or raw. */
static bon_status put_values(struct packer *packer, unsigned order, const char *part, const char *bins,
                             const float *values, const uint8_t *keep, uint64_t count) {
    unsigned bits = value_bits(packer, order);
    struct bon_bitsink sink;
    if (bits > 0) {
        BON_TRY(bon_quantize_train(values, keep, count, bits, packer->centres));
        BON_TRY(bon_artefact_add(packer->writer, section_name(packer, order, bins), packer->centres,
                                 ((size_t)1 << bits) * sizeof *packer->centres));
    }
    BON_TRY(bon_artefact_begin(packer->writer, section_name(packer, order, part)));
    bon_bitsink_start(&sink, packer->writer);
    for (uint64_t i = 0; i < count; i++) {
        if (keep && !keep[i]) continue;
        uint32_t raw;
        memcpy(&raw, &values[i], sizeof raw);
        if (bits > 0) raw = bon_quantize(packer->centres, bits, values[i]);
        BON_TRY(bon_bitsink_put(&sink, raw, bits > 0 ? bits : 32));
    }
    return bon_bitsink_finish(&sink, BON_BITS_PAD);
}

/* ---- bits ---- */

static bon_status put_bits(struct packer *packer, const uint8_t *flags, uint64_t count) {
    struct bon_bitsink sink;
    uint64_t padded = (count + BON_LM_KEEP_BITS - 1) / BON_LM_KEEP_BITS * BON_LM_KEEP_BITS;
    bon_bitsink_start(&sink, packer->writer);
    for (uint64_t i = 0; i < padded; i++) BON_TRY(bon_bitsink_put(&sink, i < count && flags[i], 1));
    return bon_bitsink_finish(&sink, 0);
}

static bon_status put_ranks(struct packer *packer, const uint8_t *flags, uint64_t count) {
    struct bon_bitsink sink;
    uint32_t ones = 0;
    bon_bitsink_start(&sink, packer->writer);
    for (uint64_t i = 0; i < count; i++) {
        if (i % BON_LM_KEEP_BITS == 0) BON_TRY(bon_bitsink_put(&sink, ones, 32));
        ones += flags[i] != 0;
    }
    BON_TRY(bon_bitsink_put(&sink, ones, 32));
    return bon_bitsink_finish(&sink, 0);
}

/* ---- levels ---- */

/* The trie itself, which both layouts have: the words (the fast layout needs them only to list its n-grams) and where the
 * children of each n-gram begin. */
static bon_status put_words(struct packer *packer, unsigned order, const struct bon_lm_level *level) {
    if (order == 1) return BON_OK;
    struct bon_ef_source words = {.values = level->word, .run_begin = level[-1].first_child, .count = level->count};
    return bon_ef_write(packer->writer, section_name(packer, order, "word"), &words, 0, true);
}

static bon_status put_children(struct packer *packer, unsigned order, const struct bon_lm_level *level) {
    if (order == packer->table->order) return BON_OK;
    struct bon_ef_source next = {.values = level->first_child, .count = (uint64_t)level->count + 1};
    return bon_ef_write(packer->writer, section_name(packer, order, "next"), &next, level[1].count, false);
}

static bon_status put_contexts(struct packer *packer, unsigned order, const struct bon_lm_level *level) {
    if (order == packer->table->order) return BON_OK;
    BON_TRY(bon_artefact_begin(packer->writer, section_name(packer, order, "keep")));
    BON_TRY(put_bits(packer, level->extends, level->count));
    BON_TRY(bon_artefact_begin(packer->writer, section_name(packer, order, "rank")));
    BON_TRY(put_ranks(packer, level->extends, level->count));
    return put_values(packer, order, "back", "backbin", level->backoff, level->extends, level->count);
}

static bon_status put_small_level(struct packer *packer, unsigned order) {
    const struct bon_lm_level *level = &packer->table->level[order - 1];
    BON_TRY(put_words(packer, order, level));
    BON_TRY(put_values(packer, order, "prob", "probbin", level->logprob, NULL, level->count));
    BON_TRY(put_children(packer, order, level));
    BON_TRY(put_contexts(packer, order, level));
    if (!level->blank) return BON_OK;
    BON_TRY(bon_artefact_begin(packer->writer, section_name(packer, order, "blank")));
    return put_bits(packer, level->blank, level->count);
}

static bon_status put_fast_level(struct packer *packer, unsigned order, struct bon_fast_keys *keys) {
    const struct bon_lm_level *level = &packer->table->level[order - 1];
    BON_TRY(put_words(packer, order, level));
    BON_TRY(put_children(packer, order, level));
    return bon_fast_write_level(packer->table, order, keys, packer->writer);
}

static bon_status put_levels(struct packer *packer, struct bon_fast_keys *keys) {
    for (unsigned order = 1; order <= packer->table->order; order++)
        BON_TRY(packer->header.layout == BON_LM_FILE_FAST ? put_fast_level(packer, order, keys)
                                                          : put_small_level(packer, order));
    return BON_OK;
}

/* ---- the whole ---- */

static bon_status check_table(const struct bon_lm_table *table, const bon_lm_write_options *options) {
    if (options && options->quantize_bits != 0 &&
        (options->quantize_bits < QUANTIZE_MIN || options->quantize_bits > QUANTIZE_MAX))
        return bon_fail(BON_ERR_ARGUMENT, "quantization to %u bits is not possible; pass %d to %d, or 0 for floats",
                        options->quantize_bits, QUANTIZE_MIN, QUANTIZE_MAX);
    if (options && options->layout > BON_LM_LAYOUT_SMALL)
        return bon_fail(BON_ERR_ARGUMENT, "there is no layout %u; pass a bon_lm_layout", options->layout);
    if (options && options->layout == BON_LM_LAYOUT_FAST && options->quantize_bits != 0)
        return bon_fail(BON_ERR_ARGUMENT, "the fast layout stores floats; quantize in the small layout");
    if (table->order < 1 || table->order > BON_LM_MAX_ORDER || table->vocab.count <= BON_LM_EOS ||
        table->level[0].count != table->vocab.count)
        return bon_fail(BON_ERR_ARGUMENT, "a model of order %u with %u words and %u unigrams cannot be written",
                        table->order, table->vocab.count, table->level[0].count);
    uint64_t text = 0;
    for (uint32_t id = 0; id < table->vocab.count; id++) text += table->vocab.words[id].len;
    if (text >= UINT32_MAX)
        return bon_fail(BON_ERR_LIMIT, "the words of the model have %llu bytes, more than 4 GiB; limit the vocabulary",
                        (unsigned long long)text);
    return BON_OK;
}

static bool is_fast(const bon_lm_write_options *options) {
    if (!options || options->layout == BON_LM_LAYOUT_AUTO) return !options || options->quantize_bits == 0;
    return options->layout == BON_LM_LAYOUT_FAST;
}

uint32_t bon_lm_file_version(const bon_lm_write_options *options) { return is_fast(options) ? 2 : 1; }

bon_status bon_lm_table_write_sections(const struct bon_lm_table *table, struct bon_artefact_writer *writer,
                                       const bon_lm_write_options *options) {
    BON_TRY(check_table(table, options));
    struct bon_fast_keys keys = {0};
    bon_status status = BON_OK;
    struct packer *packer = bon_alloc_zeroed(1, sizeof *packer);
    if (!packer) return BON_ERR_NOMEM;
    packer->table = table;
    packer->writer = writer;
    packer->header.order = table->order;
    packer->header.quantize_bits = options ? options->quantize_bits : 0;
    for (unsigned i = 0; i < table->order; i++) packer->header.count[i] = table->level[i].count;
    for (uint32_t id = 0; id < table->vocab.count; id++) packer->header.text_bytes += table->vocab.words[id].len;
    if (is_fast(options)) {
        packer->header.layout = BON_LM_FILE_FAST;
        status = bon_fast_find_seed(table, &packer->header.seed);
        keys.seed = packer->header.seed;
    }
    if (status == BON_OK) status = put_header_and_vocab(packer);
    if (status == BON_OK) status = put_levels(packer, &keys);
    bon_fast_keys_free(&keys);
    free(packer);
    return status;
}

bon_status bon_lm_table_write(const bon_lm_table *table, const char *path, const bon_lm_write_options *options) {
    struct bon_artefact_writer *writer;
    BON_TRY(check_table(table, options));
    BON_TRY(bon_artefact_create(&writer, path, "bonlm", bon_lm_file_version(options)));
    bon_status status = bon_lm_table_write_sections(table, writer, options);
    if (status == BON_OK) return bon_artefact_publish(writer);
    bon_artefact_abandon(writer);
    return status;
}
