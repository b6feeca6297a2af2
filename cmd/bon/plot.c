/* cmd/bon/plot.c: bon plot: the log of a training run as a picture, drawn by gnuplot. bon reads the log and writes a script with
 * the data in it; gnuplot gives the picture on its standard output, so that it appears whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "stream.h"

extern char **environ;

enum { POINTS_MAX = 800, LINE_MAX_BYTES = 1024 };

struct plot_args {
    struct shared_args shared;
    const char *column, *x, *title;
    bool script, log_scale;
};

static const struct option_row options[] = {
    OPTION_WRITTEN('o', "output", "FILE", struct shared_args, output, "the picture, FILE.svg or FILE.png"),
    OPTION_STRING(0, "column", "NAME", struct plot_args, column,
                  "draw this column of the log (default: loss, and val_loss\nwhere it was measured)"),
    OPTION_STRING(0, "x", "NAME", struct plot_args, x, "over this column (default: step)"),
    OPTION_STRING(0, "title", "TEXT", struct plot_args, title, "write TEXT above"),
    OPTION_FLAG(0, "log-scale", struct plot_args, log_scale, "a logarithmic scale"),
    OPTION_FLAG(0, "script", struct plot_args, script, "write the script for gnuplot instead of running it"),
    OPTIONS_COMMON,
    OPTION_END,
};

/* ---- reading a log ---- */

