#include "store/log_mover.h"

#include <pthread.h>
#include "base/log.h"
#include "store/db_inner.h"

struct log_mover {
    struct arena *arena;       // holds this struct
    struct db *db;             // the writer's
    int64_t since;             // pages in the log when it was last moved; the writer's
    bool (*before)(void *arg); // may be NULL
    void *before_arg;
    struct db *second; // the thread's; NULL: there is no thread
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    // Under the lock.
    bool wanted, moved, stopping;
};

static void *run(void *arg)
{
    struct log_mover *m = arg;
    pthread_mutex_lock(&m->lock);
    while (!m->stopping) {
        if (!m->wanted) {
            pthread_cond_wait(&m->wake, &m->lock);
            continue;
        }
        pthread_mutex_unlock(&m->lock);
        db_checkpoint(m->second, false);
        pthread_mutex_lock(&m->lock);
        m->wanted = false;
        m->moved = true;
    }
    pthread_mutex_unlock(&m->lock);
    return NULL;
}

struct log_mover *log_mover_start(struct db *db)
{
    struct arena *a = arena_new();
    struct log_mover *m = NEW(a, struct log_mover);
    m->arena = a;
    m->db = db;
    CHECK(pthread_mutex_init(&m->lock, NULL) == 0);
    CHECK(pthread_cond_init(&m->wake, NULL) == 0);
    m->second = db_second(db);
    if (m->second && pthread_create(&m->thread, NULL, run, m) != 0) {
        log_line(LOG_WARN, "store message=\"no thread to move the log\"");
        db_close(m->second);
        m->second = NULL;
    }
    return m;
}

void log_mover_before(struct log_mover *m, bool (*f)(void *arg), void *arg)
{
    m->before = f;
    m->before_arg = arg;
}

// The writer's share: the rest that was written meanwhile, or all of it.
static void move(struct log_mover *m, int64_t pages)
{
    if (m->before)
        (void)m->before(m->before_arg);
    db_checkpoint(m->db, false);
    // Again, so that what was moved is no longer held.
    bool wait = !m->before || m->before(m->before_arg);
    if (wait && pages >= LOG_PAGES_MAX)
        db_checkpoint(m->db, true);
    m->since = db_log_pages(m->db);
}

void log_mover_look(struct log_mover *m)
{
    int64_t pages = db_log_pages(m->db);
    if (pages < m->since) // it has begun anew
        m->since = 0;
    bool grown = pages - m->since >= LOG_MOVE_PAGES;
    if (!grown || !m->second) {
        if (grown)
            move(m, pages);
        return;
    }
    pthread_mutex_lock(&m->lock);
    bool moved = m->moved;
    m->moved = false;
    if (!moved && !m->wanted) {
        m->wanted = true;
        pthread_cond_signal(&m->wake);
    }
    pthread_mutex_unlock(&m->lock);
    if (moved)
        move(m, pages);
}

int64_t log_mover_waiting(const struct log_mover *m)
{
    int64_t pages = db_log_pages(m->db);
    return pages >= m->since ? pages - m->since : pages;
}

void log_mover_stop(struct log_mover *m)
{
    pthread_mutex_lock(&m->lock);
    m->stopping = true;
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->lock);
    if (m->second) {
        CHECK(pthread_join(m->thread, NULL) == 0);
        db_close(m->second);
    }
    db_checkpoint(m->db, true);
    pthread_cond_destroy(&m->wake);
    pthread_mutex_destroy(&m->lock);
    arena_free(m->arena);
}
