"""Price changes over HTTP: filters, sort orders, pages, the file, and the sums by supplier."""

import csv
from itertools import product as combinations
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from merge_fixtures import MergeRows, item_row, item_rows
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/admin/price-changes"


@pytest.fixture
async def nordwerk(conn: Connection) -> UUID:
    return await builders.supplier(conn, "Nordwerk")


async def change(
    conn: Connection, supplier_id: UUID, sku: str, prices: tuple[str, str], **product: Any
) -> UUID:
    """Insert an item and change its price; it has a product if its fields are given."""
    product_id = await builders.product(conn, **product) if product else None
    item_id = await builders.item(conn, supplier_id, prices[0], sku=sku, product_id=product_id)
    await conn.execute(
        "UPDATE supplier_items SET current_price = %s WHERE id = %s", [prices[1], item_id]
    )
    return item_id


@pytest.fixture
async def four_changes(conn: Connection, nordwerk: UUID) -> None:
    """A large and a small loss, a gain, and a change of an item without a product."""
    other = await builders.supplier(conn, "Sanchez")
    await change(conn, nordwerk, "small", ("10", "11"), target_price="100")
    await change(conn, other, "gain", ("50", "40"), target_price="100")
    await change(conn, nordwerk, "large", ("100", "120"), target_price="200")
    await change(conn, nordwerk, "free", ("1", "3"))


async def codes(client: Client, **query: Any) -> list[str]:
    response = await client.get(PATH, params=query)
    assert response.status_code == 200, response.text
    return [each["supplier_sku"] for each in response.json()["data"]]


