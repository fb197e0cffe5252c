-- updated_at is set by every update that changes the row.
CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;

-- A BEFORE trigger sees a generated column as null: without the assignment every row of products would
-- differ from its old version. That a change of the price is no longer recent is no change of the product.
-- The time never goes back, also by a transaction that began before the last change: who reads what
-- changed since a time misses nothing.
CREATE OR REPLACE FUNCTION set_product_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_text := OLD.search_text;
    IF NEW.min_price IS NOT DISTINCT FROM OLD.min_price
        AND NEW.price_changed_at IS DISTINCT FROM OLD.price_changed_at
    THEN
        RETURN NEW;
    END IF;
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.updated_at := greatest(now(), OLD.updated_at);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON products
    FOR EACH ROW EXECUTE FUNCTION set_product_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON suppliers
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON categories
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON supplier_items
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON price_history
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON ingestion_tasks
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON parsing_logs
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON expected_lists
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON notice_recipients
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON notice_mails
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON sync_schedules
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON quarantined_rows
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON exchange_rates
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON aggregate_refreshes
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON product_imports
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON match_runs
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON pricing_rules
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE ON import_previews
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
-- Of credentials that are set again; another key of the same secret changes nothing.
CREATE OR REPLACE TRIGGER set_updated_at BEFORE UPDATE OF updated_by ON supplier_credentials
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
