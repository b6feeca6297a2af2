/* src/ngram/counts_file.c: .bonc files: counted n-grams as an artefact (docs/bonc-format.md). The same counts always give the
 * same bytes. Reading checks all that the rest of the code relies on, so that a file made to mislead is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "base/artefact.h"
#include "base/buf.h"
#include "ngram/counts.h"

static const char KIND[] = "bonc", HEAD[] = "bonc.head", ENDS[] = "bonc.ends", TEXT[] = "bonc.text",
                  GRAMS[] = "bonc.grams", COUNTS[] = "bonc.counts", EDGES[] = "bonc.edges",
                  EDGE_COUNTS[] = "bonc.edgecounts", SHARDS[] = "bonc.shards";

struct head {
    uint32_t order;
    uint32_t words;
    uint64_t size;
};
_Static_assert(sizeof(struct head) == 16, "bonc.head has 16 bytes");

static uint64_t text_size(const bon_counts *counts) { return counts->words ? counts->word_end[counts->words - 1] : 0; }

static bon_status write_sections(const bon_counts *counts, struct bon_artefact_writer *writer) {
    const struct head head = {counts->order, counts->words, counts->size};
    BON_TRY(bon_artefact_add(writer, HEAD, &head, sizeof head));
    BON_TRY(bon_artefact_add(writer, ENDS, counts->word_end, counts->words * sizeof *counts->word_end));
    BON_TRY(bon_artefact_add(writer, TEXT, counts->text, text_size(counts)));
    BON_TRY(bon_artefact_add(writer, GRAMS, counts->grams, counts->size * counts->order * sizeof *counts->grams));
    BON_TRY(bon_artefact_add(writer, COUNTS, counts->count, counts->size * sizeof *counts->count));
    BON_TRY(bon_artefact_add(writer, EDGES, counts->edges, counts->edge_size * counts->order * sizeof *counts->edges));
    BON_TRY(bon_artefact_add(writer, EDGE_COUNTS, counts->edge_count, counts->edge_size * sizeof *counts->edge_count));
    if (counts->shards.of == 0) return BON_OK;
    BON_TRY(bon_artefact_begin(writer, SHARDS));
    BON_TRY(bon_artefact_write(writer, &counts->shards.of, sizeof counts->shards.of));
    return bon_artefact_write(writer, counts->shards.index, counts->shards.count * sizeof *counts->shards.index);
}

bon_status bon_counts_write(const bon_counts *counts, const char *path) {
    struct bon_artefact_writer *writer;
    BON_TRY(bon_artefact_create(&writer, path, KIND, BON_COUNTS_FILE_VERSION));
    bon_status status = write_sections(counts, writer);
    if (status == BON_OK) return bon_artefact_publish(writer);
    bon_artefact_abandon(writer);
    return status;
}

/* ---- reading ---- */

static bon_status refuse(const struct bon_artefact *file, const char *section, const char *reason) {
    return bon_fail(BON_ERR_FORMAT, "%s: section %s: %s", bon_artefact_path(file), section, reason);
}

/* A section of exactly count items. */
static bon_status items(const struct bon_artefact *file, const char *section, uint64_t count, size_t size,
                        const void **out) {
    size_t n;
    BON_TRY(bon_artefact_section(file, section, out, &n));
    return count <= SIZE_MAX / size && n == count * size ? BON_OK
                                                         : refuse(file, section, "its size is not as announced");
}

static bon_status read_words(const struct bon_artefact *file, bon_counts *counts, uint32_t words) {
    const void *ends, *text;
    size_t bytes;
    BON_TRY(items(file, ENDS, words, sizeof *counts->word_end, &ends));
    BON_TRY(bon_artefact_section(file, TEXT, &text, &bytes));
    BON_TRY(bon_counts_reserve_words(counts, words, bytes));
    if (words) memcpy(counts->word_end, ends, words * sizeof *counts->word_end);
    if (bytes) memcpy(counts->text, text, bytes);
    for (uint32_t i = 0; i < words; i++)
        if (counts->word_end[i] > bytes || counts->word_end[i] <= (i ? counts->word_end[i - 1] : 0))
            return refuse(file, ENDS, "words do not follow each other");
    counts->words = words;
    if (text_size(counts) != bytes) return refuse(file, TEXT, "its size is not as announced");
    for (uint32_t i = 1; i < words; i++) {
        size_t m, n;
        const char *a = bon_counts_word(counts, i - 1, &m), *b = bon_counts_word(counts, i, &n);
        if (bon_compare_bytes(a, m, b, n) >= 0) return refuse(file, TEXT, "words are not in order");
    }
    return BON_OK;
}

static int compare_grams(const uint32_t *a, const uint32_t *b, unsigned order) {
    for (unsigned j = 0; j < order; j++)
        if (a[j] != b[j]) return a[j] < b[j] ? -1 : 1;
    return 0;
}

/* Word ids in range, rows ascending. */
static bon_status check_rows(const struct bon_artefact *file, const char *section, const uint32_t *rows, uint64_t size,
                             unsigned order, uint64_t words) {
    for (uint64_t i = 0; i < size * order; i++)
        if (rows[i] >= words) return refuse(file, section, "a word id is out of range");
    for (uint64_t i = 1; i < size; i++)
        if (compare_grams(rows + (i - 1) * order, rows + i * order, order) >= 0)
            return refuse(file, section, "n-grams are not in order");
    return BON_OK;
}

