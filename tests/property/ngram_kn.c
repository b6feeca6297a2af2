/* The estimator against a slow one written for reading: interpolated modified Kneser-Ney straight from Chen and Goodman
 * (1998), with pruning as in Heafield et al. (2013), over a plain list of n-grams as strings, in long double. Thousands of small
 * random texts; every n-gram's probability and back-off, and the set of n-grams, must agree: with the definition, and with the
 * definition less the one n-gram an order that lmplz counts otherwise (src/ngram/discount.c).
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "ngram/table.h"

enum { GRAMS_MAX = 6000, TEXT_MAX = 96 };

/* ---- the slow estimator ---- */

struct gram {
    unsigned order;
    char text[TEXT_MAX];   /* words with single spaces */
    size_t context_length; /* of the text without its last word and the space before it */
    long seen;
    long adjusted;
    bool pruned;
};

struct reference {
    unsigned order;
    const uint32_t *prune;
    const char *banned; /* a word outside the vocabulary, or NULL */
    struct gram grams[GRAMS_MAX];
    size_t count;
    long double discount[BON_LM_MAX_ORDER + 1][4];
    bool bad_discount; /* some order had to fall back */
    bool as_lmplz;
};

static struct gram *find(struct reference *ref, const char *text) {
    for (size_t i = 0; i < ref->count; i++)
        if (strcmp(ref->grams[i].text, text) == 0) return &ref->grams[i];
    return NULL;
}

static const char *last_space(const char *text) { return strrchr(text, ' '); }

static struct gram *add(struct reference *ref, const char *text, unsigned order) {
    struct gram *gram = find(ref, text);
    if (gram) return gram;
    cr_assert_lt(ref->count, (size_t)GRAMS_MAX);
    cr_assert_lt(strlen(text), (size_t)TEXT_MAX);
    gram = &ref->grams[ref->count++];
    *gram = (struct gram){.order = order};
    strcpy(gram->text, text);
    gram->context_length = order > 1 ? (size_t)(last_space(text) - text) : 0;
    return gram;
}

/* Counts every n-gram of every order in <s> words </s>. <s> alone is a context, never predicted. */
static void count_sentence(struct reference *ref, char words[][8], unsigned n) {
    for (unsigned end = 1; end < n; end++)
        for (unsigned order = 1; order <= ref->order && order <= end + 1; order++) {
            char text[TEXT_MAX] = "";
            for (unsigned i = end + 1 - order; i <= end; i++) {
                if (text[0]) strcat(text, " ");
                strcat(text, words[i]);
            }
            add(ref, text, order)->seen++;
        }
}

static bool begins_sentence(const struct gram *gram) { return strncmp(gram->text, "<s> ", 4) == 0; }

/* How many different words stand to the left of it. */
static long words_to_the_left(const struct reference *ref, const struct gram *gram) {
    long count = 0;
    for (size_t i = 0; i < ref->count; i++) {
        const struct gram *longer = &ref->grams[i];
        count += longer->order == gram->order + 1 && strcmp(strchr(longer->text, ' ') + 1, gram->text) == 0;
    }
    return count;
}

static bool is_symbol(const struct gram *gram) {
    return strcmp(gram->text, "<unk>") == 0 || strcmp(gram->text, "<s>") == 0 || strcmp(gram->text, "</s>") == 0;
}

static bool contains_word(const char *text, const char *word) {
    char padded[TEXT_MAX + 2], wanted[16];
    snprintf(padded, sizeof padded, " %s ", text);
    snprintf(wanted, sizeof wanted, " %s ", word);
    return strstr(padded, wanted) != NULL;
}

static void adjust(struct reference *ref) {
    for (size_t i = 0; i < ref->count; i++) {
        struct gram *gram = &ref->grams[i];
        bool as_seen = gram->order == ref->order || begins_sentence(gram);
        gram->adjusted = as_seen ? gram->seen : words_to_the_left(ref, gram);
        gram->pruned = gram->seen <= (long)ref->prune[gram->order - 1] && !is_symbol(gram);
        if (ref->banned && contains_word(gram->text, ref->banned)) gram->pruned = true;
    }
}

/* When its first word came first in the text, as a number; symbols come before all words. */
static size_t age(const struct reference *ref, const struct gram *gram) {
    size_t n = strcspn(gram->text, " ");
    if (gram->text[0] == '<') return 0;
    for (size_t i = 0; i < ref->count; i++)
        if (ref->grams[i].order == 1 && strlen(ref->grams[i].text) == n &&
            strncmp(ref->grams[i].text, gram->text, n) == 0)
            return i;
    return 0;
}

/* Of the n-grams of an order that end in `suffix`, the one whose first word is newest. */
static struct gram *newest(struct reference *ref, unsigned order, const char *suffix) {
    struct gram *best = NULL;
    for (size_t i = 0; i < ref->count; i++) {
        struct gram *gram = &ref->grams[i];
        if (gram->order != order || (order == 1 && !gram->seen)) continue;
        if (order > 1 && strcmp(strchr(gram->text, ' ') + 1, suffix) != 0) continue;
        if (!best || age(ref, gram) > age(ref, best)) best = gram;
    }
    return best;
}

