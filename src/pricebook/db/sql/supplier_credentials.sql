-- Writes the entry of credentials: who they are for and where they are sent. Of the secret it shows that
-- there is one. Those that are deleted with their supplier have no entry of their own.
CREATE OR REPLACE FUNCTION audit_credentials() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    old_fields jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE jsonb_build_object('kind', OLD.kind,
        'name', OLD.name, 'origin', OLD.origin, 'secret', OLD.ciphertext) END;
    new_fields jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE jsonb_build_object('kind', NEW.kind,
        'name', NEW.name, 'origin', NEW.origin, 'secret', NEW.ciphertext) END;
BEGIN
    INSERT INTO audit_log (action, entity_type, entity_id, entity_name, before, after)
    SELECT CASE WHEN TG_OP = 'DELETE' THEN 'supplier.credentials_removed'
            ELSE 'supplier.credentials_set' END,
        'supplier', id, name, audit_difference(old_fields, new_fields),
        audit_difference(new_fields, old_fields)
    FROM suppliers
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.supplier_id ELSE NEW.supplier_id END;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION audit_credentials() FROM PUBLIC;

-- Another key of the same secret does not set updated_by: it is no change.
CREATE OR REPLACE TRIGGER audit_set AFTER INSERT OR UPDATE OF updated_by ON supplier_credentials
    FOR EACH ROW EXECUTE FUNCTION audit_credentials();
CREATE OR REPLACE TRIGGER audit_removed AFTER DELETE ON supplier_credentials
    FOR EACH ROW EXECUTE FUNCTION audit_credentials();
