"""Whole price lists: the profile, refusals, and that every record gives one row."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.currencies import currencies_in_text
from pricebook.pricelists.facts.hundredths import hundredth_codes
from pricebook.pricelists.reader import PriceList, open_price_list
from pricebook.pricelists.schemas.profile import DetectedProfile, PriceBasis
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricelists.price_lists import (
    csv_text,
    csv_with_prices,
    read_price_list,
    read_request,
    rows_or_error_message,
)


@pytest.fixture
def opened(tmp_path: Path) -> PriceList:
    path = tmp_path / "list.csv"
    path.write_text(csv_text(*(f"A{number};Lamp;5.50" for number in range(50_000))))
    return open_price_list(read_request(path))


def test_profile_is_complete_and_round_trips_as_json() -> None:
    content = "Preisliste 2024;;;\nArt.-Nr.;Bezeichnung;Preis (€);Farbe\n1;Tür;1.234,50;rot\n"
    profile = read_price_list(content.encode("cp1252"), currency="EUR").profile
    assert msgspec.to_builtins(profile) == {
        "format": "csv",
        "encoding": "cp1252",
        "delimiter": ";",
        "sheet": None,
        "header_row": 2,
        "columns": {"sku": "Art.-Nr.", "name": "Bezeichnung", "price": "Preis (€)"},
        "headers": ("Art.-Nr.", "Bezeichnung", "Preis (€)", "Farbe"),
        "kinds": (None, None, None, None),
        "by_content": (),
        "characteristic_columns": ("Farbe",),
        "currency": "EUR",
        "numbers": {
            "decimal_marks": (",",),
            "grouping_marks": (".",),
            "decimal_separator": None,
            "remembered": False,
        },
        "sheets": (),
        "sheet_rows": (),
        "sheet_profiles": {},
        "sheet_columns": {},
        "whole_sheets": (),
        "unread_sheets": (),
        "unread_goods": (),
        "key_columns": (),
        "proposed_key_columns": (),
        "tier_columns": {},
        "basis": msgspec.to_builtins(PriceBasis(currency="EUR")),
        "price_facts": {
            "currency": {"value": "EUR", "origin": "header", "source": 'the column "Preis (€)"'}
        },
        "exchange_rates": {},
        "unread_cells": {},
        "unread_texts": {},
        "ignored_columns": (),
        "net_columns": (),
        "tables": (),
        "price_columns": (),
        "price_currencies": {},
        "hidden_columns": (),
    }
    assert msgspec.json.decode(msgspec.json.encode(profile), type=DetectedProfile) == profile


def test_last_row_resolves_ambiguous_first_row() -> None:
    cells = ["1,500", *["7"] * 20_000, "12.50"]
    assert read_price_list(csv_with_prices(cells)).items[0].price == Decimal(1500)


def test_number_profile_uses_only_price_cells_below_the_header() -> None:
    content = csv_text("1;Lamp;1,500;2.50", header="Valid;until;12.50\nsku;name;price;Weight")
    assert [row.error_type for row in read_price_list(content).rejected] == ["price_ambiguous"]


def test_decimal_separator_can_be_set() -> None:
    result = read_price_list(csv_with_prices(["1,500"]), decimal_separator=",")
    assert result.items[0].price == Decimal("1.500")
    assert result.profile.numbers.decimal_separator == ","


def test_rows_can_be_read_again(opened: PriceList) -> None:
    assert list(opened.rows()) == list(opened.rows())


def test_progress_increases_from_zero_to_one(opened: PriceList) -> None:
    seen = [opened.progress for _ in opened.rows()]
    assert seen == sorted(seen)
    assert seen[0] < 0.1
    assert opened.progress == 1


def test_file_changed_or_removed_during_reading_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(csv_text("1;Lamp;5"))
    price_list = open_price_list(read_request(path))
    path.write_bytes(b"sku;name;price\n1;\xff;5\n")
    with pytest.raises(PriceListError, match="while it was read"):
        list(price_list.rows())
    path.unlink()
    with pytest.raises(PriceListError, match="while it was read"):
        list(price_list.rows())


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_unreadable_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PriceListError, match="cannot be read"):
        open_price_list(read_request(tmp_path / name))


def test_unknown_header_is_refused() -> None:
    with pytest.raises(PriceListError, match="likely header is row 2"):
        read_price_list("Price list\nWas;Wie;Was kostet es\n1;Lampe;5\n")


def test_header_row_below_the_last_row_is_refused() -> None:
    with pytest.raises(PriceListError, match="has 2 rows, so header_row 7"):
        read_price_list(csv_text("1;Lamp;5"), header_row=7)


@pytest.mark.parametrize(
    "config",
    [
        {"header_row": -1},
        {"decimal_separator": ";"},
        {"column_mapping": {"colour": "Colour"}},
        {"colunm_mapping": {}},
    ],
)
def test_invalid_config_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(config, ReadConfig)


# A note that is only `¥`, `ГРН`, `%`, `C`, `M` or `/2` would be a currency or a quantity in doubt.
CELLS = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Sc"],
        include_characters="\r\n\t",
        exclude_characters="%‰cCmM/",
    ),
    max_size=12,
).filter(lambda text: currencies_in_text(text, "USD") is None and hundredth_codes(text) is None)
PRICE_CELLS = st.one_of(CELLS, st.sampled_from(["5", "5.50", "1,234", "", "x", "$5"]))
ROWS = st.lists(
    st.one_of(
        st.tuples(CELLS, CELLS, PRICE_CELLS, CELLS).map(list),
        st.lists(CELLS, max_size=6),
        st.sampled_from([["Section", "", "", ""], ["Total", "", "9", ""], [], ["A", "\0", "5"]]),
    ),
    max_size=20,
)


@given(ROWS, st.sampled_from([";", ",", "\t", "|"]))
@example([["", "", "", "_"]], ";")
def test_every_record_gives_exactly_one_row(rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    # An item row ends the header; a row with only `£` would continue it.
    start = [["sku", "name", "price", "note"], ["1", "Lamp", "5", ""]]
    csv.writer(text, delimiter=delimiter).writerows([*start, *rows])
    result = read_price_list(text.getvalue(), delimiter=delimiter)
    assert [row.row_number for row in result.rows] == list(range(1, len(rows) + 3))
    assert all(row.supplier_sku and row.name for row in result.items)
    assert all(row.error_type and row.error_message for row in result.rejected)


def _price_list_bytes() -> Iterator[st.SearchStrategy[bytes]]:
    header = b"sku;name;price;category;currency\n"
    pieces = [
        b"1;Lamp;5\n",
        b'"',
        b";",
        b",",
        b"\t",
        b"\r\n",
        b"\0",
        b"\xff",
        b"1,234",
        "Цена".encode(),
    ]
    some = st.lists(st.one_of(st.sampled_from(pieces), st.binary(max_size=8)), max_size=30)
    yield st.binary(max_size=300)
    yield some.map(b"".join)
    yield some.map(lambda parts: header + b"".join(parts))
    yield some.map(lambda parts: (header + b"".join(parts)).decode("latin-1").encode("utf-16"))


@given(
    st.one_of(*_price_list_bytes()),
    st.sampled_from([None, "utf-8", "cp1251", "utf-16", "utf-16-le", "gbk"]),
)
def test_any_bytes_raise_only_price_list_errors(data: bytes, encoding: str | None) -> None:
    rows = rows_or_error_message(data, encoding=encoding)
    if isinstance(rows, str):
        assert "\n" not in rows
    else:
        assert [row.row_number for row in rows] == list(range(1, len(rows) + 1))


@given(
    header=st.lists(st.one_of(st.sampled_from(["sku", "name", "price", "Preis", "id", ""]), CELLS)),
    mapping=st.dictionaries(
        st.sampled_from(["sku", "name", "price", "category", "currency"]), CELLS
    ),
    delimiter=st.one_of(st.none(), st.text(max_size=2)),
    encoding=st.one_of(st.none(), st.text(max_size=5), st.sampled_from(["idna", "utf-7", "cp037"])),
)
def test_any_header_and_config_raise_only_price_list_errors(
    header: list[str], mapping: dict[str, str], delimiter: str | None, encoding: str | None
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, ["1", "Lamp", "5"]])
    rows = rows_or_error_message(
        text.getvalue(), column_mapping=mapping, delimiter=delimiter, encoding=encoding
    )
    assert rows
    assert not (isinstance(rows, str) and "\n" in rows)
