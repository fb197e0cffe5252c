"""Webhooks: their state, and their deliveries of 30 days.

The secret is stored as it is: the worker signs with it, and only its role may read it.
"""

from pricebook.db.migrations import run_sql

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Create the tables, the function and its trigger."""
    run_sql(TABLES)
    run_sql(FUNCTION)


def downgrade() -> None:
    """Drop all webhooks with their deliveries; their events stay."""
    run_sql("""
        DROP TABLE webhook_deliveries, webhooks;
        DROP FUNCTION add_webhook_event();
    """)


TABLES = """
    CREATE TABLE webhooks (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name varchar(100) NOT NULL,
        url varchar(2000) NOT NULL CHECK (url LIKE 'https://%'),
        types text[] NOT NULL,
        secret bytea NOT NULL CHECK (length(secret) >= 24),
        position bigint NOT NULL,
        is_active boolean NOT NULL DEFAULT true,
        failures integer NOT NULL DEFAULT 0,
        failing_since timestamptz,
        last_error text,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        disabled_at timestamptz,
        lease_token uuid,
        lease_expires_at timestamptz NOT NULL DEFAULT '-infinity',
        created_at timestamptz NOT NULL DEFAULT now(),
        created_by text NOT NULL
    );
    CREATE UNIQUE INDEX webhooks_name_key ON webhooks (lower(name));
    COMMENT ON COLUMN webhooks.types IS 'of the events that are sent; empty: all';
    COMMENT ON COLUMN webhooks.secret IS 'key of the signatures; read by the worker only';
    COMMENT ON COLUMN webhooks.position IS 'of the last event that was taken for delivery';
    COMMENT ON COLUMN webhooks.failures IS 'since the last success';
    COMMENT ON COLUMN webhooks.disabled_at IS
        'set by a worker after a day of failures or a status 410; not when a person pauses it';
    CREATE TABLE webhook_deliveries (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('event', 'resend', 'test')),
        event_id uuid NOT NULL,
        position bigint,
        type text NOT NULL,
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
        attempts integer NOT NULL DEFAULT 0,
        status integer,
        error text,
        milliseconds integer,
        created_at timestamptz NOT NULL DEFAULT now(),
        attempted_at timestamptz
    );
    CREATE INDEX webhook_deliveries_newest_idx ON webhook_deliveries
        (webhook_id, created_at DESC, id DESC);
    CREATE INDEX webhook_deliveries_pending_idx ON webhook_deliveries (webhook_id)
        WHERE state = 'pending';
    CREATE INDEX webhook_deliveries_created_at_idx ON webhook_deliveries (created_at);
    COMMENT ON COLUMN webhook_deliveries.event_id IS
        'sent as webhook-id; of a test, an id of its own; the event may be deleted by now';
    COMMENT ON COLUMN webhook_deliveries.kind IS
        'an event in the order of the feed is attempted again; the others are requested, sent once';
"""

FUNCTION = """
    CREATE OR REPLACE FUNCTION add_webhook_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO events (type, data) VALUES ('webhook.disabled', jsonb_build_object(
            'webhook_id', NEW.id, 'name', NEW.name, 'url', split_part(NEW.url, '?', 1),
            'failing_since', NEW.failing_since, 'failures', NEW.failures,
            'last_error', NEW.last_error));
        RETURN NULL;
    END $$;

    REVOKE EXECUTE ON FUNCTION add_webhook_event() FROM PUBLIC;

    CREATE OR REPLACE TRIGGER add_webhook_event AFTER UPDATE OF disabled_at ON webhooks
        FOR EACH ROW WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
        EXECUTE FUNCTION add_webhook_event();
"""
