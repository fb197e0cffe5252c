"""What identifies an article: key_columns, and the key that the reader proposes."""

from typing import Any

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import csv_text, read_next_price_list, read_price_list


def refusal(content: str, **config: Any) -> PriceListError:
    with pytest.raises(PriceListError) as raised:
        read_price_list(content, **config)
    return raised.value


PACKS = csv_text(
    *("Oil 5W30;1 l;8.50", "Oil 5W30;4 l;29.00", "Wax;250 g;6.00", "Glue;50 g;2.00"),
    header="Name;Size;Price",
)


def test_price_list_without_codes_is_refused_with_the_key_of_its_first_rows() -> None:
    message = refusal(PACKS).message
    assert message.startswith("No column was detected for the article code")
    assert '--set key_columns="Name,Size"' in message
    unique = csv_text("Wax;6.00", "Glue;2.00", "Oil;8.50", header="Name;Price")
    assert '--set key_columns="Name"' in refusal(unique).message


def test_key_is_proposed_also_where_the_price_is_a_choice() -> None:
    error = refusal(
        csv_text(
            *("Краска;1 л;100;120", "Краска;5 л;300;350", "Лак;1 л;50;70", "Клей;1 л;5;7"),
            header="Наименование;Фасовка;Опт;Розница",
        )
    )
    assert [issue.option for issue in error.issues] == [
        *("column_mapping.price", "column_mapping.sku"),
    ]
    assert '--set key_columns="Наименование,Фасовка"' in error.issues[-1].message


def test_key_columns_identify_the_articles() -> None:
    result = read_price_list(PACKS, key_columns=["Name", "Size"])
    assert [item.supplier_sku for item in result.items] == [
        *("Oil 5W30 · 1 l", "Oil 5W30 · 4 l", "Wax · 250 g", "Glue · 50 g"),
    ]
    assert result.profile.key_columns == ("Name", "Size")
    assert "sku" not in result.profile.columns
    assert result.items[0].characteristics["Size"] == "1 l"


def test_key_columns_by_letter_and_position() -> None:
    result = read_price_list(PACKS, key_columns=["column A", "column 2"])
    assert result.items[0].supplier_sku == "Oil 5W30 · 1 l"


def test_key_of_the_previous_price_list_applies_until_a_code_is_set() -> None:
    profile = read_price_list(PACKS, key_columns=["Name", "Size"]).profile
    again = read_next_price_list(PACKS, profile)
    assert again.items[0].supplier_sku == "Oil 5W30 · 1 l"
    coded = "\n".join(
        f"{'Code' if n == 0 else f'C{n}'};{line}" for n, line in enumerate(PACKS.splitlines())
    )
    result = read_next_price_list(coded, profile, column_mapping={"sku": "Code"})
    assert result.items[0].supplier_sku == "C1"


def test_missing_or_repeated_key_column_is_refused() -> None:
    error = refusal(PACKS, key_columns=["Name", "Pack"])
    assert 'no column "Pack", which is set in key_columns' in error.message
    assert error.issues[0].option == "key_columns"
    repeated = csv_text("Wax;a;b;6", header="Name;Note;Note;Price")
    message = refusal(repeated, key_columns=["Name", "Note"]).message
    assert 'several columns "Note"' in message
    assert "column B or column C" in message


BRANDS = csv_text(
    *("100;Filter;Bosch;5", "100;Filter;Mann;6", "200;Filter;Bosch;7", "200;Filter;Mann;8"),
    *("300;Belt;Gates;9", "400;Plug;NGK;3"),
    header="Code;Name;Brand;Price",
)


