/* cmd/bon/sample.c: bon sample: every line several times, or evenly chosen ones: how much of a text goes into a mix.
 *
 * Line n is written as often as floor(n * K) is above floor((n - 1) * K), so any stretch of a file has its share, nothing is left to
 * chance, and a chunk needs to know no more than the number of its first line. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "commands.h"
#include "stream.h"

struct sample_args {
    struct shared_args shared;
    double times;
};

static const struct option_row options[] = {
    OPTION_REAL('k', "times", "K", struct sample_args, times, 1e-9, 1000,
                "write every line K times (default 1); below 1, evenly\nchosen lines: 0.25 is every fourth"),
    OPTIONS_SHARED,
    OPTION_END,
};

/* K as it is written has errors in its last binary digits: 0.1 * 10 shall be 1 line. */
static uint64_t lines_before(uint64_t number, double times) { return (uint64_t)floor((double)number * times + 1e-6); }

static bon_status map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const struct sample_args *args = context;
    const char *end = chunk->data + chunk->len;
    uint64_t number = chunk->line, before = lines_before(number - 1, args->times);
    (void)worker;
    for (const char *line = chunk->data; line < end; number++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line)), *stop = newline ? newline : end;
        const uint64_t after = lines_before(number, args->times);
        for (; before < after; before++) {
            BON_TRY(bon_buf_append(out, line, (size_t)(stop - line)));
            BON_TRY(bon_buf_put(out, '\n'));
        }
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
}

static int run(const struct command *command, int argc, char **argv) {
    struct sample_args args = {.times = 1};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    struct bon_pipeline pipeline = {.whole_lines = true, .map = map, .context = &args};
    return stream_run(command, &args.shared, argv + first, argc - first, &pipeline, NULL);
}

const struct command command_sample = {
    .name = "sample",
    .summary = "repeat lines, or take evenly chosen ones",
    .usage = "[OPTION]... [FILE]...",
    .notes = "Lines are counted in each file anew. With K = 1 the files come one after another as they are.",
    .options = options,
    .run = run,
};
