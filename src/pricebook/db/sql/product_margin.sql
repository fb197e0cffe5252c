-- The margin of a product: (target - lowest) / target * 100, to two places, halves away from zero. In
-- whole hundredths of a percent, because a division rounded twice can be wrong in the last place. Null
-- without a target price or a lowest price. The BEFORE triggers of a table run in the order of their
-- names: the margin is set before set_updated_at compares the row with its old version.
CREATE OR REPLACE FUNCTION set_product_margin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.margin_percentage := sign(NEW.target_price - NEW.min_price)
        * div(abs(NEW.target_price - NEW.min_price) * 20000 + NEW.target_price,
            NEW.target_price * 2) * 0.01;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER set_product_margin
    BEFORE INSERT OR UPDATE OF target_price, min_price, margin_percentage ON products
    FOR EACH ROW EXECUTE FUNCTION set_product_margin();
