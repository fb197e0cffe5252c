-- The text of the functions and the trigger as this migration makes them; it never changes.
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

    PERFORM set_config('pricebook.undone', undone::text, true);
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

    DELETE FROM supplier_items WHERE id IN (
        SELECT item_id FROM undo_plan WHERE kind = 'item' AND action = 'deleted');
    GET DIAGNOSTICS deleted = ROW_COUNT;
    PERFORM set_config('pricebook.undo', '', true);
    PERFORM set_config('pricebook.undone', '', true);

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
