"""The tables of a sheet that stand below one another: detection of each under the same options.

Only the first one refuses the price list. The rows of another table that cannot be read are
rejected with the reasons.
"""

from collections.abc import Sequence
from contextlib import closing
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.pricelists.detection import table as detect
from pricebook.pricelists.detection.block_conflicts import find_conflict, with_shared_facts
from pricebook.pricelists.detection.block_options import of_later_table, request_of_block
from pricebook.pricelists.detection.blocks import (
    MAX_BLOCKS,
    Block,
    BlockScan,
    find_similar_header,
)
from pricebook.pricelists.detection.characteristics import column_title
from pricebook.pricelists.detection.column_options import expected_columns
from pricebook.pricelists.detection.detection_issues import DetectionError
from pricebook.pricelists.detection.header_location import detect_header
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.formats.table_file import TableFile
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote_list


class TablePart(NamedTuple):
    """Rows of a sheet from a header row on: the table that they are read by, or why they are not.

    `first_row` is the first row of its titles and header, `title_rows` are those with titles,
    `header_row` is the last one. `headers` are the titles of its columns. Rows are
    1-based numbers in the sheet.
    """

    first_row: int
    title_rows: range
    header_row: int
    headers: tuple[str, ...]
    table: DetectedTable | None
    problem: RowProblem | None = None


def find_blocks(
    file: TableFile, sample: Sequence[Record], request: ReadRequest, *, scans_all: bool
) -> Sequence[Block]:
    """Return the tables of a sheet, none if the first rows have one only.

    All rows are read if there are several in the first ones, or with `scans_all`.
    """
    try:
        expected = expected_columns(request)
        header = detect_header(sample, request.config, expected, request.previous_profile)
    except PriceListError:
        return []
    if not header.header_rows:
        return []
    rows, lines, is_detected = (
        range(header.first_row_number, header.row_number + 1),
        list(header.header_rows),
        True,
    )
    if request.config.header_row is None and (above := find_similar_header(sample, header)):
        rows, lines, is_detected = range(above[0], above[0] + 1), [above[1]], False
    if not scans_all:
        scan = BlockScan(rows, lines, is_detected=is_detected)
        for record in sample:
            scan.add(record)
        if not scan.has_several:
            return []
    scan = BlockScan(rows, lines, is_detected=is_detected)
    with closing(file.records()) as records:
        for record in records:
            scan.add(record)
    return scan.finish()


def detect_parts(
    blocks: Sequence[Block], request: ReadRequest, later_notes: Sequence[Note]
) -> tuple[TablePart, ...]:
    """Detect the table of each block; raises PriceListError if the first one cannot be read."""
    tables: list[DetectedTable | RowProblem] = []
    for number, block in enumerate(blocks):
        notes = _notes_of(later_notes, block, blocks)
        try:
            tables.append(_detect(number, blocks, request, notes, tables))
        except PriceListError as error:
            if number == 0:
                raise
            tables.append(_refusal(block, _reasons(error, tables[0])))
    return tuple(_part(block, tables, number) for number, block in enumerate(blocks))


def _detect(
    number: int,
    blocks: Sequence[Block],
    request: ReadRequest,
    notes: Sequence[Note],
    earlier: Sequence[DetectedTable | RowProblem],
) -> DetectedTable:
    """Detect one table; raises PriceListError if it cannot be read under the options."""
    if number == MAX_BLOCKS:
        raise PriceListError(f"The sheet has more than {MAX_BLOCKS} tables.")
    block = blocks[number]
    if block.is_unknown:
        raise PriceListError(
            f"Its titles {quote_list(block.titles)} are not known, so its cells may mean something "
            "else than those above: give them the titles of the first header, or import these rows "
            "as a list of their own."
        )
    request = request_of_block(request, [each.titles for each in blocks], number)
    table = detect.detect_table(block.sample, request, notes, block)
    if number and (conflict := find_conflict(block, table, request, notes, earlier)):
        raise PriceListError(conflict)
    return table


def _reasons(error: PriceListError, first: DetectedTable | RowProblem) -> str:
    """Return why a later table is not read, with settings that do not name its columns alone."""
    if not isinstance(error, DetectionError) or isinstance(first, RowProblem):
        return error.message
    price = first.columns["price"]
    issues = [of_later_table(each, first.headers, price) for each in error.found]
    return DetectionError(issues).message


def _notes_of(later_notes: Sequence[Note], block: Block, blocks: Sequence[Block]) -> Sequence[Note]:
    """Return the notes below the samples that are about a block."""
    index = blocks.index(block)
    end = blocks[index + 1].title_row if index + 1 < len(blocks) else 0
    sampled = {number for number, _, _ in (*block.records, *block.footer)}
    return [
        note
        for note in later_notes
        if note.row_number > block.header_row
        and note.row_number not in sampled
        and (not end or note.row_number < end)
    ]


def _refusal(block: Block, reasons: str) -> RowProblem:
    return RowProblem(
        "malformed_row",
        f"The table with the header in row {block.header_row} cannot be read: {reasons}",
    )


def _part(block: Block, tables: Sequence[DetectedTable | RowProblem], number: int) -> TablePart:
    table = tables[number]
    if isinstance(table, DetectedTable):
        try:
            table = with_shared_facts(table, tables)
        except PriceListError as error:
            if number == 0:
                raise
            table = _refusal(block, error.message)
    if isinstance(table, RowProblem):
        titles = range(block.title_row, block.header_row)
        headers = tuple(map(column_title, block.titles))
        return TablePart(block.title_row, titles, block.header_row, headers, None, table)
    first_row = min(block.header_row, table.header_row - len(table.header_row_keys) + 1)
    titles = range(block.title_row, first_row)
    return TablePart(block.title_row, titles, table.header_row, table.headers, table)
