"""Failed logins of existing users: their number since the last success, and the time of the last.

A row for each user at most; neither address nor password is stored. Processes of the release before
neither read nor write the table.
"""

from pricebook.db.migrations import run_sql

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    """Create the table."""
    run_sql("""
        CREATE TABLE failed_logins (
            user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
            failures integer NOT NULL DEFAULT 1,
            last_failed_at timestamptz NOT NULL DEFAULT now(),
            recorded_at timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE failed_logins IS 'failed logins of existing users, kept for 90 days';
        COMMENT ON COLUMN failed_logins.failures IS 'since the last successful login';
        COMMENT ON COLUMN failed_logins.recorded_at IS 'time of the last entry in the audit log';
    """)


def downgrade() -> None:
    """Drop the table."""
    run_sql("DROP TABLE failed_logins")
