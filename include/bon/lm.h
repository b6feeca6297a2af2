/* bon/lm.h: a small deep-learning system: matrices, a static graph with reverse-mode differentiation, optimizers, and on
 * top of them a transformer language model. docs/lm.md explains it.
 *
 *     bon_device *device;  bon_params *params;  bon_graph *graph;
 *     bon_device_open(&device, NULL);                          // the CPU, all threads, 32-bit floats
 *     bon_params_open(&params, device, 1);                     // weights, seeded with 1
 *     bon_graph_open(&graph, params);
 *     bon_tensor *x = bon_input(graph, 100, 4);                // 100 rows of 4 values
 *     bon_tensor *y = bon_input_ints(graph, 100, 1, 0, 3);     // 100 classes, 0..2
 *     bon_tensor *w = bon_param(graph, "weight", 3, 4, 0, 0.02f, BON_DECAY);
 *     bon_tensor *loss = bon_cross_entropy(bon_linear(x, w, NULL, NULL, BON_IDENTITY), y, NULL);
 *     bon_graph_plan(graph, loss);                             // checks everything, allocates once
 *     bon_tensor_set(x, ...); bon_tensor_set_ints(y, ...);
 *     bon_graph_forward(graph); bon_graph_backward(graph, 0);  // gradients of all parameters
 *
 * Every tensor is a matrix, row by row; a vector is 1 x n, a scalar 1 x 1. Operations return NULL when an argument is NULL
 * or does not fit; the graph remembers the first failure and bon_graph_plan returns it, so models are written without a
 * check a line. Tensors belong to their graph. A device, and what is opened on it (parameters, graphs, optimizers, trainers), is used
 * by one thread at a time.
 */
#ifndef BON_LM_H
#define BON_LM_H

#include <stdbool.h>

#include "bon/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- devices ---- */

/* What values and gradients are made of. */
typedef enum bon_real { BON_F32, BON_F64, BON_BF16 } bon_real;

typedef struct bon_device bon_device;

typedef struct bon_device_options {
    const char *kind; /* "cpu" (NULL is the same), or "cuda", BON_ERR_ARGUMENT where there is no GPU */
    bon_real real;    /* the CPU has BON_F32 and BON_F64, a GPU BON_F32 and BON_BF16 (parameters stay 32-bit floats) */
    unsigned threads; /* 0 = one a core. Results are the same bytes for any number of threads. */
    unsigned number;  /* which GPU, of those that CUDA shows */
    uint32_t reserved[7];
} bon_device_options;

/* options NULL = defaults. The device outlives what is opened on it. A GPU computes behind the calls that ask it to: what goes wrong
 * there is told by that call or one of the next, at the latest by one that reads values. */
BON_API bon_status bon_device_open(bon_device **out, const bon_device_options *options);
BON_API void bon_device_close(bon_device *device);
/* "cpu, 32-bit floats, 2 threads, OpenBLAS": for logs. */
BON_API const char *bon_device_name(const bon_device *device);
/* Floating-point operations a second that matrix products reach on it: on the CPU measured (some milliseconds), on a GPU what
 * its maker says. 0 = unknown. */
BON_API double bon_device_peak(bon_device *device);
/* Bytes in use: on the CPU the most that the process ever held, on a GPU what bon holds there. */
BON_API size_t bon_device_memory(bon_device *device);

/* ---- parameters: named weights that graphs share ---- */

typedef struct bon_params bon_params;

/* Weights are drawn from `seed` and their names, so they do not depend on the order in which they are declared. */
BON_API bon_status bon_params_open(bon_params **out, bon_device *device, uint64_t seed);
BON_API void bon_params_close(bon_params *params);

/* What a parameter is, for optimizers and files. */
enum {
    BON_DECAY = 1,  /* weight decay applies */
    BON_HIDDEN = 2, /* a matrix between hidden layers: Muon's business */
};

typedef struct bon_param_info {
    const char *name; /* owned by params */
    size_t rows, cols;
    unsigned flags;
    size_t parts[3]; /* rows of each part; a 0 ends them. One part unless bon_param_parts said otherwise */
} bon_param_info;

