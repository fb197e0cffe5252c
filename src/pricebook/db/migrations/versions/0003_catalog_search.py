"""The word search, and indexes for the catalog at 500,000 products."""

from pricebook.db.migrations import run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the search functions, the folded text and the indexes."""
    run_sql(SEARCH)
    run_sql(INDEXES)


def downgrade() -> None:
    """Drop the indexes, the folded text and the functions; the extensions stay."""
    run_sql("""
        DROP INDEX products_catalog_idx, products_category_idx, products_price_idx;
        ALTER TABLE products DROP COLUMN search_text;
        DROP FUNCTION search_pattern(text);
        DROP FUNCTION search_fold(text);
    """)


# Text is compared without case and accents, in four steps: decompose compatibility forms (NFKD),
# remove combining marks, lower the case, replace letters that have no decomposition (ø, ł, ß,
# dotless i). The final sigma is a sigma. ASCII needs the lower case only, in a collation without
# the Turkish i.
SEARCH = r"""
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE EXTENSION IF NOT EXISTS unaccent;

    CREATE FUNCTION search_fold(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE
        WHEN octet_length(value) = char_length(value)
            THEN lower(value COLLATE "C") COLLATE "default"
        ELSE translate(
            unaccent('unaccent'::regdictionary, lower(
                normalize(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'), NFKC)
                COLLATE "default")),
            'ς', 'σ')
    END;

    CREATE FUNCTION search_pattern(word text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN '%' || regexp_replace(btrim(search_fold(word)), '([\\%_])', '\\\1', 'g') || '%';

    ALTER TABLE products ADD COLUMN search_text text NOT NULL
        GENERATED ALWAYS AS (search_fold(name || ' ' || internal_sku)) STORED;
    COMMENT ON COLUMN products.search_text IS 'name and SKU without case and accents';
"""

INDEXES = """
    CREATE INDEX products_catalog_idx ON products (name, id) WHERE status = 'active';
    CREATE INDEX products_category_idx ON products (category_id, status, name, id);
    CREATE INDEX products_price_idx ON products (min_price, name, id)
        WHERE status = 'active' AND min_price IS NOT NULL;
    CREATE INDEX products_search_idx ON products USING gin (search_text gin_trgm_ops);
"""
