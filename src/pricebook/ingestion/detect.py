"""Where the table of a list stands, how its cells are separated and what its columns are."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.ingestion.columns import (
    Header,
    assign,
    columns_named,
    heads_a_table,
    likeliness,
    read_header,
)
from pricebook.ingestion.normalise import name_of, shown, shown_list, storable
from pricebook.ingestion.schemas import Field, Record, SourceConfig

# A header below these rows is found only if header_row names it.
ROWS_LOOKED_AT = 200
MOST_COLUMNS = 1000
_LONGEST_TITLE = 255


class Table(NamedTuple):
    """Where the table of a list is and what its columns hold.

    `header_row` is 1-based; `columns` and `characteristics` (title, column) hold 0-based columns.
    """

    header_row: int
    headers: tuple[str, ...]
    columns: dict[Field, int]
    characteristics: tuple[tuple[str, int], ...]


def choose_delimiter(
    samples: Mapping[str, Sequence[Record]], config: SourceConfig, currency: str
) -> str:
    """Choose a delimiter by the first records that each one gives.

    Best is one that shows a header, then the one whose rows agree most in their width (of two and
    more), then the one with the wider rows: decimal commas too split every row alike.
    """
    return max(samples, key=lambda delimiter: _merit(samples[delimiter], config, currency))


def choose_sheet(
    samples: Mapping[str, Sequence[Record]], config: SourceConfig, currency: str
) -> str:
    """Choose a sheet by the first rows of each, as a delimiter is chosen.

    Raises PriceListError if a second one is as good, or has the same columns: articles on a sheet
    that is passed over would be missing.
    """
    merits = {name: _merit(records, config, currency) for name, records in samples.items()}
    best = max(merits, key=merits.__getitem__)
    titles = {
        name: set(map(title_of, header.cells))
        for name, records in samples.items()
        if (header := _first_header(records, config, currency))
    }
    rivals = [
        name
        for name in samples
        if best in titles and (titles.get(name) == titles[best] or merits[name] == merits[best])
    ]
    if len(rivals) > 1:
        raise PriceListError(
            f"The sheets {shown_list(rivals)} hold a price list each; name one with sheet_name."
        )
    return best


def _merit(records: Sequence[Record], config: SourceConfig, currency: str) -> tuple[bool, int, int]:
    widths = Counter(len(cells) for _, cells, _ in records if len(cells) > 1)
    (width, rows) = widths.most_common(1)[0] if widths else (0, 0)
    return _first_header(records, config, currency) is not None, rows, width


def find_table(records: Sequence[Record], config: SourceConfig, currency: str) -> Table:
    """Find the table from the first records of a list.

    Raises PriceListError if there is no header, or if it leaves in doubt which column is which.
    """
    header = (
        _given_header(records, config, currency)
        or _first_header(records, config, currency)
        or _likeliest_header(records, config, currency)
    )
    if len(header.cells) > MOST_COLUMNS:
        raise PriceListError(f"Row {header.row_number} has more than {MOST_COLUMNS} columns.")
    columns = assign(header, config.column_mapping, currency)
    return Table(
        header_row=header.row_number,
        headers=tuple(map(title_of, header.cells)),
        columns=columns,
        characteristics=_characteristics(header, columns.values(), config),
    )


def _headers(records: Sequence[Record], config: SourceConfig, currency: str) -> Iterator[Header]:
    for number, cells, _ in records:
        yield read_header(number, cells[: MOST_COLUMNS + 1], config.column_mapping, currency)


def _given_header(records: Sequence[Record], config: SourceConfig, currency: str) -> Header | None:
    row = config.header_row
    if row is None:
        return None
    if row > len(records):
        raise PriceListError(f"The list has {len(records)} rows, so row {row} is not its header.")
    return next(_headers(records[row - 1 : row], config, currency))


def _first_header(records: Sequence[Record], config: SourceConfig, currency: str) -> Header | None:
    return next(filter(heads_a_table, _headers(records, config, currency)), None)


def _likeliest_header(records: Sequence[Record], config: SourceConfig, currency: str) -> Header:
    filled = [record for record in records if any(map(str.strip, record[1]))]
    if not filled:
        blank = f"The first {ROWS_LOOKED_AT} rows of the list are blank."
        raise PriceListError(blank if len(records) >= ROWS_LOOKED_AT else "The list is empty.")
    return max(_headers(filled, config, currency), key=likeliness)


def _characteristics(
    header: Header, taken: Collection[int], config: SourceConfig
) -> tuple[tuple[str, int], ...]:
    """Name the columns kept as characteristics: those wanted, else all that are no field."""
    wanted = config.characteristic_columns
    if wanted is None:
        indices = [index for index in range(len(header.cells)) if index not in taken]
    else:
        indices = [index for title in wanted for index in _columns_wanted(header, title)]
    titles: dict[str, int] = {}
    for index in dict.fromkeys(indices):
        title = title_of(header.cells[index])
        if title:
            titles[_unused(title, titles)] = index
    return tuple(titles.items())


def title_of(cell: str) -> str:
    """Clean a header cell to the title that its column has in the catalog."""
    return storable(name_of(cell))[:_LONGEST_TITLE]


def _columns_wanted(header: Header, title: str) -> list[int]:
    columns = columns_named(header.cells, title)
    if not columns:
        raise PriceListError(
            f"Row {header.row_number} has no column {shown(title)}, which is named in "
            f"characteristic_columns; its columns are {shown_list(header.cells) or 'blank'}."
        )
    return columns


def _unused(title: str, titles: Collection[str]) -> str:
    """Call the second column `Colour` of a table `Colour (2)`."""
    numbered = (f"{title} ({number})" for number in count(2))
    return title if title not in titles else next(name for name in numbered if name not in titles)
