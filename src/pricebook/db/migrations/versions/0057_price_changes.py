"""The price history has the target price that the product of a changed price had.

The new column is null in all present rows, so that the table is locked for a moment only.
"""

import re
from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0057"
down_revision = "0056"

TRIGGER = Path(__file__).with_name("0057_price_changes.sql")
FORMER = Path(__file__).with_name("0046_undone_prices.sql")


def upgrade() -> None:
    """Add the column, then replace the trigger that writes it."""
    run_sql("ALTER TABLE price_history ADD COLUMN IF NOT EXISTS target_price numeric")
    run_sql("""
        COMMENT ON COLUMN price_history.target_price IS
            'the target price of the product at that time; null: as margin_change'
    """)
    run_sql(TRIGGER.read_text("utf-8"))


def downgrade() -> None:
    """Restore the trigger, and drop the column."""
    pattern = r"CREATE OR REPLACE FUNCTION price_history_after_update\(.*?\nEND \$\$;\n"
    if (former := re.search(pattern, FORMER.read_text("utf-8"), re.DOTALL)) is not None:
        run_sql(former[0])
    run_sql("ALTER TABLE price_history DROP COLUMN target_price")
