-- The rate from one currency to another on a day: how many units of `target` one unit of `source` is
-- worth, and the date of that rate. Of the rates that are at most max_age_days old, the newest one is
-- used: as stored, inverted, or a product of two over a third currency, whose date is the older one. At
-- equal dates they are preferred in this order, but one that was set by hand to one from a file. A
-- computed rate has 16 significant digits.
CREATE OR REPLACE FUNCTION find_exchange_rate(
    source text, target text, today date, max_age_days integer
) RETURNS TABLE (rate numeric, rate_date date) LANGUAGE sql STABLE ROWS 1
SET search_path = public, pg_temp AS $$
    WITH newest AS (
        SELECT DISTINCT ON (base, currency) base, currency, date, exchange_rates.rate,
            exchange_rates.source = 'manual' AS is_manual
        FROM exchange_rates
        WHERE date BETWEEN today - max_age_days AND today
        ORDER BY base, currency, date DESC
    ), leg (source, target, date, multiplier, divisor, kind) AS (
        SELECT DISTINCT ON (base, currency) base, currency, date, multiplier, divisor, kind
        FROM (
            SELECT base, currency, date, newest.rate, 1, 1, is_manual FROM newest
            UNION ALL
            SELECT currency, base, date, 1, newest.rate, 2, is_manual FROM newest
        ) AS way (base, currency, date, multiplier, divisor, kind, is_manual)
        ORDER BY base, currency, date DESC, is_manual DESC, kind
    ), path (date, multiplier, divisor, kind, via) AS (
        SELECT date, multiplier, divisor, kind, NULL
        FROM leg
        WHERE leg.source = find_exchange_rate.source AND leg.target = find_exchange_rate.target
        UNION ALL
        SELECT least(first_leg.date, second_leg.date),
            first_leg.multiplier * second_leg.multiplier,
            first_leg.divisor * second_leg.divisor, 3, first_leg.target
        FROM leg AS first_leg
        JOIN leg AS second_leg ON second_leg.source = first_leg.target
        WHERE first_leg.source = find_exchange_rate.source
            AND second_leg.target = find_exchange_rate.target
    ), best AS (
        SELECT date, kind, multiplier, round(multiplier, 50) / divisor AS quotient
        FROM path
        ORDER BY date DESC, kind, via
        LIMIT 1
    )
    SELECT trim_scale(CASE WHEN kind = 1 THEN multiplier
            ELSE round(quotient, 15 - floor(log(quotient))::integer) END), date
    FROM best
$$;

-- Today's rate of each of these currencies in that of the catalog, if it is of the day `since` or
-- later: for items that have a rate of that day.
CREATE OR REPLACE FUNCTION find_rates_since(currencies text[], since date)
RETURNS TABLE (currency text, rate numeric, rate_date date) LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT wanted.currency, found.rate, found.rate_date
    FROM unnest(currencies) AS wanted (currency)
    CROSS JOIN catalog_settings AS catalog
    CROSS JOIN (SELECT (now() AT TIME ZONE 'UTC')::date AS today) AS clock
    CROSS JOIN LATERAL find_exchange_rate(
        wanted.currency, catalog.currency, today, today - since) AS found
$$;

-- A cost in the currency of the catalog, half up to six decimals; null if it is no price there: too
-- high, or 0 although the cost is not.
CREATE OR REPLACE FUNCTION convert_cost(cost numeric, rate numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN round(cost * rate, 6) < 10000000000
        AND (cost = 0 OR round(cost * rate, 6) > 0) THEN round(cost * rate, 6) END
$$;

-- Sets the price of each item in another currency to that of the newest rate; returns how many prices
-- changed. API and worker may execute it; the API may not write prices by itself.
--
-- The lock waits for imports, which hold it in shared mode (imports/exchange.py): they lock many items
-- in another order, and write items with the rates that they have read.
CREATE OR REPLACE FUNCTION recompute_prices(today date, max_age_days integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    recomputed bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7301003);
    PERFORM set_config('pricebook.recomputes_prices', 'on', true);
    EXECUTE $query$
    WITH RECURSIVE held (currency) AS (
        SELECT min(currency) FROM supplier_items WHERE currency IS NOT NULL
        UNION ALL
        SELECT (SELECT min(item.currency) FROM supplier_items AS item
            WHERE item.currency > held.currency)
        FROM held WHERE held.currency IS NOT NULL
    ), newest AS MATERIALIZED (
        SELECT held.currency, found.rate, found.rate_date
        FROM held
        CROSS JOIN catalog_settings AS catalog
        CROSS JOIN LATERAL find_exchange_rate(held.currency, catalog.currency, $1, $2) AS found
    )
    UPDATE supplier_items AS item
    SET current_price = convert_cost(item.cost, newest.rate),
        exchange_rate = newest.rate,
        rate_date = newest.rate_date
    FROM newest
    WHERE item.currency = newest.currency AND item.rate_date <= newest.rate_date
        AND item.current_price <> convert_cost(item.cost, newest.rate)
$query$ USING today, max_age_days;
    GET DIAGNOSTICS recomputed = ROW_COUNT;
    PERFORM set_config('pricebook.recomputes_prices', 'off', true);
    RETURN recomputed;
END $$;

REVOKE EXECUTE ON FUNCTION recompute_prices(date, integer) FROM PUBLIC;
