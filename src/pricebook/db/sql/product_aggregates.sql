-- The aggregates of a product (min_price, max_price, supplier_count) are computed from its present
-- items of active suppliers by triggers on supplier_items, whichever program writes the items.
-- supplier_activity.sql has the trigger on suppliers.

-- The product rows are locked first and in id order, so that two writers cannot deadlock. The
-- aggregates are read by a statement of their own: under READ COMMITTED its snapshot is taken after
-- the locks were granted, so that it includes what earlier lock holders committed. A stricter
-- isolation level would use the older snapshot of the transaction and store a wrong price: refused.
--
-- The inactive suppliers are a hashed set, read once: a join could be planned for few items.
CREATE OR REPLACE FUNCTION refresh_product_aggregates(touched uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
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

    PERFORM set_config('pricebook.refreshes_aggregates', 'on', true);
    UPDATE products
    SET min_price = aggregates.min_price,
        max_price = aggregates.max_price,
        supplier_count = aggregates.supplier_count
    FROM (
        SELECT product.id,
            min(item.current_price) AS min_price,
            max(item.current_price) AS max_price,
            count(DISTINCT item.supplier_id)::integer AS supplier_count
        FROM unnest(touched) AS product (id)
        LEFT JOIN supplier_items AS item ON item.product_id = product.id AND item.absent_since IS NULL
            AND item.supplier_id NOT IN (SELECT id FROM suppliers WHERE NOT is_active)
        GROUP BY product.id
    ) AS aggregates
    WHERE products.id = aggregates.id
        AND (products.min_price, products.max_price, products.supplier_count)
            IS DISTINCT FROM (aggregates.min_price, aggregates.max_price, aggregates.supplier_count);
    PERFORM set_config('pricebook.refreshes_aggregates', 'off', true);
END $$;

-- The trigger functions run with the rights of their owner: writers of items need no right to write
-- products. EXECUTE is revoked, so that no other trigger can call them; pg_temp is last, so that no
-- temporary table is used in place of a table of the schema.
CREATE OR REPLACE FUNCTION aggregates_after_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM hold_supplier_activity(array_agg(DISTINCT supplier_id))
    FROM new_items WHERE product_id IS NOT NULL;
    PERFORM refresh_product_aggregates(array_agg(DISTINCT product_id))
    FROM new_items WHERE product_id IS NOT NULL;
    RETURN NULL;
END $$;

-- EXECUTE plans the query for the number of rows at each call. A plan that PL/pgSQL cached for a few
-- items would compare each of 100,000 items with each other.
CREATE OR REPLACE FUNCTION aggregates_after_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    touched uuid[];
    writers uuid[];
BEGIN
    EXECUTE $query$
    SELECT array_agg(DISTINCT touched.product_id), array_agg(DISTINCT touched.supplier_id)
    FROM new_items AS new_item
    JOIN old_items AS old_item USING (id)
    CROSS JOIN LATERAL (VALUES (new_item.product_id, new_item.supplier_id),
        (old_item.product_id, old_item.supplier_id)) AS touched (product_id, supplier_id)
    WHERE touched.product_id IS NOT NULL
        AND (new_item.product_id, new_item.supplier_id, new_item.current_price,
                new_item.absent_since IS NULL)
            IS DISTINCT FROM (old_item.product_id, old_item.supplier_id, old_item.current_price,
                old_item.absent_since IS NULL)
$query$ INTO touched, writers;
    PERFORM hold_supplier_activity(writers);
    PERFORM refresh_product_aggregates(touched);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION aggregates_after_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM hold_supplier_activity(array_agg(DISTINCT supplier_id))
    FROM old_items WHERE product_id IS NOT NULL;
    PERFORM refresh_product_aggregates(array_agg(DISTINCT product_id))
    FROM old_items WHERE product_id IS NOT NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION aggregates_after_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refresh_product_aggregates(array_agg(id)) FROM products WHERE supplier_count > 0;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION refresh_product_aggregates(uuid[]), aggregates_after_insert(),
    aggregates_after_update(), aggregates_after_delete() FROM PUBLIC;

CREATE OR REPLACE TRIGGER aggregates_after_insert AFTER INSERT ON supplier_items
    REFERENCING NEW TABLE AS new_items
    FOR EACH STATEMENT EXECUTE FUNCTION aggregates_after_insert();
CREATE OR REPLACE TRIGGER aggregates_after_update AFTER UPDATE ON supplier_items
    REFERENCING OLD TABLE AS old_items NEW TABLE AS new_items
    FOR EACH STATEMENT EXECUTE FUNCTION aggregates_after_update();
CREATE OR REPLACE TRIGGER aggregates_after_delete AFTER DELETE ON supplier_items
    REFERENCING OLD TABLE AS old_items
    FOR EACH STATEMENT EXECUTE FUNCTION aggregates_after_delete();
CREATE OR REPLACE TRIGGER aggregates_after_truncate AFTER TRUNCATE ON supplier_items
    FOR EACH STATEMENT EXECUTE FUNCTION aggregates_after_truncate();

-- No statement outside refresh_product_aggregates may set the aggregates.
CREATE OR REPLACE FUNCTION reject_aggregate_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'min_price, max_price and supplier_count are derived from supplier_items'
        USING ERRCODE = 'generated_always';
END $$;

CREATE OR REPLACE TRIGGER reject_aggregate_update
    BEFORE UPDATE OF min_price, max_price, supplier_count ON products
    FOR EACH ROW
    WHEN (current_setting('pricebook.refreshes_aggregates', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION reject_aggregate_update();

-- Writers of items lock items, then products. Deleting a product locks in the opposite order (the
-- product, then its items by ON DELETE SET NULL), so it first waits until no transaction writes items.
-- undo.sql deletes products whose items it has locked before.
CREATE OR REPLACE FUNCTION lock_supplier_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE supplier_items IN EXCLUSIVE MODE;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER lock_supplier_items BEFORE DELETE ON products
    FOR EACH STATEMENT
    WHEN (current_setting('pricebook.deletes_unlinked_products', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION lock_supplier_items();