BON_API size_t bon_params_count(const bon_params *params);
BON_API size_t bon_params_size(const bon_params *params); /* values of all parameters together */
/* The i-th parameter; false behind the last one. */
BON_API bool bon_params_at(const bon_params *params, size_t i, bon_param_info *info);
/* Copies values or gradients of parameter i out, or values in (rows * cols of them, row by row). Before the first
 * bon_graph_plan there are none: BON_ERR_ARGUMENT. */
BON_API bon_status bon_params_get(const bon_params *params, size_t i, double *values);
BON_API bon_status bon_params_get_gradient(const bon_params *params, size_t i, double *values);
BON_API bon_status bon_params_set(bon_params *params, size_t i, const double *values);

/* ---- graphs ---- */

typedef struct bon_graph bon_graph;
typedef struct bon_tensor bon_tensor;

BON_API bon_status bon_graph_open(bon_graph **out, bon_params *params);
BON_API void bon_graph_close(bon_graph *graph);
/* Fixes the graph: which buffers live when, where they stand in one block of memory; allocates it, and the parameters when
 * this is their first graph. `loss` (1 x 1) is what bon_graph_backward differentiates; NULL = forward only. */
BON_API bon_status bon_graph_plan(bon_graph *graph, bon_tensor *loss);
/* Before bon_graph_plan: memory for time. Results that backward needs are not kept but computed again: level 1 norms, rotary
 * positions and functions of single values, level 2 also products and attention: everything but the sums that go from layer to
 * layer. Gradients are the same bytes. 0 = none. */
BON_API void bon_graph_recompute(bon_graph *graph, unsigned level);
/* Bytes of that block, and what they would be if no buffer were used twice. */
BON_API size_t bon_graph_bytes(const bon_graph *graph, size_t *without_reuse);
/* Computes every tensor in the order of its making. */
BON_API bon_status bon_graph_forward(bon_graph *graph);
/* After forward: gradients of the loss by all parameters. With `accumulate` they are added to what is there (gradient
 * accumulation), else they replace it. */
BON_API bon_status bon_graph_backward(bon_graph *graph, bool accumulate);
/* What dropout draws from: the same seed and step drop the same. Off (the default) dropout passes everything. */
BON_API void bon_graph_dropout(bon_graph *graph, bool on, uint64_t seed, uint64_t step);

/* Inputs. Set before forward; kept until set again. */
BON_API bon_tensor *bon_input(bon_graph *graph, size_t rows, size_t cols);
/* Integers from `least` to `limit` - 1: setting others is refused. */
BON_API bon_tensor *bon_input_ints(bon_graph *graph, size_t rows, size_t cols, int32_t least, int32_t limit);
/* For texts packed one behind the other: for every row the row in which its text begins. Setting anything else is refused. */
BON_API bon_tensor *bon_input_starts(bon_graph *graph, size_t rows);
/* A parameter of the graph's params: found by name (the shape must agree) or declared: mean + std * normal noise. */
BON_API bon_tensor *bon_param(bon_graph *graph, const char *name, size_t rows, size_t cols, float mean, float std,
                              unsigned flags);

/* Says that the rows of a parameter are several matrices, one below the other (as queries, keys and values): Muon makes each
 * orthogonal for itself, files have them apart. third may be 0. Returns the parameter. */
BON_API bon_tensor *bon_param_parts(bon_tensor *param, size_t first, size_t second, size_t third);

BON_API size_t bon_tensor_rows(const bon_tensor *tensor);
BON_API size_t bon_tensor_cols(const bon_tensor *tensor);
/* Before plan: the value can be read after forward, and no other buffer takes its place. Inputs, parameters and the loss
 * are kept anyway. Returns tensor. */
BON_API bon_tensor *bon_tensor_keep(bon_tensor *tensor);
/* rows * cols values, row by row. BON_ERR_ARGUMENT for a tensor that is not an input, or not kept. */
BON_API bon_status bon_tensor_set(bon_tensor *tensor, const float *values);
BON_API bon_status bon_tensor_set_ints(bon_tensor *tensor, const int32_t *values);
BON_API bon_status bon_tensor_get(const bon_tensor *tensor, float *values);
BON_API bon_status bon_tensor_get_double(const bon_tensor *tensor, double *values);

/* ---- operations ----
 *
 * N is the number of rows; optional arguments may be NULL where it says so.
 */
