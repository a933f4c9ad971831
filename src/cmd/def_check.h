// "def check": one definition, or all of a folder together, as the town would find them right.
#ifndef BH_CMD_DEF_CHECK_H
#define BH_CMD_DEF_CHECK_H

#include "cmd/cmd.h"

// A definition's text; its name stands with what is wrong in it.
enum err_code def_check_read(struct args *a, str path, str *text) MUST_USE;
// What it defines: --kind, or what its content tells.
str def_check_kind(struct args *a, str text);
// Checks words[1] against the town of --dir, or one like the demonstration town. Of a folder every
// .yaml, each as if the others were in force: they may name one another.
int def_check(struct args *a);

#endif
