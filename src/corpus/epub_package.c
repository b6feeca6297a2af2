/* src/corpus/epub_package.c: see epub_package.h. All three papers are small XML; Expat reads them, names without their namespaces. */
#include "corpus/epub_package.h"

#include <expat.h>
#include <stdlib.h>

/* OPEN_MAX: elements in each other, which Expat keeps: papers have five. */
enum { ITEMS_MAX = 1 << 20, VALUE_MAX = 1 << 16, OPEN_MAX = 1000 };

/* ---- XML ---- */

struct paper {
    XML_Parser parser;
    XML_StartElementHandler take; /* what the paper does with an element that begins */
    const char *name;
    bon_status status;
    unsigned open;                    /* elements */
    bon_buf *field;                   /* gets the characters that come */
    bon_buf *path;                    /* of container.xml */
    struct bon_epub_package *package; /* of the package and of encryption.xml */
    const char *folder;
    size_t folder_len;
    char **idrefs; /* of the spine, until the manifest is complete */
    size_t idref_count, idref_cap;
    const char **paths; /* of the spine, in order, for encryption.xml */
    bool encrypted;
};

static void stop_with(struct paper *paper, bon_status status) {
    if (status == BON_OK) return;
    if (paper->status == BON_OK) paper->status = status;
    XML_StopParser(paper->parser, XML_FALSE);
}

