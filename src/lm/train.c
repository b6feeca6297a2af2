/* src/lm/train.c: the training loop: batches, forward, backward, update; a log, checkpoints, and going on from them.
 *
 * A device may compute behind the calls. So a step is launched whole, losses and the norm of the gradient are asked for in its turn,
 * and while it is computed the row of the step before is written and the next batch is sent. What has to be waited for, once a
 * step, is that norm, and with it the losses: whether anything is not finite, whether the step stands out and is left out, and how
 * much of it is clipped is decided before the update is launched, from the same numbers in the same order as on a device that
 * computes at once. A decision a step later would find weights already changed that should have been left alone. So a run is the
 * same bytes however far behind the device is, and what a step waits for is one number, while the device has the update before it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/io.h"
#include "lm/backend.h"
#include "lm/checkpoint.h"
#include "lm/ranks.h"
#include "lm/trainer.h"

/* What a checkpoint keeps besides weights and optimizer. */
enum number { STEP, BATCH, MICROSECONDS, NORM_MEAN, NORM_SQUARE, NORM_COUNT, SOURCE, NUMBERS };

struct bon_trainer {
    bon_params *params;
    bon_graph *graph;
    bon_optimizer *optimizer;
    struct bon_task task;
    bon_tensor *loss;
    bon_train_options options;
    uint64_t step, batch;                      /* of the run so far */
    double seconds;                            /* of earlier runs */
    struct timespec began;                     /* this run */
    double clock;                              /* at the last step: rank 0's seconds, earlier runs included */
    double norm_mean, norm_square, norm_count; /* running, to tell what stands out */
    char log_path[PATH_MAX];
    int log;
    struct timespec lap; /* when the last gradient was there, or what came between steps was done */
    uint64_t batch_set;  /* what the inputs hold, if anything */
    bool is_set;
    bon_train_row row; /* of the step before, not yet written */
    bool pending;
};

/* Numbers on their way back: the losses of batches, in turn, and the norm. */
enum { LOSSES = 8, NORM = LOSSES };

static const char log_head[] =
    "step,loss,val_loss,bits_per_byte,lr,grad_norm,tokens_per_s,mfu,memory_mib,seconds,skipped\n";

/* ---- opening ---- */

static bon_status check(const bon_train_options *o) {
    if (!o->folder || !*o->folder) return bon_fail(BON_ERR_ARGUMENT, "training needs a folder");
    if (o->steps == 0 && !(o->seconds > 0))
        return bon_fail(BON_ERR_ARGUMENT, "training needs an end: a number of steps or of seconds");
    return BON_OK;
}

static bon_status build(bon_trainer *t) {
    BON_TRY(bon_graph_open(&t->graph, t->params));
    t->loss = t->task.build(t->task.self, t->graph);
    bon_graph_recompute(t->graph, t->options.recompute);
    BON_TRY(bon_graph_plan(t->graph, t->loss));
    if (t->task.begin) BON_TRY(t->task.begin(t->task.self, t->params));
    return bon_optimizer_open(&t->optimizer, t->params, &t->options.optimizer);
}

static bon_status open_folder(bon_trainer *t) {
    const char *folder = t->options.folder;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) return bon_fail_errno(folder, "make folder");
    if (snprintf(t->log_path, sizeof t->log_path, "%s/log.csv", folder) >= PATH_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", folder);
    return BON_OK;
}

bon_status bon_trainer_begin(bon_trainer **out, bon_params *params, const struct bon_task *task,
                             const bon_train_options *options) {
    bon_status status = check(options);
    bon_trainer *t = status == BON_OK ? bon_alloc_zeroed(1, sizeof *t) : NULL;
    if (!t) {
        task->close(task->self);
        return status == BON_OK ? BON_ERR_NOMEM : status;
    }
    t->params = params;
    t->task = *task;
    t->options = *options;
    if (t->options.accumulate == 0) t->options.accumulate = 1;
    if (t->options.clip == 0) t->options.clip = 1;
    t->log = -1;
    status = open_folder(t);
    if (status == BON_OK) status = build(t);
    if (status == BON_OK) status = bon_ranks_join(options->ranks, params->device);
    if (status != BON_OK) {
        bon_trainer_close(t);
        return status;
    }
    *out = t;
    return BON_OK;
}

