"""What needs a role today."""

import re

import builders
from console.conftest import HTML, Client, LogInAs
from console.fragments import show
from match_fixtures import examine, pair
from pricebook.db.database import Connection, Database

BAND = re.compile(r"<dt>([^<]*)</dt><dd class=\"number-fact\">(?:<a[^>]*>)?([^<]*)</")


async def test_procurement_sees_unmatched_items_by_their_best_candidate(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await log_in_as("procurement")
    assert BAND.findall(await show(client, "/console")) == []
    await pair(conn)
    await examine(database)
    text = await show(client, "/console")
    counts = dict(BAND.findall(text))
    assert set(counts) == {"certain match", "likely match", "possible match", "no suggestion"}
    assert sorted(counts.values()) == ["0", "0", "0", "1"]
    (band,) = re.findall(r'<a href="/console/matches\?band=(\w+)">1</a>', text)
    assert counts[f"{band} match"] == "1"


async def test_stopped_out_of_line_and_late_price_lists_lead_to_their_imports(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    held = await builders.import_task(conn, supplier_id, state="held")
    imported = await builders.import_task(conn, supplier_id)
    await builders.quarantined_row(conn, imported, await builders.item(conn, supplier_id))
    await conn.execute(
        "INSERT INTO expected_lists (supplier_id, late_since) VALUES (%s, '2026-01-01')",
        [supplier_id],
    )
    await log_in_as("admin")
    text = await show(client, "/console")
    for address in (
        str(held),
        f"{imported}#quarantined",
    ):
        assert f'href="/console/imports/{address}"' in text
    assert f'href="/console/imports?supplier_id={supplier_id}"' in text
    supplier = f'href="/console/suppliers/{supplier_id}"'
    # Price lists that are held, prices out of line, late lists, the newest ones.
    assert text.count(supplier) == 4
    await log_in_as("procurement")
    text = await show(client, "/console")
    assert f'href="/console/imports/{imported}"' in text
    assert text.count(supplier) == 3


async def test_import_that_failed_before_a_successful_one_is_not_listed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    mended, failing = [await builders.supplier(conn) for _ in range(2)]
    old = {"state": "failed", "completed_at": "2026-01-01", "errors": '["It is broken."]'}
    resolved = [await builders.import_task(conn, mended, **old)]
    resolved.append(await builders.import_task(conn, mended, **old, cancelled_by="anna"))
    await builders.import_task(conn, mended)
    await builders.import_task(conn, failing, completed_at="2025-12-31")
    open_ones = [await builders.import_task(conn, failing, **old)]
    open_ones.append(await builders.import_task(conn, failing, **old, cancelled_by="anna"))
    held = await builders.import_task(conn, mended, state="held", completed_at="2026-01-01")
    await log_in_as("admin")
    text = await show(client, "/console")
    shown = [each for each in [*resolved, *open_ones, held] if f"/imports/{each}" in text]
    assert shown == [*open_ones, held]
    assert re.search(r">\s*cancelled<", text)


async def test_fragment_of_an_unknown_path_is_a_toast(client: Client) -> None:
    response = await client.get("/console/nowhere", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["hx-retarget"]) == (404, "#toasts")
    assert "No resource is at /console/nowhere." in response.text


async def test_products_without_a_target_price_are_counted_and_listed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await builders.offered_product(conn, "Priced", "5", target_price="8")
    await builders.offered_product(conn, "Offered", "5")
    await builders.product(conn, "Draft", status="draft")
    await log_in_as("sales")
    home = (await client.get("/console", headers=HTML)).text
    assert "1 active product has no target price." in home
    address = "/console/products?status=active&amp;is_priced=false"
    assert f'href="{address}"' in home
    listed = (await client.get(address.replace("&amp;", "&"), headers=HTML)).text
    assert ">Offered</a>" in listed
    assert ">Priced</a>" not in listed
    assert "is_priced=false" in listed
    change = "/console/products/change?status=active&is_priced=false"
    form = (await client.get(change, headers=HTML)).text
    assert "of products that are active, without a target price" in form
