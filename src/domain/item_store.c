#include "domain/item_store.h"

#include "domain/item_hand.h"
#include "domain/old_years.h"
#include "store/text_index.h"

// What an item mostly is not stays unsaid: of a clock in its first round, of the whole item,
// without an extension, running without a break since the item was filed. The last stretch ends
// where the clock stopped, or has not ended, when its end is left out.
static void part_json(struct jw *w, const struct item_part *p)
{
    jw_obj(w);
    jw_ki64(w, "id", p->id);
    jw_ki64(w, "unit", p->unit);
    if (p->lead)
        jw_kbool(w, "lead", true);
    jw_kstr(w, "state", p->state);
    jw_ki64(w, "since", p->since_us);
    if (p->above != 0)
        jw_ki64(w, "above", p->above);
    jw_end_obj(w);
}

static void number(struct jw *w, const char *key, int64_t v, int64_t usual)
{
    if (v != usual)
        jw_ki64(w, key, v);
}

static void runs_json(struct jw *w, const struct clock *k)
{
    jw_name(w, "runs");
    jw_arr(w);
    for (size_t i = 0; i < k->n; i++) {
        jw_i64(w, k->runs[i].from_us);
        if (i + 1 < k->n || k->runs[i].to_us != k->stopped_us)
            jw_i64(w, k->runs[i].to_us);
    }
    jw_end_arr(w);
}

static void clock_json(struct jw *w, const struct clock *k, int64_t filed_us)
{
    jw_obj(w);
    jw_kstr(w, "key", k->key);
    number(w, "part", k->part, 0);
    number(w, "round", k->round, 1);
    number(w, "state", (int64_t)k->state, CLOCK_RUNNING);
    if (k->breached)
        jw_kbool(w, "breached", true);
    jw_ki64(w, "n", k->limit.n);
    jw_ki64(w, "unit", (int64_t)k->limit.unit);
    if (k->limit.day_end)
        jw_kbool(w, "day_end", true);
    number(w, "extended", k->extended_us, 0);
    number(w, "share", k->share, 0);
    number(w, "due", k->due_us, 0);
    number(w, "stopped", k->stopped_us, 0);
    if (k->n != 1 || k->runs[0].from_us != filed_us || k->runs[0].to_us != k->stopped_us)
        runs_json(w, k);
    jw_end_obj(w);
}

static bool is_true(const struct json *j, const char *key)
{
    const struct json *v = json_get(j, str_of(key));
    return v && v->type == JSON_BOOL && v->b;
}

static struct item_part part_read(const struct json *j)
{
    return (struct item_part){.id = json_i64(j, S("id"), 0),
        .unit = json_i64(j, S("unit"), 0),
        .lead = is_true(j, "lead"),
        .state = json_str(j, S("state")),
        .since_us = json_i64(j, S("since"), 0),
        .above = json_i64(j, S("above"), 0)};
}

static struct clock clock_read(struct arena *a, const struct json *j, int64_t filed_us)
{
    struct clock k = {.key = json_str(j, S("key")),
        .part = json_i64(j, S("part"), 0),
        .round = json_i64(j, S("round"), 1),
        .state = (enum clock_state)json_i64(j, S("state"), CLOCK_RUNNING),
        .breached = is_true(j, "breached"),
        .extended_us = json_i64(j, S("extended"), 0),
        .share = json_i64(j, S("share"), 0),
        .due_us = json_i64(j, S("due"), 0),
        .stopped_us = json_i64(j, S("stopped"), 0)};
    k.limit.n = json_i64(j, S("n"), 0);
    k.limit.unit = (unsigned)json_i64(j, S("unit"), DUR_NONE);
    k.limit.day_end = is_true(j, "day_end");
    const struct json *runs = json_get(j, S("runs"));
    for (size_t i = 0; runs && i < runs->n; i += 2) {
        struct clock_stretch s = {
            runs->vals[i].i, i + 1 < runs->n ? runs->vals[i + 1].i : k.stopped_us};
        VEC_PUSH(a, k.runs, k.n) = s;
    }
    if (!runs)
        VEC_PUSH(a, k.runs, k.n) = (struct clock_stretch){filed_us, k.stopped_us};
    return k;
}

