-- Shared by the two scripts beside it: a table's rows again with other numbers. Uses their tables span and stock.
CREATE TEMP TABLE copies AS SELECT g AS n FROM generate_series(1, :times) g;
-- A copy's columns are its model's, save the numbers.
CREATE FUNCTION pg_temp.again(model text, keys text, chosen text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    names text;
    values_ text;
    made bigint;
BEGIN
    SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position),
        string_agg(COALESCE(substring(keys FROM '(?:^|;)' || column_name || '=([^;]*)'), 't.' || quote_ident(column_name)), ', '
            ORDER BY ordinal_position)
        INTO names, values_ FROM information_schema.columns WHERE table_name = model AND table_schema = 'public';
    EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM %I t, span s, copies c WHERE %s ORDER BY c.n, t.id',
        model, names, values_, model, chosen);
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;
