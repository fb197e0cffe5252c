"""A preview of product changes counts the products that it leaves out, by reason.

The column is null for batches of before; adding it rewrites nothing.
"""

from pricebook.db.migrations import run_sql

revision = "0064"
down_revision = "0063"


def upgrade() -> None:
    """Add the column; waits for running writes of bulk changes."""
    run_sql("""
        ALTER TABLE product_batches ADD COLUMN left_out jsonb;
        COMMENT ON COLUMN product_batches.left_out IS
            'numbers of selected products without a change, by reason; null before migration 0064';
    """)


def downgrade() -> None:
    """Drop the column; the changes of each product stay."""
    run_sql("ALTER TABLE product_batches DROP COLUMN left_out")
