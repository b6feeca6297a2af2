/* bon/restore.h: Vietnamese text typed without marks -> text with its marks.
 *
 *     bon_restorer *r;  bon_restore_session *s;  bon_buf out = {0};
 *     if (bon_restorer_open(&r, "models/vi.bonlm") == BON_OK && bon_restore_session_open(&s, r, NULL) == BON_OK) {
 *         bon_restore(s, "toi dang hoc tieng Viet", 23, &out);      // "tôi đang học tiếng Việt": the input's capitals stay
 *     }
 *
 * The promise: nothing but marks changes. For any bytes x, valid UTF-8 or not, removing the marks of restore(x) gives x
 * with its marks removed (bon_strip_marks). Marks that the user did type are kept and constrain the rest. The one exception is
 * asked for: with the option `residue` a token that parses as keystrokes may be written as what they type (tieengs -> tiếng,
 * tie61ng -> tiếng). Such a token loses its keys and keeps its letters, each in its case; all else keeps the promise.
 */
#ifndef BON_RESTORE_H
#define BON_RESTORE_H

#include "bon/ngram.h"
#include "bon/syllable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A model for restoration: an n-gram model over folded tokens plus an index from plain forms to marked words. Immutable, to
 * be shared between threads. */
typedef struct bon_restorer bon_restorer;
/* Per-thread working memory and options. */
typedef struct bon_restore_session bon_restore_session;

enum { BON_RESTORE_WINDOW = 256, BON_RESTORE_BEAM_MAX = 1024, BON_RESTORE_BEST_MAX = 100 };

typedef struct bon_restore_options {
    unsigned beam;         /* hypotheses kept a position; 0 = default */
    int fix_marked;        /* non-zero: marks already there may be changed (default: they are constraints) */
    double min_confidence; /* leave a syllable as typed when its probability (calibrated, as in spans) is below this;
                                  0 = restore all */
    bon_tone_style tone_style; /* of the marks added; default old */
    double cache_weight;       /* of a cache in use, in 0..1; 0 = default, 0.01 */
    int residue;          /* non-zero: keys of telex and VNI left in the text are understood: tieengs, tie61ng, ddi */
    uint32_t reserved[5]; /* zero */
} bon_restore_options;

/* Maps a model that bon_restorer_write made. BON_ERR_FORMAT and BON_ERR_VERSION name the file and the reason; a model without
 * candidates for restoration is BON_ERR_FORMAT. Headers and the table of sections are checked, not the sections: opening takes
 * well below a millisecond whatever the size, and a file that was damaged or made up can at worst give wrong marks. */
BON_API bon_status bon_restorer_open(bon_restorer **out, const char *path);
/* The same over the bytes of such a file, aligned to 8 and alive until bon_restorer_close; `name` serves messages. */
BON_API bon_status bon_restorer_open_memory(bon_restorer **out, const void *bytes, size_t n, const char *name);
/* Reads the whole file and compares every section with its checksum; BON_ERR_FORMAT names the first that differs. */
BON_API bon_status bon_restorer_verify(const bon_restorer *restorer);
/* Adds the network of another file, made by `bon neural export`, to an open model, in place of one that it has: a transformer that
 * reads the whole line both ways then has a say beside the n-grams. No session may be open. Headers and sizes are checked;
 * BON_ERR_FORMAT, BON_ERR_VERSION and BON_ERR_IO name the file and the reason, and leave the model as it was. A network inside the
 * model's own file needs no join.
 *
 *     bon_restorer_open(&r, "models/vi.bonlm");
 *     bon_restorer_join(r, "models/vi-tiny.bonnn"); */
BON_API bon_status bon_restorer_join(bon_restorer *restorer, const char *path);
BON_API void bon_restorer_close(bon_restorer *restorer);
/* The n-gram model inside, owned by the restorer. */
BON_API const bon_lm *bon_restorer_lm(const bon_restorer *restorer);

/* Writes a table as a .bonlm file, atomically, with an index from plain forms to those words that were seen at least
 * min_count times (all words, where the table has no counts). The table's words must be folded tokens. */
