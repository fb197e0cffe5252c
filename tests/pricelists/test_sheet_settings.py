"""Settings that hold for one sheet only, and sheets that differ."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.cli.key_values import parse_assignments
from pricebook.errors import PriceListError
from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricelists.price_lists import read_next_price_list, read_price_list
from pricelists.workbooks import workbook_of

PIPES = [["Code", "Name", "Net", "Gross"], ["P1", "Pipe", 5, 6], ["P2", "Long pipe", 7, 8]]
TAPS = [["Code", "Article", "Price EUR"], ["T1", "Tap", 9], ["T2", "Tall tap", 12]]
BOTH = ["Pipes", "Taps & more"]
CONTENT = workbook_of(**{"Pipes": PIPES, "Taps & more": TAPS})
PRICE = {"Pipes": {"column_mapping": {"price": "Net"}}}


def issues_of(content: bytes, **config: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(PriceListError) as raised:
        read_price_list(content, **config)
    return [(each.sheet, each.option, each.message) for each in raised.value.issues]


def prices(content: bytes, **config: Any) -> dict[str, Decimal | None]:
    result = read_price_list(content, **config)
    return {item.supplier_sku: item.price for item in result.items}


def test_each_sheet_is_read_by_its_own_settings() -> None:
    pipes = {"Pipes": {**PRICE["Pipes"], "discount": "0"}}
    settings = {**pipes, "taps & MORE": {"discount": "50", "currency": "EUR"}}
    result = read_price_list(
        CONTENT, sheet_names=BOTH, sheet_settings=settings, list_currency="USD"
    )
    assert [(row.supplier_sku, row.price, row.currency) for row in result.items] == [
        ("P1", Decimal(5), None),
        ("P2", Decimal(7), None),
        ("T1", Decimal("4.5"), "EUR"),
        ("T2", Decimal(6), "EUR"),
    ]
    assert list(result.profile.sheet_profiles) == BOTH
    sentence = describe_profile(result.profile, 4)
    assert 'Sheet "Taps & more": price from column C "Price EUR": EUR' in sentence


def test_common_settings_are_completed_by_those_of_a_sheet() -> None:
    config: dict[str, Any] = {
        "sheet_names": BOTH,
        "column_mapping": {"price": "Net"},
        "list_currency": "EUR",
        "sheet_settings": {"Taps & more": {"column_mapping": {"price": "Price EUR"}}},
    }
    assert set(prices(CONTENT, **config)) == {"P1", "P2", "T1", "T2"}


def test_refusal_names_the_setting_of_the_sheet() -> None:
    drills = [["Code", "Name", "Net price", "Gross price"], ["D1", "Drill", 5, 6]]
    content = workbook_of(**{"Drills 1": drills, "Taps": TAPS})
    first, _ = issues_of(content, sheet_names=["Drills 1", "Taps"])
    assert first[:2] == ("Drills 1", "column_mapping.price")
    assert '--set sheet_settings."Drills 1".column_mapping.price="Net price"' in first[2]


def test_refusal_of_all_sheets_names_the_common_setting() -> None:
    drills = [["Code", "Name", "Net price", "Gross price"], ["D1", "Drill", 5, 6]]
    saws = [drills[0], ["S1", "Saw", 7, 8]]
    issues = issues_of(workbook_of(Drills=drills, Saws=saws))
    assert [sheet for sheet, _, _ in issues] == ["Drills", "Saws"]
    assert all('--column price="Net price"' in message for _, _, message in issues)


def test_unknown_sheet_is_refused() -> None:
    ((_, option, message),) = issues_of(CONTENT, sheet_settings={"Tubs": {"currency": "EUR"}})
    assert option == "sheet_settings"
    assert message.startswith('The workbook has no sheet "Tubs", for which sheet_settings is set')
    ((_, _, message),) = issues_of(b"Code;Name;Price\nA;B;1\n", sheet_settings=PRICE)
    assert message.startswith('The text file has no sheet "Pipes"')


def test_currency_that_one_sheet_states_is_in_doubt_for_the_other() -> None:
    ((sheet, option, message),) = issues_of(CONTENT, sheet_names=BOTH, sheet_settings=PRICE)
    assert (sheet, option) == ("Pipes", "currency")
    assert "--set sheet_settings.Pipes.currency=EUR" in message


def test_sheet_with_an_entry_may_differ_without_being_named() -> None:
    settings = {"Pipes": {**PRICE["Pipes"], "currency": "EUR"}, "Taps & more": {}}
    assert len(prices(CONTENT, sheet_settings=settings)) == 4


def test_next_price_list_is_compared_sheet_by_sheet() -> None:
    config: dict[str, Any] = {
        "sheet_names": BOTH,
        "sheet_settings": {"Pipes": {**PRICE["Pipes"], "currency": "EUR"}},
    }
    previous = read_price_list(CONTENT, **config).profile
    result = read_next_price_list(CONTENT, previous, sheet_names=BOTH)
    assert len(result.items) == 4
    moved = workbook_of(**{"Pipes": PIPES, "Taps & more": [["Code", "Article", "List"], *TAPS[1:]]})
    with pytest.raises(PriceListError, match=r'Sheet "Taps & more": In the previous price list'):
        read_next_price_list(moved, previous, sheet_names=BOTH)


def test_assignments_of_a_sheet() -> None:
    pairs = [
        "sheet_settings.A. B.column_mapping.price=Net",
        "sheet_settings.A. B.ignored_columns=X,Y",
        "sheet_settings.A. B.discount_groups.C=30",
        "sheet_settings.D={}",
    ]
    assert parse_assignments("--set", pairs, ReadConfig) == {
        "sheet_settings": {
            "A. B": {
                "column_mapping": {"price": "Net"},
                "ignored_columns": ["X", "Y"],
                "discount_groups": {"C": "30"},
            },
            "D": {},
        }
    }


def test_tables_of_a_sheet_with_settings_are_read_each_by_its_header() -> None:
    baths = [["Code", "Title", "Gross", "Net"], ["B1", "Bath", 90, 80]]
    content = workbook_of(**{"Pipes": [*PIPES, [], ["Baths"], *baths], "Taps & more": TAPS})
    config: dict[str, Any] = {
        "sheet_names": BOTH,
        "sheet_settings": {"Pipes": {**PRICE["Pipes"], "currency": "EUR"}},
    }
    result = read_price_list(content, **config)
    assert {item.supplier_sku: item.price for item in result.items} == {
        "P1": Decimal(5),
        "P2": Decimal(7),
        "B1": Decimal(80),
        "T1": Decimal(9),
        "T2": Decimal(12),
    }
    pipes, taps = result.profile.sheet_profiles.values()
    assert ([each.first_row for each in pipes.tables], taps.tables) == ([1, 5], ())
    sentence = describe_profile(result.profile, 5)
    assert 'from row 5 on: price from column D "Net"' in sentence
    again = read_next_price_list(content, result.profile, sheet_names=BOTH)
    assert [item.price for item in again.items] == [item.price for item in result.items]


def test_tables_side_by_side_have_the_settings_of_their_sheet() -> None:
    header = ["Code", "Item", "Price", None, "Code", "Item", "Price"]
    sides = [header, ["A1", "Elbow", 10, None, "B1", "Zinc elbow", 20]]
    content = workbook_of(**{"Elbows": sides, "Taps & more": TAPS})
    config: dict[str, Any] = {
        "sheet_names": ["Elbows", "Taps & more"],
        "sheet_settings": {
            "Elbows": {"currency": "EUR", "discount": "50"},
            "Taps & more": {"discount": "0"},
        },
    }
    result = read_price_list(content, **config)
    assert [item.price for item in result.items] == [5, 10, 9, 12]
    ((sheet, _, message),) = issues_of(content, sheet_names=config["sheet_names"])
    assert sheet == "Elbows"
    assert "--set sheet_settings.Elbows.currency=EUR" in message


def test_discount_of_one_sheet_is_a_question_about_the_others() -> None:
    settings = {**PRICE, "Taps & more": {"discount": "50", "currency": "EUR"}}
    ((sheet, option, message),) = issues_of(
        CONTENT, sheet_names=BOTH, sheet_settings=settings, list_currency="USD"
    )
    assert (sheet, option) == ("Pipes", "discount")
    assert 'which on the sheet "Taps & more" is 50 by discount=50' in message


def test_sheet_whose_price_is_in_doubt_is_not_passed_over() -> None:
    extras: list[list[Any]] = [["Best.-Nr.", "Artikel", "Verp.", "EUR", "je"]]
    extras += [[f"080{n}", f"Hülse {n},5 mm", 50 * n, n + 0.12, "100 St"] for n in range(1, 8)]
    cables: list[list[Any]] = [["Best.-Nr.", "Bezeichnung", "Preis EUR"]]
    cables += [[f"00{n}", f"Leitung {n}", n + 0.5] for n in range(1, 8)]
    ((_, option, message),) = issues_of(workbook_of(Leitungen=cables, Extras=extras))
    assert option == "sheet_names"
    assert '"Leitungen", "Extras"' in message


def test_discount_of_a_sheet_is_a_question_about_new_sheets_of_later_lists() -> None:
    pipes = [["Code", "Name", "Price"], ["P1", "Pipe", 5], ["P2", "Long pipe", 7]]
    taps = [["Code", "Name", "Price"], ["T1", "Tap", 9], ["T2", "Tall tap", 12]]
    both = workbook_of(Pipes=pipes, Taps=taps)
    config: dict[str, Any] = {
        "sheet_names": ["Pipes", "Taps"],
        "sheet_settings": {"Pipes": {"discount": "50"}},
    }
    of_pipes = read_price_list(workbook_of(Pipes=pipes)).profile
    with pytest.raises(PriceListError, match='"Taps": Nothing states the discount'):
        read_next_price_list(both, of_pipes, **config)
    of_both = read_price_list(both).profile
    later = read_next_price_list(both, of_both, **config)
    assert [item.price for item in later.items] == [Decimal("2.5"), Decimal("3.5"), 9, 12]
