// Every endpoint, one row each: the right it needs is a column, so it cannot be forgotten. The
// API's description is made from this table.

#include <string.h>
#include "api/accesses.h"
#include "api/admin.h"
#include "api/batch.h"
#include "api/analyses.h"
#include "api/boards.h"
#include "api/cadences.h"
#include "api/call.h"
#include "api/catalog.h"
#include "api/def_views.h"
#include "api/item_view.h"
#include "api/exports.h"
#include "api/items.h"
#include "api/import_maps.h"
#include "api/jobs.h"
#include "api/keydates.h"
#include "api/kin_api.h"
#include "api/layers.h"
#include "api/lists.h"
#include "api/me.h"
#include "api/metrics.h"
#include "api/moves.h"
#include "api/openapi.h"
#include "api/page.h"
#include "api/place_view.h"
#include "api/recheck_api.h"
#include "api/supervision.h"
#include "api/route_tries.h"
#include "api/scores.h"
#include "api/suggest.h"
#include "api/views.h"
#include "api/watch.h"
#include "api/watches.h"
#include "domain/town_list.h"

#define LIST_BODY .body_max = TOWN_LIST_BYTES_MAX, .body_type = "text/plain", .query = LIST_QUERY
#define BODY(table, size) .body_max = API_BODY_MAX_BYTES, .in = (table), .in_size = &(size)

