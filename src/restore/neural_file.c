/* src/restore/neural_file.c: header, vocabulary and priors as sections. Priors are sparse: 36 bits a gate say which labels it has,
 * values follow for these alone. Nothing is believed: sizes agree with the header, the header with itself, and offsets ascend,
 * before anything is looked up. See neural_file.h. */
#include "restore/neural_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

_Static_assert(sizeof(struct bon_neural_header) == 96, "a header without padding");

static const struct bon_neural_join usual_join = {.weight = 1, .tagger_weight = 1, .power = 1};

/* ---- reading ---- */

static bon_status corrupt(const struct bon_artefact *artefact, const char *section, const char *what) {
    return bon_fail(BON_ERR_FORMAT, "%s: section %s: %s: the file is corrupt; copy or build it again",
                    bon_artefact_path(artefact), section, what);
}

static bon_status section(const struct bon_artefact *artefact, const char *name, uint64_t size, const void **bytes) {
    size_t n;
    BON_TRY(bon_artefact_section(artefact, name, bytes, &n));
    if (n == size) return BON_OK;
    return bon_fail(BON_ERR_FORMAT, "%s: section %s has %zu bytes instead of %llu: the file is corrupt",
                    bon_artefact_path(artefact), name, n, (unsigned long long)size);
}

static bool join_fits(const struct bon_neural_join *join) {
    const float most = 100;
    const float weights[] = {join->weight, join->tagger_weight, join->typed_weight, join->typed_causal};
    for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++)
        if (!(weights[i] >= 0 && weights[i] <= most)) return false;
    return join->power > 0 && join->power <= most;
}

static bon_status read_header(struct bon_neural_sections *s, const struct bon_artefact *artefact) {
    const void *bytes;
    BON_TRY(section(artefact, "neural.header", sizeof s->header, &bytes));
    memcpy(&s->header, bytes, sizeof s->header);
    const struct bon_neural_header *h = &s->header;
    if (h->weights >= BON_NEURAL_WEIGHTS)
        return bon_fail(BON_ERR_VERSION,
                        "%s: section neural.header: weights of kind %u, which this bon does not know: "
                        "use a newer one",
                        bon_artefact_path(artefact), h->weights);
    if (h->words <= BON_NEURAL_FIRST || h->words > BON_NEURAL_WORDS_MAX || h->gates < BON_NEURAL_FIRST ||
        h->gates > h->words || h->hashes == 0 || h->hashes > BON_NEURAL_WORDS_MAX)
        return corrupt(artefact, "neural.header", "a vocabulary of impossible sizes");
    s->words = (struct bon_neural_words){.count = h->words, .gates = h->gates, .hashes = h->hashes};
    s->config = (struct bon_encoder_config){.layers = h->layers,
                                            .width = h->width,
                                            .heads = {h->heads, h->heads, h->dim},
                                            .hidden = h->hidden,
                                            .features = bon_neural_features(&s->words),
                                            .bag = BON_NEURAL_BAG,
                                            .gates = h->gates,
                                            .labels = BON_MARK_LABELS,
                                            .splits = BON_NEURAL_SPLITS,
                                            .context = h->context,
                                            .theta = h->theta,
                                            .epsilon = h->epsilon};
    if (!bon_encoder_fits(&s->config) || !isfinite(h->theta) || !isfinite(h->epsilon) || !join_fits(&h->join))
        return corrupt(artefact, "neural.header", "a network of impossible sizes");
    return BON_OK;
}

static bon_status read_words(struct bon_neural_sections *s, const struct bon_artefact *artefact) {
    const void *begins, *text;
    size_t n;
    BON_TRY(section(artefact, "neural.begins", ((uint64_t)s->words.count + 1) * sizeof *s->words.begins, &begins));
    BON_TRY(bon_artefact_section(artefact, "neural.text", &text, &n));
    s->words.begins = begins;
    s->words.text = text;
    for (uint32_t i = 0; i < s->words.count; i++)
        if (s->words.begins[i] > s->words.begins[i + 1])
            return corrupt(artefact, "neural.begins", "a word ends before it begins");
    if (s->words.begins[0] != 0 || s->words.begins[s->words.count] != n)
        return corrupt(artefact, "neural.begins", "the words are not those of section neural.text");
    return BON_OK;
}

