#include "cmd/interrupt.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cmd/cmd.h"
#include "store/folder.h"

static volatile sig_atomic_t seen;

static void on_signal(int sig)
{
    (void)sig;
    seen = 1;
}

void interrupt_catch(void)
{
    struct sigaction act;
    memset(&act, 0, sizeof(act));
    act.sa_handler = on_signal;
    act.sa_flags = (int)(SA_RESETHAND | SA_RESTART);
    (void)sigaction(SIGINT, &act, NULL);
    (void)sigaction(SIGTERM, &act, NULL);
}

bool interrupt_seen(void)
{
    return seen != 0;
}

void interrupt_leave(const char *unfinished)
{
    if (!seen)
        return;
    folder_remove(unfinished);
    static const char said[] =
        "\n中断，未完成的目录已删除 (interrupted: the unfinished folder is gone)\n";
    (void)!write(STDERR_FILENO, said, sizeof(said) - 1);
    _exit(EXIT_FAILED);
}
