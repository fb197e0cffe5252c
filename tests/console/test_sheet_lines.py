"""The settings of single sheets in the form of a supplier."""

from typing import Any

import pytest

from pricebook.console.suppliers.sheet_lines import (
    read_sheet_settings,
    replacement,
    write_sheet_settings,
)
from pricebook.suppliers.source_config_change import merge_patch

SETTINGS: dict[str, Any] = {
    "Fittings: new": {
        "column_mapping": {"price": "Net = EUR"},
        "ignored_columns": ["A, B", "C"],
        "vat_included": False,
        "price_quantity": 100,
    },
    "Taps": {},
}


def test_lines_are_read_as_they_are_written() -> None:
    assert read_sheet_settings(write_sheet_settings(SETTINGS)) == (SETTINGS, None)


def test_line_that_is_no_setting_is_refused() -> None:
    for line in ("Taps currency = EUR", "Taps: colour = red", "Taps: sheet_name = X"):
        settings, problem = read_sheet_settings(f"Taps: currency = EUR\n{line}")
        assert (settings, (problem or "")[:7]) == ({}, "line 2:")


def test_unknown_name_has_the_names_that_may_be_set() -> None:
    _, problem = read_sheet_settings("Taps: rabatt = 58")
    assert problem is not None
    assert problem.startswith(
        'line 1: "rabatt" is no setting of a sheet; those are column_mapping,'
    )
    assert {"discount", "price_quantity"} <= set(problem.split(", "))


def test_value_that_is_none_of_the_setting_is_named() -> None:
    _, problem = read_sheet_settings("Taps: price_quantity = many")
    assert problem == 'line 1: "many" is no value of price_quantity'
    _, problem = read_sheet_settings("Taps: column_mapping.rebate = D")
    assert problem == 'line 1: "D" is no value of column_mapping.rebate'


@pytest.mark.parametrize(
    ("line", "member"),
    [
        ("currency = USD", "currency.a"),
        ("header_row = 3", "header_row.a"),
        ("key_columns = A, B", "key_columns.a"),
    ],
)
def test_member_of_a_setting_without_members_is_refused(line: str, member: str) -> None:
    _, problem = read_sheet_settings(f"Taps: {line}\nTaps: {member} = 5")
    assert problem == f'line 2: "5" is no value of {member}'


def test_replacement_removes_what_is_not_typed() -> None:
    typed = {"Taps": {"column_mapping": {"name": "Text"}}}
    stored = {"Taps": {"currency": "EUR", "column_mapping": {"price": "Net"}}, "Old": {}}
    assert merge_patch(stored, replacement(typed, stored)) == typed
