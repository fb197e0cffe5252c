"""Where the table of a list stands, how its cells are separated and what its columns are."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.ingestion import layout
from pricebook.ingestion.column_names import columns_named
from pricebook.ingestion.columns import assign
from pricebook.ingestion.content import Content, contents_of, filled_in, rows_of_table
from pricebook.ingestion.headers import (
    MOST_COLUMNS,
    Header,
    Wanted,
    first_header,
    header_around,
    header_ending_with,
    holds_numbers,
    no_header,
    read_header,
)
from pricebook.ingestion.normalise import name_of, shown, shown_list, storable
from pricebook.ingestion.schemas import Field, Findings, Kind, Record, SourceConfig

# A header below these rows is found only if header_row names it.
ROWS_LOOKED_AT = 200
# How many rows more are read to see what the columns hold.
ROWS_OF_CONTENT = 200
_LONGEST_TITLE = 255
_FEWEST_COLUMNS = 3


class Table(NamedTuple):
    """Where the table of a list is and what its columns hold.

    `header_row` is 1-based, 0 where there is no header; the rows of the table are those below
    `starts_below`. `header_lines` are the rows of the header, which pages may repeat. `columns` and
    `characteristics` (title, column) hold 0-based columns, `by_content` those that no header named.
    """

    header_row: int
    starts_below: int
    headers: tuple[str, ...]
    header_lines: frozenset[tuple[str, ...]]
    kinds: tuple[Kind | None, ...]
    columns: dict[Field, int]
    by_content: tuple[Field, ...]
    characteristics: tuple[tuple[str, int], ...]


def choose_delimiter(
    samples: Mapping[str, Sequence[Record]], config: SourceConfig, currency: str
) -> str:
    """Choose a delimiter by the first records that each one gives.

    Best is one that shows a header, then the one whose rows agree most in their width (of two and
    more), then the one with the wider rows: decimal commas too split every row alike.
    """
    wanted = Wanted(config.column_mapping, currency)
    return max(samples, key=lambda delimiter: _merit(samples[delimiter], wanted))


def choose_sheet(
    samples: Mapping[str, Sequence[Record]], config: SourceConfig, currency: str
) -> str:
    """Choose a sheet by the first rows of each, as a delimiter is chosen.

    Raises PriceListError if a second one is as good, or has the same columns: articles on a sheet
    that is passed over would be missing.
    """
    wanted = Wanted(config.column_mapping, currency)
    merits = {name: _merit(records, wanted) for name, records in samples.items()}
    best = max(merits, key=merits.__getitem__)
    titles = {
        name: set(map(title_of, header.cells))
        for name, records in samples.items()
        if (header := first_header(records[:ROWS_LOOKED_AT], wanted))
    }
    rivals = [
        name
        for name in samples
        if best in titles and (titles.get(name) == titles[best] or merits[name] == merits[best])
    ]
    if len(rivals) > 1:
        raise PriceListError(
            f"More than one sheet holds a price list: {shown_list(rivals)}; name one with "
            "sheet_name."
        )
    return best


def _merit(records: Sequence[Record], wanted: Wanted) -> tuple[bool, int, int]:
    widths = Counter(len(cells) for _, cells, _ in records if len(cells) > 1)
    (width, rows) = widths.most_common(1)[0] if widths else (0, 0)
    return first_header(records[:ROWS_LOOKED_AT], wanted) is not None, rows, width


def find_table(
    records: Sequence[Record],
    config: SourceConfig,
    currency: str,
    remembered: Findings | None = None,
) -> Table:
    """Find the table from the first records of a list, as it was in the supplier's last list.

    Raises PriceListError if it leaves in doubt which column is which, or if a field would come from
    another column than it did.
    """
    said = config.column_mapping
    wanted = Wanted(layout.with_memory(said, remembered), currency)
    header = _header(records, config, wanted, remembered)
    if len(header.cells) > MOST_COLUMNS:
        raise PriceListError(f"Row {header.row_number} has more than {MOST_COLUMNS} columns.")
    contents = contents_of(rows_of_table(records, header.row_number), currency)
    if remembered:
        layout.check_header(header, said, remembered)
        wanted = wanted._replace(mapping=layout.without_gone(wanted.mapping, header, said))
    assigned = assign(header, wanted, contents)
    if remembered:
        unsaid: dict[Field, int] = {
            field: index for field, index in assigned.columns.items() if field not in said
        }
        layout.check_contents(header, unsaid, contents, remembered)
    return Table(
        header_row=header.row_number,
        starts_below=header.row_number or _letterhead(records, assigned.columns),
        headers=tuple(map(title_of, header.cells)),
        header_lines=frozenset(map(line_of, header.lines)),
        kinds=_kinds(contents, len(header.cells)),
        columns=assigned.columns,
        by_content=assigned.by_content,
        characteristics=_characteristics(header, assigned.columns.values(), config),
    )


def _header(
    records: Sequence[Record], config: SourceConfig, wanted: Wanted, remembered: Findings | None
) -> Header:
    if not any(filled_in(cells) for _, cells, _ in records):
        blank = f"The first {len(records)} rows of the list are blank."
        raise PriceListError(blank if len(records) >= ROWS_LOOKED_AT else "The list is empty.")
    if config.header_row is not None:
        return _given_header(records, config.header_row, wanted)
    first = records[:ROWS_LOOKED_AT]
    said = Wanted(config.column_mapping, wanted.currency)
    if layout.had_no_header(remembered):
        return first_header(first, said) or no_header(_width(records), wanted)
    found = first_header(first, wanted) or (remembered and first_header(first, said))
    if found:
        return found
    index = _likeliest(first, wanted)
    if index is None:
        return no_header(_width(records), wanted)
    return header_around(records, index, wanted)


def _given_header(records: Sequence[Record], row: int, wanted: Wanted) -> Header:
    if not row:
        return no_header(_width(records), wanted)
    end = sum(number <= row for number, _, _ in records)
    if end == len(records) and records[-1][0] < row:
        raise PriceListError(f"The list has {records[-1][0]} rows, so row {row} is not its header.")
    return header_ending_with(records, end, wanted)


def _likeliest(records: Sequence[Record], wanted: Wanted) -> int | None:
    """Find the row that looks most like a header where none surely is one; None if none does.

    That is one of which some words are known, else the last row without a digit above the articles.
    Rows narrower than an article count only where there are no others.
    """
    filled = {
        index: len(filled_in(cells))
        for index, (_, cells, spoiled) in enumerate(records)
        if not spoiled
    }
    wide = [index for index, cells in filled.items() if cells >= _FEWEST_COLUMNS]
    known = {index: read_header([records[index]], wanted).known for index in wide or filled}
    wordy = [index for index in known if not holds_numbers(records[index][1])]
    best = max(wordy or known, key=lambda index: (known[index], filled[index]), default=None)
    if not wide or (best is not None and known[best]):
        return best
    articles = (index for index in wide if _has_digit(records[index][1]))
    first_article = next(articles, len(records))
    above = [index for index in wide if index < first_article]
    return above[-1] if above else None


def _has_digit(cells: Sequence[str]) -> bool:
    return any(map(str.isdigit, "".join(cells)))


def _width(records: Sequence[Record]) -> int:
    """Tell how many columns a table without a header has."""
    filled = [columns for _, cells, _ in records if (columns := filled_in(cells))]
    wide = [columns for columns in filled if len(columns) >= _FEWEST_COLUMNS]
    return 1 + max(columns[-1] for columns in wide or filled)


def _letterhead(records: Sequence[Record], columns: Mapping[Field, int]) -> int:
    """Tell the last row above the first one that has a code and a name."""
    keys = {columns["sku"], columns["name"]}
    articles = (number for number, cells, _ in records if keys.issubset(filled_in(cells)))
    return next(articles, 1) - 1


def _kinds(contents: Sequence[Content], width: int) -> tuple[Kind | None, ...]:
    kinds: list[Kind | None] = [content.kind for content in contents[:width]]
    return (*kinds, *[None] * (width - len(kinds)))


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


def line_of(cells: Sequence[str]) -> tuple[str, ...]:
    """Clean a row to what tells whether it is the header once more."""
    titles = list(map(title_of, cells))
    while titles and not titles[-1]:
        titles.pop()
    return tuple(titles)


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
