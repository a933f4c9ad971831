#include "domain/sealed.h"

#include "base/json.h"
#include "domain/mask.h"

static const str HEX = S("0123456789abcdef");
enum { MARK_CHARS = 2 * SEALED_MARK_BYTES };

str sealed_mark(const struct ctx *c, str text)
{
    uint8_t h[CRYPT_HASH_BYTES];
    str parts[] = {{(const char *)c->keys->mark, CRYPT_KEY_BYTES}, text};
    crypt_sha256_parts(parts, ARRAY_LEN(parts), h);
    return crypt_hex(c->arena, h, SEALED_MARK_BYTES);
}

static str mask_of(struct arena *a, enum def_type type, str value)
{
    return type == DEF_PHONE  ? mask_phone(a, value)
           : type == DEF_IDNO ? mask_idno(a, value)
                              : mask_name(a, value);
}

str sealed_kept(const struct ctx *c, const struct def_field *f, str value)
{
    if (value.n == 0)
        return value;
    return str_fmt(c->arena, "%.*s#%.*s", STR_ARG(mask_of(c->arena, f->type, value)),
        STR_ARG(sealed_mark(c, value)));
}

str sealed_mark_of(str kept)
{
    if (kept.n <= MARK_CHARS || kept.s[kept.n - MARK_CHARS - 1] != '#')
        return (str){0};
    str mark = str_sub(kept, kept.n - MARK_CHARS, kept.n);
    for (size_t i = 0; i < mark.n; i++)
        if (str_find(HEX, mark.s[i]) == HEX.n)
            return (str){0};
    return mark;
}

str sealed_shown(str kept)
{
    str mark = sealed_mark_of(kept);
    return mark.n > 0 ? str_sub(kept, 0, kept.n - mark.n - 1) : kept;
}

bool sealed_answer(struct ctx *c, struct item *it, const struct def_field *f, str key, str given,
    str *kept, struct err *e, str path)
{
    str has = item_field(it, key), value;
    if (has.n > 0 && (str_eq(given, has) || str_eq(given, sealed_shown(has)))) {
        *kept = has;
        return true;
    }
    if (!def_value(c->arena, f, given, &value, e, path))
        return false;
    if (!c->keys) {
        err_add(e, ERR_STORE, path, (str){0}, "personal data are not kept without the key",
            "缺少密钥，不能登记个人信息");
        return false;
    }
    *kept = sealed_kept(c, f, value);
    VEC_PUSH(c->arena, it->sealed, it->n_sealed) = (struct item_field){*kept, value};
    return true;
}

static str context(const struct ctx *c, int64_t item, str mark)
{
    return str_fmt(
        c->arena, "sealed/%" PRId64 "/%" PRId64 "/%.*s", c->rules->town, item, STR_ARG(mark));
}

static bool has(const struct item *it, str kept)
{
    for (size_t i = 0; i < it->n_fields; i++)
        if (str_eq(it->fields[i].val, kept))
            return true;
    return false;
}

enum err_code sealed_write(struct ctx *c, const struct item *it, struct err *e)
{
    for (size_t i = 0; i < it->n_sealed; i++) {
        str mark = sealed_mark_of(it->sealed[i].key);
        if (!has(it, it->sealed[i].key))
            continue;
        db_run(c->db,
            "INSERT INTO sealed (town, item, mark, sealed) VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT DO NOTHING",
            V(c->rules->town), V(it->id), V(mark),
            val_blob(crypt_seal(
                c->arena, c->keys->caller, it->sealed[i].val, context(c, it->id, mark))));
    }
    return it->n_sealed > 0 ? db_status(c->db, e) : OK;
}

static bool open_row(struct ctx *c, int64_t item, str mark, str sealed, str *clear, struct err *e)
{
    if (sealed.n > 0 &&
        crypt_open(c->arena, c->keys->caller, sealed, context(c, item, mark), clear))
        return true;
    err_add(e, ERR_STORE, S("fields"), (str){0}, "the personal data cannot be opened with this key",
        "个人信息无法用当前密钥打开");
    return false;
}

bool sealed_open(struct ctx *c, int64_t item, str kept, str *clear, struct err *e)
{
    str mark = sealed_mark_of(kept);
    str sealed = db_one_str(c->db, c->arena,
        "SELECT sealed FROM sealed WHERE town = ?1 AND item = ?2 AND mark = ?3", V(c->rules->town),
        V(item), V(mark));
    return db_status(c->db, e) == OK && open_row(c, item, mark, sealed, clear, e);
}

int64_t sealed_sample(struct ctx *c, int64_t max, struct err *e)
{
    struct cursor r = db_rows(c->db,
        "SELECT item, mark, sealed FROM sealed WHERE town = ?1 ORDER BY item DESC, mark DESC LIMIT "
        "?2",
        V(c->rules->town), V(max));
    int64_t n = 0;
    for (bool ok = true; ok && db_next(&r); n += ok) {
        str clear, mark = db_dup(&r, 1, c->arena);
        ok = open_row(c, db_i64(&r, 0), mark, db_dup(&r, 2, c->arena), &clear, e);
    }
    db_done(&r);
    return n;
}

bool sealed_clear(struct ctx *c, const struct item *it, str kept, str *clear, struct err *e)
{
    for (size_t i = 0; i < it->n_sealed; i++)
        if (str_eq(it->sealed[i].key, kept)) {
            *clear = it->sealed[i].val;
            return true;
        }
    return sealed_open(c, it->id, kept, clear, e);
}

void sealed_forget(struct ctx *c, int64_t item)
{
    db_run(c->db, "DELETE FROM sealed WHERE town = ?1 AND item = ?2", V(c->rules->town), V(item));
}

bool sealed_key(const struct def *d, str key)
{
    size_t from = key.n;
    while (from > 0 && key.s[from - 1] != '/')
        from--;
    int at = def_field_at(d, str_sub(key, from, key.n));
    return at >= 0 && def_sealed(&d->fields[at]);
}

str sealed_changes(struct ctx *c, const struct def *d, str changes)
{
    struct buf b;
    struct jw w;
    struct err quiet;
    bool any = false;
    for (size_t i = 0; i < d->n_fields; i++)
        any = any || def_sealed(&d->fields[i]);
    err_init(&quiet, c->arena, c->lang);
    struct json *j = any ? json_parse(c->arena, changes, &quiet) : NULL;
    for (size_t i = 0; j && i < j->n; i++)
        for (size_t k = 0; sealed_key(d, j->keys[i]) && k < j->vals[i].n; k++)
            j->vals[i].vals[k].s = sealed_shown(j->vals[i].vals[k].s);
    if (!j)
        return changes;
    buf_init(&b, c->arena, changes.n + KIB);
    jw_init(&w, &b);
    jw_json(&w, j);
    return b.overflow ? S("{}") : buf_str(&b);
}
