/* src/ime/learn.c: from words that were committed to what was learned, and back to predictions.
 *
 * Words and pairs are mixed into the model as a cache (restore/cache.h); what the user chose or asked for is looked up here. Only
 * words of letters are learned: no digits or signs, so nothing that looks like a secret or an address.
 */
#include <string.h>

#include "base/buf.h"
#include "ime/memory.h"
#include "restore/cache.h"
#include "restore/fold.h"
#include "restore/letters.h"
#include "syllable/utf8.h"

/* ---- words as they are learned ---- */

static bool is_word(const char *text, size_t n) {
    if (n == 0 || n > MEMORY_FIELD_MAX) return false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x80 && (c | 32u) - 'a' > 25) return false;
    }
    return true;
}

/* Folds up to two words one after the other into the scratch buffer. False: not to be learned, or memory is short. */
static bool fold(bon_ime_memory *memory, const char *a, size_t a_n, const char *b, size_t b_n, size_t *split) {
    memory->folded.len = 0;
    if (a_n && (!is_word(a, a_n) || bon_fold_word(a, a_n, &memory->folded) != BON_OK)) return false;
    *split = memory->folded.len;
    return is_word(b, b_n) && bon_fold_word(b, b_n, &memory->folded) == BON_OK;
}

/* ---- the cache of the model ---- */

static uint32_t number_of(const bon_ime_memory *memory, const char *word, size_t n) {
    return bon_lm_word(bon_restorer_lm(memory->restorer), word, n);
}

/* Memory short: what does not fit is not mixed in. */
static void feed(bon_ime_memory *memory, const char *before, size_t before_n, const char *word, size_t n,
                 uint32_t count) {
    uint32_t id = number_of(memory, word, n);
    uint32_t before_id = before_n ? number_of(memory, before, before_n) : BON_CACHE_ALONE;
    if (id <= BON_LM_EOS || before_id <= BON_LM_EOS) return;
    if (bon_cache_count(memory->cache, before_id, id, count) != BON_OK) return;
    if (!before_n) memory->cache->total += count;
}

void bon_ime_memory_refill(bon_ime_memory *memory) {
    const struct memory_table *table = &memory->table;
    if (!memory->cache) return;
    bon_restore_cache_clear(memory->cache);
    for (uint32_t i = 0; i < table->count; i++) {
        const struct memory_item *item = &table->items[i];
        const char *text = table->text + item->text, *a, *b;
        size_t a_n, b_n, at = 1;
        if (text[0] != MEMORY_WORD && text[0] != MEMORY_PAIR) continue;
        bon_memory_field(text, item->len, &at, &a, &a_n);
        if (text[0] == MEMORY_WORD)
            feed(memory, NULL, 0, a, a_n, item->count);
        else if (bon_memory_field(text, item->len, &at, &b, &b_n))
            feed(memory, a, a_n, b, b_n, item->count);
    }
}

bon_status bon_ime_memory_serve(bon_ime_memory *memory, const bon_restorer *restorer) {
    bon_restore_cache *cache;
    if (memory->restorer == restorer) return BON_OK;
    BON_TRY(bon_restore_cache_open(&cache, restorer));
    bon_restore_cache_close(memory->cache);
    memory->cache = cache;
    memory->restorer = restorer;
    bon_ime_memory_refill(memory);
    return BON_OK;
}

/* ---- learning ---- */

/* Counts an entry; when that made others fade, the cache is made anew. */
static void count(bon_ime_memory *memory, const struct memory_entry *entry, uint32_t weight) {
    memory->changed = true;
    if (bon_memory_count(&memory->table, entry, weight, weight)) bon_ime_memory_refill(memory);
}

static void take_back(bon_ime_memory *memory, const struct memory_entry *entry, uint32_t weight) {
    struct memory_item *item = bon_memory_find(&memory->table, entry);
    if (!item || item->fresh < weight || item->count <= weight) return;
    item->count -= weight;
    item->fresh -= weight;
}

