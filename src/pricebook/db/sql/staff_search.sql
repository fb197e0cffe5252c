-- The words of product names, with which staff search compares a misspelt word. Words stay when the last
-- product with them is renamed: a word that no product has finds none.

CREATE OR REPLACE FUNCTION words_of_text(value text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT word
    FROM regexp_split_to_table(search_fold(value), '[\s[:punct:][:digit:]]+') AS word
    WHERE char_length(word) BETWEEN 3 AND 40;
END;

-- The stems of a word in the languages whose forms the search knows, each with its language, so that
-- words are compared within one language. A new definition needs product_words.stems to be computed
-- again by the same migration.
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

-- GTIN and MPN of items are in a table of their own, with indexes: one on price_details, which changes
-- with prices, would end HOT updates of items.
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
CREATE OR REPLACE TRIGGER identifiers_after_update AFTER UPDATE OF price_details ON supplier_items
    FOR EACH ROW WHEN ((NEW.price_details ->> 'gtin', NEW.price_details ->> 'mpn')
        IS DISTINCT FROM (OLD.price_details ->> 'gtin', OLD.price_details ->> 'mpn'))
    EXECUTE FUNCTION identifiers_after_update();
