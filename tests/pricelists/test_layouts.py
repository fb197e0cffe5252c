"""A supplier's next list is read as the last one was, or refused with what has changed."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.errors import PriceListError
from pricebook.pricelists.schemas import DetectedProfile
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list

BODY = "A-1;Lamp red;12.50;7;x\nA-2;Cable three metres;9.90;0;y\nA-3;Saw big;100.00;12;z\n"
LAST = f"Code;Name;Net price;Stock;Shelf\n{BODY}"
HEADERLESS = BODY.replace("A-3;Saw big;100.00;12", "A-3;Saw big;100.00;7").replace(";0;", ";7;")


def detected_profile(content: str, **config: Any) -> DetectedProfile:
    """Tell what a list shows, as it is kept with its supplier."""
    stored = msgspec.to_builtins(read_price_list(content, **config).profile)
    return msgspec.convert(msgspec.json.decode(msgspec.json.encode(stored)), DetectedProfile)


def next_list(content: str, last: str = LAST, **config: Any) -> ReadResult:
    return read_next_price_list(content, detected_profile(last), **config)


def error_message_of(content: str, last: str = LAST, **config: Any) -> str:
    with pytest.raises(PriceListError) as raised:
        next_list(content, last, **config)
    message = raised.value.message
    assert "new layout (--new-layout, new_layout)" in message
    return message


@pytest.mark.parametrize(
    "content",
    [
        LAST,
        LAST.replace(";", ","),
        LAST.replace(";", "\t"),
        f"Acme Ltd\nPrices of May\n\n{LAST}",
        LAST.replace("Net price", "NET PRICE*"),
        LAST.replace("Shelf", "Place"),
        "Name;Stock;Code;Net price\nLamp red;7;A-1;12.50\nCable;0;A-2;9.90\nSaw;9;A-3;100.00\n",
        "Code;Gross price;Name;Net price\nA-1;14.00;Lamp red;12.50\nA-2;11.00;Cable;9.90\n",
        "Code;SKU;Name;Net price\nA-1;1;Lamp red;12.50\nA-2;2;Cable;9.90\n",
        "Code;Name;Net price\nA-1;Lamp red;12\nA-2;Cable;9\nA-3;Saw;100\n",
    ],
)
def test_what_is_no_change_of_layout(content: str) -> None:
    result = next_list(content)
    prices = [item.price for item in result.items[:2]]
    assert prices in ([Decimal("12.50"), Decimal("9.90")], [Decimal(12), Decimal(9)])
    assert [item.supplier_sku for item in result.items[:2]] == ["A-1", "A-2"]


def test_another_encoding_is_no_change() -> None:
    last = detected_profile("Артикул;Название;Цена\nA-1;Лампа;12.50\n")
    content = "Артикул;Название;Цена\nA-1;Лампа;12.50\n".encode("cp1251")
    assert read_next_price_list(content, last).items[0].name == "Лампа"


@pytest.mark.parametrize(
    ("header", "field", "gone"),
    [
        ("Code;Name;Price;Stock;Shelf", "price", "Net price"),
        ("Code;Name;Gross price;Stock;Shelf", "price", "Net price"),
        ("Article;Name;Net price;Stock;Shelf", "article code", "Code"),
        ("Code;Title;Net price;Stock;Shelf", "name", "Name"),
        ("Was;Wie;Wieviel;Bestand;Fach", "article code", "Code"),
    ],
)
def test_a_column_that_is_renamed_or_gone_is_named(header: str, field: str, gone: str) -> None:
    message = error_message_of(f"{header}\n{BODY}")
    assert f'the {field} was in the column "{gone}"' in message
    assert all(f'"{title}"' in message for title in header.split(";"))


@pytest.mark.parametrize(
    ("last", "now"),
    [
        ("Цена (опт)", "Цена (розница)"),
        ("Price (net)", "Price (gross)"),
        ("Price (from 1 pc)", "Price (from 10 pcs)"),
    ],
)
def test_words_in_brackets_are_part_of_what_is_remembered(last: str, now: str) -> None:
    content = "Code;Name;PRICE\nA-1;Lamp;12.50\nA-2;Cable;9.90\n"
    assert f'"{last}"' in error_message_of(
        content.replace("PRICE", now), content.replace("PRICE", last)
    )


def test_a_date_in_a_header_may_change() -> None:
    content = "Code;Name;Price (of 01.05.2024)\nA-1;Lamp;12.50\n"
    assert next_list(content.replace("01.05", "01.06"), content).items


def test_a_currency_that_is_gone_is_named_too() -> None:
    last = "Code;Name;Price;Currency\nA-1;Lamp;5;USD\n"
    assert '"Currency"' in error_message_of("Code;Name;Price\nA-1;Lamp;5\n", last)


def test_a_category_may_go_but_not_be_another_column() -> None:
    last = "Code;Name;Price;Group\nA-1;Lamp;5;Light\n"
    assert "category" not in next_list("Code;Name;Price\nA-1;Lamp;5\n", last).profile.columns
    assert '"Group"' in error_message_of("Code;Name;Price;Category\nA-1;Lamp;5;Light\n", last)


def test_a_column_that_stands_twice_now_is_not_guessed() -> None:
    content = "Code;Name;Net price;Net price\nA-1;Lamp;5;6\n"
    with pytest.raises(PriceListError, match="equally good for the price"):
        next_list(content)


def test_what_the_order_says_wins() -> None:
    content = f"Code;Name;Price;Stock;Shelf\n{BODY}"
    result = next_list(content, column_mapping={"price": "Price"})
    assert result.profile.columns["price"] == "Price"


def test_a_mapping_once_given_is_remembered() -> None:
    content = "Code;Name;Net price;Gross price\nA-1;Lamp;5;6\nA-2;Cable;7;8\n"
    last = detected_profile(content, column_mapping={"price": "Gross price"})
    assert read_next_price_list(content, last).items[0].price == Decimal(6)


@pytest.mark.parametrize(
    ("body", "column"),
    [
        # the columns' contents are swapped below unchanged headers
        ("Lamp red;A-1;12.50;7;x\nCable long;A-2;9.90;0;y\nSaw big;A-3;100.00;12;z\n", "Code"),
        ("12.50;Lamp red;A-1;7;x\n9.90;Cable long;A-2;0;y\n10.00;Saw big;A-3;12;z\n", "Code"),
        ("A-1;Lamp red;7;12.50;x\nA-2;Cable long;0;9.90;y\nA-3;Saw big;12;100.00;z\n", "Net price"),
        (
            (
                "A-1;Lamp red;4006381333931;7;x\nA-2;Cable long;4006381333948;0;y\n"
                "A-3;Saw big;4006381333955;1;z\n"
            ),
            "Net price",
        ),
        ("A-1;5.50;12.50;7;x\nA-2;6.50;9.90;0;y\nA-3;7.50;100.00;12;z\n", "Name"),
    ],
)
def test_other_contents_below_the_same_header_are_named(body: str, column: str) -> None:
    message = error_message_of(f"Code;Name;Net price;Stock;Shelf\n{body}")
    assert f'comes from "{column}"' in message
    assert "in the last list and holds" in message


def test_columns_that_share_a_header_are_remembered_by_their_place() -> None:
    content = "Code;Name;Price;Price\nA-1;Lamp;5;6\nA-2;Cable;7;8\n"
    last = detected_profile(content, column_mapping={"price": "column D"})
    assert last.columns["price"] == "column D"
    assert read_next_price_list(content, last).items[0].price == Decimal(6)
    moved = content.replace("Price;Price", "Price;Stock")
    with pytest.raises(PriceListError, match=r'in the column "Price".*new layout'):
        read_next_price_list(moved, last)


def test_a_list_without_a_header_is_read_as_the_last_one() -> None:
    assert detected_profile(HEADERLESS).columns["price"] == "column C"
    one = "A-9;Chisel;7,00;1;x\n"
    assert next_list(one, HEADERLESS).items[0].price == Decimal(7)


@pytest.mark.parametrize(
    ("content", "expected_message"),
    [
        (f"Code;Name;Net price;Stock;Shelf\n{BODY}", "The last list had no header"),
        (BODY.replace("\n", ";1\n"), "had 5 columns without headers, this one has 6"),
        (
            "Lamp red;A-1;12.50;7;x\nCable long;A-2;9.90;7;y\nSaw big;A-3;100.00;7;z\n",
            "holds texts now",
        ),
        (
            "A-1;Lamp red;7;12.50;x\nA-2;Cable long;7;9.90;y\nA-3;Saw big;7;100.00;z\n",
            "holds whole numbers now",
        ),
    ],
)
def test_a_list_without_a_header_whose_columns_may_have_moved_is_refused(
    content: str, expected_message: str
) -> None:
    assert expected_message in error_message_of(content, HEADERLESS)


def test_a_header_that_is_gone_is_told() -> None:
    assert "without headers" in error_message_of(BODY)


def test_earlier_lists_tell_the_marks_of_a_column_that_shows_none() -> None:
    last = "Code;Name;Price\nA-1;Lamp;1.234,50\n"
    result = next_list("Code;Name;Price\nA-1;Lamp;1,234\nA-2;Cable;2.500\n", last)
    assert [item.price for item in result.items] == [Decimal("1.234"), Decimal(2500)]
    numbers = result.profile.numbers
    assert (numbers.decimal_marks, numbers.grouping_marks, numbers.from_previous_profile) == (
        (",",),
        (".",),
        True,
    )
    later = read_next_price_list("Code;Name;Price\nA-1;Lamp;1,234\n", result.profile)
    assert later.items[0].price == Decimal("1.234")


def test_what_a_list_shows_itself_counts_more_than_earlier_lists() -> None:
    last = "Code;Name;Price\nA-1;Lamp;1.234,50\n"
    result = next_list("Code;Name;Price\nA-1;Lamp;1,234\nA-2;Cable;2.50\n", last)
    assert [item.price for item in result.items] == [Decimal(1234), Decimal("2.50")]
    assert not result.profile.numbers.from_previous_profile
    contradictory = next_list("Code;Name;Price\nA-1;Lamp;1,234\nA-2;Saw;2.5\nA-3;Tape;2,5\n", last)
    assert [row.error_type for row in contradictory.rejected] == ["price_ambiguous"]


def test_a_decimal_separator_once_set_is_remembered() -> None:
    last = detected_profile("Code;Name;Price\nA-1;Lamp;1,234\n", decimal_separator=",")
    result = read_next_price_list("Code;Name;Price\nA-1;Lamp;1,234\n", last)
    assert result.items[0].price == Decimal("1.234")
    assert result.profile.numbers.decimal_marks == (",",)


def test_nothing_is_remembered_of_a_list_that_showed_nothing() -> None:
    plain = "Code;Name;Price\nA-1;Lamp;5\n"
    numbers = next_list(plain, plain).profile.numbers
    assert (numbers.decimal_marks, numbers.from_previous_profile) == ((), False)


CELLS = st.sampled_from(
    [
        *("sku", "name", "price", "Preis", "Price", "net", "group", "currency", "EUR", "stock"),
        *("A-1", "A-2", "007", "Lamp red", "Cable", "12.50", "1,234", "7", "0", "4006381333931"),
        *("", "", " ", "\0", "x" * 101, "1", "2", "3", "column B", "Total", "$5", "(price)"),
    ]
)
TABLES = st.lists(st.lists(CELLS, max_size=6), max_size=8)


@given(TABLES, TABLES, st.sampled_from([None, 0, 1, 2]))
def test_no_list_after_another_makes_the_reader_raise_anything_but_its_own_error(
    one: list[list[str]], other: list[list[str]], header_row: int | None
) -> None:
    last, now = ("\n".join(map(";".join, table)) for table in (one, other))
    remembered = None
    for content in (last, now):
        with suppress(PriceListError):
            result = read_next_price_list(content, remembered, delimiter=";", header_row=header_row)
            remembered = result.profile
            assert len(result.rows) == len(content.split("\n")) - content.endswith("\n")
