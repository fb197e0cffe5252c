"""How the price of an item came about, in the words of the pages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from pricebook.console.page_texts import load_texts
from pricebook.console.template_filters import derivation
from pricebook.suppliers.item_terms import ItemDetails
from pricebook.suppliers.schemas import SupplierItem


def derivation_of(details: ItemDetails | None, **changed: Any) -> str:
    values: dict[str, Any] = dict.fromkeys(SupplierItem.__struct_fields__)
    values |= {"id": UUID(int=1), "currency": "EUR", "cost": Decimal("12.50"), "details": details}
    values |= {"last_ingested_at": datetime(2026, 11, 30, tzinfo=UTC)}
    return derivation(SupplierItem(**values | changed), load_texts())


@pytest.mark.parametrize(
    ("details", "text"),
    [
        ({"unit": "KGM"}, "per kg"),
        ({"unit": "H87"}, "as listed"),
        ({}, "as listed"),
        ({"unit": "HLT", "price_quantity": 10}, "for 10 hl"),
        ({"unit": "H87", "price_quantity": 100}, "for 100 pieces"),
    ],
)
def test_unit_of_the_price_is_named(details: dict[str, Any], text: str) -> None:
    assert derivation_of(msgspec.convert(details, ItemDetails)) == text


def test_converted_cost_names_the_unit() -> None:
    rate = {"exchange_rate": Decimal("1.08"), "rate_date": date(2026, 11, 30)}
    converted = derivation_of(ItemDetails(unit="KGM"), **rate)
    assert "12.50 EUR per kg" in converted
    assert "12.50 EUR a unit" in derivation_of(None, **rate)
