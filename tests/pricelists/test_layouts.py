"""A price list is read like the supplier's previous one, or refused naming the change."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.errors import PriceListError
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list

BODY = "A-1;Lamp red;12.50;7;x\nA-2;Cable three metres;9.90;0;y\nA-3;Saw big;100.00;12;z\n"
LAST = f"Code;Name;Net price;Stock;Shelf\n{BODY}"
HEADERLESS = BODY.replace("A-3;Saw big;100.00;12", "A-3;Saw big;100.00;7").replace(";0;", ";7;")


def detected_profile(content: str, **config: Any) -> DetectedProfile:
    """Return the detected profile of a price list."""
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
def test_reordered_or_added_columns_are_no_layout_change(content: str) -> None:
    result = next_list(content)
    prices = [item.price for item in result.items[:2]]
    assert prices in ([Decimal("12.50"), Decimal("9.90")], [Decimal(12), Decimal(9)])
    assert [item.supplier_sku for item in result.items[:2]] == ["A-1", "A-2"]


def test_other_encoding_is_no_layout_change() -> None:
    last = detected_profile("Артикул;Название;Цена\nA-1;Лампа;12.50\n")
    content = "Артикул;Название;Цена\nA-1;Лампа;12.50\n".encode("cp1251")
    assert read_next_price_list(content, last).items[0].name == "Лампа"


@pytest.mark.parametrize(
    ("header", "field", "missing"),
    [
        ("Code;Name;Price;Stock;Shelf", "price", "Net price"),
        ("Code;Name;Gross price;Stock;Shelf", "price", "Net price"),
        ("Article;Name;Net price;Stock;Shelf", "article code", "Code"),
        ("Code;Title;Net price;Stock;Shelf", "name", "Name"),
        ("Was;Wie;Wieviel;Bestand;Fach", "article code", "Code"),
    ],
)
def test_renamed_or_missing_column_is_refused(header: str, field: str, missing: str) -> None:
    message = error_message_of(f"{header}\n{BODY}")
    assert f'the {field} was in the column "{missing}"' in message
    assert all(f'"{title}"' in message for title in header.split(";"))


@pytest.mark.parametrize(
    ("last", "now"),
    [
        ("Цена (опт)", "Цена (розница)"),
        ("Price (net)", "Price (gross)"),
        ("Price (from 1 pc)", "Price (from 10 pcs)"),
    ],
)
def test_bracketed_words_of_a_header_count(last: str, now: str) -> None:
    content = "Code;Name;PRICE\nA-1;Lamp;12.50\nA-2;Cable;9.90\n"
    assert f'"{last}"' in error_message_of(
        content.replace("PRICE", now), content.replace("PRICE", last)
    )


def test_date_in_a_header_may_change() -> None:
    content = "Code;Name;Price (of 01.05.2024)\nA-1;Lamp;12.50\n"
    assert next_list(content.replace("01.05", "01.06"), content).items


def test_missing_currency_column_is_refused() -> None:
    last = "Code;Name;Price;Currency\nA-1;Lamp;5;USD\n"
    assert '"Currency"' in error_message_of("Code;Name;Price\nA-1;Lamp;5\n", last)


def test_category_may_be_missing_but_not_replaced() -> None:
    last = "Code;Name;Price;Group\nA-1;Lamp;5;Light\n"
    assert "category" not in next_list("Code;Name;Price\nA-1;Lamp;5\n", last).profile.columns
    assert '"Group"' in error_message_of("Code;Name;Price;Category\nA-1;Lamp;5;Light\n", last)


def test_duplicated_column_is_ambiguous() -> None:
    content = "Code;Name;Net price;Net price\nA-1;Lamp;5;6\n"
    with pytest.raises(PriceListError, match="match the price equally well"):
        next_list(content)


def test_column_mapping_overrides_the_previous_profile() -> None:
    content = f"Code;Name;Price;Stock;Shelf\n{BODY}"
    result = next_list(content, column_mapping={"price": "Price"})
    assert result.profile.columns["price"] == "Price"


def test_column_mapping_of_the_previous_price_list_applies() -> None:
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
def test_changed_content_below_equal_header_is_refused(body: str, column: str) -> None:
    message = error_message_of(f"Code;Name;Net price;Stock;Shelf\n{body}")
    assert f'The column "{column}" of the' in message
    assert "in the previous price list and contains" in message


def test_columns_with_equal_headers_are_identified_by_letter() -> None:
    content = "Code;Name;Price;Price\nA-1;Lamp;5;6\nA-2;Cable;7;8\n"
    last = detected_profile(content, column_mapping={"price": "column D"})
    assert last.columns["price"] == "column D"
    assert read_next_price_list(content, last).items[0].price == Decimal(6)
    moved = content.replace("Price;Price", "Price;Stock")
    with pytest.raises(PriceListError, match=r'in the column "Price".*new layout'):
        read_next_price_list(moved, last)


def test_price_list_without_header_uses_the_previous_profile() -> None:
    assert detected_profile(HEADERLESS).columns["price"] == "column C"
    one = "A-9;Chisel;7,00;1;x\n"
    assert next_list(one, HEADERLESS).items[0].price == Decimal(7)


@pytest.mark.parametrize(
    ("content", "expected_message"),
    [
        (f"Code;Name;Net price;Stock;Shelf\n{BODY}", "The previous price list had no header"),
        (BODY.replace("\n", ";1\n"), "had 5 columns without headers, this one has 6"),
        (
            "Lamp red;A-1;12.50;7;x\nCable long;A-2;9.90;7;y\nSaw big;A-3;100.00;7;z\n",
            "contains texts now",
        ),
        (
            "A-1;Lamp red;7;12.50;x\nA-2;Cable long;7;9.90;y\nA-3;Saw big;7;100.00;z\n",
            "contains whole numbers now",
        ),
    ],
)
def test_moved_columns_without_header_are_refused(content: str, expected_message: str) -> None:
    assert expected_message in error_message_of(content, HEADERLESS)


def test_missing_header_is_refused() -> None:
    assert "without headers" in error_message_of(BODY)


def test_previous_number_marks_apply_to_column_without_marks() -> None:
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


def test_number_marks_of_the_price_list_override_previous_ones() -> None:
    last = "Code;Name;Price\nA-1;Lamp;1.234,50\n"
    result = next_list("Code;Name;Price\nA-1;Lamp;1,234\nA-2;Cable;2.50\n", last)
    assert [item.price for item in result.items] == [Decimal(1234), Decimal("2.50")]
    assert not result.profile.numbers.from_previous_profile
    contradictory = next_list("Code;Name;Price\nA-1;Lamp;1,234\nA-2;Saw;2.5\nA-3;Tape;2,5\n", last)
    assert [row.error_type for row in contradictory.rejected] == ["price_ambiguous"]


def test_previous_decimal_separator_applies() -> None:
    last = detected_profile("Code;Name;Price\nA-1;Lamp;1,234\n", decimal_separator=",")
    result = read_next_price_list("Code;Name;Price\nA-1;Lamp;1,234\n", last)
    assert result.items[0].price == Decimal("1.234")
    assert result.profile.numbers.decimal_marks == (",",)


def test_profile_without_number_marks_has_no_effect() -> None:
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
def test_any_two_price_lists_raise_only_price_list_errors(
    one: list[list[str]], other: list[list[str]], header_row: int | None
) -> None:
    last, now = ("\n".join(map(";".join, table)) for table in (one, other))
    previous_profile = None
    for content in (last, now):
        with suppress(PriceListError):
            result = read_next_price_list(
                content, previous_profile, delimiter=";", header_row=header_row
            )
            previous_profile = result.profile
            assert len(result.rows) == len(content.split("\n")) - content.endswith("\n")


FACTS_BODY = "A-1;Screw M4;12.50;100;St\nA-2;Screw M5;13.70;100;St\nA-3;Nut M4 zinc;9.90;1000;St\n"
FACTS = f"Code;Name;Preis netto EUR;PE;ME\n{FACTS_BODY}"


def test_facts_about_prices_are_kept() -> None:
    profile = detected_profile(FACTS)
    assert {key: fact.value for key, fact in profile.price_facts.items()} == {
        "currency": "EUR",
        "price_quantity": "per row",
        "vat_included": "false",
    }
    assert next_list(FACTS, FACTS).items[0].price == Decimal("0.125")


@pytest.mark.parametrize(
    ("column", "now", "field"),
    [("PE", "Menge", "price quantity"), ("ME", "Art", "unit"), ("PE", "Per", "price quantity")],
)
def test_moved_column_of_a_fact_is_refused(column: str, now: str, field: str) -> None:
    content = FACTS.replace(f";{column}", f";{now}", 1)
    assert f'the {field} was in the column "{column}"' in error_message_of(content, FACTS)
    assert next_list(content, FACTS, column_mapping={_FIELD[field]: now}).items


_FIELD = {"price quantity": "price_quantity", "unit": "unit"}


@pytest.mark.parametrize(
    ("last", "now", "option"),
    [
        ("Alle Preise in EUR", "Alle Preise in CHF", "currency"),
        ("Alle Preise in EUR", "Alle Preise", "currency"),
        ("Preise je 100 Stück", "Preise je 1000 Stück", "price_quantity"),
        ("Preise je 100 Stück", "", "price_quantity"),
        ("", "Preise je 100 Stück", "price_quantity"),
        ("Preise zzgl. MwSt.", "Preise inkl. MwSt.", "vat_included"),
        ("", "Preise inkl. MwSt.", "vat_included"),
    ],
)
def test_changed_sentence_is_refused(last: str, now: str, option: str) -> None:
    plain = "Code;Name;Preis\nA-1;Lamp;12.50\nA-2;Cable;9.90\n"
    message = error_message_of(f"{now};;\n{plain}", f"{last};;\n{plain}")
    assert f"set it, as in {option}=" in message
    setting = {
        "currency": {"list_currency": "CHF"},
        "price_quantity": {"price_quantity": 100},
        "vat_included": {"vat_included": True},
    }[option]
    assert next_list(f"{now};;\n{plain}", f"{last};;\n{plain}", **setting).items


def test_new_discount_column_is_refused() -> None:
    plain = "Code;Name;Preis\nA-1;Lamp;12.50\nA-2;Cable;9.90\n"
    discounted = "Code;Name;Preis;Rabatt\nA-1;Lamp;12.50;10\nA-2;Cable;9.90;20\n"
    assert "the discount was not stated" in error_message_of(discounted, plain)
    assert next_list(discounted, plain, ignored_columns=["Rabatt"]).items[0].price == Decimal(
        "12.5"
    )
    with pytest.raises(PriceListError, match='the discount was in the column "Rabatt"'):
        next_list(plain, discounted)


@pytest.mark.parametrize("column", ["Stock", "Brand", "EAN", "MPN", "UVP"])
def test_column_that_changes_no_price_may_be_missing(column: str) -> None:
    cell = "4006381333931" if column == "EAN" else "7"
    last = f"Code;Name;Preis;{column}\nA-1;Lamp;12.50;{cell}\n"
    assert next_list("Code;Name;Preis\nA-1;Lamp;12.50\n", last).items


def test_settings_of_the_previous_price_list_apply() -> None:
    plain = "Code;Name;Preis;Gruppe\nA-1;Lamp;12.50;X\n"
    last = detected_profile(
        plain,
        list_currency="EUR",
        price_quantity=100,
        vat_rate="19",
        vat_included=False,
        discount_groups={"X": "50"},
        column_mapping={"discount_group": "Gruppe"},
    )
    for _ in range(2):
        result = read_next_price_list(plain, last)
        item = result.items[0]
        assert (item.price, item.currency) == (Decimal("0.0625"), "EUR")
        assert result.profile.price_facts["currency"].origin == "previous"
        last = result.profile
    assert read_next_price_list(plain, last, price_quantity=1).items[0].price == Decimal("6.25")


def test_remembered_setting_does_not_override_a_new_statement() -> None:
    plain = "Code;Name;Preis\nA-1;Lamp;12.50\n"
    last = detected_profile(plain, list_currency="EUR")
    with pytest.raises(
        PriceListError, match='EUR by currency=EUR and CHF by row 1, "Preise in CHF"'
    ):
        read_next_price_list(f"Preise in CHF;;\n{plain}", last)


def test_profile_of_an_earlier_release_stays_valid() -> None:
    stored = msgspec.to_builtins(detected_profile(FACTS))
    for name in ("price_facts", "sheets", "key_columns"):
        del stored[name]
    stored["columns"] = {
        f: c for f, c in stored["columns"].items() if f in {"sku", "name", "price"}
    }
    profile = msgspec.convert(stored, DetectedProfile)
    assert read_next_price_list(FACTS, profile).items[0].price == Decimal("0.125")


def test_packing_unit_that_an_earlier_release_took_for_the_price_is_chosen_again() -> None:
    content = "Code;Name;PU;Unit cost\nA-1;Lamp;100;12.50\nA-2;Saw;50;2.50\nA-3;Tape;10;3.50\n"
    stored = msgspec.to_builtins(detected_profile(content))
    stored["columns"] = {"sku": "Code", "name": "Name", "price": "PU"}
    del stored["price_facts"]
    profile = msgspec.convert(stored, DetectedProfile)
    assert read_next_price_list(content, profile).items[0].price == Decimal("12.50")


def test_tiers_of_the_previous_price_list_stay() -> None:
    content = "Code;Name;MOQ;1+;10+\nA-1;Lamp;10;5.00;4.00\nA-2;Cable;1;7.00;6.00\n"
    assert [item.price for item in next_list(content, content).items] == [Decimal(4), Decimal(7)]


def test_announced_price_replaces_the_previous_one() -> None:
    last = "Code;Name;Price;New price from 01.12.2036\nA-1;Lamp;5;6\nA-2;Cable;7;8\n"
    item = next_list(last, last).items[0]
    assert (item.price, item.next_price) == (Decimal(5), Decimal(6))
    begun = next_list(last.replace("2036", "2026").replace("12.", "01."), last)
    assert [item.price for item in begun.items] == [Decimal(6), Decimal(8)]
    assert "next_price" not in begun.profile.columns
