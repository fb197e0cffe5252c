"""The price history has the supplier of a changed price and the target price of its product then.

The new columns are null in all present rows, so that the table is locked for a moment only. The
index is built beside readers and writers, a partition at a time.
"""

import re
from pathlib import Path

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.online import autocommit, create_partitioned_index

revision = "0057"
down_revision = "0056"

TRIGGER = Path(__file__).with_name("0057_price_changes.sql")
FORMER = Path(__file__).with_name("0046_undone_prices.sql")


def upgrade() -> None:
    """Add the columns and the index, then replace the trigger that writes them."""
    run_sql("""
        ALTER TABLE price_history
            ADD COLUMN IF NOT EXISTS target_price numeric,
            ADD COLUMN IF NOT EXISTS supplier_id uuid;
        COMMENT ON COLUMN price_history.supplier_id IS
            'the supplier of the item; null: the first price of an item, or recorded before this '
            'column existed';
        COMMENT ON COLUMN price_history.target_price IS
            'the target price of the product at that time; null: as margin_change'
    """)
    with autocommit():
        create_partitioned_index(
            *("price_history", "supplier_idx"),
            "(supplier_id, recorded_at) WHERE old_price IS NOT NULL",
        )
    run_sql(TRIGGER.read_text("utf-8"))


def downgrade() -> None:
    """Restore the trigger, and drop the columns with the index."""
    pattern = r"CREATE OR REPLACE FUNCTION price_history_after_update\(.*?\nEND \$\$;\n"
    if (former := re.search(pattern, FORMER.read_text("utf-8"), re.DOTALL)) is not None:
        run_sql(former[0])
    run_sql("ALTER TABLE price_history DROP COLUMN target_price, DROP COLUMN supplier_id")
