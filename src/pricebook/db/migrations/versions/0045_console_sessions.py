"""Sessions of the console's pages.

A session carries the token version of its account, as tokens do: a new password, role or activity
ends it.
"""

from pricebook.db.migrations import run_sql

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Create the table; the reference to users waits for running writes of accounts."""
    run_sql("""
        CREATE TABLE console_sessions (
            token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
            user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            token_version integer NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            last_used_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX console_sessions_user_idx ON console_sessions (user_id);
        CREATE INDEX console_sessions_expires_idx ON console_sessions (expires_at);
        COMMENT ON TABLE console_sessions IS 'sessions of people in the pages of the console';
        COMMENT ON COLUMN console_sessions.token_hash IS 'SHA-256 of the token in the cookie';
        COMMENT ON COLUMN console_sessions.token_version IS
            'that of the account at the login: a session with another one has ended';
        COMMENT ON COLUMN console_sessions.last_used_at IS 'up to a minute old';
    """)


def downgrade() -> None:
    """Drop the table: everybody has to log in again."""
    run_sql("DROP TABLE console_sessions")
