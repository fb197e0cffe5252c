"""Previews of price lists: what a file would change, and its rows, until it is applied.

The new column is null and has no default, so that the table is locked for a moment only.
"""

from pricebook.db.migrations import run_sql

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """Create the tables and the column by which a task imports a preview."""
    run_sql(TABLES)
    run_sql("ALTER TABLE ingestion_tasks ADD COLUMN preview_id uuid")
    run_sql("""
        COMMENT ON COLUMN ingestion_tasks.preview_id IS
            'the preview whose stored rows the task imports; null: it reads its price list'
    """)


def downgrade() -> None:
    """Drop them; a queued task of a preview then reads the uploaded file again."""
    run_sql("ALTER TABLE ingestion_tasks DROP COLUMN preview_id")
    run_sql("DROP TABLE preview_rows, import_previews")


TABLES = """
    CREATE TABLE import_previews (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        supplier_id uuid NOT NULL REFERENCES suppliers ON DELETE CASCADE,
        supplier_name varchar(255) NOT NULL,
        state text NOT NULL DEFAULT 'queued'
            CHECK (state IN ('queued', 'reading', 'ready', 'refused', 'applied', 'discarded')),
        source jsonb NOT NULL,
        file_name varchar(255),
        config jsonb NOT NULL DEFAULT '{}',
        new_layout boolean NOT NULL DEFAULT false,
        created_by varchar(255) NOT NULL,
        created_by_id uuid NOT NULL,
        lease_owner text,
        lease_expires_at timestamptz,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0,
        stage text,
        rows_read integer NOT NULL DEFAULT 0,
        rows_total integer,
        compared_at timestamptz,
        found jsonb,
        count_ignored integer NOT NULL DEFAULT 0,
        result jsonb,
        task_id uuid,
        may_hold boolean NOT NULL DEFAULT false,
        decided_by varchar(255),
        decided_at timestamptz
    );
    CREATE INDEX import_previews_due_idx ON import_previews (next_attempt_at)
        WHERE state IN ('queued', 'reading');
    CREATE INDEX import_previews_newest_idx ON import_previews (created_at, id);
    CREATE INDEX import_previews_supplier_idx ON import_previews (supplier_id);
    COMMENT ON TABLE import_previews IS
        'price lists that were read and compared to be looked at, before anything is imported';
    COMMENT ON COLUMN import_previews.source IS
        'file_path of the stored file; before it is fetched, url or spreadsheet_url';
    COMMENT ON COLUMN import_previews.config IS 'the options of reading that were answered';
    COMMENT ON COLUMN import_previews.compared_at IS
        'when it was compared with the items of the supplier';
    COMMENT ON COLUMN import_previews.result IS
        'what the page shows: sentence, first rows, questions, counts, largest changes';
    COMMENT ON COLUMN import_previews.task_id IS 'the task that imports it';
    COMMENT ON COLUMN import_previews.may_hold IS
        'whether its import is held beyond a safety threshold';
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON import_previews
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();

    CREATE TABLE preview_rows (
        preview_id uuid NOT NULL REFERENCES import_previews ON DELETE CASCADE,
        row_number integer NOT NULL,
        supplier_sku text,
        name text,
        price numeric,
        characteristics jsonb,
        currency text,
        details jsonb,
        availability jsonb,
        next_price numeric,
        next_from date,
        error_type text,
        error_message text,
        row_data jsonb,
        PRIMARY KEY (preview_id, row_number)
    );
    COMMENT ON TABLE preview_rows IS 'the rows of previews, as they were read, until applied';
"""
