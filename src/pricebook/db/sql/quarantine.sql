-- Applies quarantined rows to their items; returns for each row whether it was applied. It was not if
-- the item has another cost than when the row was read, the row was accepted before, a newer price
-- list superseded it, or its cost is no price at the rate of today. The API may execute it, but may
-- write no prices by itself.
--
-- The supplier is locked first, as by an import: neither waits for an item that the other has locked.
-- The lock after it excludes re-computation by new rates (exchange_rates.sql). Rates may have changed
-- since the row was read.
CREATE OR REPLACE FUNCTION accept_quarantined_rows(selected uuid[], decider text)
RETURNS TABLE (row_id uuid, is_accepted boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM suppliers
        WHERE id IN (SELECT supplier_id FROM quarantined_rows WHERE id = ANY (selected))
        ORDER BY id FOR NO KEY UPDATE;
    PERFORM pg_advisory_xact_lock_shared(7301003);
    PERFORM FROM supplier_items
        WHERE id IN (SELECT supplier_item_id FROM quarantined_rows WHERE id = ANY (selected))
        ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM quarantined_rows WHERE id = ANY (selected) ORDER BY id FOR NO KEY UPDATE;

    RETURN QUERY
    WITH today AS MATERIALIZED (
        SELECT found.* FROM (
            SELECT array_agg(DISTINCT currency) AS currencies, min(rate_date) AS since
            FROM quarantined_rows WHERE id = ANY (selected) AND currency IS NOT NULL
        ) AS wanted
        CROSS JOIN LATERAL find_rates_since(wanted.currencies, wanted.since) AS found
    ), priced AS (
        SELECT quarantined.*, coalesce(today.rate, exchange_rate) AS new_rate,
            coalesce(today.rate_date, quarantined.rate_date) AS new_rate_date,
            CASE WHEN quarantined.currency IS NULL THEN price
                ELSE convert_cost(cost, coalesce(today.rate, exchange_rate)) END AS new_price
        FROM quarantined_rows AS quarantined
        LEFT JOIN today ON today.currency = quarantined.currency
        WHERE id = ANY (selected) AND state IN ('open', 'refused') AND superseded_at IS NULL
    ), applied AS (
        UPDATE supplier_items AS item
        SET name = quarantined.name,
            current_price = quarantined.new_price,
            characteristics = quarantined.characteristics,
            currency = quarantined.currency,
            cost = quarantined.cost,
            exchange_rate = quarantined.new_rate,
            rate_date = quarantined.new_rate_date,
            price_details = quarantined.price_details,
            availability = quarantined.availability,
            next_cost = quarantined.next_cost,
            next_from = quarantined.next_from,
            price_outdated_since = NULL,
            absent_since = NULL,
            last_ingested_at = now()
        FROM priced AS quarantined
        WHERE item.id = quarantined.supplier_item_id AND quarantined.new_price IS NOT NULL
            AND (coalesce(item.cost, item.current_price), item.currency)
                IS NOT DISTINCT FROM (quarantined.old_cost, quarantined.old_currency)
        RETURNING quarantined.id
    ), accepted AS (
        UPDATE quarantined_rows
        SET state = 'accepted', decided_by = decider, decided_at = now()
        WHERE id IN (SELECT applied.id FROM applied)
        RETURNING id
    )
    SELECT quarantined.id, accepted.id IS NOT NULL
    FROM quarantined_rows AS quarantined
    LEFT JOIN accepted ON accepted.id = quarantined.id
    WHERE quarantined.id = ANY (selected);
END $$;

REVOKE EXECUTE ON FUNCTION accept_quarantined_rows(uuid[], text) FROM PUBLIC;
