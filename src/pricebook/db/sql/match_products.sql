-- Whichever program makes or changes a product: it may be a rival of what is suggested for unmatched
-- items, so it is noted, and a run compares it with them. Rows are only added, so that no writer waits
-- for another one. Any run that waits compares what is noted first, whatever it is about; one that
-- names no item does nothing else. Rights: see product_aggregates.sql.
CREATE OR REPLACE FUNCTION products_to_compare() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM match_items)
        AND NOT EXISTS (SELECT FROM match_runs WHERE state IN ('queued', 'running')) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO uncompared_products (product_id) SELECT id FROM made WHERE status <> 'archived';
    ELSE
        INSERT INTO uncompared_products (product_id) VALUES (NEW.id);
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- A run that waits is held until the note is committed: nobody starts it before.
    PERFORM FROM match_runs WHERE state = 'queued' LIMIT 1 FOR KEY SHARE SKIP LOCKED;
    IF NOT FOUND THEN
        INSERT INTO match_runs (requested_by, item_ids) VALUES ('products', '{}');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER products_made_to_compare AFTER INSERT ON products
    REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION products_to_compare();

CREATE OR REPLACE TRIGGER product_changed_to_compare
    AFTER UPDATE OF name, brand, mpn, gtin, status ON products
    FOR EACH ROW WHEN (
        (OLD.name, OLD.brand, OLD.mpn, OLD.gtin, OLD.status = 'archived')
        IS DISTINCT FROM (NEW.name, NEW.brand, NEW.mpn, NEW.gtin, NEW.status = 'archived'))
    EXECUTE FUNCTION products_to_compare();

-- A product that is deleted leaves no items to which it was suggested: what is known of their next
-- best product, and of its rivals, was found beside it. A run examines them again. It locks the products
-- of what it stores before it writes items. Who deletes many products may still wait for a run that waits
-- for another of them: PostgreSQL ends one of the two, which is repeated.
CREATE OR REPLACE FUNCTION product_deleted_from_matches() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    WITH examined AS (
        DELETE FROM match_items WHERE supplier_item_id IN (
            SELECT supplier_item_id FROM match_suggestions WHERE product_id = OLD.id)
        RETURNING supplier_id
    ), waiting AS (
        SELECT supplier_id FROM match_runs
        WHERE state = 'queued' AND item_ids IS NULL
            AND (supplier_id IS NULL OR supplier_id IN (SELECT supplier_id FROM examined))
        FOR KEY SHARE SKIP LOCKED
    )
    INSERT INTO match_runs (requested_by, supplier_id)
    SELECT DISTINCT 'products', supplier_id FROM examined
    WHERE NOT EXISTS (
        SELECT FROM waiting WHERE supplier_id = examined.supplier_id OR supplier_id IS NULL);
    RETURN OLD;
END $$;

CREATE OR REPLACE TRIGGER product_deleted_from_matches BEFORE DELETE ON products
    FOR EACH ROW EXECUTE FUNCTION product_deleted_from_matches();

REVOKE EXECUTE ON FUNCTION products_to_compare(), product_deleted_from_matches() FROM PUBLIC;
