/* The first of equal texts stays, whatever the memory; the oracle compares every text with all before. */
#include "corpus/dedup.h"

#include "support.h"

enum { TEXTS = 6000 };

/* The i-th text: of many, some of them often. */
static size_t text_of(uint64_t i, char *text, size_t cap) {
    uint64_t state = i, number = files_random(&state) % (i % 3 ? TEXTS * 2 : 40);
    return (size_t)snprintf(text, cap, "câu số %llu\n", (unsigned long long)number);
}

static bon_status run(uint64_t memory, bon_buf *out, struct bon_dedup_counts *counts, bool clusters) {
    struct bon_dedup_options options = {
        .memory = memory, .folder = "/tmp", .clusters = clusters, .write = collect, .context = out};
    struct bon_dedup *dedup;
    char text[64];
    BON_TRY(bon_dedup_open(&dedup, &options));
    bon_status status = BON_OK;
    for (uint64_t i = 0; i < TEXTS && status == BON_OK; i++) {
        size_t n = text_of(i, text, sizeof text);
        status = bon_dedup_add(dedup, bon_hash128(text, n), text, n);
        if (status == BON_OK && i % 100 == 0) status = bon_dedup_keep(dedup, "\n", 1);
    }
    if (status == BON_OK) status = bon_dedup_finish(dedup);
    *counts = bon_dedup_counts(dedup);
    if (status == BON_OK && clusters) {
        struct bon_clusters *ranked = bon_dedup_clusters(dedup);
        uint64_t copies = 0;
        size_t count = bon_clusters_rank(ranked, SIZE_MAX);
        for (size_t i = 0; i < count; i++) copies += ranked->slots[i].copies;
        cr_assert_eq(copies, counts->texts - counts->kept, "every text that was left out is a copy");
    }
    bon_dedup_close(dedup);
    return status;
}

Test(dedup, keeps_the_first_whatever_the_memory) {
    bon_buf expected = {0}, out = {0};
    static char texts[TEXTS][64];
    struct bon_dedup_counts counts;
    uint64_t kept = 0;
    for (uint64_t i = 0; i < TEXTS; i++) {
        size_t n = text_of(i, texts[i], sizeof texts[i]);
        bool before = false;
        for (uint64_t k = 0; k < i && !before; k++) before = strcmp(texts[i], texts[k]) == 0;
        if (!before) kept++, bon_buf_append(&expected, texts[i], n);
        if (i % 100 == 0) bon_buf_append(&expected, "\n", 1);
    }
    cr_assert_lt(kept, TEXTS * 3 / 4, "there is something to leave out");
    for (uint64_t memory = 0; memory < 1 << 20; memory = memory * 4 + 1000) {
        out.len = 0;
        cr_assert_eq(run(memory, &out, &counts, true), BON_OK);
        cr_assert_eq(out.len, expected.len);
        cr_assert_eq(memcmp(out.data, expected.data, out.len), 0);
        cr_assert_eq(counts.texts, TEXTS);
        cr_assert_eq(counts.kept, kept);
        cr_assert_eq(counts.kept_bytes, expected.len);
        cr_assert_eq(counts.passes > 0, memory == 1000 || memory == 5000 || memory == 21000 || memory == 85000);
    }
    bon_buf_free(&expected);
    bon_buf_free(&out);
}

static bon_status whole(void *arg) {
    bon_buf out = {0};
    struct bon_dedup_counts counts;
    (void)arg;
    bon_status status = run(1000, &out, &counts, false);
    bon_buf_free(&out);
    return status;
}

Test(dedup, allocation_failures) { failmalloc_check_step(whole, NULL, 7); }
