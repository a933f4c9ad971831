-- The town's id leads every primary key and stands in every join: it becomes the distribution column of a city.

CREATE TABLE setting (
    town @int@ NOT NULL, key @text@ NOT NULL, val @text@ NOT NULL,
    PRIMARY KEY (town, key)) @clustered@;

-- The tree of responsibility. A unit is never deleted, only closed.
CREATE TABLE unit (
    town @int@ NOT NULL, id @int@ NOT NULL, parent @int@ NOT NULL, kind @text@ NOT NULL,
    code @text@ NOT NULL, name @text@ NOT NULL, short_name @text@ NOT NULL, seq @int@ NOT NULL,
    closed_us @int@ NOT NULL DEFAULT 0, version @int@ NOT NULL DEFAULT 1,
    PRIMARY KEY (town, id)) @clustered@;
CREATE UNIQUE INDEX unit_code ON unit (town, code);

-- What a unit was called and where it hung until until_us, so that history reads as it was.
CREATE TABLE unit_past (
    town @int@ NOT NULL, unit @int@ NOT NULL, until_us @int@ NOT NULL,
    parent @int@ NOT NULL, name @text@ NOT NULL,
    PRIMARY KEY (town, unit, until_us)) @clustered@;

CREATE TABLE class (
    town @int@ NOT NULL, id @int@ NOT NULL, parent @int@ NOT NULL, scheme @text@ NOT NULL,
    code @text@ NOT NULL, name @text@ NOT NULL,
    -- What it says of its items (domain/class_say.h); empty: what the class above says.
    unit @text@ NOT NULL DEFAULT '', limits @text@ NOT NULL DEFAULT '', photos @text@ NOT NULL DEFAULT '',
    opening @text@ NOT NULL DEFAULT '', closing @text@ NOT NULL DEFAULT '',
    words @text@ NOT NULL DEFAULT '', without @text@ NOT NULL DEFAULT '',
    PRIMARY KEY (town, id)) @clustered@;
CREATE UNIQUE INDEX class_code ON class (town, scheme, code);

CREATE TABLE person (
    town @int@ NOT NULL, id @int@ NOT NULL, login @text@ NOT NULL, name @text@ NOT NULL,
    password @text@ NOT NULL, active @int@ NOT NULL, must_change @int@ NOT NULL, demo @int@ NOT NULL,
    epoch @int@ NOT NULL, fails @int@ NOT NULL DEFAULT 0, locked_until_us @int@ NOT NULL DEFAULT 0,
    version @int@ NOT NULL DEFAULT 1, seen_us @int@ NOT NULL DEFAULT 0,
    PRIMARY KEY (town, id)) @clustered@;
CREATE UNIQUE INDEX person_login ON person (town, login);

CREATE TABLE person_role (
    town @int@ NOT NULL, person @int@ NOT NULL, role @text@ NOT NULL, unit @int@ NOT NULL,
    PRIMARY KEY (town, person, role, unit)) @clustered@;

-- Log-ins and API tokens; only the hash of the secret is kept.
CREATE TABLE session (
    town @int@ NOT NULL, hash @text@ NOT NULL, kind @text@ NOT NULL, person @int@ NOT NULL, epoch @int@ NOT NULL,
    name @text@ NOT NULL, csrf @text@ NOT NULL, created_us @int@ NOT NULL, expires_us @int@ NOT NULL,
    PRIMARY KEY (town, hash)) @clustered@;

-- Definitions, calendars and roles, every version, as the YAML text that was published.
CREATE TABLE def (
    town @int@ NOT NULL, id @int@ NOT NULL, kind @text@ NOT NULL, key @text@ NOT NULL, version @int@ NOT NULL,
    text @text@ NOT NULL, published_us @int@ NOT NULL, by_person @int@ NOT NULL,
    PRIMARY KEY (town, id)) @heap@;
CREATE UNIQUE INDEX def_version ON def (town, kind, key, version);

