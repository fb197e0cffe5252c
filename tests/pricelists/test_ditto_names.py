"""Ditto marks instead of names: the name of the article above, or a rejected row."""

import pytest

from pricelists.price_lists import read_price_list


def read_names(*rows: tuple[str, str]) -> tuple[list[str], list[tuple[str | None, str]]]:
    """Return the names of the articles, and code and error type of the rejected rows."""
    lines = ["Code\tName\tSize\tPrice", *(f"{code}\t{name}\tM8\t1.50" for code, name in rows)]
    result = read_price_list("\n".join([*lines, ""]), "EUR", delimiter="\t")
    names = [item.name for item in result.items]
    return names, [(row.supplier_sku, row.error_type) for row in result.rejected]


@pytest.mark.parametrize(
    "mark", ["''", "”", "„", "〃", "-''-", "dto.", "Dto", "idem", "Ditto", "id."]
)
def test_ditto_mark_is_the_name_above(mark: str) -> None:
    rows = [("A-1", "Pipe fitting"), ("A-2", mark), ("A-3", mark), ("A-4", "Tap"), ("A-5", mark)]
    names, rejected = read_names(*rows)
    assert names == ["Pipe fitting", "Pipe fitting", "Pipe fitting", "Tap", "Tap"]
    assert not rejected


def test_quotes_of_text_files_are_ditto_marks() -> None:
    names, _ = read_names(("A-1", "Pipe fitting"), ("A-2", '""""'), ("A-3", "Tap"))
    assert names == ["Pipe fitting", "Pipe fitting", "Tap"]


def test_ditto_mark_without_a_name_above_is_rejected() -> None:
    names, rejected = read_names(("A-1", "idem"), ("A-2", "Tap"), ("", "Valves"), ("A-3", "dto."))
    assert names == ["Tap"]
    assert ("A-1", "missing_name") in rejected
    assert ("A-3", "missing_name") in rejected


def test_names_with_such_words_are_kept() -> None:
    names, _ = read_names(("A-1", "Idem lamp"), ("A-2", "Dto. 5 pipe"), ("A-3", "Tap"))
    assert names == ["Idem lamp", "Dto. 5 pipe", "Tap"]
