"""A price history of any size, generated in SQL: `fill_history(url, rows=100_000_000)`.

Each week, every supplier changes a part of its prices within an hour, the same part each week.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg

MONTHS = 36
AT_ONCE = 2
MEMORY = "SET maintenance_work_mem = '512MB'; SET work_mem = '512MB'"

# Items as few columns, in the order of suppliers.
ITEMS = """
    CREATE UNLOGGED TABLE bench_items AS
    SELECT row_number() OVER (ORDER BY item.supplier_id, supplier_sku) AS n, item.id,
        item.supplier_id,
        dense_rank() OVER (ORDER BY item.supplier_id) AS supplier, item.product_id,
        item.current_price AS price, product.target_price,
        item.current_price = product.min_price AS is_lowest
    FROM supplier_items AS item JOIN products AS product ON product.id = product_id
"""
MONTH = """
    CREATE TABLE {name} (LIKE price_history INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
    INSERT INTO {name} (supplier_item_id, price, recorded_at, created_at, updated_at, old_price,
        change_percent, product_id, margin_change, margin_points, target_price, supplier_id)
    SELECT item.id, new.price, new.at, new.at, new.at, item.price,
        round((new.price - item.price) * 100 / item.price, 2), item.product_id,
        CASE WHEN is_lowest THEN item.price - new.price ELSE 0 END,
        CASE WHEN is_lowest
            THEN round((item.price - new.price) * 100 / target_price, 2) ELSE 0 END,
        target_price, item.supplier_id
    FROM generate_series(
        '{begin}'::timestamptz, '{end}'::timestamptz - interval '1 second', '7 days') AS week (at)
    CROSS JOIN bench_items AS item
    CROSS JOIN LATERAL (
        SELECT round(item.price * (0.9 + abs(
                hashint8(item.n + extract(epoch FROM week.at)::bigint)::bigint
            ) % 1000 / 4500.0), 2) AS price,
            least(week.at + supplier * interval '1 hour' + item.n % 100000 * interval '1 ms',
                '{end}'::timestamptz - interval '1 second') AS at
    ) AS new
    WHERE abs(hashint8(item.n * 31 + extract(epoch FROM week.at)::bigint)::bigint) % 10000 < {share}
        AND new.at < now();
    ALTER TABLE {name} ADD PRIMARY KEY (supplier_item_id, recorded_at, id);
    CREATE INDEX ON {name} (coalesce(margin_points, 0), recorded_at, id)
        WHERE old_price IS NOT NULL;
    CREATE INDEX ON {name} (coalesce(change_percent, 'Infinity'), recorded_at, id)
        WHERE old_price IS NOT NULL;
    CREATE INDEX ON {name} (recorded_at, id) WHERE old_price IS NOT NULL;
    CREATE INDEX ON {name} (supplier_id, recorded_at) WHERE old_price IS NOT NULL;
    ALTER TABLE price_history ATTACH PARTITION {name} FOR VALUES FROM ('{begin}') TO ('{end}');
"""


def fill_history(url: str, *, rows: int) -> None:
    """Fill the empty history of a database of `sample`, the newest month first."""
    months = [month(number) for number in range(1 - MONTHS, 3)]
    now = datetime.now(UTC)
    weeks = sum(len(weeks_of(begin, end, now)) for begin, end in pairwise(months))
    with psycopg.connect(url) as conn:
        conn.execute(MEMORY)
        conn.execute(ITEMS)
        items = _number(conn, "SELECT count(*) FROM bench_items")
        _create_partitions(conn, months)
    share = round(rows / items / weeks * 10_000)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        filling = [
            pool.submit(_fill_month, url, begin, end, share)
            for begin, end in reversed([*pairwise(months[:-1])])
        ]
        for each in filling:
            each.result()
    with psycopg.connect(url) as conn:
        conn.execute("DROP TABLE bench_items")


def _fill_month(url: str, begin: datetime, end: datetime, share: int) -> None:
    """Fill a month; the partitioned table has no statistics, as autovacuum gathers none for it."""
    name = f"{begin:price_history_%Y_%m}"
    with psycopg.connect(url) as conn:
        conn.execute(MEMORY)
        conn.execute(MONTH.format(name=name, begin=begin, end=end, share=share).encode())
        conn.commit()
        conn.autocommit = True
        conn.execute(f"VACUUM (ANALYZE) {name}".encode())
    print(f"  {begin:%Y-%m} filled", flush=True)


def month(offset: int) -> datetime:
    """Return the beginning of a month, counted from the present one."""
    now = datetime.now(UTC)
    years, index = divmod(now.month - 1 + offset, 12)
    return datetime(now.year + years, index + 1, 1, tzinfo=UTC)


def weeks_of(begin: datetime, end: datetime, now: datetime) -> list[datetime]:
    """Return the times of the price lists of a month."""
    times = [begin + timedelta(days=7 * number) for number in range(5)]
    return [each for each in times if each < end and each < now]


def _create_partitions(conn: psycopg.Connection, months: list[datetime]) -> None:
    """Make the past begin before these months, and create the last of them, which is empty."""
    conn.execute("DROP TABLE price_history_past")
    conn.execute(
        f"""
        CREATE TABLE price_history_past PARTITION OF price_history
            FOR VALUES FROM (MINVALUE) TO ('{months[0]}');
        CREATE TABLE {months[-2]:price_history_%Y_%m} PARTITION OF price_history
            FOR VALUES FROM ('{months[-2]}') TO ('{months[-1]}');
        """.encode()
    )


def _number(conn: psycopg.Connection, statement: str) -> int:
    row = conn.execute(statement.encode()).fetchone()
    if row is None:
        raise LookupError(statement)
    return row[0]
