-- The earlier system wrote the source of a price list directly into suppliers.metadata. Every write
-- moves it to metadata.source_config, under the current field names; fields that are there win.
-- Several different addresses keep their names: a sync then reports the ambiguity.
CREATE OR REPLACE FUNCTION move_supplier_source() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    source jsonb;
BEGIN
    SELECT coalesce(jsonb_object_agg(
        CASE WHEN key = 'sheet_name' OR address_count > 1 THEN key
            ELSE 'spreadsheet_url' END, value
    ), '{}') INTO source
    FROM (
        SELECT key, to_jsonb(value) AS value,
            (SELECT count(DISTINCT metadata ->> name)
                FROM unnest(ARRAY['spreadsheet_url', 'sheet_url', 'source_url']) AS name
                WHERE metadata ->> name <> '') AS address_count
        FROM (SELECT NEW.metadata AS metadata) AS given, jsonb_each_text(metadata)
        WHERE key IN ('spreadsheet_url', 'sheet_url', 'source_url', 'sheet_name')
            AND value <> ''
    ) AS field;
    NEW.metadata :=
        NEW.metadata - ARRAY['spreadsheet_url', 'sheet_url', 'source_url', 'sheet_name']
        || jsonb_build_object(
            'source_config', source || coalesce(NEW.metadata -> 'source_config', '{}'));
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER move_supplier_source BEFORE INSERT OR UPDATE OF metadata ON suppliers
    FOR EACH ROW
    WHEN (jsonb_typeof(NEW.metadata) = 'object'
        AND NEW.metadata ?| ARRAY['spreadsheet_url', 'sheet_url', 'source_url', 'sheet_name'])
    EXECUTE FUNCTION move_supplier_source();