const struct route ROUTES[] = {
    {HTTP_GET, "/healthz", MAY_ANYONE, "Is the service up and its database readable",
        .read = watch_health, .out = HEALTH_VIEW, .status = 200},
    {HTTP_GET, "/metrics", MAY_OPERATE,
        "Figures of the service for Prometheus; on the machine itself without a log-in",
        .or_may = MAY_READ_AUDIT, .here = true, .read = metrics_get, .status = 200},
    {HTTP_GET, "/api/openapi.json", MAY_ANYONE, "This description", .read = openapi_get,
        .status = 200},
    {HTTP_GET, "/login", MAY_ANYONE, "The plain log-in page", .read = page_login_get,
        .status = 200},
    {HTTP_POST, "/login", MAY_ANYONE, "Log in by the plain form", .body_max = 4 * KIB,
        .check = me_form_check, .apply = me_login, .answer = me_form_answer, .status = 303},

    {HTTP_GET, "/api/me", MAY_LOGIN, "Who I am and what I may do", .read = me_get, .out = ME_VIEW,
        .status = 200},
    {HTTP_POST, "/api/login", MAY_ANYONE, "Log in; sets the session cookie",
        BODY(LOGIN_IN, LOGIN_IN_SIZE), .check = me_login_check, .apply = me_login,
        .answer = me_login_answer, .out = ME_VIEW, .status = 200},
    {HTTP_POST, "/api/logout", MAY_LOGIN, "Log out, here or everywhere",
        BODY(LOGOUT_IN, LOGOUT_IN_SIZE), .apply = me_logout, .answer = me_logout_answer,
        .status = 204},
    {HTTP_POST, "/api/password", MAY_LOGIN, "Change my password; ends my other sessions",
        BODY(PASSWORD_IN, PASSWORD_IN_SIZE), .check = me_password_check, .apply = me_password,
        .answer = me_password_answer, .out = ME_VIEW, .status = 200},
    {HTTP_GET, "/api/catalog", MAY_LOGIN,
        "Units, classes and loops: what a page needs to draw; cached by ETag", .read = catalog_get,
        .out = CATALOG_VIEW, .status = 200},
    {HTTP_GET, "/api/events", MAY_READ_ITEMS, "Server-sent events: item, rules, job",
        .read = watch_events, .status = 200},

    {HTTP_GET, "/api/items", MAY_READ_ITEMS, "Items of a filter, a page and the count",
        .read = items_list, .query = ITEMS_LIST_QUERY, .out = ITEMS_LIST, .status = 200},
    {HTTP_POST, "/api/items", MAY_FILE_ITEMS, "File an item", BODY(ITEM_FILE_IN, ITEM_FILE_IN_SIZE),
        .check = items_file_check, .apply = items_file, .answer = items_answer, .out = ITEM_VIEW,
        .status = 201},
    {HTTP_GET, "/api/items/{id}/kin", MAY_READ_ITEMS,
        "Items that may be about the same matter, each with its reasons; and how many there are by "
        "caller, place and class",
        .read = kin_get, .out = KIN_VIEW, .status = 200},
    {HTTP_GET, "/api/items/{id}/candidates", MAY_READ_ITEMS,
        "Items that might belong to one that gathers others, each with its reasons",
        .read = kin_candidates, .out = KIN_VIEW, .status = 200},
    {HTTP_GET, "/api/items/{id}/effect", MAY_READ_ITEMS,
        "Calls before and after the measure of an item that gathers others; each figure with the "
        "filter that lists it",
        .read = kin_effect, .out = EFFECT_VIEW, .status = 200},
    {HTTP_POST, "/api/items/{id}/same", MAY_STEP,
        "Tie it to another item as the same matter; both histories say so",
        BODY(SAME_IN, SAME_IN_SIZE), .apply = kin_tie, .answer = items_answer, .out = ITEM_VIEW,
        .status = 200},
    {HTTP_DELETE, "/api/items/{id}/same/{id}", MAY_STEP, "Untie the two again", .apply = kin_untie,
        .answer = items_answer, .out = ITEM_VIEW, .status = 200},
    {HTTP_GET, "/api/items/{id}/recheck", MAY_READ_ITEMS,
        "The re-check of a closed item: when it is, and what has come back since the closing",
        .read = recheck_get, .out = RECHECK_VIEW, .status = 200},
    {HTTP_GET, "/api/registers/{key}/twins", MAY_READ_ITEMS,
        "Rows of a register that may be one thing, in pairs, each with its reasons",
        .read = kin_twins, .out = TWINS_VIEW, .status = 200},
    {HTTP_POST, "/api/items/{id}/differs", MAY_STEP,
        "Two rows of a register are two things: they are not offered as one again",
        BODY(SAME_IN, SAME_IN_SIZE), .apply = kin_differs, .answer = items_answer, .out = ITEM_VIEW,
        .status = 200},
    {HTTP_DELETE, "/api/items/{id}/differs/{id}", MAY_STEP, "Take that back", .apply = kin_alike,
        .answer = items_answer, .out = ITEM_VIEW, .status = 200},
    {HTTP_POST, "/api/kin", MAY_READ_ITEMS,
        "The same for a draft that is not filed yet; writes nothing", BODY(KIN_IN, KIN_IN_SIZE),
        .read = kin_ask, .out = KIN_VIEW, .status = 200},
    {HTTP_POST, "/api/clashes", MAY_READ_ITEMS,
        "Who would need the same place on the same days as an item that is being filed or changed; "
        "writes nothing",
        BODY(CLASH_IN, CLASH_IN_SIZE), .read = items_clashes, .out = CLASH_VIEW, .status = 200},
    {HTTP_GET, "/api/items/{id}", MAY_READ_ITEMS,
        "One item with its parts, clocks, history and open steps", .read = items_get,
        .out = ITEM_VIEW, .status = 200},
    {HTTP_GET, "/api/items/{id}/suggestions", MAY_READ_ITEMS,
        "Which unit it should go to: up to three, with grounds and confidence", .read = suggest_get,
        .out = SUGGEST_VIEW, .status = 200},
    {HTTP_GET, "/api/numbers/{key}", MAY_READ_ITEMS, "One item by its number", .read = items_by_no,
        .out = ITEM_VIEW, .status = 200},
    {HTTP_POST, "/api/items/{id}/steps", MAY_STEP,
        "Take a step; 409 with both versions when somebody acted first",
        BODY(ITEM_STEP_IN, ITEM_STEP_IN_SIZE), .check = items_step_check, .apply = items_step,
        .answer = items_answer, .out = ITEM_VIEW, .status = 200},
    {HTTP_POST, "/api/steps", MAY_STEP,
        "Take one step on several items; each is decided by itself, the answer says which were",
        BODY(BATCH_IN, BATCH_IN_SIZE), .query = BATCH_QUERY, .check = batch_check,
        .apply_row = batch_row, .answer = batch_answer, .out = BATCH_OUT, .status = 200},
    {HTTP_POST, "/api/items/{id}/undo", MAY_STEP,
        "Take back the step I took a moment ago; 409 says what happened since",
        BODY(ITEM_UNDO_IN, ITEM_UNDO_IN_SIZE), .apply = items_undo, .answer = items_answer,
        .out = ITEM_VIEW, .status = 200},
    {HTTP_GET, "/api/items/{id}/form", MAY_STEP,
        "What a step asks with these answers: what is required, which options fit",
        .read = items_form, .query = ITEM_FORM_QUERY, .out = ITEM_FORM_VIEW, .status = 200},
    {HTTP_POST, "/api/items/{id}/reveal", MAY_REVEAL,
        "Personal data in clear; an event with the reason and what was shown is written",
        BODY(REVEAL_IN, REVEAL_IN_SIZE), .apply = items_reveal, .answer = items_reveal_answer,
        .out = REVEAL_OUT, .status = 200},
    {HTTP_POST, "/api/items/{id}/files", MAY_STEP, "Attach a file (multipart: file, note)",
        .body_max = API_FILE_MAX_BYTES, .check = items_attach_check, .apply = items_attach,
        .answer = items_answer, .out = ITEM_VIEW, .status = 201},
    {HTTP_GET, "/api/items/{id}/files/{id}", MAY_READ_ITEMS, "An attachment",
        .read = items_attached, .status = 200},

    {HTTP_GET, "/api/watches", MAY_READ_ITEMS, "The items I keep an eye on, the newest first",
        .read = watches_list, .out = WATCHES_LIST, .status = 200},
    {HTTP_PUT, "/api/watches/{id}", MAY_READ_ITEMS, "Keep an eye on an item", .body_max = KIB,
        .apply = watches_put, .answer = watches_answer, .status = 204},
    {HTTP_DELETE, "/api/watches/{id}", MAY_READ_ITEMS, "Do so no longer", .apply = watches_drop,
        .answer = watches_answer, .status = 204},

    {HTTP_GET, "/api/views", MAY_READ_ITEMS,
        "My saved views, in my order, then those others share with me", .read = views_list,
        .out = VIEWS_LIST, .status = 200},
    {HTTP_POST, "/api/views", MAY_READ_ITEMS, "Save a filter and an order as a view of mine",
        BODY(VIEW_NEW_IN, VIEW_IN_SIZE), .check = views_check, .apply = views_put,
        .answer = views_answer, .out = VIEW_OUT, .status = 201},
    {HTTP_PUT, "/api/views/{id}", MAY_READ_ITEMS, "Rename, change or move a view of mine",
        BODY(VIEW_PUT_IN, VIEW_IN_SIZE), .check = views_check, .apply = views_put,
        .answer = views_answer, .out = VIEW_OUT, .status = 200},
    {HTTP_DELETE, "/api/views/{id}", MAY_READ_ITEMS, "Delete a view of mine", .apply = views_drop,
        .answer = admin_done, .status = 204},

    {HTTP_PUT, "/api/layout", MAY_READ_ITEMS,
        "How I want my lists: columns, density, rows; /api/me tells it",
        BODY(LAYOUT_VIEW, LAYOUT_IN_SIZE), .apply = layout_put, .answer = layout_answer,
        .out = LAYOUT_VIEW, .status = 200},

    {HTTP_GET, "/api/boards/{key}", MAY_READ_BOARDS,
        "Counts and rates of a loop by unit, class or channel for a period, compared if asked",
        .read = boards_get, .query = BOARD_QUERY, .out = BOARD_VIEW, .status = 200},

    {HTTP_GET, "/api/boards/{key}/table.csv", MAY_READ_BOARDS, "The board as CSV",
        .read = boards_csv, .query = BOARD_QUERY, .status = 200},
    {HTTP_GET, "/api/boards/{key}/table.xlsx", MAY_READ_BOARDS,
        "The board as a workbook, what it is compared with, and a sheet with its filters",
        .read = boards_xlsx, .query = BOARD_QUERY, .status = 200},
    {HTTP_GET, "/api/boards/{key}/months", MAY_READ_BOARDS,
        "The totals of the twelve months up to a period", .read = boards_months,
        .query = BOARD_MONTHS_QUERY, .out = BOARD_MONTHS_VIEW, .status = 200},

    {HTTP_GET, "/api/cadences", MAY_READ_BOARDS,
        "How far the cadence rules have come in a period, by unit: each figure with its filter",
        .read = cadences_list, .query = CADENCES_QUERY, .out = CADENCES_VIEW, .status = 200},

    {HTTP_GET, "/api/supervision", MAY_READ_ITEMS,
        "Slips by level and unit, receipts that are awaited, and matters a leader is in charge of; "
        "each figure with its filter",
        .read = supervision_get, .query = SUPERVISION_QUERY, .out = SUPERVISION_VIEW,
        .status = 200},

    {HTTP_GET, "/api/keydates", MAY_LOGIN,
        "Key dates: their days, what is under them, what is left of limits", .read = keydates_list,
        .out = KEYDATES_VIEW, .status = 200},
    {HTTP_GET, "/api/keydates/{key}/brief", MAY_READ_BOARDS,
        "The brief of one of its days: what came in, was closed, is open, by loop, unit and class",
        .read = keydates_brief, .query = KEYDATE_BRIEF_QUERY, .out = KEYDATE_BRIEF_VIEW,
        .status = 200},
    {HTTP_GET, "/api/keydates/{key}/brief.csv", MAY_READ_BOARDS, "The brief as CSV",
        .read = keydates_csv, .query = KEYDATE_BRIEF_QUERY, .status = 200},
    {HTTP_GET, "/api/keydates/{key}/brief.xlsx", MAY_READ_BOARDS,
        "The brief as a workbook, a sheet by loop, unit and class, and one with its filters",
        .read = keydates_xlsx, .query = KEYDATE_BRIEF_QUERY, .status = 200},

    {HTTP_GET, "/api/scores", MAY_READ_BOARDS, "The scores there are", .read = scores_list,
        .out = SCORES_LIST, .status = 200},
    {HTTP_GET, "/api/scores/{key}", MAY_READ_BOARDS,
        "A score's table for a period: units by peer group, with the rules it came by",
        .read = scores_get, .query = SCORE_QUERY, .out = SCORE_VIEW, .status = 200},
    {HTTP_GET, "/api/scores/{key}/cell", MAY_READ_BOARDS,
        "How one figure of it came about: the formula with the numbers put in", .read = scores_cell,
        .query = SCORE_CELL_QUERY, .out = SCORE_CELL_VIEW, .status = 200},
    {HTTP_GET, "/api/scores/{key}/table.csv", MAY_READ_BOARDS, "The table as CSV",
        .read = scores_csv, .query = SCORE_QUERY, .status = 200},
    {HTTP_GET, "/api/scores/{key}/table.xlsx", MAY_READ_BOARDS,
        "The table as a workbook, with a second sheet that holds its rules", .read = scores_xlsx,
        .query = SCORE_QUERY, .status = 200},
    {HTTP_GET, "/api/analyses/{key}", MAY_READ_BOARDS,
        "What grew, who repeats, what was promised, came back, was late: a loop over a month",
        .read = analysis_get, .query = ANALYSIS_QUERY, .out = ANALYSIS_VIEW, .status = 200},

    {HTTP_GET, "/api/export", MAY_EXPORT, "The items of a filter as CSV or XLSX",
        .read = items_export, .query = EXPORT_QUERY, .status = 200},

    {HTTP_GET, "/api/import-maps", MAY_IMPORT, "Ways to read a sheet that fit this town",
        .read = import_maps_list, .out = IMPORT_MAPS, .status = 200},
    {HTTP_POST, "/api/import-maps", MAY_IMPORT, "Save a way to read a sheet in the town",
        BODY(IMPORT_MAP_NEW, IMPORT_MAP_SIZE), .check = import_maps_check, .apply = import_maps_put,
        .answer = import_maps_answer, .out = IMPORT_MAP_OUT, .status = 201},
    {HTTP_PUT, "/api/import-maps/{id}", MAY_IMPORT, "Change one of the town's own",
        BODY(IMPORT_MAP_PUT, IMPORT_MAP_SIZE), .check = import_maps_check, .apply = import_maps_put,
        .answer = import_maps_answer, .out = IMPORT_MAP_OUT, .status = 200},
    {HTTP_DELETE, "/api/import-maps/{id}", MAY_IMPORT, "Delete one of the town's own",
        .apply = import_maps_drop, .answer = admin_done, .status = 204},
    {HTTP_GET, "/api/import-template", MAY_IMPORT,
        "An empty workbook with the columns a loop or a register takes",
        .read = import_maps_template, .query = IMPORT_TEMPLATE_QUERY, .status = 200},
    {HTTP_POST, "/api/import-look", MAY_IMPORT,
        "A first look at a sheet (multipart: file, sheet, loop, map): its columns, the maps that "
        "fit, or one proposed",
        .body_max = API_IMPORT_MAX_BYTES, .read = import_maps_look, .out = IMPORT_LOOK,
        .status = 200},
    {HTTP_POST, "/api/imports", MAY_IMPORT,
        "Import a sheet (multipart: file, or from: a job of mine; map, sheet, dry); answers the "
        "job",
        .body_max = API_IMPORT_MAX_BYTES, .check = jobs_import_check, .apply = jobs_import,
        .answer = jobs_import_answer, .out = JOB_OUT, .status = 202},
    {HTTP_GET, "/api/jobs", MAY_IMPORT, "The last jobs", .read = jobs_list, .out = JOBS_LIST,
        .status = 200},
    {HTTP_GET, "/api/jobs/{id}", MAY_IMPORT, "A job, how far it is, and its first problem rows",
        .read = jobs_get, .out = JOB_OUT, .status = 200},
    {HTTP_GET, "/api/jobs/{id}/problems.csv", MAY_IMPORT, "All problem rows as CSV",
        .read = jobs_problems_csv, .status = 200},
    {HTTP_GET, "/api/jobs/{id}/problems.xlsx", MAY_IMPORT,
        "The problem rows in the sheet's own columns, to be corrected and imported again",
        .read = jobs_problems_xlsx, .status = 200},
    {HTTP_POST, "/api/jobs/{id}/undo", MAY_IMPORT,
        "Take back what an import made and nobody touched since", .body_max = KIB,
        .check = jobs_undo_check, .apply = jobs_undo, .answer = jobs_undo_answer, .out = JOB_OUT,
        .status = 202},
    {HTTP_POST, "/api/jobs/{id}/stop", MAY_IMPORT, "Stop a job at its next group", .body_max = KIB,
        .apply = jobs_stop_apply, .answer = jobs_answer, .out = JOB_OUT, .status = 202},

    {HTTP_GET, "/api/units", MAY_LOGIN, "The unit tree, in order", .read = units_list,
        .out = UNITS_LIST, .status = 200},
    {HTTP_POST, "/api/units", MAY_MANAGE_UNITS, "A new unit", BODY(UNIT_NEW_IN, UNIT_NEW_IN_SIZE),
        .check = units_new_check, .apply = units_put, .answer = units_answer, .out = UNIT_OUT,
        .status = 201},
    {HTTP_PATCH, "/api/units/{id}", MAY_MANAGE_UNITS, "Rename, move, close or open a unit",
        BODY(UNIT_PATCH_IN, UNIT_PATCH_IN_SIZE), .check = units_patch_check, .apply = units_put,
        .answer = units_answer, .out = UNIT_OUT, .status = 200},
    {HTTP_POST, "/api/units/import", MAY_MANAGE_UNITS,
        "Bring in units as YAML or CSV: adds, renames, moves; all mistakes at once, or all of it",
        LIST_BODY, .check = lists_units_check, .apply = lists_write, .answer = lists_answer,
        .out = LIST_OUT, .status = 200},
    {HTTP_POST, "/api/classes/import", MAY_MANAGE_DEFS,
        "Bring in a class tree as YAML or CSV, in the same way", LIST_BODY,
        .check = lists_classes_check, .apply = lists_write, .answer = lists_answer, .out = LIST_OUT,
        .status = 200},
    {HTTP_GET, "/api/classes.csv", MAY_MANAGE_DEFS,
        "The class trees with what each class says, as the sheet that brings them in",
        .read = lists_classes_sheet, .status = 200},
    {HTTP_POST, "/api/people/import", MAY_MANAGE_PEOPLE,
        "Bring in people and roles as YAML or CSV; each administrator does what he may",
        .or_may = MAY_GRANT, LIST_BODY, .check = lists_people_check, .apply = lists_write,
        .answer = lists_answer, .out = LIST_OUT, .status = 200},
    {HTTP_POST, "/api/places/import", MAY_MANAGE_UNITS,
        "Bring in names of places as YAML or CSV, in the same way", LIST_BODY,
        .check = lists_places_check, .apply = lists_write, .answer = lists_answer, .out = LIST_OUT,
        .status = 200},
    {HTTP_GET, "/api/layers", MAY_LOGIN, "Layers of the map, each with its cells",
        .read = layers_list, .query = LAYERS_QUERY, .out = LAYERS_LIST, .status = 200},
    {HTTP_GET, "/api/point", MAY_READ_ITEMS,
        "Which cell of each layer a point lies in, who answers there, with his people",
        .or_may = MAY_FILE_ITEMS, .read = point_get, .query = POINT_QUERY, .out = POINT_VIEW,
        .status = 200},
    {HTTP_POST, "/api/layers/import", MAY_MANAGE_UNITS,
        "Bring in a layer as GeoJSON: all mistakes at once, or all of it; overlaps and gaps are "
        "told",
        .body_max = LAYER_BODY_MAX_BYTES, .body_type = "application/geo+json", .query = LAYER_QUERY,
        .check = layers_check, .apply = layers_write, .answer = layers_answer, .out = LAYER_OUT,
        .status = 200},
    {HTTP_GET, "/api/people", MAY_MANAGE_PEOPLE, "People and their roles", .or_may = MAY_GRANT,
        .read = people_list, .out = PEOPLE_LIST, .status = 200},
    {HTTP_POST, "/api/people", MAY_MANAGE_PEOPLE, "A new person with an initial password",
        BODY(PERSON_NEW_IN, PERSON_NEW_IN_SIZE), .check = people_new_check, .apply = people_put,
        .answer = people_answer, .out = PERSON_OUT, .status = 201},
    {HTTP_PATCH, "/api/people/{id}", MAY_MANAGE_PEOPLE,
        "Rename, reset the password, put out of or into work",
        BODY(PERSON_PATCH_IN, PERSON_PATCH_IN_SIZE), .check = people_patch_check,
        .apply = people_put, .answer = people_answer, .out = PERSON_OUT, .status = 200},
    {HTTP_POST, "/api/people/{id}/roles", MAY_GRANT, "Give a role at a unit",
        BODY(GRANT_IN, GRANT_IN_SIZE), .apply = people_grant, .answer = people_answer,
        .out = PERSON_OUT, .status = 200},
    {HTTP_DELETE, "/api/people/{id}/roles", MAY_GRANT, "Take a role at a unit away",
        .query = GRANT_QUERY, .check = people_revoke_check, .apply = people_revoke,
        .answer = people_answer, .out = PERSON_OUT, .status = 200},
    {HTTP_GET, "/api/people/{id}/access", MAY_GRANT,
        "What a person may do and where, by which role; and why he sees an item, or not",
        .or_may = MAY_MANAGE_PEOPLE, .read = access_get, .query = ACCESS_QUERY, .out = ACCESS_VIEW,
        .status = 200},
    {HTTP_GET, "/api/roles", MAY_LOGIN, "Roles and their rights", .read = roles_list,
        .out = ROLES_LIST, .status = 200},
    {HTTP_GET, "/api/tokens", MAY_LOGIN, "My API tokens", .read = tokens_list, .out = TOKENS_LIST,
        .status = 200},
    {HTTP_POST, "/api/tokens", MAY_LOGIN, "A new API token of mine; its secret is shown once",
        BODY(TOKEN_IN, TOKEN_IN_SIZE), .apply = tokens_make, .answer = tokens_answer,
        .out = TOKEN_OUT, .status = 201},
    {HTTP_DELETE, "/api/tokens/{key}", MAY_LOGIN, "Drop an API token of mine", .apply = tokens_drop,
        .answer = admin_done, .status = 204},
    {HTTP_GET, "/api/defs", MAY_LOGIN, "Published definitions, every version", .read = defs_list,
        .out = DEFS_LIST, .status = 200},
    {HTTP_GET, "/api/defs/{id}", MAY_LOGIN, "A definition's text", .read = defs_text,
        .out = DEF_TEXT_OUT, .status = 200},
    {HTTP_GET, "/api/defs/{id}/graph", MAY_LOGIN, "A version of a loop as a drawing needs it",
        .read = def_graph_get, .out = DEF_GRAPH_VIEW, .status = 200},
    {HTTP_GET, "/api/defs/{id}/diff/{id}", MAY_LOGIN,
        "What changed to this version of a loop from another", .read = def_diff_get,
        .out = DEF_DIFF_VIEW, .status = 200},
    {HTTP_POST, "/api/defs", MAY_MANAGE_DEFS,
        "Check or publish a definition; all mistakes at once, with line and column",
        .body_max = 2 * DEF_BYTES_MAX, .in = DEF_IN, .in_size = &DEF_IN_SIZE,
        .check = defs_publish_check, .apply = defs_publish, .answer = defs_answer, .out = DEF_OUT,
        .status = 200},
    {HTTP_POST, "/api/defs/{id}/move", MAY_MANAGE_DEFS,
        "Move items of the loop to this version, a group at a time; or take that back",
        BODY(MOVES_IN, MOVES_IN_SIZE), .check = moves_check, .apply = moves_apply,
        .answer = moves_answer, .out = MOVES_OUT, .status = 200},
    {HTTP_POST, "/api/routes/try", MAY_MANAGE_DEFS,
        "What routes would have said of past orders; writes nothing", .body_max = 2 * DEF_BYTES_MAX,
        .in = ROUTE_TRY_IN, .in_size = &ROUTE_TRY_IN_SIZE, .check = route_tries_check,
        .apply = route_tries_apply, .answer = route_tries_answer, .out = ROUTE_TRY_OUT,
        .status = 200},
    {HTTP_GET, "/api/audit", MAY_READ_AUDIT, "Who did what, newest first", .read = audit_list,
        .query = AUDIT_QUERY, .out = AUDIT_LIST, .status = 200},
};

