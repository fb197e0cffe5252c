"""Events in the order in which they happened, and none of prices that move to another partition.

The trigger needs a lock of the price history that waits for running writes; readers go on. The
default needs one of the events for a moment, without reading them.
"""

from pricebook.db.migrations import run_sql

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Set the time of an event when it is written; fire the trigger for recorded prices only."""
    run_sql("""
        CREATE OR REPLACE TRIGGER add_price_events AFTER INSERT ON price_history
            REFERENCING NEW TABLE AS new_prices
            FOR EACH STATEMENT WHEN (pg_trigger_depth() > 0) EXECUTE FUNCTION add_price_events();
        ALTER TABLE events ALTER COLUMN at SET DEFAULT clock_timestamp();
    """)


def downgrade() -> None:
    """Set the time of an event to that of its transaction; fire the trigger for each insert."""
    run_sql("""
        CREATE OR REPLACE TRIGGER add_price_events AFTER INSERT ON price_history
            REFERENCING NEW TABLE AS new_prices
            FOR EACH STATEMENT EXECUTE FUNCTION add_price_events();
        ALTER TABLE events ALTER COLUMN at SET DEFAULT now();
    """)
