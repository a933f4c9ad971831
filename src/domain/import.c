// Making and running an import. Rows are read and decoded by the reader, and taken in groups by the
// writer: each group is one transaction, which holds the items, what became of each row, and how
// far the job is. So a run that was stopped at any point goes on behind its last group.

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "domain/import_inner.h"
#include "domain/item_refer.h"
#include "domain/item_store.h"
#include "domain/journal.h"
#include "domain/key_book.h"

enum { MAP_TEXT_MAX = 128 * KIB, TITLE_MAX = 200, PATH_MAX_BYTES = 1000, DOUBLED_SHOWN = 10 };

// ---- making

static enum err_code hash_file(struct arena *a, str path, str *hex, int64_t *size, struct err *e)
{
    uint8_t hash[CRYPT_HASH_BYTES];
    int fd = open(str_z(a, path), O_RDONLY | O_CLOEXEC);
    off_t n = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    bool whole = n >= 0 && lseek(fd, 0, SEEK_SET) == 0 && crypt_sha256_fd(fd, hash);
    if (fd >= 0)
        close(fd);
    if (!whole)
        return err_add(
            e, ERR_MISSING, S("file"), (str){0}, "the file cannot be read", "文件无法读取");
    *hex = crypt_hex(a, hash, sizeof(hash));
    *size = n;
    return OK;
}

// Chooses the sheet, finds its header and binds the map to it.
static struct import_sheet *open_sheet(
    struct arena *a, struct import_map *m, str path, str wanted, struct err *e)
{
    struct import_sheet *s = import_sheet_open(a, path, m->encoding, e);
    if (s && import_sheet_find(s, m, wanted, e) != OK) {
        import_sheet_close(s);
        return NULL;
    }
    return s;
}

static enum err_code check_order(const struct import_order *in, struct err *e)
{
    if (in->map.n > MAP_TEXT_MAX)
        err_add(e, ERR_LIMIT, S("map"), S("128 KiB"), "the map is too large", "方案内容过长");
    if (!utf8_valid(in->path) || in->path.n == 0 || in->path.n > PATH_MAX_BYTES)
        err_add(e, ERR_INVALID, S("file"), (str){0}, "is not a path", "不是有效的文件路径");
    if (!utf8_valid(in->title) || utf8_count(in->title) > TITLE_MAX)
        err_add(e, ERR_INVALID, S("title"), S("0..200"), "the title is too long", "名称过长");
    if (!utf8_valid(in->sheet) || utf8_count(in->sheet) > TITLE_MAX)
        err_add(
            e, ERR_INVALID, S("sheet"), S("0..200"), "the sheet's name is too long", "表名过长");
    return e->code;
}

enum err_code import_make(struct ctx *c, const struct import_order *in, int64_t *job, struct err *e)
{
    struct import_job j = {.path = in->path,
        .map = in->map,
        .title = str_trim(in->title),
        .sheet = in->sheet,
        .dry = in->dry,
        .state = S("waiting"),
        .person = c->actor ? c->actor->id : 0};
    const struct person *actor;
    if (check_order(in, e) != OK)
        return e->code;
    struct err in_map;
    err_init(&in_map, c->arena, e->lang);
    in_map.file = S("map");
    struct import_map *m = import_map_parse(c->arena, c->rules, in->map, &in_map);
    if (!m) {
        err_merge(e, &in_map, S("map: "));
        return e->code;
    }
    j.loop = m->def->loop;
    if (import_actor(c, &j, m->def, &actor, e) != OK)
        return e->code;
    if (j.title.n == 0)
        j.title = m->title;
    struct import_sheet *sheet = open_sheet(c->arena, m, in->path, in->sheet, e);
    if (!sheet)
        return e->code;
    j.size = import_sheet_size(sheet);
    j.result.bytes_total = j.size;
    import_sheet_close(sheet);
    j.id = journal_next_id(c, "job");
    *job = j.id;
    return import_job_insert(c, &j, e);
}

// ---- running