-- Items: the narrow row that lists, queues and boards read.
CREATE TABLE item (
    town @int@ NOT NULL, id @int@ NOT NULL, no @text@ NOT NULL, loop @text@ NOT NULL, def @int@ NOT NULL,
    state @text@ NOT NULL, open @int@ NOT NULL, paused @int@ NOT NULL, unit @int@ NOT NULL, receiver @int@ NOT NULL,
    class @int@ NOT NULL, channel @text@ NOT NULL, kind @text@ NOT NULL, priority @text@ NOT NULL,
    filed_us @int@ NOT NULL, changed_us @int@ NOT NULL, closed_us @int@ NOT NULL, due_us @int@ NOT NULL,
    alarm_us @int@ NOT NULL,
    version @int@ NOT NULL, round @int@ NOT NULL, returns @int@ NOT NULL, urges @int@ NOT NULL,
    extensions @int@ NOT NULL, reopens @int@ NOT NULL, level @int@ NOT NULL, raised @int@ NOT NULL,
    parent @int@ NOT NULL, merged @int@ NOT NULL, repeat @int@ NOT NULL DEFAULT 0, main_repeat @int@ NOT NULL DEFAULT 0,
    unlocks @int@ NOT NULL DEFAULT 0, locked @int@ NOT NULL DEFAULT 0,
    recheck_us @int@ NOT NULL DEFAULT 0, solid_us @int@ NOT NULL DEFAULT 0, recurs @int@ NOT NULL DEFAULT 0,
    excluded @int@ NOT NULL, shelf @int@ NOT NULL DEFAULT 0, title @text@ NOT NULL, waits @text@ NOT NULL DEFAULT '',
    gathered @text@ NOT NULL DEFAULT '',
    PRIMARY KEY (town, id)) @heap@;
CREATE UNIQUE INDEX item_no ON item (town, no);
-- Queues hold open items only; a closed item leaves these indexes. The columns of a condition stand at the end, so that
-- counting reads the index alone.
CREATE INDEX item_queue ON item (town, unit, due_us, id, open, shelf) WHERE open = 1 AND shelf = 0;
CREATE INDEX item_open ON item (town, filed_us, id, open, shelf) WHERE open = 1 AND shelf = 0;
CREATE INDEX item_due ON item (town, due_us, id) WHERE due_us > 0;
-- The next clock that will run out unnoticed: what the due job looks for.
CREATE INDEX item_alarm ON item (town, alarm_us, id) WHERE alarm_us > 0;
-- What waits for somebody beside the unit in charge: requests to be decided, a leader (domain/item_wait.h).
CREATE INDEX item_waits ON item (town, id) WHERE waits <> '';
-- What was closed and waits for its re-check, and what passed it (domain/recheck.h).
CREATE INDEX item_recheck ON item (town, recheck_us, id) WHERE recheck_us > 0;
CREATE INDEX item_solid ON item (town, solid_us, id) WHERE solid_us > 0;
-- Members of an item that gathers others, by its number (domain/item_gather.c).
CREATE INDEX item_gathered ON item (town, gathered, filed_us, id) WHERE gathered <> '';
-- Lists over time: new rows land at the end. The class stands in them so that others are passed over without their rows.
CREATE INDEX item_filed ON item (town, filed_us, id, shelf, class) WHERE shelf = 0;
CREATE INDEX item_changed ON item (town, changed_us, id) WHERE shelf = 0;
CREATE INDEX item_gone ON item (town, filed_us, id) WHERE shelf = 1;
CREATE INDEX item_closed ON item (town, closed_us, id, open, shelf, class) WHERE open = 0 AND shelf = 0;
-- A unit's month: what a board's figure opens.
CREATE INDEX item_unit ON item (town, unit, filed_us, id, shelf) WHERE shelf = 0;
CREATE INDEX item_unit_closed ON item (town, unit, closed_us, id, open, shelf) WHERE open = 0 AND shelf = 0;
-- Rows of registers are lists of their own.
CREATE INDEX item_kept ON item (town, loop, filed_us, id, open, unit, shelf) WHERE shelf = 2;
CREATE INDEX item_kept_name ON item (town, loop, title, id) WHERE shelf = 2;
CREATE INDEX item_kept_changed ON item (town, loop, changed_us, id) WHERE shelf = 2;

