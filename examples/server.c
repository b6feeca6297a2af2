/* examples/server.c: restoration for other processes, a line in, a line out: server MODEL SOCKET
 *
 *     ./server /usr/share/bon/vi.bonlm bon.sock &
 *     printf 'toi dang hoc\n' | nc -NU bon.sock
 *
 * A thread a connection: all share one model, which does not change; each has a session of its own. The main thread waits for
 * SIGINT or SIGTERM, then removes the socket and ends.
 */
#define _POSIX_C_SOURCE 200809L
#include <bon/restore.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct listener {
    const bon_restorer *model;
    int descriptor;
};

struct connection {
    const bon_restorer *model;
    FILE *in, *out;
};

/* Answers lines until the other side closes. A line that cannot be restored gets a line that begins with "error: ". */
static void answer(const struct connection *connection, bon_restore_session *session) {
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    bon_buf text = {NULL, 0, 0};
    while ((length = getline(&line, &room, connection->in)) > 0) {
        text.len = 0;
        if (bon_restore(session, line, (size_t)length, &text) == BON_OK)
            fwrite(text.data, 1, text.len, connection->out);
        else
            fprintf(connection->out, "error: %s\n", bon_error_message());
        if (fflush(connection->out) != 0) break;
    }
    free(line);
    bon_buf_free(&text);
}

static void close_connection(struct connection *connection) {
    fclose(connection->in);
    fclose(connection->out);
    free(connection);
}

static void *serve(void *argument) {
    struct connection *connection = (struct connection *)argument;
    bon_restore_session *session = NULL;
    if (bon_restore_session_open(&session, connection->model, NULL) == BON_OK)
        answer(connection, session);
    else
        fprintf(connection->out, "error: %s\n", bon_error_message());
    bon_restore_session_close(session);
    close_connection(connection);
    return NULL;
}

/* Both ends of a connection as streams; takes over the descriptor. */
static struct connection *open_connection(const bon_restorer *model, int descriptor) {
    struct connection *connection = (struct connection *)malloc(sizeof *connection);
    int other = dup(descriptor);
    FILE *in = fdopen(descriptor, "r"), *out = other < 0 ? NULL : fdopen(other, "w");
    if (connection && in && out) {
        connection->model = model;
        connection->in = in;
        connection->out = out;
        return connection;
    }
    if (in) fclose(in);
    if (!in) close(descriptor);
    if (out) fclose(out);
    if (!out && other >= 0) close(other);
    free(connection);
    return NULL;
}

static int listen_at(const char *path) {
    struct sockaddr_un address;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "server: %s: the path of a socket has at most %zu bytes\n", path, sizeof address.sun_path - 1);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    if (descriptor < 0 || bind(descriptor, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(descriptor, 16) != 0) {
        fprintf(stderr, "server: %s: %s\n", path, strerror(errno));
        if (descriptor >= 0) close(descriptor);
        return -1;
    }
    return descriptor;
}

static void *accept_all(void *argument) {
    const struct listener *listener = (const struct listener *)argument;
    for (;;) {
        pthread_t thread;
        int descriptor = accept(listener->descriptor, NULL, NULL);
        struct connection *connection = descriptor < 0 ? NULL : open_connection(listener->model, descriptor);
        if (!connection) continue; /* the caller is gone already, or there are too many */
        if (pthread_create(&thread, NULL, serve, connection) == 0)
            pthread_detach(thread);
        else
            close_connection(connection);
    }
    return NULL;
}

/* Serves until a signal comes; every thread leaves signals to this one. */
static int run(struct listener *listener, const char *path) {
    pthread_t thread;
    sigset_t signals;
    int number;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    listener->descriptor = listen_at(path);
    if (listener->descriptor < 0) return 1;
    if (pthread_create(&thread, NULL, accept_all, listener) == 0) {
        sigwait(&signals, &number);
        number = 0;
    } else {
        fprintf(stderr, "server: no thread can be started\n");
        number = 1;
    }
    unlink(path);
    return number;
}

int main(int argc, char **argv) {
    static struct listener listener; /* threads may still use it, and the model, when main returns */
    bon_restorer *model = NULL;
    if (argc != 3) {
        fprintf(stderr, "usage: server MODEL SOCKET\n");
        return 2;
    }
    if (bon_restorer_open(&model, argv[1]) != BON_OK) {
        fprintf(stderr, "server: %s\n", bon_error_message());
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    listener.model = model;
    return run(&listener, argv[2]);
}
