-- A field of the actor of this transaction (db/actor.py): type, name, id, request_id, task_id, batch_id.
-- Null in a transaction without one: a session of psql. A transaction-local setting is empty, not
-- null, once the transaction has ended.
CREATE OR REPLACE FUNCTION audit_actor(field text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('pricebook.actor', true), '')::jsonb ->> field;

-- Deletes up to `most` entries that are older than `keep_days` days; returns how many. The roles of API
-- and worker may only add entries; this is their retention, and deletes nothing younger than 30 days.
CREATE OR REPLACE FUNCTION delete_old_audit_entries(keep_days integer, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    deleted bigint;
BEGIN
    DELETE FROM audit_log WHERE id = ANY (ARRAY(
        SELECT id FROM audit_log
        WHERE at < now() - make_interval(days => greatest(keep_days, 30))
        ORDER BY at, id LIMIT least(most, 10000)));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;

REVOKE EXECUTE ON FUNCTION delete_old_audit_entries(integer, integer) FROM PUBLIC;
