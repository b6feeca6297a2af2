/* src/base/status.h: how a function of the library fails: `return bon_fail(BON_ERR_DATA, "%s:%llu: ...", ...)`. */
#ifndef BON_SRC_BASE_STATUS_H
#define BON_SRC_BASE_STATUS_H

#include "bon/base.h"

enum { BON_MESSAGE_MAX = 1024 }; /* bytes of a message with its NUL; longer ones are cut */

/* Stores the message for bon_error_message() and returns status. A message names what (file), where (line or offset), why,
 * and what to do when that is not obvious; no newline. errno is kept. */
bon_status bon_fail(bon_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* bon_fail(BON_ERR_NOMEM) with a message that says how many bytes were asked for. */
bon_status bon_fail_memory(size_t bytes);
/* bon_fail(BON_ERR_IO, "path: action: strerror(errno)"), BON_ERR_PIPE for EPIPE; the message says what to do about a full
 * disk or missing rights. */
bon_status bon_fail_errno(const char *path, const char *action);

#define BON_TRY(expression)                                                                                            \
    do {                                                                                                               \
        bon_status bon_try_status = (expression);                                                                      \
        if (bon_try_status != BON_OK) return bon_try_status;                                                           \
    } while (0)

#endif
