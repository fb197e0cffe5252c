-- Items of an inactive supplier do not count in the aggregates of products. Whoever changes is_active,
-- a trigger refreshes the products of the supplier: up to 1,000 at once, more by batches of the worker,
-- which aggregate_refreshes requests.

-- A transaction that writes linked items holds the activity of their suppliers, shared, from before it
-- reads is_active until it ends; a change of is_active takes it exclusively. So every writer either
-- has committed its items before the change reads them, or computes with the new value. The lock lies
-- between items and products in the order of locks. Events of what the items do to products name the
-- supplier, if it is one (events.sql).
CREATE OR REPLACE FUNCTION hold_supplier_activity(writers uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('pricebook.item_supplier',
        CASE WHEN cardinality(writers) = 1 THEN writers[1]::text ELSE '' END, true);
    PERFORM pg_advisory_xact_lock_shared(7301002, activity.key)
    FROM (SELECT DISTINCT hashtext(id::text) AS key FROM unnest(writers) AS id ORDER BY key)
        AS activity;
END $$;

-- Refreshes the products that no other transaction has locked, and returns the others in id order:
-- writers wait for a change of is_active, so it must not wait for their products.
CREATE OR REPLACE FUNCTION refresh_unlocked_products(touched uuid[]) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    unlocked uuid[] := ARRAY(
        SELECT id FROM products WHERE id = ANY (touched) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED);
BEGIN
    PERFORM refresh_product_aggregates(unlocked);
    RETURN ARRAY(SELECT unnest(touched) EXCEPT SELECT unnest(unlocked) ORDER BY 1);
END $$;

CREATE OR REPLACE FUNCTION refresh_products_of_suppliers(changed uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    touched uuid[];
BEGIN
    PERFORM pg_advisory_xact_lock(7301002, activity.key)
    FROM (SELECT DISTINCT hashtext(id::text) AS key FROM unnest(changed) AS id ORDER BY key)
        AS activity;

    PERFORM set_config('pricebook.item_supplier',
        CASE WHEN cardinality(changed) = 1 THEN changed[1]::text ELSE '' END, true);
    touched := ARRAY(
        SELECT DISTINCT product_id FROM supplier_items
        WHERE supplier_id = ANY (changed) AND product_id IS NOT NULL LIMIT 1001);
    IF cardinality(touched) > 1000 OR cardinality(refresh_unlocked_products(touched)) > 0 THEN
        INSERT INTO aggregate_refreshes (supplier_id) SELECT unnest(changed);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION aggregates_after_activity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    changed uuid[] := ARRAY(
        SELECT id FROM new_suppliers AS new_supplier
        JOIN old_suppliers AS old_supplier USING (id)
        WHERE new_supplier.is_active <> old_supplier.is_active);
BEGIN
    IF cardinality(changed) > 0 THEN
        PERFORM refresh_products_of_suppliers(changed);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER aggregates_after_activity AFTER UPDATE ON suppliers
    REFERENCING OLD TABLE AS old_suppliers NEW TABLE AS new_suppliers
    FOR EACH STATEMENT EXECUTE FUNCTION aggregates_after_activity();

-- Refreshes up to `most` products of a supplier in aggregate_refreshes, in id order; returns true when
-- nothing is left to do. It begins with a new request, and drops older ones of the same supplier: what
-- it refreshes from now on is what they want, too.
--
-- It waits for the first product while it holds no other one, and stops before the next locked one.
CREATE OR REPLACE FUNCTION refresh_supplier_batch(most integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    request aggregate_refreshes;
    touched uuid[];
    locked uuid[];
BEGIN
    most := least(greatest(most, 1), 5000);
    SELECT * INTO request FROM aggregate_refreshes
    ORDER BY after_product IS NOT NULL, created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN true;
    END IF;
    IF request.after_product IS NULL THEN
        DELETE FROM aggregate_refreshes WHERE id IN (
            SELECT id FROM aggregate_refreshes
            WHERE supplier_id = request.supplier_id AND id <> request.id
            FOR UPDATE SKIP LOCKED);
    END IF;

    PERFORM set_config('pricebook.item_supplier', request.supplier_id::text, true);
    touched := ARRAY(
        SELECT DISTINCT product_id FROM supplier_items
        WHERE supplier_id = request.supplier_id
            AND product_id > coalesce(
                request.after_product, '00000000-0000-0000-0000-000000000000')
        ORDER BY product_id LIMIT most);
    PERFORM FROM products WHERE id = touched[1] FOR NO KEY UPDATE;
    locked := refresh_unlocked_products(touched);

    IF cardinality(locked) = 0 AND cardinality(touched) < most THEN
        DELETE FROM aggregate_refreshes WHERE id = request.id;
    ELSE
        UPDATE aggregate_refreshes SET after_product = (
            SELECT id FROM unnest(touched) AS id
            WHERE cardinality(locked) = 0 OR id < locked[1]
            ORDER BY id DESC LIMIT 1)
        WHERE id = request.id;
    END IF;
    RETURN false;
END $$;

REVOKE EXECUTE ON FUNCTION hold_supplier_activity(uuid[]), refresh_unlocked_products(uuid[]),
    refresh_products_of_suppliers(uuid[]), aggregates_after_activity(),
    refresh_supplier_batch(integer) FROM PUBLIC;