void bon_trainer_close(bon_trainer *t) {
    if (!t) return;
    if (t->log >= 0) close(t->log);
    bon_optimizer_close(t->optimizer);
    bon_graph_close(t->graph);
    t->task.close(t->task.self);
    free(t);
}

/* ---- the log ---- */

static bon_status write_log(bon_trainer *t, const char *text, size_t n) {
    for (ssize_t wrote; n > 0; text += wrote, n -= (size_t)wrote) {
        wrote = write(t->log, text, n);
        if (wrote < 0 && errno == EINTR) wrote = 0;
        if (wrote < 0) return bon_fail_errno(t->log_path, "write");
    }
    return BON_OK;
}

/* Bytes of the log up to its row of `step`; 0 when it is not our log. */
static bon_status log_length(const char *path, uint64_t step, size_t *length) {
    bon_buf text = {0};
    size_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *length = 0;
    if (fd < 0) return errno == ENOENT ? BON_OK : bon_fail_errno(path, "open");
    bon_status status;
    do {
        status = bon_buf_reserve(&text, 1 << 16);
        ssize_t n = status == BON_OK ? read(fd, text.data + text.len, 1 << 16) : 0;
        if (n < 0) status = bon_fail_errno(path, "read");
        got = n > 0 ? (size_t)n : 0;
        text.len += got;
    } while (got > 0);
    close(fd);
    const size_t head = sizeof log_head - 1;
    if (status == BON_OK && text.len >= head && memcmp(text.data, log_head, head) == 0) {
        *length = head;
        for (size_t at = head; at < text.len;) {
            const char *end = memchr(text.data + at, '\n', text.len - at);
            if (!end || strtoull(text.data + at, NULL, 10) > step) break;
            at = *length = (size_t)(end + 1 - text.data);
        }
    }
    bon_buf_free(&text);
    return status;
}