-- The wide rest of an item: its text, and as JSON its fields (f), parts (p) and clocks (c).
CREATE TABLE item_doc (
    town @int@ NOT NULL, id @int@ NOT NULL, text @text@ NOT NULL, address @text@ NOT NULL,
    lat @real@ NOT NULL, lon @real@ NOT NULL, doc @json@ NOT NULL,
    PRIMARY KEY (town, id)) @heap@;

-- What is near a point: cells of 222 m. Most orders have none and are not in it.
CREATE INDEX item_spot ON item_doc (town, (CAST(lat * 500 AS BIGINT)), (CAST(lon * 500 AS BIGINT)), id) WHERE lat <> 0;

-- The search index: which items hold which two characters side by side. A block speaks for the items from_id <= id < to_id; its
-- rows are written once and replaced whole. What stands behind the last block is searched by its texts.
-- first_us, last_us: between these its items were filed; in_order: in the order of their ids.
-- state: 0 being written, 1 in use, 2 replaced; made_us: since when.
CREATE TABLE text_block (
    town @int@ NOT NULL, id @int@ NOT NULL, from_id @int@ NOT NULL, to_id @int@ NOT NULL, first_us @int@ NOT NULL,
    last_us @int@ NOT NULL, in_order @int@ NOT NULL, state @int@ NOT NULL, made_us @int@ NOT NULL,
    PRIMARY KEY (town, id)) @clustered@;
-- pair: two code points; items: which of the block hold it (base/gram.h).
CREATE TABLE text_gram (
    town @int@ NOT NULL, block @int@ NOT NULL, pair @int@ NOT NULL, items @blob@ NOT NULL,
    PRIMARY KEY (town, block, pair)) @clustered@;

-- Which units have, or had, a part of an item: they may see it.
CREATE TABLE part (
    town @int@ NOT NULL, item @int@ NOT NULL, part @int@ NOT NULL, unit @int@ NOT NULL, open @int@ NOT NULL,
    PRIMARY KEY (town, item, part)) @clustered@;
-- The queue of an assisting unit holds open parts of open items only.
CREATE INDEX part_open ON part (town, unit, item, open) WHERE open = 1;

-- Parents and merged items, both ways.
CREATE TABLE link (
    town @int@ NOT NULL, item @int@ NOT NULL, kind @text@ NOT NULL, other @int@ NOT NULL,
    PRIMARY KEY (town, item, kind, other)) @clustered@;

-- Values that may stand once in a loop (an order number of another system), and who has them.
CREATE TABLE item_key (
    town @int@ NOT NULL, loop @text@ NOT NULL, field @text@ NOT NULL, val @text@ NOT NULL, item @int@ NOT NULL,
    PRIMARY KEY (town, loop, field, val)) @clustered@;

-- What cadence rules have filed (domain/cadence.h): which item for which row of a register, and which days,
-- from_day <= d < to_day since 1970. One item of a rule for a row and a first day.
CREATE TABLE cadence (
    town @int@ NOT NULL, loop @text@ NOT NULL, rule @text@ NOT NULL, row @int@ NOT NULL, from_day @int@ NOT NULL,
    to_day @int@ NOT NULL, item @int@ NOT NULL,
    PRIMARY KEY (town, loop, rule, row, from_day)) @clustered@;
CREATE INDEX cadence_until ON cadence (town, loop, rule, to_day, from_day, item, row);

