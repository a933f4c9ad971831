#include "domain/list_layout.h"

#include "domain/list_column.h"

enum { ROWS_USUAL = 20 };

// A new version of a definition may have dropped what he once chose.
static str known_columns(struct ctx *c, str text)
{
    struct list_columns columns = {0};
    str name;
    while (str_cut(&text, ' ', &name)) {
        struct list_columns one;
        struct err quiet;
        err_init(&quiet, c->arena, c->lang);
        if (name.n > 0 && list_columns_read(c->arena, c->rules, name, &one, &quiet) == OK)
            VEC_PUSH(c->arena, columns.v, columns.n) = one.v[0];
    }
    return list_columns_text(c->arena, &columns);
}

enum err_code list_layout(struct ctx *c, int64_t person, struct list_layout *out, struct err *e)
{
    *out = (struct list_layout){.density = S("normal"), .rows = ROWS_USUAL};
    struct cursor r = db_rows(c->db,
        "SELECT list_columns, density, page_rows FROM list_layout WHERE town = ?1 AND person = ?2",
        V(c->rules->town), V(person));
    if (db_next(&r))
        *out = (struct list_layout){
            known_columns(c, db_dup(&r, 0, c->arena)), db_dup(&r, 1, c->arena), db_i64(&r, 2)};
    db_done(&r);
    return db_status(c->db, e);
}

enum err_code list_layout_put(struct ctx *c, const struct list_layout *in, struct err *e)
{
    struct list_columns columns;
    if (list_columns_read(c->arena, c->rules, in->columns, &columns, e) != OK)
        return e->code;
    str density = in->density.n > 0 ? in->density : S("normal");
    int64_t rows = in->rows > 0 ? in->rows : ROWS_USUAL;
    int64_t town = c->rules->town, who = c->actor->id;
    str text = list_columns_text(c->arena, &columns);
    if (db_change(c->db,
            "UPDATE list_layout SET list_columns = ?3, density = ?4, page_rows = ?5"
            " WHERE town = ?1 AND person = ?2",
            V(town), V(who), V(text), V(density), V(rows)) == 0)
        db_run(c->db,
            "INSERT INTO list_layout (town, person, list_columns, density, page_rows)"
            " VALUES (?1, ?2, ?3, ?4, ?5)",
            V(town), V(who), V(text), V(density), V(rows));
    return db_status(c->db, e);
}