static enum err_code doc_text(struct arena *a, const struct item *it, str *out, struct err *e)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, ITEM_DOC_MAX_BYTES);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_key(&w, S("f"));
    jw_obj(&w);
    for (size_t i = 0; i < it->n_fields; i++) {
        jw_key(&w, it->fields[i].key);
        jw_str(&w, it->fields[i].val);
    }
    jw_end_obj(&w);
    jw_key(&w, S("p"));
    jw_arr(&w);
    for (size_t i = 0; i < it->n_parts; i++)
        part_json(&w, &it->parts[i]);
    jw_end_arr(&w);
    jw_key(&w, S("c"));
    jw_arr(&w);
    for (size_t i = 0; i < it->n_clocks; i++)
        clock_json(&w, &it->clocks[i], it->filed_us);
    jw_end_arr(&w);
    jw_end_obj(&w);
    *out = buf_str(&b);
    if (b.overflow)
        return err_add(e, ERR_LIMIT, S("fields"), (str){0},
            "the item's answers and history of parts and clocks would exceed %d KiB",
            "事项的填报内容与承办、计时记录合计超过 %d KiB", ITEM_DOC_MAX_BYTES / KIB);
    return OK;
}

static enum err_code read_doc(struct arena *a, str text, struct item *it, struct err *e)
{
    const struct json *doc = json_parse(a, text, e);
    if (!doc)
        return e->code;
    const struct json *f = json_get(doc, S("f"));
    if (f && f->n > 0) {
        it->fields = NEW_ARRAY(a, f->n, struct item_field);
        for (size_t i = 0; i < f->n; i++)
            it->fields[i] = (struct item_field){f->keys[i], f->vals[i].s};
        it->n_fields = f->n;
    }
    const struct json *p = json_get(doc, S("p"));
    for (size_t i = 0; p && i < p->n; i++)
        VEC_PUSH(a, it->parts, it->n_parts) = part_read(&p->vals[i]);
    const struct json *k = json_get(doc, S("c"));
    for (size_t i = 0; k && i < k->n; i++)
        VEC_PUSH(a, it->clocks, it->n_clocks) = clock_read(a, &k->vals[i], it->filed_us);
    return OK;
}

// The columns both readers share, in the order of the SELECT below.
static void read_row(struct arena *a, const struct cursor *r, struct item *it)
{
    it->id = db_i64(r, 0);
    it->no = db_dup(r, 1, a);
    it->loop = db_dup(r, 2, a);
    it->def = db_i64(r, 3);
    it->state = db_dup(r, 4, a);
    it->open = db_i64(r, 5) != 0;
    it->paused = db_i64(r, 6) != 0;
    it->unit = db_i64(r, 7);
    it->receiver = db_i64(r, 8);
    it->cls = db_i64(r, 9);
    it->channel = db_dup(r, 10, a);
    it->kind = db_dup(r, 11, a);
    it->priority = db_dup(r, 12, a);
    it->filed_us = db_i64(r, 13);
    it->changed_us = db_i64(r, 14);
    it->closed_us = db_i64(r, 15);
    it->due_us = db_i64(r, 16);
    it->alarm_us = db_i64(r, 17);
    it->version = db_i64(r, 18);
    it->round = db_i64(r, 19);
    it->returns = db_i64(r, 20);
    it->urges = db_i64(r, 21);
    it->extensions = db_i64(r, 22);
    it->reopens = db_i64(r, 23);
    it->level = db_i64(r, 24);
    it->raised = db_i64(r, 25);
    it->parent = db_i64(r, 26);
    it->merged = db_i64(r, 27);
    it->excluded = db_i64(r, 28) != 0;
    it->shelf = db_i64(r, 29);
    it->title = db_dup(r, 30, a);
    it->waits = db_dup(r, 31, a);
    it->repeat = db_i64(r, 32) != 0;
    it->main_repeat = db_i64(r, 33) != 0;
    it->unlocks = db_i64(r, 34);
    it->locked = db_i64(r, 35) != 0;
    it->recheck_us = db_i64(r, 36);
    it->solid_us = db_i64(r, 37);
    it->recurs = db_i64(r, 38);
    it->gathered = db_dup(r, 39, a);
}

