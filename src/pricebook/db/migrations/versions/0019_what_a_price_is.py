"""What a price is: currency, cost, upcoming price, details; quarantined rows; six decimals.

No table is rewritten: the price columns lose their scale, which keeps the stored values, and the
new ones are null. The checks are NOT VALID, as stored prices fulfil them. A column that a generated
column reads cannot change its type, so a trigger computes the margin from now on.

Reads of products wait while the indexes on the lowest price are built again: PostgreSQL does not
reuse an index with an expression or a condition when the type of its column changes.
"""

from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0019"
down_revision = "0018"

ACCEPT = "accept_quarantined_rows(uuid[], text)"
ACCEPT_FUNCTION = Path(__file__).with_name("0019_accept_quarantined_rows.sql")


def upgrade() -> None:
    """Change the types, add the columns, the table and the functions."""
    run_sql("SET LOCAL maintenance_work_mem = '256MB'")
    run_sql(ITEMS)
    run_sql(HISTORY)
    run_sql(price_history_functions(INSERTED, CHANGED))
    run_sql(PRODUCTS)
    run_sql(TASKS)
    run_sql(QUARANTINE)
    run_sql(ACCEPT_FUNCTION.read_text())
    run_sql(f"REVOKE EXECUTE ON FUNCTION {ACCEPT} FROM PUBLIC")


def downgrade() -> None:
    """Round prices to four decimals and drop the rest; rewrites products, items and history.

    Held price lists in another currency are failed: they would be applied as if in the catalog's.
    """
    run_sql(FAIL_HELD_LISTS)
    run_sql(f"DROP FUNCTION {ACCEPT}")
    run_sql("""
        DROP TABLE quarantined_rows;
        DROP TYPE quarantine_state;
        ALTER TABLE ingestion_tasks DROP COLUMN count_quarantined, DROP COLUMN count_stock_updated,
            DROP COLUMN keeps_thresholds;
        ALTER TABLE held_rows DROP COLUMN currency, DROP COLUMN details, DROP COLUMN availability,
            DROP COLUMN next_price, DROP COLUMN next_from;
        ALTER TABLE held_rows ALTER COLUMN price TYPE numeric(14, 4);
    """)
    run_sql("""
        DROP INDEX supplier_items_upcoming_idx;
        ALTER TABLE supplier_items
            DROP CONSTRAINT supplier_items_current_price_check,
            DROP CONSTRAINT supplier_items_cost_check,
            DROP CONSTRAINT supplier_items_next_check,
            DROP COLUMN currency, DROP COLUMN cost, DROP COLUMN exchange_rate,
            DROP COLUMN rate_date, DROP COLUMN price_details, DROP COLUMN availability,
            DROP COLUMN next_cost, DROP COLUMN next_from, DROP COLUMN price_outdated_since,
            ALTER COLUMN current_price TYPE numeric(14, 4);
        ALTER TABLE supplier_items
            ADD CONSTRAINT supplier_items_current_price_check CHECK (current_price >= 0);
        ALTER TABLE price_history
            DROP CONSTRAINT price_history_price_check, DROP COLUMN cost, DROP COLUMN currency,
            ALTER COLUMN price TYPE numeric(14, 4);
        ALTER TABLE price_history ADD CONSTRAINT price_history_price_check CHECK (price >= 0);
    """)
    run_sql(price_history_functions(INSERTED_BEFORE, CHANGED_BEFORE))
    run_sql("""
        DROP TRIGGER set_product_margin ON products;
        DROP FUNCTION set_product_margin();
        DROP TRIGGER reject_aggregate_update ON products;
        ALTER TABLE products DROP COLUMN margin_percentage;
        ALTER TABLE products
            ALTER COLUMN min_price TYPE numeric(14, 4), ALTER COLUMN max_price TYPE numeric(14, 4);
        ALTER TABLE products ADD COLUMN margin_percentage numeric(20, 2) GENERATED ALWAYS AS (
            sign(target_price - min_price)
                * div(abs(target_price - min_price) * 20000 + target_price, target_price * 2) * 0.01
        ) STORED;
        COMMENT ON COLUMN products.margin_percentage IS
            'of the target price over the lowest price; null without either';
        CREATE INDEX products_margin_idx ON products (margin_percentage, status)
            WHERE margin_percentage IS NOT NULL;
    """)
    run_sql(REJECT_AGGREGATE_UPDATE)
    run_sql(PRODUCT_UPDATED_AT_BEFORE)


FAIL_HELD_LISTS = """
    WITH failed AS (
        UPDATE ingestion_tasks SET state = 'failed', apply_requested_at = NULL,
            errors = '["The release before cannot apply it: import the price list again."]'
        WHERE state = 'held' AND id IN (
            SELECT task_id FROM held_rows
            WHERE currency IS NOT NULL OR price IS NULL AND error_type IS NULL)
        RETURNING id
    )
    DELETE FROM held_rows WHERE task_id IN (SELECT id FROM failed);
"""

