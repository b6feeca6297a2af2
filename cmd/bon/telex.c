/* cmd/bon/telex.c: bon telex: keystrokes <-> text with the engine of the input method, without a desktop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ime-common/network.h"
#include "base/buf.h"
#include "bon/ime.h"
#include "commands.h"
#include "model_path.h"
#include "stream.h"

struct telex_args {
    struct shared_args shared;
    int method, tone_style, charset;
    const char *keymap, *macros, *model, *neural, *memory;
    bool predict, no_neural, hints, restore, quick_telex, quick_initials, quick_finals, auto_capital, strict_marks,
        no_undo;
};

static const char *const method_choices[] = {"telex", "simple-telex", "vni", "viqr", NULL};
static const char *const style_choices[] = {"old", "new", NULL};
static const char *const charset_choices[] = {"nfc", "nfd", "tcvn3", "vni", NULL};

#define OPTIONS_METHOD                                                                                                 \
    OPTION_CHOICE(0, "method", "NAME", struct telex_args, method, method_choices,                                      \
                  "telex (default), simple-telex, vni or viqr"),                                                       \
        OPTION_STRING(0, "keymap", "FILE", struct telex_args, keymap,                                                  \
                      "a method of your own (bon-telex(1) has its form)"),                                             \
        OPTION_CHOICE(0, "tone-style", "STYLE", struct telex_args, tone_style, style_choices,                          \
                      "hòa (old, default) or hoà (new)"),                                                              \
        OPTION_FLAG(0, "restore", struct telex_args, restore,                                                          \
                    "give back the keys of a word that is not Vietnamese at its break"),                               \
        OPTION_FLAG(0, "strict-marks", struct telex_args, strict_marks, "marks act only right behind their letter"),   \
        OPTION_FLAG(0, "no-undo", struct telex_args, no_undo, "a key typed twice does not take its mark back")

static const struct option_row decode_options[] = {
    OPTIONS_METHOD,
    OPTION_FLAG(0, "quick-telex", struct telex_args, quick_telex, "cc gg kk nn pp qq tt are ch gi kh ng ph qu th"),
    OPTION_FLAG(0, "quick-initials", struct telex_args, quick_initials, "f j w begin a word as ph gi qu"),
    OPTION_FLAG(0, "quick-finals", struct telex_args, quick_finals, "g h k behind a vowel are ng nh ch"),
    OPTION_FLAG(0, "auto-capital", struct telex_args, auto_capital, "begin sentences with a capital"),
    OPTION_STRING(0, "macros", "FILE", struct telex_args, macros, "abbreviations: lines of key, tab, text"),
    OPTION_FLAG(0, "predict", struct telex_args, predict,
                "put the marks on words that are typed without them; implies\n--restore"),
    OPTION_STRING('m', "model", "FILE", struct telex_args, model,
                  "the model for --predict (default: BON_MODEL of the\nenvironment, else the one shipped with bon)"),
    OPTION_STRING(0, "neural", "FILE", struct telex_args, neural,
                  "the network beside the model (default: vi-small.bonnn in\nits folder, if it is there)"),
    OPTION_FLAG(0, "no-neural", struct telex_args, no_neural, "predict without a network beside the model"),
    OPTION_WRITTEN(0, "memory", "FILE", struct telex_args, memory,
                   "learn from what is typed, in FILE; lines are typed one after\nthe other, by one thread"),
    OPTION_FLAG(0, "hints", struct telex_args, hints, "show the candidates of an unsure word by themselves"),
    OPTION_CHOICE(0, "charset", "NAME", struct telex_args, charset, charset_choices,
                  "of the text: nfc (default), nfd, tcvn3 or vni (fonts' code\npoints in UTF-8)"),
    OPTIONS_SHARED,
    OPTION_END,
};
static const struct option_row encode_options[] = {
    OPTIONS_METHOD,
    OPTIONS_SHARED,
    OPTION_END,
};

/* ---- options ---- */

/* What the options point to. */
struct settings {
    bon_ime_options options;
    bon_ime_keymap keymap;
    bon_buf macro_text;
    bon_ime_macro *macros;
    bon_restorer *restorer; /* with --predict */
    bon_ime_memory *memory; /* with --memory */
};

static int compare_macros(const void *a, const void *b) {
    const bon_ime_macro *x = a, *y = b;
    size_t n = x->key_len < y->key_len ? x->key_len : y->key_len;
    int order = memcmp(x->key, y->key, n);
    return order ? order : (x->key_len > y->key_len) - (x->key_len < y->key_len);
}