static const char *local_name(const char *name) {
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *attribute(const char **attributes, const char *name) {
    for (; *attributes; attributes += 2)
        if (strcmp(local_name(*attributes), name) == 0) return attributes[1];
    return NULL;
}

static void XMLCALL on_text(void *user, const char *text, int n) {
    struct paper *paper = user;
    if (paper->field && paper->field->len < VALUE_MAX) stop_with(paper, bon_buf_append(paper->field, text, (size_t)n));
}

static void XMLCALL on_start(void *user, const char *name, const char **attributes) {
    struct paper *paper = user;
    if (++paper->open <= OPEN_MAX)
        paper->take(user, name, attributes);
    else
        stop_with(paper, bon_fail(BON_ERR_DATA, "%s: more than %d elements in each other", paper->name, OPEN_MAX));
}

static void XMLCALL on_end(void *user, const char *name) {
    struct paper *paper = user;
    (void)name;
    paper->open--;
    paper->field = NULL;
}

static void XMLCALL on_entity(void *user, const char *name, int parameter, const char *value, int length,
                              const char *base, const char *system, const char *public, const char *notation) {
    struct paper *paper = user;
    (void)name, (void)parameter, (void)value, (void)length, (void)base, (void)system, (void)public, (void)notation;
    stop_with(paper,
              bon_fail(BON_ERR_DATA, "%s: it declares entities, which papers of e-books do not need", paper->name));
}

static bon_status parse(struct paper *paper, const char *xml, size_t n, XML_StartElementHandler take) {
    enum { MOST = 1 << 30 };
    paper->take = take;
    if (n > MOST) return bon_fail(BON_ERR_LIMIT, "%s: too large", paper->name);
    paper->parser = XML_ParserCreate(NULL);
    if (!paper->parser) return bon_fail_memory(n);
    XML_SetUserData(paper->parser, paper);
    XML_SetElementHandler(paper->parser, on_start, on_end);
    XML_SetCharacterDataHandler(paper->parser, on_text);
    XML_SetEntityDeclHandler(paper->parser, on_entity);
    if (XML_Parse(paper->parser, n ? xml : "", (int)n, 1) != XML_STATUS_OK && paper->status == BON_OK) {
        enum XML_Error error = XML_GetErrorCode(paper->parser);
        paper->status =
            error == XML_ERROR_NO_MEMORY
                ? bon_fail_memory(n)
                : bon_fail(BON_ERR_DATA, "%s:%llu: malformed XML: %s", paper->name,
                           (unsigned long long)XML_GetCurrentLineNumber(paper->parser), XML_ErrorString(error));
    }
    XML_ParserFree(paper->parser);
    return paper->status;
}

/* ---- paths ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return (unsigned)((c | 0x20) - 'a') < 6 ? (c | 0x20) - 'a' + 10 : -1;
}

/* Takes the last part off a path of `len` bytes. */
static size_t parent(const char *path, size_t len) {
    while (len > 0 && path[len - 1] == '/') len--;
    while (len > 0 && path[len - 1] != '/') len--;
    return len;
}

/* A reference of the package as a path in the archive, to be freed: the folder before it, percents undone, no fragment, no dots. */
static char *resolve(const struct paper *paper, const char *href) {
    size_t n = strcspn(href, "#?"), len = paper->folder_len;
    char *path = bon_alloc_array(len + n + 1, 1);
    if (!path) return NULL;
    if (len) memcpy(path, paper->folder, len);
    for (size_t i = 0; i < n;) {
        if ((i == 0 || href[i - 1] == '/') && strncmp(href + i, "../", 3) == 0) {
            len = parent(path, len);
            i += 3;
        } else if ((i == 0 || href[i - 1] == '/') && strncmp(href + i, "./", 2) == 0) {
            i += 2;
        } else if (href[i] == '%' && i + 2 < n && hex_digit(href[i + 1]) >= 0 && hex_digit(href[i + 2]) >= 0) {
            path[len++] = (char)(hex_digit(href[i + 1]) * 16 + hex_digit(href[i + 2]));
            i += 3;
        } else {
            path[len++] = href[i++];
        }
    }
    path[len] = '\0';
    return path;
}

/* ---- container.xml ---- */

static void XMLCALL on_container(void *user, const char *name, const char **attributes) {
    struct paper *paper = user;
    const char *path = attribute(attributes, "full-path"), *type = attribute(attributes, "media-type");
    if (strcmp(local_name(name), "rootfile") != 0 || !path || paper->path->len > 0) return;
    if (type && strcmp(type, "application/oebps-package+xml") != 0) return;
    stop_with(paper, bon_buf_append(paper->path, path, strlen(path)));
}

bon_status bon_epub_container(const char *name, const char *xml, size_t n, bon_buf *path) {
    struct paper paper = {.name = name, .path = path};
    BON_TRY(parse(&paper, xml, n, on_container));
    return path->len ? BON_OK : bon_fail(BON_ERR_DATA, "%s: it names no package", name);
}

/* ---- the package ---- */

static bon_status add_item(struct paper *paper, const char **attributes) {
    struct bon_epub_package *package = paper->package;
    const char *id = attribute(attributes, "id"), *href = attribute(attributes, "href");
    const char *type = attribute(attributes, "media-type"), *properties = attribute(attributes, "properties");
    if (!id || !href) return BON_OK;
    if (package->item_count == ITEMS_MAX)
        return bon_fail(BON_ERR_LIMIT, "%s: more than %d parts", paper->name, ITEMS_MAX);
    BON_TRY(bon_grow_array(&package->items, &package->item_cap, package->item_count + 1, sizeof *package->items));
    struct bon_epub_item item = {.id = strdup(id), .path = resolve(paper, href), .type = strdup(type ? type : "")};
    item.nav = properties && strstr(properties, "nav");
    if (!item.id || !item.path || !item.type) {
        free(item.id);
        free(item.path);
        free(item.type);
        return bon_fail_memory(strlen(id) + strlen(href));
    }
    package->items[package->item_count++] = item;
    return BON_OK;
}

static bon_status add_reference(struct paper *paper, const char **attributes) {
    const char *idref = attribute(attributes, "idref");
    if (!idref) return BON_OK;
    if (paper->idref_count == ITEMS_MAX)
        return bon_fail(BON_ERR_LIMIT, "%s: more than %d parts", paper->name, ITEMS_MAX);
    BON_TRY(bon_grow_array(&paper->idrefs, &paper->idref_cap, paper->idref_count + 1, sizeof *paper->idrefs));
    char *copy = strdup(idref);
    if (!copy) return bon_fail_memory(strlen(idref));
    paper->idrefs[paper->idref_count++] = copy;
    return BON_OK;
}

/* Of several titles, languages and dates the first; of several authors all. */
static void choose_field(struct paper *paper, const char *name) {
    struct bon_epub_package *package = paper->package;
    const struct {
        const char *name;
        bon_buf *to;
    } fields[] = {{"title", &package->title},
                  {"language", &package->lang},
                  {"date", &package->date},
                  {"identifier", &package->identifier}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(name, fields[i].name) == 0 && fields[i].to->len == 0) paper->field = fields[i].to;
    if (strcmp(name, "creator") != 0) return;
    paper->field = &package->author;
    if (package->author.len > 0) stop_with(paper, bon_buf_append(&package->author, "; ", 2));
}

static void XMLCALL on_package(void *user, const char *name, const char **attributes) {
    struct paper *paper = user;
    const char *local = local_name(name);
    paper->field = NULL;
    if (strcmp(local, "item") == 0)
        stop_with(paper, add_item(paper, attributes));
    else if (strcmp(local, "itemref") == 0)
        stop_with(paper, add_reference(paper, attributes));
    else if (local != name) /* dc:title */
        choose_field(paper, local);
}

static int by_id(const void *a, const void *b) {
    return strcmp(((const struct bon_epub_item *)a)->id, ((const struct bon_epub_item *)b)->id);
}

static bon_status order_spine(struct paper *paper) {
    struct bon_epub_package *package = paper->package;
    if (package->item_count) qsort(package->items, package->item_count, sizeof *package->items, by_id);
    for (size_t i = 0; i < paper->idref_count && package->item_count; i++) {
        const struct bon_epub_item key = {.id = paper->idrefs[i]};
        const struct bon_epub_item *item = bsearch(&key, package->items, package->item_count, sizeof key, by_id);
        if (!item) continue;
        BON_TRY(bon_grow_array(&package->spine, &package->spine_cap, package->spine_count + 1, sizeof *package->spine));
        package->spine[package->spine_count++] = (size_t)(item - package->items);
    }
    return BON_OK;
}

bon_status bon_epub_package_read(struct bon_epub_package *package, const char *name, const char *path, const char *xml,
                                 size_t n) {
    struct paper paper = {.name = name, .package = package, .folder = path, .folder_len = parent(path, strlen(path))};
    bon_status status = parse(&paper, xml, n, on_package);
    if (status == BON_OK) status = order_spine(&paper);
    if (status == BON_OK && package->spine_count == 0)
        status = bon_fail(BON_ERR_DATA, "%s: it names no part to read", name);
    for (size_t i = 0; i < paper.idref_count; i++) free(paper.idrefs[i]);
    free(paper.idrefs);
    return status;
}

void bon_epub_package_free(struct bon_epub_package *package) {
    bon_buf *const buffers[] = {&package->title, &package->author, &package->lang, &package->date,
                                &package->identifier};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) bon_buf_free(buffers[i]);
    for (size_t i = 0; i < package->item_count; i++) {
        free(package->items[i].id);
        free(package->items[i].path);
        free(package->items[i].type);
    }
    free(package->items);
    free(package->spine);
    *package = (struct bon_epub_package){0};
}

