"""The sentence that describes how a price list was read."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pricebook.pricelists import read
from pricebook.pricelists.facts.units import parse_unit, unit_words
from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.profile_words import unit_word
from pricebook.pricelists.schemas.profile import (
    AppliedRate,
    DetectedProfile,
    Fact,
    NumberProfile,
    PriceBasis,
)
from pricelists.price_lists import csv_text, read_price_list
from pricelists.workbooks import workbook_of

HEADERS = ("Art.-Nr.", "Bezeichnung", "Preis €", "Rabatt", "UVP", "Farbe", "")
PROFILE = DetectedProfile(
    format="csv",
    header_row=1,
    columns={"sku": "Art.-Nr.", "name": "Bezeichnung", "price": "Preis €"},
    headers=HEADERS,
    characteristic_columns=("Farbe",),
    currency="EUR",
    numbers=NumberProfile(),
    basis=PriceBasis(currency="EUR"),
)


def profile(**changes: Any) -> DetectedProfile:
    basis = changes.pop("basis", {})
    columns = PROFILE.columns | changes.pop("columns", {})
    return msgspec.structs.replace(
        PROFILE, columns=columns, basis=PriceBasis(currency="EUR", **basis), **changes
    )


def price_clause(**changes: Any) -> str:
    """Return the clause about the price, after the column and the currency."""
    return describe_profile(profile(**changes)).split("; ")[0].split(", ", 1)[1]


def test_the_sentence_names_columns_prices_characteristics_and_what_is_not_read() -> None:
    assert describe_profile(PROFILE, 1204) == (
        'Price from column C "Preis €": EUR (assumed: the list names no currency), VAT not stated;'
        ' code from A "Art.-Nr.", name from B "Bezeichnung"; kept as'
        ' characteristics: "Farbe"; not read: D "Rabatt", E "UVP"; 1,204 articles.'
    )


def test_the_surcharge_is_named() -> None:
    assert price_clause(columns={"surcharge": "UVP"}) == (
        'VAT not stated, plus the surcharge of column E "UVP"'
    )


def test_the_price_of_a_pack_is_named() -> None:
    assert price_clause(columns={"pack_price": "UVP"}) == (
        'VAT not stated, in whole packs the price of column E "UVP"'
    )


def test_a_currency_of_the_list_is_not_called_assumed() -> None:
    facts = {"currency": Fact("EUR", "header", "Preis €")}
    assert describe_profile(profile(price_facts=facts)).startswith(
        'Price from column C "Preis €": EUR, VAT not stated'
    )
    assert describe_profile(profile(columns={"currency": "Farbe"})).startswith(
        'Price from column C "Preis €": in the currency of column F "Farbe", else EUR, '
    )


def test_vat_and_price_quantity() -> None:
    assert price_clause(basis={"vat_included": False}) == "net of VAT"
    assert (
        price_clause(basis={"vat_included": True, "vat_rate": Decimal("19.0")})
        == "including VAT of 19 %"
    )
    assert (
        price_clause(basis={"vat_included": False, "price_quantity": Decimal(1000)})
        == "net of VAT, per 1,000"
    )
    assert price_clause(columns={"vat_rate": "Farbe"}) == (
        'VAT not stated, at the rate of column F "Farbe"'
    )
    assert (
        price_clause(
            basis={"vat_included": True, "prices_per_pack": True}, columns={"pack_size": "Farbe"}
        )
        == 'including VAT, per pack of the size in column F "Farbe"'
    )


def test_units_of_the_price() -> None:
    assert price_clause(basis={"vat_included": False, "unit": "MTR"}) == "net of VAT, per m"
    quantity = {"vat_included": False, "unit": "H87", "price_quantity": Decimal(100)}
    assert price_clause(basis=quantity) == "net of VAT, per 100 pieces"
    assert price_clause(basis={"vat_included": False, "unit": "H87"}) == "net of VAT"


@pytest.mark.parametrize(
    ("code", "one", "many"),
    [
        *(("HLT", "hl", "hl"), ("KMT", "km", "km"), ("TNE", "t", "t"), ("MTQ", "m³", "m³")),
        *(("C62", "piece", "pieces"), ("XBX", "box", "boxes"), ("NPR", "pair", "pairs")),
    ],
)
def test_units_have_the_words_of_people(code: str, one: str, many: str) -> None:
    unit = parse_unit(code)
    assert unit is not None
    assert (unit_word(unit), unit_word(unit, 100)) == (one, many)


@pytest.mark.parametrize("unit", sorted(set(unit_words().values())))
def test_each_known_unit_has_a_word(unit: str) -> None:
    assert unit_word(unit) != unit


def test_sentences_and_settings_are_named() -> None:
    facts = {
        "price_quantity": Fact("100", "sentence", 'row 2, "Preis je 100"'),
        "vat_included": Fact("false", "setting", "vat_included=false"),
    }
    basis = {"vat_included": False, "price_quantity": Decimal(100)}
    assert price_clause(basis=basis, price_facts=facts) == (
        'net of VAT (set), per 100 (row 2, "Preis je 100")'
    )


def test_a_sentence_is_quoted_once() -> None:
    sentence = 'row 2, "Alle Preise je 100 zzgl. 19 % MwSt."'
    names = ("price_quantity", "vat_included", "vat_rate")
    facts = {name: Fact("", "sentence", sentence) for name in names}
    basis = {"vat_included": False, "vat_rate": Decimal(19), "price_quantity": Decimal(100)}
    assert price_clause(basis=basis, price_facts=facts) == (
        f"net of VAT of 19 % ({sentence}), per 100 (row 2)"
    )
    both = {name: Fact("", "setting", f"{name}=1") for name in ("vat_included", "vat_rate")}
    assert price_clause(basis=basis, price_facts=both).startswith("net of VAT of 19 % (set), ")


def test_keys_are_named() -> None:
    keys = profile(key_columns=("Bezeichnung", "Farbe"))
    assert 'an article is identified by B "Bezeichnung" and F "Farbe"' in describe_profile(keys)


def test_discounts_name_their_column_and_their_base() -> None:
    net = {"vat_included": False}
    columns = {"list_price": "UVP", "discount": "Rabatt"}
    assert price_clause(basis=net | {"discounts": (Decimal(30), Decimal(5))}) == (
        "net of VAT, less 30 % and 5 %"
    )
    assert price_clause(basis=net | {"discount_base": "list_price"}, columns=columns) == (
        'net of VAT, computed as E "UVP" less the discount of column D "Rabatt"'
    )
    assert price_clause(basis=net | {"discount_base": "none"}, columns=columns) == (
        'net of VAT, the discount of column D "Rabatt" already taken off,'
        ' list price of column E "UVP" kept beside it'
    )


def test_tiers_and_upcoming_prices() -> None:
    assert price_clause(
        basis={"vat_included": False, "next_from": date(2026, 12, 1)},
        columns={"next_price": "UVP"},
        tier_columns={"10": "Farbe", "100": "column G"},
    ) == (
        'net of VAT, tiers from 10 in F "Farbe", from 100 in G,'
        ' from 2026-12-01 the price of column E "UVP"'
    )


def test_rates_of_the_conversion_have_their_day() -> None:
    rate = AppliedRate(Decimal("1.08120"), date(2026, 11, 25), "USD")
    assert price_clause(exchange_rates={"EUR": rate}).endswith(", 1 EUR = 1.0812 USD (2026-11-25)")
    # Rows may be in other currencies than the list.
    assert price_clause(exchange_rates={"GBP": rate}).endswith(", 1 GBP = 1.0812 USD (2026-11-25)")


def test_columns_without_unique_headers_are_named_by_their_letters(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Code;Name;Price;Note;Note\n1;Lamp;5.50;a;b\n2;Cable;7.50;c;d\n")
    found = read(path).profile
    assert describe_profile(found, 1) == (
        'Price from column C "Price": USD (assumed: the list names no currency), VAT not stated;'
        ' code from A "Code", name from B "Name"; kept as characteristics: "Note",'
        ' "Note (2)"; 1 article.'
    )


def test_sheets_that_are_read_and_those_that_are_not_are_named() -> None:
    header = ["Code", "Name", "Price"]
    content = workbook_of(
        Lamps=[header, ["1", "Lamp", 5], ["2", "Tube", 6]],
        Cables=[header, ["3", "Cable", 7]],
        Terms=[["Payment in 30 days"]],
    )
    sentence = describe_profile(read_price_list(content).profile, 3)
    assert '3 articles of the sheets "Lamps" (3 rows) and "Cables" (2 rows)' in sentence
    assert 'sheets not read: "Terms"' in sentence


def test_key_that_would_tell_repeated_codes_apart_is_proposed() -> None:
    content = csv_text("1;Filter;A;5", "1;Filter;B;6", "2;Belt;A;7", header="Code;Name;Brand;Price")
    sentence = describe_profile(read_price_list(content).profile)
    assert (
        'some codes have several prices, A "Code" and C "Brand" would distinguish them' in sentence
    )
