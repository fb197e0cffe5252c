"""From a record of the list to what it is: an article, a rejected row, or nothing to take in."""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from pricebook.ingestion.content import as_shown
from pricebook.ingestion.currencies import listed, meant_by, named_in
from pricebook.ingestion.detect import Table, line_of, title_of
from pricebook.ingestion.doubts import FIELD_NAMES
from pricebook.ingestion.headers import MOST_COLUMNS
from pricebook.ingestion.normalise import code_of, key_of, name_of, shown, storable, words_of
from pricebook.ingestion.numbers import Problem
from pricebook.ingestion.schemas import ListRow, Record, Uncalculated
from pricebook.ingestion.vocabulary import TAX_WORDS, TOTAL_WORDS, UNIT_WORDS

LONGEST_SKU = 255
LONGEST_NAME = 500
LONGEST_CATEGORY = 255
# What a cell of a spreadsheet can hold ("Excel specifications and limits").
LONGEST_CELL = 32_767
# Of a rejected row, to be shown to somebody who mends it.
MOST_KEPT_CHARACTERS = 8_192

_TOTALS = frozenset(map(key_of, TOTAL_WORDS))
_BESIDE_TOTALS = _TOTALS | frozenset(map(key_of, TAX_WORDS | UNIT_WORDS))


_TEXT = frozenset({str})
# The same few names of categories stand in row after row.
_category = lru_cache(maxsize=1024)(name_of)


class RowReader:
    """Reads the records of a table one after the other; remembers the section they stand in."""

    def __init__(
        self, table: Table, read_price: Callable[[str], Decimal | Problem], currency: str
    ) -> None:
        self._table = table
        self._starts_below = table.starts_below
        self._width = len(table.headers)
        self._sku, self._name = table.columns["sku"], table.columns["name"]
        self._price = table.columns["price"]
        self._category = table.columns.get("category")
        self._currency_column = table.columns.get("currency")
        self._read_price = read_price
        self._currency = currency
        self._lines = table.header_lines
        self._section: str | None = None

    def read(self, record: Record) -> ListRow:
        """Tell what the next record is."""
        number, cells, spoiled = record
        if number <= self._starts_below:
            return ListRow(number, "ignored")
        if spoiled:
            return _rejected(record, Problem("malformed_row", spoiled), "")
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        if _TEXT.issuperset(map(type, cells)):
            return self._read_texts(record, cells, cells[self._price])
        if problem := self._uncalculated(cells):
            return _rejected(record, problem, self._code_in(cells))
        return self._read_texts(record, _as_shown(cells), cells[self._price])

    def _read_texts(self, record: Record, cells: list[str], price_cell: str) -> ListRow:
        """Read cells as they are shown; the price may be a number that is no text."""
        sku, name = code_of(cells[self._sku]), name_of(cells[self._name])
        if not (sku and name):
            return self._read_unfinished(record, cells)
        price = self._read_price(price_cell)
        if isinstance(price, Problem):
            return self._without_price(record, cells, price)
        if problem := self._problem(cells, sku, name):
            return _rejected(record, problem, sku)
        category = self._section if self._category is None else _category(cells[self._category])
        titles = self._table.characteristics
        characteristics = {title: cells[index].strip() or None for title, index in titles}
        return ListRow(record[0], "item", sku, name, price, category or None, characteristics)

    def _without_price(self, record: Record, cells: list[str], problem: Problem) -> ListRow:
        if not cells[self._price].strip() or self._is_header(cells):
            return self._read_unfinished(record, cells)
        return _rejected(record, problem, code_of(cells[self._sku]))

    def _uncalculated(self, cells: list[str]) -> Problem | None:
        """Tell a row that has a field whose formula says no value."""
        for field, index in self._table.columns.items():
            if isinstance(cells[index], Uncalculated):
                said = (
                    f"The {FIELD_NAMES[field]} is the formula {shown(cells[index])}, which was "
                    "never calculated: open the list in a spreadsheet program and save it."
                )
                return Problem("not_calculated", said)
        return None

    def _code_in(self, cells: list[str]) -> str:
        code = cells[self._sku]
        return "" if isinstance(code, Uncalculated) else code_of(as_shown(code))

    def _problem(self, cells: list[str], sku: str, name: str) -> Problem | None:
        """Find what keeps a row with code, name and price from being an article."""
        if len(cells) > self._width and any(map(str.strip, cells[self._width :])):
            return _too_many_cells(cells, self._width)
        text = "".join(cells)
        if "\0" in text:
            return Problem("nul_character", "A cell holds a NUL character.")
        if len(text) > LONGEST_SKU and (problem := self._too_long(cells, sku, name)):
            return problem
        if self._currency_column is not None:
            return _other_currency(cells[self._currency_column], self._currency)
        return None

    def _too_long(self, cells: list[str], sku: str, name: str) -> Problem | None:
        category = "" if self._category is None else cells[self._category].strip()
        for kind, text, longest in (
            ("article code", sku, LONGEST_SKU),
            ("name", name, LONGEST_NAME),
            ("category", category, LONGEST_CATEGORY),
            ("cell", max(cells, key=len), LONGEST_CELL),
        ):
            if len(text) > longest:
                said = (
                    f"The {kind} {shown(text)} has {len(text)} characters, at most {longest} fit."
                )
                return Problem("cell_too_long", said)
        return None

    def _read_unfinished(self, record: Record, cells: list[str]) -> ListRow:
        """Tell blank rows, sections and totals from articles that lack something."""
        number = record[0]
        filled = [index for index, cell in enumerate(cells) if cell.strip()]
        if not filled or self._is_total(cells, filled[0]) or self._is_header(cells):
            return ListRow(number, "ignored")
        if len(filled) == 1 and filled[0] != self._price:
            section = name_of(cells[filled[0]])
            if len(section) <= LONGEST_CATEGORY and "\0" not in section:
                self._section = section
            return ListRow(number, "ignored")
        return _rejected(record, self._missing(filled), code_of(cells[self._sku]))

    def _is_header(self, cells: list[str]) -> bool:
        """Tell whether a row is a row of the header once more, as on every page of a printed list.

        The price is a number or nothing where an article stands, so its header is enough.
        """
        price = title_of(cells[self._price])
        heads = {line[self._price] for line in self._lines if len(line) > self._price}
        return (price != "" and price in heads) or line_of(cells) in self._lines

    def _is_total(self, cells: list[str], first: int) -> bool:
        """Tell `Total: 15 pcs` from an article `Total Quartz 9000` whose code is missing."""
        code = cells[self._sku].strip()
        words = words_of(cells[first][:LONGEST_CATEGORY])
        if not words or (code and (first != self._sku or cells[self._name].strip())):
            return False
        told = (word for word in words if not word.isdigit() and not meant_by(word, self._currency))
        return words[0] in _TOTALS and _BESIDE_TOTALS.issuperset(told)

    def _missing(self, filled: list[int]) -> Problem:
        if self._sku not in filled:
            return Problem("missing_sku", "The article code is missing.")
        if self._name not in filled:
            return Problem("missing_name", "The name is missing.")
        return Problem("missing_price", "The price is missing.")


