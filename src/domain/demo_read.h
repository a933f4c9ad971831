// Shared by the readers of a demonstration's scripts (demo_town.c, demo_script.c, demo_moves.c,
// demo_answers.c, demo_words.c), and by nobody else.
#ifndef BH_DOMAIN_DEMO_READ_H
#define BH_DOMAIN_DEMO_READ_H

#include "domain/demo_script.h"

struct demo_reader {
    struct arena *a;
    const struct rules *r;
    const struct town_source *src;
    struct err *e;
    struct demo_town *town;
    struct demo_script *s;
    // Lists of words: which there are, and what the texts outside them ask for.
    const struct demo_words **own; // by number: the script's list, or the town's
    struct demo_list {             // as it is written down
        int words;
        const struct yaml *at;
        bool town;
    } * lists;
    size_t n_lists;
    const struct demo_piece **asked;
    size_t n_asked;
    bool in_list; // the text is one of a list
    bool in_hand; // these lives are written at once: items are not linked (item_hand.h)
    // Who must be there: a role at a unit, or above it.
    struct demo_need {
        const struct role *role;
        const struct yaml *at;
    } * needs; // at every unit that handles
    size_t n_needs;
    struct demo_handles {
        const struct unit *unit;
        const struct yaml *at;
    } * handles;
    size_t n_handles;
};

void demo_say(struct demo_reader *r, const struct yaml *at, const char *field, str value,
    const str *names, size_t n);
bool demo_numbers(struct demo_reader *r, const struct yaml *list, double *out, size_t n);
bool demo_range(struct demo_reader *r, const struct yaml *map, const char *key, double *lo,
    double *hi); // "[2, 5]" or a number; false when it is not there
bool demo_whole_range(
    struct demo_reader *r, const struct yaml *map, const char *key, int64_t *lo, int64_t *hi);
double demo_percent(struct demo_reader *r, const struct yaml *map, const char *key, double other);

// demo_words.c
int demo_words_at(struct demo_reader *r, str name, const struct yaml *at);
struct demo_words demo_words_read(struct demo_reader *r, const struct yaml *y, const char *field);
// A list under its name, to be found by texts; its number, or DEF_NONE.
int demo_list_read(struct demo_reader *r, str name, const struct yaml *y, bool town,
    const struct demo_words **out);
// Everything a text asks for is there for every case, nothing asks for itself, no list is idle.
void demo_words_check(struct demo_reader *r);

// demo_answers.c: conditions, people, answers
uint64_t demo_sets(struct demo_reader *r, const struct yaml *map, const char *key);
uint64_t demo_asks(struct demo_reader *r, const struct yaml *map, const char *key);
void demo_traits_check(
    struct demo_reader *r); // what is asked for is given, and the other way round
struct demo_if demo_if_read(struct demo_reader *r, const struct yaml *row);
struct demo_answers demo_answers_read(
    struct demo_reader *r, const struct yaml *list, const struct def_step *step);
bool demo_answered(const struct demo_answers *x, int field);
// keys: the roles of whom the first does it when the map (or none) names nobody; at: where mistakes
// are told then.
struct demo_who demo_who_read(struct demo_reader *r, const struct yaml *map, const struct yaml *at,
    const struct def_step *step, const str *keys, size_t n);
extern const struct yaml_member DEMO_ANSWER[], DEMO_LIVES[], DEMO_LOOP[], DEMO_GUEST[];

// demo_moves.c
void demo_lives_read(struct demo_reader *r, const struct yaml *map, struct demo_lives *out);

// demo_script.c: one loop's script, its root checked. files: it files orders of itself
void demo_script_read(struct demo_reader *r, const struct yaml *root, bool files, bool fast);

// demo_town.c
void demo_handles(struct demo_reader *r, const struct unit *u, const struct yaml *at);

#endif
