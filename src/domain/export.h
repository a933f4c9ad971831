// Orders out: what a filter chooses and the actor may see, as CSV or as a workbook (XLSX), piece by
// piece in flat memory. In filing order; personal data masked as everywhere. A workbook has dates
// as dates, numbers of orders and phones as text, and a second sheet that says what was chosen,
// when and by whom; more orders than a sheet holds go on on another one.
#ifndef BH_DOMAIN_EXPORT_H
#define BH_DOMAIN_EXPORT_H

#include "domain/ctx.h"
#include "domain/filter.h"

enum export_as { EXPORT_CSV, EXPORT_XLSX };

struct export;
// filter NULL: everything. When it names one loop, every field of that loop and every judge's
// answer is a column. Needs MAY_EXPORT. c is copied: its database, rules and keys must live until
// export_close, its arena need not.
struct export *export_open(
    struct ctx *c, const struct filter *f, enum export_as as, struct err *e) MUST_USE;
// Writes at most max bytes and answers how many: 0 at the end, -1 when the database fails. Between
// two calls the connection is free for other reads. The header row comes with the first call.
int64_t export_read(struct export *x, char *out, size_t max);
// Why it was -1, added to e; OK when it was not.
enum err_code export_error(const struct export *x, struct err *e);
int64_t export_rows(const struct export *x); // written so far, without the header
void export_close(struct export *x);         // NULL is fine

#endif
