"""Indexes of the GTIN and MPN of products, and their checks validated.

Writers of products wait for it, readers do not.
"""

from pricebook.db.migrations import run_sql

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Create the indexes and validate the checks of 0025."""
    run_sql("""
        CREATE INDEX products_gtin_idx ON products (gtin) WHERE gtin IS NOT NULL;
        CREATE INDEX products_mpn_idx ON products (code_key(mpn)) WHERE mpn IS NOT NULL;
        ALTER TABLE products
            VALIDATE CONSTRAINT products_gtin_check,
            VALIDATE CONSTRAINT products_mpn_check,
            VALIDATE CONSTRAINT products_brand_check;
    """)


def downgrade() -> None:
    """Drop the indexes."""
    run_sql("DROP INDEX products_mpn_idx, products_gtin_idx")
