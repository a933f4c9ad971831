// A table as a file to save: its name, and the address its figures lead back to.
#ifndef BH_API_SHEET_ANSWER_H
#define BH_API_SHEET_ANSWER_H

#include "api/call.h"

// The address by which this very request came, "http://town:8080"; empty when it cannot be told.
str sheet_address(struct call *k);
// "hotline-2026-10-01-2026-10-31.xlsx". An empty body is a table too large for a file.
enum err_code sheet_answer(
    struct call *k, int64_t from_day, int64_t to_day, const char *ext, str body);

#endif
