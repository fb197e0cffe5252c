"""Indexes of the GTIN and MPN of products, and their checks validated, beside writers."""

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.online import autocommit, create_index

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Create the indexes and validate the checks of 0025."""
    with autocommit():
        create_index("products_gtin_idx", "ON products (gtin) WHERE gtin IS NOT NULL")
        create_index("products_mpn_idx", "ON products (code_key(mpn)) WHERE mpn IS NOT NULL")
        for column in ("gtin", "mpn", "brand"):
            run_sql(f"ALTER TABLE products VALIDATE CONSTRAINT products_{column}_check")


def downgrade() -> None:
    """Drop the indexes."""
    run_sql("DROP INDEX products_mpn_idx, products_gtin_idx")
