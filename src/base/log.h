// One line an event to standard error: "level message key=value ...". No personal data except ids.
#ifndef BH_BASE_LOG_H
#define BH_BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum { LOG_BURST = 20, LOG_BURST_S = 10 };
void log_set(enum log_level least);
// Of warnings and errors that come from one place (one fmt), LOG_BURST in LOG_BURST_S seconds are
// written; the last says that further ones are held back, and the next one after these seconds says
// how many: a flood cannot fill the disk. Use only literals.
// fmt holds the whole rest of the line, for example "http route=%s ms=%d". Thread-safe; one
// write(2) a line.
void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
uint64_t log_held(void); // lines held back since the start

#endif
