"""GTIN and MPN of supplier items, by which staff search finds their products.

They are in a table of their own: an index on `price_details`, which changes with prices, would end
HOT updates of items.
"""

from pricebook.db.migrations import run_sql

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Create the table and the triggers, and then the rows of all items, and the indexes."""
    run_sql("""
        CREATE TABLE item_identifiers (
            supplier_item_id uuid PRIMARY KEY REFERENCES supplier_items ON DELETE CASCADE,
            gtin text,
            mpn_key text
        );
        COMMENT ON TABLE item_identifiers IS 'GTIN and MPN of the items that have one';
        COMMENT ON COLUMN item_identifiers.mpn_key IS 'code_key of the MPN';
    """)
    run_sql(TRIGGERS)
    run_sql("""
        INSERT INTO item_identifiers (supplier_item_id, gtin, mpn_key)
        SELECT id, price_details ->> 'gtin', nullif(code_key(price_details ->> 'mpn'), '')
        FROM supplier_items
        WHERE price_details ->> 'gtin' IS NOT NULL
            OR nullif(code_key(price_details ->> 'mpn'), '') IS NOT NULL;
        CREATE INDEX item_identifiers_gtin_idx ON item_identifiers (gtin) WHERE gtin IS NOT NULL;
        CREATE INDEX item_identifiers_mpn_idx ON item_identifiers (mpn_key)
            WHERE mpn_key IS NOT NULL;
    """)


def downgrade() -> None:
    """Drop them."""
    run_sql("""
        DROP TRIGGER identifiers_after_insert ON supplier_items;
        DROP TRIGGER identifiers_after_update ON supplier_items;
        DROP FUNCTION identifiers_after_insert(), identifiers_after_update();
        DROP TABLE item_identifiers;
    """)


TRIGGERS = """
    CREATE FUNCTION identifiers_after_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO item_identifiers (supplier_item_id, gtin, mpn_key)
        SELECT id, price_details ->> 'gtin', nullif(code_key(price_details ->> 'mpn'), '')
        FROM new_items
        WHERE price_details ->> 'gtin' IS NOT NULL
            OR nullif(code_key(price_details ->> 'mpn'), '') IS NOT NULL;
        RETURN NULL;
    END $$;

    CREATE FUNCTION identifiers_after_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO item_identifiers (supplier_item_id, gtin, mpn_key)
        VALUES (NEW.id, NEW.price_details ->> 'gtin',
            nullif(code_key(NEW.price_details ->> 'mpn'), ''))
        ON CONFLICT (supplier_item_id)
            DO UPDATE SET gtin = excluded.gtin, mpn_key = excluded.mpn_key;
        RETURN NULL;
    END $$;

    REVOKE EXECUTE ON FUNCTION identifiers_after_insert(), identifiers_after_update() FROM PUBLIC;

    CREATE TRIGGER identifiers_after_insert AFTER INSERT ON supplier_items
        REFERENCING NEW TABLE AS new_items
        FOR EACH STATEMENT EXECUTE FUNCTION identifiers_after_insert();
    CREATE TRIGGER identifiers_after_update AFTER UPDATE OF price_details ON supplier_items
        FOR EACH ROW WHEN ((NEW.price_details ->> 'gtin', NEW.price_details ->> 'mpn')
            IS DISTINCT FROM (OLD.price_details ->> 'gtin', OLD.price_details ->> 'mpn'))
        EXECUTE FUNCTION identifiers_after_update();
"""
