#include "domain/def_role.h"

#include "domain/right.h"
#include "domain/yaml.h"

static const struct yaml_member ROLE[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"rights", YAML_WANT_STRS, YAML_REQUIRED},
    {"apart", YAML_WANT_KEY},
    {0},
};
static const struct yaml_member FILE_OF_ROLES[] = {
    {"roles", YAML_WANT_MAPS, YAML_REQUIRED, .sub = ROLE},
    {0},
};

static str all_rights(struct arena *a)
{
    str *keys = NULL;
    size_t n = 0;
    for (int i = 0; i < RIGHT_COUNT; i++)
        VEC_PUSH(a, keys, n) = right_key((enum right)i);
    return str_join(a, keys, n, S(", "));
}

static void read_rights(struct arena *a, const struct yaml *list, struct role *r, struct err *e)
{
    if (!yaml_as_strs(a, list, &r->rights, &r->n))
        return;
    for (size_t i = 0; i < r->n; i++) {
        int at = right_of(r->rights[i]);
        if (at < 0)
            yaml_err(e, list->type == YAML_LIST ? list->vals[i] : list, S("rights"), all_rights(a),
                "there is no right \"%.*s\"", "没有“%.*s”这个权限", STR_ARG(r->rights[i]));
        else
            r->mask |= UINT64_C(1) << at;
    }
}

enum err_code def_roles_parse(
    struct arena *a, str text, struct role **out, size_t *n, struct err *e)
{
    *out = NULL;
    *n = 0;
    const struct yaml *root = yaml_parse(a, text, e);
    if (!root || !yaml_check(root, FILE_OF_ROLES, (str){0}, e))
        return e->code;
    const struct yaml *list = yaml_get(root, "roles");
    if (list->n > DEF_ROLES_MAX)
        return yaml_err(
            e, list, S("roles"), str_fmt(a, "1..%d", DEF_ROLES_MAX), "too many roles", "角色太多");
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml *row = list->vals[i];
        struct role r = {.key = yaml_get_str(row, "key"),
            .title = yaml_get_str(row, "title"),
            .apart = yaml_get_str(row, "apart")};
        read_rights(a, yaml_get(row, "rights"), &r, e);
        for (size_t k = 0; k < *n; k++)
            if (str_eq((*out)[k].key, r.key))
                yaml_err(e, row, S("key"), (str){0}, "the role \"%.*s\" stands twice",
                    "角色“%.*s”重复", STR_ARG(r.key));
        VEC_PUSH(a, *out, *n) = r;
    }
    return e->code;
}
