"""Products of an applied bulk change that were set back or changed since, and setting one back."""

import re
from html import unescape
from uuid import UUID

import pytest

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, post_fragment, show_text
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
    cells = [re.findall(r'<td class="wide[^"]*">(.*?)</td>', row, re.DOTALL)[-1] for row in rows]
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
        "Hammer": "set back since Set to 12.00 again Hammer",
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
    address = f"{path}?sort=decrease&note=set_back&product_id={axe}#product-{axe}"
    assert response.headers["location"] == address
    text = await follow(client, response)
    assert outcomes(text)["Axe"] == "Axe: set back since Set to 12.00 again Axe"
    assert ">until it was set back </span>12.00</del>" in text
    assert ">now </span>10.00</ins>" in text
    assert await prices(conn) == {"Axe": "10.00", "Hammer": "12.00"}
    again = await follow(client, await send(client, f"{path}/set-back", product_id=axe))
    assert "Nothing was set: the product was changed since." in outcomes(again)["Axe"]
    assert 'class="notice' not in again
    await follow(client, await send(client, f"{path}/undo"))
    missing = await send(client, f"{path}/set-back", product_id=axe)
    assert missing.status_code == 404


async def test_batch_counts_what_was_set_back(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    axe = await builders.offered_product(conn, "Axe", "8", target_price="10")
    await builders.offered_product(conn, "Hammer", "8", target_price="10")
    path = await applied_batch(client, price_action="percent", amount="60")
    assert "set back since" not in await show_text(client, "/console/batches")
    applied = await show_text(client, path)
    assert "</span>20.00</del>" in applied
    assert "</span>50.00</ins>" in applied
    assert "<dt>Set back since</dt><dd>0</dd>" in applied
    text = await follow(client, await send(client, f"{path}/set-back", product_id=axe))
    assert "Applied to 2 products. 1 was set back since." in text
    assert "<dt>Set back since</dt><dd>1</dd>" in text
    assert "<dt>Changed since</dt><dd>0</dd>" in text
    assert "</span>35.00</ins>" in text
    assert "1 set back since" in await show_text(client, "/console/batches")


async def test_product_is_set_back_and_again_without_leaving_the_page(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    axe = await builders.product(conn, "Axe", target_price="10")
    path = await applied_batch(client, price_action="percent", amount="20")
    before = await show_text(client, path)
    assert f'hx-post="{path}/set-back" hx-target="#batch"' in before
    set_back = await post_fragment(client, f"{path}/set-back", product_id=str(axe))
    assert set_back.status_code == 200
    assert set_back.text.lstrip().startswith('<section id="batch"')
    assert await prices(conn) == {"Axe": "10.00"}
    assert before.count("<dt>") == set_back.text.count("<dt>")  # what is below stays where it is
    assert before.count('class="notice') == set_back.text.count('class="notice')
    button = f'id="set-wide-{axe}"'
    assert (before.count(button), set_back.text.count(button)) == (1, 1)
    again = await post_fragment(client, f"{path}/set-back", product_id=str(axe), again="1")
    assert outcomes(again.text) == {"Axe": "Axe: applied Set back to 10.00 Axe"}
    assert await prices(conn) == {"Axe": "12.00"}


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
    assert outcomes(await show_text(client, path)) == {"Axe": "set back since Set again Axe"}


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


async def test_sentence_about_what_was_done_is_scrolled_to(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    await builders.product(conn, "Axe", target_price="10")
    response = await send(client, FORM, price_action="percent", amount="20")
    for text in (
        await follow(client, response),
        await show_text(client, await applied_batch(client, price_action="percent", amount="30")),
    ):
        assert 'hx-swap="outerHTML show:window:top"' in text


async def test_hints_of_letters_can_be_hidden_while_a_menu_has_the_focus(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    await builders.product(conn, "Axe")
    text = await show_text(client, FORM)
    assert '<kbd class="letter" aria-hidden="true">r</kbd>' in text
    assert '<kbd aria-hidden="true">Enter</kbd>' in text
