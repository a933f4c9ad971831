// A long answer made piece by piece on the loop thread: an export, a sheet of rows to correct. What
// it reads with lives beside the request, because the thread goes on with others between two
// pieces.
#ifndef BH_API_POUR_H
#define BH_API_POUR_H

#include "api/call.h"

struct pour {
    struct arena *arena;
    struct rules_hold *rules;
    struct ctx ctx; // for whatever is poured: it lives until the close
    void *from;
    int64_t (*read)(void *from, char *out, size_t max); // as export_read
    enum err_code (*error)(const void *from, struct err *e);
    void (*close)(void *from); // NULL is fine
    str first;                 // what of the first piece was not sent yet
};
struct pour *pour_new(struct call *k);
void pour_drop(struct pour *p); // when nothing is answered
// Answers what p->from gives. An error of the first piece is still told; later ones can only cut
// the answer short.
enum err_code pour_answer(struct call *k, struct pour *p, str name, const char *type);

#endif
