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
    INSERT INTO price_history (supplier_item_id, price, cost, currency, old_price,
        undone_old_price, undone_by, change_percent, product_id, margin_change, margin_points)
    SELECT change.id, price, cost, currency, CASE WHEN undo IS NULL THEN old_price END,
        CASE WHEN undo IS NOT NULL THEN old_price END, undo,
        round((price - old_price) * 100 / nullif(old_price, 0), 2), product_id,
        CASE WHEN lowest_after IS NOT NULL THEN coalesce(margin_change, 0) END,
        CASE WHEN lowest_after IS NOT NULL
            THEN round(coalesce(margin_change, 0) * 100 / target_price, 2) END
    FROM change
    LEFT JOIN target USING (product_id)
    LEFT JOIN effect ON effect.id = change.id
    CROSS JOIN (SELECT nullif(current_setting('pricebook.undo', true), '')::uuid AS undo) AS setting
$query$;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION undo_import(undone uuid, undo uuid)
RETURNS TABLE (restored bigint, deleted bigint, products_deleted bigint, categories_deleted bigint,
    kept bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    supplier uuid;
    changed_at timestamptz;
BEGIN
    SELECT supplier_id, changes_at INTO supplier, changed_at FROM ingestion_tasks WHERE id = undone;
    PERFORM FROM supplier_items
        WHERE id IN (SELECT supplier_item_id FROM import_changes WHERE task_id = undone
            UNION ALL SELECT supplier_item_id FROM made_products WHERE task_id = undone)
        ORDER BY id FOR UPDATE;
    PERFORM FROM categories
        WHERE id IN (SELECT category_id FROM made_categories WHERE task_id = undone)
        ORDER BY id FOR UPDATE;
    PERFORM hold_supplier_activity(ARRAY[supplier]);
    PERFORM FROM products WHERE id IN (
        SELECT item.product_id FROM supplier_items AS item
        JOIN import_changes AS change ON change.supplier_item_id = item.id
        WHERE change.task_id = undone
        UNION ALL SELECT product_id FROM made_products WHERE task_id = undone)
        ORDER BY id FOR NO KEY UPDATE;

    CREATE TEMPORARY TABLE undo_plan ON COMMIT DROP AS
        SELECT * FROM plan_undo(undone);
    ANALYZE undo_plan;

    INSERT INTO undo_left (task_id, kind, supplier_item_id, product_id, code, name, reason,
            later_task_id)
        SELECT undo, kind, item_id, product_id, code, name, reason, later_task_id
        FROM undo_plan WHERE action = 'left';
    GET DIAGNOSTICS kept = ROW_COUNT;

    UPDATE supplier_items AS item SET product_id = NULL
        FROM undo_plan AS plan
        WHERE plan.kind = 'product' AND plan.action = 'deleted' AND item.id = plan.item_id
            AND item.product_id = plan.product_id;

    IF changed_at IS NOT NULL THEN
        UPDATE price_history
            SET undone_old_price = old_price, old_price = NULL, undone_by = undo
            FROM undo_plan AS plan
            WHERE plan.kind = 'item' AND plan.action = 'restored' AND supplier_item_id = plan.item_id
                AND recorded_at >= changed_at AND price_history.created_at = changed_at
                AND old_price IS NOT NULL;
        PERFORM set_config('pricebook.undo', undo::text, true);
    END IF;
    UPDATE supplier_items AS item
        SET name = coalesce(change.name, item.name),
            current_price = change.current_price,
            characteristics = coalesce(change.characteristics, item.characteristics),
            currency = change.currency,
            cost = change.cost,
            exchange_rate = change.exchange_rate,
            rate_date = change.rate_date,
            price_details = CASE WHEN change.price_details IS NULL THEN item.price_details
                ELSE nullif(change.price_details, 'null') END,
            availability = CASE WHEN change.availability IS NULL THEN item.availability
                ELSE nullif(change.availability, 'null') END,
            next_cost = change.next_cost,
            next_from = change.next_from,
            price_outdated_since = change.price_outdated_since,
            last_ingested_at = change.last_ingested_at,
            absent_since = change.absent_since
        FROM undo_plan AS plan
        JOIN undo_change AS change ON change.supplier_item_id = plan.item_id
        WHERE plan.kind = 'item' AND plan.action = 'restored' AND item.id = plan.item_id;
    GET DIAGNOSTICS restored = ROW_COUNT;
    PERFORM set_config('pricebook.undo', '', true);

    DELETE FROM supplier_items WHERE id IN (
        SELECT item_id FROM undo_plan WHERE kind = 'item' AND action = 'deleted');
    GET DIAGNOSTICS deleted = ROW_COUNT;

    -- Their items are unlinked or deleted, under the locks of both: no other row refers to them.
    PERFORM set_config('pricebook.deletes_unlinked_products', 'on', true);
    DELETE FROM products WHERE id IN (
        SELECT product_id FROM undo_plan WHERE kind = 'product' AND action = 'deleted');
    GET DIAGNOSTICS products_deleted = ROW_COUNT;
    PERFORM set_config('pricebook.deletes_unlinked_products', 'off', true);

    DELETE FROM categories AS category
        USING made_categories AS made
        WHERE made.task_id = undone AND category.id = made.category_id
            AND NOT EXISTS (SELECT FROM products WHERE category_id = category.id)
            AND NOT EXISTS (SELECT FROM categories AS child WHERE child.parent_id = category.id);
    GET DIAGNOSTICS categories_deleted = ROW_COUNT;

    UPDATE quarantined_rows
        SET superseded_at = now(), state = CASE WHEN state = 'open' THEN 'superseded' ELSE state END
        WHERE task_id = undone AND NOT is_repeated AND superseded_at IS NULL
            AND state IN ('open', 'refused');
    UPDATE quarantined_rows AS older
        SET superseded_at = NULL, superseded_by = NULL,
            state = CASE WHEN state = 'superseded' THEN 'open' ELSE state END
        WHERE superseded_by = undone AND NOT EXISTS (
            SELECT FROM quarantined_rows AS newer
            WHERE newer.supplier_item_id = older.supplier_item_id AND newer.superseded_at IS NULL
                AND newer.state IN ('open', 'refused'));
    WITH open_again AS (
        UPDATE parsing_logs SET corrected_by = NULL WHERE corrected_by = undone
        RETURNING task_id, error_type
    ), counted AS (
        SELECT task_id, jsonb_object_agg(error_type, number) AS counts,
            sum(number) FILTER (WHERE error_type <> 'duplicate') AS rejected,
            sum(number) FILTER (WHERE error_type = 'duplicate') AS duplicate
        FROM (SELECT task_id, error_type, count(*) AS number FROM open_again GROUP BY 1, 2) AS each
        GROUP BY task_id
    )
    UPDATE ingestion_tasks AS task
        SET count_new = task.count_new - correction.count_new,
            count_changed = task.count_changed - correction.count_changed,
            count_unchanged = task.count_unchanged - correction.count_unchanged,
            count_stock_updated = task.count_stock_updated - correction.count_stock_updated,
            count_quarantined = task.count_quarantined - correction.count_quarantined,
            count_rejected = task.count_rejected + coalesce(counted.rejected, 0),
            count_duplicate = task.count_duplicate + coalesce(counted.duplicate, 0),
            row_error_counts = (
                SELECT jsonb_object_agg(error_type, number) FROM (
                    SELECT error_type, sum(number::integer) AS number FROM (
                        SELECT * FROM jsonb_each_text(task.row_error_counts)
                        UNION ALL SELECT * FROM jsonb_each_text(counted.counts)
                    ) AS both_counts (error_type, number)
                    GROUP BY error_type
                ) AS summed),
            state = CASE WHEN task.state = 'succeeded' THEN 'partially_succeeded'
                ELSE task.state END
        FROM counted, ingestion_tasks AS correction
        WHERE task.id = counted.task_id AND correction.id = undone;
    UPDATE suppliers
        SET metadata = CASE WHEN task.found_before IS NULL THEN metadata - 'found'
            ELSE jsonb_set(metadata, '{found}', task.found_before) END
        FROM ingestion_tasks AS task
        WHERE task.id = undone AND suppliers.id = supplier AND metadata -> 'found' = task.found
            AND task.corrections_of IS NULL;
    UPDATE ingestion_tasks SET undone_by = undo WHERE id = undone;
    RETURN NEXT;
END $$;

CREATE OR REPLACE FUNCTION add_price_events() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    jump numeric;
    margin numeric;
BEGIN
    SELECT price_jump_percent, margin_below_percent INTO jump, margin FROM event_thresholds;
    INSERT INTO events (type, data)
    SELECT 'price.jumped', jsonb_build_object('supplier_id', supplier.id, 'supplier_name',
        supplier.name, 'threshold_percent', jump, 'count', jumped.count, 'items', jumped.items)
    FROM (
        SELECT supplier_id, max(number) AS count, jsonb_agg(jsonb_build_object(
                'supplier_item_id', item_id, 'supplier_sku', supplier_sku, 'product_id', product_id,
                'old_price', old_price::text, 'price', price::text,
                'change_percent', change_percent) ORDER BY number) FILTER (WHERE number <= 100) AS items
        FROM (
            SELECT item.supplier_id, item.id AS item_id, item.supplier_sku, new_price.product_id,
                old_price, price, change_percent, row_number() OVER (
                    PARTITION BY item.supplier_id ORDER BY abs(change_percent) DESC, item.id) AS number
            FROM new_prices AS new_price
            JOIN supplier_items AS item ON item.id = supplier_item_id
            WHERE abs(change_percent) >= jump AND undone_by IS NULL
        ) AS ranked
        GROUP BY supplier_id
    ) AS jumped
    JOIN suppliers AS supplier ON supplier.id = supplier_id;

    INSERT INTO events (type, data)
    SELECT 'margin.below', jsonb_build_object('supplier_id', supplier.id, 'supplier_name',
        supplier.name, 'threshold_percent', margin, 'count', fallen.count, 'products', products)
    FROM (
        SELECT supplier_id, max(number) AS count, jsonb_agg(jsonb_build_object(
                'product_id', product_id, 'internal_sku', internal_sku,
                'margin_percentage', margin_percentage, 'lowest_price', min_price::text)
                ORDER BY number) FILTER (WHERE number <= 100) AS products
        FROM (
            SELECT item.supplier_id, product.id AS product_id, internal_sku, margin_percentage,
                min_price, row_number() OVER (
                    PARTITION BY item.supplier_id ORDER BY margin_percentage, product.id) AS number
            FROM new_prices AS new_price
            JOIN supplier_items AS item ON item.id = supplier_item_id
            JOIN products AS product ON product.id = new_price.product_id
            WHERE margin_change < 0 AND margin_percentage < margin
                AND margin_percentage - margin_points >= margin
        ) AS ranked
        GROUP BY supplier_id
    ) AS fallen
    JOIN suppliers AS supplier ON supplier.id = supplier_id;
    RETURN NULL;
END $$;