static bon_status read_macros(struct settings *settings, const char *path) {
    bon_buf *text = &settings->macro_text;
    size_t cap = 0, count = 0;
    unsigned number = 1;
    BON_TRY(bon_file_read(path, SIZE_MAX, text));
    for (size_t start = 0; start < text->len; number++) {
        const char *line = text->data + start, *newline = memchr(line, '\n', text->len - start);
        size_t n = newline ? (size_t)(newline - line) : text->len - start;
        const char *tab = memchr(line, '\t', n);
        start += n + 1;
        if (n == 0) continue;
        if (!tab) return bon_fail(BON_ERR_DATA, "%s:%u: expected a key, a tab and a text", path, number);
        BON_TRY(bon_grow_array(&settings->macros, &cap, count + 1, sizeof *settings->macros));
        size_t key_len = (size_t)(tab - line);
        settings->macros[count++] = (bon_ime_macro){line, key_len, tab + 1, n - key_len - 1};
    }
    if (count) qsort(settings->macros, count, sizeof *settings->macros, compare_macros);
    settings->options.macros = settings->macros;
    settings->options.macro_count = count;
    return BON_OK;
}

static bon_status read_keymap(struct settings *settings, const char *path) {
    bon_buf text = {0};
    char reason[256];
    bon_status status = bon_file_read(path, SIZE_MAX, &text);
    if (status == BON_OK) {
        status = bon_ime_keymap_read(&settings->keymap, text.data, text.len);
        snprintf(reason, sizeof reason, "%s", bon_error_message());
        if (status != BON_OK) bon_fail(status, "%s: %s", path, reason);
    }
    bon_buf_free(&text);
    settings->options.method = BON_IME_KEYMAP;
    settings->options.keymap = &settings->keymap;
    return status;
}

static bon_status settings_read(struct settings *settings, const struct telex_args *args) {
    const struct {
        bool on;
        uint32_t flag;
    } flags[] = {
        {true, BON_IME_REOPEN},
        {args->restore, BON_IME_RESTORE},
        {args->quick_telex, BON_IME_QUICK_TELEX},
        {args->quick_initials, BON_IME_QUICK_INITIALS},
        {args->quick_finals, BON_IME_QUICK_FINALS},
        {args->auto_capital, BON_IME_AUTO_CAPITAL},
        {args->strict_marks, BON_IME_STRICT_MARKS},
        {args->no_undo, BON_IME_NO_UNDO},
        {args->hints, BON_IME_HINTS},
    };
    settings->options.method = (bon_ime_method)args->method;
    settings->options.tone_style = (bon_tone_style)args->tone_style;
    settings->options.charset = (bon_ime_charset)args->charset;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].on) settings->options.flags |= flags[i].flag;
    if (args->keymap) BON_TRY(read_keymap(settings, args->keymap));
    if (args->memory) BON_TRY(bon_ime_memory_open(&settings->memory));
    if (args->memory) BON_TRY(bon_ime_memory_load(settings->memory, args->memory));
    settings->options.memory = settings->memory;
    return args->macros ? read_macros(settings, args->macros) : BON_OK;
}

static void settings_free(struct settings *settings) {
    bon_ime_memory_close(settings->memory);
    bon_restorer_close(settings->restorer);
    free(settings->macros);
    bon_buf_free(&settings->macro_text);
}

/* ---- the text field that the keys are typed into ---- */

struct field {
    bon_buf *text;
    size_t start; /* of the line: nothing before it can be deleted */
};

static void delete_points(struct field *field, unsigned points) {
    bon_buf *text = field->text;
    while (points > 0 && text->len > field->start) {
        char byte = text->data[--text->len];
        if (((unsigned char)byte & 0xc0) != 0x80) points--;
    }
}

/* What an application does with a result, and with a key that was not handled. */
static bon_status apply(struct field *field, uint32_t key, const bon_ime_result *result) {
    delete_points(field, result->delete_before);
    BON_TRY(bon_buf_append(field->text, result->commit, result->commit_len));
    if (result->handled) return BON_OK;
    if (key == BON_IME_KEY_BACKSPACE) delete_points(field, 1);
    if (key == BON_IME_KEY_TAB) return bon_buf_put(field->text, '\t');
    return key == BON_IME_KEY_ENTER ? bon_buf_put(field->text, '\n') : BON_OK;
}