typedef enum bon_map_kind { BON_IDENTITY, BON_GELU, BON_SILU, BON_RELU, BON_TANH, BON_SIGMOID, BON_MAPS } bon_map_kind;

/* Row ids[i] of table (V x C) for every i: N x C. With several ids a row (N x K), the sum of their rows of the table: a bag of
 * features. */
BON_API bon_tensor *bon_embedding(bon_tensor *table, bon_tensor *ids);
/* map(x weight^T + bias) + residual: N x M for x N x K, weight M x K, bias 1 x M or NULL, residual N x M or NULL. The maps
 * that fuse are BON_IDENTITY and BON_GELU. */
BON_API bon_tensor *bon_linear(bon_tensor *x, bon_tensor *weight, bon_tensor *bias, bon_tensor *residual,
                               bon_map_kind map);
/* x / sqrt(mean(x^2) + epsilon) * weight (Zhang & Sennrich 2019). weight is 1 x C. */
BON_API bon_tensor *bon_rms_norm(bon_tensor *x, bon_tensor *weight, float epsilon);
/* (x - mean) / sqrt(variance + epsilon) * weight + bias (Ba et al. 2016). weight and bias are 1 x C. */
BON_API bon_tensor *bon_layer_norm(bon_tensor *x, bon_tensor *weight, bon_tensor *bias, float epsilon);

/* How a row is divided into heads: first the heads of queries, then of keys, then of values, `dim` columns each. */
typedef struct bon_heads {
    unsigned queries, keys; /* keys divides queries; there are as many values as keys */
    unsigned dim;           /* even */
} bon_heads;

/* Rotary positions (Su et al. 2021), halves rotated against each other as in Qwen and GPT-NeoX, on queries and keys; values
 * pass. With query_weight and key_weight (1 x dim; both or neither NULL) each head is RMS-normalized first, as in Qwen3. The
 * position of row i is i - starts[i]. */
BON_API bon_tensor *bon_rope(bon_tensor *qkv, bon_tensor *starts, bon_tensor *query_weight, bon_tensor *key_weight,
                             bon_heads heads, float theta, float epsilon);
/* softmax(q k^T / sqrt(dim)) v within each text; `causal`: a row sees itself and the rows before. N x queries * dim. */
BON_API bon_tensor *bon_attention(bon_tensor *qkv, bon_tensor *starts, bon_heads heads, bool causal);
/* The same with both kinds of texts: the first `both` rows see their whole text, the others themselves and the rows before. */
BON_API bon_tensor *bon_attention_mixed(bon_tensor *qkv, bon_tensor *starts, bon_heads heads, size_t both);
/* silu(left half of the columns) * right half (Shazeer 2020): N x C for x N x 2C. */
BON_API bon_tensor *bon_swiglu(bon_tensor *x);
/* A function of each value. BON_GELU is the tanh form of GPT-2. */
BON_API bon_tensor *bon_map(bon_tensor *x, bon_map_kind map);
/* a + b and a * b, value by value; b has the shape of a, or one row for all of a's rows. */
BON_API bon_tensor *bon_add(bon_tensor *a, bon_tensor *b);
BON_API bon_tensor *bon_mul(bon_tensor *a, bon_tensor *b);
/* scale * x + shift. */
BON_API bon_tensor *bon_affine(bon_tensor *x, float scale, float shift);
/* Softmax of each row; with mask (N x C integers, NULL = all) over the columns whose mask is not 0. The others, and rows
 * without any, are 0. */
BON_API bon_tensor *bon_softmax(bon_tensor *x, bon_tensor *mask);
/* Mean over the rows with a target >= 0 of -log softmax(logits)[target], 1 x 1; targets N x 1. mask as in bon_softmax; a row
 * whose target is masked does not count. */
BON_API bon_tensor *bon_cross_entropy(bon_tensor *logits, bon_tensor *targets, bon_tensor *mask);
/* Sets values to 0 with probability p and divides the others by 1 - p (Srivastava et al. 2014). */
BON_API bon_tensor *bon_dropout(bon_tensor *x, float p);
/* Sum over each row's columns: N x 1; sum of everything: 1 x 1. The mean is bon_affine of it. */
BON_API bon_tensor *bon_sum_cols(bon_tensor *x);
BON_API bon_tensor *bon_sum(bon_tensor *x);
/* Columns first ... first + count - 1; rows likewise. */
BON_API bon_tensor *bon_cols(bon_tensor *x, size_t first, size_t count);
BON_API bon_tensor *bon_rows(bon_tensor *x, size_t first, size_t count);

