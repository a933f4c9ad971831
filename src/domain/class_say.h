// What a class says of the items it is given: who answers for them, how long a stage may take, how
// many photos a stage needs, when a case is opened and when it is closed, which words point at it.
// Each is one text, the same in a sheet, in a list and in the database; what a class leaves out,
// the nearest class above it says (words excepted: they are the class's own).
#ifndef BH_DOMAIN_CLASS_SAY_H
#define BH_DOMAIN_CLASS_SAY_H

#include "domain/cal.h"

enum class_say {
    SAY_UNIT,    // code of the unit responsible 责任单位
    SAY_LIMITS,  // "handle:4wh close:2wd": by stage, a word of the loop's definition
    SAY_PHOTOS,  // "open:1 close:2": by stage
    SAY_OPENING, // when a case is opened 立案标准
    SAY_CLOSING, // when it is closed 结案标准
    SAY_WORDS,   // "垃圾 脏乱": words that point at the class
    SAY_WITHOUT, // words that point away from it
    CLASS_SAYS,
};
enum {
    CLASS_STAGES_MAX = 12,
    CLASS_PHOTOS_MAX = 20,
    CLASS_STANDARD_MAX = 300, // code points
    CLASS_WORDS_MAX = 40,
    CLASS_WORD_MAX = 20, // code points
};
struct class_stage {
    str stage;
    struct dur limit; // SAY_LIMITS
    int photos;       // SAY_PHOTOS
};

const char *class_say_name(enum class_say say);  // "limits"
const char *class_say_title(enum class_say say); // "时限"
// The canonical text: one blank between, full-width signs as half-width ones; an empty one says
// nothing. False when it is none, and *expected tells what would be. Whether a unit's code is one
// is not looked at.
bool class_say_read(
    struct arena *a, enum class_say say, str given, str *out, const char **expected) MUST_USE;
// The stages of a canonical text of limits or photos; its words.
struct class_stage *class_say_stages(struct arena *a, enum class_say say, str text, size_t *n);
str *class_say_words(struct arena *a, str text, size_t *n);

#endif
