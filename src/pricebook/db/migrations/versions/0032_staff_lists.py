"""Staff lists: the numbers of items of suppliers, and the forms of a GTIN.

The triggers count what is written from then on. Then one statement adds the items of before: those
that it sees without those that it sees counted. It runs beside writers, and repeated it adds
nothing.
"""

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.online import autocommit

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Create the functions, and the table with its triggers, and then count the items."""
    run_sql("LOCK TABLE supplier_items IN SHARE ROW EXCLUSIVE MODE")
    run_sql(GTIN_FORMS)
    run_sql(TABLE)
    run_sql(COUNTS)
    with autocommit():
        run_sql(ITEMS_BEFORE)


def downgrade() -> None:
    """Drop them."""
    run_sql("LOCK TABLE supplier_items IN SHARE ROW EXCLUSIVE MODE")
    run_sql("""
        DROP TRIGGER count_inserted_items ON supplier_items;
        DROP TRIGGER count_deleted_items ON supplier_items;
        DROP TRIGGER count_truncated_items ON supplier_items;
        DROP FUNCTION count_inserted_items(), count_deleted_items(), count_truncated_items(),
            add_up_supplier_item_counts();
        DROP TABLE supplier_item_counts;
        DROP FUNCTION gtin_forms(text);
    """)


GTIN_FORMS = """
    CREATE OR REPLACE FUNCTION gtin_forms(code text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN code ~ '^[0-9]{8,14}$' THEN ARRAY(
        SELECT lpad(ltrim(code, '0'), length, '0')
        FROM unnest(ARRAY[8, 12, 13, 14]) AS length
        WHERE length >= char_length(ltrim(code, '0')))
    ELSE '{}' END;
"""

TABLE = """
    CREATE TABLE IF NOT EXISTS supplier_item_counts (
        supplier_id uuid NOT NULL,
        items bigint NOT NULL
    );
    CREATE INDEX IF NOT EXISTS supplier_item_counts_supplier_idx
        ON supplier_item_counts (supplier_id);
    COMMENT ON TABLE supplier_item_counts IS
        'changes of the numbers of items of suppliers, which are their sums';
"""

COUNTS = """
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
"""

ITEMS_BEFORE = """
    INSERT INTO supplier_item_counts (supplier_id, items)
    SELECT supplier_id, sum(number)
    FROM (
        SELECT supplier_id, count(*) AS number FROM supplier_items GROUP BY supplier_id
        UNION ALL
        SELECT supplier_id, -sum(items) FROM supplier_item_counts GROUP BY supplier_id
    ) AS number_of_supplier
    GROUP BY supplier_id HAVING sum(number) <> 0
"""