/* ---- optimizers ---- */

typedef enum bon_optimizer_kind {
    BON_SGD,   /* with momentum beta1 */
    BON_ADAMW, /* Loshchilov & Hutter 2019 */
    BON_MUON,  /* Jordan et al. 2024 for BON_HIDDEN matrices, AdamW for the rest; one learning rate fits both */
} bon_optimizer_kind;

typedef struct bon_optimizer_options {
    bon_optimizer_kind kind;
    double beta1, beta2;  /* 0 = 0.9 and 0.95 */
    double epsilon;       /* 0 = 1e-8 */
    double weight_decay;  /* of parameters with BON_DECAY, times the learning rate, decoupled from the gradient */
    double muon_momentum; /* 0 = 0.95 */
    uint32_t reserved[8];
} bon_optimizer_options;

typedef struct bon_optimizer bon_optimizer;

/* After the first plan, when parameters have memory. */
BON_API bon_status bon_optimizer_open(bon_optimizer **out, bon_params *params, const bon_optimizer_options *options);
BON_API void bon_optimizer_close(bon_optimizer *optimizer);
/* Euclidean norm of all gradients together. */
BON_API bon_status bon_gradient_norm(bon_params *params, double *norm);
/* One update with gradients times `scale` (1 / accumulated steps, times what clipping asks for). Gradients that are not
 * finite are BON_ERR_DATA and name the parameter; nothing is changed then. */
BON_API bon_status bon_optimizer_step(bon_optimizer *optimizer, double rate, double scale);
/* Steps done, and for checkpoints the state: first (momentum or mean) and second (mean square) of parameter i. */
BON_API uint64_t bon_optimizer_steps(const bon_optimizer *optimizer);
BON_API bon_status bon_optimizer_get(const bon_optimizer *optimizer, size_t i, double *first, double *second);
BON_API bon_status bon_optimizer_set(bon_optimizer *optimizer, size_t i, const double *first, const double *second);
BON_API void bon_optimizer_set_steps(bon_optimizer *optimizer, uint64_t steps);

typedef enum bon_schedule_kind {
    BON_COSINE, /* Loshchilov & Hutter 2017 */
    BON_LINEAR,
    BON_WSD, /* warm-up, stable, decay: linear over the last `cooldown` part (Hu et al. 2024) */
} bon_schedule_kind;

typedef struct bon_schedule {
    bon_schedule_kind kind;
    double peak;     /* learning rate after the warm-up */
    double last;     /* at the end, as a part of peak */
    double warmup;   /* part of the whole, 0 to 1: the rate rises linearly from 0 */
    double cooldown; /* BON_WSD: part of the whole */
} bon_schedule;

/* The learning rate when `done` of the whole (0 to 1; of steps, or of the time that there is) is done. */
BON_API double bon_schedule_rate(const bon_schedule *schedule, double done);

/* ---- files ----
 *
 * Safetensors, 32-bit floats. Written atomically; what is read is checked whole before anything changes: BON_ERR_FORMAT names
 * the file and the tensor when it is of another architecture, size or vocabulary, truncated or corrupt.
 */

/* Weights, by the names that Hugging Face's models have (queries, keys and values apart). */
BON_API bon_status bon_params_write(const bon_params *params, const char *path);
BON_API bon_status bon_params_read(bon_params *params, const char *path);
/* The optimizer's state, its steps, and up to 15 numbers of the caller (where it stands in its data). */
BON_API bon_status bon_optimizer_write(const bon_optimizer *optimizer, const bon_params *params, const char *path,
                                       const uint64_t *numbers, size_t count);
BON_API bon_status bon_optimizer_read(bon_optimizer *optimizer, const bon_params *params, const char *path,
                                      uint64_t *numbers, size_t count);

/* ---- the transformer ---- */

typedef enum bon_architecture {
    BON_QWEN3, /* RMSNorm, rotary positions with QK-norm, SwiGLU, no biases */
    BON_GPT2,  /* LayerNorm, learned positions, GELU, biases */
} bon_architecture;

