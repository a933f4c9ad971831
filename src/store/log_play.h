// Reads what store/log_tail.h has kept, and brings a copy of the database forward with it.
#ifndef BH_STORE_LOG_PLAY_H
#define BH_STORE_LOG_PLAY_H

#include "store/log_tail.h"

struct log_played {
    int64_t first_us, last_us; // of the records taken; 0: none
    int64_t records, pages;
    bool gone; // the file it should begin in is not there any more
};

// Takes the records from this place on whose time is at most until_us, up to the last one that ends
// a commit, and writes their pages into the database file; database NULL: only checks them. The
// torn end that a crash leaves is no error; a record damaged in the middle is.
enum err_code log_play(struct arena *a, str folder, struct log_place from, int64_t until_us,
    const char *database, struct log_played *out, struct err *e) MUST_USE;

#endif
