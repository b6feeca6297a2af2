/* Status codes, the message per thread, and what errno turns into. */
#include "base/status.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

Test(status, names_and_texts) {
    cr_assert_str_eq(bon_status_name(BON_OK), "BON_OK");
    cr_assert_str_eq(bon_status_name(BON_ERR_PIPE), "BON_ERR_PIPE");
    cr_assert_str_eq(bon_status_text(BON_ERR_NOMEM), "out of memory");
    cr_assert_str_eq(bon_status_name((bon_status)999), "unknown status");
    cr_assert_str_eq(bon_status_text((bon_status)-1), "unknown status");
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", BON_VERSION_MAJOR, BON_VERSION_MINOR, BON_VERSION_PATCH);
    cr_assert_str_eq(bon_version(), version);
}

Test(status, message_is_kept_and_cut) {
    cr_assert_str_eq(bon_error_message(), "");
    errno = ENOTTY;
    cr_assert_eq(bon_fail(BON_ERR_DATA, "%s:%d: %s", "a.txt", 7, "bad"), BON_ERR_DATA);
    cr_assert_eq(errno, ENOTTY);
    cr_assert_str_eq(bon_error_message(), "a.txt:7: bad");
    char longer[2 * BON_MESSAGE_MAX];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    bon_fail(BON_ERR_DATA, "%s", longer);
    cr_assert_eq(strlen(bon_error_message()), BON_MESSAGE_MAX - 1);
    cr_assert_eq(bon_fail_memory(12345), BON_ERR_NOMEM);
    cr_assert_str_eq(bon_error_message(), "out of memory: 12345 bytes were asked for");
}

Test(status, errno_has_advice) {
    static const struct {
        int error;
        bon_status status;
        const char *advice;
    } rows[] = {
        {ENOSPC, BON_ERR_IO, "free some space"},  {EACCES, BON_ERR_IO, "check the rights"},
        {ENOENT, BON_ERR_IO, "check the name"},   {EFBIG, BON_ERR_IO, "ulimit -f"},
        {EMFILE, BON_ERR_IO, "ulimit -n"},        {EIO, BON_ERR_IO, "f: cannot read: Input/output error"},
        {EPIPE, BON_ERR_PIPE, "f: cannot read:"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        errno = rows[i].error;
        cr_assert_eq(bon_fail_errno("f", "cannot read"), rows[i].status);
        cr_assert_not_null(strstr(bon_error_message(), rows[i].advice), "%s", bon_error_message());
    }
}

static void *fail_elsewhere(void *arg) {
    (void)arg;
    const char *before = bon_error_message();
    void *ok = *before == '\0' ? &errno : NULL;
    bon_fail(BON_ERR_IO, "the other thread's");
    return ok;
}

Test(status, messages_are_per_thread) {
    bon_fail(BON_ERR_DATA, "mine");
    pthread_t thread;
    void *ok;
    cr_assert_eq(pthread_create(&thread, NULL, fail_elsewhere, NULL), 0);
    cr_assert_eq(pthread_join(thread, &ok), 0);
    cr_assert_not_null(ok);
    cr_assert_str_eq(bon_error_message(), "mine");
}
