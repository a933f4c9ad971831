// What the administrators do: units, people and roles, definitions, tokens, the audit log. The
// routes are in routes.c.
#ifndef BH_API_ADMIN_H
#define BH_API_ADMIN_H

#include "api/call.h"

// units (admin_units.c)
extern const struct field UNITS_LIST[], UNIT_NEW_IN[], UNIT_PATCH_IN[], UNIT_OUT[];
extern const size_t UNIT_NEW_IN_SIZE, UNIT_PATCH_IN_SIZE;
enum err_code units_list(struct call *k);
enum err_code units_new_check(struct call *k);
enum err_code units_patch_check(struct call *k);
enum err_code units_put(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code units_answer(struct call *k);

// people and roles (admin_people.c)
extern const struct field PEOPLE_LIST[], PERSON_NEW_IN[], PERSON_PATCH_IN[], PERSON_OUT[],
    GRANT_IN[], ROLES_LIST[], GRANT_QUERY[];
extern const size_t PERSON_NEW_IN_SIZE, PERSON_PATCH_IN_SIZE, GRANT_IN_SIZE;
enum err_code people_list(struct call *k);
enum err_code people_new_check(struct call *k);
enum err_code people_patch_check(struct call *k);
enum err_code people_put(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code people_answer(struct call *k);
enum err_code people_grant(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code people_revoke_check(struct call *k);
enum err_code people_revoke(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code roles_list(struct call *k);

// tokens, definitions, audit (admin_more.c)
extern const struct field TOKENS_LIST[], TOKEN_IN[], TOKEN_OUT[], DEFS_LIST[], DEF_IN[], DEF_OUT[],
    DEF_TEXT_OUT[], AUDIT_LIST[], AUDIT_QUERY[];
extern const size_t TOKEN_IN_SIZE, DEF_IN_SIZE;
enum err_code tokens_list(struct call *k);
enum err_code tokens_make(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code tokens_answer(struct call *k);
enum err_code tokens_drop(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code admin_done(struct call *k); // 204
enum err_code defs_list(struct call *k);
enum err_code defs_text(struct call *k);
enum err_code defs_publish_check(struct call *k);
enum err_code defs_publish(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code defs_answer(struct call *k);
enum err_code audit_list(struct call *k);

#endif