// Its rows on this connection. False when it has none.
static bool load_rows(struct ctx *c, int64_t id, struct item *out, str *doc)
{
    struct cursor r = db_rows(c->db,
        "SELECT i.id, i.no, i.loop, i.def, i.state, i.open, i.paused, i.unit, i.receiver, i.class, "
        "i.channel,"
        " i.kind, i.priority, i.filed_us, i.changed_us, i.closed_us, i.due_us, i.alarm_us, "
        "i.version, i.round,"
        " i.returns, i.urges, i.extensions, i.reopens, i.level, i.raised, i.parent, i.merged, "
        "i.excluded,"
        " i.shelf, i.title, i.waits, i.repeat, i.main_repeat, i.unlocks, i.locked, i.recheck_us,"
        " i.solid_us, i.recurs, i.gathered, d.text, d.address, d.lat, d.lon, d.doc"
        " FROM item i JOIN item_doc d ON d.town = i.town AND d.id = i.id"
        " WHERE i.town = ?1 AND i.id = ?2",
        V(c->rules->town), V(id));
    if (db_next(&r)) {
        read_row(c->arena, &r, out);
        out->text = db_dup(&r, 40, c->arena);
        out->address = db_dup(&r, 41, c->arena);
        out->lat = db_f64(&r, 42);
        out->lon = db_f64(&r, 43);
        *doc = db_dup(&r, 44, c->arena);
    }
    db_done(&r);
    return out->id != 0;
}

enum err_code item_read(struct ctx *c, int64_t id, struct item *out, struct err *e)
{
    const struct item *held = c->hand ? item_hand_get(c->hand, id) : NULL;
    *out = held ? *held : (struct item){0};
    if (held)
        return OK;
    str doc = {0};
    // Whoever writes has it in the town's file from then on; whoever reads looks into old years.
    if (!load_rows(c, id, out, &doc) && (old_years_bring_back(c, id) || old_years_widen(c)))
        (void)load_rows(c, id, out, &doc);
    if (db_status(c->db, e) != OK)
        return e->code;
    if (out->id == 0)
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    return read_doc(c->arena, doc, out, e);
}

enum err_code item_load(struct ctx *c, int64_t id, struct item *out, struct err *e)
{
    if (item_read(c, id, out, e) != OK)
        return e->code;
    // Another process may publish a version and file by it before a snapshot of the rules has it.
    return rules_def(c->rules, out->def) ? OK
                                         : err_add(e, ERR_BUSY, S("def"), (str){0},
                                               "its definition has just been published: ask again",
                                               "流程版本刚刚发布，请稍后再试");
}

int64_t *item_newest(struct ctx *c, str loop, int64_t most, size_t *n)
{
    int64_t *ids = NULL;
    *n = 0;
    // Along the primary key; other loops' items are stepped over.
    struct cursor r = db_rows(c->db,
        "SELECT id FROM item WHERE town = ?1 AND loop = ?2 AND shelf = 0 ORDER BY id DESC LIMIT ?3",
        V(c->rules->town), V(loop), V(most));
    while (db_next(&r))
        VEC_PUSH(c->arena, ids, *n) = db_i64(&r, 0);
    return ids;
}

int64_t item_id_of(struct ctx *c, str no)
{
    int64_t town = c->rules->town;
    int64_t id =
        db_one_i64(c->db, 0, "SELECT id FROM item WHERE town = ?1 AND no = ?2", V(town), V(no));
    struct db *old = id == 0 ? old_years_look(c) : NULL;
    if (old) {
        id = db_one_i64(old, 0, "SELECT id FROM item WHERE town = ?1 AND no = ?2", V(town), V(no));
        old_years_look_end(c);
    }
    return id;
}

