"""The pass over the price columns of all tables, before their rows are read.

It finds the number notation of the whole columns and what lies below the samples.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice

from pricebook.pricelists import numbers
from pricebook.pricelists.detection.blocks import HeaderWatch
from pricebook.pricelists.detection.notes import LaterNotes
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.open_tables import Findings, OpenTable
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.profile import NumberProfile


class _Collector:
    """Collects what the rows of a file below its sample have."""

    def __init__(self, opened: OpenTable) -> None:
        table = opened.table
        self.is_split = bool(opened.parts)
        self.later_notes = LaterNotes()
        lines = [table.headers, *table.header_row_keys] if table.header_row else []
        self.watch = HeaderWatch(lines, table.sampled_rows)

    @property
    def findings(self) -> Findings:
        return Findings(self.later_notes.notes, self.is_split or self.watch.is_found)


def read_price_columns(
    tables: Sequence[OpenTable],
) -> tuple[NumberProfile, Sequence[Findings]]:
    """Return the number profile of all prices, and the findings of each file below its sample."""
    collectors = list(map(_Collector, tables))
    cells = chain.from_iterable(map(_price_cells, tables, collectors))
    number_profile = numbers.detect_number_profile(cells, tables[0].table.basis.currency)
    return number_profile, [collector.findings for collector in collectors]


def _price_cells(opened: OpenTable, collector: _Collector) -> Iterator[str]:
    """Yield the filled price cells of the tables of a file."""
    with closing(opened.file.records()) as records:
        if not opened.parts:
            yield from _cells_of_table(records, opened.table, collector)
            return
        ends = [part.first_row - 1 for part in opened.parts[1:]]
        rows_read = 0
        for part, end in zip(opened.parts, [*ends, None], strict=True):
            own = islice(records, None if end is None else end - rows_read)
            if part.table is None:
                collector.later_notes.last_article = max(map(_number, own), default=0)
            else:
                yield from _cells_of_table(own, part.table, collector)
            rows_read = end or 0


def _cells_of_table(
    records: Iterable[Record], table: DetectedTable, collector: _Collector
) -> Iterator[str]:
    """Yield the filled price cells below a header; collect the texts of rows without one."""
    column, *others = [each.column for each in table.price_alternatives] or [table.columns["price"]]
    rows_start_below = table.rows_start_below
    later_notes, look = collector.later_notes, collector.watch.look
    later_notes.last_sampled_row = table.sampled_rows
    is_split = collector.is_split
    last_article = 0
    for number, cells, malformed in records:
        if number <= rows_start_below or malformed:
            continue
        cell = cells[column] if len(cells) > column else ""
        cell = cell or next((cells[i] for i in others if len(cells) > i and cells[i]), "")
        if cell:
            last_article = number
            if not (is_split or cell[0].isdigit()):
                look(number, cells, cell)
            yield cell
        else:
            later_notes.add(number, cells)
            if not is_split:
                look(number, cells, cell)
    later_notes.last_article = max(last_article, later_notes.last_article)


def _number(record: Record) -> int:
    return record[0]
