"""The audit log: an author for every change.

The columns of the actor have defaults that read the setting of the transaction, so that whoever
inserts an entry, a trigger or a program, cannot forget them.
"""

from pricebook.db.migrations import run_sql

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Create the table and its functions."""
    run_sql(FUNCTIONS)
    run_sql(TABLE)
    run_sql(RETENTION)


def downgrade() -> None:
    """Drop them, with all entries."""
    run_sql("""
        DROP FUNCTION delete_old_audit_entries(integer, integer);
        DROP TABLE audit_log;
        DROP FUNCTION audit_actor(text);
    """)


FUNCTIONS = """
    CREATE FUNCTION audit_actor(field text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('pricebook.actor', true), '')::jsonb ->> field;
"""

TABLE = """
    CREATE TABLE audit_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        actor_type text NOT NULL DEFAULT coalesce(audit_actor('type'), 'database')
            CONSTRAINT audit_log_actor_type_check
            CHECK (actor_type IN ('user', 'api_key', 'system', 'command', 'database')),
        actor_id uuid DEFAULT audit_actor('id')::uuid,
        actor_name text NOT NULL DEFAULT coalesce(audit_actor('name'), session_user),
        request_id text DEFAULT audit_actor('request_id'),
        task_id uuid DEFAULT audit_actor('task_id')::uuid,
        batch_id uuid DEFAULT audit_actor('batch_id')::uuid,
        action text NOT NULL,
        entity_type text NOT NULL,
        entity_id uuid,
        entity_name text,
        before jsonb,
        after jsonb
    );
    CREATE INDEX audit_log_newest_idx ON audit_log (at, id);
    CREATE INDEX audit_log_actor_idx ON audit_log (actor_name, at, id);
    CREATE INDEX audit_log_action_idx ON audit_log (action, at, id);
    CREATE INDEX audit_log_entity_type_idx ON audit_log (entity_type, at, id);
    CREATE INDEX audit_log_entity_idx ON audit_log (entity_id, at, id)
        WHERE entity_id IS NOT NULL;
    CREATE INDEX audit_log_task_idx ON audit_log (task_id, at, id) WHERE task_id IS NOT NULL;
    CREATE INDEX audit_log_batch_idx ON audit_log (batch_id, at, id) WHERE batch_id IS NOT NULL;
    COMMENT ON TABLE audit_log IS 'who changed what; entries are only added';
    COMMENT ON COLUMN audit_log.id IS
        'neither the order of commits nor that of times: transactions end in any order';
    COMMENT ON COLUMN audit_log.at IS 'start of the transaction of the change';
    COMMENT ON COLUMN audit_log.actor_type IS
        'database: a session without an actor, such as psql; actor_name is its user';
    COMMENT ON COLUMN audit_log.before IS 'the changed fields, as they were';
    COMMENT ON COLUMN audit_log.after IS 'the changed fields, as they became';
"""

RETENTION = """
    CREATE FUNCTION delete_old_audit_entries(keep_days integer, most integer) RETURNS bigint
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
"""
