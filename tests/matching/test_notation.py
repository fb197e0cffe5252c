"""Notations of trades."""

import pytest

from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.measures import find_measures
from pricebook.matching.scoring.notation import plain_notation


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Лампа H11 12V55W", "lampa h11 12v 55w"),
        ("R2V 3G2,5", "r2v 3 x 2,5 mm2"),
        ("H07RN-F 3G1.5mm²", "h07rn-f 3 x 1.5 mm2"),
        ("NYM-J 5x2.5", "nym-j 5 x 2.5 mm2"),
        ("Cable Drum 50m 3x1.5", "cable drum 50m 3 x 1.5 mm2"),
        ("Кабель 3х2,5 кв.мм", "kabel 3 x 2,5 mm2"),
        ("Cable clip 4x6 mm", "cable clip 4x6 mm"),
        ("Screw 4x2.5", "screw 4x2.5"),
        ("саморез уп.500", "samorez up 500"),
        ("Kabel Cat.6", "kabel cat 6"),
        ("Spaghetti n°5", "spaghetti n 5"),
        ("sun cream SPF 50 100 ml", "sun cream spf 50, 100 ml"),
        ("RISO kg 0,5", "riso 0,5 kg"),
        ("ACQUA NAT. cl 50 x 6", "acqua nat. 50 cl x 6"),
        ("Penne gr. 500", "penne 500 gr"),
        ("Windeln Gr. 5", "windeln gr. 5"),
        ("Tuyau L15m", "tuyau 15m"),
        ("5W-40 4 l", "5w-40 4 l"),
        ("500 g 20 Stk", "500 g 20 stk"),
        ("kabel 3.5 m/m 2 m", "kabel 3.5 m/m 2 m"),
        ("DVD-R 16x 4.7GB", "dvd-r 16x 4.7gb"),
        ("Toaster HL7771", "toaster hl7771"),
        ("SODIMM CL16", "sodimm cl16"),
        ("DIN 933 A2 M 10x40", "din 933 a2 m 10x40"),
    ],
)
def test_notations_become_plain(text: str, plain: str) -> None:
    assert plain_notation(fold(text)) == plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25 VPE 500", [("", 25), ("count", 500)]),
        ("Cat 6A 3 m", [("#cat", 6), ("length", 3000)]),
        ("jack 3.5 M/M 2 m", [("", 3.5), ("length", 2000)]),
        ("A4 80 g/m2, 500 ark.", [("#a", 4), ("count", 500), ("mass", 80)]),
        ("pk/100", [("count", 100)]),
        ("ryza 500 arkuszy", [("count", 500)]),
        ("filter 2 dia 55 mm", [("", 2), ("length", 55)]),
    ],
)
def test_units_and_labels_are_told_apart(text: str, expected: list[tuple[str, float]]) -> None:
    measures, _ = find_measures(plain_notation(fold(text)))
    assert sorted((each.dimension, each.values[0]) for each in measures) == expected


def test_a_grade_in_front_of_a_measure_may_be_no_part_of_it() -> None:
    (measure,) = find_measures("indice 20 200 ml")[0]
    assert measure.values == (20200, 200)
