"""The margin before and after in previews of target prices, by the rules of a product's page."""

import re
from uuid import UUID

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show_text
from pricebook.db.database import Connection

FORM = "/console/products/change"
RULES = "/console/rules"


def cell_of(text: str, product_id: UUID, place: int) -> str:
    """Return the text of a cell of a product, counted from the end of its row."""
    (row,) = re.findall(rf'<tr id="product-{product_id}">(.*?)</tr>', text, re.DOTALL)
    plain = [re.sub(r"<[^>]+>", "", each) for each in row.split("</td>")[:-1]]
    return " ".join(plain[place].split())


def mean(text: str) -> str:
    (found,) = re.findall(r"<dt>Mean margin, %</dt><dd>(.*?)</dd>", text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", found).split())


async def test_rule_shows_the_margin_of_the_old_and_the_new_price(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    await builders.pricing_rule(conn, "A fourth on it", method="markup", percent=25)
    raised = await builders.offered_product(conn, "Anvil", "8", target_price="9")
    lowered = await builders.offered_product(conn, "Hammer", "8", target_price="16")
    first = await builders.offered_product(conn, "Saw", "8")
    text = await follow(client, await send(client, f"{RULES}/preview"))
    assert cell_of(text, raised, -2) == "before 11.11 → now 20.00 ▲ +8.89 points better"
    assert cell_of(text, lowered, -2) == "before 50.00 → now 20.00 ▼ -30.00 points worse"
    assert cell_of(text, first, -2) == "before – → now 20.00"
    assert mean(text) == "before 30.56 → now 20.00 ▼ -10.56 points worse"
    assert "25 % on it give a margin of 20 %" in text
    path = f"/console/batches/{re.findall(r'/console/batches/([0-9a-f-]{36})/apply', text)[0]}"
    await follow(client, await send(client, f"{path}/apply"))
    product = await show_text(client, f"/console/products/{raised}")
    assert "<dt>Margin</dt><dd>20.00 %" in product
    undone = await follow(client, await send(client, f"{path}/undo"))
    assert cell_of(undone, raised, -3) == (
        "until it was undone 20.00 → now 11.11 ▼ -8.89 points worse"
    )


async def test_removed_price_and_one_below_the_lowest_price_show_it(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    product_id = await builders.offered_product(conn, "Anvil", "8", target_price="10")
    text = await follow(client, await send(client, FORM, price_action="remove"))
    assert cell_of(text, product_id, -1) == "before 20.00 → now –"
    text = await follow(client, await send(client, FORM, price_action="set", amount="5"))
    assert cell_of(text, product_id, -1) == (
        "before 20.00 → now -60.00 below the lowest price ▼ -80.00 points worse"
    )
    assert '<span class="worse">-60.00' in text


async def test_product_without_a_supplier_has_no_margin(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    product_id = await builders.product(conn, "Anvil", target_price="10")
    text = await follow(client, await send(client, FORM, price_action="set", amount="5"))
    assert cell_of(text, product_id, -1) == "–"
