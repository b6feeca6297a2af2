/* tests/property/restore_hostile.c: models and caches of any content behind sound headers, and texts made to be awkward: every
 * query ends, reads nothing outside, and still changes nothing but marks. Run under sanitizers by `make asan`. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/artefact.h"
#include "base/buf.h"
#include "restore/cache.h"
#include "restore/session.h"
#include "restore_toy.h"

static uint32_t next_random(uint64_t *seed) { /* xorshift64* */
    *seed ^= *seed >> 12, *seed ^= *seed << 25, *seed ^= *seed >> 27;
    return (uint32_t)(*seed * UINT64_C(2685821657736338717) >> 32);
}

static bon_buf read_file(const char *path) {
    bon_buf bytes = {0};
    FILE *file = fopen(path, "rb");
    cr_assert(file && bon_buf_reserve(&bytes, 1 << 22) == BON_OK);
    bytes.len = fread(bytes.data, 1, 1 << 22, file);
    fclose(file);
    unlink(path);
    return bytes;
}

/* A model with a tagger. */
static bon_buf model_bytes(void) {
    char path[64], tagged[80];
    bon_restorer *restorer;
    bon_tagger_builder *builder;
    const bon_tagger_options options = {.size = 4096};
    restore_toy_write(path, 3, 1);
    snprintf(tagged, sizeof tagged, "%s.tagged", path);
    cr_assert_eq(bon_restorer_open(&restorer, path), BON_OK);
    cr_assert_eq(bon_tagger_builder_open(&builder, restorer, &options), BON_OK);
    cr_assert_eq(bon_tagger_builder_add(builder, "tôi đang học tiếng Việt\ntối nay tôi ở nhà\n", 52), BON_OK);
    cr_assert_eq(bon_tagger_builder_write(builder, tagged), BON_OK);
    bon_tagger_builder_close(builder);
    bon_restorer_close(restorer);
    unlink(path);
    return read_file(tagged);
}

/* Changes bytes between header and table, which checksums of their own guard. */
static void mutate(uint64_t *seed, char *bytes, size_t n) {
    for (unsigned i = 1 + next_random(seed) % 40; i > 0; i--) {
        size_t at = 64 + next_random(seed) % (n - 64 - 2048);
        bytes[at] = next_random(seed) % 4 ? (char)next_random(seed) : (char)0xff;
    }
}

static void check_promise(const char *a, size_t an, const char *b, size_t bn) {
    bon_buf x = {0}, y = {0};
    cr_assert(bon_strip_marks(a, an, &x) == BON_OK && bon_strip_marks(b, bn, &y) == BON_OK);
    cr_assert(x.len == y.len && (x.len == 0 || memcmp(x.data, y.data, x.len) == 0));
    bon_buf_free(&x);
    bon_buf_free(&y);
}

static void ask_all(const bon_restorer *restorer, const bon_restore_options *options, const char *text, size_t n) {
    bon_restore_session *session;
    bon_restore_cache *cache;
    const bon_restore_result *results;
    const bon_restore_word *words;
    size_t count;
    bon_buf out = {0};
    cr_assert_eq(bon_restore_session_open(&session, restorer, options), BON_OK);
    cr_assert_eq(bon_restore_cache_open(&cache, restorer), BON_OK);
    cr_assert_eq(bon_restore_cache_add(cache, text, n), BON_OK);
    cr_assert_eq(bon_restore_session_use_cache(session, cache, 1, 0), BON_OK);
    cr_assert_eq(bon_restore(session, text, n, &out), BON_OK);
    if (!options->residue) check_promise(text, n, out.data, out.len);
    cr_assert_eq(bon_restore_line(session, text, n, 5, &results, &count), BON_OK);
    cr_assert_eq(bon_restore_alternatives(session, text, n, 5, &words, &count), BON_OK);
    bon_buf_free(&out);
    bon_restore_session_close(session);
    bon_restore_cache_close(cache);
}