struct run {
    struct ctx *reader;
    const struct import_door *door;
    struct err *e;
    struct arena *arena, *group; // of the run; of the rows being collected
    struct import_job job;
    struct import_map *map;
    str key_field;
    struct import_sheet *sheet;
    struct import_row *rows; // IMPORT_GROUP of them
    size_t n;
    bool ended;
    struct imap stepped;      // items rows have taken steps on -> int64_t, the row
    struct import_seen *seen; // in a dry run
    struct coming *coming; // in a dry run of a register whose rows refer to each other; else NULL
    int64_t doubled[DOUBLED_SHOWN]; // in a dry run: rows whose key stands above, the first ones
    size_t n_doubled;
    int64_t alike[DOUBLED_SHOWN]; // in a dry run: new rows whose name a row of the register has
    size_t n_alike;
    size_t n_changes; // in a dry run: rows that would change and are kept to be shown
    struct import_words *words;
};

static void say_bad(struct arena *a, const struct run *r, struct import_row *row, str column,
    str value, str message, str expected)
{
    struct err one;
    err_init(&one, a, r->e->lang);
    err_add(&one, ERR_CONFLICT, column, expected, "%.*s", "%.*s", STR_ARG(message));
    size_t before = row->n_problems;
    import_notes(a, r->map, row, &one);
    if (row->n_problems > before && row->problems[before].value.n == 0)
        row->problems[before].value = value;
}

int64_t import_holder(struct ctx *c, str loop, str field, str val)
{
    int64_t item;
    if (key_book_holder(c->book, loop, field, val, &item))
        return item;
    return db_one_i64(c->db, 0,
        "SELECT item FROM item_key WHERE town = ?1 AND loop = ?2 AND field = ?3 AND val = ?4",
        V(c->rules->town), V(loop), V(field), V(val));
}

// Values that may stand once, beside the row's key.
static void check_unique(
    struct ctx *c, const struct run *r, struct import_row *row, const struct item *it)
{
    const struct def *d = r->map->def;
    for (size_t i = 0; i < d->n_fields; i++) {
        const struct def_field *f = &d->fields[i];
        bool asks = f->unique && (it->id != 0 || f != r->map->key_field);
        str v = asks ? item_field(it, f->key) : (str){0};
        int64_t taken = v.n > 0 ? import_holder(c, d->loop, f->key, v) : 0;
        if (taken != 0 && taken != it->id)
            say_bad(c->arena, r, row, str_fmt(c->arena, "fields.%.*s", STR_ARG(f->key)), v,
                r->e->lang == LANG_EN ? S("another item has this value") : S("已有事项用了这个值"),
                item_no_of(c, taken));
    }
}

// Of all rows of the group at once.
static enum err_code look_for_keys(struct ctx *c, const struct run *r, struct err *e)
{
    str *keys = NEW_ARRAY(c->arena, r->n + 1, str);
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (r->rows[i].n_read == 0)
            keys[n++] = r->rows[i].key;
    c->book = key_book_new(c->arena);
    return key_book_look(c->book, c, r->map->def->loop, r->key_field, keys, n, e);
}

enum outcome { ROW_NEW, ROW_STEP, ROW_SAME, ROW_BAD };

static void say_missing(struct ctx *c, const struct run *r, struct import_row *row)
{
    struct err one;
    err_init(&one, c->arena, r->e->lang);
    err_add(&one, ERR_MISSING, str_fmt(c->arena, "fields.%.*s", STR_ARG(r->map->find->key)),
        (str){0}, "no item has it", "没有这个编号的事项");
    import_notes(c->arena, r->map, row, &one);
}

// One row an item: undoing them one by one needs to know what stood between.
static bool stepped_before(struct run *r, const struct import_row *row, int64_t item)
{
    int64_t *first = imap_get(&r->stepped, item);
    if (first)
        return *first != row->row; // the group may come here again
    first = NEW(r->arena, int64_t);
    *first = row->row;
    imap_put(&r->stepped, item, first);
    return false;
}

static void say_twice(struct ctx *c, const struct run *r, struct import_row *row, int64_t item)
{
    int64_t first = *(int64_t *)imap_get(&r->stepped, item);
    struct err one;
    err_init(&one, c->arena, r->e->lang);
    err_add(&one, ERR_CONFLICT, str_fmt(c->arena, "fields.%.*s", STR_ARG(r->map->find->key)),
        (str){0}, "row %" PRId64 " is about the same item", "第 %" PRId64 " 行已经是同一事项",
        first);
    import_notes(c->arena, r->map, row, &one);
}