str item_no_of(struct ctx *c, int64_t id)
{
    int64_t town = c->rules->town;
    str no = db_one_str(
        c->db, c->arena, "SELECT no FROM item WHERE town = ?1 AND id = ?2", V(town), V(id));
    struct db *old = no.n == 0 ? old_years_look(c) : NULL;
    if (old) {
        no = db_one_str(
            old, c->arena, "SELECT no FROM item WHERE town = ?1 AND id = ?2", V(town), V(id));
        old_years_look_end(c);
    }
    return no;
}

bool item_visible(const struct ctx *c, const struct item *it)
{
    const struct def *d = it->shelf == SHELF_KEPT ? rules_def(c->rules, it->def) : NULL;
    if (d && !d->read_by_unit && ctx_may(c, MAY_READ_ITEMS, 0))
        return true;
    if (ctx_may(c, MAY_READ_ITEMS, it->unit) || ctx_may(c, MAY_READ_ITEMS, it->receiver))
        return true;
    for (size_t i = 0; i < it->n_parts; i++)
        if (ctx_may(c, MAY_READ_ITEMS, it->parts[i].unit))
            return true;
    return false;
}

// Parts stand in a table of their own as well, for the queues of assisting units and for who may
// see the item.
static void sync_parts(struct ctx *c, const struct item *before, const struct item *it)
{
    const struct def *d = rules_def(c->rules, it->def);
    CHECK(d != NULL);
    for (size_t i = 0; i < it->n_parts; i++) {
        const struct item_part *p = &it->parts[i];
        bool now = it->open && item_part_open(p, d->part_states, d->n_part_states);
        if (i >= before->n_parts) {
            db_run(c->db,
                "INSERT INTO part (town, item, part, unit, open) VALUES (?1, ?2, ?3, ?4, ?5)",
                V(c->rules->town), V(it->id), V(p->id), V(p->unit), V(now));
            continue;
        }
        bool was =
            before->open && item_part_open(&before->parts[i], d->part_states, d->n_part_states);
        if (now != was || it->def != before->def)
            db_run(c->db, "UPDATE part SET open = ?4 WHERE town = ?1 AND item = ?2 AND part = ?3",
                V(c->rules->town), V(it->id), V(p->id), V(now));
    }
    for (size_t i = it->n_parts; i < before->n_parts; i++) // of a step taken back
        db_run(c->db, "DELETE FROM part WHERE town = ?1 AND item = ?2 AND part = ?3",
            V(c->rules->town), V(it->id), V(before->parts[i].id));
}

enum err_code item_write(struct ctx *c, const struct item *it, struct err *e)
{
    int64_t town = c->rules->town;
    str doc;
    if (doc_text(c->arena, it, &doc, e) != OK)
        return e->code;
    db_run(c->db,
        "INSERT INTO item (town, id, no, loop, def, state, open, paused, unit, receiver, class, "
        "channel, kind,"
        " priority, filed_us, changed_us, closed_us, due_us, alarm_us, version, round, returns, "
        "urges,"
        " extensions, reopens, level, raised, parent, merged, excluded, shelf, title, waits,"
        " repeat, main_repeat, unlocks, locked, recheck_us, solid_us, recurs, gathered)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
        "?19, ?20,"
        " ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, "
        "?36, ?37, ?38, ?39, ?40, ?41)",
        V(town), V(it->id), V(it->no), V(it->loop), V(it->def), V(it->state), V(it->open),
        V(it->paused), V(it->unit), V(it->receiver), V(it->cls), V(it->channel), V(it->kind),
        V(it->priority), V(it->filed_us), V(it->changed_us), V(it->closed_us), V(it->due_us),
        V(it->alarm_us), V(it->version), V(it->round), V(it->returns), V(it->urges),
        V(it->extensions), V(it->reopens), V(it->level), V(it->raised), V(it->parent),
        V(it->merged), V(it->excluded), V(it->shelf), V(it->title), V(it->waits), V(it->repeat),
        V(it->main_repeat), V(it->unlocks), V(it->locked), V(it->recheck_us), V(it->solid_us),
        V(it->recurs), V(it->gathered));
    db_run(c->db,
        "INSERT INTO item_doc (town, id, text, address, lat, lon, doc) VALUES (?1, ?2, ?3, ?4, ?5, "
        "?6, ?7)",
        V(town), V(it->id), V(it->text), V(it->address), V(it->lat), V(it->lon), V(doc));
    struct item nothing = {0};
    sync_parts(c, &nothing, it);
    return db_status(c->db, e);
}

