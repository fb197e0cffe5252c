"""The category filter of the staff list, with and without subcategories."""

from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
PRODUCTS = "/api/v1/admin/products"


async def listed(client: Client, **parameters: Any) -> list[str]:
    """Return the names in all pages of the list; those in the export are the same."""
    names: list[str] = []
    page = 1
    while True:
        response = await client.get(PRODUCTS, params={"page": page, **parameters})
        assert response.status_code == 200, response.text
        body = response.json()
        names += [product["name"] for product in body["data"]]
        if not body["data"] or len(names) == body["total_count"]:
            assert len(names) == body["total_count"]
            break
        page += 1
    filters = {name: value for name, value in parameters.items() if name != "limit"}
    table = (await client.get(f"{PRODUCTS}/export", params=filters)).text.splitlines()[1:]
    assert list(dict.fromkeys(line.split(",")[2] for line in table)) == names
    return names


async def test_category_with_and_without_subcategories(sales: Client, conn: Connection) -> None:
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", tools)
    for name, category_id in [("A", tools), ("B", saws), ("C", None)]:
        await builders.product(conn, name, category_id=category_id, status="draft")
    category = str(tools)
    assert await listed(sales, category_id=category) == ["A"]
    assert await listed(sales, category_id=category, include_subcategories="false") == ["A"]
    assert await listed(sales, category_id=category, include_subcategories="true") == ["A", "B"]
    assert await listed(sales, category_id=str(uuid4()), include_subcategories="true") == []
    await conn.execute("UPDATE categories SET parent_id = %s WHERE id = %s", [saws, tools])
    assert await listed(sales, category_id=category, include_subcategories="true") == ["A", "B"]


@pytest.mark.parametrize(
    "query",
    [
        "include_subcategories=true",
        f"category_id={UUID(int=1)}&include_subcategories=1",
        f"category_id={UUID(int=1)}&include_subcategories=TRUE",
        f"category_id={UUID(int=1)}&include_subcategories=true&include_subcategories=true",
    ],
)
@pytest.mark.parametrize("path", [PRODUCTS, f"{PRODUCTS}/export"])
async def test_invalid_parameter_is_named(sales: Client, path: str, query: str) -> None:
    response = await sales.get(f"{path}?{query}")
    assert response.status_code == 400
    (error,) = response.json()["error"]["details"]["errors"]
    assert (error["in"], error["field"]) == ("query", "include_subcategories")


async def test_pages_equal_a_plain_reading(sales: Client, conn: Connection) -> None:
    rng = Random(7)  # noqa: S311 (no secret)
    categories: list[UUID] = []
    parents: dict[UUID, UUID | None] = {}
    for number in range(15):
        parent = rng.choice(categories) if categories and rng.random() < 0.8 else None
        category_id = await builders.category(conn, str(number), parent)
        categories.append(category_id)
        parents[category_id] = parent
    supplier_id = await builders.supplier(conn)
    rows: list[dict[str, Any]] = []
    for number in range(120):
        row: dict[str, Any] = {
            "name": f"{rng.choice(['Saw', 'Axe'])} {number:03}",
            "status": rng.choice(["draft", "active", "archived"]),
            "category_id": rng.choice([*categories, *[categories[3]] * 20]),
            "target_price": rng.choice([None, "20"]),
        }
        product_id = await builders.product(conn, **row)
        if rng.random() < 0.5:
            await builders.item(conn, supplier_id, "10", product_id=product_id)
            row["supplier"] = True
        rows.append(row)

    def is_inside(category_id: UUID, root: UUID) -> bool:
        at: UUID | None = category_id
        while at is not None and at != root:
            at = parents[at]
        return at == root

    for root in categories:
        for status, search, supplier, margin in [
            (None, None, None, None),
            ("draft", None, None, None),
            ("active", "saw", None, None),
            (None, None, supplier_id, None),
            (None, None, None, 50),
        ]:
            given = {
                "status": status,
                "search": search,
                "supplier_id": supplier and str(supplier),
                "min_margin": margin,
            }
            parameters = {name: value for name, value in given.items() if value is not None}
            expected = sorted(
                row["name"]
                for row in rows
                if is_inside(row["category_id"], root)
                and (status is None or row["status"] == status)
                and (search is None or search in row["name"].lower())
                and (supplier is None or row.get("supplier"))
                and (margin is None or (row.get("supplier") and row["target_price"]))
            )
            shown = await listed(
                sales,
                category_id=str(root),
                include_subcategories="true",
                limit=rng.choice([2, 7, 50]),
                **parameters,
            )
            assert shown == expected, (root, parameters)
