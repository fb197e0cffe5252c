"""A bulk change keeps what was requested, so that it can be described.

The columns are null for batches of before; adding them rewrites nothing.
"""

from pricebook.db.migrations import run_sql

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """Add the columns; waits for running writes of bulk changes."""
    run_sql("""
        ALTER TABLE product_batches ADD COLUMN request jsonb,
            ADD COLUMN without_cost integer;
        COMMENT ON COLUMN product_batches.request IS
            'what was changed, of which products; null for batches of earlier versions';
        COMMENT ON COLUMN product_batches.without_cost IS
            'products left out, as their new price would follow from a lowest one';
    """)


def downgrade() -> None:
    """Drop the columns; the changes of each product stay."""
    run_sql("ALTER TABLE product_batches DROP COLUMN request, DROP COLUMN without_cost")
