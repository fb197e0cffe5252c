"""Items of inactive suppliers do not count in the aggregates of products.

Suppliers that are inactive now are refreshed as after a change: those with many products by the
worker. Locks are acquired in the order of the writers.
"""

from pricebook.db.migrations import run_sql

revision = "0021"
down_revision = "0020"

LOCK = "LOCK TABLE suppliers, supplier_items, products IN SHARE ROW EXCLUSIVE MODE"


def upgrade() -> None:
    """Create the requests and the functions, and refresh the products of inactive suppliers."""
    run_sql(LOCK)
    run_sql(REQUESTS)
    run_sql(REFRESH)
    run_sql(ITEM_WRITERS)
    run_sql(AFTER_UPDATE)
    run_sql(ACTIVITY)
    run_sql(BATCH)
    run_sql(TRIGGERS)
    run_sql("""
        SELECT refresh_products_of_suppliers(array_agg(id)) FROM suppliers
        WHERE NOT is_active HAVING count(*) > 0
    """)


def downgrade() -> None:
    """Let the items of inactive suppliers count again; all of it is refreshed in one statement."""
    run_sql(LOCK)
    run_sql("""
        DROP TRIGGER aggregates_after_activity ON suppliers;
        DROP FUNCTION refresh_supplier_batch(integer), aggregates_after_activity(),
            refresh_products_of_suppliers(uuid[]), refresh_unlocked_products(uuid[]);
        DROP TABLE aggregate_refreshes;
    """)
    run_sql(without(REFRESH, *ADDED))
    run_sql("""
        SELECT refresh_product_aggregates(array_agg(DISTINCT product_id))
        FROM supplier_items JOIN suppliers ON suppliers.id = supplier_id
        WHERE NOT is_active AND product_id IS NOT NULL
    """)
    run_sql(without(REFRESH, *ADDED, *MARKED))
    run_sql(without(ITEM_WRITERS, *ADDED))
    run_sql(AFTER_UPDATE_BEFORE)
    run_sql("DROP FUNCTION hold_supplier_activity(uuid[])")
    run_sql("""
        CREATE OR REPLACE TRIGGER reject_aggregate_update
            BEFORE UPDATE OF min_price, max_price, supplier_count ON products
            FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION reject_aggregate_update();
    """)


REQUESTS = """
    CREATE TABLE aggregate_refreshes (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        supplier_id uuid NOT NULL,
        after_product uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE aggregate_refreshes IS
        'suppliers whose products are to be refreshed by the worker, after is_active has changed';
    COMMENT ON COLUMN aggregate_refreshes.supplier_id IS
        'no foreign key: deleting a supplier would wait for the worker';
    COMMENT ON COLUMN aggregate_refreshes.after_product IS
        'id of the last refreshed product; null: not started';
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON aggregate_refreshes
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
"""

# The lines that these functions have beyond those of 0017.
HOLD = "PERFORM hold_supplier_activity(array_agg(DISTINCT supplier_id)) FROM"
ADDED = [
    "AND item.supplier_id NOT IN (SELECT id FROM suppliers WHERE NOT is_active)",
    f"{HOLD} new_items WHERE product_id IS NOT NULL;",
    f"{HOLD} old_items WHERE product_id IS NOT NULL;",
]
MARKED = [
    "PERFORM set_config('pricebook.refreshes_aggregates', 'on', true);",
    "PERFORM set_config('pricebook.refreshes_aggregates', 'off', true);",
]


def without(text: str, *fragments: str) -> str:
    """Return a text without some of its lines."""
    for fragment in fragments:
        text = text.replace(fragment, "")
    return text


REFRESH = """
    CREATE OR REPLACE FUNCTION refresh_product_aggregates(touched uuid[]) RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
        IF touched IS NULL THEN RETURN; END IF;
        IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted')
        THEN
            RAISE EXCEPTION 'supplier items are written under READ COMMITTED only'
                USING ERRCODE = 'feature_not_supported';
        END IF;

        PERFORM FROM products WHERE id = ANY (touched) ORDER BY id FOR NO KEY UPDATE;

        PERFORM set_config('pricebook.refreshes_aggregates', 'on', true);
        UPDATE products
        SET min_price = aggregates.min_price, max_price = aggregates.max_price, supplier_count = aggregates.supplier_count
        FROM (
            SELECT product.id,
                min(item.current_price) AS min_price, max(item.current_price) AS max_price,
                count(DISTINCT item.supplier_id)::integer AS supplier_count
            FROM unnest(touched) AS product (id)
            LEFT JOIN supplier_items AS item ON item.product_id = product.id AND item.absent_since IS NULL
                AND item.supplier_id NOT IN (SELECT id FROM suppliers WHERE NOT is_active)
            GROUP BY product.id
        ) AS aggregates
        WHERE products.id = aggregates.id
            AND (products.min_price, products.max_price, products.supplier_count)
                IS DISTINCT FROM (aggregates.min_price, aggregates.max_price, aggregates.supplier_count);
        PERFORM set_config('pricebook.refreshes_aggregates', 'off', true);
    END $$;
"""  # noqa: E501 (down to its spaces the text of 0017, to which a downgrade returns)

