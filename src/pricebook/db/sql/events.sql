-- Events are written in the transaction of what happened, without a position: transactions end in any
-- order. place_events gives committed ones their positions, 1, 2, 3 …, one caller at a time, in the
-- order of the times at which they were written: of two changes of a row, the later one waited for the
-- other. A reader that has seen a position has seen all before it. Returns how many were placed.
CREATE OR REPLACE FUNCTION place_events(most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last bigint;
    placed bigint;
BEGIN
    SELECT position INTO last FROM last_event FOR NO KEY UPDATE;
    UPDATE events SET position = last + numbered.number
    FROM (
        SELECT id, row_number() OVER (ORDER BY at, id) AS number
        FROM (SELECT id, at FROM events WHERE position IS NULL ORDER BY at, id LIMIT most) AS next
    ) AS numbered
    WHERE events.id = numbered.id;
    GET DIAGNOSTICS placed = ROW_COUNT;
    UPDATE last_event SET position = last + placed WHERE placed > 0;
    RETURN placed;
END $$;

-- The end of a task, and that its price list is held.
CREATE OR REPLACE FUNCTION add_task_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO events (type, data) VALUES (
        CASE WHEN NEW.cancelled_by IS NOT NULL THEN 'import.cancelled'
            WHEN NEW.state IN ('succeeded', 'partially_succeeded') THEN
                CASE WHEN NEW.undo_of IS NULL THEN 'import.finished' ELSE 'import.undone' END
            WHEN NEW.state::text IN ('held', 'refused') THEN 'import.' || NEW.state
            ELSE 'import.failed' END,
        jsonb_build_object('task_id', NEW.id, 'undo_of', NEW.undo_of,
            'supplier_id', NEW.supplier_id, 'supplier_name', NEW.supplier_name, 'state', NEW.state,
            'errors', NEW.errors,
            'counts', jsonb_build_object('new', NEW.count_new, 'changed', NEW.count_changed,
                'unchanged', NEW.count_unchanged, 'absent', NEW.count_absent,
                'rejected', NEW.count_rejected, 'quarantined', NEW.count_quarantined,
                'duplicate', NEW.count_duplicate)));
    RETURN NULL;
END $$;

-- A price list that becomes late.
CREATE OR REPLACE FUNCTION add_late_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO events (type, data)
    SELECT 'import.late', jsonb_build_object('supplier_id', id, 'supplier_name', name,
        'expected_at', NEW.expected_at, 'last_list_at', NEW.last_list_at)
    FROM suppliers WHERE id = NEW.supplier_id;
    RETURN NULL;
END $$;

-- Changes of products and links that people and programs make, from the audit log. Those of an import
-- are in its own event, as counts.
CREATE OR REPLACE FUNCTION add_change_events() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO events (type, data)
    SELECT action, jsonb_build_object('id', entity_id, 'name', entity_name, 'before', before,
        'after', after, 'actor', actor_name, 'batch_id', batch_id)
    FROM new_entries
    WHERE task_id IS NULL AND entity_type IN ('product', 'item');
    RETURN NULL;
END $$;

-- Prices that jump, and products whose margin falls below the threshold, an event for each supplier and
-- statement: with the number of all of them and the 100 largest. A price that an undo takes back is no
-- jump of the supplier's; a margin that is below the threshold by it is as low as any other.
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

REVOKE EXECUTE ON FUNCTION place_events(integer), add_task_event(), add_late_event(),
    add_change_events(), add_price_events() FROM PUBLIC;

CREATE OR REPLACE TRIGGER add_task_event AFTER UPDATE OF state ON ingestion_tasks
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state NOT IN ('queued', 'running'))
    EXECUTE FUNCTION add_task_event();
CREATE OR REPLACE TRIGGER add_late_event AFTER UPDATE OF late_since ON expected_lists
    FOR EACH ROW WHEN (OLD.late_since IS NULL AND NEW.late_since IS NOT NULL)
    EXECUTE FUNCTION add_late_event();
CREATE OR REPLACE TRIGGER add_first_late_event AFTER INSERT ON expected_lists
    FOR EACH ROW WHEN (NEW.late_since IS NOT NULL) EXECUTE FUNCTION add_late_event();
CREATE OR REPLACE TRIGGER add_change_events AFTER INSERT ON audit_log
    REFERENCING NEW TABLE AS new_entries
    FOR EACH STATEMENT EXECUTE FUNCTION add_change_events();
-- Other triggers record prices; rows that are inserted otherwise move to another partition.
CREATE OR REPLACE TRIGGER add_price_events AFTER INSERT ON price_history
    REFERENCING NEW TABLE AS new_prices
    FOR EACH STATEMENT WHEN (pg_trigger_depth() > 0) EXECUTE FUNCTION add_price_events();
