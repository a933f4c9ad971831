#include <stdio.h>
#include "cmd/cmd.h"

#ifndef BIHUAN_VERSION
#define BIHUAN_VERSION "development"
#endif

const char *cmd_version(void)
{
    return BIHUAN_VERSION;
}

static int run(struct args *a)
{
    printf(a->json ? "{\"version\":\"%s\"}\n" : "bihuan %s\n", BIHUAN_VERSION);
    return EXIT_DONE;
}

const struct cmd CMD_VERSION = {
    "version", "", "print the version", "显示版本", NULL, NULL, 0, 0, run};
