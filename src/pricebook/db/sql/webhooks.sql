-- A webhook that is disabled after a day of failures is an event, for notices and for the others.
CREATE OR REPLACE FUNCTION add_webhook_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO events (type, data) VALUES ('webhook.disabled', jsonb_build_object(
        'webhook_id', NEW.id, 'name', NEW.name, 'url', split_part(NEW.url, '?', 1),
        'failing_since', NEW.failing_since, 'failures', NEW.failures, 'last_error', NEW.last_error));
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION add_webhook_event() FROM PUBLIC;

CREATE OR REPLACE TRIGGER add_webhook_event AFTER UPDATE OF disabled_at ON webhooks
    FOR EACH ROW WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
    EXECUTE FUNCTION add_webhook_event();

-- The API sets a secret and cannot read the one before, which stays valid for a day: receivers change
-- theirs meanwhile.
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