static bon_status read_priors(struct bon_neural_sections *s, const struct bon_artefact *artefact) {
    const void *masks, *values;
    uint32_t count = 0;
    BON_TRY(section(artefact, "neural.masks", (uint64_t)s->words.gates * sizeof *s->masks, &masks));
    s->masks = masks;
    if (!(s->firsts = bon_alloc_array(s->words.gates, sizeof *s->firsts))) return BON_ERR_NOMEM;
    for (uint32_t i = 0; i < s->words.gates; i++) {
        if (s->masks[i] >> BON_MARK_LABELS) return corrupt(artefact, "neural.masks", "a label that there is not");
        s->firsts[i] = count;
        count += (unsigned)__builtin_popcountll(s->masks[i]);
    }
    BON_TRY(section(artefact, "neural.values", (uint64_t)count * sizeof *s->values, &values));
    s->values = values;
    return BON_OK;
}

bon_status bon_neural_sections_open(struct bon_neural_sections *s, const struct bon_artefact *artefact) {
    *s = (struct bon_neural_sections){.masks = NULL};
    bon_status status = read_header(s, artefact);
    if (status == BON_OK) status = read_words(s, artefact);
    if (status == BON_OK) status = read_priors(s, artefact);
    if (status != BON_OK) bon_neural_sections_close(s);
    return status;
}

void bon_neural_sections_close(struct bon_neural_sections *s) {
    free(s->firsts);
    *s = (struct bon_neural_sections){.masks = NULL};
}

/* ---- writing ---- */

static bon_status write_priors(struct bon_artefact_writer *writer, uint32_t gates, const float *priors) {
    uint64_t *masks = bon_alloc_zeroed(gates, sizeof *masks);
    if (!masks) return BON_ERR_NOMEM;
    for (uint32_t i = 0; i < gates; i++)
        for (unsigned k = 0; k < BON_MARK_LABELS; k++)
            masks[i] |= (uint64_t)(priors[(size_t)i * BON_MARK_LABELS + k] > BON_PRIOR_NEVER) << k;
    bon_status status = bon_artefact_add(writer, "neural.masks", masks, gates * sizeof *masks);
    if (status == BON_OK) status = bon_artefact_begin(writer, "neural.values");
    for (uint32_t i = 0; i < gates; i++)
        for (unsigned k = 0; status == BON_OK && k < BON_MARK_LABELS; k++)
            if (masks[i] >> k & 1)
                status = bon_artefact_write(writer, &priors[(size_t)i * BON_MARK_LABELS + k], sizeof *priors);
    free(masks);
    return status;
}

bon_status bon_neural_sections_write(struct bon_artefact_writer *writer, const struct bon_encoder_config *c,
                                     const struct bon_neural_words *words, const float *priors,
                                     enum bon_neural_weights weights, const struct bon_neural_join *join) {
    if (!bon_encoder_fits(c) || c->features != bon_neural_features(words) || c->bag != BON_NEURAL_BAG ||
        c->gates != words->gates || c->labels != BON_MARK_LABELS || c->splits != BON_NEURAL_SPLITS ||
        words->count > BON_NEURAL_WORDS_MAX || words->hashes > BON_NEURAL_WORDS_MAX || !join_fits(join))
        return bon_fail(BON_ERR_ARGUMENT,
                        "the sizes of the network are not those of its vocabulary: %u features, %u gates "
                        "for %u words",
                        c->features, c->gates, words->count);
    const struct bon_neural_header header = {.layers = c->layers,
                                             .width = c->width,
                                             .heads = c->heads.queries,
                                             .dim = c->heads.dim,
                                             .hidden = c->hidden,
                                             .context = c->context,
                                             .words = words->count,
                                             .gates = words->gates,
                                             .hashes = words->hashes,
                                             .weights = weights,
                                             .theta = c->theta,
                                             .epsilon = c->epsilon,
                                             .join = *join};
    BON_TRY(bon_artefact_add(writer, "neural.header", &header, sizeof header));
    BON_TRY(
        bon_artefact_add(writer, "neural.begins", words->begins, ((size_t)words->count + 1) * sizeof *words->begins));
    BON_TRY(bon_artefact_add(writer, "neural.text", words->text, words->begins[words->count]));
    return write_priors(writer, words->gates, priors);
}

/* ---- weights ---- */

bool bon_neural_is_in(const struct bon_artefact *artefact) { return bon_artefact_has(artefact, "neural.header"); }

