"""Notices of held, failed and late price lists, and the mails that are made of them.

The trigger needs a lock of the events that waits for running writes of them; readers go on.
"""

from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0042"
down_revision = "0041"

FUNCTION = Path(__file__).with_name("0042_notices.sql")


def upgrade() -> None:
    """Create the tables, and the trigger that fills them."""
    run_sql("LOCK TABLE events, users IN SHARE ROW EXCLUSIVE MODE")
    run_sql(TABLES)
    run_sql(FUNCTION.read_text("utf-8"))


def downgrade() -> None:
    """Drop them, with mails that are not sent."""
    run_sql("LOCK TABLE events, users IN SHARE ROW EXCLUSIVE MODE")
    run_sql("""
        DROP TRIGGER add_notices ON events;
        DROP FUNCTION add_notices();
        DROP TABLE notices, notice_mails, notice_recipients;
    """)


TABLES = """
    CREATE TABLE notice_recipients (
        user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        email varchar(254) NOT NULL,
        kinds text[] NOT NULL
            CHECK (kinds <@ ARRAY['held', 'failed', 'late'] AND cardinality(kinds) > 0),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE notice_recipients IS 'users who receive notices by e-mail, and of what';
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON notice_recipients
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
    CREATE TRIGGER audit_created AFTER INSERT ON notice_recipients
        FOR EACH ROW EXECUTE FUNCTION audit_row('notice_recipient.created', 'user_id', 'email',
            'email', 'kinds');
    CREATE TRIGGER audit_updated AFTER UPDATE OF email, kinds ON notice_recipients
        FOR EACH ROW WHEN ((OLD.email, OLD.kinds) IS DISTINCT FROM (NEW.email, NEW.kinds))
        EXECUTE FUNCTION audit_row('notice_recipient.updated', 'user_id', 'email',
            'email', 'kinds');
    CREATE TRIGGER audit_deleted AFTER DELETE ON notice_recipients
        FOR EACH ROW EXECUTE FUNCTION audit_row('notice_recipient.deleted', 'user_id', 'email',
            'email', 'kinds');

    CREATE TABLE notice_mails (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        recipient varchar(254) NOT NULL,
        subject text NOT NULL,
        body text NOT NULL,
        state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed')),
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        sent_at timestamptz,
        error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX notice_mails_queued_idx ON notice_mails (next_attempt_at) WHERE state = 'queued';
    CREATE INDEX notice_mails_user_idx ON notice_mails (user_id, created_at);
    COMMENT ON COLUMN notice_mails.error IS 'why the last attempt failed';
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON notice_mails
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();

    CREATE TABLE notices (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('held', 'failed', 'late')),
        supplier_id uuid,
        supplier_name varchar(255) NOT NULL,
        task_id uuid,
        reasons jsonb NOT NULL,
        details jsonb NOT NULL,
        mail_id uuid REFERENCES notice_mails ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX notices_pending_idx ON notices (user_id, created_at) WHERE mail_id IS NULL;
    CREATE INDEX notices_supplier_idx ON notices (user_id, supplier_id, kind, created_at);
    CREATE INDEX notices_mail_idx ON notices (mail_id);
    COMMENT ON COLUMN notices.mail_id IS 'the mail that it is in; null: it is not written yet';
"""
