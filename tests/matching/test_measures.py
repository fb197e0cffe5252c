"""Measures in texts, and whether two texts agree in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.measures import compare_measures, find_measures


def dimensions(text: str) -> list[tuple[str, float]]:
    """Return the dimensions and first values of the measures of a text."""
    measures, _ = find_measures(fold(text))
    return [(measure.dimension, round(measure.values[0], 3)) for measure in measures]


def conflicts(first: str, second: str) -> list[tuple[str, str]]:
    """Return the texts of the measures of two texts that conflict."""
    comparison = compare_measures(find_measures(fold(first))[0], find_measures(fold(second))[0])
    return [(mine.text, other.text) for mine, other in comparison.conflicting]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hammer 16 oz (450 g)", [("mass", 453.6), ("mass", 450)]),
        ("Rohrzange 1-1/2 Zoll", [("length", 38.1)]),
        ('Ratchet 1/2" Dr', [("length", 12.7)]),
        ("Верстак 2000 x 700 мм", [("length", 2000), ("length", 700)]),
        ("Ключ динамометрический 20-100 Нм", [("torque", 20), ("torque", 100)]),
        ("Malerkrepp 19 mm x 50 m", [("length", 19), ("length", 50_000)]),
        ("Drill bit 5x85mm", [("length", 5), ("length", 85)]),
        ("Кабель 3х1,5 мм²", [("", 3), ("area", 1.5)]),
        ("Cola 6 x 330 ml", [("count", 6), ("volume", 330)]),
        ("Cola 330ml x 6", [("volume", 330), ("count", 6)]),
        ("Nut M6, 100/Box", [("count", 100), ("#m", 6)]),
        ("Box of 1000", [("count", 1000)]),
        ("10er Pack", [("count", 10)]),
        ("Feeler gauge set 0.05-1.00 mm", [("length", 0.05), ("length", 1)]),
        ("Сверло 4,5 мм, уп. 10 шт.", [("length", 4.5), ("count", 10)]),
        ("Акку 18В 5,0 Ач", [("voltage", 18), ("charge", 5000)]),
        ("LED 10W 2700K E27", [("power", 10), ("colour temperature", 2700), ("#e", 27)]),
        ("1 000 мм", [("length", 1000)]),
        ("5 in 1", [("", 5), ("", 1)]),
        ("Schraube DIN 933, SW 13", [("#din", 933), ("#sw", 13)]),
        ("office v2.0", [("#v", 2)]),
        ("1 шт.", []),
        ("ohne Zahl", []),
        ("Coach Bolt M10 DIN 603 pack of 50", [("#din", 603), ("#m", 10), ("count", 50)]),
        ("Screw 4.2x19 DIN 7981 Pack", [("", 4.2), ("", 19), ("#din", 7981)]),
        ("Mutter DIN 985-Pack 100", [("#din", 985), ("count", 100)]),
        ("Washer DIN 125 A", [("#din", 125)]),
        ("Bolt ISO 4017 pcs", [("#iso", 4017)]),
        ("Gloves EN 388 pairs", [("#en", 388)]),
        ("Болт ГОСТ 7798-70 шт", [("#gost", 7798)]),
        ("Nut DIN EN ISO 4032 box", [("#iso", 4032)]),
        ("Sac en 500 g", [("mass", 500)]),
        ("Vis en 100 pcs", [("count", 100)]),
        ("Screw 4.2x19 Box of 500", [("", 4.2), ("", 19), ("count", 500)]),
    ],
)
def test_measures_are_found_in_base_units(text: str, expected: list[tuple[str, float]]) -> None:
    assert sorted(dimensions(text)) == sorted(expected)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("500 g", "0,5 kg"),
        ("1.5 l", "1500 мл"),
        ("12 in", "305 mm"),
        ("16 oz", "450 г"),
        ("18 V 5 Ah", "18В 5000 мАч"),
        ("Steckschlüssel SW 13", "Socket 13 mm"),
        ("100 Stk", "pack of 100"),
        ("1,000 kg", "1 kg"),
        ("72T", "72 teeth"),
        ("4x40", "4 x 40 mm"),
    ],
)
def test_equal_measures_do_not_conflict(first: str, second: str) -> None:
    assert conflicts(first, second) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("500 g", "5 kg"),
        ("Drill bit 10 mm", "Drill bit 10.2 mm"),
        ("4x4", "4x40"),
        ("M8", "M10"),
        ("P180", "P120"),
        ("pack of 10", "20 шт"),
        ("230 V", "12 V"),
        ("office 2003", "office 2007"),
    ],
)
def test_different_measures_conflict(first: str, second: str) -> None:
    assert len(conflicts(first, second)) == 1


def test_what_one_text_leaves_out_is_no_conflict() -> None:
    comparison = compare_measures(find_measures("500 g 900 mm")[0], find_measures("500 g")[0])
    assert comparison.conflicting == []
    assert [measure.text for measure in comparison.only_first] == ["900 mm"]


NUMBERS = st.integers(1, 9999)
UNITS = st.sampled_from(["mm", "cm", "m", "g", "kg", "ml", "l", "v", "w", "kw", "pcs", "bar"])
TEXTS = st.lists(st.tuples(NUMBERS, UNITS), max_size=4).map(
    lambda measures: ", ".join(f"{number} {unit}" for number, unit in measures)
)


@given(TEXTS)
def test_a_text_agrees_with_itself(text: str) -> None:
    measures, _ = find_measures(text)
    comparison = compare_measures(measures, measures)
    assert len(comparison.agreeing) == len(measures)
    assert not comparison.conflicting
    assert not comparison.only_first
    assert not comparison.only_second


@given(TEXTS, TEXTS)
def test_comparison_is_symmetric_and_accounts_for_every_measure(first: str, second: str) -> None:
    mine, others = find_measures(first)[0], find_measures(second)[0]
    one, other = compare_measures(mine, others), compare_measures(others, mine)
    assert len(one.agreeing) == len(other.agreeing)
    assert len(one.conflicting) == len(other.conflicting)
    assert len(one.agreeing) + len(one.conflicting) + len(one.only_first) == len(mine)
    assert len(one.agreeing) + len(one.conflicting) + len(one.only_second) == len(others)


@given(NUMBERS, st.sampled_from([("kg", "g", 1000), ("m", "mm", 1000), ("l", "ml", 1000)]))
def test_conversion_does_not_change_a_measure(number: int, units: tuple[str, str, int]) -> None:
    large, small, factor = units
    assert conflicts(f"{number} {large}", f"{number * factor} {small}") == []
    assert conflicts(f"{number} {large}", f"{number * factor + factor // 2} {small}") != []
