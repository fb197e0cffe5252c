"""The state of the workers, and the audit log by several filters.

The indexes are created beside writers. Entries of one actor and action, or of one type of actors
and action, may be few among millions that pass each of the two filters.
"""

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.online import autocommit, create_index

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """Create the tables and the indexes."""
    run_sql(TABLES)
    with autocommit():
        for name, definition in INDEXES.items():
            create_index(name, definition)


def downgrade() -> None:
    """Drop them."""
    run_sql(f"DROP INDEX {', '.join(INDEXES)}")
    run_sql("DROP TABLE workers, periodic_runs")


TABLES = """
    CREATE TABLE IF NOT EXISTS workers (
        name text PRIMARY KEY,
        version text NOT NULL,
        slots integer NOT NULL,
        started_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL
    );
    CREATE TABLE IF NOT EXISTS periodic_runs (
        name text PRIMARY KEY,
        worker text NOT NULL,
        started_at timestamptz NOT NULL,
        milliseconds integer NOT NULL,
        succeeded_at timestamptz,
        failure text
    );
    COMMENT ON TABLE workers IS 'running workers, each with its last heartbeat';
    COMMENT ON COLUMN workers.name IS 'host and process id';
    COMMENT ON COLUMN workers.slots IS 'tasks that it runs at once';
    COMMENT ON TABLE periodic_runs IS 'the last run of each periodic work, by any worker';
    COMMENT ON COLUMN periodic_runs.failure IS 'why the last run failed; null after a success';
"""
INDEXES = {
    "audit_log_actor_kind_idx": "ON audit_log (actor_name, actor_type, action, at, id)",
    "audit_log_kind_idx": "ON audit_log (actor_type, action, at, id)",
}
