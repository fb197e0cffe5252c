"""The feed of events: written by triggers, in the transaction of what happened.

The triggers need locks that wait for running writes of tasks and prices; readers go on.
"""

from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0040"
down_revision = "0039"

FUNCTIONS = Path(__file__).with_name("0040_events.sql")


def upgrade() -> None:
    """Create the tables, the functions and the triggers."""
    run_sql("""
        LOCK TABLE price_history, ingestion_tasks, expected_lists, audit_log
            IN SHARE ROW EXCLUSIVE MODE
    """)
    run_sql(EVENTS)
    run_sql(FUNCTIONS.read_text("utf-8"))


def downgrade() -> None:
    """Drop them, with all events."""
    run_sql("""
        DROP TRIGGER add_task_event ON ingestion_tasks;
        DROP TRIGGER add_late_event ON expected_lists;
        DROP TRIGGER add_first_late_event ON expected_lists;
        DROP TRIGGER add_change_events ON audit_log;
        DROP TRIGGER add_price_events ON price_history;
        DROP FUNCTION add_task_event(), add_late_event(), add_change_events(), add_price_events(),
            place_events(integer);
        DROP TABLE events, last_event, event_thresholds;
    """)


EVENTS = """
    CREATE TABLE events (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        position bigint,
        type text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        data jsonb NOT NULL
    );
    CREATE UNIQUE INDEX events_position_key ON events (position) WHERE position IS NOT NULL;
    CREATE INDEX events_type_idx ON events (type, position) WHERE position IS NOT NULL;
    CREATE INDEX events_unplaced_idx ON events (at, id) WHERE position IS NULL;
    COMMENT ON COLUMN events.position IS
        'without a gap, in the order in which readers see them; null until it is given';

    CREATE TABLE last_event (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        position bigint NOT NULL DEFAULT 0
    );
    INSERT INTO last_event DEFAULT VALUES;
    COMMENT ON TABLE last_event IS
        'the last position given, in one row: also when that event is deleted by now';

    CREATE TABLE event_thresholds (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        price_jump_percent numeric NOT NULL DEFAULT 20,
        margin_below_percent numeric NOT NULL DEFAULT 10
    );
    INSERT INTO event_thresholds DEFAULT VALUES;
    COMMENT ON TABLE event_thresholds IS 'settings of the worker that triggers need, in one row';
"""
