/* src/corpus/stats_state.c: counts in a file, to be added up with others (docs/bonstat-format.md). Everything is in the order of its
 * keys, so adding up is a merge, and the file of a sum has the same bytes whatever parts it was made of. */
#include <stdlib.h>
#include <string.h>

#include "corpus/stats_parts.h"

enum { VERSION = 2, BLOCK = 1 << 12, DOCUMENTS = 1 };
#define KIND "bonstat"

struct head {
    uint32_t order, flags;
    uint64_t positions; /* words in all */
    uint32_t sums, sources;
};

_Static_assert(sizeof(struct head) == 24 && sizeof(struct bon_tally_entry) == 24, "as docs/bonstat-format.md has them");

/* ---- writing ---- */

static bon_status write_sources(const struct bon_stats *stats, struct bon_artefact_writer *writer) {
    struct bon_stats_source *const *items = stats->sources.items;
    BON_TRY(bon_artefact_begin(writer, "sums"));
    for (size_t i = 0; i < stats->sources.count; i++)
        BON_TRY(bon_artefact_write(writer, &items[i]->sums, sizeof items[i]->sums));
    BON_TRY(bon_artefact_begin(writer, "name_sizes"));
    for (size_t i = 0; i < stats->sources.count; i++) {
        uint64_t n = items[i]->len;
        BON_TRY(bon_artefact_write(writer, &n, sizeof n));
    }
    BON_TRY(bon_artefact_begin(writer, "names"));
    for (size_t i = 0; i < stats->sources.count; i++)
        BON_TRY(bon_artefact_write(writer, items[i]->name, items[i]->len));
    return BON_OK;
}

/* Records of one section, gathered. */
struct block {
    struct bon_artefact_writer *writer;
    unsigned char *bytes; /* [BLOCK * sizeof(struct bon_tally_entry)] */
    size_t held;
};

static bon_status flush(struct block *block) {
    size_t n = block->held;
    block->held = 0;
    return bon_artefact_write(block->writer, block->bytes, n);
}

static bon_status put(struct block *block, const void *record, size_t n) {
    if (block->held + n > BLOCK * sizeof(struct bon_tally_entry)) BON_TRY(flush(block));
    memcpy(block->bytes + block->held, record, n);
    block->held += n;
    return BON_OK;
}

/* A count that is larger than a slot has room for is several slots, all full but the last. */
static bon_status put_short(struct block *block, const struct bon_tally_entry *entry) {
    uint64_t left = entry->count;
    while (left) {
        uint64_t count = left < BON_SHORT_COUNT ? left : BON_SHORT_COUNT, slot = entry->key.high << 1 | count;
        BON_TRY(put(block, &slot, sizeof slot));
        left -= count;
    }
    return BON_OK;
}

/* Short keys come first. */
static bon_status write_runs(struct bon_tally_merge *merge, struct block *block) {
    struct bon_tally_entry entry;
    bool end;
    BON_TRY(bon_artefact_begin(block->writer, "syllable_runs"));
    BON_TRY(bon_tally_next(merge, &entry, &end));
    while (!end && bon_tally_is_short(entry.key)) {
        BON_TRY(put_short(block, &entry));
        BON_TRY(bon_tally_next(merge, &entry, &end));
    }
    BON_TRY(flush(block));
    BON_TRY(bon_artefact_begin(block->writer, "runs"));
    while (!end) {
        BON_TRY(put(block, &entry, sizeof entry));
        BON_TRY(bon_tally_next(merge, &entry, &end));
    }
    return flush(block);
}

static bon_status write_words(struct bon_stats_words_merge *merge, struct bon_artefact_writer *writer) {
    struct bon_stats_word word;
    for (bool end;;) {
        BON_TRY(bon_stats_words_next(merge, &word, &end));
        if (end) return BON_OK;
        BON_TRY(bon_artefact_write(writer, &word, sizeof word));
    }
}

static bon_status write_tables(const struct bon_stats *stats, struct bon_artefact_writer *writer) {
    struct bon_tally_merge runs = {0};
    struct bon_stats_words_merge words = {0};
    struct block block = {.writer = writer, .bytes = bon_alloc_array(BLOCK, sizeof(struct bon_tally_entry))};
    bon_status status = block.bytes ? bon_stats_merge_runs(stats, &runs) : BON_ERR_NOMEM;
    if (status == BON_OK) status = write_runs(&runs, &block);
    if (status == BON_OK) status = bon_artefact_begin(writer, "words");
    if (status == BON_OK) status = bon_stats_merge_words(stats, &words);
    if (status == BON_OK) status = write_words(&words, writer);
    bon_tally_merge_free(&runs);
    bon_stats_words_merge_free(&words);
    free(block.bytes);
    return status;
}

static bon_status write_sections(const struct bon_stats *stats, struct bon_artefact_writer *writer) {
    struct head head = {.order = stats->options.order,
                        .flags = stats->options.json_field ? DOCUMENTS : 0,
                        .positions = stats->positions,
                        .sums = BON_STATS_SUMS,
                        .sources = (uint32_t)stats->sources.count};
    BON_TRY(bon_artefact_add(writer, "head", &head, sizeof head));
    BON_TRY(write_sources(stats, writer));
    BON_TRY(bon_artefact_add(writer, "syllables", stats->syllables, BON_SYLLABLE_CODES * sizeof *stats->syllables));
    return write_tables(stats, writer);
}

