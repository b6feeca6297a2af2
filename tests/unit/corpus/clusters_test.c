/* Counts of copies: ranked by size, then by order; excerpts end at a character. */
#include "corpus/clusters.h"

#include "support.h"

static struct bon_hash128 hash_of(uint64_t i) { return bon_hash128(&i, sizeof i); }

Test(clusters, ranks_by_copies_then_order) {
    struct bon_clusters clusters = {0};
    for (uint64_t round = 0; round < 50; round++)
        for (uint64_t i = 0; i < 1000; i++)
            if (i % 50 >= round) cr_assert_eq(bon_clusters_add(&clusters, hash_of(i), 1, "chữ", strlen("chữ")), BON_OK);
    cr_assert_eq(clusters.count, 1000);
    cr_assert_eq(bon_clusters_rank(&clusters, 40), 40);
    for (size_t i = 0; i < 1000; i++) {
        cr_assert_eq(clusters.slots[i].copies, 50 - i / 20);
        if (i % 20) cr_assert_lt(clusters.slots[i - 1].order, clusters.slots[i].order);
    }
    cr_assert_eq(bon_clusters_rank(&clusters, 5000), 1000);
    bon_clusters_free(&clusters);
    cr_assert_eq(bon_clusters_rank(&clusters, 1), 0);
}

Test(clusters, excerpts_end_at_a_character) {
    struct bon_clusters clusters = {0};
    char text[3 * BON_EXCERPT];
    for (size_t i = 0; i < sizeof text; i += 3) memcpy(text + i, "ữ", 3);
    for (size_t n = BON_EXCERPT - 4; n <= sizeof text; n++)
        cr_assert_eq(bon_clusters_add(&clusters, hash_of(n), 1, text, n), BON_OK);
    for (size_t i = 0; i < clusters.cap; i++) {
        const struct bon_cluster *cluster = &clusters.slots[i];
        if (!cluster->copies) continue;
        cr_assert_leq(cluster->len, BON_EXCERPT);
        if (cluster->len == BON_EXCERPT) continue; /* all of a text that ends inside a character */
        cr_assert(cluster->len % 3 == 0 || cluster->len < BON_EXCERPT);
    }
    cr_assert_eq(bon_clusters_add(&clusters, hash_of(0), 1, text, sizeof text), BON_OK);
    cr_assert_eq(bon_clusters_rank(&clusters, 1), 1);
    bon_clusters_free(&clusters);
}

static bon_status fill(void *arg) {
    struct bon_clusters clusters = {0};
    bon_status status = BON_OK;
    (void)arg;
    for (uint64_t i = 0; i < 600 && status == BON_OK; i++)
        status = bon_clusters_add(&clusters, hash_of(i), 1, "một", 5);
    bon_clusters_free(&clusters);
    return status;
}

Test(clusters, allocation_failures) { failmalloc_check(fill, NULL); }
