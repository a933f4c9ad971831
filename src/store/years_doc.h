// item_doc over the town's file and its years, for the connection of years.c: a virtual table in
// place of a view. Joined with item, a view would be spread into every pair of files, and a pair
// that never fits is walked to its end before the first row comes out. Nobody outside store/
// includes it.
#ifndef BH_STORE_YEARS_DOC_H
#define BH_STORE_YEARS_DOC_H

#include <sqlite3.h>

// CREATE VIRTUAL TABLE temp.item_doc USING years_doc(y2021, y2022, …), names of attached databases;
// temp.item_doc_all must be the view of all rows, which serves who reads them in order.
int years_doc_register(sqlite3 *db);

#endif
