-- The partitions of price_history: a month each, in UTC. price_history_past has everything before the
-- oldest month, price_history_future everything after the newest one, so that no insert lacks a
-- partition. There is no default partition: with one, PostgreSQL could not read the partitions in the
-- order of time and stop at the first row found.

-- The partitions by time; lower_bound is null for price_history_past, upper_bound for
-- price_history_future.
CREATE OR REPLACE FUNCTION price_history_partitions()
RETURNS TABLE (name text, lower_bound timestamptz, upper_bound timestamptz)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT relname, (regexp_match(bounds, 'FROM \(''([^'']+)''\)'))[1]::timestamptz,
        (regexp_match(bounds, 'TO \(''([^'']+)''\)'))[1]::timestamptz
    FROM pg_inherits
    JOIN pg_class ON pg_class.oid = inhrelid
    CROSS JOIN pg_get_expr(relpartbound, pg_class.oid) AS bounds
    WHERE inhparent = 'price_history'::regclass
    ORDER BY 2 NULLS FIRST
$$;

-- Creates the partitions of the coming months, up to the third after this one; returns how many were
-- missing. Rows that lie in price_history_future, because nobody did this for months, move to their
-- months.
--
-- Writers and readers of the history wait while it runs, which takes milliseconds; it gives up when it
-- has to wait for them for longer than the timeout.
CREATE OR REPLACE FUNCTION extend_price_history() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '500ms' AS $$
DECLARE
    horizon timestamptz := date_trunc('month', now()) + interval '4 months';
    month timestamptz;
    created integer := 0;
BEGIN
    IF (SELECT max(lower_bound) >= horizon FROM price_history_partitions()) THEN
        RETURN 0;
    END IF;
    LOCK TABLE price_history IN ACCESS EXCLUSIVE MODE;

    month := (SELECT max(lower_bound) FROM price_history_partitions());
    horizon := greatest(horizon, (SELECT date_trunc('month', max(recorded_at)) + interval '1 month'
        FROM price_history_future));
    CREATE TEMPORARY TABLE moved_price_history ON COMMIT DROP AS TABLE price_history_future;
    DROP TABLE price_history_future;
    WHILE month < horizon LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF price_history FOR VALUES FROM (%L) TO (%L)',
            to_char(month, '"price_history_"YYYY"_"MM'), month, month + interval '1 month');
        month := month + interval '1 month';
        created := created + 1;
    END LOOP;
    EXECUTE format('CREATE TABLE price_history_future PARTITION OF price_history
        FOR VALUES FROM (%L) TO (MAXVALUE)', month);
    INSERT INTO price_history SELECT * FROM moved_price_history;
    DROP TABLE moved_price_history;
    RETURN created;
END $$;

-- Drops the months that ended at least `kept_months` ago, never fewer than three; returns how many
-- partitions were dropped. Locks: as above.
CREATE OR REPLACE FUNCTION drop_old_price_history(kept_months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '500ms' AS $$
DECLARE
    cut timestamptz := date_trunc('month', now()) - make_interval(months => greatest(kept_months, 3));
    old_names text[];
    new_start timestamptz;
BEGIN
    SELECT array_agg(name), max(upper_bound) INTO old_names, new_start
    FROM price_history_partitions() WHERE upper_bound <= cut;
    IF old_names IS NULL OR old_names = '{price_history_past}' AND price_history_since() IS NOT NULL
    THEN
        RETURN 0;
    END IF;
    LOCK TABLE price_history IN ACCESS EXCLUSIVE MODE;

    EXECUTE (SELECT 'DROP TABLE ' || string_agg(quote_ident(name), ', ') FROM unnest(old_names) AS name);
    EXECUTE format('CREATE TABLE price_history_past PARTITION OF price_history
        FOR VALUES FROM (MINVALUE) TO (%L)', new_start);
    RETURN cardinality(old_names);
END $$;

-- The time since when every price is known; null if nothing was dropped.
CREATE OR REPLACE FUNCTION price_history_since() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT upper_bound FROM price_history_partitions()
    WHERE lower_bound IS NULL AND NOT EXISTS (SELECT FROM price_history_past)
$$;

REVOKE EXECUTE ON FUNCTION price_history_partitions(), extend_price_history(),
    drop_old_price_history(integer), price_history_since() FROM PUBLIC;