@pytest.mark.usefixtures("four_changes")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("margin_loss", ["large", "small", "free", "gain"]),
        ("margin_gain", ["gain", "free", "small", "large"]),
        ("percent_up", ["free", "large", "small", "gain"]),
        ("percent_down", ["gain", "small", "large", "free"]),
        ("newest", ["free", "large", "gain", "small"]),
    ],
)
async def test_sort_orders_and_pages(sales: Client, sort: str, expected: list[str]) -> None:
    assert await codes(sales, sort=sort) == expected
    found = list[str]()
    cursor: str | None = None
    for _ in expected:
        query = {"sort": sort, "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await sales.get(PATH, params=query)).json()
        found += [each["supplier_sku"] for each in page["data"]]
        cursor = page["next_cursor"]
    assert (found, cursor) == (expected, None)


async def test_pages_neither_repeat_nor_drop_equal_changes(
    sales: Client, conn: Connection, nordwerk: UUID
) -> None:
    for number in range(5):
        await change(conn, nordwerk, f"equal {number}", ("10", "11"))
    for sort in ("margin_loss", "margin_gain", "percent_up", "percent_down", "newest"):
        query: dict[str, Any] = {"sort": sort, "limit": 2}
        found = list[str]()
        while True:
            page = (await sales.get(PATH, params=query)).json()
            found += [each["supplier_sku"] for each in page["data"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert sorted(found) == [f"equal {number}" for number in range(5)], sort


async def test_changes_of_deleted_items_end_no_page(
    sales: Client, conn: Connection, nordwerk: UUID
) -> None:
    """Undoing an import deletes the items that it made; their history is kept."""
    for number in range(4):
        await change(conn, nordwerk, f"item {number}", ("10", "11"))
    await conn.execute("DELETE FROM supplier_items WHERE supplier_sku IN ('item 1', 'item 2')")
    for sort in ("margin_loss", "newest"):
        first = (await sales.get(PATH, params={"sort": sort, "limit": 1})).json()
        query = {"sort": sort, "limit": 1, "cursor": first["next_cursor"]}
        second = (await sales.get(PATH, params=query)).json()
        pages = [[each["supplier_sku"] for each in page["data"]] for page in (first, second)]
        assert sorted(pages) == [["item 0"], ["item 3"]], sort
        assert second["next_cursor"] is None


@pytest.mark.usefixtures("four_changes")
async def test_a_change_has_its_effect(sales: Client) -> None:
    (found,) = (await sales.get(PATH, params={"limit": 1})).json()["data"]
    assert (found["old_price"], found["price"], found["change_percent"]) == ("100.00", "120.00", 20)
    assert (found["margin_change"], found["margin_points"]) == ("-20.00", -10)
    assert (found["margin_before"], found["margin_after"]) == (50, 40)
    assert found["margin_percentage"] == 40
    assert found["supplier_name"] == "Nordwerk"
    assert found["product_name"] == "Hammer"


async def test_margins_of_a_change_are_those_of_its_time(
    sales: Client, conn: Connection, nordwerk: UUID
) -> None:
    """Neither a cheaper item that is linked later nor a new target price changes them."""
    item_id = await change(conn, nordwerk, "risen", ("10", "17"), target_price="30")
    ids = await conn.execute("SELECT product_id FROM supplier_items WHERE id = %s", [item_id])
    ((product_id,),) = await ids.fetchall()
    other = await builders.supplier(conn, "Sanchez")
    await builders.item(conn, other, "5", sku="linked", product_id=product_id)
    await conn.execute("UPDATE supplier_items SET current_price = 4 WHERE supplier_sku = 'linked'")
    await conn.execute("UPDATE products SET target_price = 40")
    found = (await sales.get(PATH)).json()["data"]
    margins = [
        (each["supplier_sku"], each["margin_before"], each["margin_after"]) for each in found
    ]
    assert margins == [("risen", 66.67, 43.33), ("linked", 83.33, 86.67)]
    assert [each["margin_percentage"] for each in found] == [90, 90]


async def test_margins_are_null_without_effect_or_target_price_of_the_time(
    sales: Client, conn: Connection, nordwerk: UUID
) -> None:
    await change(conn, nordwerk, "of a release before", ("1", "3"), target_price="10")
    await conn.execute("UPDATE price_history SET target_price = NULL")
    await change(conn, nordwerk, "free", ("1", "3"))
    found = (await sales.get(PATH)).json()["data"]
    assert [(each["margin_before"], each["margin_after"]) for each in found] == [(None, None)] * 2


@pytest.mark.usefixtures("four_changes")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"direction": "up"}, ["large", "small", "free"]),
        ({"direction": "down"}, ["gain"]),
        ({"linked": "true"}, ["large", "small", "gain"]),
        ({"unaddressed": "true"}, ["large", "small"]),
        ({"unaddressed": "true", "min_percent": "15"}, ["large"]),
        ({"linked": "false"}, ["free"]),
        ({"min_percent": "20"}, ["large", "free", "gain"]),
        ({"min_percent": "20.01"}, ["free"]),
        ({"min_percent": "20", "direction": "up"}, ["large", "free"]),
        ({"min_percent": "20", "direction": "down"}, ["gain"]),
        ({"since": "2020-01-01", "until": "2020-02-01"}, []),
        ({"until": "0001-01-01"}, []),
        ({"until": "9999-12-31"}, ["large", "small", "free", "gain"]),
        ({"since": "2020-01-01"}, ["large", "small", "free", "gain"]),
    ],
)
async def test_filters(sales: Client, query: dict[str, Any], expected: list[str]) -> None:
    assert await codes(sales, **query) == expected


@pytest.mark.usefixtures("four_changes")
async def test_filters_by_supplier_and_category(
    sales: Client, conn: Connection, nordwerk: UUID
) -> None:
    tools = await builders.category(conn, "Tools")
    hammers = await builders.category(conn, "Hammers", tools)
    await change(conn, nordwerk, "hammer", ("10", "20"), target_price="100", category_id=hammers)
    assert await codes(sales, supplier_id=nordwerk) == ["large", "hammer", "small", "free"]
    assert await codes(sales, category_id=hammers) == ["hammer"]
    assert await codes(sales, category_id=tools) == []
    nested: dict[str, Any] = {"category_id": tools, "include_subcategories": "true"}
    assert await codes(sales, **nested) == ["hammer"]
    assert await codes(sales, **nested, supplier_id=nordwerk, min_percent=200) == []
    suppliers = (await sales.get(f"{PATH}/suppliers", params=nested)).json()["data"]
    assert [each["raised"] for each in suppliers] == [1]


