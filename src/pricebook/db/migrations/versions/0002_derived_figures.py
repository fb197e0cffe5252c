"""Triggers that compute price range, number of suppliers and price history."""

from pricebook.db.migrations import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the triggers, which run for every writer."""
    run_sql(REFRESH)
    run_sql(ITEM_TRIGGERS)
    run_sql(PRICE_HISTORY)
    run_sql(PRODUCT_TRIGGERS)


def downgrade() -> None:
    """Drop the triggers; the aggregates stay as they are."""
    run_sql("""
        DROP TRIGGER figures_after_insert ON supplier_items;
        DROP TRIGGER figures_after_update ON supplier_items;
        DROP TRIGGER figures_after_delete ON supplier_items;
        DROP TRIGGER figures_after_truncate ON supplier_items;
        DROP TRIGGER price_history_after_insert ON supplier_items;
        DROP TRIGGER price_history_after_update ON supplier_items;
        DROP TRIGGER figures_are_derived ON products;
        DROP TRIGGER wait_for_item_writers ON products;
        DROP FUNCTION figures_after_insert(), figures_after_update(), figures_after_delete(),
            figures_after_truncate(), price_history_after_insert(), price_history_after_update(),
            figures_are_derived(), wait_for_item_writers(), refresh_product_figures(uuid[]);
    """)


# The product rows are locked first and in id order, so that two writers cannot deadlock. The
# aggregates are read by a statement of their own: under READ COMMITTED its snapshot is taken after
# the locks were granted. A stricter isolation level would use the older snapshot of the transaction
# and store a wrong price: refused.
REFRESH = """
    CREATE FUNCTION refresh_product_figures(touched uuid[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        IF touched IS NULL THEN
            RETURN;
        END IF;
        IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted')
        THEN
            RAISE EXCEPTION 'supplier items are written under READ COMMITTED only'
                USING ERRCODE = 'feature_not_supported';
        END IF;

        PERFORM FROM products WHERE id = ANY (touched) ORDER BY id FOR NO KEY UPDATE;

        UPDATE products
        SET min_price = figures.min_price,
            max_price = figures.max_price,
            supplier_count = figures.supplier_count
        FROM (
            SELECT product.id,
                min(item.current_price) AS min_price,
                max(item.current_price) AS max_price,
                count(DISTINCT item.supplier_id)::integer AS supplier_count
            FROM unnest(touched) AS product (id)
            LEFT JOIN supplier_items AS item ON item.product_id = product.id
            GROUP BY product.id
        ) AS figures
        WHERE products.id = figures.id
            AND (products.min_price, products.max_price, products.supplier_count)
                IS DISTINCT FROM (figures.min_price, figures.max_price, figures.supplier_count);
    END $$;
"""

ITEM_TRIGGERS = """
    CREATE FUNCTION figures_after_insert() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM refresh_product_figures(array_agg(DISTINCT product_id))
        FROM new_items WHERE product_id IS NOT NULL;
        RETURN NULL;
    END $$;

    CREATE FUNCTION figures_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM refresh_product_figures(array_agg(DISTINCT touched.product_id))
        FROM new_items AS new_item
        JOIN old_items AS old_item USING (id)
        CROSS JOIN LATERAL (VALUES (new_item.product_id), (old_item.product_id))
            AS touched (product_id)
        WHERE touched.product_id IS NOT NULL
            AND (new_item.product_id, new_item.supplier_id, new_item.current_price)
                IS DISTINCT FROM
                (old_item.product_id, old_item.supplier_id, old_item.current_price);
        RETURN NULL;
    END $$;

    CREATE FUNCTION figures_after_delete() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM refresh_product_figures(array_agg(DISTINCT product_id))
        FROM old_items WHERE product_id IS NOT NULL;
        RETURN NULL;
    END $$;

    CREATE FUNCTION figures_after_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM refresh_product_figures(array_agg(id)) FROM products WHERE supplier_count > 0;
        RETURN NULL;
    END $$;

    CREATE TRIGGER figures_after_insert AFTER INSERT ON supplier_items
        REFERENCING NEW TABLE AS new_items
        FOR EACH STATEMENT EXECUTE FUNCTION figures_after_insert();
    CREATE TRIGGER figures_after_update AFTER UPDATE ON supplier_items
        REFERENCING OLD TABLE AS old_items NEW TABLE AS new_items
        FOR EACH STATEMENT EXECUTE FUNCTION figures_after_update();
    CREATE TRIGGER figures_after_delete AFTER DELETE ON supplier_items
        REFERENCING OLD TABLE AS old_items
        FOR EACH STATEMENT EXECUTE FUNCTION figures_after_delete();
    CREATE TRIGGER figures_after_truncate AFTER TRUNCATE ON supplier_items
        FOR EACH STATEMENT EXECUTE FUNCTION figures_after_truncate();
"""

PRICE_HISTORY = """
    CREATE FUNCTION price_history_after_insert() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO price_history (supplier_item_id, price)
        SELECT id, current_price FROM new_items;
        RETURN NULL;
    END $$;

    CREATE FUNCTION price_history_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO price_history (supplier_item_id, price)
        SELECT new_item.id, new_item.current_price
        FROM new_items AS new_item
        JOIN old_items AS old_item USING (id)
        WHERE new_item.current_price <> old_item.current_price;
        RETURN NULL;
    END $$;

    CREATE TRIGGER price_history_after_insert AFTER INSERT ON supplier_items
        REFERENCING NEW TABLE AS new_items
        FOR EACH STATEMENT EXECUTE FUNCTION price_history_after_insert();
    CREATE TRIGGER price_history_after_update AFTER UPDATE ON supplier_items
        REFERENCING OLD TABLE AS old_items NEW TABLE AS new_items
        FOR EACH STATEMENT EXECUTE FUNCTION price_history_after_update();
"""

# Writers of items lock items, then products. Deleting a product locks in the opposite order (the
# product, then its items by SET NULL), so it first waits until no transaction writes items.
PRODUCT_TRIGGERS = """
    CREATE FUNCTION figures_are_derived() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'min_price, max_price and supplier_count are derived from supplier_items'
            USING ERRCODE = 'generated_always';
    END $$;

    CREATE TRIGGER figures_are_derived
        BEFORE UPDATE OF min_price, max_price, supplier_count ON products
        FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION figures_are_derived();

    CREATE FUNCTION wait_for_item_writers() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        LOCK TABLE supplier_items IN EXCLUSIVE MODE;
        RETURN NULL;
    END $$;

    CREATE TRIGGER wait_for_item_writers BEFORE DELETE ON products
        FOR EACH STATEMENT EXECUTE FUNCTION wait_for_item_writers();
"""