def test_codes_that_repeat_with_other_prices_are_a_choice() -> None:
    error = refusal(BRANDS)
    assert 'The article code "Code" repeats with different prices, such as "100", "200"' in (
        error.message
    )
    assert '--set key_columns="Code,Brand"' in error.message
    assert error.issues[0].candidates == ("Code", "Brand")
    result = read_price_list(BRANDS, key_columns=["Code", "Brand"])
    assert [item.supplier_sku for item in result.items][:2] == ["100 · Bosch", "100 · Mann"]
    assert len(read_price_list(BRANDS, key_columns=["Code"]).items) == 6


def test_one_contradictory_code_is_only_a_proposal() -> None:
    content = BRANDS.replace("200;Filter;Mann", "201;Filter;Mann")
    result = read_price_list(content)
    assert len(result.items) == 6
    assert result.profile.proposed_key_columns == ("Code", "Brand")
    assert read_price_list(PACKS, key_columns=["Name"]).profile.proposed_key_columns == ()


def test_later_price_list_is_not_refused_for_contradictory_codes() -> None:
    first = BRANDS.replace("100;Filter;Mann", "101;Filter;Mann").replace(
        "200;Filter;Mann", "201;Filter;Mann"
    )
    result = read_next_price_list(BRANDS, read_price_list(first).profile)
    assert result.profile.proposed_key_columns == ("Code", "Brand")
    assert len(result.items) == 6


@pytest.mark.parametrize(
    "content",
    [
        # no combination of columns identifies an article
        csv_text("1;Lamp;5", "1;Lamp;6", "2;Saw;5", "2;Saw;6", header="Code;Name;Price"),
        # repeated with equal prices
        csv_text("1;Lamp;a;5", "1;Lamp;b;5", "2;Saw;a;6", "2;Saw;b;6", header="Code;Name;X;Price"),
    ],
)
def test_codes_without_a_better_key_are_read(content: str) -> None:
    result = read_price_list(content)
    assert len(result.items) == 4
    assert result.profile.proposed_key_columns == ()


def test_name_that_serves_as_code_is_a_choice_too() -> None:
    lines = [
        f"{name};{pack};{price}"
        for name, pack, price in (
            *(("Oil", "1 l", 8), ("Oil", "4 l", 30), ("Wax", "1 kg", 9), ("Wax", "5 kg", 40)),
        )
    ]
    content = csv_text(*lines, header="Name;Pack;Price")
    message = refusal(content, column_mapping={"sku": "Name", "name": "Name"}).message
    assert 'The name "Name" repeats with different prices, such as "Oil", "Wax"' in message
    assert '--set key_columns="Name,Pack"' in message


def test_column_with_a_comma_is_proposed_by_its_letter() -> None:
    content = PACKS.replace("Name;Size", "Name;Size, text")
    assert '--set key_columns="Name,column B"' in refusal(content).message


def test_cells_right_of_the_header_are_no_key() -> None:
    rows = ["A;Lamp;5;x", "A;Lamp;6;y", "B;Saw;7;x", "C;Tape;8;x"]
    result = read_price_list("\n".join(["Code;Name;Price", *rows]) + "\n")
    assert result.profile.proposed_key_columns == ()


@pytest.mark.parametrize(
    "rows",
    [
        ["Code;Name;Price EUR 2026;Length", "Code;Name;Price EUR net;Colour"],
        ["Code;Name;Price EUR 2026;Length", "No.;Text;EUR/m;cm", "Code;Name;Price;mm"],
        ["No.;Text;EUR/m;cm", "No.;Text;EUR/kg;mm", "Code;Name;Price;m", "Code;Name;Net price;t"],
        ["Total;Tools;17,50;1", "Total;Lamps;9,00;2"],
    ],
)
def test_repeated_headers_and_totals_are_no_codes_with_several_prices(rows: list[str]) -> None:
    lines = ["Code;Name;Price EUR;Size"]
    for number, row in enumerate(rows):
        lines += [f"A-{number};Hammer {number};1{number},00;5", f"B-{number};Saw;7,50;6", row]
    result = read_price_list("\n".join(lines), "EUR")
    assert result.profile.proposed_key_columns == ()