// Of a row that takes steps: item is the one it found.
static enum err_code judge_steps(struct ctx *c, struct run *r, struct import_row *row,
    struct item *it, int64_t *item, enum outcome *out, struct err *e)
{
    *out = ROW_BAD;
    *item = 0;
    if (row->n_problems > 0)
        return OK;
    *item = import_holder(c, r->map->def->loop, r->map->find->key, row->find);
    if (*item == 0)
        say_missing(c, r, row);
    else if (import_holder(c, r->map->def->loop, r->key_field, row->key) != 0)
        *out = ROW_SAME;
    else if (import_steps(c, r->map, row, *item, false, it, e) != OK)
        return e->code;
    else if (row->n_problems == 0 && stepped_before(r, row, *item))
        say_twice(c, r, row, *item);
    else if (row->n_problems == 0)
        *out = ROW_STEP;
    return db_status(c->db, e);
}

static enum err_code judge_new(
    struct ctx *c, const struct run *r, struct import_row *row, struct item *it, struct err *e)
{
    struct err found;
    err_init(&found, c->arena, e->lang);
    enum err_code code = item_prepare(c, &row->in, import_past(r->map, row), it, &found);
    if (code == ERR_DENIED || code == ERR_STORE || code == ERR_FULL || code == ERR_BUSY) {
        err_merge(e, &found, (str){0});
        return code;
    }
    if (code != OK)
        import_notes(c->arena, r->map, row, &found);
    return OK;
}

// Of a row of a register: new, or to be changed, or as it is. Of several about one the first
// counts.
static enum err_code judge_kept(struct ctx *c, struct run *r, struct import_row *row,
    struct item *it, int64_t *item, enum outcome *out, struct err *e)
{
    bool differs = false;
    size_t before = row->n_problems;
    *out = ROW_BAD;
    *item = import_found(c, r->map, row);
    if (row->n_problems > before) // the number of nothing, the name of several
        return db_status(c->db, e);
    if (*item == 0 && judge_new(c, r, row, it, e) != OK)
        return e->code;
    if (*item == 0 && row->hashed && row->n_problems == 0)
        *item = import_holder(c, r->map->def->loop, r->key_field, row->key);
    else if (*item != 0 && import_change_try(c, r->map, row, *item, it, &differs, e) != OK)
        return e->code;
    if (row->n_problems == 0 && (*item == 0 || differs))
        check_unique(c, r, row, it);
    if (row->n_problems > 0)
        return db_status(c->db, e);
    bool first = *item == 0 || !stepped_before(r, row, *item);
    *out = *item == 0 ? ROW_NEW : differs && first ? ROW_STEP : ROW_SAME;
    return db_status(c->db, e);
}

// What the row would become. Only a database that fails, or a right that is gone, is an error of
// the run.
static enum err_code judge(struct ctx *c, struct run *r, struct import_row *row, struct item *it,
    int64_t *same, enum outcome *out, struct err *e)
{
    if (r->map->find)
        return judge_steps(c, r, row, it, same, out, e);
    if (r->map->def->lasting)
        return judge_kept(c, r, row, it, same, out, e);
    *same = 0;
    *out = ROW_BAD;
    if (judge_new(c, r, row, it, e) != OK)
        return e->code;
    if (row->n_problems == 0)
        *same = import_holder(c, r->map->def->loop, r->key_field, row->key);
    if (row->n_problems == 0 && *same == 0)
        check_unique(c, r, row, it);
    if (row->n_problems == 0)
        *out = *same != 0 ? ROW_SAME : ROW_NEW;
    return db_status(c->db, e);
}

static enum err_code keep_bad(struct ctx *c, const struct run *r, struct import_job *j,
    const struct import_row *row, struct err *e)
{
    if (j->result.bad++ >= IMPORT_PROBLEMS_KEPT)
        return OK;
    return import_batch_row(c, r->job.id, row, 0, "bad", import_problems_json(c->arena, row), e);
}

