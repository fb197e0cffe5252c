"""Texts outside of the articles: above the header, between and below the articles, at the side."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.statement_tokens import tokenize
from pricebook.pricelists.detection.statement_words import CURRENCY_LABELS, PRICE_NOUNS
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.text import comparison_key

Place = Literal["above", "below", "inside"]

_MAX_LATER_NOTES = 100


class Note(NamedTuple):
    """A text outside of the articles: its 1-based row, and where it is relative to them."""

    row_number: int
    text: str
    place: Place


class LaterNotes:
    """Collects the notes among the rows of a whole table, which follow those of the sample."""

    def __init__(self, last_sampled_row: int) -> None:
        self.last_article = 0
        self._last_sampled_row = last_sampled_row
        self._notes: list[tuple[int, str]] = []

    def add(self, row_number: int, cells: Sequence[str]) -> None:
        """Add the text of a row without a price, if it is one about prices."""
        if row_number <= self._last_sampled_row or len(self._notes) >= _MAX_LATER_NOTES:
            return
        filled = filled_columns(cells)
        if len(filled) == 1 and speaks_of_prices(cells[filled[0]]):
            self._notes.append((row_number, cells[filled[0]]))

    @property
    def notes(self) -> list[Note]:
        """The notes, below or between the articles."""
        return [
            Note(number, text, "below" if number > self.last_article else "inside")
            for number, text in self._notes
        ]


def read_notes(
    records: Sequence[Record],
    header_rows: range,
    blank_columns: frozenset[int] = frozenset(),
    *,
    is_whole: bool = True,
) -> list[Note]:
    """Return the texts above the header, and those of rows with one filled cell below it.

    `header_rows` are the 1-based numbers of the header rows; `blank_columns` are columns without a
    header, whose texts are notes at the side. If the records are not the `is_whole` table, articles
    follow them.
    """
    notes: list[Note] = []
    last_article = max(
        (number for number, cells, _ in records if len(filled_columns(cells)) > 1), default=0
    )
    first_article: int | None = None
    for number, cells, malformed in records:
        filled = filled_columns(cells)
        if malformed or not filled or number in header_rows:
            continue
        if number < header_rows.start:
            notes += [Note(number, text, "above") for text in _texts(cells, filled)]
        elif len(filled) == 1:
            is_above = first_article is None
            is_below = is_whole and number > last_article
            place: Place = "above" if is_above else "below" if is_below else "inside"
            notes.append(Note(number, cells[filled[0]], place))
        else:
            first_article = first_article or number
            notes += [
                Note(number, cells[column], "above") for column in filled if column in blank_columns
            ]
    return notes


def speaks_of_prices(text: str) -> bool:
    """Return whether a text has a word for prices, so that it may be a sentence about them."""
    return any(token.key in PRICE_NOUNS for token in tokenize(text))


def _texts(cells: Sequence[str], filled: Sequence[int]) -> Iterator[str]:
    """Yield the texts of a row above the header; a label is joined with the cell beside it."""
    for position, column in enumerate(filled):
        text = cells[column]
        if comparison_key(text) in CURRENCY_LABELS and position + 1 < len(filled):
            text = f"{text.rstrip(' :')}: {cells[filled[position + 1]]}"
        yield text