/* Weights are tied: the embedding is the output layer. */
typedef struct bon_transformer_config {
    bon_architecture architecture;
    unsigned layers;
    unsigned width;
    bon_heads heads;
    unsigned hidden; /* of the feed-forward layer */
    unsigned vocabulary;
    unsigned context; /* longest text in tokens */
    float theta;      /* base of rotary positions */
    float epsilon;    /* of norms */
} bon_transformer_config;

/* "bon-1m", "bon-34m", "bon-110m", "gpt2-124m"; vocabulary 0 = the preset's. BON_ERR_ARGUMENT names the presets. */
BON_API bon_status bon_transformer_preset(bon_transformer_config *config, const char *name, unsigned vocabulary);

/* Reads the config.json of a checkpoint, or of a model of Hugging Face's with one of these architectures. BON_ERR_FORMAT
 * names the file and what is missing, or what bon does not compute. */
BON_API bon_status bon_transformer_config_read(bon_transformer_config *config, const char *path);

/* The tensors of a transformer over `rows` tokens: of one text or of several, one behind the other. */
typedef struct bon_transformer {
    bon_tensor *ids, *starts; /* inputs */
    bon_tensor *positions;    /* input of BON_GPT2, else NULL */
    bon_tensor *logits;       /* rows x vocabulary */
} bon_transformer;

BON_API void bon_transformer_build(bon_transformer *model, bon_graph *graph, const bon_transformer_config *config,
                                   size_t rows);
/* Sets the inputs. Texts longer than the context are refused. */
BON_API bon_status bon_transformer_set(const bon_transformer *model, const bon_transformer_config *config,
                                       const int32_t *ids, const int32_t *starts);
/* Floating-point operations of training on one token: 6 N + 6 layers context width (attention counted causal). */
BON_API double bon_transformer_flops(const bon_transformer_config *config, const bon_params *params);

/* ---- data: files of token ids, as `bon tokenizer encode --ids` writes them ---- */

typedef struct bon_tokens bon_tokens;

/* Maps a file of little-endian ids of 2 or 4 bytes. Every id is checked to be below vocabulary: BON_ERR_DATA names the offset
 * of the first that is not. Immutable. */
BON_API bon_status bon_tokens_open(bon_tokens **out, const char *path, unsigned id_bytes, uint32_t vocabulary);
BON_API void bon_tokens_close(bon_tokens *tokens);
BON_API uint64_t bon_tokens_count(const bon_tokens *tokens);

/* Where a run stands in its data: windows of `context` tokens of the range, each once an epoch, in an order that depends on
 * seed and epoch alone. Plain data: what is copied goes on from the same place. */
typedef struct bon_batches {
    const bon_tokens *tokens;
    uint64_t first, count; /* the range; count is a multiple of context, below what is in the file */
    uint32_t context;
    uint32_t end;    /* the id that ends a document; the next text begins with it */
    uint64_t seed;   /* 0: windows in the order of the file */
    uint64_t cursor; /* windows given so far */
} bon_batches;

/* Makes batches of tokens first ... first + count - 1 (rounded down to whole windows with a token behind them).
 * BON_ERR_DATA when there is not one window. */
BON_API bon_status bon_batches_begin(bon_batches *batches, const bon_tokens *tokens, uint64_t first, uint64_t count,
                                     uint32_t context, uint32_t end, uint64_t seed);
/* The next `windows` windows: ids, the token behind each, starts of texts; windows * context of each. The end of a document is
 * what comes behind its last token and also the first token of the next text, so that a model learns how texts begin. */
BON_API void bon_batches_next(bon_batches *batches, size_t windows, int32_t *ids, int32_t *next, int32_t *starts);

/* ---- processes that train together, one a GPU or one a computer ----
 *
 * Each has all of the model and takes its share of the windows of a step; gradients are added up before the step, so that all make
 * the same one: N ranks with batches of B windows learn what one process with batches of N * B learns, up to rounding.
 */

enum { BON_RANKS_MAX = 256 };

typedef struct bon_ranks bon_ranks;

/* This process is `rank` (from 0) of `count` (2 to BON_RANKS_MAX). Sockets are connected streams, closed by bon_ranks_close: of rank
 * 0 those to ranks 1, 2, ...; of any other the one to rank 0. They stay the caller's when this fails. Used by one thread at a
 * time. */