async def test_without_since_the_seven_days_before_until_count(
    sales: Client, conn: Connection, nordwerk: UUID
) -> None:
    item_id = await change(conn, nordwerk, "A", ("10", "11"))
    await conn.execute(
        """
        INSERT INTO price_history (supplier_item_id, price, old_price, recorded_at)
        VALUES (%s, 1, 2, '2024-01-05T00:00:00Z')
        """,
        [item_id],
    )
    assert await codes(sales, until="2024-01-12") == ["A"]
    assert await codes(sales, until="2024-01-13") == []


async def test_times_are_inclusive_and_exclusive(
    sales: Client, conn: Connection, nordwerk: UUID
) -> None:
    item_id = await change(conn, nordwerk, "A", ("10", "11"))
    for day in (1, 2, 3):
        await conn.execute(
            """
            INSERT INTO price_history (supplier_item_id, price, old_price, recorded_at)
            VALUES (%s, 1, 2, %s)
            """,
            [item_id, f"2024-01-0{day}T00:00:00Z"],
        )
    query = {"since": "2024-01-01", "until": "2024-01-03T00:00:00Z", "sort": "newest"}
    page = (await sales.get(PATH, params=query)).json()
    assert [each["recorded_at"] for each in page["data"]] == [
        "2024-01-02T00:00:00Z",
        "2024-01-01T00:00:00Z",
    ]


@pytest.mark.usefixtures("four_changes")
@pytest.mark.parametrize("target_price", ["260", "190", None])
async def test_losses_are_addressed_once_the_target_price_changes(
    sales: Client, conn: Connection, target_price: str | None
) -> None:
    await conn.execute(
        "UPDATE products SET target_price = %s WHERE min_price = 120", [target_price]
    )
    assert await codes(sales, unaddressed="true") == ["small"]
    assert await codes(sales, direction="up", linked="true") == ["large", "small"]


@pytest.mark.parametrize("target_price", ["100.01", "99.99", "120"])
async def test_small_loss_is_addressed_once_the_target_price_changes_a_little(
    sales: Client, conn: Connection, nordwerk: UUID, target_price: str
) -> None:
    """The points are rounded: the target price of the time does not follow from them."""
    await change(conn, nordwerk, "small", ("10", "10.05"), target_price="100")
    assert await codes(sales, unaddressed="true") == ["small"]
    await conn.execute("UPDATE products SET target_price = %s", [target_price])
    assert await codes(sales, unaddressed="true") == []


async def test_loss_of_an_earlier_release_is_compared_by_its_points(
    sales: Client, conn: Connection, nordwerk: UUID
) -> None:
    await change(conn, nordwerk, "large", ("10", "20"), target_price="100")
    await conn.execute("UPDATE price_history SET target_price = NULL")
    assert await codes(sales, unaddressed="true") == ["large"]
    await conn.execute("UPDATE products SET target_price = 110")
    assert await codes(sales, unaddressed="true") == []


async def test_change_has_the_task_of_its_import(
    sales: Client, conn: Connection, merge_rows: MergeRows
) -> None:
    """A change that is no import has none."""
    tasks = [(await merge_rows(item_rows(2, price))).task_id for price in ("10.00", "11.00")]
    await merge_rows(item_rows(2, "11.00"))
    await conn.execute("UPDATE supplier_items SET current_price = 12 WHERE supplier_sku = 'A1'")
    third = (await merge_rows([item_row("A1", "13.00"), item_row("A2", "11.00")])).task_id
    page = (await sales.get(PATH, params={"sort": "newest"})).json()
    assert [(each["supplier_sku"], each["price"], each["task_id"]) for each in page["data"]] == [
        ("A1", "13.00", str(third)),
        ("A1", "12.00", None),
        *((code, "11.00", str(tasks[1])) for code in ("A2", "A1")),
    ]
    exported = await sales.get(f"{PATH}/export", params={"import_id": str(tasks[1])})
    lines = list(csv.DictReader(exported.text.splitlines()))
    assert [line["task_id"] for line in lines] == [str(tasks[1])] * 2