def _as_shown(cells: list[str]) -> list[str]:
    """Let numbers be the text that their sheet shows."""
    return list(map(as_shown, cells))


def _too_many_cells(cells: list[str], width: int) -> Problem:
    return Problem(
        "too_many_cells",
        f"The row has {len(cells)} cells, its table has {width} columns: "
        "a delimiter may stand within a cell that is not quoted.",
    )


def _other_currency(cell: str, currency: str) -> Problem | None:
    if not cell.strip():
        return None
    codes = named_in(cell, currency) or frozenset()
    if currency in codes:
        return None
    said = listed(codes) if codes else shown(cell)
    return Problem("other_currency", f"The row is in {said}, the catalog is in {currency}.")


def _rejected(record: Record, problem: Problem, sku: str) -> ListRow:
    """Reject a row; its code is kept if it can be one, so that the article is not taken as gone."""
    number, cells, _ = record
    is_code = 0 < len(sku) <= LONGEST_SKU and "\0" not in sku
    return ListRow(
        number,
        "rejected",
        supplier_sku=sku if is_code else None,
        error_type=problem.error_type,
        error_message=problem.message,
        row_data=_kept_cells(_as_shown(cells[:MOST_COLUMNS])),
    )


def _kept_cells(cells: list[str]) -> list[str]:
    """Return the cells of a rejected row, cut where they are longer than is kept of a row."""
    room, kept = MOST_KEPT_CHARACTERS, list[str]()
    for cell in cells:
        kept.append(storable(cell[:room]))
        room -= len(kept[-1])
    return kept
