"""Imports can be undone: what each item was before is kept for some days.

The history of prices is no longer deleted with its item: an item that an undo deletes had prices,
which products were offered at. So its reference goes, and with it a lookup for each entry.
"""

from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0034"
down_revision = "0033"

FUNCTIONS = Path(__file__).with_name("0034_undo.sql")


def upgrade() -> None:
    """Add the tables, the columns of tasks, and the functions."""
    run_sql("LOCK TABLE suppliers, supplier_items, products IN SHARE ROW EXCLUSIVE MODE")
    run_sql(TABLES)
    run_sql(FUNCTIONS.read_text())
    run_sql(TASKS)
    run_sql("ALTER TABLE price_history DROP CONSTRAINT price_history_supplier_item_id_fkey")


def downgrade() -> None:
    """Drop them; prices of items that were deleted are no longer kept. Undo tasks are deleted."""
    run_sql("""
        DELETE FROM ingestion_tasks WHERE undo_of IS NOT NULL;
        DROP FUNCTION undo_import(uuid, uuid);
        DROP FUNCTION plan_undo(uuid);
        DROP FUNCTION item_fingerprint(supplier_items);
        DROP FUNCTION product_fingerprint(products);
        DROP TABLE import_changes, made_products, made_categories, undo_left;
        ALTER TABLE ingestion_tasks DROP COLUMN undo_of, DROP COLUMN undone_by,
            DROP COLUMN undo_counts, DROP COLUMN keeps_changes, DROP COLUMN found_before;
        ALTER TABLE quarantined_rows DROP COLUMN superseded_by, DROP COLUMN is_repeated;
        DELETE FROM price_history WHERE NOT EXISTS (
            SELECT FROM supplier_items WHERE id = supplier_item_id);
        ALTER TABLE price_history ADD CONSTRAINT price_history_supplier_item_id_fkey
            FOREIGN KEY (supplier_item_id) REFERENCES supplier_items ON DELETE CASCADE;
        CREATE OR REPLACE TRIGGER lock_supplier_items BEFORE DELETE ON products
            FOR EACH STATEMENT EXECUTE FUNCTION lock_supplier_items();
    """)
    run_sql(DELETION_BEFORE)


TABLES = """
    CREATE TABLE import_changes (
        task_id uuid NOT NULL,
        supplier_item_id uuid NOT NULL,
        fingerprint bigint NOT NULL,
        is_new boolean NOT NULL,
        current_price numeric,
        currency varchar(3),
        cost numeric,
        exchange_rate numeric,
        rate_date date,
        next_cost numeric,
        next_from date,
        price_outdated_since timestamptz,
        last_ingested_at timestamptz,
        absent_since timestamptz,
        name varchar(500),
        characteristics jsonb,
        price_details jsonb,
        availability jsonb
    );
    CREATE INDEX import_changes_task_idx ON import_changes (task_id);
    COMMENT ON TABLE import_changes IS
        'the items that a task has written: their values before, and what they were after';
    COMMENT ON COLUMN import_changes.fingerprint IS 'of the item after the import';
    COMMENT ON COLUMN import_changes.name IS 'null if it was not changed, like the columns below';
    COMMENT ON COLUMN import_changes.price_details IS 'JSON null if the item had none';

    CREATE TABLE made_products (
        product_id uuid PRIMARY KEY REFERENCES products ON DELETE CASCADE,
        supplier_item_id uuid NOT NULL,
        task_id uuid,
        fingerprint bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX made_products_item_idx ON made_products (supplier_item_id);
    CREATE INDEX made_products_task_idx ON made_products (task_id) WHERE task_id IS NOT NULL;
    COMMENT ON TABLE made_products IS 'products that were made of an item, as they were then';

    CREATE TABLE made_categories (
        category_id uuid PRIMARY KEY REFERENCES categories ON DELETE CASCADE,
        task_id uuid NOT NULL
    );
    CREATE INDEX made_categories_task_idx ON made_categories (task_id);

    CREATE TABLE undo_left (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        task_id uuid NOT NULL REFERENCES ingestion_tasks ON DELETE CASCADE,
        kind text NOT NULL,
        supplier_item_id uuid,
        product_id uuid,
        code text NOT NULL,
        name text NOT NULL,
        reason text NOT NULL,
        later_task_id uuid
    );
    CREATE INDEX undo_left_task_idx ON undo_left (task_id, id);
    COMMENT ON TABLE undo_left IS 'what an undo left as it was, because it was changed since';
"""

TASKS = """
    ALTER TABLE ingestion_tasks
        ADD COLUMN undo_of uuid,
        ADD COLUMN undone_by uuid,
        ADD COLUMN undo_counts jsonb,
        ADD COLUMN keeps_changes boolean NOT NULL DEFAULT false,
        ADD COLUMN found_before jsonb;
    COMMENT ON COLUMN ingestion_tasks.undo_of IS 'the task that this one undoes';
    COMMENT ON COLUMN ingestion_tasks.keeps_changes IS 'whether import_changes has its changes';
    COMMENT ON COLUMN ingestion_tasks.found_before IS
        'how the price list before was read, which an undo gives back to the supplier';
    ALTER TABLE quarantined_rows
        ADD COLUMN superseded_by uuid,
        ADD COLUMN is_repeated boolean NOT NULL DEFAULT false;
    COMMENT ON COLUMN quarantined_rows.is_repeated IS 'whether an earlier task had the same price';
    COMMENT ON COLUMN quarantined_rows.superseded_by IS 'the task that superseded it';
"""

DELETION_BEFORE = """
    CREATE OR REPLACE FUNCTION delete_supplier_batch(marked uuid, most integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        deleted integer;
    BEGIN
        most := least(greatest(most, 1), 5000);
        PERFORM FROM suppliers WHERE id = marked AND deleting_since IS NOT NULL
            FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN NOT EXISTS (SELECT FROM suppliers WHERE id = marked);
        END IF;

        DELETE FROM supplier_items WHERE id = ANY (ARRAY(
            SELECT id FROM supplier_items WHERE supplier_id = marked
            ORDER BY supplier_sku LIMIT most FOR UPDATE SKIP LOCKED));
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
"""
