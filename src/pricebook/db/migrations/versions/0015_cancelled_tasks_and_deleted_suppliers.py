"""Cancelled and slow tasks; suppliers that are deleted in batches.

A supplier that is being deleted keeps its row until its last item is deleted; its name is free at
once. Neither API nor worker may delete items: the function does, for marked suppliers.
"""

from pricebook.db.migrations import run_sql

revision = "0015"
down_revision = "0014"

BATCH = "delete_supplier_batch(uuid, integer)"


def upgrade() -> None:
    """Add the columns, the index of the queue's order, and the function."""
    run_sql(TASKS)
    run_sql(SUPPLIERS)
    run_sql(DELETE_BATCH)
    run_sql(f"REVOKE EXECUTE ON FUNCTION {BATCH} FROM PUBLIC")


def downgrade() -> None:
    """Delete what is marked for deletion in one piece; drop the columns."""
    run_sql(f"DROP FUNCTION {BATCH}")
    run_sql("""
        DELETE FROM suppliers WHERE deleting_since IS NOT NULL;
        DROP INDEX suppliers_name_key, suppliers_deleting_idx;
        ALTER TABLE suppliers DROP COLUMN deleting_since;
        CREATE UNIQUE INDEX suppliers_name_key ON suppliers (lower(name));
        DROP INDEX ingestion_tasks_due_idx;
        ALTER TABLE ingestion_tasks DROP COLUMN cancelled_by, DROP COLUMN is_slow;
    """)


TASKS = """
    ALTER TABLE ingestion_tasks
        ADD COLUMN cancelled_by varchar(255),
        ADD COLUMN is_slow boolean NOT NULL DEFAULT false;
    COMMENT ON COLUMN ingestion_tasks.cancelled_by IS
        'who cancelled it; null: nobody, or it was retried since';
    COMMENT ON COLUMN ingestion_tasks.is_slow IS
        'it ran for long while others waited, or lost two workers: never in the last free slot';
    CREATE INDEX ingestion_tasks_due_idx ON ingestion_tasks (next_attempt_at, enqueued_at, id)
        WHERE state = 'queued';
"""

SUPPLIERS = """
    ALTER TABLE suppliers ADD COLUMN deleting_since timestamptz;
    COMMENT ON COLUMN suppliers.deleting_since IS
        'when its deletion was requested; its items are deleted in batches, then the row';
    DROP INDEX suppliers_name_key;
    CREATE UNIQUE INDEX suppliers_name_key ON suppliers (lower(name))
        WHERE deleting_since IS NULL;
    CREATE INDEX suppliers_deleting_idx ON suppliers (deleting_since)
        WHERE deleting_since IS NOT NULL;
"""

# Rows that reference the supplier are deleted first, in batches, so that deleting the supplier row
# is quick. Locked items are left to the next call. ORDER BY supplier_sku reads an index, whose dead
# entries the next call skips; a table scan would read all deleted rows at each call.
DELETE_BATCH = """
    CREATE FUNCTION delete_supplier_batch(marked uuid, most integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        deleted integer;
    BEGIN
        most := least(greatest(most, 1), 5000);
        PERFORM FROM suppliers WHERE id = marked AND deleting_since IS NOT NULL
            FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN NOT EXISTS (SELECT FROM suppliers WHERE id = marked);
        END IF;

        DELETE FROM supplier_items WHERE id = ANY (ARRAY(
            SELECT id FROM supplier_items WHERE supplier_id = marked
            ORDER BY supplier_sku LIMIT most FOR UPDATE SKIP LOCKED));
        GET DIAGNOSTICS deleted = ROW_COUNT;
        IF deleted = most OR EXISTS (SELECT FROM supplier_items WHERE supplier_id = marked) THEN
            RETURN false;
        END IF;

        UPDATE parsing_logs SET supplier_id = NULL WHERE id = ANY (ARRAY(
            SELECT id FROM parsing_logs WHERE supplier_id = marked LIMIT most));
        UPDATE ingestion_tasks SET supplier_id = NULL WHERE id = ANY (ARRAY(
            SELECT id FROM ingestion_tasks WHERE supplier_id = marked AND state <> 'running'
            ORDER BY id LIMIT most FOR NO KEY UPDATE SKIP LOCKED));
        IF EXISTS (SELECT FROM parsing_logs WHERE supplier_id = marked)
            OR EXISTS (SELECT FROM ingestion_tasks WHERE supplier_id = marked)
        THEN
            RETURN false;
        END IF;

        DELETE FROM suppliers WHERE id = marked;
        RETURN true;
    END $$;
"""
