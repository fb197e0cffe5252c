"""A merge moves all that a category has to another one, or nothing."""

import asyncio
from uuid import UUID, uuid4

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.categories import category_merge_repository, service
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

Client = AsyncTestClient[Litestar]
CATEGORIES = "/api/v1/admin/categories"


async def merge(client: Client, category_id: UUID, into_id: UUID) -> Response:
    return await client.post(f"{CATEGORIES}/{category_id}/merge", json={"into_id": str(into_id)})


async def paths(conn: Connection) -> set[tuple[str, str | None]]:
    """Each category's name with its parent's."""
    cursor = await conn.execute("""
        SELECT child.name, parent.name FROM categories AS child
        LEFT JOIN categories AS parent ON parent.id = child.parent_id
    """)
    return {(name, parent) for name, parent in await cursor.fetchall()}


async def test_merge_moves_products_subcategories_and_rules(
    procurement: Client, conn: Connection
) -> None:
    saws, tools = await builders.category(conn, "Saws"), await builders.category(conn, "Tools")
    await builders.category(conn, "Jigsaws", saws)
    for status in ("active", "archived"):
        await builders.product(conn, status=status, category_id=saws)
    rule_id = await builders.pricing_rule(conn, "Of saws", category_id=saws)
    response = await merge(procurement, saws, tools)
    assert response.status_code == 200, response.text
    merged = response.json()
    assert merged["into"]["name"] == "Tools"
    counts = (merged["products"], merged["subcategories"], merged["pricing_rules"])
    assert counts == (2, 1, 1)
    assert await paths(conn) == {("Tools", None), ("Jigsaws", "Tools")}
    moved = "SELECT count(*) FROM products WHERE category_id = %s"
    assert await fetch_value(conn, moved, [tools]) == 2
    rule = "SELECT category_id FROM pricing_rules WHERE id = %s"
    assert await fetch_value(conn, rule, [rule_id]) == tools


async def test_the_limit_of_a_statement_is_none_of_the_products(
    procurement: Client, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MERGE_SECONDS", 1)
    monkeypatch.setattr(category_merge_repository, "MOVED_AT_ONCE", 1)
    old, new = await builders.category(conn, "Old"), await builders.category(conn, "New")
    for _ in range(6):
        await builders.product(conn, category_id=old)
    await conn.execute("""
        CREATE FUNCTION pg_temp.wait() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$
    """)
    await conn.execute("""
        CREATE TRIGGER wait AFTER UPDATE ON products FOR EACH ROW EXECUTE FUNCTION pg_temp.wait()
    """)
    response = await merge(procurement, old, new)
    assert response.status_code == 200, response.text
    assert response.json()["products"] == 6
    await conn.execute("DROP TRIGGER wait ON products")


async def test_merge_into_the_parent_frees_the_own_name(
    procurement: Client, conn: Connection
) -> None:
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", tools)
    await builders.category(conn, "Saws", saws)
    assert (await merge(procurement, saws, tools)).status_code == 200
    assert await paths(conn) == {("Tools", None), ("Saws", "Tools")}


async def test_merge_into_itself_below_or_nowhere_is_refused(
    procurement: Client, conn: Connection
) -> None:
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", await builders.category(conn, "Cutting", tools))
    for into_id in (tools, saws, uuid4()):
        response = await merge(procurement, tools, into_id)
        assert response.status_code == 400
        assert response.json()["error"]["details"]["errors"][0]["field"] == "into_id"
    assert (await merge(procurement, uuid4(), tools)).status_code == 404
    assert len(await paths(conn)) == 3


async def test_subcategory_of_one_name_under_both_is_named_and_nothing_moves(
    procurement: Client, conn: Connection
) -> None:
    old, new = await builders.category(conn, "Old"), await builders.category(conn, "New")
    product_id = await builders.product(conn, category_id=old)
    for parent_id in (old, new):
        await builders.category(conn, "Hammers", parent_id)
    response = await merge(procurement, old, new)
    assert response.status_code == 409
    assert "Old and New both have a subcategory Hammers" in response.json()["detail"]
    kept = "SELECT category_id FROM products WHERE id = %s"
    assert await fetch_value(conn, kept, [product_id]) == old


@pytest.mark.parametrize("number", range(3))
async def test_products_that_come_during_a_merge_keep_a_category(
    procurement: Client, conn: Connection, number: int
) -> None:
    old, new = await builders.category(conn, "Old"), await builders.category(conn, "New")
    bodies = [{"name": f"P{number}-{each}", "category_id": str(old)} for each in range(20)]
    responses = await asyncio.gather(
        *(procurement.post("/api/v1/admin/products", json=body) for body in bodies[:10]),
        merge(procurement, old, new),
        *(procurement.post("/api/v1/admin/products", json=body) for body in bodies[10:]),
    )
    assert {each.status_code for each in responses} <= {200, 201, 400}
    lost = "SELECT count(*) FROM products WHERE category_id IS DISTINCT FROM %s"
    assert await fetch_value(conn, lost, [new]) == 0
