"""Held rows have the usual price of similar rows, where their own new price is far from it.

Both columns are added without a default, which rewrites nothing. Price lists that are held already
have none until they are compared again.
"""

from pricebook.db.migrations import run_sql

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    """Add the columns."""
    run_sql("""
        ALTER TABLE held_rows ADD COLUMN similar_to text, ADD COLUMN usual_price numeric;
        COMMENT ON COLUMN held_rows.similar_to IS
            'the category or first word of the rows that the new price is far from; or null';
        COMMENT ON COLUMN held_rows.usual_price IS
            'the usual price of these rows, in the currency of the list; or null';
    """)


def downgrade() -> None:
    """Drop the columns."""
    run_sql("ALTER TABLE held_rows DROP COLUMN similar_to, DROP COLUMN usual_price")
