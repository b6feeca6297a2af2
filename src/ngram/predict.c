/* src/ngram/predict.c: the words that most likely come next.
 *
 * A reverse trie finds n-grams from their last word, so the successors of a context lie scattered over it. What is added here
 * is a list for each word of the words that follow it (its bigrams), in falling order of a bound: the highest probability that
 * any n-gram ending in these two words has. A question walks the list of its last word, scores each word with the whole
 * context, and stops where the bound falls below the k-th best found. Words that never followed back off to their probability
 * alone; those are walked in falling order of it, with the same stop. So the answer is exact, and most of the list is never
 * looked at.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/query.h"
#include "ngram/table.h"

struct follower {
    float bound; /* log10 */
    uint32_t word;
};

struct bon_lm_predictor {
    const bon_lm *lm;
    uint32_t *first;            /* [words + 1] where the followers of each word begin */
    struct follower *followers; /* of every word, falling */
    struct follower *words;     /* all words by their own probability, falling */
    uint32_t word_count;
};

/* Scores are sums of floats in another order than bounds are. */
static const float SLACK = 1e-4f;

/* ---- making the lists ---- */

static int falling(const void *a, const void *b) {
    const struct follower *x = a, *y = b;
    if (x->bound != y->bound) return x->bound > y->bound ? -1 : 1;
    return x->word < y->word ? -1 : x->word > y->word;
}

static bool is_predicted(uint32_t word) { return word != BON_LM_UNK && word != BON_LM_BOS; }

/* bounds[] of level k: the highest of an n-gram's own value and those of all that end with it, which `above` has (NULL at the
 * highest level). */
static float *find_bounds(const bon_lm_table *table, unsigned k, const float *above) {
    const struct bon_lm_level *level = &table->level[k - 1];
    float *bounds = bon_alloc_array(level->count, sizeof *bounds);
    if (!bounds) return NULL;
    for (uint32_t i = 0; i < level->count; i++) {
        bounds[i] = level->logprob[i];
        if (!above) continue;
        for (uint32_t c = level->first_child[i]; c < level->first_child[i + 1]; c++)
            bounds[i] = fmaxf(bounds[i], above[c]);
    }
    return bounds;
}

/* Deals the bigrams out to their first words. */
static bon_status list_followers(bon_lm_predictor *p, const bon_lm_table *table, const float *bounds) {
    const struct bon_lm_level *words = &table->level[0], *bigrams = words + 1;
    uint32_t *next = p->first = bon_alloc_zeroed((size_t)words->count + 2, sizeof *p->first);
    p->followers = bon_alloc_array(bigrams->count, sizeof *p->followers);
    if (!p->first || !p->followers) return BON_ERR_NOMEM;
    for (uint32_t i = 0; i < bigrams->count; i++) next[bigrams->word[i] + 2]++;
    for (uint32_t w = 0; w < words->count; w++) next[w + 2] += next[w + 1];
    for (uint32_t w = 0; w < words->count; w++)
        for (uint32_t i = words->first_child[w]; i < words->first_child[w + 1]; i++)
            p->followers[next[bigrams->word[i] + 1]++] = (struct follower){bounds[i], w};
    for (uint32_t w = 0; w < words->count; w++)
        qsort(p->followers + p->first[w], p->first[w + 1] - p->first[w], sizeof *p->followers, falling);
    return BON_OK;
}

static bon_status list_words(bon_lm_predictor *p, const bon_lm_table *table) {
    const struct bon_lm_level *words = &table->level[0];
    p->word_count = words->count;
    p->words = bon_alloc_array(words->count, sizeof *p->words);
    if (!p->words) return BON_ERR_NOMEM;
    for (uint32_t w = 0; w < words->count; w++) p->words[w] = (struct follower){words->logprob[w], w};
    qsort(p->words, words->count, sizeof *p->words, falling);
    return BON_OK;
}