/* Takes the last n-gram of each lower order in lmplz's sorting as often as it was seen. */
static void count_as_lmplz(struct reference *ref, long n[][5]) {
    const char *suffix = "";
    for (unsigned order = 1; order < ref->order && suffix; order++) {
        const struct gram *last = newest(ref, order, suffix);
        if (!last) return;
        if (last->adjusted < 5) n[order][last->adjusted]--;
        if (last->seen < 5) n[order][last->seen]++;
        suffix = last->text;
    }
}

/* Y = n1 / (n1 + 2 n2), its divisor brought below the line: 0 is exact. */
static long double discount_of_definition(int c, const long n[5]) {
    long double y_divisor = n[1] + 2 * n[2];
    return (c * y_divisor * n[c] - (c + 1) * (long double)n[1] * n[c + 1]) / (y_divisor * n[c]);
}

/* In single precision: where 1 - 0.99 is taken, its rounding is no longer small. */
static long double discount_of_lmplz(int c, const long n[5]) {
    volatile float y = (float)n[1] / (float)((double)n[1] + 2.0 * (double)n[2]);
    volatile float product = (float)(c + 1) * y;
    product = product * (float)n[c + 1];
    volatile float quotient = product / (float)n[c];
    return (float)c - quotient;
}

/* Equation 26 of Chen and Goodman; 0.5, 1, 1.5 when it cannot be used. */
static void estimate_discounts(struct reference *ref) {
    long numbers[BON_LM_MAX_ORDER + 1][5] = {0};
    for (size_t i = 0; i < ref->count; i++)
        if (ref->grams[i].adjusted <= 4) numbers[ref->grams[i].order][ref->grams[i].adjusted]++;
    if (ref->as_lmplz) count_as_lmplz(ref, numbers);
    for (unsigned order = 1; order <= ref->order; order++) {
        const long *n = numbers[order];
        long double *d = ref->discount[order];
        bool good = true;
        for (int c = 1; c <= 3; c++) {
            if (n[c] == 0)
                d[c] = -1;
            else
                d[c] = ref->as_lmplz ? discount_of_lmplz(c, n) : discount_of_definition(c, n);
            good = good && d[c] >= 0 && d[c] <= c;
        }
        if (good) continue;
        d[1] = 0.5L, d[2] = 1, d[3] = 1.5L;
        ref->bad_discount = true;
    }
}

static long double discount(const struct reference *ref, const struct gram *gram) {
    return ref->discount[gram->order][gram->adjusted < 3 ? gram->adjusted : 3];
}

/* Over all n-grams of an order with a context: the sum of counts and the mass that discounts and pruning set free. */
struct mass {
    long double total, freed;
    bool any; /* some n-gram is left */
};

static struct mass mass_of(const struct reference *ref, unsigned order, const char *context, size_t n) {
    struct mass mass = {0};
    for (size_t i = 0; i < ref->count; i++) {
        const struct gram *gram = &ref->grams[i];
        if (gram->order != order || gram->context_length != n || strncmp(gram->text, context, n) != 0) continue;
        mass.total += gram->adjusted;
        mass.freed += gram->pruned ? gram->adjusted : discount(ref, gram);
        mass.any = mass.any || (!gram->pruned && gram->adjusted > 0);
    }
    return mass;
}

static long double probability(struct reference *ref, const struct gram *gram) {
    if (strcmp(gram->text, "<s>") == 0) return 1;
    long double lower;
    if (gram->order == 1) {
        long words = 0;
        for (size_t i = 0; i < ref->count; i++)
            words += ref->grams[i].order == 1 && !ref->grams[i].pruned && strcmp(ref->grams[i].text, "<s>") != 0;
        lower = 1.0L / words;
    } else {
        lower = probability(ref, find(ref, strchr(gram->text, ' ') + 1));
    }
    struct mass mass = mass_of(ref, gram->order, gram->text, gram->context_length);
    return (gram->adjusted - discount(ref, gram)) / mass.total + mass.freed / mass.total * lower;
}

static long double backoff(struct reference *ref, const struct gram *gram) {
    struct mass mass = mass_of(ref, gram->order + 1, gram->text, strlen(gram->text));
    return mass.any ? log10l(mass.freed / mass.total) : 0;
}

/* ---- the comparison ---- */

struct walk {
    struct reference *ref;
    const bon_lm_table *table;
    size_t met;
};

