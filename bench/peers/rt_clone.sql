-- More tickets for Request Tracker: the rows its own library made for the first :stock ones, all of them and in every table, again
-- with other numbers, :times times. Its library makes some dozens a second, so a million would take a working day.
CREATE TEMP TABLE stock AS SELECT id FROM Tickets ORDER BY id LIMIT :stock;
CREATE TEMP TABLE span AS SELECT
    (SELECT max(id) FROM Tickets) AS ticket, (SELECT max(id) FROM Transactions) AS txn, (SELECT max(id) FROM Attachments) AS att,
    (SELECT max(id) FROM Principals) AS principal, (SELECT max(id) FROM GroupMembers) AS member,
    (SELECT max(id) FROM CachedGroupMembers) AS cached;
CREATE TEMP TABLE stock_group AS SELECT id FROM Groups
    WHERE Domain = 'RT::Ticket-Role' AND Instance IN (SELECT id FROM stock);
\ir clone.sql
SELECT pg_temp.again('principals', 'id=t.id + c.n * s.principal', 't.id IN (SELECT id FROM stock_group)');
SELECT pg_temp.again('groups', 'id=t.id + c.n * s.principal;instance=t.instance + c.n * s.ticket', 't.id IN (SELECT id FROM stock_group)');
SELECT pg_temp.again('groupmembers', 'id=t.id + c.n * s.member;groupid=t.groupid + c.n * s.principal',
    't.groupid IN (SELECT id FROM stock_group)');
-- A group is a member of itself; other members are people, who stay the same.
SELECT pg_temp.again('cachedgroupmembers',
    'id=t.id + c.n * s.cached;groupid=t.groupid + c.n * s.principal;immediateparentid=t.immediateparentid + c.n * s.principal;'
    'memberid=CASE WHEN t.memberid = t.groupid THEN t.memberid + c.n * s.principal ELSE t.memberid END;via=t.via + c.n * s.cached',
    't.groupid IN (SELECT id FROM stock_group)');
SELECT pg_temp.again('tickets', 'id=t.id + c.n * s.ticket;effectiveid=t.effectiveid + c.n * s.ticket', 't.id IN (SELECT id FROM stock)');
SELECT pg_temp.again('transactions', 'id=t.id + c.n * s.txn;objectid=t.objectid + c.n * s.ticket',
    't.objecttype = ''RT::Ticket'' AND t.objectid IN (SELECT id FROM stock)');
SELECT pg_temp.again('attachments', 'id=t.id + c.n * s.att;transactionid=t.transactionid + c.n * s.txn;'
    'parent=CASE WHEN t.parent = 0 THEN 0 ELSE t.parent + c.n * s.att END',
    't.transactionid IN (SELECT id FROM Transactions WHERE ObjectType = ''RT::Ticket'' AND ObjectId IN (SELECT id FROM stock))');
SELECT setval(table_name || '_id_seq', (xpath('/row/m/text()',
        query_to_xml(format('SELECT max(id) AS m FROM %I', table_name), false, true, '')))[1]::text::bigint)
    FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'id' AND column_default LIKE 'nextval%'
        AND table_name IN ('principals', 'groups', 'groupmembers', 'cachedgroupmembers', 'tickets', 'transactions', 'attachments');
