-- More issues for Redmine: the rows its own library made for the first :stock ones, in every table, again with other numbers,
-- :times times.
CREATE TEMP TABLE span AS SELECT (SELECT max(id) FROM issues) AS issue, (SELECT max(id) FROM journals) AS journal,
    (SELECT max(id) FROM journal_details) AS detail;
CREATE TEMP TABLE stock AS SELECT id FROM issues ORDER BY id LIMIT :stock;
\ir clone.sql
SELECT pg_temp.again('issues', 'id=t.id + c.n * s.issue;root_id=t.root_id + c.n * s.issue', 't.id IN (SELECT id FROM stock)');
SELECT pg_temp.again('journal_details', 'id=t.id + c.n * s.detail;journal_id=t.journal_id + c.n * s.journal',
    't.journal_id IN (SELECT id FROM journals WHERE journalized_type = ''Issue'' AND journalized_id IN (SELECT id FROM stock))');
SELECT pg_temp.again('journals', 'id=t.id + c.n * s.journal;journalized_id=t.journalized_id + c.n * s.issue',
    't.journalized_type = ''Issue'' AND t.journalized_id IN (SELECT id FROM stock)');
SELECT setval('issues_id_seq', (SELECT max(id) FROM issues)), setval('journals_id_seq', (SELECT max(id) FROM journals)),
    setval('journal_details_id_seq', (SELECT max(id) FROM journal_details));
