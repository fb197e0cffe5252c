CREATE OR REPLACE FUNCTION add_changed_prices_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE $query$
    INSERT INTO events (type, data)
    SELECT 'prices.changed', jsonb_build_object(
        'cause', CASE WHEN current_setting('pricebook.undo', true) <> '' THEN 'undo'
            WHEN current_setting('pricebook.recomputes_prices', true) = 'on' THEN 'exchange_rate'
            WHEN audit_actor('task_id') IS NOT NULL THEN 'import'
            ELSE 'other' END,
        'task_id', coalesce(nullif(current_setting('pricebook.undo', true), ''),
            audit_actor('task_id')),
        'batch_id', audit_actor('batch_id'), 'actor', audit_actor('name'),
        'changed_at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'count', count, 'raised', raised, 'lowered', lowered,
        'products', CASE WHEN count <= 100 THEN products END)
    FROM (
        SELECT max(number) AS count,
            count(*) FILTER (WHERE lowest_price > old_lowest_price) AS raised,
            count(*) FILTER (WHERE lowest_price < old_lowest_price) AS lowered,
            jsonb_agg(jsonb_build_object('product_id', id, 'internal_sku', internal_sku,
                'old_lowest_price', old_lowest_price::text, 'lowest_price', lowest_price::text,
                'old_highest_price', old_highest_price::text, 'highest_price', highest_price::text)
                ORDER BY internal_sku) FILTER (WHERE number <= 100) AS products
        FROM (
            SELECT id, new_product.internal_sku, row_number() OVER () AS number,
                old_product.min_price AS old_lowest_price, new_product.min_price AS lowest_price,
                old_product.max_price AS old_highest_price, new_product.max_price AS highest_price
            FROM new_products AS new_product
            JOIN old_products AS old_product USING (id)
            WHERE (new_product.min_price, new_product.max_price)
                IS DISTINCT FROM (old_product.min_price, old_product.max_price)
        ) AS numbered
    ) AS changed
    WHERE count > 0
$query$;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION add_changed_prices_event() FROM PUBLIC;

CREATE OR REPLACE FUNCTION recompute_prices(today date, max_age_days integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    recomputed bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7301003);
    PERFORM set_config('pricebook.recomputes_prices', 'on', true);
    EXECUTE $query$
    WITH RECURSIVE held (currency) AS (
        SELECT min(currency) FROM supplier_items WHERE currency IS NOT NULL
        UNION ALL
        SELECT (SELECT min(item.currency) FROM supplier_items AS item
            WHERE item.currency > held.currency)
        FROM held WHERE held.currency IS NOT NULL
    ), newest AS MATERIALIZED (
        SELECT held.currency, found.rate, found.rate_date
        FROM held
        CROSS JOIN catalog_settings AS catalog
        CROSS JOIN LATERAL find_exchange_rate(held.currency, catalog.currency, $1, $2) AS found
    )
    UPDATE supplier_items AS item
    SET current_price = convert_cost(item.cost, newest.rate),
        exchange_rate = newest.rate,
        rate_date = newest.rate_date
    FROM newest
    WHERE item.currency = newest.currency AND item.rate_date <= newest.rate_date
        AND item.current_price <> convert_cost(item.cost, newest.rate)
$query$ USING today, max_age_days;
    GET DIAGNOSTICS recomputed = ROW_COUNT;
    PERFORM set_config('pricebook.recomputes_prices', 'off', true);
    RETURN recomputed;
END $$;

CREATE OR REPLACE FUNCTION set_product_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_text := OLD.search_text;
    IF NEW.min_price IS NOT DISTINCT FROM OLD.min_price
        AND NEW.price_changed_at IS DISTINCT FROM OLD.price_changed_at
    THEN
        RETURN NEW;
    END IF;
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.updated_at := greatest(now(), OLD.updated_at);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER add_changed_prices_event AFTER UPDATE ON products
    REFERENCING OLD TABLE AS old_products NEW TABLE AS new_products
    FOR EACH STATEMENT
    WHEN (current_setting('pricebook.refreshes_aggregates', true) = 'on')
    EXECUTE FUNCTION add_changed_prices_event();
