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
    WITH change AS MATERIALIZED (
        SELECT new_item.id, new_item.current_price AS price, new_item.cost, new_item.currency,
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
    INSERT INTO price_history (supplier_item_id, price, cost, currency, old_price, change_percent,
        product_id, margin_change, margin_points)
    SELECT change.id, price, cost, currency, old_price,
        round((price - old_price) * 100 / nullif(old_price, 0), 2), product_id,
        CASE WHEN lowest_after IS NOT NULL THEN coalesce(margin_change, 0) END,
        CASE WHEN lowest_after IS NOT NULL
            THEN round(coalesce(margin_change, 0) * 100 / target_price, 2) END
    FROM change
    LEFT JOIN target USING (product_id)
    LEFT JOIN effect ON effect.id = change.id
$query$;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION price_history_after_insert(), price_history_after_update() FROM PUBLIC;



CREATE OR REPLACE FUNCTION price_history_partitions()
RETURNS TABLE (name text, lower_bound timestamptz, upper_bound timestamptz)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT relname, (regexp_match(bounds, 'FROM \(''([^'']+)''\)'))[1]::timestamptz,
        (regexp_match(bounds, 'TO \(''([^'']+)''\)'))[1]::timestamptz
    FROM pg_inherits
    JOIN pg_class ON pg_class.oid = inhrelid
    CROSS JOIN pg_get_expr(relpartbound, pg_class.oid) AS bounds
    WHERE inhparent = 'price_history'::regclass
    ORDER BY 2 NULLS FIRST
$$;

CREATE OR REPLACE FUNCTION extend_price_history() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '500ms' AS $$
DECLARE
    horizon timestamptz := date_trunc('month', now()) + interval '4 months';
    month timestamptz;
    created integer := 0;
BEGIN
    IF (SELECT max(lower_bound) >= horizon FROM price_history_partitions()) THEN
        RETURN 0;
    END IF;
    LOCK TABLE price_history IN ACCESS EXCLUSIVE MODE;

    month := (SELECT max(lower_bound) FROM price_history_partitions());
    horizon := greatest(horizon, (SELECT date_trunc('month', max(recorded_at)) + interval '1 month'
        FROM price_history_future));
    CREATE TEMPORARY TABLE moved_price_history ON COMMIT DROP AS TABLE price_history_future;
    DROP TABLE price_history_future;
    WHILE month < horizon LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF price_history FOR VALUES FROM (%L) TO (%L)',
            to_char(month, '"price_history_"YYYY"_"MM'), month, month + interval '1 month');
        month := month + interval '1 month';
        created := created + 1;
    END LOOP;
    EXECUTE format('CREATE TABLE price_history_future PARTITION OF price_history
        FOR VALUES FROM (%L) TO (MAXVALUE)', month);
    INSERT INTO price_history SELECT * FROM moved_price_history;
    DROP TABLE moved_price_history;
    RETURN created;
END $$;

CREATE OR REPLACE FUNCTION drop_old_price_history(kept_months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '500ms' AS $$
DECLARE
    cut timestamptz := date_trunc('month', now()) - make_interval(months => greatest(kept_months, 3));
    old_names text[];
    new_start timestamptz;
BEGIN
    SELECT array_agg(name), max(upper_bound) INTO old_names, new_start
    FROM price_history_partitions() WHERE upper_bound <= cut;
    IF old_names IS NULL OR old_names = '{price_history_past}' AND price_history_since() IS NOT NULL
    THEN
        RETURN 0;
    END IF;
    LOCK TABLE price_history IN ACCESS EXCLUSIVE MODE;

    EXECUTE (SELECT 'DROP TABLE ' || string_agg(quote_ident(name), ', ') FROM unnest(old_names) AS name);
    EXECUTE format('CREATE TABLE price_history_past PARTITION OF price_history
        FOR VALUES FROM (MINVALUE) TO (%L)', new_start);
    RETURN cardinality(old_names);
END $$;

CREATE OR REPLACE FUNCTION price_history_since() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT upper_bound FROM price_history_partitions()
    WHERE lower_bound IS NULL AND NOT EXISTS (SELECT FROM price_history_past)
$$;

REVOKE EXECUTE ON FUNCTION price_history_partitions(), extend_price_history(),
    drop_old_price_history(integer), price_history_since() FROM PUBLIC;
