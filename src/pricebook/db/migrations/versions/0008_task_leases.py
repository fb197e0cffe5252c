"""Idempotency keys, leases and retries of tasks; sync schedules."""

from pricebook.db.migrations import run_sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns, the indexes that hold the order of tasks, and the schedules."""
    run_sql(ASKING)
    run_sql(WORKING)
    run_sql(LISTS)
    run_sql(SCHEDULES)


def downgrade() -> None:
    """Drop them."""
    run_sql("""
        DROP TABLE sync_schedules;
        DROP INDEX ingestion_tasks_newest_idx, ingestion_tasks_completed_idx,
            ingestion_tasks_waiting_idx, ingestion_tasks_to_apply_idx,
            ingestion_tasks_leased_key, ingestion_tasks_repeat_key;
        ALTER TABLE ingestion_tasks
            DROP COLUMN requested_by_id, DROP COLUMN idempotency_key, DROP COLUMN request_digest,
            DROP COLUMN file_name, DROP COLUMN create_products, DROP COLUMN new_layout,
            DROP COLUMN next_attempt_at, DROP COLUMN lost_count,
            DROP COLUMN apply_requested_at;
    """)


ASKING = """
    ALTER TABLE ingestion_tasks
        ADD COLUMN requested_by_id uuid REFERENCES users ON DELETE SET NULL,
        ADD COLUMN idempotency_key varchar(255),
        ADD COLUMN request_digest bytea,
        ADD COLUMN file_name varchar(255),
        ADD COLUMN create_products boolean NOT NULL DEFAULT false,
        ADD COLUMN new_layout boolean NOT NULL DEFAULT false;
    COMMENT ON COLUMN ingestion_tasks.requested_by IS 'the name of who asked; null: the schedule';
    COMMENT ON COLUMN ingestion_tasks.request_digest IS
        'of the request that came with the idempotency key';
    COMMENT ON COLUMN ingestion_tasks.file_name IS 'of an uploaded list, as its sender called it';
    CREATE UNIQUE INDEX ingestion_tasks_repeat_key
        ON ingestion_tasks (requested_by_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
"""

# The unique index allows one running task of a supplier.
WORKING = """
    ALTER TABLE ingestion_tasks
        ADD COLUMN next_attempt_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN lost_count integer NOT NULL DEFAULT 0,
        ADD COLUMN apply_requested_at timestamptz;
    COMMENT ON COLUMN ingestion_tasks.lost_count IS 'how often its worker was lost';
    COMMENT ON COLUMN ingestion_tasks.apply_requested_at IS
        'when somebody said that a held list is to be applied after all';
    CREATE UNIQUE INDEX ingestion_tasks_leased_key ON ingestion_tasks (supplier_id)
        WHERE state = 'running' AND lease_owner IS NOT NULL;
    CREATE INDEX ingestion_tasks_waiting_idx ON ingestion_tasks (supplier_id, enqueued_at, id)
        WHERE state IN ('queued', 'running');
    CREATE INDEX ingestion_tasks_to_apply_idx ON ingestion_tasks (apply_requested_at)
        WHERE apply_requested_at IS NOT NULL;
"""

LISTS = """
    CREATE INDEX ingestion_tasks_newest_idx ON ingestion_tasks (enqueued_at, id);
    CREATE INDEX ingestion_tasks_completed_idx ON ingestion_tasks (completed_at);
"""

SCHEDULES = """
    CREATE TABLE sync_schedules (
        supplier_id uuid PRIMARY KEY REFERENCES suppliers ON DELETE CASCADE,
        sync_every text NOT NULL,
        next_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE sync_schedules IS
        'when a supplier is synced next; sync_every is the rule that next_at was found by';
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON sync_schedules
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
"""
