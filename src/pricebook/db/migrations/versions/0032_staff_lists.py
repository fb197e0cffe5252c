"""Staff lists: orders by margin, price change and time of change, word forms, numbers of items.

The new columns are empty at first: the last change of a price is known from the next one on. The
stems of the words of product names are computed at once, and the indexes are built, while nothing
writes products.
"""

from pricebook.db.migrations import run_sql

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Create functions, columns and the trigger, and then the indexes."""
    run_sql(FUNCTIONS)
    run_sql("""
        ALTER TABLE product_words
            ADD COLUMN stems text[] NOT NULL GENERATED ALWAYS AS (word_stems(word)) STORED;
        COMMENT ON COLUMN product_words.stems IS 'the stems of the word, by language';
        CREATE INDEX product_words_stems_idx ON product_words USING gin (stems);

        ALTER TABLE products ADD COLUMN price_change_percentage numeric,
            ADD COLUMN price_changed_at timestamptz;
        COMMENT ON COLUMN products.price_change_percentage IS
            'last change of min_price in percent of the price before; null without one';
        COMMENT ON COLUMN products.price_changed_at IS
            'time of the last change of min_price; null once it is long ago';
        CREATE TRIGGER set_price_change BEFORE UPDATE OF min_price ON products
            FOR EACH ROW WHEN (OLD.min_price IS DISTINCT FROM NEW.min_price)
            EXECUTE FUNCTION set_price_change();

        DROP INDEX products_margin_idx;
        CREATE INDEX products_margin_idx ON products (margin_percentage, id) INCLUDE (status)
            WHERE margin_percentage IS NOT NULL;
        CREATE INDEX products_no_margin_idx ON products (id) WHERE margin_percentage IS NULL;
        CREATE INDEX products_price_change_idx ON products (price_change_percentage, id)
            WHERE price_change_percentage IS NOT NULL;
        CREATE INDEX products_no_price_change_idx ON products (id)
            WHERE price_change_percentage IS NULL;
        CREATE INDEX products_updated_idx ON products (updated_at, id);
    """)
    run_sql("""
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
    run_sql("""
        DROP INDEX products_updated_idx, products_no_price_change_idx, products_price_change_idx,
            products_no_margin_idx, products_margin_idx, product_words_stems_idx;
        CREATE INDEX products_margin_idx ON products (margin_percentage, status)
            WHERE margin_percentage IS NOT NULL;
        DROP TRIGGER set_price_change ON products;
        DROP TRIGGER count_inserted_items ON supplier_items;
        DROP TRIGGER count_deleted_items ON supplier_items;
        DROP TRIGGER count_truncated_items ON supplier_items;
        DROP FUNCTION count_inserted_items(), count_deleted_items(), count_truncated_items(),
            add_up_supplier_item_counts();
        DROP TABLE supplier_item_counts;
        ALTER TABLE products DROP COLUMN price_change_percentage, DROP COLUMN price_changed_at;
        ALTER TABLE product_words DROP COLUMN stems;
        DROP FUNCTION set_price_change(), word_stems(text), gtin_forms(text);

        CREATE OR REPLACE FUNCTION set_product_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.search_text := OLD.search_text;
            IF NEW IS DISTINCT FROM OLD THEN
                NEW.updated_at := now();
            END IF;
            RETURN NEW;
        END $$;
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

    CREATE FUNCTION set_price_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.price_change_percentage := round(
            (NEW.min_price - OLD.min_price) * 100 / nullif(OLD.min_price, 0), 2);
        NEW.price_changed_at := now();
        RETURN NEW;
    END $$;

    CREATE OR REPLACE FUNCTION set_product_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.search_text := OLD.search_text;
        IF NEW.min_price IS NOT DISTINCT FROM OLD.min_price
            AND NEW.price_changed_at IS DISTINCT FROM OLD.price_changed_at
        THEN
            RETURN NEW;
        END IF;
        IF NEW IS DISTINCT FROM OLD THEN
            NEW.updated_at := now();
        END IF;
        RETURN NEW;
    END $$;
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