REJECT_AGGREGATE_UPDATE = """
    CREATE TRIGGER reject_aggregate_update
        BEFORE UPDATE OF min_price, max_price, supplier_count ON products
        FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION reject_aggregate_update();
"""

ITEMS = """
    ALTER TABLE supplier_items
        DROP CONSTRAINT supplier_items_current_price_check,
        ALTER COLUMN current_price TYPE numeric,
        ADD COLUMN currency varchar(3), ADD COLUMN cost numeric,
        ADD COLUMN exchange_rate numeric, ADD COLUMN rate_date date,
        ADD COLUMN price_details jsonb, ADD COLUMN availability jsonb,
        ADD COLUMN next_cost numeric, ADD COLUMN next_from date,
        ADD COLUMN price_outdated_since timestamptz;
    ALTER TABLE supplier_items
        ADD CONSTRAINT supplier_items_current_price_check CHECK (
            current_price >= 0 AND current_price < 10000000000
            AND round(current_price, 6) = current_price) NOT VALID,
        ADD CONSTRAINT supplier_items_cost_check CHECK (
            currency IS NULL AND cost IS NULL AND exchange_rate IS NULL AND rate_date IS NULL
            OR currency IS NOT NULL AND cost IS NOT NULL AND exchange_rate IS NOT NULL
                AND rate_date IS NOT NULL AND cost >= 0 AND cost < 10000000000
                AND exchange_rate > 0) NOT VALID,
        ADD CONSTRAINT supplier_items_next_check CHECK (
            (next_cost IS NULL) = (next_from IS NULL) AND next_cost >= 0) NOT VALID;
    CREATE INDEX supplier_items_upcoming_idx ON supplier_items (next_from)
        WHERE next_from IS NOT NULL;
    COMMENT ON COLUMN supplier_items.current_price IS
        'comparable cost of one base unit, in the currency of the catalog';
    COMMENT ON COLUMN supplier_items.currency IS
        'currency of the price list; null: that of the catalog';
    COMMENT ON COLUMN supplier_items.cost IS
        'comparable cost of one base unit in currency; null: current_price is the cost';
    COMMENT ON COLUMN supplier_items.exchange_rate IS
        'price of one unit of currency in the currency of the catalog, on rate_date';
    COMMENT ON COLUMN supplier_items.price_details IS
        'how cost was derived, and what else the row says: see PriceDetails; null: nothing';
    COMMENT ON COLUMN supplier_items.availability IS
        'stock and lead time: see Availability; null: unknown';
    COMMENT ON COLUMN supplier_items.next_cost IS 'cost from the day next_from on';
    COMMENT ON COLUMN supplier_items.price_outdated_since IS
        'time of the first price list that has the item without a price; null: the price is current';
"""  # noqa: E501 (a comment is one text)

HISTORY = """
    ALTER TABLE price_history
        DROP CONSTRAINT price_history_price_check,
        ALTER COLUMN price TYPE numeric,
        ADD COLUMN cost numeric,
        ADD COLUMN currency varchar(3);
    ALTER TABLE price_history
        ADD CONSTRAINT price_history_price_check CHECK (price >= 0 AND price < 10000000000)
            NOT VALID;
    COMMENT ON COLUMN price_history.cost IS
        'the same in currency, as the supplier has it; null: price is in that currency';
"""


def price_history_functions(inserted: str, changed: str) -> str:
    """Return the trigger functions that write the history, of these two statements."""
    return f"""
    CREATE OR REPLACE FUNCTION price_history_after_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        {inserted};
        RETURN NULL;
    END $$;

    CREATE OR REPLACE FUNCTION price_history_after_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        EXECUTE $query${changed}$query$;
        RETURN NULL;
    END $$;
    """


INSERTED = """INSERT INTO price_history (supplier_item_id, price, cost, currency)
        SELECT id, current_price, cost, currency FROM new_items"""
CHANGED = """
    INSERT INTO price_history (supplier_item_id, price, cost, currency)
    SELECT new_item.id, new_item.current_price, new_item.cost, new_item.currency
    FROM new_items AS new_item
    JOIN old_items AS old_item USING (id)
    WHERE coalesce(new_item.cost, new_item.current_price)
            <> coalesce(old_item.cost, old_item.current_price)
        OR new_item.currency IS DISTINCT FROM old_item.currency
"""
INSERTED_BEFORE = """INSERT INTO price_history (supplier_item_id, price)
        SELECT id, current_price FROM new_items"""
CHANGED_BEFORE = """
    INSERT INTO price_history (supplier_item_id, price)
    SELECT new_item.id, new_item.current_price
    FROM new_items AS new_item
    JOIN old_items AS old_item USING (id)
    WHERE new_item.current_price <> old_item.current_price
"""

