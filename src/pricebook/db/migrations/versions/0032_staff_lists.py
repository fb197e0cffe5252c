"""Staff lists: word forms, and the numbers of items of suppliers.

Writers of items and products wait while the stems of the words of product names are computed and
items are counted, two seconds at 500,000 products and 2,000,000 items; readers of the catalog do
not.
"""

from pricebook.db.migrations import run_sql

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Create the functions, the stems, and the counts with their triggers."""
    run_sql("LOCK TABLE supplier_items, products IN SHARE ROW EXCLUSIVE MODE")
    run_sql(FUNCTIONS)
    run_sql("""
        ALTER TABLE product_words
            ADD COLUMN stems text[] NOT NULL GENERATED ALWAYS AS (word_stems(word)) STORED;
        COMMENT ON COLUMN product_words.stems IS 'the stems of the word, by language';
        CREATE INDEX product_words_stems_idx ON product_words USING gin (stems);

        CREATE TABLE supplier_item_counts (supplier_id uuid NOT NULL, items bigint NOT NULL);
        COMMENT ON TABLE supplier_item_counts IS
            'changes of the numbers of items of suppliers, which are their sums';
    """)
    run_sql(COUNTS)
    run_sql("""
        INSERT INTO supplier_item_counts (supplier_id, items)
        SELECT supplier_id, count(*) FROM supplier_items GROUP BY supplier_id;
        CREATE INDEX supplier_item_counts_supplier_idx ON supplier_item_counts (supplier_id);
    """)


def downgrade() -> None:
    """Drop them."""
    run_sql("LOCK TABLE supplier_items, products IN SHARE ROW EXCLUSIVE MODE")
    run_sql("""
        DROP TRIGGER count_inserted_items ON supplier_items;
        DROP TRIGGER count_deleted_items ON supplier_items;
        DROP TRIGGER count_truncated_items ON supplier_items;
        DROP FUNCTION count_inserted_items(), count_deleted_items(), count_truncated_items(),
            add_up_supplier_item_counts();
        DROP TABLE supplier_item_counts;
        ALTER TABLE product_words DROP COLUMN stems;
        DROP FUNCTION word_stems(text), gtin_forms(text);
    """)


FUNCTIONS = """
    CREATE FUNCTION gtin_forms(code text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN code ~ '^[0-9]{8,14}$' THEN ARRAY(
        SELECT lpad(ltrim(code, '0'), length, '0')
        FROM unnest(ARRAY[8, 12, 13, 14]) AS length
        WHERE length >= char_length(ltrim(code, '0')))
    ELSE '{}' END;

    CREATE FUNCTION word_stems(word text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT ARRAY(
            SELECT language || ':' || stem
            FROM (VALUES ('de', 'pg_catalog.german_stem'::regdictionary),
                ('en', 'pg_catalog.english_stem'), ('es', 'pg_catalog.spanish_stem'),
                ('fr', 'pg_catalog.french_stem'), ('it', 'pg_catalog.italian_stem'),
                ('nl', 'pg_catalog.dutch_stem'), ('ru', 'pg_catalog.russian_stem')
            ) AS stemmer (language, dictionary)
            CROSS JOIN LATERAL unnest(ts_lexize(dictionary, word)) AS stem
        );
    END;
"""

COUNTS = """
    CREATE FUNCTION count_inserted_items() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO supplier_item_counts (supplier_id, items)
        SELECT supplier_id, count(*) FROM new_items GROUP BY supplier_id;
        RETURN NULL;
    END $$;

    CREATE FUNCTION count_deleted_items() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO supplier_item_counts (supplier_id, items)
        SELECT supplier_id, -count(*) FROM old_items GROUP BY supplier_id;
        RETURN NULL;
    END $$;

    CREATE FUNCTION count_truncated_items() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        DELETE FROM supplier_item_counts;
        RETURN NULL;
    END $$;

    CREATE FUNCTION add_up_supplier_item_counts() RETURNS void
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

    CREATE TRIGGER count_inserted_items AFTER INSERT ON supplier_items
        REFERENCING NEW TABLE AS new_items
        FOR EACH STATEMENT EXECUTE FUNCTION count_inserted_items();
    CREATE TRIGGER count_deleted_items AFTER DELETE ON supplier_items
        REFERENCING OLD TABLE AS old_items
        FOR EACH STATEMENT EXECUTE FUNCTION count_deleted_items();
    CREATE TRIGGER count_truncated_items AFTER TRUNCATE ON supplier_items
        FOR EACH STATEMENT EXECUTE FUNCTION count_truncated_items();
"""
