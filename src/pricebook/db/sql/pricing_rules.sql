-- The price that follows from a cost: with a markup, cost * (1 + percent / 100); with a margin,
-- cost / (1 - percent / 100), of which the cost is the other part. The result is the next price of the
-- form n * step + ending: the one above ('up'), below ('down'), or nearer ('nearest', the upper one if
-- both are as near); always over 0. Compared without a quotient, which would be rounded: a price could
-- be below the margin. Null for a cost of 0 or less, or without a cost.
CREATE OR REPLACE FUNCTION proposed_price(
    cost numeric, method pricing_method, percent numeric, step numeric, ending numeric,
    rounding price_rounding
) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    dividend numeric := cost * CASE method WHEN 'markup' THEN 100 + percent ELSE 100 END;
    divisor numeric := CASE method WHEN 'markup' THEN 100 ELSE 100 - percent END;
    below numeric := (div(dividend - ending * divisor, step * divisor)
        - CASE WHEN dividend < ending * divisor THEN 1 ELSE 0 END) * step + ending;
BEGIN
    IF cost IS NULL OR cost <= 0 THEN
        RETURN NULL;
    ELSIF below > 0 AND (below * divisor = dividend OR rounding = 'down'
        OR rounding = 'nearest' AND 2 * dividend < (2 * below + step) * divisor)
    THEN
        RETURN below;
    END IF;
    RETURN below + step;
END $$;