# The BEFORE triggers of a table run in the order of their names: the margin is set before
# set_updated_at compares the row with its old version.
PRODUCTS = (
    """
    DROP TRIGGER reject_aggregate_update ON products;
    ALTER TABLE products ALTER COLUMN margin_percentage DROP EXPRESSION;
    ALTER TABLE products
        ALTER COLUMN min_price TYPE numeric, ALTER COLUMN max_price TYPE numeric;

    CREATE FUNCTION set_product_margin() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.margin_percentage := sign(NEW.target_price - NEW.min_price)
            * div(abs(NEW.target_price - NEW.min_price) * 20000 + NEW.target_price,
                NEW.target_price * 2) * 0.01;
        RETURN NEW;
    END $$;

    CREATE TRIGGER set_product_margin
        BEFORE INSERT OR UPDATE OF target_price, min_price, margin_percentage ON products
        FOR EACH ROW EXECUTE FUNCTION set_product_margin();

    CREATE OR REPLACE FUNCTION set_product_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.search_text := OLD.search_text;
        IF NEW IS DISTINCT FROM OLD THEN
            NEW.updated_at := now();
        END IF;
        RETURN NEW;
    END $$;
"""
    + REJECT_AGGREGATE_UPDATE
)
PRODUCT_UPDATED_AT_BEFORE = """
    CREATE OR REPLACE FUNCTION set_product_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.search_text := OLD.search_text;
        NEW.margin_percentage := OLD.margin_percentage;
        IF NEW IS DISTINCT FROM OLD THEN
            NEW.updated_at := now();
        END IF;
        RETURN NEW;
    END $$;
"""

TASKS = """
    ALTER TABLE ingestion_tasks
        ADD COLUMN count_quarantined integer NOT NULL DEFAULT 0,
        ADD COLUMN count_stock_updated integer NOT NULL DEFAULT 0,
        ADD COLUMN keeps_thresholds boolean NOT NULL DEFAULT false;
    COMMENT ON COLUMN ingestion_tasks.keeps_thresholds IS
        'the request to apply the held price list keeps the safety thresholds: it follows from the '
        'application of an earlier one';
    ALTER TABLE held_rows
        ALTER COLUMN price TYPE numeric,
        ADD COLUMN currency varchar(3), ADD COLUMN details jsonb, ADD COLUMN availability jsonb,
        ADD COLUMN next_price numeric, ADD COLUMN next_from date;
"""

QUARANTINE = """
    CREATE TYPE quarantine_state AS ENUM ('open', 'accepted', 'refused', 'superseded');

    CREATE TABLE quarantined_rows (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        task_id uuid REFERENCES ingestion_tasks ON DELETE SET NULL,
        supplier_id uuid NOT NULL REFERENCES suppliers ON DELETE CASCADE,
        supplier_item_id uuid NOT NULL REFERENCES supplier_items ON DELETE CASCADE,
        row_number integer NOT NULL,
        supplier_sku varchar(255) NOT NULL,
        name varchar(500) NOT NULL,
        price numeric NOT NULL,
        characteristics jsonb NOT NULL,
        currency varchar(3), cost numeric, exchange_rate numeric, rate_date date,
        price_details jsonb, availability jsonb, next_cost numeric, next_from date,
        old_price numeric NOT NULL, old_cost numeric NOT NULL, old_currency varchar(3),
        factor numeric,
        reason text NOT NULL,
        state quarantine_state NOT NULL DEFAULT 'open',
        decided_by varchar(255), decided_at timestamptz, superseded_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE quarantined_rows IS
        'rows whose price is out of line, with the values to apply, until somebody decides';
    COMMENT ON COLUMN quarantined_rows.old_cost IS
        'cost of the item in old_currency when the row was read; accepting it needs this cost still';
    COMMENT ON COLUMN quarantined_rows.factor IS 'new price over old price; null: the old one is 0';
    COMMENT ON COLUMN quarantined_rows.decided_by IS
        'user name; null: not decided';
    COMMENT ON COLUMN quarantined_rows.superseded_at IS
        'time of the import of a newer price list with another price of the item';
    CREATE UNIQUE INDEX quarantined_rows_latest_key ON quarantined_rows (supplier_item_id)
        WHERE state IN ('open', 'refused') AND superseded_at IS NULL;
    CREATE INDEX quarantined_rows_item_idx ON quarantined_rows (supplier_item_id);
    CREATE INDEX quarantined_rows_newest_idx ON quarantined_rows (created_at, id);
    CREATE INDEX quarantined_rows_open_idx ON quarantined_rows (created_at, id)
        WHERE state = 'open';
    CREATE INDEX quarantined_rows_task_idx ON quarantined_rows (task_id);
    CREATE INDEX quarantined_rows_supplier_idx ON quarantined_rows (supplier_id, created_at, id);
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON quarantined_rows
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
"""  # noqa: E501 (the same)
