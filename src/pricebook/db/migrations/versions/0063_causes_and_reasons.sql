-- The text of the functions and triggers as this migration makes them; it never changes.
CREATE OR REPLACE FUNCTION event_cause() RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object(
    'cause', CASE WHEN current_setting('pricebook.undo', true) <> '' THEN 'undo'
        WHEN current_setting('pricebook.recomputes_prices', true) = 'on' THEN 'exchange_rate'
        WHEN audit_actor('task_id') IS NOT NULL THEN 'import'
        ELSE 'other' END,
    'task_id', coalesce(nullif(current_setting('pricebook.undo', true), ''), audit_actor('task_id')),
    'batch_id', audit_actor('batch_id'), 'actor', audit_actor('name'));

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
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION add_notices() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO notices (user_id, kind, supplier_id, supplier_name, task_id, reasons, details)
    SELECT recipient.user_id, this.kind, this.supplier_id, NEW.data ->> 'supplier_name', task.id,
        this.reasons, CASE WHEN task.id IS NULL
            THEN jsonb_build_object('expected_at', NEW.data -> 'expected_at',
                'last_list_at', NEW.data -> 'last_list_at')
            ELSE jsonb_build_object('file_name', task.file_name,
                'requested_by', task.requested_by, 'at', task.enqueued_at) END
    FROM (
        SELECT split_part(NEW.type, '.', 2) AS kind, (NEW.data ->> 'supplier_id')::uuid AS supplier_id,
            coalesce(NEW.data -> 'warnings', NEW.data -> 'errors',
                jsonb_build_array(NEW.data -> 'expected_at')) AS reasons
    ) AS this
    CROSS JOIN notice_recipients AS recipient
    JOIN users ON users.id = recipient.user_id
    LEFT JOIN ingestion_tasks AS task ON task.id = (NEW.data ->> 'task_id')::uuid
    WHERE is_active AND this.kind = ANY (kinds) AND NOT EXISTS (
        SELECT FROM notices AS earlier
        WHERE earlier.user_id = recipient.user_id AND earlier.supplier_id = this.supplier_id
            AND earlier.kind = this.kind AND earlier.created_at > now() - interval '1 day'
            AND earlier.reasons = this.reasons);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION undo_of_price(item uuid, moment timestamptz) RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
    SELECT changed.undone_by
    FROM price_history AS changed
    JOIN price_history AS restored ON restored.supplier_item_id = changed.supplier_item_id
        AND restored.undone_by = changed.undone_by AND restored.recorded_at > moment
    WHERE changed.supplier_item_id = item AND changed.undone_by IS NOT NULL
        AND changed.recorded_at <= moment
    ORDER BY changed.recorded_at DESC LIMIT 1
$$;

REVOKE EXECUTE ON FUNCTION event_cause(), add_margin_event() FROM PUBLIC;

CREATE OR REPLACE TRIGGER add_margin_event AFTER UPDATE ON products
    REFERENCING OLD TABLE AS old_products NEW TABLE AS new_products
    FOR EACH STATEMENT EXECUTE FUNCTION add_margin_event();
CREATE OR REPLACE TRIGGER add_notices AFTER INSERT ON events
    FOR EACH ROW WHEN (NEW.type IN ('import.held', 'import.failed', 'import.late', 'import.unusual')
        AND NEW.data ->> 'undo_of' IS NULL)
    EXECUTE FUNCTION add_notices();
CREATE OR REPLACE TRIGGER audit_requested AFTER INSERT ON ingestion_tasks
    FOR EACH ROW EXECUTE FUNCTION audit_row('task.requested', 'id', 'supplier_name', 'supplier_id',
        'parser_type', 'file_name', 'create_products', 'corrections_of', 'requested_by', 'reason');

CREATE OR REPLACE FUNCTION hold_supplier_activity(writers uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('pricebook.item_supplier',
        CASE WHEN cardinality(writers) = 1 THEN writers[1]::text ELSE '' END, true);
    PERFORM pg_advisory_xact_lock_shared(7301002, activity.key)
    FROM (SELECT DISTINCT hashtext(id::text) AS key FROM unnest(writers) AS id ORDER BY key)
        AS activity;
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
