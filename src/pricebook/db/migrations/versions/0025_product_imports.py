"""GTIN, MPN and brand of own products, and imports of own products in bulk.

Readers of products wait while these have new columns, so that this is the last statement, and does
not read the table: the columns are null and have no default, and 0027 validates the checks. The
rows of a file are stored with the import and processed in chunks, each in a transaction with its
progress.
"""

from pricebook.db.migrations import run_sql

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add the columns and the tables."""
    run_sql(IMPORTS)
    run_sql(ROWS)
    run_sql("""
        CREATE TRIGGER set_updated_at BEFORE UPDATE ON product_imports
            FOR EACH ROW EXECUTE FUNCTION set_updated_at()
    """)
    run_sql(COLUMNS)


def downgrade() -> None:
    """Drop them, with the GTINs, MPNs and brands of the products."""
    run_sql("""
        DROP TABLE product_import_rows;
        DROP TABLE product_imports;
        ALTER TABLE products DROP COLUMN gtin, DROP COLUMN mpn, DROP COLUMN brand;
    """)


IMPORTS = """
    CREATE TABLE product_imports (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        state task_state NOT NULL DEFAULT 'queued',
        dry_run boolean NOT NULL DEFAULT false,
        file_path text,
        file_name varchar(255),
        sheet_name varchar(255),
        requested_by varchar(255),
        requested_by_id uuid,
        request_id varchar(100),
        idempotency_key varchar(255),
        request_digest bytea,
        started_at timestamptz,
        completed_at timestamptz,
        lease_owner text,
        lease_expires_at timestamptz,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0,
        errors jsonb NOT NULL DEFAULT '[]',
        columns jsonb,
        rows_total integer,
        rows_done integer NOT NULL DEFAULT 0,
        last_row_number integer NOT NULL DEFAULT 0,
        count_new integer NOT NULL DEFAULT 0,
        count_changed integer NOT NULL DEFAULT 0,
        count_unchanged integer NOT NULL DEFAULT 0,
        count_rejected integer NOT NULL DEFAULT 0,
        count_duplicate integer NOT NULL DEFAULT 0
    );
    CREATE INDEX product_imports_newest_idx ON product_imports (created_at, id);
    CREATE INDEX product_imports_open_idx ON product_imports (created_at, id)
        WHERE state IN ('queued', 'running');
    CREATE UNIQUE INDEX product_imports_idempotency_key
        ON product_imports (requested_by_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
    COMMENT ON COLUMN product_imports.columns IS
        'the columns of the file; null until its rows are stored';
    COMMENT ON COLUMN product_imports.last_row_number IS
        'the rows up to this number are processed';
"""

ROWS = """
    CREATE TABLE product_import_rows (
        import_id uuid NOT NULL REFERENCES product_imports ON DELETE CASCADE,
        row_number integer NOT NULL,
        internal_sku text,
        fields jsonb,
        links jsonb,
        cells jsonb,
        outcome text CHECK (outcome IN ('new', 'changed', 'rejected', 'duplicate')),
        changes jsonb,
        error_type text,
        error_message text,
        PRIMARY KEY (import_id, row_number)
    );
    CREATE INDEX product_import_rows_outcome_idx
        ON product_import_rows (import_id, outcome, row_number) WHERE outcome IS NOT NULL;
    COMMENT ON TABLE product_import_rows IS
        'the rows of product imports; those that change nothing are deleted when processed';
"""

COLUMNS = """
    ALTER TABLE products
        ADD COLUMN gtin varchar(14), ADD COLUMN mpn varchar(255), ADD COLUMN brand varchar(255),
        ADD CONSTRAINT products_gtin_check
            CHECK (gtin ~ '^([0-9]{8}|[0-9]{12,14})$') NOT VALID,
        ADD CONSTRAINT products_mpn_check CHECK (mpn <> '') NOT VALID,
        ADD CONSTRAINT products_brand_check CHECK (brand <> '') NOT VALID;
"""
