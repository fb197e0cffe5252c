"""API keys that only read.

The column has a constant default, so no row is read or written; the table has a row for each key.
An API process of the release before does not know the column and accepts changes with such a key:
create read-only keys when the last one is replaced. A downgrade revokes them, so that none of
them gets more rights.
"""

from pricebook.db.migrations import run_sql

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    """Add the column, and show it in the audit log."""
    run_sql("ALTER TABLE api_keys ADD COLUMN read_only boolean NOT NULL DEFAULT false")
    run_sql("COMMENT ON COLUMN api_keys.read_only IS 'whether requests with it change nothing'")
    run_sql(TRIGGERS)


def downgrade() -> None:
    """Revoke read-only keys and drop the column."""
    run_sql("""
        UPDATE api_keys SET revoked_at = now(), revoked_by = 'downgrade'
        WHERE read_only AND revoked_at IS NULL
    """)
    run_sql(TRIGGERS.replace(" read_only,", "").replace(" 'read_only',", ""))
    run_sql("ALTER TABLE api_keys DROP COLUMN read_only")


TRIGGERS = """
CREATE OR REPLACE TRIGGER audit_created AFTER INSERT ON api_keys
    FOR EACH ROW EXECUTE FUNCTION audit_row('api_key.created', 'id', 'name', 'name', 'role',
        'read_only', 'expires_at');
CREATE OR REPLACE TRIGGER audit_updated
    AFTER UPDATE OF name, role, read_only, expires_at, secret_hash ON api_keys
    FOR EACH ROW EXECUTE FUNCTION audit_row('api_key.updated', 'id', 'name', 'name', 'role',
        'read_only', 'expires_at', 'secret_hash');
CREATE OR REPLACE TRIGGER audit_deleted AFTER DELETE ON api_keys
    FOR EACH ROW EXECUTE FUNCTION audit_row('api_key.deleted', 'id', 'name', 'name', 'role',
        'read_only', 'expires_at');
"""
