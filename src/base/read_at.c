/* src/base/read_at.c: bytes of an open file that are known to be there, apart from io_in.c, whose streams need the libraries of
 * compression: what reads its own files need not. */
#include <errno.h>
#include <unistd.h>

#include "base/io.h"

bon_status bon_read_at(int fd, const char *name, uint64_t at, void *bytes, size_t n) {
    for (char *to = bytes; n > 0;) {
        ssize_t got = pread(fd, to, n, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return bon_fail_errno(name, "cannot read");
        if (got == 0)
            return bon_fail(BON_ERR_IO, "%s: is shorter than it was when it was opened; did something write to it?",
                            name);
        to += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return BON_OK;
}
