// Ctrl-C and a polite kill during a long command: seen at its next resting place, where it can tidy
// up.
#ifndef BH_CMD_INTERRUPT_H
#define BH_CMD_INTERRUPT_H

#include "base/base.h"

void interrupt_catch(
    void); // from now on the first one only raises the flag; a second one ends the process at once
bool interrupt_seen(void);
// When one was seen: takes the unfinished folder away (with all in it) and ends the process with
// EXIT_FAILED.
void interrupt_leave(const char *unfinished);

#endif