// The row is known from now on.
static void take_key(struct ctx *c, const struct run *r, str key, const struct item *it)
{
    key_book_take(c->book, it->loop, r->key_field, key, it->id);
    db_run(c->db, "INSERT INTO item_key (town, loop, field, val, item) VALUES (?1, ?2, ?3, ?4, ?5)",
        V(c->rules->town), V(it->loop), V(r->key_field), V(key), V(it->id));
}

static enum err_code place(
    struct ctx *c, struct run *r, const struct import_row *row, struct item *it, struct err *e)
{
    bool lasting = r->map->def->lasting;
    if (item_place(c, &row->in, import_past(r->map, row), it, e) != OK)
        return e->code;
    bool own = lasting ? row->hashed : !r->map->key_field; // else the item holds it
    if (own)
        take_key(c, r, row->key, it);
    if (lasting)
        (void)stepped_before(r, row, it->id);
    return import_batch_row(c, r->job.id, row, it->id, "new",
        import_made_json(
            c->arena, 0, it->version, r->key_field, own || !lasting ? row->key : (str){0}),
        e);
}

static enum err_code change(
    struct ctx *c, const struct run *r, const struct import_row *row, int64_t item, struct err *e)
{
    struct item it;
    int64_t before;
    if (import_change(c, r->map, row, item, &before, &it, e) != OK)
        return e->code;
    return import_batch_row(c, r->job.id, row, item, "step",
        import_made_json(c->arena, before, it.version, r->key_field, (str){0}), e);
}

static enum err_code take_steps(
    struct ctx *c, const struct run *r, struct import_row *row, int64_t item, struct err *e)
{
    struct item before, it;
    if (item_load(c, item, &before, e) != OK)
        return e->code;
    if (import_steps(c, r->map, row, item, true, &it, e) != OK)
        return e->code;
    take_key(c, r, row->key, &it);
    return import_batch_row(c, r->job.id, row, item, "step",
        import_made_json(c->arena, before.version, it.version, r->key_field, row->key), e);
}

static enum err_code write_row(
    struct ctx *c, struct run *r, struct import_job *j, struct import_row *row, struct err *e)
{
    struct item it;
    int64_t same;
    enum outcome out;
    if (judge(c, r, row, &it, &same, &out, e) != OK)
        return e->code;
    j->result.rows++;
    j->last_row = row->row;
    if (out == ROW_BAD)
        return keep_bad(c, r, j, row, e);
    if (out == ROW_SAME) {
        j->result.same++;
        return import_batch_row(c, r->job.id, row, same, "same", (str){0}, e);
    }
    if (out == ROW_STEP) {
        j->result.stepped++;
        return r->map->find ? take_steps(c, r, row, same, e) : change(c, r, row, same, e);
    }
    j->result.made++;
    return place(c, r, row, &it, e);
}

int64_t import_rows_expected(const struct import_result *r)
{
    if (r->bytes <= 0 || r->bytes >= r->bytes_total)
        return r->rows;
    return (int64_t)((double)r->rows / (double)r->bytes * (double)r->bytes_total);
}

static int64_t total_rows(const struct run *r, const struct import_job *j)
{
    return r->ended ? j->result.rows : import_rows_expected(&j->result);
}

// The group as one transaction. The figures count only once it is committed.
struct group {
    struct run *r;
    struct import_job after;
    size_t n_changes;
};

static enum err_code write_group(struct ctx *c, void *arg, struct err *e)
{
    struct group *g = arg;
    struct run *r = g->r;
    const struct person *was = c->actor;
    g->after = r->job;
    g->n_changes = 0;
    if (import_actor(c, &r->job, r->map->def, &c->actor, e) != OK) {
        c->actor = was;
        return e->code;
    }
    enum err_code code = r->job.dry ? OK : look_for_keys(c, r, e);
    for (size_t i = 0; code == OK && !r->job.dry && i < r->n; i++) {
        r->rows[i].n_problems = r->rows[i].n_read; // the group may come here again
        code = write_row(c, r, &g->after, &r->rows[i], e);
    }
    for (size_t i = 0; code == OK && r->job.dry && i < r->n; i++) {
        struct import_row *row = &r->rows[i];
        g->after.last_row = row->row;
        if (row->n_problems > 0)
            code = keep_bad(c, r, &g->after, row, e);
        else if (row->changes.n > 0 && r->n_changes + g->n_changes < IMPORT_CHANGES_KEPT) {
            g->n_changes++;
            code = import_batch_row(c, r->job.id, row, row->item, "differs", row->changes, e);
        }
    }
    g->after.result.bytes = import_sheet_read(r->sheet);
    g->after.state = r->ended ? S("done") : S("running");
    if (code == OK)
        code = import_job_update(c, &g->after, total_rows(r, &g->after), e);
    if (code == OK && r->ended && !r->job.dry)
        code = import_event(c, &g->after, "import", e);
    c->actor = was;
    c->book = NULL;
    return code;
}

