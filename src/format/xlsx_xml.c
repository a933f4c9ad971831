#include <string.h>
#include <unistd.h>
#include "format/xlsx_inner.h"

enum {
    PIECE_BYTES = 64 * KIB,
    TOKEN_MAX_BYTES = 1 * MIB, // a tag or a comment: expat keeps it whole
    DEPTH_MAX = 64,
    TEXT_FIRST_MAX_BYTES = 4 * MIB, // of shared texts in memory; those used most come first
    TEXT_FIRST_MAX = 65536,
};

// ---- a part

const char *xlsx_xml_local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *xlsx_xml_attr(const char **attrs, const char *name)
{
    for (size_t i = 0; attrs[i]; i += 2)
        if (strcmp(xlsx_xml_local(attrs[i]), name) == 0)
            return attrs[i + 1];
    return NULL;
}

void xlsx_xml_fail(struct xlsx_xml *x, enum xlsx_fault fault)
{
    if (x->fault == XLSX_FAULT_NONE)
        x->fault = fault;
    (void)XML_StopParser(x->parser, XML_FALSE);
}

void xlsx_xml_stop(struct xlsx_xml *x)
{
    if (x->fault == XLSX_FAULT_NONE)
        (void)XML_StopParser(x->parser, XML_TRUE);
}

static void on_start(void *arg, const char *name, const char **attrs)
{
    struct xlsx_xml *x = arg;
    x->told = x->read;
    if (++x->depth > DEPTH_MAX)
        xlsx_xml_fail(x, XLSX_FAULT_XML);
    else if (x->fault == XLSX_FAULT_NONE)
        x->start(x->arg, xlsx_xml_local(name), attrs);
}

static void on_end(void *arg, const char *name)
{
    struct xlsx_xml *x = arg;
    x->told = x->read;
    x->depth--;
    if (x->end && x->fault == XLSX_FAULT_NONE)
        x->end(x->arg, xlsx_xml_local(name));
}

static void on_text(void *arg, const char *s, int n)
{
    struct xlsx_xml *x = arg;
    x->told = x->read;
    if (x->text && x->fault == XLSX_FAULT_NONE)
        x->text(x->arg, (str){s, (size_t)n});
}

// No workbook has one; with it come entities, those from elsewhere among them.
static void on_doctype(
    void *arg, const char *name, const char *system, const char *public_id, int own)
{
    (void)name, (void)system, (void)public_id, (void)own;
    xlsx_xml_fail(arg, XLSX_FAULT_DOCTYPE);
}

void xlsx_xml_open(struct xlsx_xml *x, zip_t *zip, str part, int64_t max)
{
    struct zip_stat st;
    char name[KIB];
    x->max = max;
    if (part.n == 0 || part.n >= sizeof(name)) {
        x->fault = XLSX_FAULT_PART;
        return;
    }
    memcpy(name, part.s, part.n);
    name[part.n] = '\0';
    zip_int64_t at = zip_name_locate(zip, name, ZIP_FL_NOCASE | ZIP_FL_ENC_GUESS);
    if (at < 0 || zip_stat_index(zip, (zip_uint64_t)at, 0, &st) != 0) {
        x->fault = XLSX_FAULT_PART;
        return;
    }
    x->size = (int64_t)st.size;
    x->file = zip_fopen_index(zip, (zip_uint64_t)at, 0);
    if (!x->file) {
        int why = zip_error_code_zip(zip_get_error(zip));
        x->fault = why == ZIP_ER_NOPASSWD || why == ZIP_ER_WRONGPASSWD ? XLSX_FAULT_PASSWORD
                                                                       : XLSX_FAULT_ARCHIVE;
        return;
    }
    x->parser = XML_ParserCreate(NULL);
    if (!x->parser) {
        x->fault = XLSX_FAULT_DISK; // no memory
        return;
    }
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
}

