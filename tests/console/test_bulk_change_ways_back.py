"""A bulk change leads back to the list of products as it was: with its sort and its columns."""

import re
from html import unescape

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import post_fragment, show_text
from pricebook.db.database import Connection

LIST = "/console/products"
FORM = "/console/products/change"
VIEW = f"{LIST}?search=hammer&sort=-margin&columns=sku,margin"


def way_back(text: str) -> str:
    (found,) = re.findall(r'<p class="trail"><a href="([^"]+)" data-key="b"', text)
    return unescape(found)


def change_all(text: str) -> str:
    (found,) = re.findall(r'href="([^"]+)" data-key="c"', text)
    return unescape(found)


async def test_sort_and_columns_are_kept_on_each_way_back(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    for name in ("Claw hammer", "Sledge hammer"):
        await builders.offered_product(conn, name, "10", target_price="15")
    await log_in_as("admin")
    listed = await show_text(client, VIEW)
    form = await show_text(client, change_all(listed))
    back = way_back(form)
    assert back == f"{LIST}?search=hammer&sort=-margin&columns=sku%2Cmargin"
    assert f'name="back" value="{back}"' in form
    wanted = {"search": "hammer", "price_action": "percent", "amount": "10", "back": back}
    refused = await send(client, FORM, **{**wanted, "amount": "x"})
    assert way_back(refused.text) == back
    previewed = await send(client, FORM, **wanted)
    address = previewed.headers["location"]
    page = await show_text(client, address)
    assert way_back(page) == back
    path = address.partition("?")[0]
    applied = await post_fragment(client, f"{path}/apply", back=back)
    assert way_back(await show_text(client, applied.headers["hx-push-url"])) == back
    undone = await send(client, f"{path}/undo", back=back)
    assert way_back(await show_text(client, undone.headers["location"])) == back


async def test_plain_list_and_foreign_addresses_add_nothing(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await builders.offered_product(conn, "Claw hammer", "10", target_price="15")
    await log_in_as("admin")
    listed = await show_text(client, f"{LIST}?search=hammer")
    assert change_all(listed) == f"{FORM}?search=hammer"
    form = await show_text(client, f"{FORM}?search=hammer&back=https://elsewhere.example/")
    assert way_back(form) == f"{LIST}?search=hammer"
