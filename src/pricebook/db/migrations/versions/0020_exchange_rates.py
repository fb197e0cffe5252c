"""Exchange rates, and the functions that convert costs by them.

The worker and the API may store rates; neither may set a price by them otherwise than by the
function. The index covers only items in another currency than that of the catalog.
"""

from pricebook.db.migrations import run_sql

revision = "0020"
down_revision = "0019"

RECOMPUTE = "recompute_prices(date, integer)"


def upgrade() -> None:
    """Create the table, the index on items and the functions."""
    run_sql(RATES)
    run_sql(FIND_EXCHANGE_RATE)
    run_sql(FIND_RATES_SINCE)
    run_sql(CONVERT_COST)
    run_sql(RECOMPUTE_PRICES)
    run_sql(f"REVOKE EXECUTE ON FUNCTION {RECOMPUTE} FROM PUBLIC")


def downgrade() -> None:
    """Drop them; items keep the price, the rate and its date that they have."""
    run_sql(f"""
        DROP FUNCTION {RECOMPUTE};
        DROP FUNCTION convert_cost(numeric, numeric);
        DROP FUNCTION find_rates_since(text[], date);
        DROP FUNCTION find_exchange_rate(text, text, date, integer);
        DROP INDEX supplier_items_currency_idx;
        DROP TABLE exchange_rates;
    """)


RATES = """
    CREATE TABLE exchange_rates (
        base varchar(3) NOT NULL CHECK (base ~ '^[A-Z]{3}$'),
        currency varchar(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$' AND currency <> base),
        date date NOT NULL,
        rate numeric NOT NULL CHECK (rate > 0 AND rate < 1000000000000 AND scale(rate) <= 12),
        source varchar(255) NOT NULL,
        set_by varchar(255),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (base, currency, date)
    );
    COMMENT ON COLUMN exchange_rates.rate IS 'how many units of currency one unit of base is worth';
    COMMENT ON COLUMN exchange_rates.date IS
        'day of the rate; it holds until there is a newer one, at most RATE_MAX_AGE_DAYS';
    COMMENT ON COLUMN exchange_rates.source IS
        'manual, or the file or address of a list of rates; these never replace a manual one';
    COMMENT ON COLUMN exchange_rates.set_by IS
        'user name of who set it by a request; null: a command or a worker';
    CREATE INDEX exchange_rates_date_idx ON exchange_rates (date);
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON exchange_rates
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
    CREATE INDEX supplier_items_currency_idx ON supplier_items (currency)
        WHERE currency IS NOT NULL;
"""

FIND_EXCHANGE_RATE = """
    CREATE FUNCTION find_exchange_rate(
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
"""

FIND_RATES_SINCE = """
    CREATE FUNCTION find_rates_since(currencies text[], since date)
    RETURNS TABLE (currency text, rate numeric, rate_date date) LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
        SELECT wanted.currency, found.rate, found.rate_date
        FROM unnest(currencies) AS wanted (currency)
        CROSS JOIN catalog_settings AS catalog
        CROSS JOIN (SELECT (now() AT TIME ZONE 'UTC')::date AS today) AS clock
        CROSS JOIN LATERAL find_exchange_rate(
            wanted.currency, catalog.currency, today, today - since) AS found
    $$;
"""

CONVERT_COST = """
    CREATE FUNCTION convert_cost(cost numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN round(cost * rate, 6) < 10000000000
            AND (cost = 0 OR round(cost * rate, 6) > 0) THEN round(cost * rate, 6) END
    $$;
"""

RECOMPUTE_PRICES = """
CREATE FUNCTION recompute_prices(today date, max_age_days integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    recomputed bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7301003);
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
    RETURN recomputed;
END $$;
"""
