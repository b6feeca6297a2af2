/* ARPA text with arbitrary content: refused, or a trie that holds together, whose text reads back to the same trie. */
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdio.h>

#include "ngram/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

/* Reads a model from the file descriptor; NULL when it is refused. */
static bon_lm_table *read_model(int fd) {
    char path[32];
    bon_lm_table *table;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (bon_lm_table_read_arpa(&table, path) == BON_OK) return table;
    require(bon_error_message()[0] && !table);
    return NULL;
}

static void check_level(const bon_lm_table *table, unsigned k) {
    const struct bon_lm_level *level = &table->level[k];
    for (uint32_t i = 0; i < level->count; i++) {
        require(level->word[i] < table->level[0].count && !isnan(level->logprob[i]));
        if (k + 1 == table->order) continue;
        const uint32_t *word = table->level[k + 1].word;
        require(level->first_child[i] <= level->first_child[i + 1] && !isnan(level->backoff[i]));
        for (uint32_t j = level->first_child[i] + 1; j < level->first_child[i + 1]; j++) require(word[j - 1] < word[j]);
    }
    if (k + 1 < table->order) require(level->first_child[level->count] == table->level[k + 1].count);
}

static void check_same(const bon_lm_table *a, const bon_lm_table *b) {
    require(a->order == b->order);
    for (unsigned k = 0; k < a->order; k++) {
        require(a->level[k].count == b->level[k].count);
        for (uint32_t i = 0; i < a->level[k].count; i++) {
            bool blank = a->level[k].blank && a->level[k].blank[i];
            require(blank || a->level[k].logprob[i] == b->level[k].logprob[i]);
        }
    }
}

/* Unigrams other than <unk>, which may be missing from the file, keep their places, so both tries are the same. */
static void check_round_trip(const bon_lm_table *table) {
    char path[32];
    int fd = memfd_create("out.arpa", 0);
    require(fd >= 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    require(bon_lm_table_write_arpa(table, path) == BON_OK);
    bon_lm_table *back = read_model(fd);
    require(back != NULL);
    check_same(table, back);
    bon_lm_table_close(back);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int fd = memfd_create("in.arpa", 0);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    bon_lm_table *table = read_model(fd);
    if (table) {
        for (unsigned k = 0; k < table->order; k++) check_level(table, k);
        check_round_trip(table);
    }
    bon_lm_table_close(table);
    close(fd);
    return 0;
}
