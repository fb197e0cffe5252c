-- Undo of an import. import_changes has a row for each item that an import wrote: the values before, and
-- the fingerprint of those after. An item with another fingerprint was changed since and is left.

-- The fingerprint of what a price list sets in an item: equal values have equal ones.
CREATE OR REPLACE FUNCTION item_fingerprint(item supplier_items) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT hash_record_extended(ROW(item.name, item.current_price, item.characteristics,
        item.currency, item.cost, item.exchange_rate, item.rate_date, item.price_details,
        item.availability, item.next_cost, item.next_from, item.price_outdated_since,
        item.absent_since), 0)
$$;

-- The fingerprint of what people set in a product.
CREATE OR REPLACE FUNCTION product_fingerprint(product products) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT hash_record_extended(ROW(product.internal_sku, product.name, product.category_id,
        product.status, product.target_price, product.gtin, product.mpn, product.brand), 0)
$$;

-- What undoing a task does, row by row. Items: `deleted` (the import made them), `restored`, or `left`
-- with the reason; products that were made of its items: `deleted` or `left`. Of a restored item, the
-- price now and then, and what else differs. Nothing is locked. Its
-- temporary tables have the statistics without which large imports are planned as small ones.
--
-- A new item that an automatic link or a product made of it refers to is deleted with that link; one
-- that a person has linked is left. EXECUTE: see product_aggregates.sql.
CREATE OR REPLACE FUNCTION plan_undo(undone uuid)
RETURNS TABLE (kind text, item_id uuid, product_id uuid, code text, name text, action text,
    reason text, later_task_id uuid, price numeric, restored_price numeric, changed text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    task ingestion_tasks;
BEGIN
    SELECT * INTO task FROM ingestion_tasks WHERE id = undone;
    CREATE TEMPORARY TABLE undo_change ON COMMIT DROP AS
        SELECT * FROM import_changes WHERE task_id = undone;
    CREATE TEMPORARY TABLE undo_later ON COMMIT DROP AS
        SELECT DISTINCT ON (change.supplier_item_id) change.supplier_item_id, change.task_id
        FROM ingestion_tasks AS other JOIN import_changes AS change ON change.task_id = other.id
        WHERE other.supplier_id = task.supplier_id AND other.completed_at > task.completed_at
            AND other.keeps_changes AND other.undone_by IS NULL
        ORDER BY change.supplier_item_id, other.completed_at;
    ANALYZE undo_change, undo_later;

    RETURN QUERY EXECUTE $query$
    WITH accepted AS MATERIALIZED (
        SELECT supplier_item_id FROM quarantined_rows
        WHERE supplier_id = $2 AND state = 'accepted' AND decided_at > $3
    ), item AS MATERIALIZED (
        SELECT item.id, item.product_id, item.supplier_sku, item.name, change.is_new,
            later.task_id AS later_task_id,
            item.current_price AS price, change.current_price AS restored_price,
            CASE WHEN change.is_new THEN '{}' ELSE array_remove(ARRAY[
                CASE WHEN (change.current_price, change.cost, change.currency)
                    IS DISTINCT FROM (item.current_price, item.cost, item.currency)
                    THEN 'price' END,
                CASE WHEN change.name <> item.name THEN 'name' END,
                CASE WHEN change.characteristics <> item.characteristics
                    THEN 'characteristics' END,
                CASE WHEN change.price_details IS NOT NULL
                    AND nullif(change.price_details, 'null') IS DISTINCT FROM item.price_details
                    THEN 'price_details' END,
                CASE WHEN change.availability IS NOT NULL
                    AND nullif(change.availability, 'null') IS DISTINCT FROM item.availability
                    THEN 'availability' END,
                CASE WHEN (change.next_cost, change.next_from)
                    IS DISTINCT FROM (item.next_cost, item.next_from)
                    THEN 'upcoming_price' END,
                CASE WHEN change.absent_since IS DISTINCT FROM item.absent_since
                    THEN 'absence' END], NULL) END AS changed,
            CASE WHEN later.task_id IS NOT NULL THEN 'later_import'
                WHEN item_fingerprint(item) = change.fingerprint THEN
                    CASE WHEN change.is_new AND item.product_id IS NOT NULL
                            AND NOT EXISTS (
                                SELECT FROM made_products AS made
                                WHERE made.product_id = item.product_id
                                    AND made.supplier_item_id = item.id)
                            AND NOT EXISTS (
                                SELECT FROM match_decisions AS decision
                                JOIN match_batches AS batch ON batch.id = batch_id
                                WHERE decision.supplier_item_id = item.id
                                    AND decision.product_id = item.product_id
                                    AND decision.action = 'accept' AND superseded_at IS NULL
                                    AND (batch.kind = 'auto_link'
                                        OR batch.kind = 'new_product' AND created_by = 'import'))
                        THEN 'linked' END
                WHEN EXISTS (SELECT FROM accepted WHERE accepted.supplier_item_id = item.id)
                    THEN 'quarantine_accepted'
                WHEN item.currency IS NOT NULL THEN 'rate'
                ELSE 'changed' END AS reason
        FROM undo_change AS change
        JOIN supplier_items AS item ON item.id = change.supplier_item_id
        LEFT JOIN undo_later AS later ON later.supplier_item_id = item.id
    ), made AS (
        SELECT made.product_id, made.supplier_item_id, product.internal_sku, product.name,
            CASE WHEN product_fingerprint(product) <> made.fingerprint THEN 'product_edited'
                WHEN EXISTS (
                    SELECT FROM supplier_items AS other
                    WHERE other.product_id = made.product_id AND other.id <> made.supplier_item_id)
                    THEN 'product_in_use'
                WHEN item.is_new AND item.reason IS NOT NULL THEN 'item_left' END AS reason
        FROM (
            SELECT * FROM made_products WHERE task_id = $1
            UNION
            SELECT * FROM made_products
            WHERE supplier_item_id IN (SELECT id FROM item WHERE is_new)
        ) AS made
        JOIN products AS product ON product.id = made.product_id
        LEFT JOIN item ON item.id = made.supplier_item_id
    )
    SELECT 'item', id, item.product_id, supplier_sku::text, item.name::text,
        CASE WHEN reason IS NOT NULL THEN 'left' WHEN is_new THEN 'deleted' ELSE 'restored' END,
        reason, item.later_task_id, price, restored_price, changed
    FROM item
    UNION ALL
    SELECT 'item', quarantined.supplier_item_id, item.product_id, item.supplier_sku::text,
        item.name::text, 'left', 'quarantine_accepted', NULL, item.current_price, NULL, '{}'
    FROM quarantined_rows AS quarantined
    JOIN supplier_items AS item ON item.id = quarantined.supplier_item_id
    WHERE quarantined.task_id = $1 AND quarantined.state = 'accepted'
    UNION ALL
    SELECT 'product', supplier_item_id, made.product_id, internal_sku::text, made.name::text,
        CASE WHEN reason IS NULL THEN 'deleted' ELSE 'left' END, reason, NULL, NULL, NULL, '{}'
    FROM made
$query$ USING undone, task.supplier_id, task.completed_at;
END $$;

-- Undoes a task in the transaction of another one, `undo`, and stores what it leaves; returns how many
-- items were restored and deleted, products and categories deleted, items and products left. The caller
-- has locked the supplier and excludes re-computation by new rates. Locks: items, categories, products.
--
-- The price changes that the task made of restored items, and those by which they are undone, are marked
-- in the history. They are found by the time of the transaction of the task. The last price change of
-- products is that from before the task (product_price_change.sql).
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

REVOKE EXECUTE ON FUNCTION plan_undo(uuid), undo_import(uuid, uuid) FROM PUBLIC;
