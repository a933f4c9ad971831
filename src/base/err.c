#include "base/err.h"

#include "base/buf.h"

enum { TEXT_MAX = 1 * MIB };

void err_init(struct err *e, struct arena *a, enum lang lang)
{
    *e = (struct err){.arena = a, .lang = lang};
}

static void add_note(struct err *e, const struct err_note *note)
{
    CHECK(note->code != OK);
    if (e->code == OK)
        e->code = note->code;
    if (e->n == ERR_NOTES_MAX) {
        e->dropped++;
        return;
    }
    struct err_note *slot = &VEC_PUSH(e->arena, e->notes, e->n);
    *slot = *note;
    slot->field = str_dup(e->arena, note->field);
    slot->message = str_dup(e->arena, note->message);
    slot->expected = str_dup(e->arena, note->expected);
}

enum err_code err_add(
    struct err *e, enum err_code code, str field, str expected, const char *en, const char *zh, ...)
{
    va_list ap;
    va_start(ap, zh);
    str message = str_vfmt(e->arena, e->lang == LANG_EN ? en : zh, ap);
    va_end(ap);
    add_note(e,
        &(struct err_note){.code = code, .field = field, .message = message, .expected = expected});
    return code;
}

enum err_code err_at(struct err *e, int line, int column, str field, str expected, const char *en,
    const char *zh, ...)
{
    va_list ap;
    va_start(ap, zh);
    str message = str_vfmt(e->arena, e->lang == LANG_EN ? en : zh, ap);
    va_end(ap);
    add_note(e, &(struct err_note){.code = ERR_INVALID,
                    .field = field,
                    .message = message,
                    .expected = expected,
                    .line = line,
                    .column = column});
    return ERR_INVALID;
}

void err_merge(struct err *e, const struct err *other, str prefix)
{
    for (size_t i = 0; i < other->n; i++) {
        struct err_note note = other->notes[i];
        if (prefix.n > 0)
            note.field = str_fmt(e->arena, "%.*s%.*s", STR_ARG(prefix), STR_ARG(note.field));
        add_note(e, &note);
    }
    if (e->code == OK)
        e->code = other->code;
    if (e->extra.n == 0)
        e->extra = other->extra;
    e->dropped += other->dropped;
}

static void put_note(const struct err *e, const struct err_note *note, struct buf *b)
{
    if (e->file.n > 0) {
        buf_add(b, e->file);
        buf_byte(b, ':');
    }
    if (note->line > 0)
        buf_fmt(b, "%d:", note->line);
    if (note->line > 0 && note->column > 0)
        buf_fmt(b, "%d:", note->column);
    if (b->n > 0 && b->s[b->n - 1] == ':')
        buf_byte(b, ' ');
    if (note->field.n > 0) {
        buf_add(b, note->field);
        buf_addz(b, ": ");
    }
    buf_add(b, note->message);
    if (note->expected.n > 0) {
        buf_addz(b, e->lang == LANG_EN ? " (expected " : "（应为 ");
        buf_add(b, note->expected);
        buf_addz(b, e->lang == LANG_EN ? ")" : "）");
    }
    buf_byte(b, '\n');
}

str err_text(const struct err *e, struct arena *a)
{
    struct buf b;
    buf_init(&b, a, TEXT_MAX);
    for (size_t i = 0; i < e->n; i++)
        put_note(e, &e->notes[i], &b);
    if (e->dropped > 0 && e->lang == LANG_EN)
        buf_fmt(&b, "and %zu more\n", e->dropped);
    else if (e->dropped > 0)
        buf_fmt(&b, "另有 %zu 处\n", e->dropped);
    return buf_str(&b);
}

const char *err_code_name(enum err_code c)
{
    switch (c) {
    case OK:
        return "ok";
    case ERR_INVALID:
        return "invalid";
    case ERR_LOGIN:
        return "login";
    case ERR_DENIED:
        return "denied";
    case ERR_MISSING:
        return "missing";
    case ERR_CONFLICT:
        return "conflict";
    case ERR_LIMIT:
        return "limit";
    case ERR_RATE:
        return "rate";
    case ERR_BUSY:
        return "busy";
    case ERR_FULL:
        return "full";
    case ERR_STORE:
        return "store";
    }
    UNREACHABLE();
}
