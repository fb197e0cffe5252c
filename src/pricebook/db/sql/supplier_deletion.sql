-- Deletes up to `most` items of a supplier that is marked for deletion (deleting_since), then the
-- supplier itself; returns true when it is gone. API and worker may execute it, but may delete no
-- items by themselves.
--
-- Rows that reference the supplier are deleted first, in batches, so that deleting the supplier row
-- is quick. Locked items are left to the next call. ORDER BY supplier_sku reads an index, whose dead
-- entries the next call skips; a table scan would read all deleted rows at each call.
CREATE OR REPLACE FUNCTION delete_supplier_batch(marked uuid, most integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    deleted integer;
    items uuid[];
BEGIN
    most := least(greatest(most, 1), 5000);
    PERFORM FROM suppliers WHERE id = marked AND deleting_since IS NOT NULL
        FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NOT EXISTS (SELECT FROM suppliers WHERE id = marked);
    END IF;

    items := ARRAY(
        SELECT id FROM supplier_items WHERE supplier_id = marked
        ORDER BY supplier_sku LIMIT most FOR UPDATE SKIP LOCKED);
    DELETE FROM price_history WHERE supplier_item_id = ANY (items);
    DELETE FROM supplier_items WHERE id = ANY (items);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF deleted = most OR EXISTS (SELECT FROM supplier_items WHERE supplier_id = marked) THEN
        RETURN false;
    END IF;

    UPDATE parsing_logs SET supplier_id = NULL WHERE id = ANY (ARRAY(
        SELECT id FROM parsing_logs WHERE supplier_id = marked LIMIT most));
    UPDATE ingestion_tasks SET supplier_id = NULL WHERE id = ANY (ARRAY(
        SELECT id FROM ingestion_tasks WHERE supplier_id = marked AND state <> 'running'
        ORDER BY id LIMIT most FOR NO KEY UPDATE SKIP LOCKED));
    IF EXISTS (SELECT FROM parsing_logs WHERE supplier_id = marked)
        OR EXISTS (SELECT FROM ingestion_tasks WHERE supplier_id = marked)
    THEN
        RETURN false;
    END IF;

    DELETE FROM suppliers WHERE id = marked;
    RETURN true;
END $$;

REVOKE EXECUTE ON FUNCTION delete_supplier_batch(uuid, integer) FROM PUBLIC;
