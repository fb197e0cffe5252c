"""Items that are absent from a full price list, and held price lists."""

from pricebook.db.migrations import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add absent items, held tasks and the detected profile of a task."""
    run_sql(ABSENT)
    run_sql(FIGURES)
    run_sql(HELD)


def downgrade() -> None:
    """Count every item again; a held list counts as failed."""
    run_sql("""
        DROP TABLE held_rows;
        ALTER TABLE ingestion_tasks DROP COLUMN found;
        DROP INDEX ingestion_tasks_unfinished_idx;
        ALTER TYPE task_state RENAME TO task_state_with_held;
        CREATE TYPE task_state AS ENUM
            ('queued', 'running', 'succeeded', 'partially_succeeded', 'failed', 'dead');
        ALTER TABLE ingestion_tasks ALTER COLUMN state DROP DEFAULT;
        ALTER TABLE ingestion_tasks ALTER COLUMN state TYPE task_state
            USING (CASE WHEN state = 'held' THEN 'failed' ELSE state::text END)::task_state;
        ALTER TABLE ingestion_tasks ALTER COLUMN state SET DEFAULT 'queued';
        DROP TYPE task_state_with_held;
        CREATE INDEX ingestion_tasks_unfinished_idx ON ingestion_tasks (enqueued_at)
            WHERE state IN ('queued', 'running');
    """)
    run_sql("UPDATE supplier_items SET absent_since = NULL WHERE absent_since IS NOT NULL")
    run_sql(figures_over("true"))
    run_sql(after_update("new_item.current_price", "old_item.current_price"))
    run_sql("ALTER TABLE supplier_items DROP COLUMN absent_since")


ABSENT = """
    ALTER TABLE supplier_items ADD COLUMN absent_since timestamptz;
    COMMENT ON COLUMN supplier_items.absent_since IS
        'when a full list first lacked the item, which counts in no figure since; null: present';
"""


def figures_over(condition: str) -> str:
    """Return the function that refreshes figures from the items that fulfil a condition."""
    return f"""
    CREATE OR REPLACE FUNCTION refresh_product_figures(touched uuid[]) RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
        IF touched IS NULL THEN
            RETURN;
        END IF;
        IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted')
        THEN
            RAISE EXCEPTION 'supplier items are written under READ COMMITTED only'
                USING ERRCODE = 'feature_not_supported';
        END IF;

        PERFORM FROM products WHERE id = ANY (touched) ORDER BY id FOR NO KEY UPDATE;

        UPDATE products
        SET min_price = figures.min_price,
            max_price = figures.max_price,
            supplier_count = figures.supplier_count
        FROM (
            SELECT product.id,
                min(item.current_price) AS min_price,
                max(item.current_price) AS max_price,
                count(DISTINCT item.supplier_id)::integer AS supplier_count
            FROM unnest(touched) AS product (id)
            LEFT JOIN supplier_items AS item ON item.product_id = product.id AND {condition}
            GROUP BY product.id
        ) AS figures
        WHERE products.id = figures.id
            AND (products.min_price, products.max_price, products.supplier_count)
                IS DISTINCT FROM (figures.min_price, figures.max_price, figures.supplier_count);
    END $$;
    """  # noqa: S608 (both conditions stand in this file)


def after_update(new: str, old: str) -> str:
    """Return the trigger function that compares these figures of an item before and after."""
    return f"""
    CREATE OR REPLACE FUNCTION figures_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM refresh_product_figures(array_agg(DISTINCT touched.product_id))
        FROM new_items AS new_item
        JOIN old_items AS old_item USING (id)
        CROSS JOIN LATERAL (VALUES (new_item.product_id), (old_item.product_id))
            AS touched (product_id)
        WHERE touched.product_id IS NOT NULL
            AND (new_item.product_id, new_item.supplier_id, {new})
                IS DISTINCT FROM (old_item.product_id, old_item.supplier_id, {old});
        RETURN NULL;
    END $$;
    """


FIGURES = figures_over("item.absent_since IS NULL") + after_update(
    "new_item.current_price, new_item.absent_since IS NULL",
    "old_item.current_price, old_item.absent_since IS NULL",
)

HELD = """
    ALTER TYPE task_state ADD VALUE 'held' AFTER 'running';

    ALTER TABLE ingestion_tasks ADD COLUMN found jsonb;
    COMMENT ON COLUMN ingestion_tasks.found IS 'how the list was read: encoding, columns, numbers';
    COMMENT ON COLUMN ingestion_tasks.count_new IS
        'this and the other counts: of a held task, what applying it would do';

    CREATE TABLE held_rows (
        task_id uuid NOT NULL REFERENCES ingestion_tasks ON DELETE CASCADE,
        row_number integer NOT NULL,
        supplier_sku text,
        name text,
        price numeric(14, 4),
        characteristics jsonb,
        error_type text,
        error_message text,
        row_data jsonb,
        PRIMARY KEY (task_id, row_number)
    );
    COMMENT ON TABLE held_rows IS
        'the rows of lists that a brake has stopped, as they were read, until they are applied';
"""