static bon_status decode_line(bon_ime *ime, const char *line, size_t n, bon_buf *out) {
    struct field field = {out, out->len};
    bon_ime_result result;
    bon_ime_reset(ime);
    for (size_t at = 0; at < n;) {
        uint32_t key;
        unsigned modifiers;
        at += bon_ime_key_read(line + at, n - at, &key, &modifiers);
        bon_ime_key(ime, key, modifiers, &result);
        BON_TRY(apply(&field, key, &result));
    }
    bon_ime_finish(ime, &result);
    return apply(&field, BON_IME_KEY_OTHER, &result);
}

/* ---- play: a row a key ---- */

static const char play_header[] = "key\tpreedit\tcommit\tcandidates\tdelete\n";

/* A column: tabs and newlines of the text are written as \t and \n. */
static bon_status put_column(bon_buf *out, const char *text, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char escape = text[i] == '\t' ? 't' : text[i] == '\n' ? 'n' : 0;
        if (escape) BON_TRY(bon_buf_put(out, '\\'));
        BON_TRY(bon_buf_put(out, escape ? escape : text[i]));
    }
    return bon_buf_put(out, '\t');
}

static bon_status put_row(bon_buf *out, const char *key, size_t key_len, const bon_ime_result *result) {
    BON_TRY(put_column(out, key, key_len));
    BON_TRY(put_column(out, result->preedit, result->preedit_len));
    BON_TRY(put_column(out, result->commit, result->commit_len));
    for (size_t i = 0; i < result->candidate_count; i++)
        BON_TRY(bon_buf_printf(out, "%s%s", i ? " " : "", result->candidates[i]));
    return bon_buf_printf(out, "\t%u\n", result->delete_before);
}

static bon_status play_line(bon_ime *ime, const char *line, size_t n, bon_buf *out) {
    bon_ime_result result;
    bon_ime_reset(ime);
    for (size_t at = 0; at < n;) {
        uint32_t key;
        unsigned modifiers;
        char name[BON_IME_KEY_NAME_MAX];
        at += bon_ime_key_read(line + at, n - at, &key, &modifiers);
        bon_ime_key(ime, key, modifiers, &result);
        BON_TRY(put_row(out, name, bon_ime_key_write(key, modifiers, name), &result));
    }
    bon_ime_finish(ime, &result);
    return put_row(out, "", 0, &result);
}

/* ---- lines ---- */

struct telex_job {
    struct bon_pipeline pipeline;
    struct settings settings;
    bon_status (*map_line)(bon_ime *ime, const char *line, size_t n, bon_buf *out);
    bool rows; /* map_line ends its lines itself */
};

struct typist {
    bon_ime *ime;
    bon_restore_session *session;
};

static void close_typist(void *context, void *worker) {
    struct typist *typist = worker;
    (void)context;
    if (!typist) return;
    bon_ime_close(typist->ime);
    bon_restore_session_close(typist->session);
    free(typist);
}

static bon_status open_typist(void *context, void **worker) {
    const struct telex_job *job = context;
    bon_ime_options options = job->settings.options;
    bon_restore_options restoring = {.tone_style = options.tone_style};
    struct typist *typist = bon_alloc_zeroed(1, sizeof *typist);
    if (!typist) return BON_ERR_NOMEM;
    bon_status status = BON_OK;
    if (job->settings.restorer) status = bon_restore_session_open(&typist->session, job->settings.restorer, &restoring);
    options.restore = typist->session;
    if (status == BON_OK) status = bon_ime_open(&typist->ime, &options);
    if (status == BON_OK)
        *worker = typist;
    else
        close_typist(context, typist);
    return status;
}

