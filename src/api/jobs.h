// Long work: imports, undoing them, computing due times anew. One thread runs one job after
// another; writes go through the writer like everybody's.
#ifndef BH_API_JOBS_H
#define BH_API_JOBS_H

#include "api/call.h"

enum { JOBS_WAITING_MAX = 64, JOBS_PROBLEMS_PAGE = 100 };

struct jobs; // the thread and its queue
struct jobs *jobs_start(struct app *app);
void jobs_stop(struct jobs *j);    // running work stops at its next group and can be resumed
void jobs_settle(struct app *app); // queue: due times of all open items
// ERR_BUSY: the queue is full; ERR_CONFLICT: just that waits or runs already.
enum err_code jobs_run_import(struct app *app, int64_t job, struct err *e) MUST_USE;
enum err_code jobs_run_undo(struct app *app, int64_t job, struct err *e) MUST_USE;
void jobs_stop_job(struct app *app, int64_t job); // at its next group; it can be resumed

size_t jobs_at_work(struct app *app); // running and waiting

// Endpoints (jobs_api.c)
extern const struct field JOBS_LIST[], JOB_OUT[];
enum err_code jobs_list(struct call *k);
enum err_code jobs_get(struct call *k);
enum err_code jobs_problems_csv(struct call *k);
enum err_code jobs_problems_xlsx(struct call *k);
enum err_code jobs_import_check(struct call *k);
enum err_code jobs_import(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code jobs_import_answer(struct call *k);
enum err_code jobs_undo_check(struct call *k);
enum err_code jobs_undo(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code jobs_undo_answer(struct call *k);
enum err_code jobs_stop_apply(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code jobs_answer(struct call *k);

#endif
