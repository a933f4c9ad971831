-- Spreads the tables of a city over the workers of Citus (11 or later, PostgreSQL 15 or later), by town. Run once, on the
-- coordinator, after `bihuan init` of the first town has made the tables:
--
--   psql -v ON_ERROR_STOP=1 -f sql/citus.sql postgresql://bihuan@coordinator/city
--
-- All tables share one distribution, so that a town's rows lie side by side on one worker, and joins, transactions and the lock of
-- the town stay there. `migration` is the coordinator's own. See docs/scale.md.
BEGIN;
SELECT create_distributed_table('unit', 'town', shard_count => 256);
SELECT create_distributed_table(name, 'town', colocate_with => 'unit')
  FROM unnest(ARRAY['bihuan_writer', 'setting', 'unit_past', 'class', 'person', 'person_role', 'session', 'def', 'item',
                    'item_doc', 'text_block', 'text_gram', 'part', 'link', 'item_key', 'cadence', 'event', 'caller', 'sealed', 'file', 'tally', 'seq',
                    'idem', 'job', 'batch_row', 'saved_view', 'list_layout', 'watch', 'import_map', 'layer',
                    'cell', 'place']) AS name;
SELECT create_distributed_function('instr(text, text)');
COMMIT;
