"""Triggers that write the audit of API keys, in place of the program that changes them.

A trigger is created without reading the table, which has a row for each key.
"""

from pricebook.db.migrations import run_sql

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Create the triggers."""
    run_sql(TRIGGERS)


def downgrade() -> None:
    """Drop them: the release before inserts the entries itself."""
    run_sql("""
        DROP TRIGGER audit_created ON api_keys;
        DROP TRIGGER audit_updated ON api_keys;
        DROP TRIGGER audit_revoked ON api_keys;
        DROP TRIGGER audit_deleted ON api_keys;
    """)


TRIGGERS = """
CREATE OR REPLACE TRIGGER audit_created AFTER INSERT ON api_keys
    FOR EACH ROW EXECUTE FUNCTION audit_row('api_key.created', 'id', 'name', 'name', 'role',
        'expires_at');
CREATE OR REPLACE TRIGGER audit_updated
    AFTER UPDATE OF name, role, expires_at, secret_hash ON api_keys
    FOR EACH ROW EXECUTE FUNCTION audit_row('api_key.updated', 'id', 'name', 'name', 'role',
        'expires_at', 'secret_hash');
CREATE OR REPLACE TRIGGER audit_revoked AFTER UPDATE OF revoked_at ON api_keys
    FOR EACH ROW EXECUTE FUNCTION audit_row('api_key.revoked', 'id', 'name', 'revoked_at');
CREATE OR REPLACE TRIGGER audit_deleted AFTER DELETE ON api_keys
    FOR EACH ROW EXECUTE FUNCTION audit_row('api_key.deleted', 'id', 'name', 'name', 'role',
        'expires_at');
"""
