/* src/restore/tagger.c: features of a position, and what they say. See tagger.h; tagger_learn.c finds the weights. */
#include "restore/tagger.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"

/* A feature is what kind it is, the plain form it is about, and the tokens at these offsets; with `capitals` also where
 * capitals stand. The order is part of the file format. */
static const struct template {
    int8_t at[3]; /* 0: no more */
    bool capitals;
}
templates[] = {
    {{0}, false},      {{-1}, false},        {{1}, false},        {{-2}, false},    {{2}, false},
    {{-1, -2}, false}, {{1, 2}, false},      {{-1, 1}, false},    {{0}, true},      {{-1}, true},
    {{1}, true},       {{-2, -1, 1}, false}, {{-1, 1, 2}, false}, {{-2, 1}, false}, {{-1, 2}, false},
};
enum { TEMPLATES = sizeof templates / sizeof templates[0], NEAR = 31 /* kind of the feature: a word is near */ };

static_assert((int)TEMPLATES + 2 * BON_TAGGER_WINDOW_MAX <= BON_TAGGER_FEATURES_MAX, "room for all features");

/* In place of tokens outside the sentence. */
enum { BEFORE_ALL = 1, BEHIND_ALL = 2 };

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

/* ---- tokens ---- */

struct bon_tag_token bon_tag_token_of(const bon_token *token, const char *plain, size_t plain_n, const char *fold,
                                      size_t fold_n) {
    struct bon_tag_token out = {.shape = BON_SHAPE_NONE, .right = BON_TAGGER_WORDS};
    if (plain_n == 0) {
        out.id = (uint32_t)bon_hash64(fold, fold_n);
        return out;
    }
    out.id = (uint32_t)bon_hash64(plain, plain_n);
    switch ((bon_case)token->letter_case) {
    case BON_CASE_LOWER: out.shape = BON_SHAPE_LOWER; break;
    case BON_CASE_TITLE: out.shape = BON_SHAPE_TITLE; break;
    default: out.shape = plain_n == 1 ? BON_SHAPE_TITLE : BON_SHAPE_UPPER;
    }
    return out;
}

struct bon_tag_sentence bon_tag_sentence_of(const struct bon_tag_token *tokens, unsigned count, bool open) {
    struct bon_tag_sentence sentence = {.tokens = tokens, .count = count, .open = open, .first = count};
    bool capitals = false, small = false;
    for (unsigned i = 0; i < count; i++) {
        if (tokens[i].shape == BON_SHAPE_NONE) continue;
        if (sentence.first == count) sentence.first = i;
        capitals |= tokens[i].shape != BON_SHAPE_LOWER;
        small |= tokens[i].shape == BON_SHAPE_LOWER;
    }
    sentence.cased = capitals && small;
    return sentence;
}

/* ---- features ---- */

/* The id of the token `offset` away; false where that is behind what there is yet. */
static bool neighbour(const struct bon_tag_sentence *sentence, unsigned i, int offset, uint32_t *id) {
    if (offset < 0 && i < (unsigned)-offset) {
        *id = BEFORE_ALL;
        return true;
    }
    unsigned at = i + (unsigned)offset;
    if (at >= sentence->count) {
        *id = BEHIND_ALL;
        return !sentence->open;
    }
    *id = sentence->tokens[at].id;
    return true;
}

static unsigned is_title(const struct bon_tag_sentence *sentence, unsigned i) {
    return i < sentence->count && sentence->tokens[i].shape == BON_SHAPE_TITLE;
}

/* How the token and those beside it are written, and whether that is because a sentence begins. */
static unsigned capitals_at(const struct bon_tag_sentence *sentence, unsigned i) {
    unsigned begins = i == sentence->first, begun = i > 0 && i - 1 == sentence->first;
    return 1 + (sentence->tokens[i].shape | begins << 2 | begun << 3 | (i > 0 ? is_title(sentence, i - 1) : 0) << 4 |
                is_title(sentence, i + 1) << 5);
}

static bool add_template(const struct bon_tag_sentence *sentence, unsigned i, unsigned kind, unsigned capitals,
                         uint64_t *feature) {
    const struct template *template = &templates[kind];
    uint64_t hash = mix(sentence->tokens[i].id, kind << 8 | (template->capitals ? capitals : 0));
    for (unsigned k = 0; k < sizeof template->at && template->at[k]; k++) {
        uint32_t id;
        if (!neighbour(sentence, i, template->at[k], &id)) return false;
        hash = mix(hash, id);
    }
    *feature = hash;
    return true;
}

