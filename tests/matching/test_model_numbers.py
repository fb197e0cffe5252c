"""Model numbers in texts."""

import pytest

from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.model_numbers import find_model_numbers, is_strong


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Sony HT-DDWG700 Home Theater", {"htddwg700"}),
        ("AppleCare MB591LL/A", {"mb591lla"}),
        ("Webcam 961464-0403", {"9614640403"}),
        ("Lager 6205-2RS", {"62052rs"}),
        ("Молоток BH-CL450F", {"bhcl450f"}),
        ("Автомат ВА47-29", {"ba4729"}),
        ("Canon CL-52 ink - 0619B002", {"cl52", "0619b002"}),
    ],
)
def test_model_numbers_are_found(text: str, numbers: set[str]) -> None:
    assert find_model_numbers(fold(text))[0].numbers == numbers


@pytest.mark.parametrize(
    "text",
    [
        *("madden 49ers", "2-part epoxy", "3-in-1", "1st to 4th grade", "4th-6th", "7.1-channel"),
        *("500 g", "18-55mm", "M8x40", "10x20x5mm", "100/box", "1080p", "802.11g", "220В"),
        *("DIN933", "ISO4017", "PH2", "TX20", "IP65", "RJ45", "MP3", "office 2007", "v10.4.3"),
        *("DIN 7981C", "ISO 10642", "DIN EN ISO 10642", "DIN-EN-ISO-10642", "ГОСТ 15150-69"),
        *("P180", "10000 pieces", "01/02/2026", "TX9-TX40", "M3-M12"),
    ],
)
def test_ordinals_sizes_and_standards_are_no_model_numbers(text: str) -> None:
    assert find_model_numbers(fold(text))[0].numbers == frozenset()


def test_two_words_may_be_one_number() -> None:
    assert "rs140" in find_model_numbers("sennheiser rs 140 headphones")[0].joined


@pytest.mark.parametrize(
    "text", ["saw 260 mm", "vpe 500", "pack 24 pcs", "cable 3m", "pump 250", "glove size 10"]
)
def test_a_measure_is_no_number_with_the_word_before_it(text: str) -> None:
    assert find_model_numbers(text)[0].joined == frozenset()


@pytest.mark.parametrize("text", ["filter mb 73280", "pump mw 4301"])
def test_a_unit_without_a_number_before_it_may_begin_a_number(text: str) -> None:
    *_, letters, digits = text.split()
    assert find_model_numbers(text)[0].joined == {letters + digits}


def test_a_unit_belongs_to_the_number_before_it() -> None:
    assert find_model_numbers("lamp 9 w 4301")[0].joined == frozenset()


def test_an_abbreviation_with_a_point_is_no_word_for() -> None:
    assert find_model_numbers("kolodki per. tx1120")[0].numbers == {"tx1120"}


def test_numbers_behind_for_are_of_another_article() -> None:
    numbers, _ = find_model_numbers("ink cartridge for pixma ip6210d and ip6220d - 0619b002")
    assert numbers.numbers == {"0619b002"}
    assert numbers.others == {"ip6210d", "ip6220d"}


def test_numbers_are_taken_out_of_the_text() -> None:
    assert find_model_numbers("saw dw745 10 in")[1].split() == ["saw", "10", "in"]


@pytest.mark.parametrize("number", ["dw745", "htddwg700", "141927"])
def test_long_numbers_identify(number: str) -> None:
    assert is_strong(number)


@pytest.mark.parametrize("number", ["cl52", "24100", "preschool1", "12channel", "mp480a"[:4]])
def test_short_numbers_and_words_do_not(number: str) -> None:
    assert not is_strong(number)