Test(hostile, models) {
    static const char line[] =
        "toi dang hocj tieengs Viet, duong den truong rat xa. Tối nay toi o nha hoc bai, 24/7 nguoi tot";
    static const bon_restore_options options[] = {{0}, {.residue = 1}, {.fix_marked = 1, .tone_style = BON_TONE_NEW}};
    bon_buf sound = model_bytes(), bytes = {0};
    uint64_t seed = 20261121;
    unsigned opened = 0;
    cr_assert_eq(bon_buf_reserve(&bytes, sound.len), BON_OK);
    for (unsigned round = 0; round < 400; round++) {
        bon_restorer *restorer;
        memcpy(bytes.data, sound.data, sound.len);
        if (round > 0) mutate(&seed, bytes.data, sound.len);
        if (bon_restorer_open_memory(&restorer, bytes.data, sound.len, "mutated") != BON_OK) continue;
        ask_all(restorer, &options[round % 3], line, sizeof line - 1);
        bon_restorer_close(restorer);
        opened++;
    }
    cr_assert_gt(opened, 100);
    bon_buf_free(&sound);
    bon_buf_free(&bytes);
}

Test(hostile, caches) {
    char path[] = "/tmp/bon-test-XXXXXX";
    bon_restorer *restorer = restore_toy_open(3);
    bon_restore_cache *cache;
    uint64_t seed = 5;
    int file = mkstemp(path);
    cr_assert(file >= 0 && close(file) == 0);
    cr_assert_eq(bon_restore_cache_open(&cache, restorer), BON_OK);
    cr_assert_eq(bon_restore_cache_add(cache, "tôi đang học tiếng việt ở nhà", 39), BON_OK);
    cr_assert_eq(bon_restore_cache_write(cache, path), BON_OK);
    bon_buf sound = read_file(path), bytes = {0};
    cr_assert_eq(bon_buf_reserve(&bytes, sound.len), BON_OK);
    for (unsigned round = 0; round < 3000; round++) {
        struct bon_artefact *artefact;
        memcpy(bytes.data, sound.data, sound.len);
        for (unsigned i = 0; i < round % 8; i++)
            bytes.data[64 + next_random(&seed) % (sound.len / 2)] = (char)next_random(&seed);
        if (bon_artefact_open_memory(&artefact, bytes.data, sound.len, "mutated", "bonmem", 1, false) != BON_OK)
            continue;
        bon_restore_cache_clear(cache);
        bon_status status = bon_cache_add_file(cache, artefact);
        cr_assert(status == BON_OK || status == BON_ERR_FORMAT);
        cr_assert(round % 8 || status == BON_OK);
        bon_artefact_close(artefact);
    }
    bon_buf_free(&sound);
    bon_buf_free(&bytes);
    bon_restore_cache_close(cache);
    bon_restorer_close(restorer);
}

/* Long lines of little: without blanks, of what looks like addresses, of marks, of bytes that are no text. */
Test(hostile, texts) {
    static const char *const units[] = {"a",
                                        "toi",
                                        "a1",
                                        "a.",
                                        "hocj.",
                                        "www.",
                                        "a@",
                                        "(",
                                        "\xff",
                                        "e\u0301\u0302",
                                        "đ9",
                                        "\u0301",
                                        "e\u0301e\u0302\u0301 \u1ebf "};
    static const bon_restore_options options[] = {{0}, {.residue = 1}};
    bon_restorer *restorer = restore_toy_open(3);
    bon_buf text = {0};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        text.len = 0;
        while (text.len < 20000) cr_assert_eq(bon_buf_append(&text, units[i], strlen(units[i])), BON_OK);
        for (size_t o = 0; o < 2; o++) {
            ask_all(restorer, &options[o], text.data, text.len);
            ask_all(restorer, &options[o], text.data, 1);
            ask_all(restorer, &options[o], text.data, 0);
        }
    }
    bon_buf_free(&text);
    bon_restorer_close(restorer);
}
