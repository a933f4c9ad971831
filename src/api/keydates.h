// Key dates over HTTP: which there are, and the daily brief of one.
#ifndef BH_API_KEYDATES_H
#define BH_API_KEYDATES_H

#include "api/call.h"

extern const struct field KEYDATES_VIEW[], KEYDATE_BRIEF_QUERY[], KEYDATE_BRIEF_VIEW[];
enum err_code keydates_list(struct call *k);
enum err_code keydates_brief(struct call *k);
enum err_code keydates_csv(struct call *k);
enum err_code keydates_xlsx(struct call *k);

#endif
