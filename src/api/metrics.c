#include "api/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "api/jobs.h"
#include "base/log.h"
#include "domain/item_step.h"
#include "format/prom.h"

enum {
    TEXT_MAX_BYTES = 1 * MIB,
    OVERDUE_LOOK_MAX = 1000, // more are counted as so many
};

// ---- what requests are counted as

static const char *const METHODS[] = {[HTTP_GET] = "GET",
    [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH",
    [HTTP_DELETE] = "DELETE"};

enum group { OTHER, PAGE, READ, LIST, WRITE, BOARD, BULK, ACCOUNT, ADMIN, WATCH, GROUPS };
static const char *const GROUP_NAMES[GROUPS] = {
    "other", "page", "read", "list", "write", "board", "bulk", "account", "admin", "watch"};

// The first that fits; a path that is not here belongs to the administration.
static const struct {
    const char *begins;
    enum group reads, writes;
} GROUP_RULES[] = {
    {"/api/items/{id}/files", BULK, BULK},
    {"/api/items/", READ, WRITE},
    {"/api/items", LIST, WRITE},
    {"/api/numbers/", READ, WRITE},
    {"/api/views", LIST, WRITE},
    {"/api/boards/", BOARD, BOARD},
    {"/api/export", BULK, BULK},
    {"/api/import", BULK, BULK},
    {"/api/jobs", BULK, BULK},
    {"/api/me", ACCOUNT, ACCOUNT},
    {"/api/log", ACCOUNT, ACCOUNT},
    {"/login", ACCOUNT, ACCOUNT},
    {"/api/password", ACCOUNT, ACCOUNT},
    {"/api/catalog", READ, READ},
    {"/api/events", WATCH, WATCH},
    {"/healthz", WATCH, WATCH},
    {"/metrics", WATCH, WATCH},
};

size_t metrics_route_names(struct arena *a, const char *const **names)
{
    size_t n = METRICS_ROUTES + route_count();
    const char **all = NEW_ARRAY(a, n, const char *);
    all[METRICS_OTHER] = "other";
    all[METRICS_PAGE] = "page";
    for (size_t i = 0; i < route_count(); i++)
        all[METRICS_ROUTES + i] = str_fmt(a, "%s %s", METHODS[ROUTES[i].method], ROUTES[i].path).s;
    *names = all;
    return n;
}

size_t metrics_groups(void)
{
    return GROUPS;
}

unsigned metrics_route(const struct route *r)
{
    return METRICS_ROUTES + (unsigned)(r - ROUTES);
}

unsigned metrics_group(const struct route *r)
{
    for (size_t i = 0; i < ARRAY_LEN(GROUP_RULES); i++)
        if (strncmp(r->path, GROUP_RULES[i].begins, strlen(GROUP_RULES[i].begins)) == 0)
            return r->method == HTTP_GET ? GROUP_RULES[i].reads : GROUP_RULES[i].writes;
    return ADMIN;
}

// ---- the service

static void put_requests(struct prom *p, const struct http_stats *s)
{
    static const char *const CLASSES[HTTP_CLASSES] = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
    prom_family(
        p, "bihuan_http_requests_total", "counter", "Answers by route and class of their status.");
    for (size_t r = 0; r < METRICS_ROUTES + route_count(); r++) {
        const struct route *row = r >= METRICS_ROUTES ? &ROUTES[r - METRICS_ROUTES] : NULL;
        str path = row ? str_of(row->path) : r == METRICS_PAGE ? S("page") : S("other");
        str method = row ? str_of(METHODS[row->method]) : S("");
        for (size_t c = 0; c < HTTP_CLASSES; c++)
            if (s->answers[r][c] > 0)
                prom_count(p,
                    (struct prom_label[]){
                        {"method", method}, {"route", path}, {"status", str_of(CLASSES[c])}, {0}},
                    s->answers[r][c]);
    }
    prom_family(p, "bihuan_http_request_seconds", "histogram",
        "From the whole request to its answer, waiting for the writer included.");
    for (size_t g = 0; g < GROUPS; g++)
        prom_hist(p, (struct prom_label[]){{"group", str_of(GROUP_NAMES[g])}, {0}}, &s->took[g]);
}

static void put_connections(struct prom *p, const struct http_stats *s)
{
    static const char *const ENDS[HTTP_ENDS] = {
        "idle", "slow_head", "slow_body", "slow_reader", "full", "address", "streams"};
    prom_one(p, "bihuan_http_connections", "gauge", "Open connections.", (double)s->connections);
    prom_one(p, "bihuan_http_connections_max", "gauge", "So many may be open.",
        (double)s->connections_max);
    prom_one(p, "bihuan_http_connections_total", "counter", "Connections taken.",
        (double)s->connections_taken);
    prom_one(p, "bihuan_http_parked_requests", "gauge", "Requests that wait for the writer.",
        (double)s->parked);
    prom_one(p, "bihuan_http_streams", "gauge", "Open event streams.", (double)s->streams);
    prom_family(p, "bihuan_http_cut_total", "counter",
        "Connections closed to make room or for slowness, and refused ones.");
    for (size_t i = 0; i < HTTP_ENDS; i++)
        prom_count(p, (struct prom_label[]){{"reason", str_of(ENDS[i])}, {0}}, s->ends[i]);
}

static void put_writer(struct prom *p, struct writer *w)
{
    struct writer_stats s = writer_stats(w);
    prom_one(
        p, "bihuan_writer_waiting", "gauge", "Writes in the queue.", (double)writer_waiting(w));
    prom_one(p, "bihuan_writer_waiting_max", "gauge", "A longer queue is refused with 503.",
        WRITER_QUEUE_MAX);
    prom_one(p, "bihuan_writer_commands_total", "counter", "Writes taken up.", (double)s.commands);
    prom_one(p, "bihuan_writer_commands_failed_total", "counter",
        "Writes that were refused or failed.", (double)s.failed);
    prom_one(p, "bihuan_writer_commands_slow_total", "counter", "Writes that took over 5 ms.",
        (double)s.slow);
    prom_one(p, "bihuan_writer_groups_total", "counter", "Transactions.", (double)s.groups);
    prom_one(p, "bihuan_writer_groups_failed_total", "counter",
        "Transactions that could not be committed.", (double)s.groups_failed);
    prom_one(p, "bihuan_writer_group_largest", "gauge", "Most writes in one transaction so far.",
        (double)s.largest_group);
    prom_family(p, "bihuan_writer_commit_seconds", "histogram",
        "A transaction from its begin until it is on disk.");
    prom_hist(p, NULL, &s.took);
    prom_one(p, "bihuan_store_log_pages", "gauge", "Pages in the log of the database.",
        (double)s.log_pages);
    prom_one(p, "bihuan_store_checkpoint_waiting_pages", "gauge",
        "Of these, not yet moved into the database.", (double)s.log_pages_waiting);
}

static void put_store(struct prom *p, struct call *k)
{
    int64_t database = 0, log = 0;
    size_t unnoticed = 0;
    bool up = k->ctx.db != NULL;
    if (up) {
        struct item_due *due = NEW_ARRAY(k->ctx.arena, OVERDUE_LOOK_MAX, struct item_due);
        struct err quiet;
        err_init(&quiet, k->ctx.arena, k->ctx.lang);
        db_sizes(k->ctx.db, &database, &log);
        unnoticed = item_alarms_due(&k->ctx, OVERDUE_LOOK_MAX, due);
        up = db_status(k->ctx.db, &quiet) == OK;
    }
    // A database that does not answer is a figure, too: the others are wanted most just then.
    prom_one(p, "bihuan_store_up", "gauge", "1: the database answers.", up);
    prom_one(p, "bihuan_store_bytes", "gauge", "Size of the database.", (double)database);
    prom_one(p, "bihuan_store_log_bytes", "gauge", "Size of its log.", (double)log);
    prom_one(p, "bihuan_clocks_unnoticed", "gauge",
        "Items with a clock that ran out and was not noticed yet; 1000 means at least so many.",
        (double)unnoticed);
    prom_one(p, "bihuan_jobs", "gauge", "Jobs running or waiting.", (double)jobs_at_work(k->app));
    prom_one(p, "bihuan_rules_version", "gauge", "Grows with each change of the rules.",
        (double)k->ctx.rules->gen);
}

// ---- the process [Prometheus client libraries: process metrics]

static double resident_bytes(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f)
        return 0;
    if (fscanf(f, "%ld %ld", &pages, &resident) != 2)
        resident = 0;
    (void)fclose(f);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static double open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    double n = 0;
    if (!d)
        return 0;
    while (readdir(d))
        n++;
    (void)closedir(d);
    return n - 3; // itself, "." and ".."
}

