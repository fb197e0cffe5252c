DROP FUNCTION plan_undo(uuid);

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

REVOKE EXECUTE ON FUNCTION plan_undo(uuid) FROM PUBLIC;