// New by its number or code, but called like one that is there: perhaps it is that one.
static bool is_alike(struct ctx *c, const struct run *r, const struct import_row *row)
{
    bool many;
    return r->map->def->lasting && !r->map->key_title &&
           item_row_named(c, r->map->def->loop, str_trim(row->in.title), &many) != 0;
}

static bool refers_to_itself(const struct def *d)
{
    for (size_t i = 0; d->lasting && i < d->n_fields; i++)
        if (d->fields[i].type == DEF_REF && str_eq(d->fields[i].to, d->loop))
            return true;
    return false;
}

static void begin_trial(struct run *r)
{
    r->seen = import_seen_new();
    r->job.result = (struct import_result){.bytes_total = r->job.size};
    r->job.last_row = 0;
    if (!refers_to_itself(r->map->def))
        return;
    r->coming = NEW(r->arena, struct coming);
    r->coming->to = r->map->def->loop;
    map_init(&r->coming->names, r->arena);
}

// A later row may refer to it, as it will when all is written.
static void expect(struct run *r, const struct import_row *row)
{
    str name = str_trim(row->in.title);
    if (r->coming && !map_get(&r->coming->names, name))
        map_put(&r->coming->names, str_dup(r->arena, name), r);
}

// The rows of a dry run are looked at here, by the reader, so that the writer keeps its time for
// others.
static enum err_code try_rows(struct run *r)
{
    struct ctx c = *r->reader;
    c.arena = r->group;
    c.coming = r->coming;
    if (import_actor(&c, &r->job, r->map->def, &c.actor, r->e) != OK)
        return r->e->code;
    db_read_begin(c.db); // a group long: an old state is not kept from being cleaned up
    (void)look_for_keys(&c, r, r->e);
    for (size_t i = 0; r->e->code == OK && i < r->n; i++) {
        struct import_row *row = &r->rows[i];
        struct item it;
        int64_t same;
        enum outcome out;
        if (judge(&c, r, row, &it, &same, &out, r->e) != OK)
            break;
        if ((out == ROW_NEW || out == ROW_STEP) && !import_seen_add(r->seen, row->key)) {
            out = ROW_SAME;
            if (r->n_doubled < DOUBLED_SHOWN)
                r->doubled[r->n_doubled] = row->row;
            r->n_doubled++;
        }
        if (out == ROW_NEW)
            expect(r, row);
        if (out == ROW_NEW && is_alike(&c, r, row)) {
            if (r->n_alike < DOUBLED_SHOWN)
                r->alike[r->n_alike] = row->row;
            r->n_alike++;
        }
        row->item = same;
        if (out != ROW_STEP)
            row->changes = (str){0};
        r->job.result.rows++;
        r->job.result.made += out == ROW_NEW;
        r->job.result.stepped += out == ROW_STEP;
        r->job.result.same += out == ROW_SAME;
        import_words_count(r->words, r->map, row);
    }
    db_read_end(c.db);
    return r->e->code;
}

// "3, 4, 9 …"
static str row_list(const struct run *r, const int64_t *rows, size_t count)
{
    bool en = r->e->lang == LANG_EN;
    str nos[DOUBLED_SHOWN] = {0};
    size_t n = count < DOUBLED_SHOWN ? count : DOUBLED_SHOWN;
    for (size_t i = 0; i < n; i++)
        nos[i] = str_fmt(r->group, "%" PRId64, rows[i]);
    str list = str_join(r->group, nos, n, en ? S(", ") : S("、"));
    str end = en ? (count > n ? S(" …") : S("")) : count > n ? S(" 行……") : S(" 行");
    return str_two(r->group, list, end);
}