-- Everything that ever happened, append-only, hash-chained: hash covers the row and the hash before it in its lane.
-- item 0: not about an item (log-ins, grants, definitions). what: the step's key or a word like 'login'.
CREATE TABLE event (
    town @int@ NOT NULL, id @int@ NOT NULL, lane @int@ NOT NULL, item @int@ NOT NULL, version @int@ NOT NULL,
    at_us @int@ NOT NULL, person @int@ NOT NULL, unit @int@ NOT NULL, what @text@ NOT NULL, part @int@ NOT NULL,
    note @text@ NOT NULL, changes @text@ NOT NULL, hash @blob@ NOT NULL,
    PRIMARY KEY (town, id)) @heap@;
CREATE INDEX event_item ON event (town, item, id) WHERE item > 0;
-- What an auditor looks for among millions.
CREATE INDEX event_town ON event (town, id) WHERE item = 0;
CREATE INDEX event_reveal ON event (town, id) WHERE what = 'reveal';

-- The caller's data, sealed with a key that is not in the database.
CREATE TABLE caller (
    town @int@ NOT NULL, item @int@ NOT NULL, anonymous @int@ NOT NULL, confidential @int@ NOT NULL,
    sealed @blob@ NOT NULL, phone_mark @text@ NOT NULL,
    PRIMARY KEY (town, item)) @clustered@;
-- Same caller: a keyed hash of the number, which only the key's holder can make.
CREATE INDEX caller_phone ON caller (town, phone_mark, item) WHERE phone_mark <> '';

-- Personal data in fields, sealed likewise. mark: what stands behind the mask in the item's field; the rows of earlier values stay
-- as long as the item's history does.
CREATE TABLE sealed (
    town @int@ NOT NULL, item @int@ NOT NULL, mark @text@ NOT NULL, sealed @blob@ NOT NULL,
    PRIMARY KEY (town, item, mark)) @clustered@;

CREATE TABLE file (
    town @int@ NOT NULL, item @int@ NOT NULL, id @int@ NOT NULL, hash @text@ NOT NULL, name @text@ NOT NULL,
    type @text@ NOT NULL, bytes @int@ NOT NULL, event_version @int@ NOT NULL, at_us @int@ NOT NULL,
    person @int@ NOT NULL,
    PRIMARY KEY (town, item, id)) @clustered@;

-- Counters, moved in the same transaction as the event. dim: which dimensions a cell keeps apart (domain/journal.h);
-- period: a day yyyymmdd or a month yyyymm; unit and class -1 and channel * are sums over all of them.
CREATE TABLE tally (
    town @int@ NOT NULL, loop @text@ NOT NULL, dim @text@ NOT NULL DEFAULT '', period @int@ NOT NULL,
    unit @int@ NOT NULL, class @int@ NOT NULL, channel @text@ NOT NULL, key @text@ NOT NULL, n @int@ NOT NULL,
    PRIMARY KEY (town, loop, dim, period, unit, class, channel, key)) @clustered@;

-- Numbers per town, loop prefix and day, without gaps.
CREATE TABLE seq (
    town @int@ NOT NULL, name @text@ NOT NULL, day @int@ NOT NULL, last @int@ NOT NULL,
    PRIMARY KEY (town, name, day)) @clustered@;

-- The answer given to an Idempotency-Key, so that a repeat gets the same one.
CREATE TABLE idem (
    town @int@ NOT NULL, person @int@ NOT NULL, key @text@ NOT NULL, at_us @int@ NOT NULL,
    request @text@ NOT NULL, result @int@ NOT NULL,
    PRIMARY KEY (town, person, key)) @clustered@;
CREATE INDEX idem_age ON idem (town, at_us);

-- Long work: imports and the like.
CREATE TABLE job (
    town @int@ NOT NULL, id @int@ NOT NULL, kind @text@ NOT NULL, state @text@ NOT NULL, person @int@ NOT NULL,
    made_us @int@ NOT NULL, changed_us @int@ NOT NULL, done @int@ NOT NULL, total @int@ NOT NULL,
    spec @text@ NOT NULL, result @text@ NOT NULL,
    PRIMARY KEY (town, id)) @heap@;

