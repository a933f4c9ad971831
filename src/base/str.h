// Slices of bytes. A str does not own its bytes and need not end in NUL; empty is {NULL or any, 0}.
#ifndef BH_BASE_STR_H
#define BH_BASE_STR_H

#include <stdarg.h>
#include "base/arena.h"

typedef struct {
    const char *s;
    size_t n;
} str;

#define S(lit) ((str){"" lit, sizeof(lit) - 1})
#define STR_ARG(x) (int)(x).n, (x).s // for "%.*s"

str str_of(const char *z); // NULL gives an empty slice
bool str_eq(str a, str b);
int str_cmp(str a, str b); // bytewise, for sorting
bool str_starts(str a, str prefix);
bool str_ends(str a, str suffix);
bool str_has(str a, str part);             // substring; an empty part is found everywhere
size_t str_find(str a, char c);            // a.n when absent
str str_sub(str a, size_t from, size_t n); // clamped
str str_trim(str a);                       // ASCII space and U+3000
// Cuts the piece before sep off the front of *rest. False when *rest is exhausted.
// "a,,b" gives "a", "", "b"; an empty *rest gives nothing.
bool str_cut(str *rest, char sep, str *piece);
uint64_t str_hash(str a);

str str_dup(struct arena *a, str x); // always NUL-terminated behind the slice
char *str_z(struct arena *a, str x); // as a C string
str str_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
str str_vfmt(struct arena *a, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
str str_two(struct arena *a, str x, str y);         // one behind the other
str str_num(struct arena *a, int64_t v, str after); // a number and what stands behind it: "5wd"
str str_join(struct arena *a, const str *parts, size_t n, str sep);
str str_lower(struct arena *a, str x); // ASCII only

// Writes a number in decimal and says how many bytes that took.
enum { STR_I64_BYTES = 20 }; // "-9223372036854775808"
size_t str_put_i64(char out[STR_I64_BYTES], int64_t v);

// Whole slice or nothing: false on empty, blanks, overflow or trailing bytes.
bool str_i64(str x, int64_t *out) MUST_USE;
bool str_f64(str x, double *out) MUST_USE;

// UTF-8
bool utf8_valid(str x);   // no overlong forms, no surrogates, no NUL, no C0 controls but \t \n \r
size_t utf8_count(str x); // code points
str utf8_head(str x, size_t points); // the first so many code points
size_t utf8_width(str x);            // terminal columns: Han count two
// NFKC folding for comparison: full-width digits and letters to half-width, lower case. [utf8proc]
str utf8_fold(struct arena *a, str x);
// Folded, and of that only letters, marks and digits: no blanks, no punctuation, no signs.
str utf8_bare(struct arena *a, str x);

#endif
