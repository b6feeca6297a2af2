/* src/ngram/arpa_write.c: a model as ARPA text: counts, then each order's n-grams in the trie's order, as `log10 p TAB words TAB
 * log10 back-off`. Numbers read back as the same 32-bit floats. Blank nodes, which only keep the trie whole, are left out.
 *
 * The words of an n-gram behind its first are those of its trie parent, so that text is put together once per parent. Ranges
 * of n-grams become text side by side and are written in order.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/parallel.h"
#include "ngram/number.h"
#include "ngram/table.h"

enum { PART_GRAMS = 1 << 13 };

struct arpa_writer {
    const struct bon_lm_table *table;
    bon_buf text;                        /* not yet written */
    bon_buf tail;                        /* " w2 w3\t" of the current parent, or "\t" */
    uint32_t path[BON_LM_MAX_ORDER + 1]; /* [k] the node of order k above the n-gram being written */
};

/* One order on its way into a file. */
struct order_job {
    struct arpa_writer *writers; /* one a thread */
    struct bon_out *out;
    unsigned k;
};

static bool is_blank_node(const struct bon_lm_level *level, uint32_t i) { return level->blank && level->blank[i]; }

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

/* Sets path[] to the nodes above n-gram i of order k, found by halving. */
static void find_path(struct arpa_writer *writer, unsigned k, uint32_t i) {
    writer->path[k] = i;
    for (unsigned j = k - 1; j >= 1; j--) {
        const struct bon_lm_level *level = &writer->table->level[j - 1];
        uint32_t low = 0, high = level->count; /* the first node whose children end behind path[j + 1] */
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (level->first_child[middle + 1] <= writer->path[j + 1])
                low = middle + 1;
            else
                high = middle;
        }
        writer->path[j] = low;
    }
}

static bon_status print_part(void *context, size_t part, unsigned worker) {
    const struct order_job *job = context;
    struct arpa_writer *writer = &job->writers[worker];
    unsigned k = job->k;
    const struct bon_lm_level *level = &writer->table->level[k - 1];
    uint32_t first = (uint32_t)part * PART_GRAMS,
             end = level->count - first > PART_GRAMS ? first + PART_GRAMS : level->count;
    writer->text.len = 0;
    find_path(writer, k, first);
    BON_TRY(set_tail(writer, k - 1, level->backoff == NULL));
    for (uint32_t i = first; i < end; i++) {
        if (k > 1 && i >= level[-1].first_child[writer->path[k - 1] + 1]) {
            next_parent(writer, k - 1, i);
            BON_TRY(set_tail(writer, k - 1, level->backoff == NULL));
        }
        if (!is_blank_node(level, i)) BON_TRY(write_gram(writer, level, i));
    }
    return BON_OK;
}

static bon_status put_part(void *context, size_t part, unsigned worker) {
    (void)part;
    const struct order_job *job = context;
    bon_store_pace(job->writers[worker].table->store, job->writers[worker].text.len);
    return bon_out_write(job->out, job->writers[worker].text.data, job->writers[worker].text.len);
}

static bon_status write_order(struct order_job *job, const struct bon_lm_table *table) {
    const struct bon_parallel print = {table->threads,
                                       ((size_t)table->level[job->k - 1].count + PART_GRAMS - 1) / PART_GRAMS, job,
                                       print_part, put_part};
    return bon_parallel_run(&print);
}

static uint64_t listed(const struct bon_lm_level *level) {
    uint64_t count = level->count;
    for (uint32_t i = 0; level->blank && i < level->count; i++) count -= level->blank[i] != 0;
    return count;
}

static bon_status write_text(struct bon_out *out, bon_buf *text) {
    BON_TRY(bon_out_write(out, text->data, text->len));
    text->len = 0;
    return BON_OK;
}

static bon_status write_all(struct order_job *job, const struct bon_lm_table *table) {
    bon_buf *text = &job->writers[0].text;
    BON_TRY(bon_buf_printf(text, "\\data\\\n"));
    for (unsigned k = 1; k <= table->order; k++)
        BON_TRY(bon_buf_printf(text, "ngram %u=%llu\n", k, (unsigned long long)listed(&table->level[k - 1])));
    for (job->k = 1; job->k <= table->order; job->k++) {
        BON_TRY(bon_buf_printf(text, "\n\\%u-grams:\n", job->k));
        BON_TRY(write_text(job->out, text));
        BON_TRY(write_order(job, table));
        text->len = 0;
    }
    BON_TRY(bon_buf_printf(text, "\n\\end\\\n"));
    return write_text(job->out, text);
}

bon_status bon_lm_table_write_arpa(const bon_lm_table *table, const char *path) {
    unsigned threads = table->threads > 1 ? table->threads : 1;
    struct order_job job = {.writers = bon_alloc_zeroed(threads, sizeof *job.writers)};
    if (!job.writers) return BON_ERR_NOMEM;
    for (unsigned i = 0; i < threads; i++) job.writers[i].table = table;
    bon_status status = bon_out_open(&job.out, path, 0);
    if (status == BON_OK) status = write_all(&job, table);
    for (unsigned i = 0; i < threads; i++) {
        bon_buf_free(&job.writers[i].text);
        bon_buf_free(&job.writers[i].tail);
    }
    free(job.writers);
    if (status == BON_OK) return bon_out_publish(job.out);
    bon_out_abandon(job.out);
    return status;
}
