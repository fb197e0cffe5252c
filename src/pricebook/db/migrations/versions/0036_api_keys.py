"""API keys of programs; tasks may be requested by one.

A key has no foreign key to the user who created it: it stays when that account is deleted.
"""

from pricebook.db.migrations import run_sql

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Create the table; the requester of a task is the id of a user or of a key."""
    run_sql("""
        CREATE TABLE api_keys (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            name varchar(100) NOT NULL,
            role user_role NOT NULL,
            secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
            expires_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            created_by text NOT NULL,
            last_used_at timestamptz,
            revoked_at timestamptz,
            revoked_by text,
            CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
        );
        CREATE UNIQUE INDEX api_keys_name_key ON api_keys (lower(name))
            WHERE revoked_at IS NULL;
        COMMENT ON TABLE api_keys IS 'keys of programs; a revoked one stays';
        COMMENT ON COLUMN api_keys.secret_hash IS 'SHA-256 of the text of the key';
        COMMENT ON COLUMN api_keys.created_by IS 'the name of who created it';
        COMMENT ON COLUMN api_keys.last_used_at IS 'up to a minute old';
        ALTER TABLE ingestion_tasks DROP CONSTRAINT ingestion_tasks_requested_by_id_fkey;
        COMMENT ON COLUMN ingestion_tasks.requested_by_id IS 'of the user or the API key';
    """)


def downgrade() -> None:
    """Drop the table; tasks of keys lose the id of their requester, and keep its name."""
    run_sql("""
        UPDATE ingestion_tasks SET requested_by_id = NULL
        WHERE requested_by_id NOT IN (SELECT id FROM users);
        ALTER TABLE ingestion_tasks ADD CONSTRAINT ingestion_tasks_requested_by_id_fkey
            FOREIGN KEY (requested_by_id) REFERENCES users ON DELETE SET NULL;
        COMMENT ON COLUMN ingestion_tasks.requested_by_id IS NULL;
        DROP TABLE api_keys;
    """)
