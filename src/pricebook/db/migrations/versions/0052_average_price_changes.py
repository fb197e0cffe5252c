"""How much each price list changes the prices of its supplier on average.

The new column is null and has no default, so that the table is locked for a moment only.
"""

from pricebook.db.migrations import run_sql

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Add the column."""
    run_sql("ALTER TABLE ingestion_tasks ADD COLUMN average_price_change numeric")
    run_sql("""
        COMMENT ON COLUMN ingestion_tasks.average_price_change IS
            'percent, of the items that were present before; unchanged ones count as 0'
    """)


def downgrade() -> None:
    """Drop it."""
    run_sql("ALTER TABLE ingestion_tasks DROP COLUMN average_price_change")