bon_status bon_neural_weights_open(struct bon_neural_weights_view *view, const struct bon_neural_sections *s,
                                   const struct bon_artefact *artefact) {
    const void *codes = NULL, *scales = NULL, *reals;
    const bool floats = s->header.weights == BON_NEURAL_FLOAT;
    if (s->header.weights == BON_NEURAL_NO_WEIGHTS)
        return bon_fail(BON_ERR_FORMAT, "%s: a vocabulary without a network: give what `bon neural export` wrote",
                        bon_artefact_path(artefact));
    if (!bon_encoder_packs(&s->config)) return corrupt(artefact, "neural.header", "a network of impossible sizes");
    struct bon_encoder_part *parts = bon_alloc_array(bon_encoder_part_count(&s->config), sizeof *parts);
    if (!parts) return BON_ERR_NOMEM;
    const struct bon_encoder_sizes sizes = bon_encoder_parts(&s->config, floats, parts);
    free(parts);
    if (!floats) BON_TRY(section(artefact, "neural.codes", sizes.codes, &codes));
    if (!floats) BON_TRY(section(artefact, "neural.scales", sizes.scales * sizeof *view->scales, &scales));
    BON_TRY(section(artefact, "neural.reals", sizes.reals * sizeof *view->reals, &reals));
    *view = (struct bon_neural_weights_view){codes, scales, reals};
    return BON_OK;
}

bon_status bon_neural_weights_write(struct bon_artefact_writer *writer, const struct bon_encoder_packed *p) {
    const bool floats = p->sizes.codes == 0;
    if (!floats) BON_TRY(bon_artefact_add(writer, "neural.codes", p->codes, p->sizes.codes));
    if (!floats) BON_TRY(bon_artefact_add(writer, "neural.scales", p->scales, p->sizes.scales * sizeof *p->scales));
    return bon_artefact_add(writer, "neural.reals", p->reals, p->sizes.reals * sizeof *p->reals);
}

/* ---- what training begins with ---- */

bon_status bon_neural_words_write(const char *path, const struct bon_encoder_config *config,
                                  const struct bon_neural_words *words, const float *priors) {
    struct bon_artefact_writer *writer;
    BON_TRY(bon_artefact_create(&writer, path, BON_NEURAL_KIND, BON_NEURAL_VERSION));
    bon_status status = bon_neural_sections_write(writer, config, words, priors, BON_NEURAL_NO_WEIGHTS, &usual_join);
    if (status == BON_OK) return bon_artefact_publish(writer);
    bon_artefact_abandon(writer);
    return status;
}

bon_status bon_neural_words_open(struct bon_neural_words_file *file, const char *path) {
    struct bon_neural_sections s = {.masks = NULL};
    *file = (struct bon_neural_words_file){.artefact = NULL};
    BON_TRY(bon_artefact_open(&file->artefact, path, BON_NEURAL_KIND, BON_NEURAL_VERSION, true));
    bon_status status = bon_neural_sections_open(&s, file->artefact);
    if (status == BON_OK) {
        file->config = s.config;
        file->words = s.words;
        file->priors = bon_alloc_array((size_t)s.words.gates * BON_MARK_LABELS, sizeof *file->priors);
        if (!file->priors) status = BON_ERR_NOMEM;
    }
    for (uint32_t i = 0; status == BON_OK && i < s.words.gates; i++)
        for (unsigned k = 0; k < BON_MARK_LABELS; k++)
            file->priors[(size_t)i * BON_MARK_LABELS + k] = bon_neural_prior(&s, i, k);
    bon_neural_sections_close(&s);
    if (status != BON_OK) bon_neural_words_close(file);
    return status;
}

void bon_neural_words_close(struct bon_neural_words_file *file) {
    bon_artefact_close(file->artefact);
    free(file->priors);
    *file = (struct bon_neural_words_file){.artefact = NULL};
}

bool bon_neural_beside(const char *model, const char *const *names, size_t count, char path[PATH_MAX]) {
    const char *slash = strrchr(model, '/');
    const int folder = slash ? (int)(slash - model) + 1 : 0;
    for (size_t i = 0; i < count; i++) {
        const int n = snprintf(path, PATH_MAX, "%.*s%s", folder, model, names[i]);
        if (n < PATH_MAX && access(path, F_OK) == 0) return true;
    }
    return false;
}
