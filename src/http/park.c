// Requests that sleep without a thread until another thread has their answer.

#include <microhttpd.h>

#include "http/http_private.h"

// The library may be told to resume a connection as soon as it was told to suspend it, even within
// one call of the handler: both only change lists under its own lock, and the loop looks at them
// when the handler has returned. So the connection is suspended first, then the state is set; a
// wake that came before finds the state and leaves the resuming to this thread.
void http_park(struct http_req *req)
{
    struct http_conn *c = req->conn;
    CHECK(!c->parked && !c->answered);
    c->parked = true;
    atomic_fetch_add(&c->server->parked, 1);
    MHD_suspend_connection(c->mhd);
    enum park_state was = PARK_RUNNING;
    if (!atomic_compare_exchange_strong(&c->park, &was, PARK_ASLEEP)) {
        CHECK(was == PARK_WOKEN);
        atomic_fetch_sub(&c->server->parked, 1);
        MHD_resume_connection(c->mhd);
    }
}

void http_wake(struct http_req *req)
{
    struct http_conn *c = req->conn;
    struct http_server *s = c->server;
    // While it is counted, http_stop does not take the server away under this thread's feet.
    atomic_fetch_add(&s->wakers, 1);
    struct MHD_Connection *mhd = c->mhd;
    enum park_state was = atomic_exchange(&c->park, PARK_WOKEN);
    CHECK(was != PARK_WOKEN);
    if (was == PARK_ASLEEP) {
        // Only the resume lets the request go on and end.
        atomic_fetch_sub(&s->parked, 1);
        MHD_resume_connection(mhd);
    }
    atomic_fetch_sub(&s->wakers, 1);
}
