"""Staff lists: orders by margin, price change and time of change.

The new columns are empty at first: the last change of a price is known from the next one on. The
indexes take some seconds each at 500,000 products and are built beside writers.
"""

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.online import autocommit, create_index

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Add the columns and the trigger that sets them, and then the indexes."""
    run_sql(COLUMNS)
    run_sql(FUNCTIONS)
    with autocommit():
        for name, definition in INDEXES.items():
            create_index(name, definition)
        # A name is that of a valid index at any time but for a moment.
        run_sql("DROP INDEX CONCURRENTLY IF EXISTS products_margin_idx")
        run_sql("ALTER INDEX products_new_margin_idx RENAME TO products_margin_idx")


def downgrade() -> None:
    """Drop them."""
    run_sql("""
        DROP INDEX products_updated_idx, products_no_price_change_idx, products_price_change_idx,
            products_no_margin_idx, products_margin_idx;
        CREATE INDEX products_margin_idx ON products (margin_percentage, status)
            WHERE margin_percentage IS NOT NULL;
        DROP TRIGGER set_price_change ON products;
        ALTER TABLE products DROP COLUMN price_change_percentage, DROP COLUMN price_changed_at;
        DROP FUNCTION set_price_change();

        CREATE OR REPLACE FUNCTION set_product_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.search_text := OLD.search_text;
            IF NEW IS DISTINCT FROM OLD THEN
                NEW.updated_at := now();
            END IF;
            RETURN NEW;
        END $$;
    """)


INDEXES = {
    "products_new_margin_idx": "ON products (margin_percentage, id) INCLUDE (status)"
    " WHERE margin_percentage IS NOT NULL",
    "products_no_margin_idx": "ON products (id) WHERE margin_percentage IS NULL",
    "products_price_change_idx": "ON products (price_change_percentage, id)"
    " WHERE price_change_percentage IS NOT NULL",
    "products_no_price_change_idx": "ON products (id) WHERE price_change_percentage IS NULL",
    "products_updated_idx": "ON products (updated_at, id)",
}

COLUMNS = """
    ALTER TABLE products ADD COLUMN IF NOT EXISTS price_change_percentage numeric,
        ADD COLUMN IF NOT EXISTS price_changed_at timestamptz;
    COMMENT ON COLUMN products.price_change_percentage IS
        'last change of min_price in percent of the price before; null without one';
    COMMENT ON COLUMN products.price_changed_at IS
        'time of the last change of min_price; null once it is long ago';
"""

FUNCTIONS = """
    CREATE OR REPLACE FUNCTION set_price_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.price_change_percentage := round(
            (NEW.min_price - OLD.min_price) * 100 / nullif(OLD.min_price, 0), 2);
        NEW.price_changed_at := now();
        RETURN NEW;
    END $$;

    CREATE OR REPLACE FUNCTION set_product_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.search_text := OLD.search_text;
        IF NEW.min_price IS NOT DISTINCT FROM OLD.min_price
            AND NEW.price_changed_at IS DISTINCT FROM OLD.price_changed_at
        THEN
            RETURN NEW;
        END IF;
        IF NEW IS DISTINCT FROM OLD THEN
            NEW.updated_at := now();
        END IF;
        RETURN NEW;
    END $$;

    CREATE OR REPLACE TRIGGER set_price_change BEFORE UPDATE OF min_price ON products
        FOR EACH ROW WHEN (OLD.min_price IS DISTINCT FROM NEW.min_price)
        EXECUTE FUNCTION set_price_change();
"""
