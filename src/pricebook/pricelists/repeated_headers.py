"""Header rows between the articles, as printed price lists have them on every page."""

from collections.abc import Sequence

from pricebook.pricelists.detection.characteristics import column_title, header_row_key
from pricebook.pricelists.detection.header_words import names_columns
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.text import comparison_key, quote

_MIN_REPEATED = 2


class RepeatedHeaders:
    """Finds the header rows of a table below the first one.

    `problem` is why rows are not read: the header above them has other columns.
    """

    def __init__(self, table: DetectedTable) -> None:
        self.problem: RowProblem | None = None
        self._keys = table.header_row_keys
        self._price = table.columns["price"]
        self._all_titles = set(map(column_title, table.headers)).union(*self._keys) - {""}
        self._titles = {
            index: (table.headers[index], self._titles_in(index, table.headers[index]))
            for index in _read_columns(table)
        }

    def is_header(self, cells: Sequence[str]) -> bool:
        """Return whether a row is a header row.

        An equal price header suffices: in an item row that cell is a number or empty.
        """
        if header_row_key(cells) in self._keys:
            self.problem = None
            return True
        if self._repeats_titles(cells) and names_columns(cells):
            self.problem = self._other_columns(cells)
            return True
        price = column_title(cells[self._price])
        return price != "" and any(
            line[self._price] == price for line in self._keys if len(line) > self._price
        )

    def _repeats_titles(self, cells: Sequence[str]) -> bool:
        """Return whether a row has several titles of the table, which hardly an article has."""
        repeated = sum(cell in self._all_titles for cell in map(str.strip, cells))
        return bool(self._keys) and repeated >= _MIN_REPEATED

    def _other_columns(self, cells: Sequence[str]) -> RowProblem | None:
        """Return why rows below a header are not read, None if it has the columns of the table."""
        for index, (title, known) in self._titles.items():
            if comparison_key(cells[index]) not in known:
                return RowProblem(
                    "malformed_row",
                    f"The header above this row has {quote(cells[index])} where the list begins "
                    f"with {quote(title)}, so its cells may mean something else: bring the columns "
                    "into the order of the first header, or import these rows as a list of their "
                    "own.",
                )
        return None

    def _titles_in(self, index: int, title: str) -> set[str]:
        """Return the keys of the titles of a column in all header rows; it may be empty in one."""
        lines = [line[index] for line in self._keys if index < len(line)]
        return {"", comparison_key(title), *map(comparison_key, lines)}


def _read_columns(table: DetectedTable) -> set[int]:
    """Return the columns from which rows are read, that of the other tax basis too."""
    twin = table.tax_twin
    return {*table.columns.values(), *([twin.column] if twin and twin.is_proved else [])}
