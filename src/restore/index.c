/* src/restore/index.c: reading the index; index_write.c makes it. Numbers from the file are checked where they are used, so
 * that opening costs nothing and a hostile file can only give wrong words. */
#include "restore/index.h"

#include <string.h>

#include "base/hash.h"

enum { PROBE_LIMIT = 1 << 16 };

/* A section that must hold exactly `size` bytes. */
static bon_status section(const struct bon_artefact *artefact, const char *name, uint64_t size, const void **bytes) {
    size_t n;
    BON_TRY(bon_artefact_section(artefact, name, bytes, &n));
    if (n == size) return BON_OK;
    return bon_fail(BON_ERR_FORMAT, "%s: section %s has %zu bytes instead of %llu: the file is corrupt",
                    bon_artefact_path(artefact), name, n, (unsigned long long)size);
}

/* The filter of pairs, which older models do not have. */
static bon_status open_pairs(struct bon_pairs *pairs, const struct bon_artefact *artefact) {
    const void *blocks;
    size_t n;
    *pairs = (struct bon_pairs){0};
    if (!bon_artefact_has(artefact, "restore.pairs")) return BON_OK;
    BON_TRY(bon_artefact_section(artefact, "restore.pairs", &blocks, &n));
    if (n == 0 || n % sizeof(uint64_t) != 0 || n / sizeof(uint64_t) > UINT32_MAX)
        return bon_fail(BON_ERR_FORMAT, "%s: section restore.pairs has %zu bytes: the file is corrupt",
                        bon_artefact_path(artefact), n);
    *pairs = (struct bon_pairs){.blocks = blocks, .count = (uint32_t)(n / sizeof(uint64_t))};
    return BON_OK;
}

bon_status bon_index_open(struct bon_index *index, const struct bon_artefact *artefact) {
    const void *header, *slots, *entries, *words, *text;
    if (!bon_artefact_has(artefact, "restore.header"))
        return bon_fail(
            BON_ERR_FORMAT,
            "%s: this model has no candidates for restoration: build it with `bon lm build --candidates MIN`",
            bon_artefact_path(artefact));
    BON_TRY(section(artefact, "restore.header", sizeof index->header, &header));
    memcpy(&index->header, header, sizeof index->header);
    const struct bon_index_header *h = &index->header;
    if (h->slots == 0 || (h->slots & (h->slots - 1)) != 0 || h->probe_max > PROBE_LIMIT || h->probe_max > h->slots)
        return bon_fail(BON_ERR_FORMAT, "%s: section restore.header: %u slots, %u to probe: the file is corrupt",
                        bon_artefact_path(artefact), h->slots, h->probe_max);
    BON_TRY(section(artefact, "restore.slots", (uint64_t)h->slots * sizeof *index->slots, &slots));
    BON_TRY(section(artefact, "restore.entries", ((uint64_t)h->entries + 1) * sizeof *index->entries, &entries));
    BON_TRY(section(artefact, "restore.words", (uint64_t)h->words * sizeof *index->words, &words));
    BON_TRY(section(artefact, "restore.text", h->text_bytes, &text));
    index->slots = slots;
    index->entries = entries;
    index->words = words;
    index->text = text;
    return open_pairs(&index->pairs, artefact);
}

/* Whether an entry has this plain form; false too where the entry points outside. */
static bool entry_is(const struct bon_index *index, uint32_t entry, const char *plain, size_t n) {
    const struct bon_index_entry *at = &index->entries[entry];
    return at[0].text <= at[1].text && at[1].text <= index->header.text_bytes && at[1].text - at[0].text == n &&
           memcmp(index->text + at[0].text, plain, n) == 0;
}

size_t bon_index_find(const struct bon_index *index, const char *plain, size_t n, const uint32_t **words) {
    uint32_t mask = index->header.slots - 1, slot = (uint32_t)bon_hash64(plain, n) & mask;
    for (uint32_t i = 0; i < index->header.probe_max; i++, slot = (slot + 1) & mask) {
        uint32_t entry = index->slots[slot];
        if (entry == 0 || entry > index->header.entries) return 0;
        if (!entry_is(index, entry - 1, plain, n)) continue;
        const struct bon_index_entry *at = &index->entries[entry - 1];
        if (at[0].word > at[1].word || at[1].word > index->header.words) return 0;
        *words = index->words + at[0].word;
        uint32_t count = at[1].word - at[0].word;
        return count < BON_INDEX_WORDS_MAX ? count : BON_INDEX_WORDS_MAX;
    }
    return 0;
}
