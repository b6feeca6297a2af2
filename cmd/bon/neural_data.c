/* cmd/bon/neural_data.c: see neural_data.h. */
#include "neural_data.h"

#include "lines.h"
#include "stream.h"

struct job {
    struct bon_pipeline pipeline;
    struct bon_neural_text *text;
    bool words;
    struct line_joiner joiner;
};

static bon_status take_lines(void *context, const struct bon_chunk *chunk, const bon_buf *text) {
    struct job *job = context;
    const char *lines;
    size_t n;
    BON_TRY(lines_join(&job->joiner, chunk, text, &lines, &n));
    return n ? bon_neural_text_add(job->text, lines, n, job->words) : BON_OK;
}

int neural_data_read(const struct command *command, const struct shared_args *shared, char *const *paths, int count,
                     bool words, struct bon_neural_text *text) {
    struct job job = {
        .pipeline = {.map = lines_map, .sink = take_lines, .context = &job}, .text = text, .words = words};
    const int result = stream_collect(command, shared, paths, count, &job.pipeline);
    lines_free(&job.joiner);
    return result;
}