bon_status bon_stats_write_state(const struct bon_stats *stats, const char *path) {
    struct bon_artefact_writer *writer;
    BON_TRY(bon_artefact_create(&writer, path, KIND, VERSION));
    bon_status status = write_sections(stats, writer);
    if (status == BON_OK) return bon_artefact_publish(writer);
    bon_artefact_abandon(writer);
    return status;
}

/* ---- reading ---- */

struct sections {
    const struct head *head;
    const struct bon_stats_sums *sums;
    const uint64_t *name_sizes;
    const char *names;
    const struct bon_stats_syllable *syllables;
    size_t names_size;
};

static bon_status fail_format(const struct bon_artefact *artefact, const char *section) {
    return bon_fail(BON_ERR_FORMAT, "%s: section '%s' does not fit the others: the file is corrupt",
                    bon_artefact_path(artefact), section);
}

/* A section of so many records. */
static bon_status find_section(const struct bon_artefact *artefact, const char *section, size_t size, uint64_t count,
                               const void *out) {
    size_t n;
    BON_TRY(bon_artefact_section(artefact, section, (const void **)(void *)out, &n));
    return n / size == count && n % size == 0 ? BON_OK : fail_format(artefact, section);
}

static bon_status find_records(const struct bon_artefact *artefact, const char *section, size_t size, uint64_t *count,
                               const void *out) {
    size_t n;
    BON_TRY(bon_artefact_section(artefact, section, (const void **)(void *)out, &n));
    *count = n / size;
    return n % size == 0 ? BON_OK : fail_format(artefact, section);
}

static bon_status find_sections(const struct bon_artefact *artefact, struct sections *s, struct bon_stats_part *part) {
    uint64_t total = 0;
    BON_TRY(find_section(artefact, "head", sizeof *s->head, 1, &s->head));
    if (s->head->order < 1 || s->head->order > BON_STATS_ORDER_MAX || s->head->sums != BON_STATS_SUMS ||
        s->head->sources > BON_STATS_SOURCES_MAX || s->head->positions > UINT64_MAX / 4)
        return fail_format(artefact, "head");
    BON_TRY(find_section(artefact, "sums", sizeof *s->sums, s->head->sources, &s->sums));
    BON_TRY(find_section(artefact, "name_sizes", sizeof *s->name_sizes, s->head->sources, &s->name_sizes));
    BON_TRY(bon_artefact_section(artefact, "names", (const void **)(void *)&s->names, &s->names_size));
    for (uint32_t i = 0; i < s->head->sources; i++) {
        if (s->name_sizes[i] > s->names_size - total) return fail_format(artefact, "names");
        total += s->name_sizes[i];
    }
    BON_TRY(find_section(artefact, "syllables", sizeof *s->syllables, BON_SYLLABLE_CODES, &s->syllables));
    BON_TRY(find_records(artefact, "syllable_runs", sizeof *part->slots, &part->slot_count, &part->slots));
    BON_TRY(find_records(artefact, "runs", sizeof *part->runs, &part->run_count, &part->runs));
    return find_records(artefact, "words", sizeof *part->words, &part->word_count, &part->words);
}

static bon_status add_sections(struct bon_stats *stats, const struct sections *s, struct bon_stats_part *part) {
    bool documents = (s->head->flags & DOCUMENTS) != 0;
    if (stats->part_count == 0 && !stats->workers) {
        stats->options.order = s->head->order;
        stats->options.json_field = documents ? "" : NULL;
    }
    if (stats->options.order != s->head->order || documents != (stats->options.json_field != NULL))
        return bon_fail(BON_ERR_ARGUMENT,
                        "%s: has runs of up to %u words of %s, the counts before it do not: they "
                        "cannot be added up",
                        bon_artefact_path(part->artefact), s->head->order, documents ? "documents" : "lines");
    BON_TRY(bon_grow_array(&stats->parts, &stats->parts_cap, stats->part_count + 1, sizeof *stats->parts));
    const char *name = s->names;
    for (uint32_t i = 0; i < s->head->sources; i++) {
        struct bon_stats_source *to;
        BON_TRY(bon_stats_source_named(&stats->sources, name, s->name_sizes[i], &to));
        bon_stats_sums_add(&to->sums, &s->sums[i]);
        name += s->name_sizes[i];
    }
    part->offset = stats->positions;
    bon_stats_add_syllables(stats, s->syllables, NULL, part->offset);
    stats->positions += s->head->positions;
    stats->parts[stats->part_count++] = *part;
    return BON_OK;
}

bon_status bon_stats_add_state(struct bon_stats *stats, const char *path) {
    struct bon_stats_part part = {0};
    struct sections sections = {0};
    BON_TRY(bon_artefact_open(&part.artefact, path, KIND, VERSION, true));
    bon_status status = bon_artefact_version(part.artefact) == VERSION
                            ? find_sections(part.artefact, &sections, &part)
                            : bon_fail(BON_ERR_VERSION, "%s: written by an older bon: count its text again", path);
    if (status == BON_OK) status = add_sections(stats, &sections, &part);
    if (status != BON_OK) bon_artefact_close(part.artefact);
    return status;
}
