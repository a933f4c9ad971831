// Who am I; log-in, log-out, password. The routes are in routes.c.
#ifndef BH_API_ME_H
#define BH_API_ME_H

#include "api/call.h"

extern const struct field ME_VIEW[], LOGIN_IN[], LOGOUT_IN[], PASSWORD_IN[];
extern const size_t LOGIN_IN_SIZE, LOGOUT_IN_SIZE, PASSWORD_IN_SIZE;

enum err_code me_get(struct call *k);
enum err_code me_login_check(struct call *k);
enum err_code me_login(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code me_login_answer(struct call *k);
enum err_code me_logout(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code me_logout_answer(struct call *k);
enum err_code me_password_check(struct call *k);
enum err_code me_password(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code me_password_answer(struct call *k);

// The plain log-in form: the same log-in, answered with a redirect.
enum err_code me_form_check(struct call *k);
enum err_code me_form_answer(struct call *k);

#endif