/* ---- encryption.xml ---- */

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static void XMLCALL on_encryption(void *user, const char *name, const char **attributes) {
    struct paper *paper = user;
    const char *uri = attribute(attributes, "URI");
    if (strcmp(local_name(name), "CipherReference") != 0 || !uri || paper->encrypted) return;
    char *path = resolve(paper, uri);
    if (path)
        paper->encrypted = bsearch(&path, paper->paths, paper->package->spine_count, sizeof path, by_text) != NULL;
    else
        stop_with(paper, BON_ERR_NOMEM);
    free(path);
}

bon_status bon_epub_encrypted(const struct bon_epub_package *package, const char *name, const char *xml, size_t n,
                              bool *encrypted) {
    struct paper paper = {.name = name, .package = (struct bon_epub_package *)package};
    *encrypted = false;
    paper.paths = bon_alloc_array(package->spine_count, sizeof *paper.paths);
    if (!paper.paths) return BON_ERR_NOMEM;
    for (size_t i = 0; i < package->spine_count; i++) paper.paths[i] = package->items[package->spine[i]].path;
    qsort(paper.paths, package->spine_count, sizeof *paper.paths, by_text);
    bon_status status = parse(&paper, xml, n, on_encryption);
    *encrypted = paper.encrypted;
    free(paper.paths);
    return status;
}