enum err_code item_insert(struct ctx *c, const struct item *it, struct err *e)
{
    if (!c->hand)
        return item_write(c, it, e);
    item_hand_put(c->hand, it);
    return OK;
}

// ?1 to ?22 of every one of them.
#define ITEM_VALUES(c, b, it)                                                                      \
    V((c)->rules->town), V((it)->id), V((it)->state), V((it)->paused), V((it)->channel),           \
        V((it)->kind), V((it)->priority), V((it)->changed_us), V((it)->version), V((it)->round),   \
        V((it)->returns), V((it)->urges), V((it)->extensions), V((it)->reopens), V((it)->level),   \
        V((it)->raised), V((it)->parent), V((it)->merged), V((it)->excluded), V((it)->def),        \
        V((it)->receiver), V((b)->version)

// Several statements, because SQLite rewrites every index a column of which is named, changed or
// not, and each entry lies on a page of its own: in a large town a step that named them all would
// write the queue's page, too. What most steps move is an alarm or a due time.
static void update_row(struct ctx *c, const struct item *b, const struct item *it)
{
    bool listed = b->open == it->open && b->closed_us == it->closed_us && b->shelf == it->shelf &&
                  b->unit == it->unit && b->cls == it->cls && str_eq(b->waits, it->waits) &&
                  b->repeat == it->repeat && b->main_repeat == it->main_repeat &&
                  b->unlocks == it->unlocks && b->locked == it->locked &&
                  b->recheck_us == it->recheck_us && b->solid_us == it->solid_us &&
                  b->recurs == it->recurs && str_eq(b->gathered, it->gathered);
    if (!listed)
        db_change_one(c->db,
            "UPDATE item SET state = ?3, paused = ?4, channel = ?5, kind = ?6,"
            " priority = ?7, changed_us = ?8, version = ?9, round = ?10, returns = ?11,"
            " urges = ?12, extensions = ?13, reopens = ?14, level = ?15, raised = ?16,"
            " parent = ?17, merged = ?18, excluded = ?19, def = ?20, receiver = ?21,"
            " alarm_us = ?23, due_us = ?24, unit = ?25, open = ?26, closed_us = ?27,"
            " shelf = ?28, class = ?29, waits = ?30, repeat = ?31, main_repeat = ?32,"
            " unlocks = ?33, locked = ?34, recheck_us = ?35, solid_us = ?36, recurs = ?37,"
            " gathered = ?38"
            " WHERE town = ?1 AND id = ?2 AND version = ?22",
            ITEM_VALUES(c, b, it), V(it->alarm_us), V(it->due_us), V(it->unit), V(it->open),
            V(it->closed_us), V(it->shelf), V(it->cls), V(it->waits), V(it->repeat),
            V(it->main_repeat), V(it->unlocks), V(it->locked), V(it->recheck_us), V(it->solid_us),
            V(it->recurs), V(it->gathered));
    else if (b->due_us != it->due_us)
        db_change_one(c->db,
            "UPDATE item SET state = ?3, paused = ?4, channel = ?5, kind = ?6,"
            " priority = ?7, changed_us = ?8, version = ?9, round = ?10, returns = ?11,"
            " urges = ?12, extensions = ?13, reopens = ?14, level = ?15, raised = ?16,"
            " parent = ?17, merged = ?18, excluded = ?19, def = ?20, receiver = ?21,"
            " alarm_us = ?23, due_us = ?24"
            " WHERE town = ?1 AND id = ?2 AND version = ?22",
            ITEM_VALUES(c, b, it), V(it->alarm_us), V(it->due_us));
    else if (b->alarm_us != it->alarm_us)
        db_change_one(c->db,
            "UPDATE item SET state = ?3, paused = ?4, channel = ?5, kind = ?6,"
            " priority = ?7, changed_us = ?8, version = ?9, round = ?10, returns = ?11,"
            " urges = ?12, extensions = ?13, reopens = ?14, level = ?15, raised = ?16,"
            " parent = ?17, merged = ?18, excluded = ?19, def = ?20, receiver = ?21,"
            " alarm_us = ?23"
            " WHERE town = ?1 AND id = ?2 AND version = ?22",
            ITEM_VALUES(c, b, it), V(it->alarm_us));
    else
        db_change_one(c->db,
            "UPDATE item SET state = ?3, paused = ?4, channel = ?5, kind = ?6,"
            " priority = ?7, changed_us = ?8, version = ?9, round = ?10, returns = ?11,"
            " urges = ?12, extensions = ?13, reopens = ?14, level = ?15, raised = ?16,"
            " parent = ?17, merged = ?18, excluded = ?19, def = ?20, receiver = ?21"
            " WHERE town = ?1 AND id = ?2 AND version = ?22",
            ITEM_VALUES(c, b, it));
}

