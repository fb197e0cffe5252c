"""What a preview shows of columns that were chosen: whether they are read so, and what else is."""

from typing import Any

import msgspec
import pytest

from pricebook.console.page_texts import load_texts
from pricebook.console.previews.column_choices import list_shared_choices, list_unread_choices
from pricebook.console.previews.price_list_samples import list_columns
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.isolation.frames import SheetSample
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.price_lists import read_price_list

LINES = [
    "Code;Name;Net  price;Cur;VAT;Per;10+;50+",
    "A-1;Hammer;10,00;EUR;20;100;9,00;8,50",
    "A-2;Saw;7,50;EUR;10;100;6,90;6,50",
    "A-3;Lamp;20,00;EUR;20;100;18,00;17,00",
]


def found_of(**config: Any) -> dict[str, Any]:
    """Return what a preview stores of the list that was read with these options."""
    config = {("list_currency" if key == "currency" else key): config[key] for key in config}
    return msgspec.to_builtins(read_price_list("\n".join(LINES), "EUR", **config).profile)


@pytest.mark.parametrize(
    "config",
    [
        {"column_mapping": {"currency": "Cur"}, "currency": "EUR"},
        {"column_mapping": {"vat_rate": "VAT"}, "vat_rate": 19},
        {"column_mapping": {"price_quantity": "Per"}, "price_quantity": 100},
        {"column_mapping": {"price": "NET PRICE", "name": "column b", "sku": "code"}},
        {"column_mapping": {"price": "Net  price"}},
    ],
)
def test_column_that_is_read_as_chosen_is_no_problem(config: dict[str, Any]) -> None:
    assert list_unread_choices(config, found_of(**config), load_texts()) == []


def test_value_beside_a_column_counts_for_its_empty_cells() -> None:
    config = {"column_mapping": {"vat_rate": "VAT", "price": "Net price"}, "vat_rate": 19}
    assert list_shared_choices(config, found_of(**config), load_texts()) == [
        "VAT rate is read from the column VAT; “VAT rate, %: 19” counts where its cell is empty."
    ]
    alone = {"column_mapping": {"vat_rate": "VAT"}}
    assert list_shared_choices(alone, found_of(**alone), load_texts()) == []


def test_column_that_is_read_as_something_else_is_named() -> None:
    config = {"column_mapping": {"price_quantity": "Unit", "price": "Net", "name": "column A"}}
    columns = {"price": "Unit", "name": "Name"}
    found: dict[str, Any] = {"headers": ["Name", "Unit", "Net"], "columns": columns}
    sentences = list_unread_choices(config, found, load_texts())
    assert [each.split(", but")[0] for each in sentences] == [
        "You set Price for to the column Unit",
        "You set Price to the column Net",
    ]
    assert list_unread_choices(config, {}, load_texts()) == []


def test_tiers_and_parts_of_the_key_are_no_unread_columns() -> None:
    config = {"key_columns": ["Code", "Per"], "characteristic_columns": ["Cur"]}
    found = found_of(**config)
    result = PreviewResult(sheets=(SheetSample(None, [(1, LINES[0].split(";"))]),))
    fields = {each.letters: each.field for each in list_columns(result, found, {})}
    assert (fields["G"], fields["F"]) == ("tier", "price_quantity")
    config["ignored_columns"] = ["Per"]
    found = found_of(**config)
    fields = {each.letters: each.field for each in list_columns(result, found, {})}
    assert fields["F"] == "key"
    sentence = describe_profile(read_price_list("\n".join(LINES), "EUR", **config).profile)
    assert "not read" not in sentence
