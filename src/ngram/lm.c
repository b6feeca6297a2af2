/* src/ngram/lm.c: opening a .bonlm file.
 *
 * Opening maps the file and checks, beyond the container's own checks, that every section has exactly the size that the
 * header's counts ask for, so that an index below a count is always inside its section. What indices and ids the sections
 * contain is not looked through (that would read the whole file); queries clamp it where it is used.
 */
#include "ngram/lm.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "ngram/fast.h"
#include "ngram/table.h"

/* ---- sections ---- */

static bon_status misfit(const bon_lm *lm, const char *section) {
    return bon_fail(BON_ERR_FORMAT, "%s: section %s does not fit the counts in the header; get the file again",
                    bon_artefact_path(lm->artefact), section);
}

/* A section that must have exactly `size` bytes. */
static bon_status sized(const bon_lm *lm, const char *section, uint64_t size, const uint8_t **bytes) {
    const void *data;
    size_t n;
    BON_TRY(bon_artefact_section(lm->artefact, section, &data, &n));
    if (n != size) return misfit(lm, section);
    *bytes = data;
    return BON_OK;
}

static bon_status level_sized(const bon_lm *lm, unsigned order, const char *part, uint64_t size,
                              const uint8_t **bytes) {
    char name[BON_ARTEFACT_NAME];
    bon_lm_section_name(name, order, part);
    return sized(lm, name, size, bytes);
}

static bon_status open_ef(const bon_lm *lm, const char *section, uint64_t count, bool searchable, struct bon_ef *ef) {
    const void *data;
    size_t n;
    BON_TRY(bon_artefact_section(lm->artefact, section, &data, &n));
    return bon_ef_open(ef, data, n, count, searchable, bon_artefact_path(lm->artefact), section);
}

/* A sequence of count + 1 borders that cut [0, limit) into pieces. */
static bon_status open_borders(const bon_lm *lm, const char *section, uint64_t count, uint64_t limit,
                               struct bon_ef *ef) {
    BON_TRY(open_ef(lm, section, count + 1, false, ef));
    return ef->head.limit == limit ? BON_OK : misfit(lm, section);
}

/* ---- levels ---- */

static bon_status open_values(const bon_lm *lm, unsigned order, const char *part, const char *bins, uint64_t count,
                              struct bon_lm_values *values) {
    unsigned bits = order == 1 ? 0 : lm->header.quantize_bits;
    values->width = bits > 0 ? bits : 32;
    values->bins = NULL;
    if (bits > 0) BON_TRY(level_sized(lm, order, bins, (UINT64_C(1) << bits) * sizeof(float), &values->bins));
    return level_sized(lm, order, part, bon_bits_bytes(count, values->width), &values->codes);
}

static bon_status open_children(bon_lm *lm, unsigned order, struct bon_lm_packed_level *level) {
    char name[BON_ARTEFACT_NAME];
    bon_lm_section_name(name, order, "next");
    return open_borders(lm, name, level->count, lm->header.count[order], &level->next);
}

static bon_status open_context_parts(bon_lm *lm, unsigned order, struct bon_lm_packed_level *level) {
    uint64_t blocks = (level->count + BON_LM_KEEP_BITS - 1) / BON_LM_KEEP_BITS;
    BON_TRY(level_sized(lm, order, "keep", bon_lm_flag_bytes(level->count), &level->keep));
    BON_TRY(level_sized(lm, order, "rank", (blocks + 2) / 2 * 8, &level->rank));
    level->backoff_count = bon_load32(level->rank + blocks * 4);
    return open_values(lm, order, "back", "backbin", level->backoff_count, &level->backoff);
}

/* What the fast layout has in place of values, flags and back-offs. */
static bon_status open_fast_level(bon_lm *lm, unsigned order, struct bon_lm_packed_level *level) {
    struct bon_lm_buckets *buckets = &level->buckets;
    if (order == 1)
        return level_sized(lm, order, "values", level->count * sizeof(struct bon_fast_values), &lm->unigrams);
    buckets->count = bon_fast_bucket_count(level->count, bon_fast_per_bucket(lm, order));
    return level_sized(lm, order, "buckets", buckets->count * BON_FAST_LINE, &buckets->lines);
}

/* ---- blocks ---- */

static bon_status open_bins(const bon_lm *lm, unsigned order, const char *part, uint32_t bits, const uint8_t **bins) {
    *bins = NULL;
    return bits == 32 ? BON_OK : level_sized(lm, order, part, sizeof(float) << bits, bins);
}

static bool head_is_sound(const struct bon_blocks_head *head) {
    return (head->prob_bits == 32 || (head->prob_bits >= 1 && head->prob_bits <= 16)) &&
           (head->backoff_bits == 32 || head->backoff_bits <= 16) && head->words <= UINT32_MAX;
}