struct log {
    char path[PATH_MAX];
    FILE *in;
    char names[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
    uint64_t number; /* of the line */
};

/* The run's folder, or the log itself. */
static bon_status open_log(struct log *log, const char *path) {
    struct stat there;
    const bool folder = stat(path, &there) == 0 && S_ISDIR(there.st_mode);
    const int n = snprintf(log->path, sizeof log->path, "%s%s", path, folder ? "/log.csv" : "");
    if (n >= PATH_MAX) return bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", path);
    if (!(log->in = fopen(log->path, "re"))) return bon_fail_errno(log->path, "open");
    if (!fgets(log->names, sizeof log->names, log->in) || strncmp(log->names, "step,", 5) != 0)
        return bon_fail(BON_ERR_FORMAT, "%s: not a log of bon train: its first line does not begin with step,",
                        log->path);
    log->names[strcspn(log->names, "\n")] = 0;
    log->number = 1;
    return BON_OK;
}

/* The index of a column; BON_ERR_ARGUMENT tells which there are. */
static bon_status find_column(const struct log *log, const char *name, unsigned *column) {
    *column = 0;
    for (const char *at = log->names;; ++*column) {
        const size_t n = strcspn(at, ",");
        if (n == strlen(name) && memcmp(at, name, n) == 0) return BON_OK;
        if (!at[n]) return bon_fail(BON_ERR_ARGUMENT, "%s has no column %s, but %s", log->path, name, log->names);
        at += n + 1;
    }
}

/* The next row; false at the end. */
static bool next_line(struct log *log) {
    log->number++;
    return fgets(log->line, sizeof log->line, log->in) != NULL;
}

/* The number in a column of the row; false where nothing stands. */
static bon_status number_at(const struct log *log, unsigned column, double *number, bool *there) {
    const char *at = log->line;
    char *end;
    for (unsigned i = 0; i < column && *at; i++) {
        at += strcspn(at, ",");
        at += *at == ',';
    }
    *there = *at && *at != ',' && *at != '\n';
    if (!*there) return BON_OK;
    *number = strtod(at, &end);
    if (end == at || (*end && *end != ',' && *end != '\n'))
        return bon_fail(BON_ERR_FORMAT, "%s:%" PRIu64 ": column %u is not a number", log->path, log->number,
                        column + 1);
    return BON_OK;
}

static bon_status count_points(struct log *log, unsigned y, uint64_t *points) {
    double number;
    bool there;
    *points = 0;
    while (next_line(log)) {
        BON_TRY(number_at(log, y, &number, &there));
        *points += there;
    }
    rewind(log->in);
    log->number = 1;
    if (!fgets(log->line, sizeof log->line, log->in)) return bon_fail_errno(log->path, "read");
    return BON_OK;
}

/* Points of two columns, "x y" a line; of many, means of neighbours. */
static bon_status put_points(struct log *log, unsigned x, unsigned y, bon_buf *out) {
    uint64_t points, held = 0;
    double sum_x = 0, sum_y = 0;
    BON_TRY(count_points(log, y, &points));
    const uint64_t each = (points + POINTS_MAX - 1) / POINTS_MAX;
    for (bool more = true; more;) {
        double at_x = 0, at_y = 0;
        bool has_x = false, has_y = false;
        if ((more = next_line(log))) {
            BON_TRY(number_at(log, x, &at_x, &has_x));
            BON_TRY(number_at(log, y, &at_y, &has_y));
        }
        if (has_x && has_y) sum_x += at_x, sum_y += at_y, held++;
        if (held == 0 || (more && held < each)) continue;
        BON_TRY(bon_buf_printf(out, "%.9g %.6g\n", sum_x / (double)held, sum_y / (double)held));
        sum_x = sum_y = 0, held = 0;
    }
    return BON_OK;
}

/* ---- the script ---- */

struct script {
    const struct plot_args *args;
    bon_buf data, plots; /* blocks of points; what is plotted */
    unsigned count;
};

/* A text of gnuplot's: between single quotes, which are doubled. */
static bon_status put_text(bon_buf *out, const char *text) {
    BON_TRY(bon_buf_put(out, '\''));
    for (; *text; text++) {
        if ((unsigned char)*text < ' ') continue;
        if (*text == '\'') BON_TRY(bon_buf_put(out, '\''));
        BON_TRY(bon_buf_put(out, *text));
    }
    return bon_buf_put(out, '\'');
}

static bon_status put_curve(struct script *script, struct log *log, const char *run, const char *column, bool marked) {
    unsigned x, y;
    char title[PATH_MAX + 64];
    BON_TRY(find_column(log, script->args->x, &x));
    BON_TRY(find_column(log, column, &y));
    const size_t before = script->data.len;
    BON_TRY(bon_buf_printf(&script->data, "$curve%u << END\n", script->count));
    const size_t head = script->data.len;
    BON_TRY(put_points(log, x, y, &script->data));
    if (script->data.len == head) { /* never measured */
        script->data.len = before;
        return BON_OK;
    }
    BON_TRY(bon_buf_printf(&script->data, "END\n"));
    BON_TRY(bon_buf_printf(&script->plots, "%s $curve%u with %s title ", script->count ? ", \\\n    " : "plot",
                           script->count, marked ? "linespoints lw 2 pt 7 ps 0.4" : "lines"));
    snprintf(title, sizeof title, "%s%s%s", run, *run ? ": " : "", column);
    script->count++;
    return put_text(&script->plots, title);
}

static bon_status put_run(struct script *script, const char *path, bool alone) {
    struct log log = {0};
    const char *column = script->args->column, *run = alone ? "" : path;
    bon_status status = open_log(&log, path);
    if (status == BON_OK) status = put_curve(script, &log, run, column ? column : "loss", false);
    if (status == BON_OK && !column) {
        rewind(log.in);
        if (!fgets(log.line, sizeof log.line, log.in)) status = bon_fail_errno(log.path, "read");
        if (status == BON_OK) status = put_curve(script, &log, run, "val_loss", true);
    }
    if (log.in) fclose(log.in);
    return status;
}

static bon_status put_script(struct script *script, const char *terminal, bon_buf *out) {
    const struct plot_args *args = script->args;
    BON_TRY(bon_buf_printf(out, "set terminal %s\n", terminal));
    BON_TRY(bon_buf_printf(out, "set encoding utf8\nset grid lc rgb '#dddddd'\nset border 3\nset tics nomirror\n"));
    BON_TRY(bon_buf_printf(out, "set termoption noenhanced\nset key top right\n"));
    if (args->log_scale) BON_TRY(bon_buf_printf(out, "set logscale y\n"));
    if (args->title) {
        BON_TRY(bon_buf_printf(out, "set title "));
        BON_TRY(put_text(out, args->title));
        BON_TRY(bon_buf_put(out, '\n'));
    }
    BON_TRY(bon_buf_printf(out, "set xlabel "));
    BON_TRY(put_text(out, args->x));
    BON_TRY(bon_buf_printf(out, "\nset ylabel "));
    BON_TRY(put_text(out, args->column ? args->column : "loss (nats a token)"));
    BON_TRY(bon_buf_put(out, '\n'));
    BON_TRY(bon_buf_append(out, script->data.data, script->data.len));
    BON_TRY(bon_buf_append(out, script->plots.data, script->plots.len));
    return bon_buf_put(out, '\n');
}

/* ---- gnuplot ---- */

static bon_status write_temporary(char path[], const bon_buf *text) {
    int fd = mkstemp(path);
    if (fd < 0) return bon_fail_errno(path, "make file");
    const bool whole = write(fd, text->data, text->len) == (ssize_t)text->len;
    close(fd);
    return whole ? BON_OK : bon_fail_errno(path, "write");
}

/* Starts gnuplot with its standard output in a pipe. */
static bon_status start(const char *script, pid_t *pid, int *from) {
    posix_spawn_file_actions_t actions;
    int ends[2];
    char program[] = "gnuplot";
    char *argv[] = {program, (char *)script, NULL};
    setenv("LC_ALL", "C.UTF-8", 1); /* for gnuplot: titles are UTF-8 in any locale */
    if (pipe2(ends, O_CLOEXEC) != 0) return bon_fail_errno("gnuplot", "make pipe");
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed == 0) {
        failed = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        if (failed == 0) failed = posix_spawnp(pid, program, &actions, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    *from = ends[0];
    if (failed == 0) return BON_OK;
    close(ends[0]);
    if (failed == ENOENT)
        return bon_fail(BON_ERR_IO,
                        "gnuplot is not installed (Debian: gnuplot-nox); --script writes what it would draw");
    errno = failed;
    return bon_fail_errno("gnuplot", "start");
}

static bon_status collect(int from, bon_buf *picture) {
    for (;;) {
        BON_TRY(bon_buf_reserve(picture, 1 << 16));
        const ssize_t n = read(from, picture->data + picture->len, 1 << 16);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return bon_fail_errno("gnuplot", "read");
        if (n == 0) return BON_OK;
        picture->len += (size_t)n;
    }
}

static bon_status draw(const bon_buf *script, bon_buf *picture) {
    char path[] = "/tmp/bon-plot-XXXXXX";
    pid_t pid;
    int from = -1, how = 0;
    bon_status status = write_temporary(path, script);
    if (status == BON_OK) status = start(path, &pid, &from);
    if (status == BON_OK) {
        status = collect(from, picture);
        close(from);
        while (waitpid(pid, &how, 0) < 0 && errno == EINTR) continue;
        if (status == BON_OK && (how != 0 || picture->len == 0))
            status = bon_fail(BON_ERR_IO, "gnuplot failed: what it said stands above");
    }
    unlink(path);
    return status;
}

static const char *terminal_of(const char *path) {
    static const struct {
        const char *end, *terminal;
    } kinds[] = {{".svg", "svg size 800,480 background '#ffffff'"}, {".png", "pngcairo size 1200,720"}};
    const size_t n = path ? strlen(path) : 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (n > 4 && strcmp(path + n - 4, kinds[i].end) == 0) return kinds[i].terminal;
    return NULL;
}

static bon_status work(const struct plot_args *args, char *const *paths, int count, const char *terminal,
                       bon_buf *result) {
    struct script script = {.args = args};
    bon_buf text = {0};
    bon_status status = BON_OK;
    for (int i = 0; i < count && status == BON_OK; i++) status = put_run(&script, paths[i], count == 1);
    if (status == BON_OK && script.count == 0)
        status = bon_fail(BON_ERR_DATA, "%s: there is nothing in the log yet", paths[0]);
    if (status == BON_OK) status = put_script(&script, terminal, &text);
    bon_buf_free(&script.data);
    bon_buf_free(&script.plots);
    if (status == BON_OK && !args->script) status = draw(&text, result);
    if (status == BON_OK && args->script) status = bon_buf_append(result, text.data, text.len);
    bon_buf_free(&text);
    return status;
}

static int run_plot(const struct command *command, int argc, char **argv) {
    struct plot_args args = {.x = "step"};
    bon_buf result = {0};
    int first, parsed = options_parse(command, &args, argc, argv, &first);
    if (parsed == PARSE_GO && first == argc) parsed = usage_error(command, "which log? a folder of 'bon train'");
    if (parsed != PARSE_GO) return parsed;
    const char *terminal = terminal_of(args.shared.output);
    if (!terminal && args.script) terminal = terminal_of("x.svg");
    if (!terminal) return usage_error(command, "say where to: -o FILE.svg or -o FILE.png");
    int status = tell_failure(work(&args, argv + first, argc - first, terminal, &result));
    if (status == EXIT_DONE) return write_text(args.shared.output, &result);
    bon_buf_free(&result);
    return status;
}

const struct command command_plot = {
    .name = "plot",
    .summary = "draw the log of a training run",
    .usage = "[OPTION]... -o FILE.svg|FILE.png RUN...",
    .notes = "RUN is a folder of 'bon train', or its log.csv. Needs gnuplot.",
    .options = options,
    .run = run_plot,
};
