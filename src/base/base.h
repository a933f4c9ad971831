// Attributes and checks every room uses.
#ifndef BH_BASE_BASE_H
#define BH_BASE_BASE_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

// A fact about our own code. Stays on in production: a broken fact stops the process at once,
// before it can write nonsense. Never use it for anything a client or a file can cause.
#define CHECK(cond) ((cond) ? (void)0 : check_failed(#cond, __FILE__, __LINE__))
// What fails only for want of memory, where nobody could be told (docs/decisions/011).
#define CHECK_MEMORY(cond) ((cond) ? (void)0 : check_failed("out of memory", __FILE__, __LINE__))
#define UNREACHABLE() check_failed("unreachable", __FILE__, __LINE__)
_Noreturn void check_failed(const char *what, const char *file, int line);

enum { KIB = 1024, MIB = 1024 * 1024 };

#endif