static uint32_t place_of(uint64_t feature, uint32_t slots) {
    return (uint32_t)((feature * UINT64_C(0xd6e8feb86659fd93) >> 32) * slots >> 32);
}

unsigned bon_tagger_features(const struct bon_tagger_header *header, const struct bon_tag_sentence *sentence,
                             unsigned i, uint32_t places[BON_TAGGER_FEATURES_MAX]) {
    unsigned count = 0, capitals = capitals_at(sentence, i), window = header->window;
    uint64_t feature, near = mix(sentence->tokens[i].id, NEAR << 8);
    for (unsigned kind = 0; kind < TEMPLATES; kind++) {
        if (!(header->templates >> kind & 1) || (templates[kind].capitals && !sentence->cased)) continue;
        if (add_template(sentence, i, kind, capitals, &feature)) places[count++] = place_of(feature, header->slots);
    }
    unsigned begin = i > window ? i - window : 0, end = sentence->count - i > window ? i + window + 1 : sentence->count;
    for (unsigned k = begin; k < end; k++) {
        if (k + 1 >= i && k <= i + 1) continue; /* the next ones have kinds of their own */
        if (sentence->tokens[k].shape == BON_SHAPE_NONE) continue;
        places[count++] = place_of(mix(near, sentence->tokens[k].id), header->slots);
    }
    return count;
}

/* ---- the file ---- */

bon_status bon_tagger_open(struct bon_tagger *tagger, const struct bon_artefact *artefact) {
    const void *header, *weights;
    size_t n, weights_n;
    *tagger = (struct bon_tagger){.weights = NULL};
    if (!bon_artefact_has(artefact, "restore.tagger")) return BON_OK;
    BON_TRY(bon_artefact_section(artefact, "restore.tagger", &header, &n));
    BON_TRY(bon_artefact_section(artefact, "restore.weights", &weights, &weights_n));
    if (n == sizeof tagger->header) memcpy(&tagger->header, header, n);
    const struct bon_tagger_header *h = &tagger->header;
    if (n != sizeof *h || h->window > BON_TAGGER_WINDOW_MAX || h->slots == 0 || !(h->unit > 0 && h->unit < 1) ||
        weights_n != (uint64_t)h->slots + BON_TAGGER_WORDS)
        return bon_fail(
            BON_ERR_FORMAT,
            "%s: section restore.tagger: %zu bytes, %u slots for %zu weights, window %u: the file is corrupt",
            bon_artefact_path(artefact), n, h->slots, weights_n, h->window);
    if (h->templates >> TEMPLATES)
        return bon_fail(BON_ERR_VERSION,
                        "%s: section restore.tagger asks for features that this bon does not know: "
                        "use a newer one",
                        bon_artefact_path(artefact));
    tagger->weights = weights;
    return BON_OK;
}

/* ---- scores ---- */

enum { LANES = 16 }; /* weights added up at once; most plain forms have no more words */

/* Adds the weights of LANES words, those from `from` on. */
static void add_up(const struct bon_tagger *tagger, const uint32_t *places, unsigned count, unsigned from,
                   int16_t sums[LANES]) {
    memset(sums, 0, LANES * sizeof *sums);
    for (unsigned f = 0; f < count; f++) {
        const int8_t *weights = tagger->weights + places[f] + from;
        for (unsigned k = 0; k < LANES; k++) sums[k] = (int16_t)(sums[k] + weights[k]);
    }
}

void bon_tagger_score(const struct bon_tagger *tagger, const struct bon_tag_sentence *sentence, unsigned i,
                      float scores[BON_TAGGER_WORDS]) {
    uint32_t places[BON_TAGGER_FEATURES_MAX];
    unsigned words = sentence->tokens[i].choices;
    unsigned count = bon_tagger_features(&tagger->header, sentence, i, places);
    int best = INT16_MIN;
    for (unsigned f = 0; f < count; f++) __builtin_prefetch(tagger->weights + places[f]);
    int16_t sums[BON_TAGGER_WORDS];
    for (unsigned from = 0; from < words; from += LANES) add_up(tagger, places, count, from, sums + from);
    for (unsigned k = 0; k < words; k++) best = sums[k] > best ? sums[k] : best;
    for (unsigned k = 0; k < words; k++) scores[k] = (float)(sums[k] - best) * tagger->header.unit;
}