static str alike_text(const struct run *r)
{
    str list = row_list(r, r->alike, r->n_alike);
    return str_fmt(r->group,
        r->e->lang == LANG_EN
            ? "%zu rows would be added, but the register has rows of their names; "
              "are they the same? Rows %.*s"
            : "有 %zu 行要新增，但台账里已有同名的对象，请核对是不是重复：第 %.*s",
        r->n_alike, STR_ARG(list));
}

// Which rows repeat one above: a doubled order, or a number typed twice.
static str doubled_text(const struct run *r)
{
    bool en = r->e->lang == LANG_EN;
    str list = row_list(r, r->doubled, r->n_doubled);
    bool keyed = r->map->key.n > 0 && !r->map->find; // else the whole row is its key
    return str_fmt(r->group,
        en ? "%zu rows %s and are left out: %.*s" : "有 %zu 行%s，跳过：第 %.*s", r->n_doubled,
        keyed ? (en ? "have the key of a row above" : "的编号前面的行已有")
              : (en ? "are the same as a row above" : "和前面的行完全相同"),
        STR_ARG(list));
}

// What was found about the sheet so far, for whoever watches.
static void tell_of_sheet(struct run *r)
{
    size_t n;
    str *notes = import_sheet_notes(r->sheet, r->group, &n);
    struct buf b;
    struct jw w;
    buf_init(&b, r->group, 64 * KIB);
    jw_init(&w, &b);
    jw_arr(&w);
    for (size_t i = 0; i < n && b.n < 32 * KIB; i++)
        jw_str(&w, notes[i]);
    if (r->n_doubled > 0)
        jw_str(&w, doubled_text(r));
    if (r->n_alike > 0)
        jw_str(&w, alike_text(r));
    jw_end_arr(&w);
    r->job.notes = buf_str(&b);
    r->job.values = import_words_json(r->group, r->words);
}

static enum err_code run_group(struct run *r)
{
    struct group g = {.r = r};
    if (r->job.dry && try_rows(r) != OK)
        return r->e->code;
    tell_of_sheet(r);
    enum err_code code = r->door->run(r->door->arg, write_group, &g, r->e);
    if (code != OK)
        return code;
    // What was written lives in the writer's memory.
    r->job.result = g.after.result;
    r->job.last_row = g.after.last_row;
    r->n_changes += g.n_changes;
    r->job.state = r->ended ? S("done") : S("running");
    r->n = 0;
    r->job.notes = r->job.values = (str){0}; // made anew for each group
    arena_reset(r->group);
    return OK;
}

static enum err_code set_state(struct ctx *c, void *arg, struct err *e)
{
    struct run *r = arg;
    if (r->job.dry && r->job.last_row == 0) // begun anew
        db_run(c->db, "DELETE FROM batch_row WHERE town = ?1 AND job = ?2", V(c->rules->town),
            V(r->job.id));
    return import_job_update(c, &r->job, total_rows(r, &r->job), e);
}

// The run ends before the sheet does.
static enum err_code end_early(struct run *r, str state, str message)
{
    r->job.state = state;
    r->job.message = message;
    struct err quiet;
    err_init(&quiet, r->arena, r->e->lang);
    return r->door->run(r->door->arg, set_state, r, &quiet);
}

static enum err_code read_rows(struct run *r, bool *stopped)
{
    str *cells;
    size_t n;
    int64_t row;
    while (!*stopped && import_sheet_next(r->sheet, &cells, &n, &row, r->e)) {
        if (row <= r->job.last_row)
            continue;
        struct import_row *x = &r->rows[r->n++];
        *x = (struct import_row){.row = row};
        import_row(r->group, r->map, r->reader->rules, cells, n, x, r->e->lang);
        x->n_read = x->n_problems;
        if (r->n < IMPORT_GROUP)
            continue;
        if (run_group(r) != OK)
            return r->e->code;
        *stopped = r->door->progress && !r->door->progress(r->door->arg, &r->job.result);
    }
    return r->e->code;
}

static str unknown_json(const struct run *r)
{
    struct buf b;
    struct jw w;
    buf_init(&b, r->arena, 64 * KIB);
    jw_init(&w, &b);
    jw_arr(&w);
    for (size_t i = 0; i < r->map->n_unknown && b.n < 32 * KIB; i++)
        jw_str(&w, utf8_head(r->map->unknown[i], 100));
    jw_end_arr(&w);
    return b.overflow ? S("[]") : buf_str(&b);
}