static bon_status open_index(const bon_lm *lm, unsigned order, struct bon_blocks *level, struct bon_blocks_head *head) {
    uint64_t blocks = (level->count + BON_BLOCK - 1) / BON_BLOCK;
    BON_TRY(level_sized(lm, order, "index", sizeof *head + blocks * 8, &level->entries));
    memcpy(head, level->entries, sizeof *head);
    level->entries += sizeof *head;
    if (head_is_sound(head)) return BON_OK;
    return bon_fail(BON_ERR_FORMAT, "%s: section lm.%u.index has impossible values; get the file again",
                    bon_artefact_path(lm->artefact), order);
}

static bon_status open_blocks(const bon_lm *lm, unsigned order, struct bon_blocks *level) {
    struct bon_blocks_head head;
    level->count = lm->header.count[order - 1];
    level->ranked = order > 1;
    level->inner = order < lm->order;
    level->next_count = level->inner ? lm->header.count[order] : 0;
    BON_TRY(open_index(lm, order, level, &head));
    level->prob_bits = head.prob_bits;
    level->backoff_bits = head.backoff_bits;
    level->plain = head.plain;
    level->limit = head.words;
    BON_TRY(level_sized(lm, order, "blocks", (head.words + BON_BLOCK_REACH) * 8, &level->words));
    BON_TRY(open_bins(lm, order, "probbin", head.prob_bits, &level->prob_bins));
    return level->inner ? open_bins(lm, order, "backbin", head.backoff_bits, &level->backoff_bins) : BON_OK;
}

/* ---- any level ---- */

static bon_status open_blank(const bon_lm *lm, unsigned order, struct bon_lm_packed_level *level) {
    char name[BON_ARTEFACT_NAME];
    bon_lm_section_name(name, order, "blank");
    if (!bon_artefact_has(lm->artefact, name)) return BON_OK;
    return sized(lm, name, bon_lm_flag_bytes(level->count), &level->blank);
}

static bon_status open_level(bon_lm *lm, unsigned order) {
    struct bon_lm_packed_level *level = &lm->level[order - 1];
    char name[BON_ARTEFACT_NAME];
    level->count = lm->header.count[order - 1];
    if (lm->ranked) {
        BON_TRY(open_blocks(lm, order, &level->blocks));
        return open_blank(lm, order, level);
    }
    if (order > 1) {
        bon_lm_section_name(name, order, "word");
        BON_TRY(open_ef(lm, name, level->count, true, &level->word));
    }
    if (order < lm->order) BON_TRY(open_children(lm, order, level));
    if (lm->fast) return open_fast_level(lm, order, level);
    BON_TRY(open_values(lm, order, "prob", "probbin", level->count, &level->logprob));
    if (order < lm->order) BON_TRY(open_context_parts(lm, order, level));
    return open_blank(lm, order, level);
}

/* ---- header and vocabulary ---- */

static bool header_is_sound(const struct bon_lm_header *header) {
    bool sound = header->order >= 1 && header->order <= BON_LM_MAX_ORDER &&
                 (header->quantize_bits == 0 || (header->quantize_bits >= 2 && header->quantize_bits <= 16)) &&
                 header->count[0] > BON_LM_EOS && header->probe_max <= BON_LM_PROBE_LIMIT &&
                 (header->layout == BON_LM_FILE_ARRAYS || header->layout == BON_LM_FILE_BLOCKS ||
                  (header->layout == BON_LM_FILE_FAST && header->quantize_bits == 0)) &&
                 header->slots >= header->count[0] && header->slots <= UINT32_MAX && header->text_bytes < UINT32_MAX;
    for (unsigned i = 0; i < BON_LM_MAX_ORDER; i++)
        sound = sound && (i < header->order ? header->count[i] < UINT32_MAX : header->count[i] == 0);
    return sound;
}

static bon_status open_header(bon_lm *lm) {
    const uint8_t *bytes = NULL;
    BON_TRY(sized(lm, "lm.header", sizeof lm->header, &bytes));
    memcpy(&lm->header, bytes, sizeof lm->header);
    if (lm->header.layout == BON_LM_FILE_FAST_2)
        return bon_fail(BON_ERR_VERSION,
                        "%s: is in the fast layout of an older bon; make it again with bon lm build, or with bon lm "
                        "convert from ARPA or the small layout",
                        bon_artefact_path(lm->artefact));
    if (!header_is_sound(&lm->header))
        return bon_fail(BON_ERR_FORMAT, "%s: section lm.header has impossible values; get the file again",
                        bon_artefact_path(lm->artefact));
    lm->order = lm->header.order;
    if (lm->header.layout == BON_LM_FILE_FAST) lm->fast = bon_fast_scorer_for(lm->order, bon_fast_can_be_wide());
    lm->ranked = lm->header.layout == BON_LM_FILE_BLOCKS;
#if BON_BLOCKS_QUICK
    lm->quick = __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi2");
#endif
    lm->words = (uint32_t)lm->header.count[0];
    return BON_OK;
}

