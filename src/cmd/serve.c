#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "api/app.h"
#include "api/page.h"
#include "base/log.h"
#include "cmd/town_make.h"
#include "domain/town.h"
#include "store/files.h"

static const struct opt OPTIONS[] = {
    {"host", OPT_STR, "ADDRESS", "address to listen on; beyond loopback only when you say so",
        "监听地址，默认只限本机", "127.0.0.1"},
    {"port", OPT_I64, "N", "port; 0 takes a free one", "端口，0 为任意空闲端口", "8080", 0, 65535},
    {"threads", OPT_I64, "N",
        "loop threads, each with a connection to the database; 0: one a core, eight on a server",
        "线程数，每个线程占一个数据库连接；0 为每核一个，使用 PostgreSQL 时为 8 个", "0", 0, 64},
    {"log-requests", OPT_FLAG, NULL, "log every request: route, status, time; no personal data",
        "记录每个请求的接口、状态和耗时，不含个人信息"},
    {"demo", OPT_FLAG, NULL, "show the demonstration log-ins on the log-in page",
        "登录页显示演示用户"},
    {"backup-to", OPT_STR, "FOLDER",
        "a store of backups: one every night, and the log between them",
        "备份库：每夜自动备份，并留存其间的日志"},
    {"backup-at", OPT_STR, "HH:MM", "when, by the town's clock", "每日备份时刻（本镇时区）",
        "02:30"},
    {"keep", OPT_STR, "RULE", "how many days, weeks and months of backups stay",
        "备份保留多少天、周、月", KEEP_USUAL},
    {"at", OPT_STR, "TIME", "tests: begin at this time instead of now", "测试用：从这个时刻开始"},
    {"stand-still", OPT_FLAG, NULL, "tests: time does not move on", "测试用：时间不走"},
    {0},
};

// Waits for Ctrl-C or a polite kill. Signals were blocked before any thread began, so that none of
// them takes one.
static void wait_for_end(const sigset_t *set)
{
    int sig;
    (void)sigwait(set, &sig);
}

// Who can log in to a demonstration town, one of each role.
static void print_demo(struct app *app)
{
    const struct person *people[PAGE_DEMO_MAX];
    struct rules_hold *h = app_rules_take(app);
    size_t n = page_demo_people(app_rules(h), people, PAGE_DEMO_MAX);
    printf("演示用户 demonstration log-ins (password %s):\n", PAGE_DEMO_PASSWORD);
    for (size_t i = 0; i < n; i++) {
        str login = people[i]->login, title = people[i]->grants[0].role->title;
        printf("  %-20.*s %.*s\n", STR_ARG(login), STR_ARG(title));
    }
    app_rules_drop(h);
}

static bool set_time(struct args *a)
{
    str at = args_str(a, "at");
    int64_t us;
    if (at.n == 0)
        return true;
    if (!tm_parse(at, TM_ZONE_DEFAULT_S, &us)) {
        err_add(&a->err, ERR_INVALID, S("--at"), S("2026-11-20T09:00:00+08:00"), "is not a time",
            "不是时间");
        return false;
    }
    tm_freeze(us, !args_flag(a, "stand-still"));
    return true;
}

// A thread that asks another machine waits; while it does, others work.
static int threads_of(struct args *a)
{
    enum { ON_SERVER = 8 };
    int64_t threads = args_i64(a, "threads");
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (threads == 0)
        threads = town_on_server(a->arena, args_dir(a)) ? ON_SERVER : cores;
    return threads > 0 ? (int)threads : 1;
}

static bool set_backup(struct args *a, struct app_conf *conf)
{
    str at = args_str(a, "backup-at");
    int64_t hour, minute;
    conf->program = str_of(cmd_version());
    conf->backup_to = args_str(a, "backup-to");
    while (conf->backup_to.n > 1 && conf->backup_to.s[conf->backup_to.n - 1] == '/')
        conf->backup_to.n--;
    if (keep_parse(args_str(a, "keep"), &conf->keep, &a->err) != OK)
        return false;
    if (at.n != 5 || at.s[2] != ':' || !str_i64(str_sub(at, 0, 2), &hour) ||
        !str_i64(str_sub(at, 3, 2), &minute) || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59) {
        err_add(&a->err, ERR_INVALID, S("--backup-at"), S("02:30"), "is not a time of day",
            "不是一天中的时刻");
        return false;
    }
    conf->backup_at_s = (hour * 60 + minute) * 60;
    if (conf->backup_to.n == 0 || !town_on_server(a->arena, conf->dir))
        return true;
    err_add(&a->err, ERR_INVALID, S("--backup-to"), S("pg_dump"),
        "the database of this town is a server's: back it up with the server's own means",
        "本镇使用 PostgreSQL：请用数据库服务器自身的手段备份");
    return false;
}

static int run(struct args *a)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    if (!set_time(a))
        return args_fail(a, EXIT_USAGE);
    if (!town_make_there(a->arena, args_dir(a))) {
        err_add(&a->err, ERR_MISSING, args_dir(a), S("bihuan.db"),
            "there is no town in this folder: init or demo makes one",
            "这个目录里没有镇的数据库，可先用 init 或 demo 创建");
        return args_fail(a, EXIT_OPEN);
    }
    struct app_conf conf = {.dir = args_dir(a),
        .host = str_z(a->arena, args_str(a, "host")),
        .port = (int)args_i64(a, "port"),
        .threads = threads_of(a),
        .log_requests = args_flag(a, "log-requests"),
        .version = cmd_version(),
        .demo = args_flag(a, "demo")};
    if (!set_backup(a, &conf))
        return args_fail(a, EXIT_USAGE);
    int lock;
    if (town_lock(a->arena, conf.dir, TOWN_LOCK_SERVE, &lock, &a->err) != OK)
        return args_fail(a, EXIT_OPEN);
    struct app *app = app_start(&conf, &a->err);
    if (!app)
        return args_fail(a, EXIT_OPEN);
    printf("bihuan: ready on http://%s:%d\n", conf.host, app_port(app));
    if (conf.demo)
        print_demo(app);
    (void)fflush(stdout);
    wait_for_end(&set);
    log_line(LOG_INFO, "stopping");
    app_stop(app);
    files_unlock(lock);
    return EXIT_DONE;
}

const struct cmd CMD_SERVE = {"serve", "[OPTIONS]", "serve the town over HTTP until Ctrl-C",
    "启动服务，Ctrl-C 停止",
    "  bihuan serve --dir var/demo\n  bihuan serve --dir /srv/bihuan --host 0.0.0.0 --port 80\n"
    "  bihuan serve --dir /srv/bihuan --backup-to /backup/store --backup-at 02:30",
    OPTIONS, 0, 0, run};
