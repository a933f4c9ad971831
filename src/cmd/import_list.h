// `bihuan import FILE --kind units|classes|people`: a list of the town's own instead of orders.
#ifndef BH_CMD_IMPORT_LIST_H
#define BH_CMD_IMPORT_LIST_H

#include "cmd/cmd.h"

int import_list_run(struct args *a);

#endif
