// A step that files an item of another loop: which loop, and what the new item is given. The other
// loop is another file: what is said of its fields is checked where the town is known
// (child_check).
#include "domain/def_read.h"

static const str OF_ITEM = S("item.");

static void read_one(
    struct def_reader *r, str field, const struct yaml *y, str path, struct def_step *s)
{
    struct def_fill x = {.field = field, .from = DEF_NONE};
    if (!def_read_key_ok(field))
        yaml_err(r->e, y, path, S("a-z, then a-z 0-9 _ -"), "\"%.*s\" is no key of a field",
            "“%.*s”不是字段的键", STR_ARG(field));
    if (!yaml_as_str(y, &x.val) || x.val.n == 0) {
        yaml_err(r->e, y, path, S("a value, or item.FIELD"), "\"%.*s\" has no value",
            "“%.*s”没有值", STR_ARG(field));
        return;
    }
    if (str_starts(x.val, OF_ITEM)) {
        struct yaml own = *y;
        own.s = str_sub(x.val, OF_ITEM.n, x.val.n);
        x.from = def_read_name(r, &r->fields, &own, path);
    }
    if (x.from != DEF_UNKNOWN)
        VEC_PUSH(r->arena, s->fill, s->n_fill) = x;
}

void def_child_read(struct def_reader *r, const struct yaml *row, str path, struct def_step *s)
{
    s->child_loop = yaml_get_str(row, "loop");
    const struct yaml *y = yaml_get(row, "fill");
    str at = def_read_path(r, path, "fill");
    if (y != NULL && s->child_loop.n == 0)
        yaml_err(r->e, y, at, S("loop: ..."), "only an item of another loop is given values",
            "只有登记到另一个流程（loop）时才填写");
    for (size_t i = 0; y && y->type == YAML_MAP && i < y->n; i++)
        read_one(r, y->keys[i], y->vals[i], at, s);
}
