// Every right there is, once. A role is a set of these; a route and a step name them; nothing else
// decides.
#ifndef BH_DOMAIN_RIGHT_H
#define BH_DOMAIN_RIGHT_H

#include "base/str.h"

// X(enum name, key, Chinese title)
#define RIGHTS(X)                                                                                  \
    X(MAY_LOGIN, "login", "登录")                                                                  \
    X(MAY_READ_ITEMS, "item.read", "查看事项")                                                     \
    X(MAY_FILE_ITEMS, "item.file", "登记事项")                                                     \
    X(MAY_STEP, "item.step", "办理事项")                                                           \
    X(MAY_REVEAL, "caller.reveal", "查看个人信息")                                                 \
    X(MAY_EXPORT, "item.export", "导出")                                                           \
    X(MAY_IMPORT, "item.import", "导入")                                                           \
    X(MAY_READ_BOARDS, "board.read", "查看看板")                                                   \
    X(MAY_MANAGE_UNITS, "unit.manage", "维护单位")                                                 \
    X(MAY_MANAGE_PEOPLE, "person.manage", "维护人员")                                              \
    X(MAY_GRANT, "role.grant", "授权")                                                             \
    X(MAY_MANAGE_DEFS, "def.manage", "维护流程")                                                   \
    X(MAY_READ_AUDIT, "audit.read", "查看审计")                                                    \
    X(MAY_OPERATE, "system.operate", "系统运维")

enum right {
#define X(name, key, title) name,
    RIGHTS(X)
#undef X
        RIGHT_COUNT,
    MAY_ANYONE = 62, // no log-in needed
};
str right_key(enum right r);
str right_title(enum right r);
int right_of(str key); // -1 when there is none

#endif
