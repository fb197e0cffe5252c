"""price_history in partitions of a month; each row has what it changed.

The existing table becomes the partition of the past: no row is copied. What takes time (minutes at
100 million rows) runs beside readers and writers: validating the upper bound of the past, and
building indexes. These steps can be repeated; until the migration is done, no price can be recorded
after that bound, a month or more ahead.
"""

from pathlib import Path

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.online import autocommit, create_index

revision = "0038"
down_revision = "0037"

FUNCTIONS = Path(__file__).with_name("0038_price_history.sql")


def upgrade() -> None:
    """Prepare the existing table, then attach it to a partitioned one."""
    run_sql(BOUND)
    with autocommit():
        run_sql("ALTER TABLE price_history VALIDATE CONSTRAINT price_history_past_bound")
        run_sql("ALTER TABLE price_history VALIDATE CONSTRAINT price_history_price_check")
        for name, definition in INDEXES.items():
            create_index(name, f"ON price_history {definition}", unique=name.endswith("pkey"))
    run_sql(PARTITIONED)
    for name, definition in INDEXES.items():
        if not name.endswith("pkey"):
            run_sql(f"CREATE INDEX {name.replace('_past', '')} ON price_history {definition}")
    run_sql(FUNCTIONS.read_text("utf-8"))
    run_sql(ATTACHED)


def downgrade() -> None:
    """Make one table of all partitions again: copies the months, and builds its indexes.

    What each row changed is lost. Prices are neither read nor written meanwhile.
    """
    run_sql("""
        LOCK TABLE price_history IN ACCESS EXCLUSIVE MODE;
        DROP FUNCTION price_history_since(), drop_old_price_history(integer),
            extend_price_history(), price_history_partitions();
        ALTER TABLE price_history DETACH PARTITION price_history_past;
        ALTER TABLE price_history_past DROP CONSTRAINT price_history_past_pkey;
        INSERT INTO price_history_past SELECT * FROM price_history;
        DROP TABLE price_history;
        ALTER TABLE price_history_past RENAME TO price_history;
        ALTER TABLE price_history DROP COLUMN old_price, DROP COLUMN change_percent,
            DROP COLUMN product_id, DROP COLUMN margin_change, DROP COLUMN margin_points,
            ADD CONSTRAINT price_history_pkey PRIMARY KEY (id);
        CREATE INDEX price_history_item_idx ON price_history (supplier_item_id, recorded_at);
        CREATE TRIGGER set_updated_at BEFORE UPDATE ON price_history
            FOR EACH ROW EXECUTE FUNCTION set_updated_at();
        CREATE OR REPLACE FUNCTION price_history_after_update() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            EXECUTE $query$
            INSERT INTO price_history (supplier_item_id, price, cost, currency)
            SELECT new_item.id, new_item.current_price, new_item.cost, new_item.currency
            FROM new_items AS new_item
            JOIN old_items AS old_item USING (id)
            WHERE coalesce(new_item.cost, new_item.current_price)
                    <> coalesce(old_item.cost, old_item.current_price)
                OR new_item.currency IS DISTINCT FROM old_item.currency
        $query$;
            RETURN NULL;
        END $$;
    """)


# Every row is below the bound, those too that are written before the exchange.
BOUND = """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'price_history_past_bound') THEN
            SET LOCAL timezone = 'UTC';
            EXECUTE format('ALTER TABLE price_history ADD CONSTRAINT price_history_past_bound
                CHECK (recorded_at < %L) NOT VALID',
                (SELECT date_trunc('month', greatest(max(recorded_at), now())) + interval '2 months'
                 FROM price_history));
        END IF;
    END $$;
    ALTER TABLE price_history
        ADD COLUMN IF NOT EXISTS old_price numeric,
        ADD COLUMN IF NOT EXISTS change_percent numeric,
        ADD COLUMN IF NOT EXISTS product_id uuid,
        ADD COLUMN IF NOT EXISTS margin_change numeric,
        ADD COLUMN IF NOT EXISTS margin_points numeric;
"""

INDEXES = {
    "price_history_past_pkey": "(supplier_item_id, recorded_at, id)",
    "price_history_past_margin_idx": "(coalesce(margin_points, 0), recorded_at, id)"
    " WHERE old_price IS NOT NULL",
    "price_history_past_percent_idx": "(coalesce(change_percent, 'Infinity'), recorded_at, id)"
    " WHERE old_price IS NOT NULL",
    "price_history_past_time_idx": "(recorded_at, id) WHERE old_price IS NOT NULL",
}

PARTITIONED = """
    LOCK TABLE price_history IN ACCESS EXCLUSIVE MODE;
    DROP TRIGGER set_updated_at ON price_history;
    DROP INDEX price_history_item_idx;
    ALTER TABLE price_history
        DROP CONSTRAINT price_history_pkey,
        ADD CONSTRAINT price_history_past_pkey PRIMARY KEY USING INDEX price_history_past_pkey;
    ALTER TABLE price_history RENAME TO price_history_past;

    CREATE TABLE price_history (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        supplier_item_id uuid NOT NULL,
        price numeric NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        cost numeric,
        currency varchar(3),
        old_price numeric,
        change_percent numeric,
        product_id uuid,
        margin_change numeric,
        margin_points numeric,
        PRIMARY KEY (supplier_item_id, recorded_at, id),
        CONSTRAINT price_history_price_check CHECK (price >= 0 AND price < 10000000000)
    ) PARTITION BY RANGE (recorded_at);
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON price_history
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
    COMMENT ON COLUMN price_history.recorded_at IS
        'the moment of writing, under the lock of the item: a transaction that began earlier may '
        'have set its price later';
    COMMENT ON COLUMN price_history.cost IS
        'the same in currency, as the supplier has it; null: price is in that currency';
    COMMENT ON COLUMN price_history.old_price IS
        'the price of the item before; null: its first one, or recorded before this column existed';
    COMMENT ON COLUMN price_history.change_percent IS
        'of price against old_price, two places; null also where old_price is 0';
    COMMENT ON COLUMN price_history.product_id IS
        'the product of the item at that time; it may have been deleted since';
    COMMENT ON COLUMN price_history.margin_change IS
        'by how much the margin of the product changed, as its lowest price did by this row; 0: '
        'another item is the cheapest; null: no product that has a target price';
    COMMENT ON COLUMN price_history.margin_points IS
        'the same in percentage points: of the target price at that time';
"""

ATTACHED = """
    DO $$
    DECLARE
        past_end timestamptz := (
            SELECT (regexp_match(pg_get_constraintdef(oid), '''(.+?)'''))[1]::timestamptz
            FROM pg_constraint WHERE conname = 'price_history_past_bound');
    BEGIN
        SET LOCAL timezone = 'UTC';
        EXECUTE format('ALTER TABLE price_history ATTACH PARTITION price_history_past
            FOR VALUES FROM (MINVALUE) TO (%L)', past_end);
        EXECUTE format('CREATE TABLE price_history_future PARTITION OF price_history
            FOR VALUES FROM (%L) TO (MAXVALUE)', past_end);
        ALTER TABLE price_history_past DROP CONSTRAINT price_history_past_bound;
        PERFORM extend_price_history();
    END $$;
"""
