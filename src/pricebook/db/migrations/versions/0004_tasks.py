"""Ingestion tasks and the rows that were rejected."""

from pricebook.db.migrations import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables of the tasks."""
    run_sql(TASKS)
    run_sql(LOGS)


def downgrade() -> None:
    """Drop the tables of the tasks."""
    run_sql("""
        DROP TABLE parsing_logs, ingestion_tasks;
        DROP TYPE task_state;
    """)


TASKS = """
    CREATE TYPE task_state AS ENUM
        ('queued', 'running', 'succeeded', 'partially_succeeded', 'failed', 'dead');

    CREATE TABLE ingestion_tasks (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        supplier_id uuid REFERENCES suppliers ON DELETE SET NULL,
        supplier_name varchar(255) NOT NULL,
        parser_type source_type NOT NULL,
        source_config jsonb NOT NULL DEFAULT '{}',
        state task_state NOT NULL DEFAULT 'queued',
        requested_by varchar(255),
        enqueued_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        completed_at timestamptz,
        lease_owner text,
        lease_expires_at timestamptz,
        retry_count integer NOT NULL DEFAULT 0,
        max_retries integer NOT NULL DEFAULT 3,
        stage text,
        rows_read integer NOT NULL DEFAULT 0,
        rows_total integer,
        count_new integer NOT NULL DEFAULT 0,
        count_changed integer NOT NULL DEFAULT 0,
        count_unchanged integer NOT NULL DEFAULT 0,
        count_absent integer NOT NULL DEFAULT 0,
        count_rejected integer NOT NULL DEFAULT 0,
        count_duplicate integer NOT NULL DEFAULT 0,
        count_ignored integer NOT NULL DEFAULT 0,
        errors jsonb NOT NULL DEFAULT '[]',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX ingestion_tasks_supplier_idx ON ingestion_tasks (supplier_id, enqueued_at);
    CREATE INDEX ingestion_tasks_unfinished_idx ON ingestion_tasks (enqueued_at)
        WHERE state IN ('queued', 'running');
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON ingestion_tasks
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
"""

LOGS = """
    CREATE TABLE parsing_logs (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        task_id uuid NOT NULL REFERENCES ingestion_tasks ON DELETE CASCADE,
        supplier_id uuid REFERENCES suppliers ON DELETE SET NULL,
        error_type text NOT NULL,
        error_message text NOT NULL,
        row_number integer CHECK (row_number > 0),
        row_data jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX parsing_logs_task_idx ON parsing_logs (task_id, row_number, id);
    CREATE INDEX parsing_logs_supplier_idx ON parsing_logs (supplier_id);
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON parsing_logs
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
"""
