/* Fuzz target: words and rows of counted n-grams as they lie in a .bonc file, behind checksums that agree. Whatever the bytes, they
 * are refused, or what flows out of them ascends; nothing is read beyond their end. Input: order, number of words, length of the
 * words (two bytes), words, rows. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "ngram/counts_flow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 4 };

struct flow {
    unsigned order;
    uint32_t words;
    bool begun;
    uint32_t last[BON_LM_MAX_ORDER];
    bon_buf word;
};

static bon_status take_word(void *context, const char *text, size_t n) {
    struct flow *flow = context;
    if (n == 0 || bon_compare_bytes(flow->word.data, flow->word.len, text, n) >= 0) abort();
    flow->words++;
    flow->word.len = 0;
    return bon_buf_append(&flow->word, text, n);
}

static bon_status take_row(void *context, unsigned shared, const uint32_t *items, uint64_t count) {
    struct flow *flow = context;
    unsigned j = 0;
    if (count == 0 || shared >= flow->order) abort();
    while (flow->begun && j < flow->order && items[j] == flow->last[j]) j++;
    if (flow->begun && (j != shared || items[j] < flow->last[j])) abort();
    for (j = 0; j < flow->order; j++)
        if (items[j] >= flow->words + BON_EDGE_WORDS) abort();
    memcpy(flow->last, items, flow->order * sizeof *items);
    flow->begun = true;
    return BON_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < HEAD) return 0;
    struct flow flow = {.order = 1 + data[0] % BON_LM_MAX_ORDER};
    size_t words = (size_t)data[2] | (size_t)data[3] << 8;
    if (words > size - HEAD) words = size - HEAD;
    int fd = memfd_create("counts", 0);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
    struct bon_counts_span run = {HEAD + words, size, bon_hash64(data + HEAD + words, size - HEAD - words)};
    const struct bon_counts_part part = {.name = "counts",
                                         .word_fd = fd,
                                         .row_fd = fd,
                                         .word_count = data[1],
                                         .words = {HEAD, HEAD + words, bon_hash64(data + HEAD, words)},
                                         .runs = &run,
                                         .run_count = 1};
    const struct bon_sum_rule rule = {.order = flow.order};
    const struct bon_counts_sink sink = {.word = take_word, .row = take_row, .context = &flow};
    bon_counts_sum(&part, 1, &rule, &sink);
    bon_buf_free(&flow.word);
    close(fd);
    return 0;
}