BON_API bon_status bon_restorer_write(const bon_lm_table *table, const char *path, const bon_lm_write_options *options,
                                      uint32_t min_count);

/* A session allocates its working memory here, none later but what results need to grow. The restorer must outlive it.
 * options NULL or all zeros = defaults; beam is at most BON_RESTORE_BEAM_MAX. */
BON_API bon_status bon_restore_session_open(bon_restore_session **out, const bon_restorer *restorer,
                                            const bon_restore_options *options);
BON_API void bon_restore_session_close(bon_restore_session *session);

/* Appends the restored text to out. Each line of the text is decoded on its own, as one sentence of the model. Lines of more
 * than BON_RESTORE_WINDOW tokens are decoded in overlapping windows, so memory does not depend on the length of a line. */
BON_API bon_status bon_restore(bon_restore_session *session, const char *text, size_t n, bon_buf *out);

/* A word of the input that could be restored: bytes in the line given and in the result's text. */
typedef struct bon_restore_span {
    size_t start, len;
    size_t out_start, out_len;
    double
        confidence; /* probability of these marks given the whole line, 0..1: by forward-backward over the lattice, and
                          calibrated: bench/calibration.sh shows how far it is from how often they are right */
} bon_restore_span;

/* One way to read a line. */
typedef struct bon_restore_result {
    const char *text; /* not NUL-terminated */
    size_t len;
    double logprob10; /* of the whole line under the model, plus what marks already typed are worth */
    const bon_restore_span *spans;
    size_t span_count;
} bon_restore_result;

/* The `best` most probable ways (1..BON_RESTORE_BEST_MAX) to restore one line (no newline inside), most probable first;
 * *count may be less. They belong to the session until its next call. In a line of more than BON_RESTORE_WINDOW tokens they
 * differ only behind the last window's beginning. min_confidence applies to each of them. */
BON_API bon_status bon_restore_line(bon_restore_session *session, const char *line, size_t n, unsigned best,
                                    const bon_restore_result **results, size_t *count);

/* One way to write a word. */
typedef struct bon_restore_alternative {
    const char *text; /* not NUL-terminated */
    size_t len;
    double probability; /* of these marks given the whole line, 0..1, as in spans */
} bon_restore_alternative;

/* A word of the line that could be restored, and the ways to write it, most probable first. */
typedef struct bon_restore_word {
    size_t start, len; /* bytes of the line */
    const bon_restore_alternative *alternatives;
    size_t count; /* 1 or more */
} bon_restore_word;

/* The `most` most probable ways (1..BON_RESTORE_BEST_MAX) to write each word of a line (no newline inside), each way once. They
 * belong to the session until its next call. "ban" in "ban dang hoc" is 0.98 bạn, 0.01 bàn, ... min_confidence is not asked. */
BON_API bon_status bon_restore_alternatives(bon_restore_session *session, const char *line, size_t n, unsigned most,
                                            const bon_restore_word **words, size_t *count);

/* ---- text that comes in pieces ---- */

/* Restores lines as they are finished, however their bytes arrive:
 *
 *     bon_restore_stream_open(&stream, session);
 *     while ((n = read(0, bytes, sizeof bytes)) > 0)           // "Toi di h", "oc\nTroi m", "ua" ...
 *         bon_restore_stream_feed(stream, bytes, n, &out);     // ... "Tôi đi học\n" after the second
 *     bon_restore_stream_end(stream, &out);                    // ... "Trời mưa"
 *
 * The text is that of bon_restore over all of it, for lines of at most BON_RESTORE_STREAM_LINE bytes; a longer one is taken in
 * pieces of at most that, each cut behind its last blank, else where a character ends. Memory does not depend on the text. */
typedef struct bon_restore_stream bon_restore_stream;

enum { BON_RESTORE_STREAM_LINE = 1 << 20 };

