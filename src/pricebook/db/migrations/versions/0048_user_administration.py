"""Admins manage accounts by requests: a sign-out ends all sessions and tokens of a user.

The column is null in all rows, so the table is not rewritten; the triggers are created without
reading it.
"""

from pricebook.db.migrations import run_sql

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """Add the time of the last sign-out, which increments the token version and is audited."""
    run_sql("""
        ALTER TABLE users ADD COLUMN signed_out_at timestamptz;
        COMMENT ON COLUMN users.signed_out_at IS
            'when an admin ended all sessions and tokens of the user';

        CREATE OR REPLACE TRIGGER raise_token_version BEFORE UPDATE ON users
            FOR EACH ROW
            WHEN ((OLD.password_hash, OLD.role, OLD.is_active, OLD.signed_out_at)
                IS DISTINCT FROM (NEW.password_hash, NEW.role, NEW.is_active, NEW.signed_out_at))
            EXECUTE FUNCTION raise_token_version();
        CREATE OR REPLACE TRIGGER audit_signed_out AFTER UPDATE OF signed_out_at ON users
            FOR EACH ROW
            EXECUTE FUNCTION audit_row('user.signed_out', 'id', 'username', 'signed_out_at');
    """)


def downgrade() -> None:
    """Restore the trigger; sessions and tokens that were ended stay ended."""
    run_sql("""
        DROP TRIGGER audit_signed_out ON users;
        CREATE OR REPLACE TRIGGER raise_token_version BEFORE UPDATE ON users
            FOR EACH ROW
            WHEN ((OLD.password_hash, OLD.role, OLD.is_active)
                IS DISTINCT FROM (NEW.password_hash, NEW.role, NEW.is_active))
            EXECUTE FUNCTION raise_token_version();
        ALTER TABLE users DROP COLUMN signed_out_at;
    """)
