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

-- The end of a task, and that its price list is held; what was unusual in one that was imported, and
-- which of its rows are quarantined. Rows with the price of an earlier list that still wait are not new.
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
    IF NEW.state IN ('succeeded', 'partially_succeeded') AND NEW.warnings <> '[]' THEN
        INSERT INTO events (type, data) VALUES ('import.unusual',
            jsonb_build_object('task_id', NEW.id, 'supplier_id', NEW.supplier_id,
                'supplier_name', NEW.supplier_name, 'warnings', NEW.warnings,
                'average_price_change', NEW.average_price_change));
    END IF;
    IF NEW.state IN ('succeeded', 'partially_succeeded') AND NEW.count_quarantined > 0 THEN
        INSERT INTO events (type, data)
        SELECT 'import.quarantined', jsonb_build_object('task_id', NEW.id,
            'supplier_id', NEW.supplier_id, 'supplier_name', NEW.supplier_name,
            'count', count, 'open', open, 'open_since', open_since,
            'warnings', jsonb_build_array(CASE count
                WHEN 1 THEN '1 row has a price out of line and waits for a decision.'
                ELSE count || ' rows have a price out of line and wait for a decision.' END) || reasons,
            'items', items)
        FROM (
            SELECT count(*) AS open, min(created_at) AS open_since,
                count(*) FILTER (WHERE is_new) AS count,
                jsonb_agg(supplier_sku || ': ' || reason ORDER BY number)
                    FILTER (WHERE is_new AND number <= 4) AS reasons,
                jsonb_agg(jsonb_build_object('id', id, 'supplier_item_id', supplier_item_id,
                    'supplier_sku', supplier_sku, 'old_price', old_price::text,
                    'price', price::text, 'factor', factor) ORDER BY number)
                    FILTER (WHERE is_new AND number <= 100) AS items
            FROM (
                SELECT waiting.*, row_number() OVER (PARTITION BY is_new ORDER BY
                    CASE WHEN factor > 0 THEN greatest(factor, 1 / factor)
                        ELSE 'Infinity'::numeric END DESC, id) AS number
                FROM (
                    SELECT *, task_id IS NOT DISTINCT FROM NEW.id AND NOT is_repeated AS is_new
                    FROM quarantined_rows
                    WHERE supplier_id = NEW.supplier_id AND state = 'open'
                ) AS waiting
            ) AS numbered
        ) AS counted
        WHERE count > 0;
    END IF;
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

-- What changes prices, and who: the import or undo, the batch, the actor.
CREATE OR REPLACE FUNCTION event_cause() RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object(
    'cause', CASE WHEN current_setting('pricebook.undo', true) <> '' THEN 'undo'
        WHEN current_setting('pricebook.recomputes_prices', true) = 'on' THEN 'exchange_rate'
        WHEN audit_actor('task_id') IS NOT NULL THEN 'import'
        ELSE 'other' END,
    'task_id', coalesce(nullif(current_setting('pricebook.undo', true), ''), audit_actor('task_id')),
    'batch_id', audit_actor('batch_id'), 'actor', audit_actor('name'));

-- Prices that jump, an event for each supplier and statement: with the number of all of them and the 100
-- largest changes. A price that an undo takes back is no jump of the supplier's.
CREATE OR REPLACE FUNCTION add_price_events() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    jump numeric;
BEGIN
    SELECT price_jump_percent INTO jump FROM event_thresholds;
    INSERT INTO events (type, data)
    SELECT 'price.jumped', event_cause() || jsonb_build_object('supplier_id', supplier.id,
        'supplier_name', supplier.name, 'threshold_percent', jump, 'count', jumped.count,
        'items', jumped.items)
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
    RETURN NULL;
END $$;

-- Products whose margin falls below the threshold, an event for each statement that lowers one, whatever
-- it changes: with the number of all of them and the 100 lowest margins. A margin that was unknown does
-- not fall. The supplier is named if the statement changes items of only one.
CREATE OR REPLACE FUNCTION add_margin_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    margin numeric;
    supplier uuid;
    cause jsonb := '{"cause": "target_price"}';
BEGIN
    SELECT margin_below_percent INTO margin FROM event_thresholds;
    IF current_setting('pricebook.refreshes_aggregates', true) = 'on' THEN
        supplier := nullif(current_setting('pricebook.item_supplier', true), '');
        cause := '{}';
    END IF;
    EXECUTE $query$
    INSERT INTO events (type, data)
    SELECT 'margin.below', event_cause() || $2 || jsonb_build_object('supplier_id', $3,
        'supplier_name', (SELECT name FROM suppliers WHERE id = $3), 'threshold_percent', $1,
        'count', count, 'products', products)
    FROM (
        SELECT max(number) AS count, jsonb_agg(jsonb_build_object(
                'product_id', id, 'internal_sku', internal_sku,
                'margin_percentage', margin_percentage, 'lowest_price', min_price::text)
                ORDER BY number) FILTER (WHERE number <= 100) AS products
        FROM (
            SELECT id, new_product.internal_sku, new_product.margin_percentage,
                new_product.min_price,
                row_number() OVER (ORDER BY new_product.margin_percentage, id) AS number
            FROM new_products AS new_product
            JOIN old_products AS old_product USING (id)
            WHERE new_product.margin_percentage < $1 AND old_product.margin_percentage >= $1
        ) AS ranked
    ) AS fallen
    WHERE count > 0
$query$ USING margin, cause, supplier;
    RETURN NULL;
END $$;

-- Products whose price range changed, an event for each statement that changed one: what changed them,
-- how many, and all of them if they are at most 100. The others are found by the time of their last
-- change, which is that of the event or later.
CREATE OR REPLACE FUNCTION add_changed_prices_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE $query$
    INSERT INTO events (type, data)
    SELECT 'prices.changed', event_cause() || jsonb_build_object(
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

REVOKE EXECUTE ON FUNCTION place_events(integer), add_task_event(), add_late_event(),
    add_change_events(), event_cause(), add_price_events(), add_margin_event(),
    add_changed_prices_event() FROM PUBLIC;

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
CREATE OR REPLACE TRIGGER add_margin_event AFTER UPDATE ON products
    REFERENCING OLD TABLE AS old_products NEW TABLE AS new_products
    FOR EACH STATEMENT EXECUTE FUNCTION add_margin_event();
-- Only refresh_product_aggregates changes the price range of products.
CREATE OR REPLACE TRIGGER add_changed_prices_event AFTER UPDATE ON products
    REFERENCING OLD TABLE AS old_products NEW TABLE AS new_products
    FOR EACH STATEMENT
    WHEN (current_setting('pricebook.refreshes_aggregates', true) = 'on')
    EXECUTE FUNCTION add_changed_prices_event();