BON_API bon_status bon_ranks_open(bon_ranks **out, unsigned rank, unsigned count, const int *sockets);
BON_API void bon_ranks_close(bon_ranks *ranks);

/* ---- training ---- */

/* What is known of a step; a row of log.csv. */
typedef struct bon_train_row {
    uint64_t step;                  /* from 1 */
    double loss;                    /* nats a token, mean over the step */
    double val_loss, bits_per_byte; /* NaN unless measured after this step */
    double rate, norm;              /* learning rate; norm of the gradient before clipping */
    double tokens_per_s;
    double mfu;      /* operations of the model a second / options->peak; NaN when that is unknown */
    uint64_t memory; /* bytes of the device: bon_device_memory */
    double seconds;  /* of training so far, earlier runs included */
    bool skipped;    /* the gradient stood out: nothing was learned from this step */
} bon_train_row;

typedef struct bon_train_options {
    bon_transformer_config model;
    bon_optimizer_options optimizer;
    bon_schedule schedule;
    uint64_t steps;      /* how long: steps, seconds, or both, whichever ends first; 0 = no limit */
    double seconds;      /* a run cut by time ends in a finished model all the same: the schedule follows the clock */
    unsigned windows;    /* of model.context tokens, computed at once */
    unsigned accumulate; /* times that, before an update; 0 = 1 */
    double clip;         /* largest norm of the gradient; 0 = 1 */
    double skip;         /* leave out steps whose norm is so many deviations above the recent mean; 0 = none */
    uint64_t val_every;  /* steps between measures of val_loss; 0 = at the end only */
    uint64_t save_every; /* steps between checkpoints; 0 = at the end only */
    unsigned keep;       /* checkpoints; 0 = all */
    double bytes_per_token; /* of the validation text, for bits_per_byte; 0 = unknown */
    double peak;            /* of the device, for mfu: bon_device_peak; 0 = unknown */
    unsigned recompute;     /* level of bon_graph_recompute */
    const char *folder; /* of log.csv and checkpoints step-00000100/{config.json,model.safetensors,state.safetensors} */
    bool (*stop)(void *user); /* asked after each step: true ends the run with a checkpoint. May be NULL */
    void (*report)(void *user, const bon_train_row *row); /* after each step. May be NULL */
    void *user;
    bon_ranks *ranks; /* the other processes of this run; NULL: there are none. Outlives the trainer */
    uint32_t reserved[14];
} bon_train_options;

typedef struct bon_trainer bon_trainer;

/* `train` and `val` (NULL = none) are copied; their tokens, device and options->folder outlive the trainer. The folder is made
 * when it is missing. With ranks, all of them open a trainer for the same data, seed and options, and call what follows together;
 * rank 0 alone writes the log and checkpoints, which the others read from the same folder when they go on. One that fails makes the
 * others fail. */
BON_API bon_status bon_trainer_open(bon_trainer **out, bon_params *params, const bon_batches *train,
                                    const bon_batches *val, const bon_train_options *options);
BON_API void bon_trainer_close(bon_trainer *trainer);
/* Goes on from the newest checkpoint of the folder: weights, optimizer, place in the data, clock; rows of log.csv behind it are
 * dropped. *step is where that is; 0 when there is none. With a limit of steps, the run goes on as if it had not stopped, bit
 * for bit. BON_ERR_ARGUMENT: it was made from other data, another seed, batches of another size or by another number of ranks. */
BON_API bon_status bon_trainer_resume(bon_trainer *trainer, uint64_t *step);
/* Trains until a limit or stop(), then writes a checkpoint. A loss or gradient that is not finite is BON_ERR_DATA and names
 * the step and the tensor; the checkpoints before stay. Checkpoints appear whole or not at all. */
BON_API bon_status bon_trainer_run(bon_trainer *trainer);
/* Mean loss over the validation data, nats a token; at most `batches` batches (0 = all). */
BON_API bon_status bon_trainer_validate(bon_trainer *trainer, uint64_t batches, double *loss);

/* ---- inference on the CPU: a token at a time, from weights in 32-bit floats or 8-bit integers ----
 *
 *     bon_decoder *decoder;  bon_decoding *text;  uint32_t id = 17;
 *     bon_decoder_open(&decoder, "run/step-00001000");
 *     bon_decoding_open(&text, decoder, 1);
 *     for (int i = 0; i < 20; i++) {                          // 20 tokens after token 17
 *         bon_decoding_feed(text, &id, 1, logits, false);
 *         bon_sample(logits, vocabulary, &how, (uint64_t)i, &id);
 *     }
 */

