"""Texts outside of the articles: above the header, between and below the articles, at the side."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pricebook.pricelists.detection.bare_statements import (
    is_bare_statement,
    may_name_discount,
    states_price_quantity,
)
from pricebook.pricelists.detection.charges import (
    surcharge_is_added,
    surcharge_is_billed_separately,
)
from pricebook.pricelists.detection.code_legends import defines_code, is_unit_legend
from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.list_factors import list_discounts
from pricebook.pricelists.detection.quantity_labels import is_quantity_label, labelled_quantity
from pricebook.pricelists.detection.statement_tokens import tokenize
from pricebook.pricelists.detection.statement_words import CURRENCY_LABELS, PRICE_NOUNS
from pricebook.pricelists.detection.undiscounted import is_legend, names_marks
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.text import comparison_key

Place = Literal["above", "below", "inside"]

_MAX_LATER_NOTES = 100
_LEGEND = ("term", "definition")


class Note(NamedTuple):
    """A text outside of the articles: its 1-based row, and where it is relative to them.

    One `of_list` is about all tables of a sheet with several.
    """

    row_number: int
    text: str
    place: Place
    of_list: bool = False


class LaterNotes:
    """Collects the notes among the rows of a whole table, which follow those of the sample."""

    def __init__(self) -> None:
        self.last_article = 0
        self.last_sampled_row = 0
        self._notes: list[tuple[int, str]] = []

    def add(self, row_number: int, cells: Sequence[str]) -> None:
        """Add the text of a row without a price, if it is one about prices."""
        if row_number <= self.last_sampled_row or len(self._notes) >= _MAX_LATER_NOTES:
            return
        if not _is_article_row(cells):
            texts = filter(may_be_note, _texts(cells, filled_columns(cells)))
            self._notes += [(row_number, text) for text in texts]

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
    """Return the texts above the header, and those of rows without an article below it.

    `header_rows` are the 1-based numbers of the header rows; `blank_columns` are columns without a
    header, whose texts are notes at the side. If the records are not the `is_whole` table, articles
    follow them.
    """
    article_rows = [
        number
        for number, cells, _ in records
        if number >= header_rows.stop and _is_article_row(cells)
    ]
    first_article, last_article = min(article_rows, default=0), max(article_rows, default=0)
    repeated = _repeated_columns(records, header_rows, blank_columns)
    notes: list[Note] = []
    for number, cells, malformed in records:
        filled = filled_columns(cells)
        if malformed or not filled or number in header_rows:
            continue
        if number < header_rows.start:
            notes += [Note(number, text, "above") for text in _texts(cells, filled)]
        elif _is_article_row(cells):
            notes += [
                Note(number, cells[column], "inside" if column in repeated else "above")
                for column in filled
                if column in blank_columns
            ]
        else:
            is_above = number < first_article or not article_rows
            is_below = is_whole and number > last_article
            place: Place = "above" if is_above else "below" if is_below else "inside"
            notes += [Note(number, text, place) for text in _texts(cells, filled)]
    return notes


def _repeated_columns(
    records: Sequence[Record], header_rows: range, blank_columns: frozenset[int]
) -> set[int]:
    """Return the columns without a header whose texts stand beside several articles."""
    counts = Counter(
        column
        for number, cells, _ in records
        if number >= header_rows.stop and _is_article_row(cells)
        for column in filled_columns(cells)
        if column in blank_columns
    )
    return {column for column, count in counts.items() if count > 1}


def speaks_of_prices(text: str) -> bool:
    """Return whether a text has a word for prices, so that it may be a sentence about them."""
    return any(token.key in PRICE_NOUNS for token in tokenize(text))


def may_be_note(text: str) -> bool:
    """Return whether the text of a row without a price may say what prices are."""
    return (
        speaks_of_prices(text)
        or is_bare_statement(text, "")
        or states_price_quantity(text, "")
        or labelled_quantity(text) is not None
        or names_marks(text)
        or defines_code(text)
        or may_name_discount(text)
        or list_discounts(text) is not None
        or surcharge_is_added(text) is not None
        or surcharge_is_billed_separately(text)
    )


def _is_article_row(cells: Sequence[str]) -> bool:
    """Return whether a row has several cells and is no note such as `Note: | per 100 pcs`."""
    filled = filled_columns(cells)
    if len(filled) <= 1 or _is_legend(cells, filled):
        return False
    if any(_is_number(cells[column]) for column in filled):
        return True
    first = cells[filled[0]].strip()
    is_label = first.endswith(":") or not any(map(str.isalnum, first)) or speaks_of_prices(first)
    return not is_label


def _is_legend(cells: Sequence[str], filled: Sequence[int]) -> bool:
    texts = [cells[column] for column in filled]
    return len(texts) == len(_LEGEND) and (is_legend(*texts) or is_unit_legend(*texts))


def _is_number(cell: str) -> bool:
    return any(map(str.isdigit, cell)) and not any(map(str.isalpha, cell))


def _texts(cells: Sequence[str], filled: Sequence[int]) -> Iterator[str]:
    """Yield the texts of a row beside the table; a label is joined with the cell beside it.

    A currency or a tax alone says nothing beside a number: `EUR | 1.08`.
    """
    if _is_legend(cells, filled):
        yield " = ".join(cells[column].strip() for column in filled)
        return
    has_number = any(_is_number(cells[column]) for column in filled)
    for position, column in enumerate(filled):
        text, following = cells[column], filled[position + 1 : position + 2]
        is_label = comparison_key(text) in CURRENCY_LABELS or is_quantity_label(text)
        if (is_label or text.rstrip().endswith(":")) and following:
            text = f"{text.rstrip(' :')}: {cells[following[0]]}"
        elif has_number and is_bare_statement(text, ""):
            continue
        yield text
