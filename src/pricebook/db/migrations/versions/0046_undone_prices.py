"""Price changes that were undone, and those of the undo, are marked in the price history.

Their `old_price` is in another column: the indexes of the report are of rows that have one, and are
not built again. The index of the new column has no row at first; building it reads the history, a
partition at a time, beside readers and writers.
"""

import re
from pathlib import Path

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.online import autocommit, create_partitioned_index

revision = "0046"
down_revision = "0045"

FUNCTIONS = Path(__file__).with_name("0046_undone_prices.sql")
FORMER = {
    "price_history_after_update": "0038_price_history.sql",
    "undo_import": "0034_undo.sql",
    "add_price_events": "0040_events.sql",
}


def upgrade() -> None:
    """Add the columns, then the index, then the functions that write them."""
    run_sql(COLUMNS)
    with autocommit():
        create_partitioned_index(
            *("price_history", "undone_idx"),
            "(recorded_at, id) WHERE undone_old_price IS NOT NULL",
        )
    run_sql(FUNCTIONS.read_text("utf-8"))


def downgrade() -> None:
    """Drop them: undone price changes are again like others."""
    for function, file in FORMER.items():
        text = Path(__file__).with_name(file).read_text("utf-8")
        pattern = rf"CREATE OR REPLACE FUNCTION {function}\(.*?\nEND \$\$;\n"
        if (found := re.search(pattern, text, re.DOTALL)) is not None:
            run_sql(found[0])
    run_sql("""
        UPDATE price_history SET old_price = undone_old_price WHERE undone_old_price IS NOT NULL;
        ALTER TABLE price_history DROP COLUMN undone_old_price, DROP COLUMN undone_by;
        ALTER TABLE ingestion_tasks DROP COLUMN changes_at;
    """)


COLUMNS = """
    LOCK TABLE ingestion_tasks, price_history IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE ingestion_tasks ADD COLUMN IF NOT EXISTS changes_at timestamptz;
    ALTER TABLE price_history
        ADD COLUMN IF NOT EXISTS undone_old_price numeric,
        ADD COLUMN IF NOT EXISTS undone_by uuid;
    COMMENT ON COLUMN ingestion_tasks.changes_at IS
        'created_at of the rows of price_history that the task has written: its transaction';
    COMMENT ON COLUMN price_history.undone_old_price IS
        'the price before, instead of old_price, of a change that was undone, and of the undo';
    COMMENT ON COLUMN price_history.undone_by IS
        'the task that undid the change, or by which it was undone; null: it counts';
"""
