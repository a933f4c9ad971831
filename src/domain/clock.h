// A clock: a running promise. It has a limit, extensions, and the stretches of time in which it
// ran; everything else (used, left, due, lamp) follows from these and a calendar, so a changed
// calendar, limit or extension only needs clock_settle to be called again. Pure: no database, no
// now but the one given.
//
// Pausing ends a stretch, resuming begins one. Changing the limit (priority, class or unit changed)
// keeps the time already used. An extension is added to the limit and must count the same kind of
// time.
//
// A clock is late when it runs past its due instant; stopped or paused on the very instant it is in
// time. A limit of DUR_NONE only measures: no due time, no lamp, never late. Past the calendar's
// last year due_us is 0 as well.
#ifndef BH_DOMAIN_CLOCK_H
#define BH_DOMAIN_CLOCK_H

#include "domain/cal.h"

enum { CLOCK_STRETCHES_MAX = 64 };

enum clock_state {
    CLOCK_RUNNING,
    CLOCK_PAUSED,
    CLOCK_MET,  // stopped in time
    CLOCK_LATE, // stopped after its due time
    CLOCK_VOID, // taken back: its step was returned, its part withdrawn; counts nowhere
};
struct clock_stretch {
    int64_t from_us, to_us; // to_us 0: still running
};
struct clock {
    str key;       // of the definition's clock
    int64_t part;  // 0: the item's
    int64_t round; // verification round, from 1
    enum clock_state state;
    bool breached; // its due time has passed while it ran, as noticed by the due job or at its stop
    struct dur limit;
    int64_t extended_us; // sum of granted extensions, in the limit's kind of time
    int64_t share;       // percent of the limit it runs against for a while; 0: all of it
    int64_t due_us;      // 0 while paused
    int64_t stopped_us;
    struct clock_stretch *runs; // arena-backed, at least one
    size_t n;
};

struct clock clock_start(
    struct arena *a, const struct cal *c, str key, struct dur limit, int64_t at_us);
void clock_pause(struct clock *k, int64_t at_us); // running only; else nothing
bool clock_can_pause(
    const struct clock *k); // running, and room for one more stretch; else clock_pause does nothing
void clock_resume(
    struct clock *k, struct arena *a, const struct cal *c, int64_t at_us); // paused only
void clock_stop(
    struct clock *k, const struct cal *c, int64_t at_us); // MET or LATE; also from paused
void clock_void(struct clock *k, int64_t at_us);
// ERR_INVALID when ext does not count the same kind of time as the limit, ERR_CONFLICT when the
// clock has stopped. An extension with "!" moves the whole end to the end of its day.
enum err_code clock_extend(
    struct clock *k, const struct cal *c, struct dur ext, struct err *e) MUST_USE;
// A new limit from now on; time used stays used, measured in the new limit's kind of time over the
// same stretches. Extensions granted are kept; when the kind of time changes, one working day of
// them becomes one plain day, or back.
void clock_relimit(struct clock *k, const struct cal *c, struct dur limit);
// So many percent of the limit from now on, extensions whole; 0 or 100: all of it again. Time used
// stays used, and with it going back gives the due time of a clock that never had it. That it was
// breached meanwhile stays.
void clock_tighten(struct clock *k, const struct cal *c, int64_t share);
// Computes due_us again (calendar changed, or after editing by hand). Stopped clocks keep theirs.
void clock_settle(struct clock *k, const struct cal *c);
bool clock_open(const struct clock *k); // running or paused
// Has it run past its due instant? A paused or stopped one: while it ran.
bool clock_over(const struct clock *k, const struct cal *c, int64_t now_us);

int64_t clock_used_us(
    const struct clock *k, const struct cal *c, int64_t now_us); // in the limit's kind of time
int64_t clock_left_us(
    const struct clock *k, const struct cal *c, int64_t now_us); // negative when over
// The instant at which that share of limit and extensions is, or was, used up; 0: not while it has
// run so far, or without a limit. A share of 1 is the due instant but for "!".
int64_t clock_reaches(const struct clock *k, const struct cal *c, double share);
double clock_share(
    const struct clock *k, const struct cal *c, int64_t now_us); // used / (limit + extensions)
enum lamp { LAMP_NONE, LAMP_GREEN, LAMP_YELLOW, LAMP_RED };
// Green below yellow_share, red above 1 (late), yellow between. [domain 3: 0–80 %, 80–100 %, >100
// %]
enum lamp clock_lamp(
    const struct clock *k, const struct cal *c, int64_t now_us, double yellow_share);

#endif
