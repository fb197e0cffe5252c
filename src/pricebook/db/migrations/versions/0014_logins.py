"""Token versions, which revoke tokens after a change of an account; networks of logins.

Both additions touch few rows: a column with a constant default and an empty table.
"""

from pricebook.db.migrations import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the version of an account's tokens, and the table of networks."""
    run_sql("""
        ALTER TABLE users ADD COLUMN token_version integer NOT NULL DEFAULT 0;
        COMMENT ON COLUMN users.token_version IS
            'tokens carry it; a new password, role or activity raises it, and ends older tokens';

        CREATE FUNCTION raise_token_version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.token_version := OLD.token_version + 1;
            RETURN NEW;
        END $$;
        CREATE TRIGGER raise_token_version BEFORE UPDATE ON users
            FOR EACH ROW
            WHEN ((OLD.password_hash, OLD.role, OLD.is_active)
                IS DISTINCT FROM (NEW.password_hash, NEW.role, NEW.is_active))
            EXECUTE FUNCTION raise_token_version();

        CREATE TABLE login_networks (
            user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            network_hash bytea NOT NULL CHECK (length(network_hash) = 32),
            last_login_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (user_id, network_hash)
        );
        COMMENT ON TABLE login_networks IS
            'networks from which users logged in lately, as HMAC-SHA-256';
    """)


def downgrade() -> None:
    """Remove both."""
    run_sql("""
        DROP TABLE login_networks;
        DROP TRIGGER raise_token_version ON users;
        DROP FUNCTION raise_token_version();
        ALTER TABLE users DROP COLUMN token_version;
    """)
