"""User accounts."""

from pricebook.db.migrations import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the accounts."""
    run_sql("""
        CREATE TYPE user_role AS ENUM ('sales', 'procurement', 'admin');

        CREATE TABLE users (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            username varchar(255) NOT NULL CHECK (length(username) >= 3),
            password_hash text NOT NULL,
            role user_role NOT NULL,
            is_active boolean NOT NULL DEFAULT true,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE UNIQUE INDEX users_username_key ON users (lower(username));
        CREATE TRIGGER set_updated_at BEFORE UPDATE ON users
            FOR EACH ROW EXECUTE FUNCTION set_updated_at();
    """)


def downgrade() -> None:
    """Drop the accounts."""
    run_sql("""
        DROP TABLE users;
        DROP TYPE user_role;
    """)
