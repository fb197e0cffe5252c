"""When the next price list of each supplier is expected, and since when it is late.

The table is filled by the worker. The index is built while no task can be written: less than a
second for 100,000 tasks.
"""

from pricebook.db.migrations import run_sql

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Create the table, and the index of lists that arrived."""
    run_sql("LOCK TABLE suppliers, ingestion_tasks IN SHARE ROW EXCLUSIVE MODE")
    run_sql("""
        CREATE TABLE expected_lists (
            supplier_id uuid PRIMARY KEY REFERENCES suppliers ON DELETE CASCADE,
            lists timestamptz[] NOT NULL DEFAULT '{}',
            last_list_at timestamptz,
            rule text,
            rule_since timestamptz,
            expected_by text,
            expected_at timestamptz,
            late_at timestamptz,
            late_since timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CHECK (expected_by IN ('setting', 'schedule', 'rhythm')),
            CHECK ((expected_by IS NULL) = (expected_at IS NULL)),
            CHECK ((expected_by IS NULL) = (late_at IS NULL)),
            CHECK (late_since IS NULL OR late_since = late_at)
        );
        COMMENT ON TABLE expected_lists IS
            'when the next price list of a supplier is expected; written by the worker';
        COMMENT ON COLUMN expected_lists.lists IS
            'times of the last imported lists in their order; files within 12 hours are one list';
        COMMENT ON COLUMN expected_lists.last_list_at IS
            'time of the newest list, also of one that is held';
        COMMENT ON COLUMN expected_lists.rule IS 'the rule that holds since rule_since';
        CREATE TRIGGER set_updated_at BEFORE UPDATE ON expected_lists
            FOR EACH ROW EXECUTE FUNCTION set_updated_at();
        CREATE INDEX ingestion_tasks_arrived_idx ON ingestion_tasks (supplier_id, enqueued_at)
            WHERE state IN ('held', 'succeeded', 'partially_succeeded')
                AND corrections_of IS NULL AND undo_of IS NULL;
    """)


def downgrade() -> None:
    """Drop them."""
    run_sql("""
        DROP INDEX ingestion_tasks_arrived_idx;
        DROP TABLE expected_lists;
    """)
