/* Model files with arbitrary content: opened without checksums, so that mutations reach the reader, then queried and
 * unpacked. Nothing may crash, read outside the file or run away. */
#include <stdlib.h>

#include "ngram/query.h"
#include "ngram/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { QUERIES = 256 };

static uint32_t next_word(uint64_t *seed, const bon_lm *lm) {
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    uint32_t bits = (uint32_t)(*seed >> 33);
    return bits % 16 == 0 ? bits : (bits >> 4) % (uint32_t)bon_lm_count(lm, 1); /* now and then no id at all */
}

static void query(const bon_lm *lm) {
    bon_lm_state state;
    uint64_t seed = 1;
    unsigned matched;
    bon_lm_state_begin(lm, &state);
    for (unsigned i = 0; i < QUERIES; i++) {
        bon_lm_score(lm, &state, next_word(&seed, lm), &state, &matched);
        if (matched < 1 || matched > bon_lm_order(lm) || state.length >= bon_lm_order(lm)) abort();
    }
}

/* Running text, and states that no model made. */
static void query_many(const bon_lm *lm, uint64_t seed) {
    uint32_t words[QUERIES];
    float logprob[QUERIES];
    uint8_t matched[QUERIES];
    bon_lm_state states[QUERIES], state;
    for (unsigned i = 0; i < QUERIES; i++) {
        words[i] = next_word(&seed, lm);
        states[i] = (bon_lm_state){.length = next_word(&seed, lm) % BON_LM_MAX_ORDER};
        for (unsigned j = 0; j + 1 < BON_LM_MAX_ORDER; j++) states[i].words[j] = next_word(&seed, lm);
    }
    bon_lm_state_begin(lm, &state);
    bon_lm_score_words(lm, &state, words, QUERIES, logprob, matched);
    bon_lm_score_batch(lm, states, words, QUERIES, states, logprob, matched);
    for (unsigned i = 0; i < QUERIES; i++)
        if (matched[i] < 1 || matched[i] > bon_lm_order(lm) || states[i].length >= bon_lm_order(lm)) abort();
}

static void look_up(const bon_lm *lm) {
    bon_lm_totals totals = {0};
    for (uint32_t id = 0; id < bon_lm_count(lm, 1) && id < QUERIES; id++) {
        size_t n;
        const char *text = bon_lm_word_text(lm, id, &n);
        if (bon_lm_word(lm, text, n) >= bon_lm_count(lm, 1)) abort();
        bon_lm_score_line(lm, text, n < 4096 ? n : 4096, &totals);
    }
    if (bon_lm_perplexity(&totals) < 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const bon_lm_open_options lazy = {.lazy = 1};
    bon_lm *lm;
    bon_lm_table *table;
    if (bon_lm_open_memory(&lm, data, size, "fuzzed model", &lazy) != BON_OK) return 0;
    query(lm);
    query_many(lm, size);
    look_up(lm);
    if (bon_lm_table_from_lm(&table, lm) == BON_OK) bon_lm_table_close(table);
    bon_lm_close(lm);
    return 0;
}
