/* src/ngram/prune.c: entropy pruning (Stolcke 1998).
 *
 * Let h be the context of an n-gram, w its last word, h' the context without its first word. Without the n-gram the model says
 * a'(h) p(w|h') where it said p(w|h), and the back-off of h becomes a'(h), so the relative entropy between the two models is
 *
 *     D = P(h) { p(w|h) [log p(w|h) - log p(w|h') - log a'(h)] + (1 - sum of p(v|h) over the words v after h) [log a(h) - log a'(h)] }
 *
 * and perplexity rises by exp(D) - 1. P(h) is the model's own probability of h, word by word; that of <s> is taken to be
 * that of </s>. What an n-gram is worth does not depend on the threshold, so it is worked out once; a threshold then decides
 * from the highest order down, since an n-gram stays as long as a longer one that stays begins or (the table's invariant)
 * ends with it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/select.h"
#include "ngram/trie_contexts.h"

/* Of one level above the first. */
struct pruner_level {
    uint32_t *context; /* place of each n-gram's context in the level below */
    float *worth;      /* relative rise of perplexity without it */
    uint8_t *keep;     /* at the threshold tried last */
};

struct bon_lm_pruner {
    const bon_lm_table *table;
    struct pruner_level level[BON_LM_MAX_ORDER];
};

static const double IMPOSSIBLE = -1e6; /* logarithm of next to nothing */

/* ---- what n-grams are worth ---- */

/* How often each word comes in the long run: steps of the walk from word to word that the bigrams describe. */
struct walk {
    const struct bon_lm_level *words;
    double *excess; /* of each bigram: its probability less what backing off gives */
    double *now, *next;
};

/* What follows </s> begins a sentence, so <s> stands where </s> does. Half of the old frequencies stays, which calms what
 * swings from step to step. */
static void step(struct walk *walk) {
    const struct bon_lm_level *words = walk->words, *bigrams = words + 1;
    double backed_off = 0, sum = 0;
    for (uint32_t h = 0; h < words->count; h++) backed_off += walk->now[h] * bon_p10(words->backoff[h]);
    for (uint32_t w = 0; w < words->count; w++) {
        double here = w == BON_LM_BOS ? 0 : backed_off * bon_p10(words->logprob[w]);
        for (uint32_t i = words->first_child[w]; i < words->first_child[w + 1]; i++)
            here += walk->now[bigrams->word[i]] * walk->excess[i];
        walk->next[w] = here > 0 ? here : 0;
    }
    walk->next[BON_LM_BOS] = walk->next[BON_LM_EOS];
    walk->next[BON_LM_EOS] = 0;
    for (uint32_t w = 0; w < words->count; w++) sum += walk->next[w];
    for (uint32_t w = 0; w < words->count; w++) walk->now[w] = (walk->now[w] + walk->next[w] / sum) / 2;
}

static void begin_walk(struct walk *walk) {
    const struct bon_lm_level *words = walk->words, *bigrams = words + 1;
    for (uint32_t w = 0; w < words->count; w++) {
        double below = bon_p10(words->logprob[w]);
        walk->now[w] = below;
        for (uint32_t i = words->first_child[w]; i < words->first_child[w + 1]; i++)
            walk->excess[i] = bon_is_blank(bigrams, i)
                                  ? 0
                                  : bon_p10(bigrams->logprob[i]) - below * bon_p10(words->backoff[bigrams->word[i]]);
    }
    walk->now[BON_LM_BOS] = walk->now[BON_LM_EOS];
    walk->now[BON_LM_EOS] = 0;
}

/* Natural logarithms of how often each word comes in the long run. */
static bon_status word_frequencies(const bon_lm_table *table, double *logs) {
    enum { STEPS = 30 };
    uint32_t n = table->level[0].count;
    if (table->order == 1) return BON_OK; /* then nobody asks */
    struct walk walk = {.words = &table->level[0],
                        .excess = bon_alloc_array(table->level[1].count, sizeof *walk.excess),
                        .now = bon_alloc_array(n, sizeof *walk.now),
                        .next = bon_alloc_array(n, sizeof *walk.next)};
    bon_status status = walk.excess && walk.now && walk.next ? BON_OK : BON_ERR_NOMEM;
    if (status == BON_OK) {
        begin_walk(&walk);
        for (unsigned i = 0; i < STEPS; i++) step(&walk);
        for (uint32_t w = 0; w < n; w++) logs[w] = walk.now[w] > 0 ? log(walk.now[w]) : IMPOSSIBLE;
    }
    free(walk.excess);
    free(walk.now);
    free(walk.next);
    return status;
}

/* Natural logarithm of the probability of each n-gram of level k (2 and up) as a text, from that of the contexts. */
static void text_probabilities(const bon_lm_table *table, unsigned k, const uint32_t *context, const double *below,
                               double *logs) {
    const struct bon_lm_level *level = &table->level[k - 1];
    for (uint32_t i = 0; i < level->count; i++)
        logs[i] = context[i] == BON_NO_CONTEXT ? IMPOSSIBLE : below[context[i]] + (double)level->logprob[i] * M_LN10;
}

static float worth(double context_log, struct bon_mass mass, double backoff, double p, double p_below) {
    double without = bon_backoff_of((struct bon_mass){mass.here - p, mass.below - p_below});
    if (without <= 0 || backoff <= 0) return INFINITY;
    double rise = log(p) - log(p_below) - log(without), rest = 1 - mass.here > 0 ? 1 - mass.here : 0;
    double entropy = exp(context_log) * (p * rise + rest * (log(backoff) - log(without)));
    return entropy > 0 ? (float)expm1(entropy) : 0.0f; /* below 0 by rounding only */
}

