-- price_history has one row when an item is inserted and one for each change of its cost: the price in
-- the currency of the catalog, and the cost in another currency, if the supplier quotes in one. A new
-- exchange rate alone is no change. Rights and plans: see product_aggregates.sql.
CREATE OR REPLACE FUNCTION price_history_after_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO price_history (supplier_item_id, price, cost, currency)
        SELECT id, current_price, cost, currency FROM new_items;
    RETURN NULL;
END $$;

-- The triggers of a table run in the order of their names: aggregates_after_update has set min_price
-- before. A row in `lowest` is a product whose lowest price may have changed by these changes: one of
-- them was from or to a price that is not above the lowest one. `effect` attributes the change of the
-- lowest price to one item: the one that was the lowest, if it rose, or is the lowest, if it fell.
CREATE OR REPLACE FUNCTION price_history_after_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE $query$
    WITH change AS MATERIALIZED (
        SELECT new_item.id, new_item.supplier_id, new_item.current_price AS price, new_item.cost,
            new_item.currency,
            old_item.current_price AS old_price, new_item.product_id,
            old_item.absent_since IS NULL AS was_present
        FROM new_items AS new_item
        JOIN old_items AS old_item USING (id)
        WHERE coalesce(new_item.cost, new_item.current_price)
                <> coalesce(old_item.cost, old_item.current_price)
            OR new_item.currency IS DISTINCT FROM old_item.currency
    ), target AS MATERIALIZED (
        SELECT id AS product_id, target_price, min_price AS lowest_after
        FROM products
        WHERE target_price IS NOT NULL AND id IN (SELECT product_id FROM change)
    ), lowest AS MATERIALIZED (
        SELECT touched.product_id, touched.lowest_after,
            min(coalesce(old_item.current_price, item.current_price)) AS lowest_before
        FROM (
            SELECT DISTINCT product_id, lowest_after FROM change JOIN target USING (product_id)
            WHERE least(change.price, change.old_price) <= lowest_after
        ) AS touched
        JOIN supplier_items AS item ON item.product_id = touched.product_id
        LEFT JOIN old_items AS old_item ON old_item.id = item.id
        WHERE CASE WHEN old_item.id IS NULL THEN item.absent_since ELSE old_item.absent_since END
                IS NULL
            AND item.supplier_id NOT IN (SELECT id FROM suppliers WHERE NOT is_active)
        GROUP BY touched.product_id, touched.lowest_after
    ), effect AS (
        SELECT DISTINCT ON (product_id) change.id, lowest_before - lowest_after AS margin_change
        FROM change JOIN lowest USING (product_id)
        WHERE (lowest_after > lowest_before AND old_price = lowest_before AND was_present)
            OR (lowest_after < lowest_before AND price = lowest_after)
        ORDER BY product_id, change.id
    )
    INSERT INTO price_history (supplier_item_id, price, cost, currency, old_price,
        undone_old_price, undone_by, change_percent, product_id, margin_change, margin_points,
        target_price, supplier_id)
    SELECT change.id, price, cost, currency, CASE WHEN undo IS NULL THEN old_price END,
        CASE WHEN undo IS NOT NULL THEN old_price END, undo,
        round((price - old_price) * 100 / nullif(old_price, 0), 2), product_id,
        CASE WHEN lowest_after IS NOT NULL THEN coalesce(margin_change, 0) END,
        CASE WHEN lowest_after IS NOT NULL
            THEN round(coalesce(margin_change, 0) * 100 / target_price, 2) END,
        CASE WHEN lowest_after IS NOT NULL THEN target_price END, supplier_id
    FROM change
    LEFT JOIN target USING (product_id)
    LEFT JOIN effect ON effect.id = change.id
    CROSS JOIN (SELECT nullif(current_setting('pricebook.undo', true), '')::uuid AS undo) AS setting
$query$;
    RETURN NULL;
END $$;

-- The task that undid the price which an item had at a time, later than that; null if none did. The change
-- that is undone and the one by which it is have the same task: the price lies between them. Of undone
-- imports one after the other it is that of the last one.
CREATE OR REPLACE FUNCTION undo_of_price(item uuid, moment timestamptz) RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
    SELECT changed.undone_by
    FROM price_history AS changed
    JOIN price_history AS restored ON restored.supplier_item_id = changed.supplier_item_id
        AND restored.undone_by = changed.undone_by AND restored.recorded_at > moment
    WHERE changed.supplier_item_id = item AND changed.undone_by IS NOT NULL
        AND changed.recorded_at <= moment
    ORDER BY changed.recorded_at DESC LIMIT 1
$$;

REVOKE EXECUTE ON FUNCTION price_history_after_insert(), price_history_after_update() FROM PUBLIC;

CREATE OR REPLACE TRIGGER price_history_after_insert AFTER INSERT ON supplier_items
    REFERENCING NEW TABLE AS new_items
    FOR EACH STATEMENT EXECUTE FUNCTION price_history_after_insert();
CREATE OR REPLACE TRIGGER price_history_after_update AFTER UPDATE ON supplier_items
    REFERENCING OLD TABLE AS old_items NEW TABLE AS new_items
    FOR EACH STATEMENT EXECUTE FUNCTION price_history_after_update();