/* A model: immutable, shared between threads. */
typedef struct bon_decoder bon_decoder;

/* Reads config.json and model.safetensors of a folder: a checkpoint, or what bon_export_int8 wrote. BON_ERR_FORMAT when they do
 * not fit each other or are damaged. */
BON_API bon_status bon_decoder_open(bon_decoder **out, const char *folder);
BON_API void bon_decoder_close(bon_decoder *decoder);
/* Makes the weights 8-bit integers, as bon_export_int8 would have: before any text is opened. Nothing when they are. */
BON_API bon_status bon_decoder_round(bon_decoder *decoder);
/* What it is; owned by the decoder. */
BON_API const bon_transformer_config *bon_decoder_config(const bon_decoder *decoder);
/* "8-bit weights, avx2": for logs. */
BON_API const char *bon_decoder_name(const bon_decoder *decoder);
BON_API bool bon_decoder_is_int8(const bon_decoder *decoder);
/* Bytes of the weights. */
BON_API size_t bon_decoder_bytes(const bon_decoder *decoder);

/* A text in the making: keys and values of its tokens so far. Used by one thread at a time. */
typedef struct bon_decoding bon_decoding;

/* threads 0 = one a core; results are the same bytes for any number. The decoder must outlive it. */
BON_API bon_status bon_decoding_open(bon_decoding **out, const bon_decoder *decoder, unsigned threads);
BON_API void bon_decoding_close(bon_decoding *decoding);
/* Appends n tokens. logits (may be NULL): of the last one, `vocabulary` values; with `all`, of each, n * vocabulary.
 * BON_ERR_LIMIT when the text would be longer than the context, BON_ERR_ARGUMENT for an id out of range; nothing is appended
 * then. */
BON_API bon_status bon_decoding_feed(bon_decoding *decoding, const uint32_t *ids, size_t n, float *logits, bool all);
/* Tokens so far; keeping only the first n of them. */
BON_API size_t bon_decoding_length(const bon_decoding *decoding);
BON_API void bon_decoding_cut(bon_decoding *decoding, size_t n);

/* ---- export ---- */

typedef enum bon_weight_type { BON_WEIGHT_F32, BON_WEIGHT_F16, BON_WEIGHT_BF16, BON_WEIGHT_Q8_0 } bon_weight_type;

/* Each reads config.json and model.safetensors of `folder`. Files appear whole or not at all. */

/* config.json and model.safetensors for Hugging Face's transformers into the folder `output`, made if missing: F32, F16, BF16. */
BON_API bon_status bon_export_hf(const char *folder, bon_weight_type type, const char *output);
/* The same files for bon_decoder_open: 8-bit integers with a scale a row; a quarter of the size. */
BON_API bon_status bon_export_int8(const char *folder, const char *output);
/* The tokenizer that a model was trained with (tokenizer.h). */
struct bon_tokenizer;
/* One GGUF file with model and tokenizer for llama.cpp. Q8_0 needs rows of a multiple of 32 values; others become F16.
 * BON_ERR_ARGUMENT: the tokenizer has more tokens than the model. */
BON_API bon_status bon_export_gguf(const char *folder, const struct bon_tokenizer *tokenizer, bon_weight_type type,
                                   const char *path);

/* ---- sampling ---- */

typedef struct bon_sampling {
    double temperature; /* logits are divided by it; 0 = always the likeliest token */
    double top_p;   /* only the likeliest tokens that together have this probability; 0 = all (Holtzman et al. 2020) */
    uint32_t top_k; /* only so many of the likeliest tokens; 0 = all */
    uint64_t seed;
    uint32_t reserved[8];
} bon_sampling;

/* Draws a token from n logits. Seed and position alone decide: the same text comes again. Of equal logits the smaller id is the
 * likelier. BON_ERR_DATA: a logit is NaN. */
BON_API bon_status bon_sample(const float *logits, size_t n, const bon_sampling *how, uint64_t position, uint32_t *id);

#ifdef __cplusplus
}
#endif
#endif
