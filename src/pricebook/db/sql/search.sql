-- Text is compared without case and accents, in four steps: decompose compatibility forms (NFKD),
-- remove combining marks, lower the case, and replace letters that have no decomposition (ø, ł, ß,
-- dotless i). The final sigma is a sigma. ASCII, most of most price lists, needs the lower case only,
-- in a collation without the Turkish i. A new definition needs products.search_text and the indexes
-- on search_fold to be rebuilt by the same migration.
CREATE OR REPLACE FUNCTION search_fold(value text) RETURNS text
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

-- The LIKE pattern for texts that contain a word; %, _ and \ in the word are ordinary characters.
CREATE OR REPLACE FUNCTION search_pattern(word text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN '%' || regexp_replace(btrim(search_fold(word)), '([\\%_])', '\\\1', 'g') || '%';

-- A code without the characters that people leave out or replace: NW-204 17 is nw20417.
CREATE OR REPLACE FUNCTION code_key(code text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(search_fold(code), '[\s[:punct:]]+', '', 'g');

-- A GTIN in the lengths that it may be written in, with zeros before it; none for another text.
CREATE OR REPLACE FUNCTION gtin_forms(code text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN code ~ '^[0-9]{8,14}$' THEN ARRAY(
    SELECT lpad(ltrim(code, '0'), length, '0')
    FROM unnest(ARRAY[8, 12, 13, 14]) AS length
    WHERE length >= char_length(ltrim(code, '0')))
ELSE '{}' END;
