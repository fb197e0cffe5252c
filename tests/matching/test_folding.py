"""Folding of texts of several alphabets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.matching.scoring.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("DeWalt DW-745", "dewalt dw-745"),
        ("Schlüssel, weiß", "schlussel, weiss"),
        ("Łódź smørrebrød", "lodz smorrebrod"),
        ("Молоток чёрный", "molotok chernii"),
        ("Φίλτρο", "filtro"),
        ("Болт М8х40", "bolt m8 x 40"),
        ("Круг Р180", "krug p180"),
        ("ВА47-29 16А 220В", "ba47-29 16a 220v"),
        ("3×1,5 мм²", "3x1,5 mm2"),
        ("½ дюйма", " 1/2 dyuima"),
        ("20–100 Нм", "20-100 nm"),
        ("iPod™ nano®", "ipod  nano "),
        ("Bohrer Ø 10", "bohrer   10"),
    ],
)
def test_letters_and_signs_become_latin(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_letters_before_a_number_can_be_read_by_sound() -> None:
    assert fold("ВА47-29", latin_shapes=False) == "va47-29"


@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъыьэюяёABCxyz0123456789 -/", max_size=40))
def test_folded_text_is_ascii_lower_case(text: str) -> None:
    folded = fold(text)
    assert folded.isascii()
    assert folded == folded.lower()


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_in_ascii_results(text: str) -> None:
    folded = fold(text)
    if folded.isascii():
        assert fold(folded) == folded
