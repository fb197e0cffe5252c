"""Tasks that correct the rejected rows of another task.

The new columns are null and have no default: no table is rewritten. A corrected row names its task
without a reference, so that it stays corrected when that task is deleted.
"""

from pricebook.db.migrations import run_sql

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the columns, and the index by which a deleted task is no longer referred to."""
    run_sql("""
        ALTER TABLE ingestion_tasks
            ADD COLUMN corrections_of uuid REFERENCES ingestion_tasks ON DELETE SET NULL;
        CREATE INDEX ingestion_tasks_corrections_idx ON ingestion_tasks (corrections_of)
            WHERE corrections_of IS NOT NULL;
        ALTER TABLE parsing_logs ADD COLUMN corrected_by uuid, ADD COLUMN section text;
        COMMENT ON COLUMN ingestion_tasks.corrections_of IS
            'the task whose rejected rows this one corrects';
        COMMENT ON COLUMN parsing_logs.corrected_by IS
            'the task that imported the corrected row; null while it is open';
        COMMENT ON COLUMN parsing_logs.section IS
            'the section title above the row, which is the category of its item';
    """)


def downgrade() -> None:
    """Drop them; corrected rows are then listed as rejected again.

    Corrections become partial price lists, as no item may become absent by one that is repeated;
    those that have not ended are failed.
    """
    run_sql("""
        UPDATE ingestion_tasks SET source_config = source_config || '{"mode": "partial"}'
        WHERE corrections_of IS NOT NULL;
        UPDATE ingestion_tasks
        SET state = 'failed', completed_at = now(), apply_requested_at = NULL,
            lease_owner = NULL, lease_expires_at = NULL, errors = jsonb_build_array(
                'The release before cannot import corrections: import the price list again.')
        WHERE corrections_of IS NOT NULL AND state IN ('queued', 'running', 'held');
        DELETE FROM held_rows WHERE task_id IN (
            SELECT id FROM ingestion_tasks WHERE state = 'failed');
        ALTER TABLE parsing_logs DROP COLUMN corrected_by, DROP COLUMN section;
        ALTER TABLE ingestion_tasks DROP COLUMN corrections_of;
    """)
