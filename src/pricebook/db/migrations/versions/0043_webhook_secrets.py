"""The former secret of a webhook, with which messages are signed, too, for a day after a change."""

from pricebook.db.migrations import run_sql

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Add the columns, and the trigger that fills them."""
    run_sql(COLUMNS)
    run_sql(FUNCTION)


def downgrade() -> None:
    """Drop them: receivers that know the former secret only refuse what is sent from now on."""
    run_sql("""
        DROP TRIGGER keep_former_secret ON webhooks;
        DROP FUNCTION keep_former_secret();
        ALTER TABLE webhooks DROP COLUMN former_secret, DROP COLUMN former_secret_expires_at;
    """)


COLUMNS = """
    ALTER TABLE webhooks ADD COLUMN former_secret bytea,
        ADD COLUMN former_secret_expires_at timestamptz;
    COMMENT ON COLUMN webhooks.former_secret IS
        'messages are signed with it, too, until it expires; read by the worker only';
"""

FUNCTION = """
    CREATE OR REPLACE FUNCTION keep_former_secret() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        NEW.former_secret := OLD.secret;
        NEW.former_secret_expires_at := now() + interval '1 day';
        RETURN NEW;
    END $$;

    REVOKE EXECUTE ON FUNCTION keep_former_secret() FROM PUBLIC;

    CREATE OR REPLACE TRIGGER keep_former_secret BEFORE UPDATE OF secret ON webhooks
        FOR EACH ROW EXECUTE FUNCTION keep_former_secret();
"""
