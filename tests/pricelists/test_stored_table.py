"""A stored profile describes the table that was detected: rows are read by it as before."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists import formats, read
from pricebook.pricelists.detection.stored_table import table_of_profile
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.open_tables import open_sheets
from pricebook.pricelists.reader import open_price_list
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import FileSource, ReadRequest

TODAY = date(2026, 11, 27)
# Where the table is in its file, and what only the file can show.
OF_THE_FILE = {
    *("header_row", "rows_start_below", "header_row_keys"),
    *("article_look", "has_sections", "proposed_key", "sampled_rows", "mark_texts", "record_type"),
}
LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("Code;Name;Price\n1;Lamp;5,50\n2;Cable;7,50\n", {}),
    "letterhead": ("ACME\n\nCode;Name;Price EUR net;Note\n1;Lamp;5,50;x\n", {}),
    "repeated titles": ("Code;Name;Price;Note;Note;\n1;Lamp;5,50;a;b;c\n", {}),
    "chosen titles": (
        "Code;Name;Price;Note;Size\n1;Lamp;5,50;a;b\n",
        {"characteristic_columns": ["Size"]},
    ),
    "a field as characteristic": (
        "Code;Name;Price;Note\n1;Lamp;5,50;a\n",
        {"characteristic_columns": ["Note", "Name"]},
    ),
    "two tax bases": (
        "Code;Name;Net;VAT;Gross\n1;Lamp;10;20;12\n2;Cable;7,50;20;9\n3;Reel;20;10;22\n",
        {"column_mapping": {"price": "Net"}},
    ),
    "several columns of the price": (
        "Code;Name;€/kg;€/piece\n1;Cheese;5,50;\n2;Ham;;7,50\n3;Oil;;2,50\n",
        {"price_columns": ["€/kg", "€/piece"], "ignored_marks": "*"},
    ),
    "no header": (
        "1;Desk lamp black;5,50;4\n2;Power cable 3 m;7,50;9\n3;Cable reel big;9,95;1\n",
        {
            "header_row": 0,
            "column_mapping": {"sku": "column A", "name": "column B", "price": "column C"},
            "characteristic_columns": ["column D"],
        },
    ),
    "settings": (
        "Code;Name;Price;PE\n1;Lamp;5,50;100\n",
        {"currency": "EUR", "discount": "30+5", "vat_included": False},
    ),
    "list price": (
        "Code;Name;UVP;Rabatt;Marke\n1;Lamp;10,00;30+5;X\n2;Cable;8,00;10;Y\n",
        {},
    ),
    "groups": (
        "Code;Name;Preis;Rabattgruppe\n1;Lamp;10,00;A\n2;Cable;8,00;B\n",
        {"discount_groups": {"A": "30", "B": "10+5"}},
    ),
    "tiers": ("Code;Name;1+;10+;100+\n1;Lamp;10,00;9,00;8,00\n2;Cable;8,00;7,50;7,00\n", {}),
    "keys": (
        "Name;Pack;Price\nLamp;1;5,50\nLamp;10;45,00\n",
        {"key_columns": ["Name", "Pack"]},
    ),
}


def stored(profile: DetectedProfile) -> DetectedProfile:
    return msgspec.json.decode(msgspec.json.encode(profile), type=DetectedProfile)


@pytest.mark.parametrize("name", LISTS)
def test_the_table_of_a_stored_profile_is_the_one_that_was_detected(
    name: str, tmp_path: Path
) -> None:
    text, options = LISTS[name]
    path = tmp_path / "list.csv"
    path.write_text(text)
    config = msgspec.convert(options, ReadConfig)
    request = ReadRequest(source=FileSource(str(path)), currency="USD", config=config, today=TODAY)
    (opened,) = open_sheets(formats.open_tables(request)[0], request)
    table = table_of_profile(stored(open_price_list(request).profile), ReadConfig())
    for field in DetectedTable._fields:
        if field not in OF_THE_FILE:
            assert getattr(table, field) == getattr(opened.table, field), field


def test_options_about_prices_override_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Code;Name;Preis;Rabattgruppe\n1;Lamp;10,00;A\n")
    profile = read(path, config=ReadConfig(discount_groups={"A": "30"})).profile
    config = ReadConfig(
        currency="EUR", price_quantity=100, discount="2", discount_groups={"A": "40+5"}
    )
    basis = table_of_profile(profile, config).basis
    assert (basis.currency, basis.price_quantity) == ("EUR", 100)
    assert basis.discounts == (Decimal(2),)
    assert basis.discount_groups == {"A": (Decimal(40), Decimal(5))}
    with pytest.raises(PriceListError, match=r"discount_groups\.A"):
        table_of_profile(profile, ReadConfig(discount_groups={"A": "much"}))
    with pytest.raises(PriceListError, match="leave out header_row"):
        table_of_profile(profile, ReadConfig(header_row=1))
