"""Pages of lists by position: every order, few rows and many, found soon in the order or not."""

from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any, LiteralString

import msgspec
import pytest

from pricebook.db import keyset
from pricebook.db.database import Connection
from pricebook.db.fragments import Fragment, fragment
from pricebook.db.keyset import Listing, Window
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.sort_keys import Key
from pricebook.errors import ValidationError

ROWS = 60
ID = Key("id", "integer")
DESCENDING_ID = Key("id", "integer", is_descending=True)
ORDERS = {
    "name": (Key("name", "text"), ID),
    "-name": (Key("name", "text", is_descending=True), DESCENDING_ID),
    "value": (Key("value", "numeric", is_nullable=True), ID),
    "-value": (Key("value", "numeric", is_descending=True, is_nullable=True), DESCENDING_ID),
    "mixed": (Key("name", "text", is_descending=True), Key("value_or_zero", "numeric"), ID),
}
FILTERS = {
    "all": fragment("true"),
    "half": fragment("id %% 2 = %s", 1),
    "last": fragment("id > %s", ROWS - 5),
    "none": fragment("id < %s", 0),
}


class Row(msgspec.Struct, frozen=True):
    """A row of the table."""

    id: int
    name: str
    value: Decimal | None


@pytest.fixture
async def rows(conn: Connection) -> AsyncIterator[list[Row]]:
    """The rows of a table `listed`, names and values of which are there several times."""
    random = Random(5)  # noqa: S311 (repeatable)
    made = [
        Row(
            number,
            random.choice("abcdé"),
            random.choice([None, None, Decimal(1), Decimal("-2.5"), Decimal(number)]),
        )
        for number in range(ROWS)
    ]
    await conn.execute(
        """
        CREATE TEMPORARY TABLE listed (id integer PRIMARY KEY, name text NOT NULL, value numeric,
            value_or_zero numeric GENERATED ALWAYS AS (coalesce(value, 0)) STORED)
        """
    )
    async with conn.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO listed (id, name, value) VALUES (%s, %s, %s)",
            [msgspec.structs.astuple(row) for row in made],
        )
    await conn.execute("ANALYZE listed")
    yield made
    await conn.execute("DROP TABLE listed")


def listing(
    order: str, passes: Fragment, count_limit: int, near_limit: int | None = None
) -> Listing:
    details: LiteralString = "SELECT id, name, value FROM listed AS row WHERE row.id = page.k2"
    return Listing(
        table="listed",
        keys=ORDERS[order],
        conditions=passes,
        details=details.replace("k2", "k3" if order == "mixed" else "k2"),
        count_limit=count_limit,
        far_probe=None if near_limit is None else passes,
        near_limit=near_limit,
    )


def in_order(rows: list[Row], order: str) -> list[int]:
    """Return the ids of rows in an order, nulls last."""
    is_descending = order.startswith("-")
    if order == "mixed":
        by_rest = sorted(rows, key=lambda row: (row.value or 0, row.id))
        return [row.id for row in sorted(by_rest, key=lambda row: row.name, reverse=True)]
    field = order.removeprefix("-")
    present = [row for row in rows if getattr(row, field) is not None]
    absent = [row for row in rows if getattr(row, field) is None]
    present.sort(key=lambda row: (getattr(row, field), row.id), reverse=is_descending)
    absent.sort(key=lambda row: row.id, reverse=is_descending)
    return [row.id for row in [*present, *absent]]


async def read(conn: Connection, wanted: Listing, window: Window) -> ListPage[Row]:
    return await read_page(conn, wanted, window, as_structs(Row))


@pytest.mark.parametrize("limits", [*product((0, 12, 1000), (3, 1000), (None, 3))])
@pytest.mark.parametrize("case", [(name, order) for name in FILTERS for order in ORDERS])
async def test_walk_meets_every_row_once(
    conn: Connection,
    rows: list[Row],
    case: tuple[str, str],
    limits: tuple[int, int, int | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, order = case
    count_limit, scan_limit, near_limit = limits
    monkeypatch.setattr(keyset, "SCAN_LIMIT", scan_limit)
    passing = {
        "all": rows,
        "half": [row for row in rows if row.id % 2 == 1],
        "last": [row for row in rows if row.id > ROWS - 5],
        "none": [],
    }
    expected = in_order(passing[name], order)
    wanted = listing(order, FILTERS[name], count_limit, near_limit)
    met: list[int] = []
    window = Window(7)
    while True:
        page = await read(conn, wanted, window)
        met += [row.id for row in page.rows]
        if page.is_exact:
            assert page.total_count == len(expected)
        if len(page.rows) < 7:
            break
        window = Window(7, after=page.positions[-1])
    assert met == expected
    by_number = [await read(conn, wanted, Window(7, offset)) for offset in range(0, ROWS, 7)]
    assert [row.id for page in by_number for row in page.rows] == expected


@pytest.mark.usefixtures("rows")
async def test_many_rows_are_counted_on_request_only(conn: Connection) -> None:
    few = await read(conn, listing("name", FILTERS["half"], 1000), Window(5))
    assert (few.total_count, few.is_exact) == (ROWS // 2, True)
    many = await read(conn, listing("name", FILTERS["all"], 10), Window(5))
    assert (many.total_count, many.is_exact) == (ROWS, False)
    counted = await read(conn, listing("name", FILTERS["half"], 10), Window(5, counts_all=True))
    assert (counted.total_count, counted.is_exact) == (ROWS // 2, True)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "after",
    [
        *(["listed", "a", "x"], ["listed", "a", "99999999999"], ["listed 1", "a", "1"]),
        *(["a", "1"], ["listed", "a"], ["listed", "a", "1", "1"], []),
    ],
)
async def test_invalid_position_is_refused(conn: Connection, after: Any) -> None:
    with pytest.raises(ValidationError, match="cursor"):
        await read(conn, listing("name", FILTERS["all"], 10), Window(5, after=after))
