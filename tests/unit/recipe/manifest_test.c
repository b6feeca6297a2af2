/* Records and the manifest: what holds, what does not and why; half-written lines; and digests that are remembered. */
#include "recipe/manifest.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failmalloc.h"
#include "files.h"
#include "recipe/digest.h"

static const char text[] =
    "sources.t.files = ['a', 'b']\nsteps.u = {run = 'dedup', input = 't', output = 'u', top = 5}\n"
    "steps.v = {run = 'count', input = 'u', output = 'v'}";

struct round {
    struct bon_recipe *recipe;
    struct bon_plan *plan;
    bon_buf line;
};

static void begin(struct round *round, const char *recipe) {
    char root[PATH_MAX];
    *round = (struct round){0};
    files_write(files_path("a"), "một", 4);
    files_write(files_path("b"), "hai", 3);
    snprintf(root, sizeof root, "%.*s", (int)(strlen(files_path("a")) - 2), files_path("a"));
    cr_assert_eq(bon_recipe_parse(&round->recipe, "r", recipe, strlen(recipe)), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_plan_make(&round->plan, round->recipe, root, "out"), BON_OK, "%s", bon_error_message());
    for (size_t i = 0; i < round->plan->file_count; i++) {
        struct bon_plan_file *file = &round->plan->files[i];
        file->known = true;
        file->bytes = i + 1;
        file->digest = (struct bon_hash128){i, 0xabcdef};
    }
    const struct bon_record_run run = {
        .counters = "{\"n\": 1}", .counters_length = 8, .started = 1000000000, .seconds = 1.5};
    cr_assert_eq(bon_record_write(round->plan, &round->plan->jobs[0], &run, &round->line), BON_OK);
}

static void end(struct round *round) {
    bon_buf_free(&round->line);
    bon_plan_close(round->plan);
    bon_recipe_close(round->recipe);
}

static enum bon_record_verdict check(const struct round *round, const char *line, size_t n, bool outputs,
                                     size_t *which) {
    enum bon_record_verdict verdict;
    cr_assert_eq(bon_record_check(round->plan, &round->plan->jobs[0], line, n, outputs, &verdict, which), BON_OK);
    return verdict;
}

Test(manifest, records_a_job, .fini = files_clear) {
    struct round round;
    begin(&round, text);
    static const char format[] =
        "{\"job\":\"u\",\"step\":\"u\",\"bon\":\"%s\",\"command\":[\"dedup\",\"--top=5\",\"--output=u\",\"--\",\"a\","
        "\"b\"],"
        "\"inputs\":[{\"path\":\"a\",\"bytes\":1,\"xxh3\":\"0000000000abcdef0000000000000000\"},"
        "{\"path\":\"b\",\"bytes\":2,\"xxh3\":\"0000000000abcdef0000000000000001\"}],"
        "\"outputs\":[{\"path\":\"u\",\"bytes\":3,\"xxh3\":\"0000000000abcdef0000000000000002\"}],"
        "\"counters\":{\"n\": 1},\"started\":\"2001-09-09T01:46:40Z\",\"seconds\":1.500}\n";
    char wanted[1024];
    snprintf(wanted, sizeof wanted, format, bon_version());
    cr_expect(round.line.len == strlen(wanted) && memcmp(round.line.data, wanted, round.line.len) == 0, "%.*s",
              (int)round.line.len, round.line.data);
    cr_expect_eq(bon_record_seconds(round.line.data, round.line.len - 1), 1.5);
    end(&round);
}

