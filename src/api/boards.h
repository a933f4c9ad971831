// Boards over HTTP.
#ifndef BH_API_BOARDS_H
#define BH_API_BOARDS_H

#include "api/call.h"

extern const struct field BOARD_VIEW[], BOARD_QUERY[], BOARD_MONTHS_VIEW[], BOARD_MONTHS_QUERY[];
enum err_code boards_get(struct call *k);
enum err_code boards_months(struct call *k);

#endif
