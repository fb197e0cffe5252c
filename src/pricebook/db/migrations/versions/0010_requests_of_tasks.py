"""The request id of a task, and indexes for monitoring tasks."""

from pricebook.db.migrations import run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column and the indexes."""
    run_sql("""
        ALTER TABLE ingestion_tasks ADD COLUMN request_id varchar(100);
        COMMENT ON COLUMN ingestion_tasks.request_id IS
            'of the request that asked for it last; null: the schedule or the command line';
        CREATE INDEX ingestion_tasks_state_idx ON ingestion_tasks (state);
        CREATE INDEX ingestion_tasks_good_idx ON ingestion_tasks (supplier_id, completed_at)
            WHERE state IN ('succeeded', 'partially_succeeded');
    """)


def downgrade() -> None:
    """Drop them."""
    run_sql("""
        DROP INDEX ingestion_tasks_state_idx, ingestion_tasks_good_idx;
        ALTER TABLE ingestion_tasks DROP COLUMN request_id;
    """)
