// Pairs of characters that stand side by side: what the search index is made of. The two-character
// word 充电 is one pair, 飞线充电 is three, and a word occurs in a text only if all its pairs do.
//
// The letters A-Z count as a-z and everything else as it is, as str_lower has it and the filter
// language. So "occurs in" means the same here, in memory and in SQL.
#ifndef BH_BASE_GRAM_H
#define BH_BASE_GRAM_H

#include "base/str.h"

enum {
    GRAM_POINT_BITS = 21, // of a code point [Unicode 3.4 D9]
    GRAM_PLACES = 16384,  // items of one block
    GRAM_WORDS = GRAM_PLACES / 64,
};

// A pair as a number: the first code point above the second. Behind the last character of a text
// stands a 0, so that every character begins a pair.
struct gram_range {
    int64_t lo, hi; // both included
};
// What to look for when a word is: its pairs, without repeats; or for a single character all pairs
// that begin with it, which is the one case of lo < hi. None for an empty word.
size_t gram_ranges(struct arena *a, str word, struct gram_range **out);
// Is the word found wherever its pairs are? True up to two characters.
bool gram_exact(str word);

// Gathers the texts of one block.
struct gram_block;
struct gram_block *gram_block_new(struct arena *a);
// place: 0..GRAM_PLACES-1 within the block.
void gram_block_add(struct gram_block *b, size_t place, bool title, str text);
size_t gram_block_size(const struct gram_block *b); // entries so far, for limiting memory
// Sorts; then each call gives the next pair and who holds it, false at the end. items lives until
// the next call.
void gram_block_close(struct gram_block *b);
bool gram_block_next(struct gram_block *b, int64_t *pair, str *items);

// Who of a block: in any of the texts; and in the title.
struct gram_set {
    uint64_t any[GRAM_WORDS], title[GRAM_WORDS];
};
// Adds those of one row as gram_block_next gave it; false when it is damaged.
bool gram_set_read(struct gram_set *s, str items) MUST_USE;
void gram_set_none(struct gram_set *s);
// Some of a block as such a row, which is read back as any (and nobody as title).
str gram_set_row(struct arena *a, const uint64_t any[GRAM_WORDS]);
size_t gram_set_size(const uint64_t set[GRAM_WORDS]);
void gram_set_and(struct gram_set *s, const struct gram_set *other);
void gram_set_or(struct gram_set *s, const struct gram_set *other);

#endif