/* A line above BON_WINDOW comes in windows cut at a blank, and each is typed as a line: the blank has ended its word. */
static bon_status map_lines(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const struct telex_job *job = context;
    const struct typist *typist = worker;
    const char *end = chunk->data + chunk->len;
    for (const char *line = chunk->data; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        BON_TRY(job->map_line(typist->ime, line, (size_t)(stop - line), out));
        if (newline && !job->rows) BON_TRY(bon_buf_put(out, '\n'));
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
}

static bon_status map_encode(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const struct telex_job *job = context;
    const char *end = chunk->data + chunk->len;
    (void)worker;
    for (const char *line = chunk->data; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        BON_TRY(bon_ime_encode(&job->settings.options, line, (size_t)(stop - line), out));
        if (newline) BON_TRY(bon_buf_put(out, '\n'));
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
}

/* ---- the commands ---- */

/* A network that was not asked for is left out with a message when it cannot be used. */
static bon_status open_model(const struct telex_args *args, const char *model, bon_restorer **restorer) {
    BON_TRY(bon_restorer_open(restorer, model));
    bon_status status = ime_network_join(*restorer, model, args->no_neural ? "off" : args->neural);
    if (status == BON_OK || args->neural) return status;
    fprintf(stderr, "bon telex: %s; marks are predicted without this network\n", bon_error_message());
    return BON_OK;
}

static int run_job(const struct command *command, int argc, char **argv, struct telex_job *job, const char *header) {
    struct telex_args args = {0};
    void *trial;
    char buffer[PATH_MAX];
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    const char *model = args.predict ? model_path(args.model, buffer) : NULL;
    if (args.predict && !model) return EXIT_WORK;
    job->pipeline.context = job;
    if (args.predict) job->settings.options.prediction = BON_IME_PREDICT_FULL;
    bon_status status = settings_read(&job->settings, &args);
    if (status == BON_OK && model) status = open_model(&args, model, &job->settings.restorer);
    if (status == BON_OK) status = open_typist(job, &trial); /* a bad option is told once */
    if (status == BON_OK) {
        close_typist(job, trial);
        if (args.memory) args.shared.threads = 1;
        result = stream_run(command, &args.shared, argv + first, argc - first, &job->pipeline, header);
        status = result == EXIT_DONE && args.memory ? bon_ime_memory_save(job->settings.memory, args.memory) : BON_OK;
        if (status != BON_OK) result = tell_failure(status);
    } else {
        result = tell_failure(status);
    }
    settings_free(&job->settings);
    return result;
}

static int run_decode(const struct command *command, int argc, char **argv) {
    struct telex_job job = {.pipeline = {.map = map_lines, .worker_open = open_typist, .worker_close = close_typist},
                            .map_line = decode_line};
    return run_job(command, argc, argv, &job, NULL);
}

static int run_play(const struct command *command, int argc, char **argv) {
    struct telex_job job = {.pipeline = {.map = map_lines, .worker_open = open_typist, .worker_close = close_typist},
                            .map_line = play_line,
                            .rows = true};
    return run_job(command, argc, argv, &job, play_header);
}

static int run_encode(const struct command *command, int argc, char **argv) {
    struct telex_job job = {.pipeline = {.map = map_encode}};
    return run_job(command, argc, argv, &job, NULL);
}

const struct command command_telex_decode = {
    .name = "telex decode",
    .summary = "keystrokes -> text, as the input method makes it",
    .usage = "[OPTION]... [FILE]...",
    .notes =
        "A line of keys gives a line of text. Special keys: {BackSpace} {Space} {Tab} {Enter} {Escape} {Left} {Right}\n"
        "{Shift+Space}; {{} is a brace. The end of a line ends a word without giving back its keys.",
    .options = decode_options,
    .run = run_decode,
};

const struct command command_telex_encode = {
    .name = "telex encode",
    .summary = "text -> keystrokes that type it",
    .usage = "[OPTION]... [FILE]...",
    .notes = "With the same options, 'bon telex decode' gives the text back.",
    .options = encode_options,
    .run = run_encode,
};

const struct command command_telex_play = {
    .name = "telex play",
    .summary = "keystrokes -> what the input method does at each",
    .usage = "[OPTION]... [FILE]...",
    .notes = "A row a key and one for the end of the line: key, preedit, commit, candidates, delete (code points "
             "before the\n"
             "cursor that are deleted first).",
    .options = decode_options,
    .run = run_play,
};

static const struct command *const subcommands[] = {
    &command_telex_decode, &command_telex_encode, &command_telex_play, &command_telex_forget, NULL,
};

static const struct option_row options[] = {
    {.kind = OPTION_KIND_HELP, .short_name = 'h', .long_name = "help", .help = "show this help"},
    OPTION_END,
};

const struct command command_telex = {
    .name = "telex",
    .summary = "keystrokes <-> text: telex, VNI, VIQR without a desktop",
    .usage = "decode|encode|play|forget [OPTION]... [FILE]...",
    .options = options,
    .subcommands = subcommands,
    .run = run_subcommand,
};
