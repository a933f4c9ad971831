// bihuan def move LOOP --to VERSION: items of a loop that a filter finds go to another version.
#ifndef BH_CMD_DEF_MOVES_H
#define BH_CMD_DEF_MOVES_H

#include "cmd/cmd.h"

int def_moves(struct args *a);

#endif
