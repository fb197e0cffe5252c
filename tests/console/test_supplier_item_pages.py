"""The page of an item of a supplier: its link is taken back there, and made again."""

import builders
from console.conftest import Client, LogInAs
from console.fragments import batch_of, post_fragment, show
from match_fixtures import linked_product
from pricebook.db.database import Connection


async def test_item_is_unlinked_on_its_page_and_linked_again(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    product_id = await builders.product(conn)
    supplier_id = await builders.supplier(conn)
    item_id = await builders.item(conn, supplier_id, product_id=product_id)
    path = f"/console/suppliers/{supplier_id}/items/{item_id}"
    assert f'action="{path}/unlink"' in await show(client, path)
    unlinked = await post_fragment(client, f"{path}/unlink", product_id=product_id)
    assert "The link was taken back." in unlinked.text
    assert f'action="{path}/unlink"' not in unlinked.text
    assert await linked_product(conn, item_id) is None
    undone = await post_fragment(client, f"{path}/undo", batch_id=batch_of(unlinked))
    assert "Taken back." in undone.text
    assert await linked_product(conn, item_id) == product_id
    await log_in_as("sales")
    assert "/unlink" not in await show(client, path)
