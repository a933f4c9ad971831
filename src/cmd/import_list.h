// `bihuan import FILE --kind units|classes|people|places|cells`: what is the town's own, instead of
// orders.
#ifndef BH_CMD_IMPORT_LIST_H
#define BH_CMD_IMPORT_LIST_H

#include "cmd/cmd.h"

int import_list_run(struct args *a);
int import_cells_run(struct args *a); // a layer as GeoJSON

#endif
