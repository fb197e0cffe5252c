"""Triggers and functions of product aggregates are named after them; column comments are clearer.

Renaming a trigger locks its table for a moment. The locks are acquired in the order of the writers:
supplier_items, then products.
"""

from pricebook.db.migrations import run_sql

revision = "0017"
down_revision = "0016"

# Table, old and new name of triggers; their functions have the same names.
TRIGGERS = [
    ("supplier_items", "figures_after_insert", "aggregates_after_insert"),
    ("supplier_items", "figures_after_update", "aggregates_after_update"),
    ("supplier_items", "figures_after_delete", "aggregates_after_delete"),
    ("supplier_items", "figures_after_truncate", "aggregates_after_truncate"),
    ("products", "figures_are_derived", "reject_aggregate_update"),
    ("products", "wait_for_item_writers", "lock_supplier_items"),
]
OLD_REFRESH = "refresh_product_figures"
NEW_REFRESH = "refresh_product_aggregates"


def upgrade() -> None:
    """Rename them, and replace the function bodies that contain old names."""
    for table, old, new in TRIGGERS:
        rename(table, old, new)
    run_sql(f"ALTER FUNCTION {OLD_REFRESH}(uuid[]) RENAME TO {NEW_REFRESH}")
    run_sql(FUNCTIONS)
    run_sql(COMMENTS)


def downgrade() -> None:
    """Restore names and bodies; the comments stay."""
    for table, old, new in TRIGGERS:
        rename(table, new, old)
    run_sql(f"ALTER FUNCTION {NEW_REFRESH}(uuid[]) RENAME TO {OLD_REFRESH}")
    run_sql(FUNCTIONS.replace("aggregates", "figures"))


def rename(table: str, trigger: str, name: str) -> None:
    """Rename a trigger and its function."""
    run_sql(f"ALTER TRIGGER {trigger} ON {table} RENAME TO {name}")
    run_sql(f"ALTER FUNCTION {trigger}() RENAME TO {name}")


FUNCTIONS = """
    CREATE OR REPLACE FUNCTION refresh_product_aggregates(touched uuid[]) RETURNS void
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
        SET min_price = aggregates.min_price,
            max_price = aggregates.max_price,
            supplier_count = aggregates.supplier_count
        FROM (
            SELECT product.id,
                min(item.current_price) AS min_price,
                max(item.current_price) AS max_price,
                count(DISTINCT item.supplier_id)::integer AS supplier_count
            FROM unnest(touched) AS product (id)
            LEFT JOIN supplier_items AS item ON item.product_id = product.id AND item.absent_since IS NULL
            GROUP BY product.id
        ) AS aggregates
        WHERE products.id = aggregates.id
            AND (products.min_price, products.max_price, products.supplier_count)
                IS DISTINCT FROM (aggregates.min_price, aggregates.max_price, aggregates.supplier_count);
    END $$;

    CREATE OR REPLACE FUNCTION aggregates_after_insert() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        PERFORM refresh_product_aggregates(array_agg(DISTINCT product_id))
        FROM new_items WHERE product_id IS NOT NULL;
        RETURN NULL;
    END $$;

    CREATE OR REPLACE FUNCTION aggregates_after_update() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            touched uuid[];
        BEGIN
            EXECUTE $query$
    SELECT array_agg(DISTINCT touched.product_id)
    FROM new_items AS new_item
    JOIN old_items AS old_item USING (id)
    CROSS JOIN LATERAL (VALUES (new_item.product_id), (old_item.product_id))
        AS touched (product_id)
    WHERE touched.product_id IS NOT NULL
        AND (new_item.product_id, new_item.supplier_id, new_item.current_price,
                new_item.absent_since IS NULL)
            IS DISTINCT FROM (old_item.product_id, old_item.supplier_id, old_item.current_price,
                old_item.absent_since IS NULL)
$query$ INTO touched;
            PERFORM refresh_product_aggregates(touched);
            RETURN NULL;
        END $$;

    CREATE OR REPLACE FUNCTION aggregates_after_delete() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        PERFORM refresh_product_aggregates(array_agg(DISTINCT product_id))
        FROM old_items WHERE product_id IS NOT NULL;
        RETURN NULL;
    END $$;

    CREATE OR REPLACE FUNCTION aggregates_after_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM refresh_product_aggregates(array_agg(id)) FROM products WHERE supplier_count > 0;
        RETURN NULL;
    END $$;
"""  # noqa: E501 (down to its spaces the text of 0002, 0007 and 0012, to which a downgrade returns)

COMMENTS = """
    COMMENT ON COLUMN suppliers.metadata IS
        'source_config: settings of the price list; found: its detected profile';
    COMMENT ON COLUMN supplier_items.last_ingested_at IS
        'time of the last import that changed the item; unchanged rows write nothing';
    COMMENT ON COLUMN supplier_items.absent_since IS
        'time of the first complete price list without it; counts in no aggregate; null: present';
    COMMENT ON COLUMN ingestion_tasks.found IS
        'detected profile of the price list: encoding, columns, number formats';
    COMMENT ON TABLE held_rows IS
        'parsed rows of held price lists, until the price list is applied or refused';
    COMMENT ON COLUMN ingestion_tasks.requested_by IS
        'user name of the requester; null: the schedule';
    COMMENT ON COLUMN ingestion_tasks.request_digest IS
        'digest of the request that had the idempotency key';
    COMMENT ON COLUMN ingestion_tasks.file_name IS
        'name of the uploaded file, as the client sent it';
    COMMENT ON COLUMN ingestion_tasks.lost_count IS 'number of expired leases';
    COMMENT ON COLUMN ingestion_tasks.apply_requested_at IS
        'time of the request to apply the held price list';
    COMMENT ON COLUMN ingestion_tasks.request_id IS
        'id of the last HTTP request for the task; null: the schedule or the command line';
    COMMENT ON COLUMN ingestion_tasks.cancelled_by IS
        'user name of who cancelled it; null: not cancelled, or retried since';
    COMMENT ON COLUMN ingestion_tasks.is_slow IS
        'ran long while other tasks waited, or two leases expired: never gets the last free slot';
    COMMENT ON COLUMN ingestion_tasks.row_error_counts IS
        'number of rejected rows by error_type; parsing_logs has the first ones';
    COMMENT ON COLUMN users.token_version IS
        'part of each token; a new password, role or activity increments it: older tokens end';
"""
