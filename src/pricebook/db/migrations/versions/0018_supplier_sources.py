"""The source of a price list, as the earlier system wrote it, moves to metadata.source_config.

A trigger moves it in every row that is written from now on: rows may be loaded at any time. The
update touches only rows that have such a field. Creating the trigger locks the table for a moment.
"""

from pricebook.db.migrations import run_sql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the trigger, and let it move what is stored."""
    run_sql(MOVE)
    run_sql("""
        UPDATE suppliers SET metadata = metadata
        WHERE jsonb_typeof(metadata) = 'object'
            AND metadata ?| ARRAY['spreadsheet_url', 'sheet_url', 'source_url', 'sheet_name']
    """)


def downgrade() -> None:
    """Drop the trigger; what it has moved stays, as earlier releases read it there."""
    run_sql("""
        DROP TRIGGER move_supplier_source ON suppliers;
        DROP FUNCTION move_supplier_source();
    """)


MOVE = """
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
"""