size_t route_count(void)
{
    return ARRAY_LEN(ROUTES);
}

// A path against a pattern, segment by segment; {id} takes a number, {key} a word.
static bool fits(str pattern, str path, int64_t ids[API_PATH_IDS_MAX], str *key)
{
    size_t n_ids = 0;
    str want, have;
    while (str_cut(&pattern, '/', &want)) {
        if (!str_cut(&path, '/', &have))
            return false;
        if (str_eq(want, S("{id}"))) {
            CHECK(n_ids < API_PATH_IDS_MAX);
            if (!str_i64(have, &ids[n_ids]) || ids[n_ids] < 1)
                return false;
            n_ids++;
        } else if (str_eq(want, S("{key}"))) {
            if (have.n == 0)
                return false;
            *key = have;
        } else if (!str_eq(want, have)) {
            return false;
        }
    }
    return path.n == 0;
}

const struct route *route_find(enum http_method m, str path, struct call *k, bool *known)
{
    *known = false;
    for (size_t i = 0; i < ARRAY_LEN(ROUTES); i++) {
        int64_t ids[API_PATH_IDS_MAX] = {0};
        str key = {0};
        if (!fits(str_of(ROUTES[i].path), path, ids, &key))
            continue;
        *known = true;
        if (ROUTES[i].method != m)
            continue;
        k->id = ids[0];
        k->id2 = ids[1];
        k->key = key;
        return &ROUTES[i];
    }
    return NULL;
}
