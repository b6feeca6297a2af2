/* examples/restore.c: put the marks on a text: restore MODEL TEXT
 *
 *     cc restore.c $(pkg-config --cflags --libs bon) -o restore
 *     ./restore /usr/share/bon/vi.bonlm 'toi dang hoc tieng Viet'
 */
#include <bon/restore.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    bon_restorer *model = NULL;
    bon_restore_session *session = NULL;
    bon_buf text = {NULL, 0, 0};
    if (argc != 3) {
        fprintf(stderr, "usage: restore MODEL TEXT\n");
        return 2;
    }
    /* The five lines of use. */
    bon_status status = bon_restorer_open(&model, argv[1]);
    if (status == BON_OK) status = bon_restore_session_open(&session, model, NULL);
    if (status == BON_OK) status = bon_restore(session, argv[2], strlen(argv[2]), &text);
    if (status == BON_OK) printf("%.*s\n", (int)text.len, text.data);
    if (status != BON_OK) fprintf(stderr, "restore: %s\n", bon_error_message());

    bon_buf_free(&text);
    bon_restore_session_close(session);
    bon_restorer_close(model);
    return status != BON_OK;
}
