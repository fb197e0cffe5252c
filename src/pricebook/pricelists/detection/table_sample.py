"""The first rows of a table: its header, its articles, and what their columns hold."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.block_notes import notes_around
from pricebook.pricelists.detection.blocks import Block
from pricebook.pricelists.detection.characteristics import header_row_key
from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    column_contents,
    item_rows_below,
)
from pricebook.pricelists.detection.column_options import expected_columns
from pricebook.pricelists.detection.header_location import HEADER_SEARCH_ROWS, detect_header
from pricebook.pricelists.detection.header_row import ExpectedColumns, TableHeader
from pricebook.pricelists.detection.hidden_columns import leave_out_hidden
from pricebook.pricelists.detection.legends import without_legends
from pricebook.pricelists.detection.noted_groups import without_noted_groups
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.price_statements import PriceStatement
from pricebook.pricelists.detection.sentences import Doubt, Sentence, read_sentences
from pricebook.pricelists.detection.unit_meanings import (
    UnitMeanings,
    read_contents,
    split_undecided,
)
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest

# Rows read after the header for content inference.
CONTENT_SAMPLE_ROWS = 200
_NOTHING = PriceStatement()
_DOUBTS: tuple[Doubt, ...] = ("price_quantity",)
MAX_SAMPLED_ROWS = HEADER_SEARCH_ROWS + CONTENT_SAMPLE_ROWS


class TableSample(NamedTuple):
    """The header of the first rows, the rows of articles, and the contents of their columns."""

    expected: ExpectedColumns
    header: TableHeader
    item_rows: list[list[str]]
    contents: Sequence[ColumnContent]
    meanings: UnitMeanings


def read_sample(
    records: Sequence[Record],
    request: ReadRequest,
    unit_meanings: Mapping[str, str] | None,
    later_notes: Sequence[Note],
    block: Block | None,
) -> TableSample:
    """Return what the first rows hold; units have the meanings of the option or of a legend.

    Raises PriceListError if the header cannot be located.
    """
    expected = expected_columns(request)
    known_row = block.header_row if block and not block.is_detected else 0
    header = detect_header(records, request.config, expected, request.previous_profile, known_row)
    header = leave_out_hidden(header, expected, request)
    # A price list may lack columns that are remembered as ignored.
    expected = expected._replace(ignored=request.config.ignored_columns or ())
    repeated = set(map(header_row_key, header.header_rows))
    item_rows = [
        cells
        for cells in item_rows_below(records, header.row_number)
        if header_row_key(cells) not in repeated
    ]
    texts = [*notes_around(records, header, {}, block, MAX_SAMPLED_ROWS), *later_notes]
    cells = column_contents(item_rows, expected.currency)
    header, contents, meanings = read_contents(header, cells, texts, unit_meanings)
    return TableSample(expected, header, item_rows, contents, meanings)


def read_table_sentences(
    notes: Sequence[Note],
    header: TableHeader,
    columns: Mapping[Field, int],
    request: ReadRequest,
) -> list[Sentence]:
    """Return the sentences about prices in texts around a table.

    A definition of a code that no column has leaves in doubt what the prices are for.
    """
    legends = without_legends(without_noted_groups(notes), header, columns)
    statements, undecided = split_undecided(legends)
    price_header = header.cells[columns["price"]] if "price" in columns else ""
    return [
        *(Sentence(each, text, _NOTHING, None, None, _DOUBTS) for each, text in undecided),
        *read_sentences(statements, request.currency, request.today, price_header),
    ]
