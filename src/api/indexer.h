// The thread that fills the search index beside the work (domain/search_fill.h): once a second it
// looks whether enough items wait, reads them on its own connection and writes small groups of rows
// through the writer, when that has nothing else to do.
#ifndef BH_API_INDEXER_H
#define BH_API_INDEXER_H

#include "api/app.h"

struct indexer;
struct indexer *indexer_start(struct app *app); // NULL: no thread could be had
void indexer_stop(struct indexer *x);           // before the writer stops; NULL is fine

#endif