static bon_status open_vocab(bon_lm *lm) {
    const uint8_t *text = NULL;
    BON_TRY(sized(lm, "lm.word.text", lm->header.text_bytes, &text));
    lm->text = (const char *)text;
    BON_TRY(open_borders(lm, "lm.word.ends", lm->words, lm->header.text_bytes, &lm->text_end));
    lm->slot_bits = bon_bits_for(lm->words);
    return sized(lm, "lm.word.slots", bon_bits_bytes(lm->header.slots, lm->slot_bits), &lm->slots);
}

/* ---- open, close ---- */

/* Takes over the artefact, also on failure. */
static bon_status open_artefact(bon_lm **out, struct bon_artefact *artefact) {
    bon_lm *lm = bon_alloc_zeroed(1, sizeof *lm);
    if (!lm) {
        bon_artefact_close(artefact);
        return BON_ERR_NOMEM;
    }
    lm->artefact = artefact;
    bon_status status = open_header(lm);
    if (status == BON_OK) status = open_vocab(lm);
    for (unsigned order = 1; status == BON_OK && order <= lm->order; order++) status = open_level(lm, order);
    if (status == BON_OK)
        *out = lm;
    else
        bon_lm_close(lm);
    return status;
}

static bon_status open_resident(bon_lm **out, const char *path, const bon_lm_open_options *options) {
    struct bon_resident resident;
    BON_TRY(bon_resident_read(&resident, path));
    bon_status status = bon_lm_open_memory(out, resident.bytes, resident.size, path, options);
    if (status == BON_OK)
        (*out)->resident = resident;
    else
        bon_resident_free(&resident);
    return status;
}

bon_status bon_lm_open(bon_lm **out, const char *path, const bon_lm_open_options *options) {
    if (options && options->resident) return open_resident(out, path, options);
    struct bon_artefact *artefact;
    BON_TRY(bon_artefact_open(&artefact, path, "bonlm", BON_LM_FILE_VERSION_MAX, !options || !options->lazy));
    return open_artefact(out, artefact);
}

bon_status bon_lm_open_memory(bon_lm **out, const void *bytes, size_t n, const char *name,
                              const bon_lm_open_options *options) {
    struct bon_artefact *artefact;
    BON_TRY(bon_artefact_open_memory(&artefact, bytes, n, name, "bonlm", BON_LM_FILE_VERSION_MAX,
                                     !options || !options->lazy));
    return open_artefact(out, artefact);
}

void bon_lm_close(bon_lm *lm) {
    if (!lm) return;
    bon_artefact_close(lm->artefact);
    bon_resident_free(&lm->resident);
    free(lm);
}

bon_status bon_lm_verify(const bon_lm *lm) { return bon_artefact_verify(lm->artefact); }

const struct bon_artefact *bon_lm_artefact(const bon_lm *lm) { return lm->artefact; }

/* ---- what is in it ---- */

unsigned bon_lm_order(const bon_lm *lm) { return lm->order; }

uint64_t bon_lm_count(const bon_lm *lm, unsigned order) {
    return order >= 1 && order <= lm->order ? lm->header.count[order - 1] : 0;
}

bon_lm_layout bon_lm_layout_of(const bon_lm *lm) { return lm->fast ? BON_LM_LAYOUT_FAST : BON_LM_LAYOUT_SMALL; }

unsigned bon_lm_quantize_bits(const bon_lm *lm) { return lm->header.quantize_bits; }

size_t bon_lm_section_count(const bon_lm *lm) { return bon_artefact_section_count(lm->artefact); }

const char *bon_lm_section(const bon_lm *lm, size_t index, uint64_t *offset, uint64_t *size) {
    uint64_t at, bytes;
    if (index >= bon_lm_section_count(lm)) return NULL;
    const char *name = bon_artefact_section_at(lm->artefact, index, &at, &bytes);
    if (offset) *offset = at;
    if (size) *size = bytes;
    return name;
}

const char *bon_lm_word_text(const bon_lm *lm, uint32_t id, size_t *n) {
    uint64_t begin, end;
    if (id >= lm->words) return NULL;
    bon_ef_pair(&lm->text_end, id, &begin, &end);
    *n = (size_t)(end - begin);
    return lm->text + begin;
}

uint32_t bon_lm_word(const bon_lm *lm, const char *word, size_t n) {
    uint64_t at = bon_lm_slot(bon_hash64(word, n), lm->header.slots);
    for (uint32_t probe = 0; probe < lm->header.probe_max; probe++) {
        uint32_t slot = bon_bits_get(lm->slots, at, lm->slot_bits);
        if (slot == 0) break;
        size_t length;
        const char *text = bon_lm_word_text(lm, slot - 1, &length);
        if (text && length == n && memcmp(text, word, n) == 0) return slot - 1;
        if (++at == lm->header.slots) at = 0;
    }
    return BON_LM_UNK;
}
