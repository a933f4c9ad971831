#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void check_failed(const char *what, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: broken fact: %s\n", file, line, what);
    abort();
}