static bon_status read_grams(const struct bon_artefact *file, bon_counts *counts, uint64_t size) {
    const void *grams, *count;
    unsigned order = counts->order;
    if (size > UINT32_MAX)
        return bon_fail(BON_ERR_LIMIT, "%s: more than %u n-grams", bon_artefact_path(file), UINT32_MAX);
    BON_TRY(items(file, GRAMS, size, order * sizeof *counts->grams, &grams));
    BON_TRY(items(file, COUNTS, size, sizeof *counts->count, &count));
    BON_TRY(bon_counts_reserve_grams(counts, size));
    if (size) memcpy(counts->grams, grams, size * order * sizeof *counts->grams);
    if (size) memcpy(counts->count, count, size * sizeof *counts->count);
    BON_TRY(check_rows(file, GRAMS, counts->grams, size, order, counts->words));
    for (uint64_t i = 0; i < size; i++)
        if (counts->count[i] == 0) return refuse(file, COUNTS, "a count is 0");
    counts->size = size;
    return BON_OK;
}

/* An edge is <s> any number of times, words, and </s> at the end or not at all; and it has one of them. */
static bool is_edge(const uint32_t *items, unsigned order) {
    unsigned at = 0;
    while (at < order && items[at] == BON_EDGE_BOS) at++;
    bool begins = at > 0 && at < order;
    while (at < order && items[at] >= BON_EDGE_WORDS) at++;
    bool ends = at + 1 == order && items[at] == BON_EDGE_EOS;
    return ends || (at == order && begins);
}

static bon_status read_edges(const struct bon_artefact *file, bon_counts *counts) {
    const void *edges, *count;
    size_t bytes;
    unsigned order = counts->order;
    BON_TRY(bon_artefact_section(file, EDGE_COUNTS, &count, &bytes));
    uint64_t size = bytes / sizeof *counts->edge_count;
    if (size > UINT32_MAX)
        return bon_fail(BON_ERR_LIMIT, "%s: more than %u edges", bon_artefact_path(file), UINT32_MAX);
    BON_TRY(items(file, EDGE_COUNTS, size, sizeof *counts->edge_count, &count));
    BON_TRY(items(file, EDGES, size, order * sizeof *counts->edges, &edges));
    BON_TRY(bon_counts_reserve_edges(counts, size));
    if (size) memcpy(counts->edges, edges, size * order * sizeof *counts->edges);
    if (size) memcpy(counts->edge_count, count, size * sizeof *counts->edge_count);
    BON_TRY(check_rows(file, EDGES, counts->edges, size, order, (uint64_t)counts->words + BON_EDGE_WORDS));
    for (uint64_t i = 0; i < size; i++) {
        if (!is_edge(counts->edges + i * order, order)) return refuse(file, EDGES, "an edge has no beginning or end");
        if (counts->edge_count[i] == 0) return refuse(file, EDGE_COUNTS, "a count is 0");
    }
    counts->edge_size = size;
    return BON_OK;
}

static bon_status read_shards(const struct bon_artefact *file, bon_counts *counts) {
    const void *section;
    size_t bytes;
    if (!bon_artefact_has(file, SHARDS)) return BON_OK;
    BON_TRY(bon_artefact_section(file, SHARDS, &section, &bytes));
    const uint32_t *numbers = section;
    size_t n = bytes / sizeof *numbers;
    if (bytes % sizeof *numbers || n < 2 || n - 1 >= numbers[0])
        return refuse(file, SHARDS, "no parts, or all of them");
    for (size_t i = 1; i < n; i++)
        if (numbers[i] >= numbers[0] || (i > 1 && numbers[i] <= numbers[i - 1]))
            return refuse(file, SHARDS, "parts are out of range or not in order");
    struct bon_shards *shards = &counts->shards;
    BON_TRY(bon_grow_array(&shards->index, &shards->cap, n - 1, sizeof *shards->index));
    memcpy(shards->index, numbers + 1, (n - 1) * sizeof *shards->index);
    shards->count = n - 1;
    shards->of = numbers[0];
    return BON_OK;
}

static bon_status read_sections(const struct bon_artefact *file, bon_counts *counts) {
    const void *bytes;
    struct head head;
    BON_TRY(items(file, HEAD, 1, sizeof head, &bytes));
    memcpy(&head, bytes, sizeof head);
    if (head.order < 1 || head.order > BON_LM_MAX_ORDER) return refuse(file, HEAD, "the order is not 1 to 8");
    counts->order = head.order;
    BON_TRY(read_words(file, counts, head.words));
    BON_TRY(read_grams(file, counts, head.size));
    if (bon_artefact_version(file) < 2) return BON_OK;
    BON_TRY(read_edges(file, counts));
    return read_shards(file, counts);
}

bon_status bon_counts_read(bon_counts **out, const char *path) {
    *out = NULL;
    struct bon_artefact *file;
    BON_TRY(bon_artefact_open(&file, path, KIND, BON_COUNTS_FILE_VERSION, true));
    bon_counts *counts = bon_alloc_zeroed(1, sizeof *counts);
    bon_status status = counts ? read_sections(file, counts) : BON_ERR_NOMEM;
    bon_artefact_close(file);
    if (status == BON_OK)
        *out = counts;
    else
        bon_counts_close(counts);
    return status;
}
