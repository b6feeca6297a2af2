/* src/ngram/pack.c: from a table in memory to the sections of a .bonlm file (docs/bonlm-format.md): the header, the vocabulary
 * with its hash index, and the n-grams (pack_level.c, fast_write.c).
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "ngram/bitsink.h"
#include "ngram/blocks_write.h"
#include "ngram/fast_write.h"
#include "ngram/lm.h"
#include "ngram/pack_level.h"
#include "ngram/quantize.h"
#include "ngram/table.h"

enum { QUANTIZE_MIN = 2, QUANTIZE_MAX = BON_QUANTIZE_BITS_MAX };

struct packer {
    const struct bon_lm_table *table;
    struct bon_artefact_writer *writer;
    struct bon_lm_header header;
};

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

/* ---- levels ---- */

static bon_status put_fast_levels(struct packer *packer, struct bon_fast_keys *keys) {
    for (unsigned order = 1; order <= packer->table->order; order++) {
        BON_TRY(bon_write_trie(packer->table, order, packer->writer)); /* only to list the n-grams */
        BON_TRY(bon_fast_write_level(packer->table, order, keys, packer->writer));
    }
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

uint32_t bon_lm_file_version(const bon_lm_write_options *options) { return is_fast(options) ? 4 : 3; }

static void fill_header(struct packer *packer, const bon_lm_write_options *options) {
    const struct bon_lm_table *table = packer->table;
    packer->header.order = table->order;
    packer->header.quantize_bits = options ? options->quantize_bits : 0;
    for (unsigned i = 0; i < table->order; i++) packer->header.count[i] = table->level[i].count;
    for (uint32_t id = 0; id < table->vocab.count; id++) packer->header.text_bytes += table->vocab.words[id].len;
}

static bon_status write_fast(struct packer *packer) {
    struct bon_fast_keys keys = {0};
    packer->header.layout = BON_LM_FILE_FAST;
    bon_status status = bon_fast_find_seed(packer->table, &packer->header.seed);
    keys.seed = packer->header.seed;
    if (status == BON_OK) status = put_header_and_vocab(packer);
    if (status == BON_OK) status = put_fast_levels(packer, &keys);
    bon_fast_keys_free(&keys);
    return status;
}

static bon_status write_small(struct packer *packer) {
    struct bon_blocks_plan plan;
    bool possible;
    BON_TRY(bon_blocks_plan(&plan, packer->table, &possible));
    packer->header.layout = possible ? BON_LM_FILE_BLOCKS : BON_LM_FILE_ARRAYS;
    bon_status status = put_header_and_vocab(packer);
    unsigned bits = packer->header.quantize_bits;
    if (status == BON_OK)
        status = possible ? bon_blocks_write_levels(&plan, bits, packer->writer)
                          : bon_small_write_levels(packer->table, bits, packer->writer);
    bon_blocks_plan_free(&plan);
    return status;
}

bon_status bon_lm_table_write_sections(const struct bon_lm_table *table, struct bon_artefact_writer *writer,
                                       const bon_lm_write_options *options) {
    BON_TRY(check_table(table, options));
    struct packer *packer = bon_alloc_zeroed(1, sizeof *packer);
    if (!packer) return BON_ERR_NOMEM;
    packer->table = table;
    packer->writer = writer;
    fill_header(packer, options);
    bon_status status = is_fast(options) ? write_fast(packer) : write_small(packer);
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