Test(manifest, says_what_no_longer_holds, .fini = files_clear) {
    struct round round, other;
    size_t which;
    begin(&round, text);
    const char *line = round.line.data;
    const size_t n = round.line.len - 1;
    cr_expect_eq(check(&round, line, n, false, &which), BON_RECORD_HOLDS);
    cr_expect_eq(check(&round, line, n, true, &which), BON_RECORD_HOLDS);
    for (size_t i = 0; i < n && strncmp(line + i, ",\"counters", 10) != 0; i++) /* cut anywhere in what counts */
        cr_expect_neq(check(&round, line, i, true, &which), BON_RECORD_HOLDS, "%zu", i);
    round.plan->files[1].digest.low++;
    cr_expect_eq(check(&round, line, n, true, &which), BON_RECORD_INPUT);
    cr_expect_eq(which, 1);
    round.plan->files[1].digest.low--;
    round.plan->files[2].bytes++;
    cr_expect_eq(check(&round, line, n, false, &which), BON_RECORD_HOLDS);
    cr_expect_eq(check(&round, line, n, true, &which), BON_RECORD_OUTPUT);
    cr_expect_eq(which, 2);
    begin(&other, "sources.t.files = ['a', 'b']\nsteps.u = {run = 'dedup', input = 't', output = 'u', top = 6}\n");
    cr_expect_eq(check(&other, line, n, true, &which), BON_RECORD_COMMAND);
    end(&other);
    bon_buf aged = {0};
    const char *version = strstr(line, bon_version());
    cr_assert_eq(bon_buf_append(&aged, line, n), BON_OK);
    aged.data[version - line] ^= 1;
    cr_expect_eq(check(&round, aged.data, n, true, &which), BON_RECORD_VERSION);
    bon_buf_free(&aged);
    end(&round);
}

static void add(struct bon_manifest *manifest, const char *job, const char *line) {
    cr_assert_eq(bon_manifest_add(manifest, job, line, strlen(line)), BON_OK, "%s", bon_error_message());
}

static void expect_line(const struct bon_manifest *manifest, const char *job, const char *wanted) {
    size_t n;
    const char *line = bon_manifest_find(manifest, job, &n);
    if (!wanted) {
        cr_expect_null(line);
        return;
    }
    cr_assert_not_null(line, "%s", job);
    cr_expect(n == strlen(wanted) && memcmp(line, wanted, n) == 0, "%s: %.*s", job, (int)n, line);
}

Test(manifest, outlives_being_cut, .fini = files_clear) {
    struct round round;
    struct bon_manifest *manifest;
    begin(&round, text);
    char path[PATH_MAX], stage[PATH_MAX];
    snprintf(path, sizeof path, "%s", files_path("manifest.jsonl"));
    snprintf(stage, sizeof stage, "%s", files_path("stage"));
    mkdir(stage, 0777);
    cr_assert_eq(bon_manifest_open(&manifest, path), BON_OK);
    expect_line(manifest, "u", NULL);
    add(manifest, "v", "{\"job\":\"v\",\"x\":1}\n");
    add(manifest, "u", "{\"job\":\"u\",\"x\":2}\n");
    add(manifest, "v", "{\"job\":\"v\",\"x\":3}\n");
    add(manifest, "gone", "{\"job\":\"gone\"}\n");
    expect_line(manifest, "v", "{\"job\":\"v\",\"x\":3}");
    bon_manifest_close(manifest);
    int fd = open(path, O_WRONLY | O_APPEND);
    cr_assert_eq(write(fd, "nonsense\n{\"job\":\"u\",\"x\"", 24), 24);
    close(fd);
    cr_assert_eq(bon_manifest_open(&manifest, path), BON_OK);
    expect_line(manifest, "u", "{\"job\":\"u\",\"x\":2}");
    add(manifest, "u", "{\"job\":\"u\",\"x\":4}\n");
    bon_manifest_close(manifest);
    cr_assert_eq(bon_manifest_open(&manifest, path), BON_OK);
    expect_line(manifest, "u", "{\"job\":\"u\",\"x\":4}");
    expect_line(manifest, "v", "{\"job\":\"v\",\"x\":3}");
    cr_assert_eq(bon_manifest_settle(manifest, round.plan, stage), BON_OK, "%s", bon_error_message());
    bon_manifest_close(manifest);
    bon_buf left = files_read(path);
    static const char wanted[] = "{\"job\":\"u\",\"x\":4}\n{\"job\":\"v\",\"x\":3}\n";
    cr_expect(left.len == strlen(wanted) && memcmp(left.data, wanted, left.len) == 0, "%.*s", (int)left.len, left.data);
    bon_buf_free(&left);
    end(&round);
}

static bon_status open_once(void *arg) {
    struct bon_manifest *manifest;
    bon_status status = bon_manifest_open(&manifest, arg);
    bon_manifest_close(manifest);
    return status;
}

