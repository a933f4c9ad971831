#include "domain/uscc.h"

// I, O, S, V and Z do not occur: they look like other signs. [GB 32100-2015, 4.2]
static const str SIGNS = S("0123456789ABCDEFGHJKLMNPQRTUWXY");
enum { LENGTH = 18, BASE = 31, WEIGHT = 3 };

bool uscc_read(struct arena *a, str given, str *canonical)
{
    str folded = utf8_fold(a, given);
    char code[LENGTH];
    size_t n = 0;
    unsigned sum = 0, weight = 1;
    for (size_t i = 0; i < folded.n; i++) {
        char x = folded.s[i];
        if (x == ' ' || x == '-')
            continue;
        if (x >= 'a' && x <= 'z')
            x = (char)(x - 'a' + 'A');
        size_t value = str_find(SIGNS, x);
        if (value == SIGNS.n || n == LENGTH)
            return false;
        code[n++] = x;
        // The last one makes the weighted sum a multiple of 31, its own weight being 1. [4.3]
        sum += (unsigned)value * (n == LENGTH ? 1 : weight);
        weight = weight * WEIGHT % BASE;
    }
    if (n != LENGTH || sum % BASE != 0)
        return false;
    *canonical = str_dup(a, (str){code, LENGTH});
    return true;
}
