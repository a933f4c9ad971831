#include "domain/via.h"

#include "domain/def_place.h"
#include "domain/item_refer.h"
#include "domain/item_store.h"

static str register_of(const struct def *d, const struct def_field *f)
{
    int at = def_field_at(d, f->via);
    return at >= 0 ? d->fields[at].to : (str){0};
}

static void check_one(
    const struct def *d, const struct def_field *f, const struct def *held, str path, struct err *e)
{
    int at = def_field_at(held, f->via_key);
    if (at < 0) {
        str *keys = NEW_ARRAY(e->arena, held->n_fields, str);
        for (size_t i = 0; i < held->n_fields; i++)
            keys[i] = held->fields[i].key;
        def_place_unknown(e, d->text, path, f->via_key, "field of the register", "台账字段", keys,
            held->n_fields);
        return;
    }
    enum def_type type = held->fields[at].type;
    if (def_sealed(f) || def_sealed(&held->fields[at]))
        def_err(e, d->text, path, (str){0}, (str){0},
            "\"%.*s\" is personal data: they stay with their row, and are shown beside what names "
            "it",
            "“%.*s”是个人信息，只存在台账里，事项页会显示", STR_ARG(held->fields[at].title));
    else if (held->read_by_unit)
        def_err(e, d->text, path, (str){0}, (str){0}, "not everybody may read the rows of \"%.*s\"",
            "台账“%.*s”不是人人可看，不能带出", STR_ARG(held->title));
    else if (type != f->type && !(f->type == DEF_TEXT && type == DEF_CHOICE))
        def_err(e, d->text, path, (str){0},
            str_fmt(e->arena, "type: %.*s", STR_ARG(def_type_name(type))),
            "\"%.*s\" is of another type there", "“%.*s”在台账里是另一种类型", STR_ARG(f->via_key));
}

void via_check(const struct rules *r, const struct def *d, struct err *e)
{
    for (size_t i = 0; i < d->n_fields; i++) {
        const struct def_field *f = &d->fields[i];
        str key = f->via.n > 0 ? register_of(d, f) : (str){0};
        const struct loop *l = key.n > 0 ? rules_loop(r, key) : NULL;
        const struct def *held = str_eq(key, d->loop) ? d : l ? l->now : NULL;
        if (held)
            check_one(d, f, held, str_fmt(e->arena, "fields[%zu].from", i), e);
    }
}

static str held_by(struct ctx *c, str row_register, str no, str key)
{
    struct item row;
    struct err quiet;
    err_init(&quiet, c->arena, c->lang);
    int64_t id = no.n > 0 ? item_row_numbered(c, row_register, no) : 0;
    return id != 0 && item_load(c, id, &row, &quiet) == OK ? item_field(&row, key) : (str){0};
}

void via_fill(struct ctx *c, const struct def *d, const struct item *before, struct item *it)
{
    for (size_t i = 0; i < d->n_fields; i++) {
        const struct def_field *f = &d->fields[i];
        str now = f->via.n > 0 ? item_field(it, f->via) : (str){0};
        bool same =
            before->id != 0 && before->def == it->def && str_eq(now, item_field(before, f->via));
        if (f->via.n > 0 && !same)
            item_set_field(it, c->arena, f->key, held_by(c, register_of(d, f), now, f->via_key));
    }
}
