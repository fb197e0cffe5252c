"""Items linked and unlinked on the page of their product."""

from uuid import UUID, uuid4

from httpx import Response

import builders
from console.conftest import HTML, Client, LogInAs, send
from console.fragments import batch_of, post_fragment, show
from match_fixtures import linked_product
from pricebook.db.database import Connection

ATTACK = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def path_of(product_id: UUID) -> str:
    return f"/console/products/{product_id}"


async def post(client: Client, product_id: UUID, action: str, **fields: object) -> Response:
    return await post_fragment(client, f"{path_of(product_id)}/items/{action}", **fields)


async def test_unmatched_item_is_found_by_its_code_linked_and_taken_back(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    product_id = await builders.product(conn)
    item_id = await builders.item(conn, await builders.supplier(conn), sku="NW-77", name="Claw")
    for words in ("NW-77", "claw"):
        text = await show(client, f"{path_of(product_id)}?link={words}")
        assert f'value="{item_id}"' in text
    assert "No unmatched item" in await show(client, f"{path_of(product_id)}?link=nowhere")
    linked = await post(client, product_id, "link", item_id=item_id, link="claw")
    assert "Linked." in linked.text
    assert "Unlink NW-77" in linked.text
    assert "No unmatched item" in linked.text
    assert linked.text.startswith('<main id="content"')
    assert linked.headers["hx-replace-url"] == f"{path_of(product_id)}?link=claw"
    assert await linked_product(conn, item_id) == product_id
    undone = await post(client, product_id, "undo", batch_id=batch_of(linked))
    assert "Taken back." in undone.text
    assert await linked_product(conn, item_id) is None


async def test_item_is_unlinked_and_linked_again_by_undo(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    product_id = await builders.product(conn)
    item_id = await builders.item(conn, await builders.supplier(conn), product_id=product_id)
    unlinked = await post(client, product_id, "unlink", item_id=item_id)
    assert "The link was taken back." in unlinked.text
    assert "No supplier offers it" in unlinked.text
    assert await linked_product(conn, item_id) is None
    await post(client, product_id, "undo", batch_id=batch_of(unlinked))
    assert await linked_product(conn, item_id) == product_id


async def test_what_somebody_changed_meanwhile_is_refused_with_the_reason(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    product_id = await builders.product(conn, sku="SAW-1")
    other = await builders.product(conn, sku="OTHER-1")
    item_id = await builders.item(conn, await builders.supplier(conn), product_id=other)
    for action in ("link", "unlink"):
        refused = await post(client, product_id, action, item_id=item_id)
        assert "Not done. The item is linked to OTHER-1" in refused.text
        assert 'name="batch_id"' not in refused.text
    moved = await post(client, other, "unlink", item_id=item_id)
    await conn.execute("UPDATE supplier_items SET product_id = %s", [product_id])
    left = await post(client, other, "undo", batch_id=batch_of(moved))
    assert "The item is linked to SAW-1 since." in left.text
    assert await linked_product(conn, item_id) == product_id


async def test_link_works_without_scripts_and_refuses_what_is_malformed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    product_id = await builders.product(conn)
    item_id = await builders.item(conn, await builders.supplier(conn))
    response = await send(client, f"{path_of(product_id)}/items/link", item_id=item_id)
    assert "<html" in response.text
    assert await linked_product(conn, item_id) == product_id
    for action in ("link", "unlink", "undo"):
        assert (await post(client, product_id, action, item_id="x")).status_code == 400
    assert (await post(client, uuid4(), "link", item_id=item_id)).status_code == 404


async def test_searching_as_one_types_returns_the_found_items_alone(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    product_id = await builders.product(conn)
    await builders.item(conn, await builders.supplier(conn, ATTACK), sku=ATTACK, name=ATTACK)
    headers = {**HTML, "HX-Request": "true"}
    found = await client.get(f"{path_of(product_id)}?link=script", headers=headers)
    assert found.text.strip().startswith('<div id="link-results"')
    assert "&lt;script&gt;" in found.text
    assert "<script>" not in found.text
    long = await client.get(f"{path_of(product_id)}?link={'x ' * 300}", headers=headers)
    assert 'role="alert"' in long.text
    assert "alert(1)" not in (await show(client, f"{path_of(product_id)}?link={ATTACK}")).replace(
        "alert(1)&", ""
    )


async def test_sales_see_no_way_to_link(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    product_id = await builders.offered_product(conn, "Hammer", "15.00")
    await builders.item(conn, await builders.supplier(conn), sku="NW-77")
    text = await show(client, f"{path_of(product_id)}?link=NW-77")
    assert "NW-77" not in text
    assert "nlink" not in text
