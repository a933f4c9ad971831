// A town made from its files, in a folder of its own that is removed afterwards.
#ifndef BH_TESTS_UNIT_DOMAIN_TOWN_MADE_H
#define BH_TESTS_UNIT_DOMAIN_TOWN_MADE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "../store/temp.h"
#include "domain/audit.h"
#include "domain/journal.h"
#include "domain/town.h"

struct made {
    struct temp *t;
    struct db *db;
    struct keys keys;
    struct rules *rules;
    struct journal *journal;
    struct ctx c;
    struct err e;
};

static inline int64_t made_at(const char *text)
{
    int64_t us;
    if (!tm_parse(str_of(text), TM_ZONE_DEFAULT_S, &us))
        fail_msg("not an instant: %s", text);
    return us;
}

#define made_ok(m, code)                                                                           \
    do {                                                                                           \
        if ((code) != OK)                                                                          \
            fail_msg("%s", err_text(&(m)->e, (m)->t->a).s);                                        \
    } while (0)

// An empty, migrated database in folder NAME of the temporary one; nothing is made yet.
static inline struct made *made_open(struct temp *t, const char *name)
{
    struct made *m = NEW(t->a, struct made);
    m->t = t;
    crypt_init();
    err_init(&m->e, t->a, LANG_EN);
    memset(&m->keys, 7, sizeof(m->keys));
    m->db = town_open(t->a, temp_path(t, name), true, made_at("2025-11-01 09:00"), &m->e);
    if (!m->db)
        fail_msg("%s", err_text(&m->e, t->a).s);
    return m;
}

static inline enum err_code made_init(struct made *m, const struct town_source *src, int64_t *town)
{
    err_init(&m->e, m->t->a, LANG_EN);
    return town_init(m->db, m->t->a, src, &m->keys, made_at("2025-11-01 09:00"), town, &m->e);
}

// Rules, journal and context of the town just made.
static inline void made_rules(struct made *m, int64_t town)
{
    m->rules = rules_load(m->db, town, &m->e);
    if (!m->rules)
        fail_msg("%s", err_text(&m->e, m->t->a).s);
    m->journal = journal_new(town, 1);
    m->c = (struct ctx){.db = m->db,
        .arena = m->t->a,
        .rules = m->rules,
        .now_us = made_at("2025-11-01 09:00"),
        .keys = &m->keys,
        .journal = m->journal,
        .lang = LANG_EN};
}

static inline struct made *made_town(struct temp *t, const char *name, const char *folder)
{
    int64_t town = 0;
    struct made *m = made_open(t, name);
    struct town_source src = town_source_folder(t->a, str_of(folder));
    made_ok(m, made_init(m, &src, &town));
    made_rules(m, town);
    return m;
}

static inline void made_close(struct made *m)
{
    rules_free(m->rules);
    journal_free(m->journal);
    db_close(m->db);
}

#endif