void bon_ime_memory_learn(bon_ime_memory *memory, const char *before, size_t before_n, const char *word, size_t n,
                          int weight) {
    struct memory_entry entry;
    size_t split;
    bool alone = before_n == 0 || !is_word(before, before_n);
    if (!memory->restorer || !fold(memory, before, alone ? 0 : before_n, word, n, &split)) return;
    const char *folded = memory->folded.data;
    n = memory->folded.len - split;
    if (number_of(memory, folded + split, n) <= BON_LM_EOS) return; /* no prediction would ever be this word */
    for (unsigned pair = 0; pair < (alone ? 1u : 2u); pair++) {
        bool fits = pair ? bon_memory_entry(&entry, MEMORY_PAIR, folded, split, folded + split, n, NULL, 0)
                         : bon_memory_entry(&entry, MEMORY_WORD, folded + split, n, NULL, 0, NULL, 0);
        if (!fits) continue;
        if (weight < 0) {
            take_back(memory, &entry, (uint32_t)-weight);
            continue;
        }
        count(memory, &entry, (uint32_t)weight);
        feed(memory, folded, pair ? split : 0, folded + split, n, (uint32_t)weight);
    }
}

/* The letters of a folded word. */
static size_t plain_of(const char *word, size_t n, char plain[BON_WORD_MAX]) {
    bool has_marks;
    return bon_plain_form(word, n, plain, &has_marks);
}

void bon_ime_memory_correct(bon_ime_memory *memory, const char *before, size_t before_n, const char *word, size_t n) {
    struct memory_entry entry;
    char plain[BON_WORD_MAX];
    size_t split;
    if (!is_word(before, before_n)) before_n = 0;
    if (!fold(memory, before, before_n, word, n, &split)) return;
    const char *folded = memory->folded.data;
    n = memory->folded.len - split;
    size_t plain_n = plain_of(folded + split, n, plain);
    if (plain_n && bon_memory_entry(&entry, MEMORY_FIX, folded, split, plain, plain_n, folded + split, n))
        count(memory, &entry, 1);
}

const char *bon_ime_memory_chosen(bon_ime_memory *memory, const char *before, size_t before_n, const char *plain,
                                  size_t plain_n, size_t *n) {
    struct memory_entry entry;
    size_t split;
    if (!is_word(before, before_n)) before_n = 0;
    if (!fold(memory, before, before_n, plain, plain_n, &split)) return NULL;
    const char *folded = memory->folded.data;
    if (!bon_memory_entry(&entry, MEMORY_FIX, folded, split, folded + split, memory->folded.len - split, NULL, 0))
        return NULL;
    const struct memory_item *item = bon_memory_find(&memory->table, &entry);
    if (!item || item->count < MEMORY_WINS) return NULL;
    *n = item->len - item->key_len - 1u;
    return memory->table.text + item->text + item->key_len + 1;
}

/* ---- words that stay as they are typed ---- */

static bool keep_entry(bon_ime_memory *memory, const char *keys, size_t n, struct memory_entry *entry) {
    size_t split;
    return fold(memory, NULL, 0, keys, n, &split) &&
           bon_memory_entry(entry, MEMORY_KEEP, memory->folded.data, memory->folded.len, NULL, 0, NULL, 0);
}

void bon_ime_memory_keep(bon_ime_memory *memory, const char *keys, size_t n, bool keep) {
    struct memory_entry entry;
    if (!keep_entry(memory, keys, n, &entry)) return;
    if (keep) {
        count(memory, &entry, 1);
        return;
    }
    if (!bon_memory_find(&memory->table, &entry)) return;
    bon_memory_table_drop(&memory->table, &entry);
    memory->changed = true;
    bon_buf *gone = &memory->forgotten;
    if (bon_buf_reserve(gone, entry.len + 2) != BON_OK) return; /* the file brings it back once */
    bon_buf_push(gone, "\t", 1);
    bon_buf_push(gone, entry.text, entry.len);
    bon_buf_push(gone, "\n", 1);
}

bool bon_ime_memory_keeps(bon_ime_memory *memory, const char *keys, size_t n) {
    struct memory_entry entry;
    if (memory->table.count == 0 || !keep_entry(memory, keys, n, &entry)) return false;
    const struct memory_item *item = bon_memory_find(&memory->table, &entry);
    return item && item->count >= MEMORY_WINS;
}
