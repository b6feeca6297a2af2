/* src/corpus/conllu.h: the text of treebanks (CoNLL-U): as it was written, or as words.
 *
 *     # newdoc id = chợ                          {"id":"chợ",...,"sentences":1,"text":"Chợ nổi Cái Răng."}
 *     # text = Chợ nổi Cái Răng.            ->
 *     1  Chợ nổi   ...  _                        words: "Chợ_nổi Cái_Răng ."
 *     2  Cái Răng  ...  SpaceAfter=No
 *     3  .         ...  _
 *
 * A sentence without a line `# text` is put together from its words. Comments at the head of a document become members; a document ends
 * where the next begins, or with the file.
 */
#ifndef BON_SRC_CORPUS_CONLLU_H
#define BON_SRC_CORPUS_CONLLU_H

#include "corpus/document.h"

enum bon_conllu_unit { BON_CONLLU_DOCUMENT, BON_CONLLU_PARAGRAPH, BON_CONLLU_SENTENCE };

struct bon_conllu {
    const bon_normalizer *normalizer;
    enum bon_conllu_unit unit; /* what a document is */
    bool words;                /* a blank between words, and _ for those inside */
    /* Working space; zeros at first. */
    struct bon_document document;
    bon_buf line, name, sentence, written, text, space;
};

/* Reads a file. A line that is none of CoNLL-U is BON_ERR_DATA with file and line; with import->skip_bad its sentence is left out. */
bon_status bon_conllu_read(struct bon_conllu *conllu, struct bon_import *import, const char *path);
void bon_conllu_free(struct bon_conllu *conllu); /* the working space */

#endif
