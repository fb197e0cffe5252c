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

CREATE OR REPLACE FUNCTION price_history_after_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE $query$
    INSERT INTO price_history (supplier_item_id, price, cost, currency)
    SELECT new_item.id, new_item.current_price, new_item.cost, new_item.currency
    FROM new_items AS new_item
    JOIN old_items AS old_item USING (id)
    WHERE coalesce(new_item.cost, new_item.current_price)
            <> coalesce(old_item.cost, old_item.current_price)
        OR new_item.currency IS DISTINCT FROM old_item.currency
$query$;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION price_history_after_insert(), price_history_after_update() FROM PUBLIC;

CREATE OR REPLACE TRIGGER price_history_after_insert AFTER INSERT ON supplier_items
    REFERENCING NEW TABLE AS new_items
    FOR EACH STATEMENT EXECUTE FUNCTION price_history_after_insert();
CREATE OR REPLACE TRIGGER price_history_after_update AFTER UPDATE ON supplier_items
    REFERENCING OLD TABLE AS old_items NEW TABLE AS new_items
    FOR EACH STATEMENT EXECUTE FUNCTION price_history_after_update();
