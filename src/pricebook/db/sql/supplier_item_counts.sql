-- The number of items of each supplier, as the sum of the changes of all statements. Rows are only
-- added, so that no writer of items waits for another one; the worker adds them up now and then.
-- There is no foreign key: items are deleted with their supplier. Rights: see product_aggregates.sql.
CREATE OR REPLACE FUNCTION count_inserted_items() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO supplier_item_counts (supplier_id, items)
    SELECT supplier_id, count(*) FROM new_items GROUP BY supplier_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION count_deleted_items() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO supplier_item_counts (supplier_id, items)
    SELECT supplier_id, -count(*) FROM old_items GROUP BY supplier_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION count_truncated_items() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM supplier_item_counts;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION add_up_supplier_item_counts() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH counted AS (DELETE FROM supplier_item_counts RETURNING supplier_id, items)
    INSERT INTO supplier_item_counts (supplier_id, items)
    SELECT supplier_id, sum(items) FROM counted
    WHERE EXISTS (SELECT FROM suppliers WHERE id = supplier_id)
    GROUP BY supplier_id;
END;

REVOKE EXECUTE ON FUNCTION count_inserted_items(), count_deleted_items(),
    count_truncated_items(), add_up_supplier_item_counts() FROM PUBLIC;

CREATE OR REPLACE TRIGGER count_inserted_items AFTER INSERT ON supplier_items
    REFERENCING NEW TABLE AS new_items
    FOR EACH STATEMENT EXECUTE FUNCTION count_inserted_items();
CREATE OR REPLACE TRIGGER count_deleted_items AFTER DELETE ON supplier_items
    REFERENCING OLD TABLE AS old_items
    FOR EACH STATEMENT EXECUTE FUNCTION count_deleted_items();
CREATE OR REPLACE TRIGGER count_truncated_items AFTER TRUNCATE ON supplier_items
    FOR EACH STATEMENT EXECUTE FUNCTION count_truncated_items();
