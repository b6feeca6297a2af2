/* cmd/bon/import_wiki.c: bon import wiki: the articles of a MediaWiki dump as JSON lines. */
#include <string.h>

#include "base/json_span.h"
#include "commands.h"
#include "corpus/wiki.h"
#include "corpus/wikitext.h"
#include "progress.h"
#include "stream.h"

struct wiki_args {
    struct shared_args shared;
    const char *ns, *json;
    unsigned least;
};

struct wiki_job {
    const struct wiki_args *args;
    bon_normalizer *normalizer;
    struct bon_wikitext space;
    struct bon_out *out;
    bon_buf address, text, line;
    uint64_t pages, elsewhere, redirects, stubs, written, bytes;
};

static const struct option_row wiki_options[] = {
    OPTION_UNSIGNED(0, "min", "N", struct wiki_args, least, 0, UINT_MAX,
                    "leave out stubs: pages of less than N characters of\ntext (default 200)"),
    OPTION_STRING(0, "namespace", "N", struct wiki_args, ns, "pages of namespace N (default 0: articles)"),
    OPTION_STRING(0, "json", "FILE", struct wiki_args, json, "write what was counted to FILE, as a JSON object"),
    OPTION_OUTPUT("write to FILE (.gz and .zst compress) instead of standard output"),
    OPTIONS_COMMON,
    OPTION_END,
};

static size_t count_characters(const bon_buf *text) {
    size_t count = 0;
    for (size_t i = 0; i < text->len; i++) count += ((unsigned char)text->data[i] & 0xc0) != 0x80;
    return count;
}

static bon_status add_field(bon_buf *line, const char *name, const bon_buf *value) {
    BON_TRY(bon_buf_printf(line, "%s\"%s\":", line->len ? "," : "{", name));
    return bon_json_quote(value->data, value->len, line);
}

static bon_status write_page(struct wiki_job *job, const struct bon_wiki_page *page) {
    job->address.len = job->line.len = 0;
    BON_TRY(bon_wiki_address(page, &job->address));
    BON_TRY(add_field(&job->line, "id", &page->id));
    BON_TRY(add_field(&job->line, "title", &page->title));
    BON_TRY(add_field(&job->line, "url", &job->address));
    BON_TRY(add_field(&job->line, "text", &job->text));
    BON_TRY(bon_buf_append(&job->line, "}\n", 2));
    job->written++;
    job->bytes += job->text.len;
    return bon_out_write(job->out, job->line.data, job->line.len);
}

static bon_status take(void *context, const struct bon_wiki_page *page) {
    struct wiki_job *job = context;
    job->pages++;
    if (page->ns.len != strlen(job->args->ns) ||
        memcmp(page->ns.data ? page->ns.data : "", job->args->ns, page->ns.len) != 0)
        return job->elsewhere++, BON_OK;
    if (page->redirect) return job->redirects++, BON_OK;
    job->text.len = 0;
    BON_TRY(bon_wikitext_read(&job->space, job->normalizer, page->source.data, page->source.len, &job->text));
    if (count_characters(&job->text) < job->args->least) return job->stubs++, BON_OK;
    return write_page(job, page);
}

static bon_status read_all(struct wiki_job *job, const struct command *command, char *const *paths, int path_count) {
    struct progress progress;
    bon_status status = BON_OK;
    progress_start(&progress, command->name, &job->args->shared);
    for (int i = 0; i < (path_count ? path_count : 1) && status == BON_OK; i++)
        status = bon_wiki_read(path_count ? paths[i] : "-", take, job, &progress.counter);
    progress_stop(&progress);
    return status;
}

static int write_counts(const struct wiki_job *job) {
    bon_buf text = {0};
    bon_status status = bon_buf_printf(&text,
                                       "{\"pages\": %llu, \"written\": %llu, \"redirects\": %llu, \"stubs\": %llu, "
                                       "\"other_namespaces\": %llu, \"text_bytes\": %llu}\n",
                                       (unsigned long long)job->pages, (unsigned long long)job->written,
                                       (unsigned long long)job->redirects, (unsigned long long)job->stubs,
                                       (unsigned long long)job->elsewhere, (unsigned long long)job->bytes);
    if (status == BON_OK) return write_text(job->args->json, &text);
    bon_buf_free(&text);
    return tell_failure(status);
}

static int import_all(const struct command *command, struct wiki_job *job, char *const *paths, int path_count) {
    const char *output = job->args->shared.output;
    bon_status status = check_output(job->args->json);
    if (status == BON_OK) status = bon_wikitext_normalizer(&job->normalizer);
    if (status == BON_OK) status = bon_out_open(&job->out, output, 0);
    if (status != BON_OK) return tell_failure(status);
    status = read_all(job, command, paths, path_count);
    if (status == BON_OK) return tell_failure(bon_out_publish(job->out));
    int exit_status = tell_failure(status);
    if (!output || strcmp(output, "-") == 0) (void)bon_out_flush(job->out); /* the failure is told already */
    bon_out_abandon(job->out);
    return exit_status;
}

static int run(const struct command *command, int argc, char **argv) {
    struct wiki_args args = {.ns = "0", .least = 200};
    struct wiki_job job = {.args = &args};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    result = import_all(command, &job, argv + first, argc - first);
    if (result == EXIT_DONE && args.json) result = write_counts(&job);
    bon_normalizer_close(job.normalizer);
    bon_wikitext_free(&job.space);
    bon_buf_free(&job.address);
    bon_buf_free(&job.text);
    bon_buf_free(&job.line);
    return result;
}

const struct command command_import_wiki = {
    .name = "import wiki",
    .summary = "the articles of a MediaWiki dump",
    .usage = "[OPTION]... [FILE]...",
    .notes = "A dump is pages-articles.xml, as it is or as .bz2. Redirects are left out.",
    .options = wiki_options,
    .run = run,
};
