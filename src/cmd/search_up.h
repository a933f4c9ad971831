// Filling the search index from the command line, with a bar and until somebody interrupts.
#ifndef BH_CMD_SEARCH_UP_H
#define BH_CMD_SEARCH_UP_H

#include "cmd/town_door.h"
#include "domain/search_fill.h"

// OK also when it was interrupted; ERR_BUSY when another process is at it.
enum err_code search_up(struct args *a, struct town_door *d, enum search_how how) MUST_USE;
// At the end of a command that has brought items in: what it leaves undone a server does, so it
// fails nothing.
void search_up_quietly(struct args *a, struct town_door *d);

#endif
