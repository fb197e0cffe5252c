-- Raises an error in a transaction that reads more than 40 rows while it holds an ACCESS EXCLUSIVE
-- lock on a table that existed before it. The settings last until the end of the transaction.
CREATE FUNCTION check_held_locks() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rows_read bigint := (
        SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)
        FROM pg_stat_xact_user_tables);
    rows_before bigint := nullif(current_setting('check.rows_read', true), '');
    newest_table oid := nullif(current_setting('check.newest_table', true), '');
    locked text;
BEGIN
    IF newest_table IS NULL THEN
        newest_table := (SELECT max(oid::bigint) FROM pg_class);
        PERFORM set_config('check.newest_table', newest_table::text, true);
    END IF;
    PERFORM set_config('check.rows_read', rows_read::text, true);
    SELECT string_agg(relname, ', ' ORDER BY relname) INTO locked
    FROM pg_locks JOIN pg_class AS class ON class.oid = relation
    WHERE pid = pg_backend_pid() AND mode = 'AccessExclusiveLock' AND granted
        AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
        AND class.oid::bigint <= newest_table::bigint;
    IF rows_read - rows_before > 40 AND locked IS NOT NULL THEN
        RAISE '% rows are read while readers of % wait: %',
            rows_read - rows_before, locked, current_query();
    END IF;
END $$;

CREATE FUNCTION check_at_command() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM check_held_locks();
END $$;
CREATE EVENT TRIGGER check_before ON ddl_command_start EXECUTE FUNCTION check_at_command();
CREATE EVENT TRIGGER check_after ON ddl_command_end EXECUTE FUNCTION check_at_command();

-- The last statement of each migration.
CREATE FUNCTION check_at_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM check_held_locks();
    RETURN NULL;
END $$;
CREATE TRIGGER check_at_revision AFTER UPDATE ON alembic_version
    FOR EACH ROW EXECUTE FUNCTION check_at_revision();
