"""Titles of unknown words below a table: the header of another one, whose columns are not known.

Its rows must not be read by the header above: `Kennz | Was | Menge | Kostet` below `Code | Name |
Price | Stock` has another number where that has the price.
"""

from collections import Counter
from collections.abc import Sequence

from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.currencies import currencies_in_text
from pricebook.pricelists.detection.header_continuation import has_numeric_cell
from pricebook.pricelists.detection.header_texts import mentions_price
from pricebook.pricelists.detection.header_words import field_ranks
from pricebook.pricelists.facts.on_request import is_price_on_request
from pricebook.pricelists.text import split_header

_MIN_TITLES = 3
_MIN_COLUMNS = 2
_MAX_ROWS = 200
_NUMERIC_SHARE = 0.8


class TableColumns:
    """What the first rows of a table have in each column: numbers, codes, texts."""

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        """Begin below the rows of a header."""
        self._lines = lines
        self._rows = 0
        self._filled = Counter[int]()
        self._numbers = Counter[int]()
        self._with_digit = Counter[int]()

    def add(self, cells: Sequence[str]) -> None:
        """Count the cells of a row of the table."""
        if self._rows < _MAX_ROWS:
            self._rows += 1
            for index in filled_columns(cells):
                self._filled[index] += 1
                self._numbers[index] += has_numeric_cell([cells[index]])
                self._with_digit[index] += any(map(str.isdigit, cells[index]))

    def has_titles_of_others(self, cells: Sequence[str], *, is_separate: bool) -> bool:
        """Return whether short texts are titles of columns that are not those of the table.

        They are if one is in the column of the price, and another one in that of the code or of
        other numbers, or nothing stands directly above (`is_separate`).
        """
        filled = filled_columns(cells)
        if len({cells[index].strip().casefold() for index in filled}) < _MIN_TITLES:
            return False
        numbers = list(filter(self._is_number, filled))
        codes = [index for index in filled if index not in numbers and self._is_code(index)]
        prices = [index for index in numbers if self._names_price(index)] or numbers
        if any(any(map(str.isdigit, cells[index])) for index in codes) or not any(
            self._is_other_title(index, cells[index]) for index in prices
        ):
            return False
        return is_separate or len(numbers) + len(codes) >= _MIN_COLUMNS

    def _is_number(self, index: int) -> bool:
        filled = self._filled[index]
        return filled > 0 and self._numbers[index] >= _NUMERIC_SHARE * filled

    def _is_code(self, index: int) -> bool:
        return 0 < self._filled[index] == self._with_digit[index]

    def _titles(self, index: int) -> list[str]:
        return [line[index] for line in self._lines if index < len(line)]

    def _names_price(self, index: int) -> bool:
        titles = self._titles(index)
        return any(mentions_price(each) or "price" in field_ranks(each, "") for each in titles)

    def _is_other_title(self, index: int, cell: str) -> bool:
        """Return whether a text is no part of the title of a column, and stands for no price."""
        known = {word for title in self._titles(index) for word in split_header(title)}
        is_known = known.issuperset(split_header(cell)) or currencies_in_text(cell, "") is not None
        return not (is_known or is_price_on_request(cell))


def may_be_titles(cells: Sequence[str], price: str) -> bool:
    """Return whether short texts may be titles that `TableColumns` has to look at."""
    has_price = bool(price.strip()) and not any(map(str.isdigit, price))
    return (
        has_price and len(filled_columns(cells)) >= _MIN_TITLES and not is_price_on_request(price)
    )
