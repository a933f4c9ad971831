// GET /api/export: a filter's items as CSV or XLSX, streamed.
#ifndef BH_API_EXPORTS_H
#define BH_API_EXPORTS_H

#include "api/call.h"

extern const struct field EXPORT_QUERY[];
enum err_code items_export(struct call *k);

#endif
