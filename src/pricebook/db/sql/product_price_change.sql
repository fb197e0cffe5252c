-- The last change of the lowest price of a product, in percent of the price before, to two places;
-- null if there was no price before or is none now, or if the price was zero. The worker clears changes
-- that are long ago. The name puts the trigger before set_updated_at.
--
-- An undo (undo.sql) is no change: the product has the change from before the import again. Where other
-- changes of its items since then give it another price, that is compared with the price before the
-- import. Null if the import did not change the lowest price itself.
CREATE OR REPLACE FUNCTION set_price_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    undone text := current_setting('pricebook.undone', true);
    before import_product_changes;
    old_price numeric := OLD.min_price;
BEGIN
    IF undone <> '' THEN
        SELECT * INTO before FROM import_product_changes
            WHERE task_id = undone::uuid AND product_id = NEW.id;
        IF FOUND AND before.min_price IS NOT DISTINCT FROM NEW.min_price THEN
            NEW.price_change_percentage := before.price_change_percentage;
            NEW.price_changed_at := before.price_changed_at;
            RETURN NEW;
        END IF;
        old_price := before.min_price;
    END IF;
    NEW.price_change_percentage := round((NEW.min_price - old_price) * 100 / nullif(old_price, 0), 2);
    NEW.price_changed_at := now();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER set_price_change BEFORE UPDATE OF min_price ON products
    FOR EACH ROW WHEN (OLD.min_price IS DISTINCT FROM NEW.min_price)
    EXECUTE FUNCTION set_price_change();

-- The lowest price of each product that an import changes, and the last change of it, as they were before
-- the import: for its undo. EXECUTE: see product_aggregates.sql.
CREATE OR REPLACE FUNCTION keep_price_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE $query$
    INSERT INTO import_product_changes (task_id, product_id, min_price, price_change_percentage,
        price_changed_at)
    SELECT current_setting('pricebook.import')::uuid, id, old_product.min_price,
        old_product.price_change_percentage, old_product.price_changed_at
    FROM old_products AS old_product
    JOIN new_products AS new_product USING (id)
    WHERE new_product.min_price IS DISTINCT FROM old_product.min_price
        AND new_product.created_at < now()
    ON CONFLICT DO NOTHING
$query$;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION keep_price_changes() FROM PUBLIC;

CREATE OR REPLACE TRIGGER keep_price_changes AFTER UPDATE ON products
    REFERENCING OLD TABLE AS old_products NEW TABLE AS new_products
    FOR EACH STATEMENT
    WHEN (current_setting('pricebook.refreshes_aggregates', true) = 'on'
        AND current_setting('pricebook.import', true) <> '')
    EXECUTE FUNCTION keep_price_changes();