static bon_status value_level(bon_lm_pruner *pruner, unsigned k, const double *context_logs) {
    const struct bon_lm_level *level = &pruner->table->level[k - 1];
    struct pruner_level *to = &pruner->level[k - 1];
    struct bon_mass *masses = bon_alloc_zeroed(level[-1].count, sizeof *masses);
    if (!masses) return BON_ERR_NOMEM;
    bon_add_masses(level, to->context, NULL, masses);
    BON_EACH_CHILD(level, parent, i) {
        uint32_t h = to->context[i];
        if (bon_is_blank(level, i))
            to->worth[i] = -1; /* nothing at all */
        else
            to->worth[i] = h == BON_NO_CONTEXT ? INFINITY
                                               : worth(context_logs[h], masses[h], bon_p10(level[-1].backoff[h]),
                                                       bon_p10(level->logprob[i]), bon_p10(level[-1].logprob[parent]));
    }
    free(masses);
    return BON_OK;
}

static bon_status alloc_level(struct pruner_level *level, uint32_t count) {
    level->context = bon_alloc_array(count, sizeof *level->context);
    level->worth = bon_alloc_array(count, sizeof *level->worth);
    level->keep = bon_alloc_zeroed(count, 1);
    return level->context && level->worth && level->keep ? BON_OK : BON_ERR_NOMEM;
}

static bon_status value_all(bon_lm_pruner *pruner) {
    const bon_lm_table *table = pruner->table;
    double *below = NULL, *logs = bon_alloc_array(table->level[0].count, sizeof *logs);
    bon_status status = logs ? BON_OK : BON_ERR_NOMEM;
    if (logs) status = word_frequencies(table, logs);
    for (unsigned k = 2; status == BON_OK && k <= table->order; k++) {
        struct pruner_level *level = &pruner->level[k - 1];
        status = alloc_level(level, table->level[k - 1].count);
        if (status != BON_OK) break;
        bon_contexts_find(table, k, pruner->level[k - 2].context, level->context);
        status = value_level(pruner, k, logs);
        free(below);
        below = logs;
        logs = bon_alloc_array(table->level[k - 1].count, sizeof *logs);
        if (!logs) status = BON_ERR_NOMEM;
        if (status == BON_OK) text_probabilities(table, k, level->context, below, logs);
    }
    free(below);
    free(logs);
    return status;
}

bon_status bon_lm_pruner_open(bon_lm_pruner **out, const bon_lm_table *table) {
    bon_lm_pruner *pruner = bon_alloc_zeroed(1, sizeof *pruner);
    if (!pruner) return BON_ERR_NOMEM;
    pruner->table = table;
    bon_status status = value_all(pruner);
    if (status == BON_OK)
        *out = pruner;
    else
        bon_lm_pruner_close(pruner);
    return status;
}

void bon_lm_pruner_close(bon_lm_pruner *pruner) {
    if (!pruner) return;
    for (unsigned i = 0; i < BON_LM_MAX_ORDER; i++) {
        free(pruner->level[i].context);
        free(pruner->level[i].worth);
        free(pruner->level[i].keep);
    }
    free(pruner);
}

/* ---- what stays ---- */

/* Marks what the n-grams of level k that stay need in level k - 1: their contexts and their ends. */
static void mark_needed(const bon_lm_pruner *pruner, unsigned k, uint8_t *needed) {
    const struct bon_lm_level *level = &pruner->table->level[k - 1];
    const struct pruner_level *from = &pruner->level[k - 1];
    BON_EACH_CHILD(level, parent, i) {
        if (!from->keep[i]) continue;
        needed[parent] = 1;
        if (from->context[i] != BON_NO_CONTEXT) needed[from->context[i]] = 1;
    }
}

uint64_t bon_lm_pruner_count(bon_lm_pruner *pruner, double threshold) {
    const bon_lm_table *table = pruner->table;
    uint64_t count = table->level[0].count;
    for (unsigned k = table->order; k > 1; k--) {
        struct pruner_level *level = &pruner->level[k - 1];
        uint32_t n = table->level[k - 1].count;
        memset(level->keep, 0, n);
        if (k < table->order) mark_needed(pruner, k + 1, level->keep);
        for (uint32_t i = 0; i < n; i++) {
            level->keep[i] |= (double)level->worth[i] >= threshold;
            count += level->keep[i];
        }
    }
    return count;
}

double bon_lm_pruner_threshold(bon_lm_pruner *pruner, uint64_t ngrams) {
    double low = -40, high = 0; /* log10 */
    if (bon_lm_pruner_count(pruner, 0) <= ngrams) return 0;
    if (bon_lm_pruner_count(pruner, INFINITY) > ngrams && pruner->table->level[0].count > ngrams)
        return (double)INFINITY;
    while (high - low > 4e-4) {
        double middle = (low + high) / 2;
        if (bon_lm_pruner_count(pruner, pow(10, middle)) <= ngrams)
            high = middle;
        else
            low = middle;
    }
    return pow(10, high);
}

/* ---- the new table ---- */

bon_status bon_lm_pruner_apply(bon_lm_pruner *pruner, double threshold, bon_lm_table **out) {
    struct bon_selection selection = {.table = pruner->table};
    bon_lm_pruner_count(pruner, threshold); /* decides what stays */
    for (unsigned i = 1; i < pruner->table->order; i++) {
        selection.context[i] = pruner->level[i].context;
        selection.keep[i] = pruner->level[i].keep;
    }
    return bon_table_select(&selection, out);
}
