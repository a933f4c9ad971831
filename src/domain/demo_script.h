// What a demonstration is written from: the town's demo.yaml, looked up in the rules. For demo*.c
// alone.
#ifndef BH_DOMAIN_DEMO_SCRIPT_H
#define BH_DOMAIN_DEMO_SCRIPT_H

#include "base/rng.h"
#include "domain/ctx.h"

struct demo_words {
    str *v;
    size_t n;
};
// X(key, member): what people write at a step, and what they answer
#define DEMO_NOTES(X)                                                                              \
    X("dispatch", dispatch)                                                                        \
    X("return", returned)                                                                          \
    X("extend", extend)                                                                            \
    X("suspend", suspend)                                                                          \
    X("resume", resume)                                                                            \
    X("redo", redo)                                                                                \
    X("recheck", recheck)                                                                          \
    X("reopen", reopen)                                                                            \
    X("exclude", exclude)                                                                          \
    X("urge", urge)                                                                                \
    X("instruct", instruct)                                                                        \
    X("note", note)                                                                                \
    X("assist", assist)                                                                            \
    X("void", void_)                                                                               \
    X("explained", explained)                                                                      \
    X("recorded", recorded)                                                                        \
    X("excessive", excessive)                                                                      \
    X("unsolved", unsolved)                                                                        \
    X("helped", helped)
struct demo_notes {
#define X(key, name) struct demo_words name;
    DEMO_NOTES(X)
#undef X
};
struct demo_class {
    int64_t cls;
    double weight;
    bool peak[13]; // by month from 1
    struct demo_words *spots;
    const struct unit **leads; // NULL: the place itself
    size_t n_leads;
    const struct unit **assists;
    size_t n_assists;
    struct demo_words kind, what, harm, wish, done;
};
struct demo_channel {
    str key, opening;
    double weight;
    bool caller, numbered;
};
struct demo_staff { // who works at a unit
    const struct person **v;
    size_t n;
};
struct demo_script {
    const struct def *def;
    const struct cal *cal;
    double week[8]; // by ISO weekday from 1
    double hours[24];
    double day_off;
    struct demo_festival {
        str name;
        double share;
    } * festivals;
    size_t n_festivals;
    const struct unit **places;
    size_t n_places;
    struct demo_class *classes;
    size_t n_classes;
    struct demo_channel *channels;
    size_t n_channels;
    struct demo_words priority;
    double *priority_weights;
    struct demo_words caller_names, caller_titles;
    str caller_mark, caller_phone;
    struct demo_notes notes;
    struct demo_staff clerks, dispatchers, leaders;
    struct imap handlers; // by unit: struct demo_staff
};

enum err_code demo_script_read(struct arena *a, const struct rules *r, str yaml,
    struct demo_script *out, struct err *e) MUST_USE;
// One of them, each as likely as the other; empty when there is none.
str demo_pick(struct rng *r, const struct demo_words *w);
const struct person *demo_person(struct rng *r, const struct demo_staff *s);

#endif
