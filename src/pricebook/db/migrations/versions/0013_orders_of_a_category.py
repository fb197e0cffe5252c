"""Indexes for every sort order within a category, and earlier vacuums of products.

An index-only scan needs pages that vacuum marked as all-visible. After an import most pages are
not, and counting takes several times as long until the next vacuum, which by default waits for a
fifth of the products to change.
"""

from pricebook.db.migrations import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Give categories the orders that the whole catalog has, and vacuum after a fiftieth."""
    run_sql("""
        CREATE INDEX products_category_cheapest_idx
            ON products (category_id, coalesce(min_price, 'Infinity'), id)
            WHERE status = 'active';
        CREATE INDEX products_category_dearest_idx
            ON products (category_id, coalesce(min_price, '-Infinity'), id)
            WHERE status = 'active';
        CREATE INDEX products_category_newest_idx ON products (category_id, created_at, id)
            WHERE status = 'active';
        ALTER TABLE products SET (autovacuum_vacuum_scale_factor = 0.02);
    """)


def downgrade() -> None:
    """Take them out again."""
    run_sql("""
        ALTER TABLE products RESET (autovacuum_vacuum_scale_factor);
        DROP INDEX products_category_cheapest_idx, products_category_dearest_idx,
            products_category_newest_idx;
    """)