Test(manifest, allocation_failures, .fini = files_clear) {
    char path[PATH_MAX];
    bon_buf lines = {0};
    snprintf(path, sizeof path, "%s", files_path("m"));
    for (int i = 0; i < 100; i++) cr_assert_eq(bon_buf_printf(&lines, "{\"job\":\"%d\"}\n", i), BON_OK);
    files_write(path, lines.data, lines.len);
    bon_buf_free(&lines);
    failmalloc_check(open_once, path);
}

/* ---- digests ---- */

static unsigned long long asked;
static bool count_reads(void *context) {
    (void)context;
    asked++;
    return false;
}

static struct bon_hash128 digest_of(struct bon_digests *digests, const char *path, uint64_t wanted_bytes) {
    uint64_t bytes;
    struct bon_hash128 digest;
    cr_assert_eq(bon_digest(digests, path, &bytes, &digest), BON_OK, "%s", bon_error_message());
    cr_expect_eq(bytes, wanted_bytes);
    return digest;
}

static void age(const char *path) {
    const struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000, .tv_nsec = 7}};
    cr_assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

Test(digest, remembers_files, .fini = files_clear) {
    char path[PATH_MAX], cache[PATH_MAX];
    struct bon_digests *digests;
    bon_buf bytes = {0};
    snprintf(path, sizeof path, "%s", files_path("file"));
    snprintf(cache, sizeof cache, "%s", files_path("cache"));
    while (bytes.len < 3000000) cr_assert_eq(bon_buf_printf(&bytes, "dòng %zu\n", bytes.len), BON_OK);
    files_write(path, bytes.data, bytes.len);
    struct bon_hash128 wanted = bon_hash128(bytes.data, bytes.len);
    for (int round = 0; round < 3; round++) { /* fresh: never remembered; old: read once */
        if (round == 1) age(path);
        cr_assert_eq(bon_digests_open(&digests, cache), BON_OK);
        bon_digests_on_read(digests, count_reads, NULL);
        asked = 0;
        struct bon_hash128 found = digest_of(digests, path, bytes.len);
        cr_expect(found.low == wanted.low && found.high == wanted.high, "round %d", round);
        cr_expect((asked == 0) == (round == 2), "round %d: asked %llu times", round, asked);
        if (round > 0) digest_of(digests, path, bytes.len);
        cr_assert_eq(bon_digests_write(digests, cache), BON_OK);
        bon_digests_close(digests);
    }
    bytes.data[5] ^= 1; /* as long, changed a moment later */
    files_write(path, bytes.data, bytes.len);
    cr_assert_eq(bon_digests_open(&digests, cache), BON_OK);
    struct bon_hash128 changed = digest_of(digests, path, bytes.len);
    cr_expect(changed.low != wanted.low);
    bon_digests_close(digests);
    files_write(cache, "1\t2\tnonsense\n\n1\t0\t0\t0\t00000000000000000000000000000000\n", 51);
    cr_assert_eq(bon_digests_open(&digests, cache), BON_OK);
    bon_digests_close(digests);
    bon_buf_free(&bytes);
}

static bool stop_now(void *context) { return context == NULL; }

Test(digest, reads_folders_and_can_be_stopped, .fini = files_clear) {
    struct bon_digests *digests;
    uint64_t bytes;
    struct bon_hash128 digest;
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", files_path("f"));
    mkdir(folder, 0777);
    mkdir(files_path("f/b"), 0777);
    files_write(files_path("f/b/x"), "xx", 2);
    files_write(files_path("f/a"), "a", 1);
    cr_assert_eq(bon_digests_open(&digests, files_path("none")), BON_OK);
    struct bon_hash128 one = digest_of(digests, folder, 3);
    files_write(files_path("f/b/y"), "", 0);
    struct bon_hash128 two = digest_of(digests, folder, 3);
    cr_expect(one.low != two.low);
    cr_expect_eq(unlink(files_path("f/b/y")), 0);
    two = digest_of(digests, folder, 3);
    cr_expect(one.low == two.low && one.high == two.high);
    cr_expect_eq(bon_digest(digests, files_path("nowhere"), &bytes, &digest), BON_ERR_IO);
    bon_digests_on_read(digests, stop_now, NULL);
    cr_expect_eq(bon_digest(digests, folder, &bytes, &digest), BON_ERR_INTERRUPTED);
    bon_digests_close(digests);
}
