/* examples/editor.c: a line editor that puts the marks on while one types: editor MODEL
 *
 * What was typed and what is shown are two buffers: every key changes the first, and the second is restored from it anew, so
 * that a word may still change when what follows makes it clear. Enter ends the line, BackSpace takes back a letter, Tab shows
 * the next best reading, Ctrl-D ends. Where the input is no terminal it works alike, but shows finished lines only.
 */
#define _POSIX_C_SOURCE 200809L
#include <bon/restore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096, READINGS = 5, END_OF_INPUT = 4, BACKSPACE = 8, TAB = 9, DELETE = 127 };

struct editor {
    bon_restore_session *session;
    int interactive;
    char typed[LINE_MAX_BYTES];
    size_t length;
    size_t reading; /* which of the readings is shown: 0 is the best */
};

/* The reading to show of what was typed; it belongs to the session. NULL after a failure. */
static const bon_restore_result *restored(struct editor *editor) {
    const bon_restore_result *results = NULL;
    size_t count = 0;
    if (bon_restore_line(editor->session, editor->typed, editor->length, READINGS, &results, &count) != BON_OK ||
        count == 0)
        return NULL;
    return &results[editor->reading % count];
}

static int show(struct editor *editor, const char *before, const char *after) {
    const bon_restore_result *result = restored(editor);
    if (!result) return 0;
    printf("%s%.*s%s", before, (int)result->len, result->text, after);
    fflush(stdout);
    return 1;
}

/* Takes back the last character: its continuation bytes, then the byte that begins it. */
static void take_back(struct editor *editor) {
    while (editor->length > 0 && ((unsigned char)editor->typed[editor->length - 1] & 0xc0) == 0x80) editor->length--;
    if (editor->length > 0) editor->length--;
}

/* Handles a key; 0 after a failure. */
static int press(struct editor *editor, char key) {
    if (key == '\n' || key == '\r') {
        if (!show(editor, editor->interactive ? "\r\033[K" : "", "\n")) return 0;
        editor->length = editor->reading = 0;
        return 1;
    }
    if (key == TAB) {
        editor->reading++;
    } else if (key == BACKSPACE || key == DELETE) {
        take_back(editor);
        editor->reading = 0;
    } else if ((unsigned char)key >= ' ' && editor->length < sizeof editor->typed) {
        editor->typed[editor->length++] = key;
        editor->reading = 0;
    }
    return !editor->interactive || show(editor, "\r\033[K", "");
}

static int edit(struct editor *editor) {
    char key;
    while (read(STDIN_FILENO, &key, 1) == 1 && key != END_OF_INPUT)
        if (!press(editor, key)) return 0;
    return editor->length == 0 || press(editor, '\n');
}

/* Every key as it is pressed, not shown by the terminal. */
static void set_raw(const struct termios *saved) {
    struct termios raw = *saved;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

int main(int argc, char **argv) {
    static struct editor editor;
    struct termios saved;
    bon_restorer *model = NULL;
    if (argc != 2) {
        fprintf(stderr, "usage: editor MODEL\n");
        return 2;
    }
    int good = bon_restorer_open(&model, argv[1]) == BON_OK &&
               bon_restore_session_open(&editor.session, model, NULL) == BON_OK;
    if (good) {
        editor.interactive = tcgetattr(STDIN_FILENO, &saved) == 0;
        if (editor.interactive) set_raw(&saved);
        good = edit(&editor);
        if (editor.interactive) tcsetattr(STDIN_FILENO, TCSANOW, &saved);
    }
    if (!good) fprintf(stderr, "editor: %s\n", bon_error_message());
    bon_restore_session_close(editor.session);
    bon_restorer_close(model);
    return !good;
}
