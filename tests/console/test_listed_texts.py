"""Prices of a preview as they are listed, with what each is for and the tax."""

from decimal import Decimal
from typing import Any

import pytest
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from pricebook.console.page_texts import load_texts
from pricebook.console.previews.listed_texts import listed_price
from pricebook.db.database import Connection
from pricebook.imports.preview_schemas import PreviewChange

PREVIEWS = "/console/imports/previews"


def change(details: str | None = None, **fields: Any) -> PreviewChange:
    fields = {"old_price": None, "new_price": Decimal("0.125"), "percent": None} | fields
    return PreviewChange("new", 2, "A-1", "Screw", details=details, **fields)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (change(), "0.125 USD each, VAT not stated"),
        (
            change(
                '{"list_price": 12.50, "price_quantity": 100, "unit": "H87"}',
                currency="EUR",
                vat_included=False,
            ),
            "12.50 EUR per 100 pieces, without VAT",
        ),
        (change('{"unit": "H87"}', vat_included=True), "0.125 USD per piece, with VAT"),
        (change('{"unit": "MTR"}'), "0.125 USD per m, VAT not stated"),
        (change('{"unit_text": "Bogen"}'), "0.125 USD per Bogen, VAT not stated"),
        (
            change('{"list_price": 12.5, "price_quantity": 1000}'),
            "12.50 USD per 1000, VAT not stated",
        ),
        (
            change('{"list_price": 0.2, "discounts": [30, 5.5], "surcharge": 0.1}'),
            "0.20 USD each, less 30 %, less 5.5 %, plus 0.1, VAT not stated",
        ),
        # A discount that the price has already taken off changes nothing.
        (change('{"discounts": [30]}'), "0.125 USD each, VAT not stated"),
        (
            change(old_price=Decimal(3), new_price=None),
            "3.00 USD each, VAT not stated",
        ),
        (change(new_price=None), ""),
    ],
)
def test_price_is_shown_as_it_is_listed(item: PreviewChange, text: str) -> None:
    assert listed_price(item, "USD", load_texts()) == text


async def test_listed_price_stands_beside_the_cost(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    fields = {"details": '{"list_price": 1250, "price_quantity": 100}', "vat_included": False}
    await conn.execute(
        """
        UPDATE import_previews
        SET result = jsonb_set(result, '{added,0}', result #> '{added,0}' || %s)
        """,
        [Jsonb(fields)],
    )
    text = await show_text(client, path)
    assert "1250.00 USD per 100, without VAT" in text
    assert "Comparable cost of one, USD" in text
    assert "Change, %" not in text  # of new articles


async def test_prices_are_in_the_currency_of_the_list(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    assert "Comparable cost of one, USD" in await show_text(client, path)
    await conn.execute(
        """UPDATE import_previews SET result = jsonb_set(result, '{added,0,currency}', '"EUR"')"""
    )
    text = await show_text(client, path)
    assert ("Comparable cost of one, EUR" in text, "Comparable cost of one, USD" in text) == (
        True,
        False,
    )