// The file must still be the one the job began with.
static enum err_code check_file(struct run *r)
{
    str hash = {0};
    int64_t size = 0;
    if (hash_file(r->arena, r->job.path, &hash, &size, r->e) != OK)
        return r->e->code;
    if (r->job.sha256.n > 0 && !str_eq(hash, r->job.sha256))
        return err_add(r->e, ERR_CONFLICT, S("file"), (str){0},
            "the file has changed since the import began", "文件在导入开始以后改动过");
    r->job.sha256 = hash;
    r->job.size = r->job.result.bytes_total = size;
    return OK;
}

// Before it was stopped.
static enum err_code read_stepped(struct run *r)
{
    struct db *db = r->reader->db;
    struct cursor x = db_rows(db,
        "SELECT row, item FROM batch_row WHERE town = ?1 AND job = ?2 AND row > 0"
        " AND (outcome = 'step' OR outcome = 'new') ORDER BY row",
        V(r->reader->rules->town), V(r->job.id));
    while (db_next(&x)) {
        int64_t *row = NEW(r->arena, int64_t);
        *row = db_i64(&x, 0);
        imap_put(&r->stepped, db_i64(&x, 1), row);
    }
    db_done(&x);
    return db_status(db, r->e);
}

static enum err_code run_open(struct run *r)
{
    struct ctx c = *r->reader;
    c.arena = r->arena;
    const struct import_job *j = &r->job;
    r->map = import_map_parse(r->arena, c.rules, j->map, r->e);
    if (!r->map)
        return r->e->code;
    const struct person *actor;
    r->key_field = import_key_field(r->arena, r->map);
    r->rows = NEW_ARRAY(r->arena, IMPORT_GROUP, struct import_row);
    if (import_actor(&c, j, r->map->def, &actor, r->e) != OK || check_file(r) != OK)
        return r->e->code;
    r->sheet = open_sheet(r->arena, r->map, j->path, j->sheet, r->e);
    if (!r->sheet)
        return r->e->code;
    r->words = import_words_new(r->arena);
    imap_init(&r->stepped, r->arena);
    bool once = r->map->find || r->map->def->lasting;
    if (once && !j->dry && read_stepped(r) != OK)
        return r->e->code;
    if (j->dry)
        begin_trial(r);
    r->job.unknown = unknown_json(r);
    r->job.state = S("running");
    r->job.message = (str){0};
    return r->door->run(r->door->arg, set_state, r, r->e);
}

static enum err_code run_all(struct run *r)
{
    bool stopped = false;
    if (run_open(r) != OK || read_rows(r, &stopped) != OK)
        return r->e->code;
    if (stopped)
        return end_early(r, S("stopped"), (str){0});
    r->ended = true;
    if (run_group(r) != OK)
        return r->e->code;
    if (r->door->progress)
        (void)r->door->progress(r->door->arg, &r->job.result);
    return OK;
}

static bool may_run(str state)
{
    static const str states[] = {S("waiting"), S("running"), S("stopped"), S("failed")};
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (str_eq(state, states[i]))
            return true;
    return false;
}

enum err_code import_run(struct ctx *reader, int64_t job, const struct import_door *door,
    struct import_result *out, struct err *e)
{
    struct run r = {
        .reader = reader, .door = door, .e = e, .arena = arena_new(), .group = arena_new()};
    struct ctx c = *reader;
    c.arena = r.arena;
    *out = (struct import_result){0};
    enum err_code code = import_job_load(&c, job, &r.job, e);
    if (code == OK && !may_run(r.job.state))
        code = err_add(e, ERR_CONFLICT, S("job"), S("waiting, running, stopped, failed"),
            "the import is over", "这次导入已经结束");
    else if (code == OK) {
        code = run_all(&r);
        *out = r.job.result;
        if (code != OK)
            (void)end_early(&r, S("failed"), str_trim(err_text(e, r.arena)));
    }
    import_sheet_close(r.sheet);
    import_seen_free(r.seen);
    arena_free(r.group);
    arena_free(r.arena);
    return code;
}