@pytest.mark.usefixtures("four_changes")
async def test_the_file_has_all_changes(sales: Client) -> None:
    response = await sales.get(f"{PATH}/export", params={"sort": "newest"})
    assert response.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(response.text.splitlines()))
    assert [line["supplier_sku"] for line in lines] == ["free", "large", "gain", "small"]
    assert lines[1]["margin_points"] == "-10.00"
    assert lines[1]["margin_percentage"] == "40.00"
    response = await sales.get(
        f"{PATH}/export", params={"until": "2020-01-01", "since": "2019-01-01"}
    )
    assert len(response.text.splitlines()) == 1


@pytest.mark.usefixtures("four_changes")
async def test_sums_by_supplier(sales: Client) -> None:
    page = (await sales.get(f"{PATH}/suppliers")).json()
    assert page["total_count"] == 2
    first, second = page["data"]
    assert {name: first[name] for name in first if name != "supplier_id"} == {
        "supplier_name": "Nordwerk",
        "raised": 3,
        "lowered": 0,
        "median_percent": 20,
        "weighted_percent": 20.72,
        "margin_losses": 2,
        "margin_gains": 0,
        "margin_change": "-21.00",
    }
    assert (second["supplier_name"], second["lowered"], second["weighted_percent"]) == (
        *("Sanchez", 1, -20),
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=tomorrow", "since"),
        ("since=2026-02-02&until=2026-02-01", "since"),
        ("min_percent=-1", "min_percent"),
        ("min_percent=NaN", "min_percent"),
        ("direction=sideways", "direction"),
        ("linked=maybe", "linked"),
        ("include_subcategories=true", "include_subcategories"),
        ("sort=name", "sort"),
        ("cursor=abc", "cursor"),
    ],
)
async def test_wrong_values_are_refused(sales: Client, query: str, field: str) -> None:
    paths = ["", "/export", "/suppliers"]
    for path, (name, _) in combinations(paths, [(field, query)]):
        if path and name in {"sort", "cursor"}:
            continue
        response = await sales.get(f"{PATH}{path}?{query}")
        assert response.status_code == 400, response.text
        assert [each["field"] for each in response.json()["error"]["details"]["errors"]] == [name]


async def test_a_cursor_belongs_to_its_filters(
    sales: Client, conn: Connection, nordwerk: UUID
) -> None:
    for number in range(2):
        await change(conn, nordwerk, str(number), ("10", "11"))
    page = (await sales.get(PATH, params={"limit": 1})).json()
    query = {"cursor": page["next_cursor"], "direction": "up"}
    assert (await sales.get(PATH, params=query)).status_code == 400


async def test_a_page_of_unaddressed_losses_looks_at_a_limited_number(
    sales: Client, conn: Connection, nordwerk: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.prices.repository.MAX_LOSSES", 2)
    for number in range(5):
        prices = ("10", f"{20 - number}")
        await change(conn, nordwerk, f"{number}", prices, name=f"P{number}", target_price="100")
    await conn.execute("UPDATE products SET target_price = 90 WHERE name <> 'P4'")
    for sort in ("margin_loss", "percent_up", "newest"):
        pages = list[list[str]]()
        query: dict[str, Any] = {"sort": sort, "unaddressed": "true"}
        while len(pages) < 5:
            page = (await sales.get(PATH, params=query)).json()
            pages.append([each["supplier_sku"] for each in page["data"]])
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert sorted(pages) == [[], [], ["4"]], sort
