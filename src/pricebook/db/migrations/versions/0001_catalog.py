"""Suppliers, categories, products, supplier items and their price history."""

from pricebook.db.migrations import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the catalog's tables."""
    run_sql(SETTINGS)
    run_sql(SUPPLIERS)
    run_sql(PRODUCTS)
    run_sql(ITEMS)
    run_sql(UPDATED_AT)


def downgrade() -> None:
    """Drop the catalog's tables."""
    run_sql("""
        DROP TABLE price_history, supplier_items, products, categories, suppliers, catalog_settings;
        DROP TYPE product_status;
        DROP TYPE source_type;
        DROP FUNCTION set_updated_at();
    """)


SETTINGS = """
    CREATE TABLE catalog_settings (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        currency varchar(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$')
    );
    COMMENT ON TABLE catalog_settings IS 'What is fixed at the first start, in one row';
"""

SUPPLIERS = """
    CREATE TYPE source_type AS ENUM ('google_sheets', 'csv', 'excel');

    CREATE TABLE suppliers (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name varchar(255) NOT NULL CHECK (name <> ''),
        source_type source_type NOT NULL,
        contact_email varchar(255),
        metadata jsonb NOT NULL DEFAULT '{}',
        is_active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX suppliers_name_key ON suppliers (lower(name));
    COMMENT ON COLUMN suppliers.metadata IS
        'source_config: how to read the list; found: what was learned about it';
"""

PRODUCTS = """
    CREATE TYPE product_status AS ENUM ('draft', 'active', 'archived');

    CREATE TABLE categories (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name varchar(255) NOT NULL CHECK (name <> ''),
        parent_id uuid REFERENCES categories,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT categories_parent_name_key UNIQUE NULLS NOT DISTINCT (parent_id, name)
    );

    CREATE TABLE products (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        internal_sku varchar(100) NOT NULL CHECK (internal_sku <> ''),
        name varchar(500) NOT NULL CHECK (name <> ''),
        category_id uuid REFERENCES categories ON DELETE SET NULL,
        status product_status NOT NULL DEFAULT 'draft',
        target_price numeric(14, 4) CHECK (target_price > 0),
        min_price numeric(14, 4),
        max_price numeric(14, 4),
        supplier_count integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT products_internal_sku_key UNIQUE (internal_sku)
    );
    COMMENT ON COLUMN products.min_price IS 'derived from supplier_items, null without items';
    COMMENT ON COLUMN products.max_price IS 'derived from supplier_items, null without items';
    COMMENT ON COLUMN products.supplier_count IS 'derived: distinct suppliers of the items';
"""

ITEMS = """
    CREATE TABLE supplier_items (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        supplier_id uuid NOT NULL REFERENCES suppliers ON DELETE CASCADE,
        product_id uuid REFERENCES products ON DELETE SET NULL,
        supplier_sku varchar(255) NOT NULL CHECK (supplier_sku <> ''),
        name varchar(500) NOT NULL CHECK (name <> ''),
        current_price numeric(14, 4) NOT NULL CHECK (current_price >= 0),
        characteristics jsonb NOT NULL DEFAULT '{}',
        last_ingested_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT supplier_items_supplier_sku_key UNIQUE (supplier_id, supplier_sku)
    );
    COMMENT ON COLUMN supplier_items.product_id IS 'the link; null while unmatched';
    COMMENT ON COLUMN supplier_items.last_ingested_at IS
        'when a price list last brought something new; unchanged rows write nothing';
    CREATE INDEX supplier_items_product_id_idx ON supplier_items (product_id)
        WHERE product_id IS NOT NULL;
    CREATE INDEX supplier_items_unmatched_idx ON supplier_items (supplier_id, created_at, id)
        WHERE product_id IS NULL;

    CREATE TABLE price_history (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        supplier_item_id uuid NOT NULL REFERENCES supplier_items ON DELETE CASCADE,
        price numeric(14, 4) NOT NULL CHECK (price >= 0),
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON COLUMN price_history.recorded_at IS
        'the moment of writing, under the lock of the item: a transaction that began earlier may '
        'have set its price later';
    CREATE INDEX price_history_item_idx ON price_history (supplier_item_id, recorded_at);
"""

UPDATED_AT = """
    CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW IS DISTINCT FROM OLD THEN
            NEW.updated_at := now();
        END IF;
        RETURN NEW;
    END $$;

    CREATE TRIGGER set_updated_at BEFORE UPDATE ON suppliers
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON categories
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON products
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON supplier_items
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON price_history
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
"""
