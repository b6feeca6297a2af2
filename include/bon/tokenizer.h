/* bon/tokenizer.h: subword tokens: byte-level BPE, learned from text; reads and writes Hugging Face's tokenizer.json.
 *
 *     bon_tokenizer *t;  bon_token_encoder *e;  bon_token_ids ids = {0};
 *     if (bon_tokenizer_read(&t, "tok.json") == BON_OK && bon_token_encoder_open(&e, t, 0) == BON_OK)
 *         bon_token_encoder_encode(e, "tiếng Việt", 14, &ids);
 *
 * Text is first cut into pieces by BON_TOKENIZER_PATTERN; within a piece, bytes are merged pair by pair in the order in which
 * the merges were learned (Sennrich et al. 2016; over bytes: Radford et al. 2019). Every byte is a token, so any bytes can be
 * encoded, and decoding gives them back.
 *
 * In the pattern \p{L} and \p{N} are Unicode's general categories, \s is its property White_Space, and (?i:) is Unicode's
 * simple case folding. A byte that is not part of well-formed UTF-8 is a character that is no letter, number or white space.
 */
#ifndef BON_TOKENIZER_H
#define BON_TOKENIZER_H

#include <stdbool.h>

#include "bon/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The pattern of Qwen2, which llama.cpp knows as tokenizer.ggml.pre = "qwen2". It leaves no byte of a text out. */
#define BON_TOKENIZER_PATTERN                                                                                          \
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"                 \
    "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

#define BON_TOKENIZER_END "<|endoftext|>" /* the special token that ends a document */
#define BON_TOKENIZER_NONE UINT32_MAX     /* no token */
enum {
    BON_TOKENIZER_BYTES = 256,              /* tokens that every tokenizer has */
    BON_TOKENIZER_SIZE_MAX = 1 << 24,       /* tokens that a tokenizer may have */
    BON_TOKENIZER_SPELLING_MAX_PER_BYTE = 2 /* see bon_tokenizer_spell */
};

/* ---- a tokenizer: immutable, may be shared between threads ---- */
typedef struct bon_tokenizer bon_tokenizer;

/* Reads a tokenizer.json (plain, .gz, .zst): BPE over bytes with the pattern above, no normalizer, ids 0 to size - 1 without
 * a gap. BON_ERR_FORMAT: it is not JSON, or of another kind; the message names what is not supported. */
BON_API bon_status bon_tokenizer_read(bon_tokenizer **out, const char *path);
/* The same from bytes in memory; `name` serves messages. */
BON_API bon_status bon_tokenizer_parse(bon_tokenizer **out, const char *json, size_t n, const char *name);
/* Writes a tokenizer.json; the same tokenizer gives the same bytes. */
BON_API bon_status bon_tokenizer_write(const bon_tokenizer *tokenizer, const char *path);
BON_API void bon_tokenizer_close(bon_tokenizer *tokenizer);

/* Number of tokens, special ones included: ids are below it. */
BON_API uint32_t bon_tokenizer_size(const bon_tokenizer *tokenizer);
/* The bytes of a token (a special token's are its name), not NUL-terminated; NULL for an id out of range. */
BON_API const char *bon_tokenizer_bytes(const bon_tokenizer *tokenizer, uint32_t id, size_t *n);
BON_API bool bon_tokenizer_is_special(const bon_tokenizer *tokenizer, uint32_t id);
/* The id of an ordinary or special token, or BON_TOKENIZER_NONE. */
BON_API uint32_t bon_tokenizer_find(const bon_tokenizer *tokenizer, const char *bytes, size_t n);
BON_API uint32_t bon_tokenizer_find_special(const bon_tokenizer *tokenizer, const char *bytes, size_t n);
/* Merges in the order learned: the i-th joins left and right into *joined; i < bon_tokenizer_merge_count. */
BON_API uint32_t bon_tokenizer_merge_count(const bon_tokenizer *tokenizer);
BON_API void bon_tokenizer_merge(const bon_tokenizer *tokenizer, uint32_t i, uint32_t *left, uint32_t *right,
                                 uint32_t *joined);
/* Appends a token as tokenizer.json and GGUF spell it: each byte as a printable character (UTF-8, one or two bytes each),
 * special tokens by their name. BON_ERR_ARGUMENT for an id out of range. */
BON_API bon_status bon_tokenizer_spell(const bon_tokenizer *tokenizer, uint32_t id, bon_buf *out);
/* Appends the bytes of `count` ids. BON_ERR_DATA for an id out of range; the message says which. */
BON_API bon_status bon_tokenizer_decode(const bon_tokenizer *tokenizer, const uint32_t *ids, size_t count,
                                        bon_buf *out);

/* ---- encoding: one encoder a thread; it remembers the pieces it met ---- */
typedef struct bon_token_encoder bon_token_encoder;

/* A growable array of ids. All zeros is empty; free with free(ids). */
typedef struct bon_token_ids {
    uint32_t *ids;
    size_t count, cap;
} bon_token_ids;

enum { BON_ENCODE_SPECIAL = 1 }; /* flags: names of special tokens in the text are those tokens, not text */

/* The tokenizer must outlive the encoder. */
BON_API bon_status bon_token_encoder_open(bon_token_encoder **out, const bon_tokenizer *tokenizer, unsigned flags);
/* Appends the ids of a text. */
BON_API bon_status bon_token_encoder_encode(bon_token_encoder *encoder, const char *text, size_t n, bon_token_ids *out);
BON_API void bon_token_encoder_close(bon_token_encoder *encoder);

/* ---- learning: one trainer a thread counts pieces; their sum gives the tokenizer ---- */
typedef struct bon_token_trainer bon_token_trainer;

typedef struct bon_token_train_options {
    uint32_t size;      /* tokens wanted, bytes and special ones included */
    uint64_t min_count; /* merge only pairs seen at least so often; 0 = 2 */
    const char *const
        *names; /* special tokens, NUL-terminated; they get the highest ids. NULL: BON_TOKENIZER_END alone */
    uint32_t name_count;
    uint32_t reserved[8];
} bon_token_train_options;

BON_API bon_status bon_token_trainer_open(bon_token_trainer **out);
/* Counts the pieces of a text: a line or document, as it will be encoded. */
BON_API bon_status bon_token_trainer_add(bon_token_trainer *trainer, const char *text, size_t n);
/* Adds the counts of another trainer, which is left as it was. */
BON_API bon_status bon_token_trainer_absorb(bon_token_trainer *trainer, const bon_token_trainer *other);
/* Learns the merges: always the most frequent pair, and of equally frequent ones that of the smallest ids (left, then right).
 * The result depends on the counts alone. Where the text does not hold enough pairs, the tokenizer is smaller than asked.
 * BON_ERR_ARGUMENT: size is below the bytes and special tokens, or above BON_TOKENIZER_SIZE_MAX. */
BON_API bon_status bon_token_trainer_learn(const bon_token_trainer *trainer, const bon_token_train_options *options,
                                           bon_tokenizer **out);
BON_API void bon_token_trainer_close(bon_token_trainer *trainer);

#ifdef __cplusplus
}
#endif
#endif
