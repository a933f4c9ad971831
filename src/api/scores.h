// Scores over HTTP: the table, how a figure came about, the sheet.
#ifndef BH_API_SCORES_H
#define BH_API_SCORES_H

#include "api/call.h"

extern const struct field SCORES_LIST[], SCORE_VIEW[], SCORE_CELL_VIEW[], SCORE_QUERY[],
    SCORE_CELL_QUERY[];
enum err_code scores_list(struct call *k);
enum err_code scores_get(struct call *k);
enum err_code scores_cell(struct call *k);
enum err_code scores_csv(struct call *k);
enum err_code scores_xlsx(struct call *k);

#endif
