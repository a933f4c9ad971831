// What the programs that ask a server on this machine share. All end the program when it fails.
#ifndef BH_BENCH_CLIENT_H
#define BH_BENCH_CLIENT_H

#include <netinet/in.h>

#include "base/base.h"

_Noreturn void client_die(const char *what); // says errno's reason
int64_t client_now_us(void);                 // monotonic
// A connection to a port of this machine, watched for answers by epoll, which gives back its owner.
int client_connect(uint16_t port, int epoll, void *owner);
// The length of the whole answer, head included, once its head has come; 0 before. Of an answer but
// 200 or 201, and of one longer than room, the program ends. answer has a byte more than got.
size_t client_wanted(char *answer, size_t got, size_t room);

#endif