/* Keeps the rows up to the step that training goes on from. */
static bon_status open_log(bon_trainer *t) {
    size_t length = 0;
    if (bon_ranks_number(t->options.ranks) > 0) return BON_OK; /* rank 0 writes what is written */
    if (t->step > 0) BON_TRY(log_length(t->log_path, t->step, &length));
    t->log = open(t->log_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (t->log < 0) return bon_fail_errno(t->log_path, "open");
    if (ftruncate(t->log, (off_t)length) != 0 || lseek(t->log, 0, SEEK_END) < 0)
        return bon_fail_errno(t->log_path, "cut");
    return length == 0 ? write_log(t, log_head, sizeof log_head - 1) : BON_OK;
}

/* A number, or nothing when it is not known. */
static bon_status put_number(bon_buf *line, double number) {
    return isnan(number) ? bon_buf_put(line, ',') : bon_buf_printf(line, "%.9g,", number);
}

static bon_status log_row(bon_trainer *t, const bon_train_row *row) {
    const double numbers[] = {row->loss,   row->val_loss,     row->bits_per_byte, row->rate,
                              row->norm,   row->tokens_per_s, row->mfu,           (double)row->memory / 1048576,
                              row->seconds};
    bon_buf line = {0};
    if (t->log < 0) return BON_OK;
    bon_status status = bon_buf_printf(&line, "%" PRIu64 ",", row->step);
    for (size_t i = 0; status == BON_OK && i < sizeof numbers / sizeof numbers[0]; i++)
        status = put_number(&line, numbers[i]);
    if (status == BON_OK) status = bon_buf_printf(&line, "%d\n", row->skipped);
    if (status == BON_OK) status = write_log(t, line.data, line.len);
    bon_buf_free(&line);
    return status;
}

/* ---- steps ---- */

static double seconds_since(const struct timespec *then) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

static double clock_of(const bon_trainer *t) { return t->seconds + seconds_since(&t->began); }

/* What stops a run that got away: `found` is the failure that names the first such tensor. */
static bon_status not_finite(uint64_t step, bon_status found) {
    char where[200] = "the loss is not finite";
    if (found == BON_ERR_DATA) snprintf(where, sizeof where, "%s", bon_error_message());
    if (found != BON_OK && found != BON_ERR_DATA) return found;
    return bon_fail(BON_ERR_DATA,
                    "step %" PRIu64 ": %s; try a lower learning rate, or go on from an earlier checkpoint", step,
                    where);
}

/* Batches of a step: each rank has so many. */
static double batches_of(const bon_trainer *t) {
    return (double)t->options.accumulate * bon_ranks_count(t->options.ranks);
}

/* Up to two numbers become their sums over the ranks. */
static bon_status add_up(bon_trainer *t, double *numbers, size_t n) {
    double all[2 * BON_RANKS_MAX];
    BON_TRY(bon_ranks_gather(t->options.ranks, numbers, n * sizeof *numbers, all));
    for (size_t i = 0; i < n; i++) {
        numbers[i] = all[i];
        for (size_t rank = 1; rank < bon_ranks_count(t->options.ranks); rank++) numbers[i] += all[rank * n + i];
    }
    return BON_OK;
}

/* The inputs become this rank's part of batch number `batch`, unless they are that already. */
static bon_status set_batch(bon_trainer *t, uint64_t batch) {
    if (t->is_set && t->batch_set == batch) return BON_OK;
    t->is_set = false;
    BON_TRY(
        t->task.train(t->task.self, batch * bon_ranks_count(t->options.ranks) + bon_ranks_number(t->options.ranks)));
    t->is_set = true, t->batch_set = batch;
    return BON_OK;
}

/* Waits for the loss of the step's batch i, which is number `batch` of the run. */
static bon_status take_loss(bon_trainer *t, bon_train_row *row, unsigned i, uint64_t batch) {
    bon_device *device = t->params->device;
    const double loss = device->backend->answer(device, i % LOSSES);
    BON_TRY(device->backend->check(device));
    row->loss += loss / batches_of(t);
    if (isfinite(loss)) return BON_OK;
    BON_TRY(set_batch(t, batch)); /* the inputs may be those of a later one */
    return not_finite(row->step, bon_graph_blame(t->graph));
}

/* Writes the row that waits for it, while the device computes. */
static bon_status write_row(bon_trainer *t) {
    if (!t->pending) return BON_OK;
    t->pending = false;
    BON_TRY(log_row(t, &t->row));
    if (t->options.report) t->options.report(t->options.user, &t->row);
    return BON_OK;
}

/* Of several ranks: the loss and the gradient become their sums, and its norm is asked for. */
static bon_status join(bon_trainer *t, bon_train_row *row) {
    BON_TRY(add_up(t, &row->loss, 1)); /* all of them are still there: now none waits for one that is not */
    BON_TRY(bon_ranks_sum(t->options.ranks, t->params));
    t->params->device->backend->ask_squares(t->params->device, NORM, t->params->grads, t->params->size);
    return BON_OK;
}

/* The gradient of a step, summed over its batches, which ranks take in turn; the mean loss. */
static bon_status gradient(bon_trainer *t, bon_train_row *row) {
    bon_device *device = t->params->device;
    const struct bon_backend *backend = device->backend;
    const unsigned count = t->options.accumulate;
    const uint64_t first = t->batch;
    const bool more = t->options.steps == 0 || t->step + 1 < t->options.steps;
    row->loss = 0;
    for (unsigned i = 0; i < count; i++) {
        if (i >= LOSSES) BON_TRY(take_loss(t, row, i - LOSSES, first + i - LOSSES));
        BON_TRY(set_batch(t, t->batch++));
        BON_TRY(bon_graph_step(t->graph, i > 0));
        backend->ask(device, i % LOSSES, t->loss->value);
        BON_TRY(write_row(t));
    }
    if (!t->options.ranks) backend->ask_squares(device, NORM, t->params->grads, t->params->size);
    if (backend->behind && more) BON_TRY(set_batch(t, t->batch));
    for (unsigned i = count > LOSSES ? count - LOSSES : 0; i < count; i++) BON_TRY(take_loss(t, row, i, first + i));
    if (t->options.ranks) BON_TRY(join(t, row));
    row->norm = sqrt(backend->answer(device, NORM)) / batches_of(t);
    return backend->check(device);
}

/* Whether the norm stands out among the recent ones, which it then does not join. */
static bool stands_out(bon_trainer *t, double norm) {
    enum { ENOUGH = 50 };
    const double deviation = sqrt(fmax(t->norm_square - t->norm_mean * t->norm_mean, 0));
    if (t->options.skip > 0 && t->norm_count >= ENOUGH && norm > t->norm_mean + t->options.skip * deviation)
        return true;
    const double share = 1 / fmin(t->norm_count + 1, ENOUGH);
    t->norm_mean += share * (norm - t->norm_mean);
    t->norm_square += share * (norm * norm - t->norm_square);
    t->norm_count++;
    return false;
}

/* How much of the run is done, 0 to 1. */
static double done(const bon_trainer *t) {
    const double steps = t->options.steps ? (double)t->step / (double)t->options.steps : 0;
    return t->options.seconds > 0 ? fmax(steps, t->clock / t->options.seconds) : steps;
}

static bon_status one_step(bon_trainer *t, bon_train_row *row) {
    *row = (bon_train_row){.step = t->step + 1, .val_loss = NAN, .bits_per_byte = NAN};
    row->rate =
        bon_schedule_rate(&t->options.schedule, done(t) + (t->options.steps ? 1.0 / (double)t->options.steps : 0));
    BON_TRY(gradient(t, row));
    row->tokens_per_s = (double)t->task.tokens * batches_of(t) / seconds_since(&t->lap);
    clock_gettime(CLOCK_MONOTONIC, &t->lap);
    if (!isfinite(row->norm)) return not_finite(row->step, bon_gradient_blame(t->params));
    row->skipped = stands_out(t, row->norm);
    const double clip = row->norm > t->options.clip ? t->options.clip / row->norm : 1;
    if (!row->skipped) BON_TRY(bon_optimizer_apply(t->optimizer, row->rate, clip / batches_of(t)));
    t->step++;
    const double peak = t->options.peak * bon_ranks_count(t->options.ranks);
    row->mfu = peak > 0 ? row->tokens_per_s * t->task.flops(t->task.self, t->params) / peak : NAN;
    row->memory = bon_device_memory(t->params->device);
    return BON_OK;
}

bon_status bon_trainer_validate(bon_trainer *t, uint64_t batches, double *loss) {
    const uint64_t all = t->task.val_batches, count = batches && batches < all ? batches : all;
    const unsigned ranks = bon_ranks_count(t->options.ranks);
    double sums[2] = {0}; /* of losses, and of what they count */
    if (all == 0) return bon_fail(BON_ERR_ARGUMENT, "there is no validation data");
    t->is_set = false;
    for (uint64_t i = bon_ranks_number(t->options.ranks); i < count; i += ranks) {
        double one, weight;
        BON_TRY(t->task.validate(t->task.self, i, &weight));
        BON_TRY(bon_graph_forward(t->graph));
        BON_TRY(bon_tensor_get_double(t->loss, &one));
        sums[0] += one * weight;
        sums[1] += weight;
    }
    BON_TRY(add_up(t, sums, 2));
    *loss = sums[0] / sums[1];
    return BON_OK;
}

/* What the order of the data depends on: how many ranks share it, too. */
static uint64_t source_of(const bon_trainer *t) {
    const uint64_t numbers[] = {t->task.source, bon_ranks_count(t->options.ranks)};
    return t->options.ranks ? bon_hash64(numbers, sizeof numbers) : t->task.source;
}

static bon_status save(bon_trainer *t) {
    uint64_t numbers[NUMBERS] = {[STEP] = t->step, [BATCH] = t->batch};
    if (bon_ranks_number(t->options.ranks) > 0) return BON_OK;
    numbers[MICROSECONDS] = (uint64_t)(clock_of(t) * 1e6);
    memcpy(&numbers[NORM_MEAN], &t->norm_mean, sizeof(double));
    memcpy(&numbers[NORM_SQUARE], &t->norm_square, sizeof(double));
    numbers[NORM_COUNT] = (uint64_t)t->norm_count;
    numbers[SOURCE] = source_of(t);
    return bon_checkpoint_write(t->options.folder, t->step, t->options.keep, &t->task, t->params, t->optimizer, numbers,
                                NUMBERS);
}

/* What follows a step: validation, log, checkpoint. */
static bon_status after_step(bon_trainer *t, bon_train_row *row, bool last) {
    enum { VAL_BATCHES = 16 };
    const bon_train_options *o = &t->options;
    if (t->task.val_batches && (last || (o->val_every && t->step % o->val_every == 0))) {
        BON_TRY(bon_trainer_validate(t, last ? 0 : VAL_BATCHES, &row->val_loss));
        if (o->bytes_per_token > 0) row->bits_per_byte = row->val_loss / log(2) / o->bytes_per_token;
    }
    row->seconds = clock_of(t);
    const bool saves = last || (o->save_every && t->step % o->save_every == 0);
    const bool measured = !isnan(row->val_loss);
    t->row = *row, t->pending = t->params->device->backend->behind && !saves && !measured;
    if (t->pending) return BON_OK;
    BON_TRY(log_row(t, row));
    if (saves) BON_TRY(save(t));
    if (o->report) o->report(o->user, row);
    if (saves || measured) clock_gettime(CLOCK_MONOTONIC, &t->lap);
    return BON_OK;
}

/* Ranks do the same from the same step on, or nothing. */
static bon_status check_ranks(bon_trainer *t) {
    const uint64_t mine[] = {source_of(t), t->step, bon_params_size(t->params)};
    uint64_t all[BON_RANKS_MAX][3];
    BON_TRY(bon_ranks_gather(t->options.ranks, mine, sizeof mine, all));
    for (unsigned rank = 1; rank < bon_ranks_count(t->options.ranks); rank++)
        if (memcmp(all[rank], all[0], sizeof all[0]) != 0)
            return bon_fail(BON_ERR_ARGUMENT, "rank %u trains something else, or from another step on, than rank 0",
                            rank);
    return BON_OK;
}

/* Whether the run ends with this step. Rank 0's clock is that of all; any of them may have been asked to stop. */
static bon_status is_last(bon_trainer *t, bool *last) {
    const bon_train_options *o = &t->options;
    const double mine[] = {clock_of(t), o->stop && o->stop(o->user) ? 1 : 0};
    double all[BON_RANKS_MAX][2];
    BON_TRY(bon_ranks_gather(o->ranks, mine, sizeof mine, all));
    t->clock = all[0][0];
    *last = done(t) >= 1;
    for (unsigned rank = 0; rank < bon_ranks_count(o->ranks); rank++) *last |= all[rank][1] != 0;
    return BON_OK;
}

bon_status bon_trainer_run(bon_trainer *t) {
    clock_gettime(CLOCK_MONOTONIC, &t->began);
    t->lap = t->began;
    t->clock = t->seconds;
    BON_TRY(check_ranks(t));
    if (t->log < 0) BON_TRY(open_log(t));
    for (bool last = done(t) >= 1; !last;) {
        bon_train_row row;
        BON_TRY(one_step(t, &row));
        BON_TRY(is_last(t, &last));
        BON_TRY(after_step(t, &row, last));
    }
    t->seconds = clock_of(t);
    return BON_OK;
}

bon_status bon_trainer_resume(bon_trainer *t, uint64_t *step) {
    uint64_t numbers[NUMBERS];
    BON_TRY(bon_checkpoint_newest(t->options.folder, step));
    if (*step == 0) return BON_OK;
    BON_TRY(bon_checkpoint_read(t->options.folder, *step, t->params, t->optimizer, numbers, NUMBERS));
    if (numbers[SOURCE] != source_of(t))
        return bon_fail(BON_ERR_ARGUMENT,
                        "%s/step-%08" PRIu64 " was trained on other data, with another seed, with batches of another "
                        "size or by more or fewer ranks: go on with the same, or begin in another folder",
                        t->options.folder, *step);
    t->step = numbers[STEP];
    t->batch = numbers[BATCH];
    t->seconds = (double)numbers[MICROSECONDS] * 1e-6;
    memcpy(&t->norm_mean, &numbers[NORM_MEAN], sizeof(double));
    memcpy(&t->norm_square, &numbers[NORM_SQUARE], sizeof(double));
    t->norm_count = (double)numbers[NORM_COUNT];
    return BON_OK;
}