static bon_status make_lists(bon_lm_predictor *p, const bon_lm_table *table) {
    BON_TRY(list_words(p, table));
    if (table->order == 1) return BON_OK;
    float *bounds = NULL;
    for (unsigned k = table->order; k >= 2; k--) {
        float *of_level = find_bounds(table, k, bounds);
        free(bounds);
        bounds = of_level;
        if (!bounds) return BON_ERR_NOMEM;
    }
    bon_status status = list_followers(p, table, bounds);
    free(bounds);
    return status;
}

bon_status bon_lm_predictor_open(bon_lm_predictor **out, const bon_lm *lm) {
    bon_lm_table *table;
    BON_TRY(bon_lm_table_from_lm(&table, lm));
    bon_lm_predictor *p = bon_alloc_zeroed(1, sizeof *p);
    bon_status status = p ? BON_OK : BON_ERR_NOMEM;
    if (p) {
        p->lm = lm;
        status = make_lists(p, table);
    }
    bon_lm_table_close(table);
    if (status == BON_OK)
        *out = p;
    else
        bon_lm_predictor_close(p);
    return status;
}

void bon_lm_predictor_close(bon_lm_predictor *predictor) {
    if (!predictor) return;
    free(predictor->first);
    free(predictor->followers);
    free(predictor->words);
    free(predictor);
}

/* ---- a question ---- */

/* The best so far, falling; equal ones by their number. */
struct best {
    const bon_lm_predictor *predictor;
    const bon_lm_state *state;
    const bon_lm_predict_options *options;
    bon_lm_prediction *at;
    size_t count, most;
};

static bool is_better(const bon_lm_prediction *a, const bon_lm_prediction *b) {
    return a->logprob != b->logprob ? a->logprob > b->logprob : a->word < b->word;
}

static bool is_there(const struct best *best, uint32_t word) {
    for (size_t i = 0; i < best->count; i++)
        if (best->at[i].word == word) return true;
    return false;
}

static void offer(struct best *best, uint32_t word) {
    const bon_lm_predict_options *options = best->options;
    bon_lm_state next;
    unsigned matched;
    if (!is_predicted(word) || (options && options->accept && !options->accept(options->user, word))) return;
    float logprob = bon_lm_score(best->predictor->lm, best->state, word, &next, &matched);
    bon_lm_prediction new = {.word = word, .logprob = logprob, .order = matched};
    if (best->count == best->most && !is_better(&new, &best->at[best->count - 1])) return;
    if (is_there(best, word)) return;
    size_t i = best->count < best->most ? best->count++ : best->count - 1;
    for (; i > 0 && is_better(&new, &best->at[i - 1]); i--) best->at[i] = best->at[i - 1];
    best->at[i] = new;
}

/* Whether nothing of a score up to `bound` can be among the best any more. */
static bool is_settled(const struct best *best, float bound) {
    return best->count == best->most && bound + SLACK < best->at[best->count - 1].logprob;
}

size_t bon_lm_predict(const bon_lm_predictor *predictor, const bon_lm_state *state,
                      const bon_lm_predict_options *options, bon_lm_prediction *predictions, size_t most) {
    struct best best = {predictor, state, options, predictions, 0, most};
    unsigned length = state->length < predictor->lm->order ? state->length : predictor->lm->order - 1;
    uint32_t last = length > 0 && state->words[0] < predictor->word_count ? state->words[0] : BON_LM_UNK;
    float rise = 0, backoff = 0; /* back-offs of contexts above one word: what they add at most; all back-offs */
    if (most == 0) return 0;
    for (unsigned i = length; i-- > 0;) {
        backoff += state->backoff[i];
        if (i > 0) rise = fmaxf(rise, backoff);
    }
    if (length > 0)
        for (uint32_t i = predictor->first[last]; i < predictor->first[last + 1]; i++) {
            if (is_settled(&best, predictor->followers[i].bound + rise)) break;
            offer(&best, predictor->followers[i].word);
        }
    for (uint32_t i = 0; i < predictor->word_count; i++) {
        if (is_settled(&best, predictor->words[i].bound + backoff)) break;
        offer(&best, predictor->words[i].word);
    }
    return best.count;
}
