/* src/corpus/subtitles.h: what is said in subtitles (SubRip .srt, WebVTT .vtt), a sentence or a turn of the talk a line.
 *
 *     1                                       Tôi nghĩ là anh ấy sẽ đến.
 *     00:00:01,000 --> 00:00:02,500           Thật không?
 *     <i>Tôi nghĩ là                      ->
 *     anh ấy sẽ</i>
 *
 *     2
 *     00:00:02,600 --> 00:00:04,000
 *     đến.
 *     - Thật không?
 *
 * A sentence that goes over several lines or cues is joined: until a sentence's end, a dash, a long pause, or a cue that begins with a
 * capital where nothing says that it goes on. Tags, numbers, times, notes, sounds in brackets and lines of music go.
 */
#ifndef BON_SRC_CORPUS_SUBTITLES_H
#define BON_SRC_CORPUS_SUBTITLES_H

#include "corpus/document.h"

struct bon_subtitles;

bon_status bon_subtitles_open(struct bon_subtitles **out);
void bon_subtitles_close(struct bon_subtitles *subtitles);

/* Appends to the document's text what a file of any charset says (label as of bon_encoding_decode), and adds the members cues and
 * seconds (when the last ends). `name` is the file's, for messages. No cue at all is BON_ERR_DATA. */
bon_status bon_subtitles_read(struct bon_subtitles *subtitles, const char *name, const char *bytes, size_t n,
                              const char *label, size_t label_len, struct bon_document *document);

#endif
