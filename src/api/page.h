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

// Demonstration people, one of each role, to be shown on the log-in page and by `serve --demo`.
#define PAGE_DEMO_PASSWORD "bihuan-demo-2026" // as towns/*/people.yaml say
enum { PAGE_DEMO_MAX = 12 };
size_t page_demo_people(const struct rules *r, const struct person **out, size_t max);

#endif
