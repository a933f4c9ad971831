// Moving the items a filter finds to another version of their loop, a group at a time: whoever asks
// goes on where the group ended, and what is moved stays moved when he does not.
#ifndef BH_DOMAIN_ITEM_MOVES_H
#define BH_DOMAIN_ITEM_MOVES_H

#include "domain/item_move.h"

enum { ITEM_MOVES_MAX = 200 }; // of one group

struct item_moves {
    struct item_move move;
    str where;    // which items of the loop, as in every list; empty: all
    int64_t from; // only of this version of the definition (its id); 0: of any other
    bool back;    // takes the last move back, where nothing has happened since
    bool dry;     // says what would be, and writes nothing
    str after;    // where the group before ended; empty: at the first
    int64_t limit;
};
struct item_moves_row {
    struct item_moved moved;
    int64_t id, version_from; // of the definition
    str why;                  // not moved: the reasons; empty: moved
};
struct item_moves_told {
    int64_t looked;
    int64_t same; // nothing to do: of that version already, over, or (back) of another one
    struct item_moves_row *rows;
    size_t n;
    str next; // empty: that was the last group
};
// Needs MAY_MANAGE_DEFS. Refusals of single items are rows; notes in e are of the request.
enum err_code item_moves_some(struct ctx *c, const struct item_moves *in,
    struct item_moves_told *out, struct err *e) MUST_USE;
// "old=new" as people write it; a note and false else.
bool item_rename_read(str text, str field, struct item_rename *out, struct err *e);

#endif
