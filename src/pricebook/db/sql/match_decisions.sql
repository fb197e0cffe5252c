-- A decision has the supplier of its item, which stays the same: its index reads the newest decisions
-- of a supplier.
CREATE OR REPLACE FUNCTION set_decision_supplier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.supplier_id := (SELECT supplier_id FROM supplier_items WHERE id = NEW.supplier_item_id);
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER set_decision_supplier BEFORE INSERT ON match_decisions
    FOR EACH ROW EXECUTE FUNCTION set_decision_supplier();