static void put_process(struct prom *p, struct app *app)
{
    struct rlimit files = {0};
    struct rusage used = {0};
    (void)getrlimit(RLIMIT_NOFILE, &files);
    (void)getrusage(RUSAGE_SELF, &used);
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                 (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    prom_one(p, "process_cpu_seconds_total", "counter", "Processor time used.", cpu);
    prom_one(p, "process_resident_memory_bytes", "gauge", "Memory in use.", resident_bytes());
    prom_one(p, "process_open_fds", "gauge", "Open files and sockets.", open_files());
    prom_one(p, "process_max_fds", "gauge", "So many may be open.", (double)files.rlim_cur);
    prom_one(p, "process_start_time_seconds", "gauge", "When the service began, since 1970.",
        (double)app_started(app) / (double)US_SECOND);
    prom_one(p, "bihuan_log_lines_held_total", "counter",
        "Lines not logged because too many of their kind came at once.", (double)log_held());
    prom_family(p, "bihuan_build_info", "gauge", "Which program and store this is; always 1.");
    prom_gauge(p,
        (struct prom_label[]){
            {"version", str_of(app_conf(app)->version ? app_conf(app)->version : "")}, {0}},
        1);
}

enum err_code metrics_get(struct call *k)
{
    struct buf b;
    struct prom p = {.out = &b};
    struct http_stats s;
    buf_init(&b, k->ctx.arena, TEXT_MAX_BYTES);
    http_stats(app_http(k->app), k->ctx.arena, &s);
    put_requests(&p, &s);
    put_connections(&p, &s);
    put_writer(&p, app_writer(k->app));
    put_store(&p, k);
    put_process(&p, k->app);
    CHECK(!b.overflow);
    http_answer(k->req, k->route->status, PROM_TYPE, buf_str(&b));
    return OK;
}
