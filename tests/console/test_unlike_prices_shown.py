"""The notice of prices that are far from those of similar articles, above the apply button."""

import msgspec
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from pricebook.db.database import Connection
from pricebook.imports.preview_schemas import UnlikePrice


async def test_far_prices_are_noticed_above_apply_and_listed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    preview_id = await builders.import_preview(conn, await builders.supplier(conn))
    path = f"/console/imports/previews/{preview_id}"
    assert "of similar articles" not in await show_text(client, path)
    values = {"price": "1250", "currency": "EUR", "similar_to": "Hammers", "usual_price": "16.5"}
    unlike = msgspec.convert(
        {"row_number": 9, "supplier_sku": "H-20", "name": "Sledge", **values}, UnlikePrice
    )
    await conn.execute(
        "UPDATE import_previews SET result = jsonb_set(result, '{unlike}', %s)",
        [Jsonb([msgspec.to_builtins(unlike)])],
    )
    text = await show_text(client, path)
    assert text.index("One new price is more than 50 times") < text.index('data-key="a"')
    table = text[text.index('id="unlike"') :]
    for part in (
        '<td class="number">9</td>',
        "Sledge",
        "H-20",
        "1250.00",
        "16.50",
        "EUR",
        "(Hammers)",
    ):
        assert part in table
