"""A column that the options set to a field has no other meaning of the previous price list."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import read_next_price_list, read_price_list


def test_column_that_is_set_to_another_field_loses_its_previous_one() -> None:
    content = "Code;Name;Price;Rab.;Net\nA-1;Lamp;10;20;8\nA-2;Cable;20;10;18\n"
    mapping = {"price": "Price", "discount": "Rab."}
    last = read_price_list(content, column_mapping=mapping)
    swapped = read_next_price_list(content, last.profile, column_mapping={"list_price": "Price"})
    assert swapped.profile.columns["price"] != "Price"
    with pytest.raises(PriceListError, match="discount was per row"):
        read_next_price_list(content, last.profile, ignored_columns=["Rab."])


def test_column_of_price_quantities_replaces_the_previous_setting() -> None:
    content = "Code;Name;Price;Menge\nA-1;Lamp;10;10\nA-2;Cable;20;100\n"
    last = read_price_list(content, price_quantity=1)
    result = read_next_price_list(content, last.profile, column_mapping={"price_quantity": "Menge"})
    assert [item.price for item in result.items] == [Decimal(1), Decimal("0.2")]
