#include "domain/right.h"

static const struct {
    const char *key, *title;
} ROWS[RIGHT_COUNT] = {
#define X(name, key, title) {key, title},
    RIGHTS(X)
#undef X
};

str right_key(enum right r)
{
    return str_of(ROWS[r].key);
}

str right_title(enum right r)
{
    return str_of(ROWS[r].title);
}

int right_of(str key)
{
    for (int i = 0; i < RIGHT_COUNT; i++)
        if (str_eq(key, str_of(ROWS[i].key)))
            return i;
    return -1;
}