-- Which import made or touched which item, for repeating and undoing. outcome: new, same, bad; after undoing undone, kept.
CREATE TABLE batch_row (
    town @int@ NOT NULL, job @int@ NOT NULL, row @int@ NOT NULL, item @int@ NOT NULL, outcome @text@ NOT NULL,
    detail @text@ NOT NULL,
    PRIMARY KEY (town, job, row)) @clustered@;

-- Maps of columns the town keeps for sheets that come again. header: a print of the names in it.
CREATE TABLE import_map (
    town @int@ NOT NULL, id @int@ NOT NULL, title @text@ NOT NULL, loop @text@ NOT NULL, map @text@ NOT NULL,
    header @text@ NOT NULL, person @int@ NOT NULL, changed_us @int@ NOT NULL, version @int@ NOT NULL,
    PRIMARY KEY (town, id)) @heap@;
-- What a person keeps an eye on.
CREATE TABLE watch (
    town @int@ NOT NULL, person @int@ NOT NULL, item @int@ NOT NULL, at_us @int@ NOT NULL,
    PRIMARY KEY (town, person, item)) @clustered@;

-- Saved views. shared: a unit with whose people it is shared (the town's own: everybody); 0: the person's alone.
-- list_columns: names with a blank between; empty: those he uses everywhere.
CREATE TABLE saved_view (
    town @int@ NOT NULL, person @int@ NOT NULL, id @int@ NOT NULL, title @text@ NOT NULL, filter @text@ NOT NULL,
    sort @text@ NOT NULL, list_columns @text@ NOT NULL, shared @int@ NOT NULL, place @int@ NOT NULL, version @int@ NOT NULL,
    PRIMARY KEY (town, person, id)) @clustered@;
CREATE INDEX saved_view_shared ON saved_view (town, shared, id) WHERE shared > 0;

-- How a person wants his lists.
CREATE TABLE list_layout (
    town @int@ NOT NULL, person @int@ NOT NULL, list_columns @text@ NOT NULL, density @text@ NOT NULL, page_rows @int@ NOT NULL,
    PRIMARY KEY (town, person)) @clustered@;

-- Divisions of the map (domain/layer.h). unit_kind: units of this kind answer for its cells, and their names in a text mean a cell.
CREATE TABLE layer (
    town @int@ NOT NULL, id @int@ NOT NULL, key @text@ NOT NULL, title @text@ NOT NULL, unit_kind @text@ NOT NULL,
    note @text@ NOT NULL,
    PRIMARY KEY (town, id)) @clustered@;
CREATE UNIQUE INDEX layer_key ON layer (town, key);
-- In force from from_us (0: always) until until_us (0: still). area: coordinates of a GeoJSON MultiPolygon, WGS 84;
-- lat, lon: a point inside. unit: who answers for it, or 0.
CREATE TABLE cell (
    town @int@ NOT NULL, id @int@ NOT NULL, layer @int@ NOT NULL, code @text@ NOT NULL, name @text@ NOT NULL,
    unit @int@ NOT NULL, from_us @int@ NOT NULL, until_us @int@ NOT NULL, lat @real@ NOT NULL, lon @real@ NOT NULL,
    area @text@ NOT NULL,
    PRIMARY KEY (town, id)) @clustered@;
CREATE UNIQUE INDEX cell_code ON cell (town, layer, code, from_us);
-- What people call places: estates, roads, markets. Each lies at a point (0, 0: none), or is a unit's (0: none).
CREATE TABLE place (
    town @int@ NOT NULL, id @int@ NOT NULL, name @text@ NOT NULL, kind @text@ NOT NULL, unit @int@ NOT NULL,
    lat @real@ NOT NULL, lon @real@ NOT NULL,
    PRIMARY KEY (town, id)) @clustered@;
CREATE UNIQUE INDEX place_name ON place (town, name);
