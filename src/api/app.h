// One running town: its database, its writer, its rules, its keys. Made by `serve`, shared by all
// threads.
//
// The rules are an immutable snapshot with a count of those who hold it. Each loop thread keeps one
// and looks at an atomic number at the start of a request; only when that has moved does it take
// the lock to fetch the new one.
#ifndef BH_API_APP_H
#define BH_API_APP_H

#include "domain/ctx.h"
#include "domain/journal.h"
#include "domain/keep.h"
#include "http/http.h"
#include "store/writer.h"

struct app;

struct app_conf {
    str dir; // holds bihuan.db, key, blobs/
    const char *host;
    int port, threads;
    bool log_requests; // one line each
    const char *version;
    bool demo;           // show the demonstration log-ins; quick password hashes
    str program;         // version
    str backup_to;       // the store of backups; empty: none are made
    int64_t backup_at_s; // second of the town's day
    struct keep keep;
    str web_dir; // serve assets from here instead of the embedded ones; empty: embedded
};

// Opens, starts the writer, the ticker (clocks running out, sessions, external changes) and the
// HTTP server.
struct app *app_start(const struct app_conf *conf, struct err *e) MUST_USE;
int app_port(const struct app *app);
void app_stop(struct app *app);

// The rules, held until app_rules_drop. From any thread.
struct rules_hold;
struct rules_hold *app_rules_take(struct app *app);
void app_rules_drop(struct rules_hold *h);
const struct rules *app_rules(const struct rules_hold *h);
// True when a newer snapshot than h is out.
bool app_rules_stale(const struct app *app, const struct rules_hold *h);

// Another number after every commit with an event that is not about an item: who may log in, and
// what was read of people and sessions under one number, is still true while it stands.
uint64_t app_town_serial(const struct app *app);

int64_t app_town(const struct app *app);
struct nightly *app_nightly(struct app *app); // NULL: no backups are made
struct writer *app_writer(struct app *app);
const struct app_conf *app_conf(const struct app *app);
const struct keys *app_keys(const struct app *app);
struct http_server *app_http(struct app *app);
struct jobs *app_jobs(struct app *app);
struct tries *app_tries(struct app *app);
int64_t app_started(const struct app *app); // on the wall clock
struct arena *app_arena(struct app *app);   // lives as long as the app; at start only
// The context of a command on the writer: its connection, the newest rules (also those made by this
// very group).
void app_writer_ctx(struct app *app, struct db *db, struct arena *a, struct ctx *out);

#endif
