"""What of a name is marked as different from another name."""

import pytest

from pricebook.console.letter_differences import mark_differences


def marked(name: str, other: str) -> list[str]:
    return [part for part, differs in mark_differences(name, other) if differs]


def test_differences_are_marked_by_word_and_by_letter() -> None:
    assert marked("Lube Spray 300 ml, Slipstedt", "spray lube 300ml") == ["Slipstedt"]
    assert marked("Hammer grey", "hamer gray") == ["m", "e"]
    assert marked("M8 x 40", "M8 x 45") == ["40"]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("HEADSET, black", "Black headset"),
        ("Headset 981000040", "Headset 981-000040"),
        ("Reader MRW62ES1181", "Reader MRW62E/S1/181"),
        ("Camera Back Pack", "Camera backpack"),
        ("Saw 8 in.", 'Saw 8"'),
        ("Saw 8-inch", "Saw 8 in"),
        ("Drill 18 Volt 2.0 Ah", "Drill 18V 2 Ah"),
        ("Screw M8 x 40", "Screw M8×40"),
        ("Schlüssel 1,5 mm", "Schlussel 1.5mm"),
    ],
)
def test_what_is_spelled_otherwise_is_no_difference(name: str, other: str) -> None:
    assert marked(name, other) == []
    assert marked(other, name) == []


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("Pipe 1/2", "Pipe 12", ["1", "2"]),
        ("Pipe 12", "Pipe 1/2", ["12"]),
        ("Player in black", 'Player black 8"', ["in"]),
        ("Case 1,000", "Case 1", ["1,000"]),
        ("Switch 10/100", "Switch 10/1000", ["100"]),
        ("Drive 8 GB", "Drive 8 TB", ["GB"]),
    ],
)
def test_what_reads_alike_is_a_difference(name: str, other: str, expected: list[str]) -> None:
    assert marked(name, other) == expected


@pytest.mark.parametrize("name", ["İ ẞ x" * 300, "1-2/3 " * 200, "Øø5 ½ × a" * 50, ""])
def test_the_parts_are_the_whole_name(name: str) -> None:
    assert "".join(part for part, _ in mark_differences(name, "ss i 1-2")) == name
