/* src/corpus/epub_package.h: the papers of an e-book (EPUB 2 and 3): where its package is, and what that says of the book: title,
 * author, and the order in which its parts are read.
 */
#ifndef BON_SRC_CORPUS_EPUB_PACKAGE_H
#define BON_SRC_CORPUS_EPUB_PACKAGE_H

#include <stdbool.h>

#include "base/buf.h"

/* META-INF/container.xml -> the path of the package. `name` serves messages. */
bon_status bon_epub_container(const char *name, const char *xml, size_t n, bon_buf *path);

struct bon_epub_item {
    char *id, *path, *type; /* path: in the archive; the item owns the three */
    bool nav;               /* a table of contents */
    bool taken;             /* for who reads the book */
};

struct bon_epub_package {
    bon_buf title, author, lang, date, identifier;
    struct bon_epub_item *items; /* by id */
    size_t item_count, item_cap;
    size_t *spine; /* items, in the order of reading */
    size_t spine_count, spine_cap;
};

/* Reads a package that lies at `path` in the archive. What the spine names and the manifest lacks is left out. */
bon_status bon_epub_package_read(struct bon_epub_package *package, const char *name, const char *path, const char *xml,
                                 size_t n);
void bon_epub_package_free(struct bon_epub_package *package);

/* META-INF/encryption.xml -> *encrypted: it names a part that the book's spine has (fonts may be hidden, the text may not). */
bon_status bon_epub_encrypted(const struct bon_epub_package *package, const char *name, const char *xml, size_t n,
                              bool *encrypted);

#endif
