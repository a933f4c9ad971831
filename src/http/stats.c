// What the loop threads counted, added up.

#include "http/http_private.h"

static void add_loop(
    const struct http_server *s, const struct http_loop *loop, struct http_stats *out)
{
    for (size_t r = 0; r < s->conf.routes_n; r++)
        for (size_t i = 0; i < HTTP_CLASSES; i++)
            out->answers[r][i] += meter_read(&loop->answers[r][i]);
    for (size_t g = 0; g < s->conf.groups_n; g++)
        meter_collect(&loop->took[g], &out->took[g]);
}

void http_stats(struct http_server *s, struct arena *a, struct http_stats *out)
{
    *out = (struct http_stats){
        .answers = arena_array(a, s->conf.routes_n, sizeof(*out->answers)),
        .took = NEW_ARRAY(a, s->conf.groups_n, struct meter_sum),
        .connections_taken = atomic_load(&s->connections_taken),
        .connections_max = s->connections_max,
        .parked = atomic_load(&s->parked),
        .streams = atomic_load(&s->streams_n),
    };
    for (size_t i = 0; i < HTTP_ENDS; i++)
        out->ends[i] = atomic_load(&s->ends[i]);
    pthread_mutex_lock(&s->peers_lock);
    out->connections = s->connections;
    pthread_mutex_unlock(&s->peers_lock);
    pthread_mutex_lock(&s->loops_lock);
    for (const struct http_loop *loop = s->loops; loop != NULL; loop = loop->next)
        add_loop(s, loop, out);
    pthread_mutex_unlock(&s->loops_lock);
}