// Whose business has it become? Parts say so themselves, the receiver and whoever was in charge
// stand in the search index; somebody else's, as when it joins another item, is told to it.
static bool strayed(const struct item *before, const struct item *it)
{
    bool known = it->unit == before->unit || it->unit == it->receiver;
    for (size_t i = 0; i < it->n_parts && !known; i++)
        known = it->parts[i].unit == it->unit;
    return !known || it->receiver != before->receiver;
}

// Name and address are searched by their pairs, which were written when they were others; the point
// has an index, and a register's names have one.
static void put_doc(struct ctx *c, const struct item *before, const struct item *it, str doc)
{
    bool there =
        str_eq(before->address, it->address) && before->lat == it->lat && before->lon == it->lon;
    bool named = str_eq(before->title, it->title);
    if (!named)
        db_run(c->db, "UPDATE item SET title = ?3 WHERE town = ?1 AND id = ?2", V(c->rules->town),
            V(it->id), V(it->title));
    if (!named || !there)
        text_index_rewritten(c->db, c->rules->town, it->id);
    if (there) {
        db_run(c->db, "UPDATE item_doc SET doc = ?3 WHERE town = ?1 AND id = ?2", V(c->rules->town),
            V(it->id), V(doc));
        return;
    }
    db_run(c->db,
        "UPDATE item_doc SET doc = ?3, address = ?4, lat = ?5, lon = ?6"
        " WHERE town = ?1 AND id = ?2",
        V(c->rules->town), V(it->id), V(doc), V(it->address), V(it->lat), V(it->lon));
}

enum err_code item_update(
    struct ctx *c, const struct item *before, const struct item *it, struct err *e)
{
    str doc;
    if (c->hand && item_hand_get(c->hand, it->id)) {
        item_hand_put(c->hand, it);
        return OK;
    }
    if (doc_text(c->arena, it, &doc, e) != OK)
        return e->code;
    update_row(c, before, it);
    put_doc(c, before, it, doc);
    sync_parts(c, before, it);
    if (strayed(before, it))
        text_index_stray(c->db, c->rules->town, it->id);
    return db_status(c->db, e);
}

str item_text_hash(struct arena *a, str text)
{
    uint8_t h[CRYPT_HASH_BYTES];
    crypt_sha256(text, h);
    return crypt_hex(a, h, sizeof(h));
}
