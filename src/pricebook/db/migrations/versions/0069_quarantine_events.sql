-- The text of the function and the trigger as this migration makes them; it never changes.
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

CREATE OR REPLACE TRIGGER add_notices AFTER INSERT ON events
    FOR EACH ROW WHEN (NEW.type IN ('import.held', 'import.failed', 'import.late', 'import.unusual',
            'import.quarantined') AND NEW.data ->> 'undo_of' IS NULL)
    EXECUTE FUNCTION add_notices();
