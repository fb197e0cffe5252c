"""Credentials of the addresses of price lists, encrypted by the programs.

The table is new and empty. Its foreign key locks suppliers against writers for a moment.
"""

from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0053"
down_revision = "0052"

FUNCTION = Path(__file__).with_name("0053_supplier_credentials.sql")


def upgrade() -> None:
    """Create the table and the triggers of its audit."""
    run_sql(TABLE)
    run_sql(FUNCTION.read_text("utf-8"))


def downgrade() -> None:
    """Drop it with all credentials, which have to be set again after another upgrade."""
    run_sql("DROP TABLE supplier_credentials")
    run_sql("DROP FUNCTION audit_credentials()")


TABLE = """
    CREATE TABLE supplier_credentials (
        supplier_id uuid PRIMARY KEY REFERENCES suppliers ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('basic', 'bearer', 'header')),
        name varchar(255) CHECK ((name IS NULL) = (kind = 'bearer')),
        origin text NOT NULL,
        key_id text NOT NULL,
        ciphertext bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        updated_by varchar(255) NOT NULL
    );
    COMMENT ON TABLE supplier_credentials IS
        'credentials by which the price list of a supplier is downloaded';
    COMMENT ON COLUMN supplier_credentials.name IS
        'user name, or name of the header field; null for a bearer token';
    COMMENT ON COLUMN supplier_credentials.origin IS
        'scheme, host and port of the address; they are sent to no other';
    COMMENT ON COLUMN supplier_credentials.key_id IS
        'id of the key of CREDENTIALS_KEY that encrypted the secret; does not disclose the key';
    COMMENT ON COLUMN supplier_credentials.ciphertext IS
        'nonce and secret, encrypted for this supplier, kind, name and origin';
"""
