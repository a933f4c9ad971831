// Everything that is not /api: the shell of the workbench, its assets, the plain log-in page.
#ifndef BH_API_PAGE_H
#define BH_API_PAGE_H

#include "api/call.h"

// Answers a page or an asset for a path no route has, else 404 (or 405 when the path is known under
// another method).
void page_or_missing(struct call *k, bool known);
// The plain log-in page, with a message (escaped here) when a log-in was refused.
void page_login(struct call *k, str message);
enum err_code page_login_get(struct call *k);

#endif
