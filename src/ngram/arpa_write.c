/* src/ngram/arpa_write.c: a model as ARPA text: counts, then each order's n-grams in the trie's order, as `log10 p TAB words TAB
 * log10 back-off`. Numbers read back as the same 32-bit floats. Blank nodes, which only keep the trie whole, are left out.
 *
 * The words of an n-gram behind its first are those of its trie parent, so that text is put together once per parent.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/io.h"
#include "ngram/number.h"
#include "ngram/table.h"

enum { FLUSH_AT = 256 << 10 };

struct arpa_writer {
    const struct bon_lm_table *table;
    struct bon_out *out;
    bon_buf text;                        /* not yet written */
    bon_buf tail;                        /* " w2 w3\t" of the current parent, or "\t" */
    uint32_t path[BON_LM_MAX_ORDER + 1]; /* [k] the node of order k above the n-gram being written */
};

static bool is_blank_node(const struct bon_lm_level *level, uint32_t i) { return level->blank && level->blank[i]; }

static bon_status flush(struct arpa_writer *writer) {
    BON_TRY(bon_out_write(writer->out, writer->text.data, writer->text.len));
    writer->text.len = 0;
    return BON_OK;
}

/* The text behind the first word of the children of path[k], and the tab before the back-off. */
static bon_status set_tail(struct arpa_writer *writer, unsigned k, bool highest) {
    writer->tail.len = 0;
    for (; k >= 1; k--) {
        uint32_t id = writer->table->level[k - 1].word[writer->path[k]];
        const struct bon_vocab_word *word = &writer->table->vocab.words[id];
        BON_TRY(bon_buf_put(&writer->tail, ' '));
        BON_TRY(bon_buf_append(&writer->tail, word->text, word->len));
    }
    return highest ? BON_OK : bon_buf_put(&writer->tail, '\t');
}

static bon_status write_gram(struct arpa_writer *writer, const struct bon_lm_level *level, uint32_t i) {
    const struct bon_vocab_word *word = &writer->table->vocab.words[level->word[i]];
    bon_buf *text = &writer->text;
    BON_TRY(bon_buf_reserve(text, 2 * BON_FLOAT_TEXT + 2 + word->len + writer->tail.len));
    text->len += bon_float_write(text->data + text->len, level->logprob[i]);
    text->data[text->len++] = '\t';
    bon_buf_push(text, word->text, word->len);
    bon_buf_push(text, writer->tail.data, writer->tail.len);
    if (level->backoff) text->len += bon_float_write(text->data + text->len, level->backoff[i]);
    text->data[text->len++] = '\n';
    return text->len >= FLUSH_AT ? flush(writer) : BON_OK;
}

static bon_status write_words(struct arpa_writer *writer) {
    const struct bon_lm_level *level = &writer->table->level[0];
    BON_TRY(set_tail(writer, 0, level->backoff == NULL));
    for (uint32_t i = 0; i < level->count; i++)
        if (!is_blank_node(level, i)) BON_TRY(write_gram(writer, level, i));
    return BON_OK;
}

/* Moves path[] from one node of order `down` to the next that has children. */
static void next_parent(struct arpa_writer *writer, unsigned down, uint32_t child) {
    writer->path[down + 1] = child;
    for (unsigned k = down; k >= 1; k--) {
        const uint32_t *first_child = writer->table->level[k - 1].first_child;
        while (first_child[writer->path[k] + 1] <= writer->path[k + 1]) writer->path[k]++;
    }
}

static bon_status write_order(struct arpa_writer *writer, unsigned k) {
    const struct bon_lm_level *level = &writer->table->level[k - 1], *below = &writer->table->level[k - 2];
    for (unsigned j = 0; j <= BON_LM_MAX_ORDER; j++) writer->path[j] = 0;
    for (uint32_t i = 0; i < level->count; i++) {
        if (i == 0 || i >= below->first_child[writer->path[k - 1] + 1]) {
            next_parent(writer, k - 1, i);
            BON_TRY(set_tail(writer, k - 1, level->backoff == NULL));
        }
        if (!is_blank_node(level, i)) BON_TRY(write_gram(writer, level, i));
    }
    return BON_OK;
}

static uint64_t listed(const struct bon_lm_level *level) {
    uint64_t count = level->count;
    for (uint32_t i = 0; level->blank && i < level->count; i++) count -= level->blank[i] != 0;
    return count;
}

static bon_status write_all(struct arpa_writer *writer) {
    const struct bon_lm_table *table = writer->table;
    BON_TRY(bon_buf_printf(&writer->text, "\\data\\\n"));
    for (unsigned k = 1; k <= table->order; k++)
        BON_TRY(bon_buf_printf(&writer->text, "ngram %u=%llu\n", k, (unsigned long long)listed(&table->level[k - 1])));
    for (unsigned k = 1; k <= table->order; k++) {
        BON_TRY(bon_buf_printf(&writer->text, "\n\\%u-grams:\n", k));
        BON_TRY(k == 1 ? write_words(writer) : write_order(writer, k));
    }
    BON_TRY(bon_buf_printf(&writer->text, "\n\\end\\\n"));
    return flush(writer);
}

bon_status bon_lm_table_write_arpa(const bon_lm_table *table, const char *path) {
    struct arpa_writer writer = {.table = table};
    BON_TRY(bon_out_open(&writer.out, path, 0));
    bon_status status = write_all(&writer);
    bon_buf_free(&writer.text);
    bon_buf_free(&writer.tail);
    if (status == BON_OK) return bon_out_publish(writer.out);
    bon_out_abandon(writer.out);
    return status;
}
