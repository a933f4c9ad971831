// One line an event to standard error: "level message key=value ...". No personal data except ids.
#ifndef BH_BASE_LOG_H
#define BH_BASE_LOG_H

#include "base/base.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_set(enum log_level least);
// fmt holds the whole rest of the line, for example "http route=%s ms=%d". Thread-safe; one
// write(2) a line.
void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
