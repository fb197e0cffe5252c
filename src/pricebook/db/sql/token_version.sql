-- A new password, role or activity of a user and a sign-out increment token_version, which revokes older
-- tokens and ends the sessions.
CREATE OR REPLACE FUNCTION raise_token_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.token_version := OLD.token_version + 1;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER raise_token_version BEFORE UPDATE ON users
    FOR EACH ROW
    WHEN ((OLD.password_hash, OLD.role, OLD.is_active, OLD.signed_out_at)
        IS DISTINCT FROM (NEW.password_hash, NEW.role, NEW.is_active, NEW.signed_out_at))
    EXECUTE FUNCTION raise_token_version();
