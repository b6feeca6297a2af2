/* src/base/status.c: the status table in words, and the per-thread message behind a failure. */
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[BON_MESSAGE_MAX];

static const struct {
    const char *name, *text;
} table[] = {
#define BON_STATUS_ROW(name, text) {"BON_" #name, text},
    BON_STATUS_TABLE(BON_STATUS_ROW)
#undef BON_STATUS_ROW
};

static bool known(bon_status status) { return (size_t)status < sizeof table / sizeof table[0]; }

const char *bon_status_name(bon_status status) { return known(status) ? table[status].name : "unknown status"; }

const char *bon_status_text(bon_status status) { return known(status) ? table[status].text : "unknown status"; }

const char *bon_error_message(void) { return message; }

#define STRING(x) #x
#define DOTTED(major, minor, patch) STRING(major) "." STRING(minor) "." STRING(patch)
const char *bon_version(void) { return DOTTED(BON_VERSION_MAJOR, BON_VERSION_MINOR, BON_VERSION_PATCH); }

bon_status bon_fail(bon_status status, const char *format, ...) {
    int saved = errno;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    errno = saved;
    return status;
}

bon_status bon_fail_memory(size_t bytes) {
    return bon_fail(BON_ERR_NOMEM, "out of memory: %zu bytes were asked for", bytes);
}

/* What to do about the errors that a user can mend. */
static const char *advice(int error) {
    switch (error) {
    case ENOSPC:
    case EDQUOT: return "; free some space or write elsewhere";
    case EFBIG: return "; the file size limit was reached (see ulimit -f)";
    case EACCES:
    case EPERM:
    case EROFS: return "; check the rights of the file and its folder";
    case ENOENT: return "; check the name";
    case EMFILE: return "; too many files are open (see ulimit -n)";
    default: return "";
    }
}

bon_status bon_fail_errno(const char *path, const char *action) {
    int error = errno;
    return bon_fail(error == EPIPE ? BON_ERR_PIPE : BON_ERR_IO, "%s: %s: %s%s", path, action, strerror(error),
                    advice(error));
}
