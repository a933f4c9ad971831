// Failures on demand, for tests/fault. Only a build with -Dfaults=true has them; in every other one
// nothing of this is compiled, so that no release can be talked into failing.
//
// The environment variable BIHUAN_FAULT names a file of struct fault_control, which is mapped. A
// test writes into fail_in how many of these are to be passed until one fails, and reads back what
// happened. System calls that write files and the allocations of the whole process, libraries
// included, are points without being named in our code (base/fault.c).
#ifndef BH_BASE_FAULT_H
#define BH_BASE_FAULT_H

#include "base/str.h"

enum fault_point {
    FAULT_STATEMENT,  // begin, savepoint, release and commit count
    FAULT_COMMIT,     // of a transaction that writes
    FAULT_FILE_WRITE, // write (of which half gets through), sync, rename, a new file or folder
    FAULT_ALLOC,      // not with a sanitizer, which has an allocator of its own
    FAULT_POINTS
};

enum { FAULT_WHERE_BYTES = 256 };

// Numbers of 8 bytes in the order of the machine. tests/fault/lib.mjs knows this layout.
struct fault_control {
    struct {
        int64_t fail_in; // the n-th from now fails; 0: none
        int64_t seen;    // were passed
        int64_t fired;   // failed
    } points[FAULT_POINTS];
    char where[FAULT_WHERE_BYTES]; // what failed last, cut, ending in NUL
};

#ifdef BIHUAN_FAULTS
// True when it has to fail here. what: a statement, a call, for people; n may be 0 when it ends in
// NUL.
bool fault_here(enum fault_point p, str what);
// This thread meets none: its work is nobody's request, and comes when it likes.
void fault_spare(void);
#else
static inline bool fault_here(enum fault_point p, str what)
{
    (void)p, (void)what;
    return false;
}
static inline void fault_spare(void)
{
}
#endif

#endif
