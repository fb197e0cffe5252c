"""Products of an applied bulk change that were set back or changed since, and setting one back."""

import re
from html import unescape
from uuid import UUID

import pytest

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show_text
from pricebook.db.database import Connection

FORM = "/console/products/change"


async def applied_batch(client: Client, **fields: str) -> str:
    """Apply a bulk change of all products; return its path."""
    response = await send(client, FORM, **fields)
    path = response.headers["location"]
    await follow(client, await send(client, f"{path}/apply"))
    return path


def outcomes(text: str) -> dict[str, str]:
    """Return the outcome of each product on the page of a batch."""
    rows = re.findall(r'<tr id="product-.+?</tr>', text, re.DOTALL)
    names = [re.findall(r'<a href="/console/products/[^"]+">([^<]+)', row)[0] for row in rows]
    cells = [re.findall(r'<td class="wide">(.*?)</td>', row, re.DOTALL)[-1] for row in rows]
    words = [" ".join(re.sub(r"<[^>]+>", " ", unescape(cell)).split()) for cell in cells]
    return dict(zip(names, words, strict=True))


async def prices(conn: Connection) -> dict[str, str]:
    cursor = await conn.execute("SELECT name, round(target_price, 2)::text FROM products")
    return dict(await cursor.fetchall())


async def set_price(conn: Connection, name: str, price: str) -> None:
    await conn.execute("UPDATE products SET target_price = %s WHERE name = %s", [price, name])


async def test_batch_shows_which_products_still_have_its_values(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    for name in ("Axe", "Hammer", "Saw"):
        await builders.product(conn, name, target_price="10")
    path = await applied_batch(client, price_action="percent", amount="20")
    await set_price(conn, "Hammer", "10")
    await set_price(conn, "Saw", "11")
    assert outcomes(await show_text(client, path)) == {
        "Axe": "applied Set back to 10.00 Axe",
        "Hammer": "set back since",
        "Saw": "changed since: now 11.00",
    }


async def test_one_product_is_set_back_from_the_batch(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    axe = await builders.product(conn, "Axe", target_price="10")
    await builders.product(conn, "Hammer", target_price="10")
    path = await applied_batch(client, price_action="percent", amount="20")
    response = await send(client, f"{path}/set-back", product_id=axe, sort="decrease")
    assert response.headers["location"] == f"{path}?sort=decrease&note=set_back#product-{axe}"
    text = await follow(client, response)
    assert "The product has its values from before this bulk change again." in text
    assert outcomes(text)["Axe"] == "set back since"
    assert await prices(conn) == {"Axe": "10.00", "Hammer": "12.00"}
    again = await follow(client, await send(client, f"{path}/set-back", product_id=axe))
    assert "Nothing was set back: somebody changed the product since." in again
    await follow(client, await send(client, f"{path}/undo"))
    missing = await send(client, f"{path}/set-back", product_id=axe)
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("wanted", "before"),
    [
        ({"new_status": "draft"}, ("active", "Tools", "10.00")),
        ({"new_category": "none", "price_action": "remove"}, ("active", "Tools", "10.00")),
    ],
)
async def test_all_fields_of_the_batch_are_set_back_together(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    wanted: dict[str, str],
    before: tuple[str, ...],
) -> None:
    await log_in_as("procurement")
    tools = await builders.category(conn, "Tools")
    axe = await builders.product(conn, "Axe", target_price="10", category_id=tools)
    path = await applied_batch(client, **wanted)
    assert outcomes(await show_text(client, path)) == {"Axe": "applied Set back Axe"}
    await follow(client, await send(client, f"{path}/set-back", product_id=axe))
    cursor = await conn.execute("""
        SELECT status::text, category.name, round(target_price, 2)::text
        FROM products JOIN categories AS category ON category.id = category_id
    """)
    assert await cursor.fetchall() == [before]
    assert outcomes(await show_text(client, path)) == {"Axe": "set back since"}


async def test_sales_set_back_prices_only(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    axe = await builders.product(conn, "Axe", target_price="10")
    path = await applied_batch(client, new_status="draft")
    await log_in_as("sales")
    assert outcomes(await show_text(client, path)) == {"Axe": "applied"}
    assert (await send(client, f"{path}/set-back", product_id=axe)).status_code == 403
    unknown = await send(client, f"{path}/set-back", product_id=UUID(int=1))
    assert unknown.status_code == 404
