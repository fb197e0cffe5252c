"""An open price list, and the passes over its rows."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing

from pricebook.pricelists.open_tables import OpenTable, order_cells, place_rows
from pricebook.pricelists.row_reader import RowReader
from pricebook.pricelists.row_rejection import stored_cells
from pricebook.pricelists.schemas.price_list_rows import PriceListRow
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest


class PriceList:
    """An open price list: its detected profile and its rows."""

    def __init__(
        self, tables: Sequence[OpenTable], profile: DetectedProfile, request: ReadRequest
    ) -> None:
        self.profile = profile
        self._tables = tables
        self._current = tables[0]
        self._request = request
        self._row_readers: list[RowReader] = []

    @property
    def rows_total(self) -> int | None:
        """Number of rows of a workbook; None for CSV."""
        last = self._tables[-1]
        return None if last.file.rows_total is None else last.rows_before + last.file.rows_total

    @property
    def unread_cells(self) -> dict[Field, int]:
        """By field, the cells that the latest pass kept as text because they are not understood."""
        counts = sum((reader.unread_cells for reader in self._row_readers), Counter[Field]())
        return dict(sorted(counts.items()))

    @property
    def progress(self) -> float:
        """Fraction of the price list that the latest pass has read, 0 to 1."""
        file, rows_before = self._current.file, self._current.rows_before
        if not self.rows_total:
            return file.progress
        return (rows_before + file.progress * (file.rows_total or 0)) / self.rows_total

    def rows(self) -> Iterator[PriceListRow]:
        """Yield one row per record of the file, in order; each call starts a new pass.

        Raises PriceListError if the file has changed since it was opened.
        """
        profile = self.profile
        self._row_readers.clear()
        for opened in self._tables:
            self._current = opened
            read_row = self._start_reader(opened).read
            with closing(opened.records()) as records:
                if profile.sheets:
                    yield from place_rows(map(read_row, records), opened, profile)
                else:
                    yield from map(read_row, records)

    def _start_reader(self, opened: OpenTable) -> RowReader:
        reader = RowReader(
            opened.shifted_table,
            self.profile.numbers,
            self._request,
            has_typed_cells=opened.file.delimiter is None,
        )
        self._row_readers.append(reader)
        return reader

    def cells(self, row_numbers: Collection[int]) -> dict[int, list[str]]:
        """Return the cells of rows by row number, as a rejected row stores them."""
        last, found = max(row_numbers, default=0), dict[int, list[str]]()
        for opened in self._tables:
            with closing(opened.records()) as records:
                for number, cells, _ in records:
                    if number in row_numbers:
                        found[number] = order_cells(stored_cells(cells), opened, self.profile)
                    if number >= last:
                        break
        return found
