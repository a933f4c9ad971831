// The one masking policy for personal data: screen, API, export and log all show what this gives.
#ifndef BH_DOMAIN_MASK_H
#define BH_DOMAIN_MASK_H

#include "base/str.h"

str mask_name(
    struct arena *a, str x); // 李小明 -> 李**; anything non-empty keeps its first character
str mask_phone(struct arena *a,
    str x); // 13812346612 -> 138****6612; shorter numbers keep their last two digits
str mask_door(struct arena *a, str x); // 3号楼402室 -> 3号楼***: what follows the building goes

str mask_idno(struct arena *a, str x); // 310105199001011234 -> 310****34

#endif
