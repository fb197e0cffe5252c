-- The last change of the lowest price of a product, in percent of the price before, to two places;
-- null if there was no price before or is none now, or if the price was zero. The worker clears changes
-- that are long ago. The name puts the trigger before set_updated_at.
CREATE OR REPLACE FUNCTION set_price_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.price_change_percentage := round(
        (NEW.min_price - OLD.min_price) * 100 / nullif(OLD.min_price, 0), 2);
    NEW.price_changed_at := now();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER set_price_change BEFORE UPDATE OF min_price ON products
    FOR EACH ROW WHEN (OLD.min_price IS DISTINCT FROM NEW.min_price)
    EXECUTE FUNCTION set_price_change();
