"""Search of products for staff: by the codes of suppliers, GTIN and MPN, and despite typing errors.

The words of product names are in a table of their own, so that a misspelt word is compared with
words and not with products. It has no unique index: a transaction would wait there for another one
that creates a product with the same new word.
"""

from pricebook.db.migrations import run_sql

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Create the functions, the triggers, and then the words of all products, and the indexes."""
    run_sql(CODE_KEY)
    run_sql("CREATE TABLE product_words (word text NOT NULL)")
    run_sql("COMMENT ON TABLE product_words IS 'the words that names of products have or had'")
    run_sql(WORDS)
    run_sql("""
        INSERT INTO product_words (word)
        SELECT DISTINCT word FROM products CROSS JOIN words_of_text(name) AS word;
        CREATE INDEX product_words_word_idx ON product_words (word);
        CREATE INDEX product_words_similar_idx ON product_words USING gin (word gin_trgm_ops);
        CREATE INDEX products_gtin_idx ON products (gtin) WHERE gtin IS NOT NULL;
        CREATE INDEX products_mpn_idx ON products (code_key(mpn)) WHERE mpn IS NOT NULL;
        CREATE INDEX supplier_items_code_idx ON supplier_items (code_key(supplier_sku))
            WHERE product_id IS NOT NULL;
    """)


def downgrade() -> None:
    """Drop them."""
    run_sql("""
        DROP INDEX supplier_items_code_idx, products_mpn_idx, products_gtin_idx;
        DROP TRIGGER words_after_insert ON products;
        DROP TRIGGER words_after_update ON products;
        DROP FUNCTION words_after_insert(), words_after_update(), words_of_text(text),
            code_key(text);
        DROP TABLE product_words;
    """)


CODE_KEY = """
    CREATE FUNCTION code_key(code text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(search_fold(code), '[\\s[:punct:]]+', '', 'g');
"""

WORDS = """
    CREATE FUNCTION words_of_text(value text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT DISTINCT word
        FROM regexp_split_to_table(search_fold(value), '[\\s[:punct:][:digit:]]+') AS word
        WHERE char_length(word) BETWEEN 3 AND 40;
    END;

    CREATE FUNCTION words_after_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO product_words (word)
        SELECT DISTINCT new_word FROM new_products CROSS JOIN words_of_text(name) AS new_word
        WHERE NOT EXISTS (SELECT FROM product_words WHERE word = new_word);
        RETURN NULL;
    END $$;

    CREATE FUNCTION words_after_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO product_words (word)
        SELECT new_word FROM words_of_text(NEW.name) AS new_word
        WHERE NOT EXISTS (SELECT FROM product_words WHERE word = new_word);
        RETURN NULL;
    END $$;

    REVOKE EXECUTE ON FUNCTION words_after_insert(), words_after_update() FROM PUBLIC;

    CREATE TRIGGER words_after_insert AFTER INSERT ON products
        REFERENCING NEW TABLE AS new_products
        FOR EACH STATEMENT EXECUTE FUNCTION words_after_insert();
    CREATE TRIGGER words_after_update AFTER UPDATE OF name ON products
        FOR EACH ROW WHEN (NEW.name IS DISTINCT FROM OLD.name)
        EXECUTE FUNCTION words_after_update();
"""