/* Looks at node i of a level, whose words behind the first are `suffix`, and at its children. */
static void compare(struct walk *walk, unsigned order, uint32_t i, const char *suffix) {
    const struct bon_lm_level *level = &walk->table->level[order - 1];
    const struct bon_vocab_word *word = &walk->table->vocab.words[level->word[i]];
    char text[TEXT_MAX];
    int n = snprintf(text, sizeof text, "%.*s%s%s", (int)word->len, word->text, *suffix ? " " : "", suffix);
    cr_assert_lt(n, TEXT_MAX);
    const struct gram *gram = find(walk->ref, text);
    cr_assert(gram && !gram->pruned, "the model has '%s'", text);
    walk->met++;
    double expected = (double)log10l(probability(walk->ref, gram));
    cr_assert_float_eq((double)level->logprob[i], expected, 1e-6 + 1e-7 * fabs(expected), "p of '%s': %.9g, not %.9g",
                       text, (double)level->logprob[i], expected);
    if (order == walk->table->order) return;
    expected = (double)fmaxl(backoff(walk->ref, gram), -99);
    cr_assert_float_eq((double)level->backoff[i], expected, 1e-6, "back-off of '%s': %.9g, not %.9g", text,
                       (double)level->backoff[i], expected);
    for (uint32_t child = level->first_child[i]; child < level->first_child[i + 1]; child++)
        compare(walk, order + 1, child, text);
}

/* A random text: few words, some frequent, and most with a usual successor, so that n-grams of all orders repeat. */
static void make_text(uint64_t *seed, bon_buf *text, struct reference *ref) {
    unsigned lines = 3 + (unsigned)(files_random(seed) % 40), types = 5 + (unsigned)(files_random(seed) % 20);
    add(ref, "<unk>", 1);
    add(ref, "<s>", 1);
    for (unsigned line = 0; line < lines; line++) {
        char words[12][8] = {"<s>"};
        unsigned n = 1, length = (unsigned)(files_random(seed) % 8), word = 0;
        for (; n <= length; n++) {
            unsigned a = (unsigned)(files_random(seed) % types), b = (unsigned)(files_random(seed) % types);
            word = files_random(seed) % 3 ? (word * 3 + 1) % types : a < b ? a : b;
            snprintf(words[n], sizeof words[n], "w%u", word % 100);
            cr_assert_eq(bon_buf_printf(text, "%s ", words[n]), BON_OK);
        }
        strcpy(words[n++], "</s>");
        cr_assert_eq(bon_buf_printf(text, "\n"), BON_OK);
        count_sentence(ref, words, n);
    }
}

/* One text: estimates it both ways. Returns how often the discounts could be estimated from it. */
static unsigned check_text(uint64_t seed, unsigned order) {
    static const uint32_t PRUNE[][BON_LM_MAX_ORDER] = {
        {0}, {0, 0, 1, 1, 1, 1, 1, 1}, {0, 1, 2, 2, 2, 2, 2, 2}, {1, 1, 1, 1, 1, 1, 1, 1}, {0, 0, 0, 1, 2, 3, 4, 5}};
    static const char *const ALLOWED[] = {"w0",  "w1",  "w2",  "w3",  "w5",  "w6",  "w7",   "w8",  "w9",
                                          "w10", "w11", "w12", "w13", "w14", "w15", "w16",  "w17", "w18",
                                          "w19", "w20", "w21", "w22", "w23", "w24", "other"}; /* w4 is not */
    static struct reference ref;
    ref = (struct reference){
        .order = order, .prune = PRUNE[seed % 5], .banned = seed % 3 == 0 ? "w4" : NULL, .as_lmplz = seed % 2};
    bon_buf text = {0};
    uint64_t random = seed * 1000003 + order;
    make_text(&random, &text, &ref);
    adjust(&ref);
    estimate_discounts(&ref);

    bon_lm_build_options options = {.order = order, .threads = 1 + seed % 4, .definition = !ref.as_lmplz};
    memcpy(options.prune, ref.prune, sizeof options.prune);
    if (ref.banned) options.vocabulary = ALLOWED, options.vocabulary_size = sizeof ALLOWED / sizeof *ALLOWED;
    for (int fallback = 1; fallback >= 0; fallback--) {
        bon_lm_builder *builder;
        bon_lm_table *table;
        options.discount_fallback = fallback;
        cr_assert_eq(bon_lm_builder_open(&builder, &options), BON_OK);
        cr_assert_eq(bon_lm_builder_add(builder, text.data, text.len, "text", 1), BON_OK);
        bon_status status = bon_lm_builder_estimate(builder, &table);
        cr_assert_eq(status, !fallback && ref.bad_discount ? BON_ERR_DATA : BON_OK, "%s", bon_error_message());
        if (fallback) {
            struct walk walk = {&ref, table, 0};
            size_t left = 0;
            for (uint32_t i = 0; i < table->level[0].count; i++) compare(&walk, 1, i, "");
            for (size_t i = 0; i < ref.count; i++) left += !ref.grams[i].pruned;
            cr_assert_eq(walk.met, left, "the model has %zu n-grams, not %zu", walk.met, left);
        }
        bon_lm_table_close(table);
        bon_lm_builder_close(builder);
    }
    bon_buf_free(&text);
    return !ref.bad_discount;
}

Test(ngram_kn, agrees_with_the_definition) {
    for (unsigned order = 1; order <= BON_LM_MAX_ORDER; order++) {
        unsigned estimated = 0;
        for (uint64_t seed = 0; seed < 400; seed++) estimated += check_text(seed, order);
        if (order <= 4) cr_assert_gt(estimated, 10u, "order %u: too few texts whose discounts can be estimated", order);
    }
}
