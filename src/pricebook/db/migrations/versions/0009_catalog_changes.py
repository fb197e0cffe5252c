"""Notifications of changes in the public catalog, and the indexes of its sort orders."""

from pricebook.db.migrations import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the triggers that notify, and the indexes."""
    run_sql(CHANGES)
    run_sql(INDEXES)


def downgrade() -> None:
    """Drop them."""
    run_sql("""
        DROP INDEX products_cheapest_idx, products_dearest_idx, products_newest_idx;
        DROP TRIGGER catalog_after_insert ON products;
        DROP TRIGGER catalog_after_update ON products;
        DROP TRIGGER catalog_after_delete ON products;
        DROP TRIGGER catalog_after_truncate ON products;
        DROP TRIGGER catalog_after_change ON categories;
        DROP FUNCTION catalog_after_update(), catalog_changed();
    """)


# PostgreSQL sends one notification a transaction, after its commit is visible. Drafts, target
# prices and updates without effect are not notified. Items are public only as aggregates of their
# products.
CHANGES = """
    CREATE FUNCTION catalog_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NOTIFY catalog_changed;
        RETURN NULL;
    END $$;

    CREATE FUNCTION catalog_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM new_products AS new_product
            FULL JOIN old_products AS old_product USING (id)
            WHERE 'active' IN (new_product.status, old_product.status)
                AND (new_product.status, new_product.internal_sku, new_product.name,
                    new_product.category_id, new_product.min_price, new_product.max_price,
                    new_product.supplier_count, new_product.created_at)
                IS DISTINCT FROM
                    (old_product.status, old_product.internal_sku, old_product.name,
                    old_product.category_id, old_product.min_price, old_product.max_price,
                    old_product.supplier_count, old_product.created_at)
        ) THEN
            NOTIFY catalog_changed;
        END IF;
        RETURN NULL;
    END $$;

    CREATE TRIGGER catalog_after_insert AFTER INSERT ON products
        FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed();
    CREATE TRIGGER catalog_after_update AFTER UPDATE ON products
        REFERENCING OLD TABLE AS old_products NEW TABLE AS new_products
        FOR EACH STATEMENT EXECUTE FUNCTION catalog_after_update();
    CREATE TRIGGER catalog_after_delete AFTER DELETE ON products
        FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed();
    CREATE TRIGGER catalog_after_truncate AFTER TRUNCATE ON products
        FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed();
    CREATE TRIGGER catalog_after_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON categories
        FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed();
"""

# Products without items are last in both directions. Without nulls among the keys, a cursor is one
# comparison of rows.
INDEXES = """
    CREATE INDEX products_cheapest_idx ON products (coalesce(min_price, 'Infinity'), id)
        WHERE status = 'active';
    CREATE INDEX products_dearest_idx ON products (coalesce(min_price, '-Infinity'), id)
        WHERE status = 'active';
    CREATE INDEX products_newest_idx ON products (created_at, id) WHERE status = 'active';
"""
