"""Footnotes that state what the prices of marked articles are: `2) price per 100 pcs`.

Or that they are no longer sold: `† discontinued`.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import ColumnContent, display_text
from pricebook.pricelists.detection.discontinued_words import explains_discontinued
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.sentences import Sentence, read_sentences
from pricebook.pricelists.detection.statement_tokens import number_of, tokenize
from pricebook.pricelists.detection.statement_words import PRICE_NOUNS
from pricebook.pricelists.detection.undiscounted import excludes_discounts
from pricebook.pricelists.schemas.read_request import ReadRequest

# At the start of a text or behind a space; a capital letter is no footnote.
_MARK = r"[*†‡#]{1,3}\)?|\d{1,2}\)|\(\d{1,2}\)|[¹²³⁴⁵⁶⁷⁸⁹]\)?"
_MARKS = re.compile(rf"(?<!\S)(?P<mark>{_MARK})\s*(?=[^\W\d_])")
_SUPERSCRIPTS = frozenset("¹²³⁴⁵⁶⁷⁸⁹")
# Square and cubic units: `1.5 mm²`.
_UNIT_OF_AREA = re.compile(r"(?:\b|\d)[a-zа-я]{1,3}[²³]$", re.IGNORECASE)
_MAX_LENGTH = 1000


class _Footnote(NamedTuple):
    """A mark, its text, and where both are in their note."""

    mark: str
    text: str
    start: int
    end: int


def find_footnotes(
    notes: Sequence[Note], contents: Sequence[ColumnContent], request: ReadRequest
) -> dict[str, str]:
    """Return the texts about prices and discontinued articles, by the mark that sample cells bear.

    Marks of articles without discounts and footnotes about something else are none.
    """
    found = dict[str, str]()
    for note in notes:
        for footnote in _footnotes(note.text):
            is_read = explains_discontinued(footnote.text) or _is_about_prices(
                note, footnote.text, request
            )
            if footnote.mark in found or not is_read:
                continue
            cells = (cell for content in contents for cell in content.cells)
            if any(bears_mark(display_text(cell), footnote.mark) for cell in cells):
                found[footnote.mark] = footnote.text
    return found


def without_footnotes(notes: Sequence[Note], footnotes: Mapping[str, str]) -> list[Note]:
    """Return the notes without the footnotes of marked articles."""
    return [_without(note, footnotes) for note in notes] if footnotes else list(notes)


def bears_mark(cell: str, mark: str) -> bool:
    """Return whether a cell is the mark of a footnote or has it at its end: `Cup 2)`."""
    text = cell.rstrip()
    if not text.endswith(mark):
        return False
    before = text[: -len(mark)]
    if mark.strip("()")[-1:].isdecimal():
        is_bracket = not mark.startswith("(") and before.count("(") > before.count(")")
        return not is_bracket and not before[-1:].isalnum()
    if mark[0] in _SUPERSCRIPTS:
        return not _UNIT_OF_AREA.search(text)
    return before[-1:] != mark[0]


def marked_by(cells: Collection[str], footnotes: Mapping[str, str]) -> str:
    """Return the footnote mark that a cell of a row bears, empty without one."""
    marks = (mark for mark in footnotes if any(bears_mark(cell, mark) for cell in cells))
    return next(marks, "")


def _footnotes(text: str) -> Iterator[_Footnote]:
    """Yield the footnotes of a text; several may stand in one: `1) ...  2) ...`."""
    matches = list(_MARKS.finditer(text[:_MAX_LENGTH]))
    ends = [match.start() for match in matches[1:]]
    for match, end in zip(matches, [*ends, len(text)], strict=False):
        yield _Footnote(match["mark"], text[match.end() : end].strip(), match.start(), end)


def _without(note: Note, footnotes: Mapping[str, str]) -> Note:
    text = note.text
    for footnote in reversed(list(_footnotes(text))):
        if footnotes.get(footnote.mark) == footnote.text:
            text = f"{text[: footnote.start]} {text[footnote.end :]}"
    return note._replace(text=text.strip())


def _is_about_prices(note: Note, text: str, request: ReadRequest) -> bool:
    """Return whether a footnote states or leaves in doubt what a price is."""
    if excludes_discounts(text):
        return False
    tokens = tokenize(text)
    counts = [token for token in tokens if token.kind == "number" and (number_of(token) or 0) > 1]
    if counts and any(token.key in PRICE_NOUNS for token in tokens):
        return True
    place = note._replace(text=text, place="above")
    return any(map(_states_price, read_sentences([place], request.currency, request.today)))


def _states_price(sentence: Sentence) -> bool:
    statement = sentence.statement
    is_for_others = bool(statement.quantities - {1}) or statement.is_per_pack
    is_other_tax = bool(statement.vat_included) and not statement.is_gross_or_net
    said = (sentence.currencies, sentence.valid_from, sentence.doubts)
    return is_for_others or is_other_tax or any(said)
