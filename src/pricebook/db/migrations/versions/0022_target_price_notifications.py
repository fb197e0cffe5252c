"""Changes of target prices are notified, with a payload: a catalog may show them."""

from pricebook.db.migrations import run_sql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Notify changes of target prices."""
    run_sql(NOTIFICATIONS)


def downgrade() -> None:
    """Do not notify them; the indexes of target prices are dropped."""
    run_sql(NOTIFICATIONS.replace(TARGET_PRICES, ""))
    run_sql("""
        DROP INDEX IF EXISTS products_target_price_idx, products_target_cheapest_idx,
            products_target_dearest_idx, products_category_target_cheapest_idx,
            products_category_target_dearest_idx
    """)


TARGET_PRICES = """
        ELSIF EXISTS (
            SELECT FROM new_products AS new_product
            JOIN old_products AS old_product USING (id)
            WHERE new_product.status = 'active'
                AND new_product.target_price IS DISTINCT FROM old_product.target_price
        ) THEN
            NOTIFY catalog_changed, 'target_price';"""

NOTIFICATIONS = """
    CREATE OR REPLACE FUNCTION catalog_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
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
        ELSIF EXISTS (
            SELECT FROM new_products AS new_product
            JOIN old_products AS old_product USING (id)
            WHERE new_product.status = 'active'
                AND new_product.target_price IS DISTINCT FROM old_product.target_price
        ) THEN
            NOTIFY catalog_changed, 'target_price';
        END IF;
        RETURN NULL;
    END $$;
"""