static void judge(struct xlsx_xml *x, enum XML_Status status)
{
    x->suspended = status == XML_STATUS_SUSPENDED;
    if (status == XML_STATUS_ERROR && x->fault == XLSX_FAULT_NONE)
        x->fault =
            XML_GetErrorCode(x->parser) == XML_ERROR_NO_MEMORY ? XLSX_FAULT_DISK : XLSX_FAULT_XML;
    if (x->fault == XLSX_FAULT_NONE && !x->suspended && x->read - x->told > TOKEN_MAX_BYTES)
        x->fault = XLSX_FAULT_XML;
}

bool xlsx_xml_go(struct xlsx_xml *x)
{
    if (x->fault == XLSX_FAULT_NONE && x->suspended)
        judge(x, XML_ResumeParser(x->parser));
    while (x->fault == XLSX_FAULT_NONE && !x->suspended && !x->ended) {
        void *room = XML_GetBuffer(x->parser, PIECE_BYTES);
        if (!room) {
            x->fault = XLSX_FAULT_DISK; // no memory
            break;
        }
        zip_int64_t n = zip_fread(x->file, room, PIECE_BYTES);
        if (n < 0) {
            x->fault = XLSX_FAULT_ARCHIVE;
            break;
        }
        x->read += n;
        x->ended = n == 0;
        if (x->read > x->max) {
            x->fault = XLSX_FAULT_SIZE;
            break;
        }
        judge(x, XML_ParseBuffer(x->parser, (int)n, x->ended));
    }
    return x->fault == XLSX_FAULT_NONE && x->suspended;
}

void xlsx_xml_close(struct xlsx_xml *x)
{
    if (x->parser)
        XML_ParserFree(x->parser);
    if (x->file)
        (void)zip_fclose(x->file);
    x->parser = NULL;
    x->file = NULL;
}

// ---- shared texts

struct place {
    int64_t at, n;
};

static bool open_files(struct xlsx_strings *s)
{
    if (!s->places)
        s->places = tmpfile();
    if (!s->texts)
        s->texts = tmpfile();
    s->failed = s->failed || !s->places || !s->texts;
    return !s->failed;
}

void xlsx_strings_add(struct xlsx_strings *s, str x)
{
    bool first = s->n_first == (size_t)s->n && s->n_first < TEXT_FIRST_MAX &&
                 s->bytes + x.n <= TEXT_FIRST_MAX_BYTES;
    s->n++;
    if (first) {
        VEC_PUSH(s->arena, s->first, s->n_first) = str_dup(s->arena, x);
        s->bytes += x.n;
        return;
    }
    if (!open_files(s))
        return;
    struct place p = {s->texts_at, (int64_t)x.n};
    s->failed =
        fwrite(&p, sizeof(p), 1, s->places) != 1 || (x.n > 0 && fwrite(x.s, x.n, 1, s->texts) != 1);
    s->texts_at += (int64_t)x.n;
    s->unsaid = true;
}

bool xlsx_strings_get(struct xlsx_strings *s, int64_t at, char *room, str *out)
{
    if (at < 0 || at >= s->n)
        return false;
    if (at < (int64_t)s->n_first) {
        *out = s->first[at];
        return true;
    }
    if (s->unsaid && (fflush(s->places) != 0 || fflush(s->texts) != 0))
        return false;
    s->unsaid = false;
    struct place p;
    int64_t row = (at - (int64_t)s->n_first) * (int64_t)sizeof(p);
    if (pread(fileno(s->places), &p, sizeof(p), row) != (ssize_t)sizeof(p))
        return false;
    CHECK(p.n >= 0 && p.n <= XLSX_READ_CELL_MAX_BYTES);
    *out = (str){room, (size_t)p.n};
    return pread(fileno(s->texts), room, (size_t)p.n, p.at) == (ssize_t)p.n;
}

void xlsx_strings_close(struct xlsx_strings *s)
{
    if (s->places)
        (void)fclose(s->places);
    if (s->texts)
        (void)fclose(s->texts);
    s->places = s->texts = NULL;
}
