"""Search of products for staff: by the codes of suppliers, GTIN and MPN, and despite typing errors.

The words of product names are in a table of their own, so that a misspelt word is compared with
words and not with products; its stems are those of its other forms. The table has no unique index:
a transaction would wait there for another one that creates a product with the same new word.

GTIN and MPN of items are in a table of their own: an index on `price_details`, which changes with
prices, would end HOT updates of items.

The rows and the index of all items take a minute at 2,000,000 items. They follow the triggers, in
transactions of their own beside writers, so that every statement of the upgrade is repeatable.
"""

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.online import autocommit, create_index

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Create the functions, the tables, their triggers, and then the rows and the index."""
    run_sql("LOCK TABLE supplier_items, products IN SHARE ROW EXCLUSIVE MODE")
    run_sql(CODE_KEY)
    run_sql(STEMS)
    run_sql(TABLES)
    run_sql(WORDS)
    run_sql(IDENTIFIERS)
    with autocommit():
        run_sql(ROWS_OF_PRODUCTS)
        run_sql(ROWS_OF_ITEMS)
        create_index(
            "supplier_items_code_idx",
            "ON supplier_items (code_key(supplier_sku)) WHERE product_id IS NOT NULL",
        )


def downgrade() -> None:
    """Drop them."""
    run_sql("LOCK TABLE supplier_items, products IN SHARE ROW EXCLUSIVE MODE")
    run_sql("""
        DROP TRIGGER identifiers_after_insert ON supplier_items;
        DROP TRIGGER identifiers_after_update ON supplier_items;
        DROP TRIGGER words_after_insert ON products;
        DROP TRIGGER words_after_update ON products;
        DROP FUNCTION identifiers_after_insert(), identifiers_after_update(),
            words_after_insert(), words_after_update(), words_of_text(text);
        DROP TABLE item_identifiers, product_words;
        DROP FUNCTION word_stems(text);
        DROP INDEX supplier_items_code_idx;
        DROP FUNCTION code_key(text);
    """)


CODE_KEY = """
    CREATE OR REPLACE FUNCTION code_key(code text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(search_fold(code), '[\\s[:punct:]]+', '', 'g');
"""

STEMS = """
    CREATE OR REPLACE FUNCTION word_stems(word text) RETURNS text[]
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

TABLES = """
    CREATE TABLE IF NOT EXISTS product_words (
        word text NOT NULL,
        stems text[] NOT NULL GENERATED ALWAYS AS (word_stems(word)) STORED
    );
    CREATE INDEX IF NOT EXISTS product_words_stems_idx ON product_words USING gin (stems);
    CREATE INDEX IF NOT EXISTS product_words_word_idx ON product_words (word);
    CREATE INDEX IF NOT EXISTS product_words_similar_idx
        ON product_words USING gin (word gin_trgm_ops);
    COMMENT ON TABLE product_words IS 'the words that names of products have or had';
    COMMENT ON COLUMN product_words.stems IS 'the stems of the word, by language';

    CREATE TABLE IF NOT EXISTS item_identifiers (
        supplier_item_id uuid PRIMARY KEY REFERENCES supplier_items ON DELETE CASCADE,
        gtin text,
        mpn_key text
    );
    CREATE INDEX IF NOT EXISTS item_identifiers_gtin_idx ON item_identifiers (gtin)
        WHERE gtin IS NOT NULL;
    CREATE INDEX IF NOT EXISTS item_identifiers_mpn_idx ON item_identifiers (mpn_key)
        WHERE mpn_key IS NOT NULL;
    COMMENT ON TABLE item_identifiers IS 'GTIN and MPN of the items that have one';
    COMMENT ON COLUMN item_identifiers.mpn_key IS 'code_key of the MPN';
"""

WORDS = """
    CREATE OR REPLACE FUNCTION words_of_text(value text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT DISTINCT word
        FROM regexp_split_to_table(search_fold(value), '[\\s[:punct:][:digit:]]+') AS word
        WHERE char_length(word) BETWEEN 3 AND 40;
    END;

    CREATE OR REPLACE FUNCTION words_after_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO product_words (word)
        SELECT DISTINCT new_word FROM new_products CROSS JOIN words_of_text(name) AS new_word
        WHERE NOT EXISTS (SELECT FROM product_words WHERE word = new_word);
        RETURN NULL;
    END $$;

    CREATE OR REPLACE FUNCTION words_after_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO product_words (word)
        SELECT new_word FROM words_of_text(NEW.name) AS new_word
        WHERE NOT EXISTS (SELECT FROM product_words WHERE word = new_word);
        RETURN NULL;
    END $$;

    REVOKE EXECUTE ON FUNCTION words_after_insert(), words_after_update() FROM PUBLIC;

    CREATE OR REPLACE TRIGGER words_after_insert AFTER INSERT ON products
        REFERENCING NEW TABLE AS new_products
        FOR EACH STATEMENT EXECUTE FUNCTION words_after_insert();
    CREATE OR REPLACE TRIGGER words_after_update AFTER UPDATE OF name ON products
        FOR EACH ROW WHEN (NEW.name IS DISTINCT FROM OLD.name)
        EXECUTE FUNCTION words_after_update();
"""

IDENTIFIERS = """
    CREATE OR REPLACE FUNCTION identifiers_after_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO item_identifiers (supplier_item_id, gtin, mpn_key)
        SELECT id, price_details ->> 'gtin', nullif(code_key(price_details ->> 'mpn'), '')
        FROM new_items
        WHERE price_details ->> 'gtin' IS NOT NULL
            OR nullif(code_key(price_details ->> 'mpn'), '') IS NOT NULL;
        RETURN NULL;
    END $$;

    CREATE OR REPLACE FUNCTION identifiers_after_update() RETURNS trigger
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

    CREATE OR REPLACE TRIGGER identifiers_after_insert AFTER INSERT ON supplier_items
        REFERENCING NEW TABLE AS new_items
        FOR EACH STATEMENT EXECUTE FUNCTION identifiers_after_insert();
    CREATE OR REPLACE TRIGGER identifiers_after_update
        AFTER UPDATE OF price_details ON supplier_items
        FOR EACH ROW WHEN ((NEW.price_details ->> 'gtin', NEW.price_details ->> 'mpn')
            IS DISTINCT FROM (OLD.price_details ->> 'gtin', OLD.price_details ->> 'mpn'))
        EXECUTE FUNCTION identifiers_after_update();
"""

ROWS_OF_PRODUCTS = """
    INSERT INTO product_words (word)
    SELECT DISTINCT name_word FROM products CROSS JOIN words_of_text(name) AS name_word
    WHERE NOT EXISTS (SELECT FROM product_words WHERE word = name_word)
"""

# A transaction that has written the row of an item may wait for another row of the chunk. The chunk
# gives up before PostgreSQL looks for deadlocks, after a second, so that the other one goes on.
# If an item of a chunk is deleted meanwhile, the chunk is repeated.
ROWS_OF_ITEMS = """
    DO $$
    DECLARE
        last uuid := '00000000-0000-0000-0000-000000000000';
    BEGIN
        WHILE last IS NOT NULL LOOP
            SET LOCAL lock_timeout = '200ms';
            BEGIN
                WITH item AS MATERIALIZED (
                    SELECT id, price_details ->> 'gtin' AS gtin,
                        nullif(code_key(price_details ->> 'mpn'), '') AS mpn_key
                    FROM supplier_items WHERE id > last ORDER BY id LIMIT 5000
                ), stored AS (
                    INSERT INTO item_identifiers (supplier_item_id, gtin, mpn_key)
                    SELECT * FROM item WHERE gtin IS NOT NULL OR mpn_key IS NOT NULL
                    ON CONFLICT DO NOTHING
                )
                SELECT id INTO last FROM item ORDER BY id DESC LIMIT 1;
            EXCEPTION WHEN foreign_key_violation THEN
            END;
            COMMIT;
        END LOOP;
    END $$
"""
