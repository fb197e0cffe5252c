"""The audit log as a page: filters in the address, fields before and afterwards, links."""

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import builders
from console.conftest import HTML, Client, LogInAs, send
from console.fragments import show_text
from pricebook.audit import service
from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Connection

PATH = "/console/administration/audit"


def entry_rows(text: str) -> list[str]:
    """Return the rows of the table of entries."""
    return re.findall(r"<tr>\s*<td class=\"price when\">.*?</tr>", text, re.DOTALL)


async def add_entry(conn: Connection, action: str = "supplier.updated", **fields: object) -> None:
    entity_type = action.partition(".")[0]
    entry = NewEntry(action=action, entity_type=entity_type, **fields)  # pyright: ignore[reportArgumentType]
    await service.insert_entry(conn, entry)


async def test_change_is_shown_with_its_author_and_values(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    product_id = await builders.offered_product(conn, "Hammer", "10", target_price="15")
    path = f"/console/products/{product_id}/target-price"
    response = await send(client, path, target_price="16", before="15.00")
    assert response.status_code < 400, response.text
    text = await show_text(client, f"{PATH}?action=product.updated")
    (row,) = entry_rows(text)
    assert name in row
    assert re.search(
        r"target price</span>\s*<span class=\"diff\"><del>.*15\.00</del>.*16\.00</ins>", row
    )
    assert f'href="/console/products/{product_id}"' in row
    (request_link,) = re.findall(r'href="([^"]+request_id=[^"]+)"', row)
    assert entry_rows(await show_text(client, request_link)) != []


async def test_filters_are_in_the_address_and_combine(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    thing = uuid4()
    await add_entry(conn, entity_id=thing, entity_name="ACME")
    await add_entry(conn, "category.updated", entity_name="Tools")
    for query, shown in (
        ("entity_type=supplier", "ACME"),
        ("action=category.updated", "Tools"),
        (f"entity_id={thing}", "ACME"),
        ("actor=nobody", None),
        ("entity_type=supplier&action=category.updated", None),
        ("entity_type=category&action=category.updated", "Tools"),
        ("entity_type=category&until=2020-01-01", None),
        (f"entity_type=category&since={datetime.now(UTC):%Y-%m-%d}", "Tools"),
    ):
        rows = entry_rows(await show_text(client, f"{PATH}?{query}"))
        assert [shown in row for row in rows if shown] == ([True] if shown else []), query
        assert len(rows) == (1 if shown else 0), query
    text = await show_text(client, f"{PATH}?entity_id={thing}&actor=pricebook")
    assert f'href="{PATH}?actor=pricebook"' in text


async def test_links_lead_to_the_pages_of_products_and_bulk_changes(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    product_id = await builders.offered_product(conn, "Hammer", "10")
    batch_id = await builders.status_batch(conn, product_id)
    matches, task = uuid4(), uuid4()
    await add_entry(conn, batch_id=batch_id, task_id=task)
    await add_entry(conn, batch_id=matches)
    await add_entry(conn, "product.deleted", entity_id=uuid4())
    text = await show_text(client, PATH)
    assert f'href="/console/batches/{batch_id}"' in text
    assert f'href="/console/batches/{matches}"' not in text
    assert f'href="{PATH}?batch_id={matches}"' in text
    assert f'href="/console/imports/{task}"' in text
    deleted = entry_rows(await show_text(client, f"{PATH}?action=product.deleted"))
    assert "/console/products/" not in deleted[0]


async def test_ids_are_shown_by_the_names_of_what_they_mean(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    old, new = await builders.category(conn, "Saws"), await builders.category(conn, "Tools")
    product_id = await builders.product(conn, sku="P-1", category_id=old)
    supplier_id = await builders.supplier(conn, "ACME")
    item_id = await builders.item(conn, supplier_id, sku="A-1")
    await conn.execute("UPDATE products SET category_id = %s", [new])
    await add_entry(
        conn, "item.match_rejected", entity_id=item_id, after={"product_id": str(product_id)}
    )
    gone = uuid4()
    await add_entry(conn, "webhook.deleted", entity_id=gone, before={"supplier_id": str(gone)})
    (moved,) = entry_rows(await show_text(client, f"{PATH}?action=product.updated"))
    assert re.search(r"Saws.*Tools", moved, re.DOTALL)
    (rejected,) = entry_rows(await show_text(client, f"{PATH}?action=item.match_rejected"))
    assert "ACME A-1" in rejected
    assert re.search(r"product</span>\s*P-1", rejected)
    (deleted,) = entry_rows(await show_text(client, f"{PATH}?action=webhook.deleted"))
    assert f"<br>{str(gone)[:8]} " in deleted
    assert str(gone) in deleted
    page = await show_text(client, f"/console/suppliers/{supplier_id}")
    assert f'href="{PATH}?entity_id={supplier_id}"' in page


async def test_nested_values_long_values_and_secrets(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    before = {"source_config": {"url": "https://a.example", "row": 1}, "password_hash": "***"}
    after = {"source_config": {"url": "<b>new</b>", "row": 1}, "password_hash": "***"}
    await add_entry(conn, before=before, after=after)
    await add_entry(conn, "supplier.created", after={"name": "x" * 5000, "kinds": ["a", "b"]})
    response = await client.get(f"{PATH}?entity_type=supplier", headers=HTML)
    assert "source_config.url</span>" in response.text
    assert "source_config.row" not in response.text
    assert "&lt;b&gt;new&lt;/b&gt;" in response.text
    assert ">password</span>" in response.text
    assert "a, b" in response.text
    assert "x" * 300 + "…" in response.text
    assert "x" * 301 not in response.text


async def test_pages_follow_each_other_without_gaps(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    for number in range(120):
        await add_entry(conn, "category.created", entity_name=f"N{number:03}")
    names: list[str] = []
    address = f"{PATH}?entity_type=category"
    while address:
        text = await show_text(client, address)
        names += re.findall(r"<br>(N\d{3})", text)
        found = re.findall(r'rel="next" href="([^"]+)"', text)
        address = found[0] if found else ""
    assert names == [f"N{number:03}" for number in reversed(range(120))]


async def test_refused_filter_is_named_and_kept(client: Client, log_in_as: LogInAs) -> None:
    await log_in_as("admin")
    for query, field in (("entity_id=none", "Only changes of one thing"), ("since=x", "From day")):
        response = await client.get(f"{PATH}?{query}", headers=HTML)
        assert response.status_code == 400
        assert field in response.text
        assert query.partition("=")[2] in response.text


async def test_a_fragment_keeps_the_filters_in_the_address(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    thing = UUID(int=1)
    await add_entry(conn, entity_id=thing)
    response = await client.get(f"{PATH}?entity_id={thing}&actor=", headers={"HX-Request": "true"})
    assert response.headers["hx-replace-url"] == f"{PATH}?entity_id={thing}"
    assert "<h1>" not in response.text
    assert len(entry_rows(response.text)) == 1
