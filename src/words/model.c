/* src/words/model.c: the file of a model: opened, checked, written. docs/bonseg-format.md has it byte by byte. */
#include "words/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* ---- reading ---- */

/* The bytes of a section that must be so many. */
static bon_status take(const struct bon_artefact *artefact, const char *name, size_t need, const void *out) {
    const void *bytes;
    size_t n;
    BON_TRY(bon_artefact_section(artefact, name, &bytes, &n));
    if (n != need)
        return bon_fail(BON_ERR_FORMAT, "%s: section %s has %zu bytes, not %zu: the file is corrupt",
                        bon_artefact_path(artefact), name, n, need);
    memcpy((void *)out, &bytes, sizeof bytes);
    return BON_OK;
}

static bon_status read_sections(struct bon_words *words) {
    const struct bon_artefact *artefact = words->artefact;
    const struct bon_words_header *header = NULL, *h = &words->header;
    BON_TRY(take(artefact, "header", sizeof *header, &header));
    words->header = *header;
    if (h->slots == 0 || h->vectors < BON_VECTORS_FIXED || h->vectors > BON_GRAM_VECTOR + 1)
        return bon_fail(BON_ERR_FORMAT, "%s: section header: %u slots, %u vectors: the file is corrupt",
                        bon_artefact_path(artefact), h->slots, h->vectors);
    BON_TRY(take(artefact, "slots", (size_t)h->slots * sizeof *words->slots, &words->slots));
    BON_TRY(take(artefact, "vectors", (size_t)h->vectors * sizeof *words->vectors, &words->vectors));
    BON_TRY(take(artefact, "gap.shapes", BON_GAP_SHAPES * sizeof(int16_t), &words->gap_shapes));
    BON_TRY(take(artefact, "gap.echoes", BON_GAP_ECHOES * sizeof(int16_t), &words->gap_echoes));
    BON_TRY(take(artefact, "word.shapes", BON_WORD_SHAPES * sizeof(int16_t), &words->word_shapes));
    return take(artefact, "word.sides", BON_WORD_SIDES * sizeof(int16_t), &words->word_sides);
}

static bon_status finish_opening(bon_words **out, bon_words *words, bon_status status) {
    if (status == BON_OK) status = read_sections(words);
    if (status != BON_OK) {
        bon_words_close(words);
        return status;
    }
    *out = words;
    return BON_OK;
}

bon_status bon_words_open(bon_words **out, const char *path) {
    bon_words *words = bon_alloc_zeroed(1, sizeof *words);
    if (!words) return BON_ERR_NOMEM;
    return finish_opening(out, words, bon_artefact_open(&words->artefact, path, "bonseg", BON_WORDS_VERSION, false));
}

bon_status bon_words_open_memory(bon_words **out, const void *bytes, size_t n, const char *name) {
    bon_words *words = bon_alloc_zeroed(1, sizeof *words);
    if (!words) return BON_ERR_NOMEM;
    return finish_opening(
        out, words, bon_artefact_open_memory(&words->artefact, bytes, n, name, "bonseg", BON_WORDS_VERSION, false));
}

bon_status bon_words_verify(const bon_words *words) { return bon_artefact_verify(words->artefact); }

void bon_words_close(bon_words *words) {
    if (!words) return;
    bon_artefact_close(words->artefact);
    free(words);
}

/* ---- writing ---- */

uint64_t bon_words_bytes(const struct bon_words *words) {
    enum { FRAME = 1024, SHAPES = BON_GAP_SHAPES + BON_GAP_ECHOES + BON_WORD_SHAPES + BON_WORD_SIDES };
    return FRAME + sizeof words->header + (uint64_t)words->header.slots * sizeof *words->slots +
           (uint64_t)words->header.vectors * sizeof *words->vectors + SHAPES * sizeof(int16_t);
}

bon_status bon_words_write(const struct bon_words *words, const char *path) {
    const struct {
        const char *name;
        const void *bytes;
        size_t n;
    } sections[] = {
        {"header", &words->header, sizeof words->header},
        {"slots", words->slots, (size_t)words->header.slots * sizeof *words->slots},
        {"vectors", words->vectors, (size_t)words->header.vectors * sizeof *words->vectors},
        {"gap.shapes", words->gap_shapes, BON_GAP_SHAPES * sizeof(int16_t)},
        {"gap.echoes", words->gap_echoes, BON_GAP_ECHOES * sizeof(int16_t)},
        {"word.shapes", words->word_shapes, BON_WORD_SHAPES * sizeof(int16_t)},
        {"word.sides", words->word_sides, BON_WORD_SIDES * sizeof(int16_t)},
    };
    struct bon_artefact_writer *writer;
    bon_status status = BON_OK;
    BON_TRY(bon_artefact_create(&writer, path, "bonseg", BON_WORDS_VERSION));
    for (size_t i = 0; i < sizeof sections / sizeof *sections && status == BON_OK; i++)
        status = bon_artefact_add(writer, sections[i].name, sections[i].bytes, sections[i].n);
    if (status == BON_OK) return bon_artefact_publish(writer);
    bon_artefact_abandon(writer);
    return status;
}