ITEM_WRITERS = """
    CREATE OR REPLACE FUNCTION aggregates_after_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        PERFORM hold_supplier_activity(array_agg(DISTINCT supplier_id)) FROM new_items WHERE product_id IS NOT NULL;
        PERFORM refresh_product_aggregates(array_agg(DISTINCT product_id))
        FROM new_items WHERE product_id IS NOT NULL;
        RETURN NULL;
    END $$;

    CREATE OR REPLACE FUNCTION aggregates_after_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        PERFORM hold_supplier_activity(array_agg(DISTINCT supplier_id)) FROM old_items WHERE product_id IS NOT NULL;
        PERFORM refresh_product_aggregates(array_agg(DISTINCT product_id))
        FROM old_items WHERE product_id IS NOT NULL;
        RETURN NULL;
    END $$;
"""  # noqa: E501 (a line a statement)

AFTER_UPDATE = """
    CREATE OR REPLACE FUNCTION aggregates_after_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        touched uuid[];
        writers uuid[];
    BEGIN
        EXECUTE $query$
        SELECT array_agg(DISTINCT touched.product_id), array_agg(DISTINCT touched.supplier_id)
        FROM new_items AS new_item
        JOIN old_items AS old_item USING (id)
        CROSS JOIN LATERAL (VALUES (new_item.product_id, new_item.supplier_id),
            (old_item.product_id, old_item.supplier_id)) AS touched (product_id, supplier_id)
        WHERE touched.product_id IS NOT NULL
            AND (new_item.product_id, new_item.supplier_id, new_item.current_price,
                    new_item.absent_since IS NULL)
                IS DISTINCT FROM (old_item.product_id, old_item.supplier_id, old_item.current_price,
                    old_item.absent_since IS NULL)
    $query$ INTO touched, writers;
        PERFORM hold_supplier_activity(writers);
        PERFORM refresh_product_aggregates(touched);
        RETURN NULL;
    END $$;
"""

AFTER_UPDATE_BEFORE = """
    CREATE OR REPLACE FUNCTION aggregates_after_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
"""

ACTIVITY = """
    CREATE OR REPLACE FUNCTION hold_supplier_activity(writers uuid[]) RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(7301002, activity.key)
        FROM (SELECT DISTINCT hashtext(id::text) AS key FROM unnest(writers) AS id ORDER BY key)
            AS activity;
    END $$;

    CREATE OR REPLACE FUNCTION refresh_unlocked_products(touched uuid[]) RETURNS uuid[]
    LANGUAGE plpgsql AS $$
    DECLARE
        unlocked uuid[] := ARRAY(
            SELECT id FROM products WHERE id = ANY (touched) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED);
    BEGIN
        PERFORM refresh_product_aggregates(unlocked);
        RETURN ARRAY(SELECT unnest(touched) EXCEPT SELECT unnest(unlocked) ORDER BY 1);
    END $$;

    CREATE OR REPLACE FUNCTION refresh_products_of_suppliers(changed uuid[]) RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE
        touched uuid[];
    BEGIN
        PERFORM pg_advisory_xact_lock(7301002, activity.key)
        FROM (SELECT DISTINCT hashtext(id::text) AS key FROM unnest(changed) AS id ORDER BY key)
            AS activity;

        touched := ARRAY(
            SELECT DISTINCT product_id FROM supplier_items
            WHERE supplier_id = ANY (changed) AND product_id IS NOT NULL LIMIT 1001);
        IF cardinality(touched) > 1000 OR cardinality(refresh_unlocked_products(touched)) > 0 THEN
            INSERT INTO aggregate_refreshes (supplier_id) SELECT unnest(changed);
        END IF;
    END $$;

    CREATE OR REPLACE FUNCTION aggregates_after_activity() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        changed uuid[] := ARRAY(
            SELECT id FROM new_suppliers AS new_supplier
            JOIN old_suppliers AS old_supplier USING (id)
            WHERE new_supplier.is_active <> old_supplier.is_active);
    BEGIN
        IF cardinality(changed) > 0 THEN PERFORM refresh_products_of_suppliers(changed); END IF;
        RETURN NULL;
    END $$;
"""  # noqa: E501 (a line a statement)

BATCH = """
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
        IF NOT FOUND THEN RETURN true; END IF;
        IF request.after_product IS NULL THEN
            DELETE FROM aggregate_refreshes WHERE id IN (
                SELECT id FROM aggregate_refreshes
                WHERE supplier_id = request.supplier_id AND id <> request.id FOR UPDATE SKIP LOCKED);
        END IF;

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

    REVOKE EXECUTE ON FUNCTION hold_supplier_activity(uuid[]), refresh_unlocked_products(uuid[]),
        refresh_products_of_suppliers(uuid[]), aggregates_after_activity(),
        refresh_supplier_batch(integer) FROM PUBLIC;
"""  # noqa: E501 (a line a statement)

TRIGGERS = """
    CREATE OR REPLACE TRIGGER aggregates_after_activity AFTER UPDATE ON suppliers
        REFERENCING OLD TABLE AS old_suppliers NEW TABLE AS new_suppliers
        FOR EACH STATEMENT EXECUTE FUNCTION aggregates_after_activity();

    CREATE OR REPLACE TRIGGER reject_aggregate_update
        BEFORE UPDATE OF min_price, max_price, supplier_count ON products
        FOR EACH ROW
        WHEN (current_setting('pricebook.refreshes_aggregates', true) IS DISTINCT FROM 'on')
        EXECUTE FUNCTION reject_aggregate_update();
"""
