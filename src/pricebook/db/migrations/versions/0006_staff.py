"""The margin, and indexes for the lists of staff."""

from pricebook.db.migrations import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the margin and the indexes."""
    run_sql(MARGIN)
    run_sql(PRODUCT_UPDATED_AT)
    run_sql(PRODUCT_INDEXES)
    run_sql(ITEM_INDEXES)


def downgrade() -> None:
    """Drop them, and bring back the indexes that they replaced."""
    run_sql("""
        DROP STATISTICS supplier_items_search_stats;
        DROP INDEX supplier_items_of_supplier_idx, supplier_items_waiting_idx,
            supplier_items_unmatched_search_idx;
        DROP INDEX products_name_idx, products_status_idx, products_margin_idx;
        CREATE INDEX products_catalog_idx ON products (name, id) WHERE status = 'active';
        DROP TRIGGER set_updated_at ON products;
        DROP FUNCTION set_product_updated_at();
        CREATE TRIGGER set_updated_at BEFORE UPDATE ON products
            FOR EACH ROW EXECUTE FUNCTION set_updated_at();
        ALTER TABLE products DROP COLUMN margin_percentage;
    """)


# (target - lowest) / target * 100, to two places, halves away from zero. In whole hundredths of a
# percent, because a division rounded twice can be wrong in the last place.
MARGIN = """
    ALTER TABLE products ADD COLUMN margin_percentage numeric(20, 2) GENERATED ALWAYS AS (
        sign(target_price - min_price)
            * div(abs(target_price - min_price) * 20000 + target_price, target_price * 2) * 0.01
    ) STORED;
    COMMENT ON COLUMN products.margin_percentage IS
        'of the target price over the lowest price; null without either';
"""

# A BEFORE trigger sees generated columns as null: every row would differ from its old version.
PRODUCT_UPDATED_AT = """
    CREATE FUNCTION set_product_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.search_text := OLD.search_text;
        NEW.margin_percentage := OLD.margin_percentage;
        IF NEW IS DISTINCT FROM OLD THEN
            NEW.updated_at := now();
        END IF;
        RETURN NEW;
    END $$;

    DROP TRIGGER set_updated_at ON products;
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON products
        FOR EACH ROW EXECUTE FUNCTION set_product_updated_at();
"""

# products_status_idx replaces products_catalog_idx.
PRODUCT_INDEXES = """
    CREATE INDEX products_name_idx ON products (name, id);
    CREATE INDEX products_status_idx ON products (status, name, id);
    DROP INDEX products_catalog_idx;
    CREATE INDEX products_margin_idx ON products (margin_percentage, status)
        WHERE margin_percentage IS NOT NULL;
"""

# No index has a price or an ingestion time, so that new prices update the table alone. With the
# statistics the planner recognises a common word, for which it scans the index by age.
ITEM_INDEXES = """
    CREATE INDEX supplier_items_of_supplier_idx ON supplier_items (supplier_id, product_id);
    CREATE INDEX supplier_items_waiting_idx ON supplier_items (created_at, id)
        WHERE product_id IS NULL;
    CREATE INDEX supplier_items_unmatched_search_idx ON supplier_items
        USING gin (search_fold(name || ' ' || supplier_sku) gin_trgm_ops)
        WHERE product_id IS NULL;
    CREATE STATISTICS supplier_items_search_stats
        ON (search_fold(name || ' ' || supplier_sku)) FROM supplier_items;
"""