/* The session must outlive the stream, and belongs to the same thread. */
BON_API bon_status bon_restore_stream_open(bon_restore_stream **out, bon_restore_session *session);
/* Appends the lines that these bytes finish, restored, to out. bytes may be NULL when n is 0. */
BON_API bon_status bon_restore_stream_feed(bon_restore_stream *stream, const char *bytes, size_t n, bon_buf *out);
/* Appends the last line, which has no newline, if there is one. The next text may be fed then. */
BON_API bon_status bon_restore_stream_end(bon_restore_stream *stream, bon_buf *out);
BON_API void bon_restore_stream_close(bon_restore_stream *stream);

/* ---- adapting to a document or a user ---- */

/* What was written lately: counts of words and of pairs of words, mixed with the model at query time (Kuhn & De Mori 1990). It
 * grows with what it learns up to a limit of some 6 MB, where what is old fades. For one thread at a time. */
typedef struct bon_restore_cache bon_restore_cache;

/* An empty cache. The restorer must outlive it. */
BON_API bon_status bon_restore_cache_open(bon_restore_cache **out, const bon_restorer *restorer);
BON_API void bon_restore_cache_close(bon_restore_cache *cache);
BON_API void bon_restore_cache_clear(bon_restore_cache *cache);
/* Learns finished text, with its marks: what a user wrote or corrected. Lines are independent. O(1) a syllable. After
 * BON_ERR_NOMEM a part of it was learned. */
BON_API bon_status bon_restore_cache_add(bon_restore_cache *cache, const char *text, size_t n);
/* Writes the counts as a small file, atomically, and adds those of a file. A file may come from a cache over another model:
 * words that this model does not know are left out. BON_ERR_FORMAT and BON_ERR_VERSION name the file and the reason. */
BON_API bon_status bon_restore_cache_write(const bon_restore_cache *cache, const char *path);
BON_API bon_status bon_restore_cache_read(bon_restore_cache *cache, const char *path);

/* From now on the session restores with a cache (NULL: without one), which must be over the same restorer and outlive that use.
 * learn: non-zero: it also learns what it restores by bon_restore, and with `lines` forgets all after every so many lines
 * (0: never). */
BON_API bon_status bon_restore_session_use_cache(bon_restore_session *session, bon_restore_cache *cache, int learn,
                                                 uint64_t lines);

/* ---- learning which marks go with the words around ---- */

/* Makes the tagger of a model: what beside the n-grams says which marks a word has, from the plain forms on both sides, the
 * words near it and its capitals (log-linear, learned by AdaGrad: Duchi, Hazan & Singer 2011). For one thread at a time. */
typedef struct bon_tagger_builder bon_tagger_builder;

typedef struct bon_tagger_options {
    uint64_t size;        /* bytes that it adds to the file, 1 KB..1 GB; 0 = default, 8 MB */
    unsigned window;      /* words this far to either side are near, 2..16; 0 = default, 10 */
    unsigned rounds;      /* times that the text is gone through; 0 = default, 1 */
    double weight;        /* of what it says beside the n-grams, above 0 to 10; 0 = default, 0.5 */
    uint32_t reserved[6]; /* zero */
} bon_tagger_options;

/* The restorer, whose candidates it chooses among, must outlive the builder. options NULL = defaults. BON_ERR_ARGUMENT for
 * options out of range. */
BON_API bon_status bon_tagger_builder_open(bon_tagger_builder **out, const bon_restorer *restorer,
                                           const bon_tagger_options *options);
BON_API void bon_tagger_builder_close(bon_tagger_builder *builder);
/* Adds whole lines of good text: normalized, with its marks and capitals. 8 bytes of memory a token. */
BON_API bon_status bon_tagger_builder_add(bon_tagger_builder *builder, const char *text, size_t n);
/* Learns, and writes the restorer's model with the tagger as a .bonlm file, atomically, in place of the tagger it had. The
 * same text gives the same bytes. BON_ERR_DATA when there was nothing to learn from. */
BON_API bon_status bon_tagger_builder_write(bon_tagger_builder *builder, const char *path);

/* The form of a token that the models know: lower case, old tone placement; digits are <num>, addresses <url>, <email>.
 * Appends it to out. The training recipe (`bon segment --fold`) and the restorer share this function. */
BON_API bon_status bon_fold_token(const char *text, const bon_token *token, bon_buf *out);

#ifdef __cplusplus
}
#endif
#endif
