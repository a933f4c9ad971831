// Proving the history: the hash chain, items as the fold of their events, counters as the sum over
// items.
#ifndef BH_DOMAIN_AUDIT_H
#define BH_DOMAIN_AUDIT_H

#include "domain/ctx.h"

struct audit_out {
    int64_t events, items, cells; // looked at
    int64_t first_bad;            // audit_verify: id of the first broken event; 0: none
    str head; // hex of the chain's last hash: write it down elsewhere, and cutting the tail shows
              // too
};
typedef void audit_progress(void *arg, int64_t done, int64_t total);

// Walks the chain of every lane. ERR_STORE and a note that names the first broken row, what is
// wrong with it.
enum err_code audit_verify(
    struct ctx *c, audit_progress *p, void *arg, struct audit_out *out, struct err *e) MUST_USE;
// Folds every item from its events and compares it with the stored row and document; counts every
// tally of its definition version anew and compares with the table. Every difference is a note (up
// to ERR_NOTES_MAX).
enum err_code tally_verify(
    struct ctx *c, audit_progress *p, void *arg, struct audit_out *out, struct err *e) MUST_USE;
// Throws the counters away and writes them anew from the items. On the writer or with the town's
// file to itself.
enum err_code tally_rebuild(struct ctx *c, struct err *e) MUST_USE;

#endif
