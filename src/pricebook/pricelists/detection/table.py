"""Detection of the table: header row, columns, and the choice of the delimiter."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import NamedTuple

from pricebook.errors import PriceListError, PriceListIssue
from pricebook.pricelists.detection import key_columns, layout, previous_facts
from pricebook.pricelists.detection.ambiguity_errors import unknown_column_issue
from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    column_contents,
    filled_columns,
    item_rows_below,
)
from pricebook.pricelists.detection.column_names import column_letters, find_columns
from pricebook.pricelists.detection.columns import choose_columns
from pricebook.pricelists.detection.fact_collector import ListSources
from pricebook.pricelists.detection.header_row import (
    MAX_COLUMNS,
    ExpectedColumns,
    TableHeader,
    empty_header,
    find_first_header,
    has_numeric_cell,
    header_containing,
    header_ending_before,
    read_header,
    with_positions,
    without_positions,
)
from pricebook.pricelists.detection.price_basis import detect_price_basis
from pricebook.pricelists.detection.sentences import Note, read_notes, read_sentences
from pricebook.pricelists.helper_columns import rejected_rows_columns
from pricebook.pricelists.schemas import (
    ColumnKind,
    DetectedProfile,
    Fact,
    Field,
    PriceBasis,
    ReadConfig,
    ReadRequest,
    Record,
)
from pricebook.pricelists.sections import ArticleLook, article_look
from pricebook.pricelists.text import clean_name, without_nul

# A header below these rows is used only if header_row sets it.
HEADER_SEARCH_ROWS = 200
# Rows read after the header for content inference.
CONTENT_SAMPLE_ROWS = 200
_MAX_TITLE_LENGTH = 255
_MIN_COLUMNS = 3


class DetectedTable(NamedTuple):
    """The position of the table in a price list and the meaning of its columns.

    `header_row` is 1-based, 0 for no header. Articles are in the rows below `rows_start_below`.
    `header_row_keys` identify header rows that are repeated on later pages. `columns` and
    `characteristics` (title, column) use 0-based columns; `inferred_fields` are those assigned by
    content inference. `basis` is what the prices are, `facts` who says so; `tiers` are (quantity,
    column), ascending. `key_columns` identify an article instead of its code, `proposed_key` would.
    `article_look` is set if no column of codes distinguishes articles from section titles.
    """

    header_row: int
    rows_start_below: int
    headers: tuple[str, ...]
    header_row_keys: frozenset[tuple[str, ...]]
    kinds: tuple[ColumnKind | None, ...]
    columns: dict[Field, int]
    inferred_fields: tuple[Field, ...]
    characteristics: tuple[tuple[str, int], ...]
    basis: PriceBasis
    tiers: tuple[tuple[Decimal, int], ...] = ()
    key_columns: tuple[int, ...] = ()
    facts: Mapping[str, Fact] = {}
    proposed_key: tuple[int, ...] = ()
    article_look: ArticleLook | None = None
    has_sections: bool = True


def choose_delimiter(
    samples: Mapping[str, Sequence[Record]], config: ReadConfig, currency: str
) -> str:
    """Return the best delimiter by the first records that each one produces.

    Order: a header is detected; most rows of equal width (at least two cells); wider rows. The last
    rule is needed because decimal commas split every row equally, too.
    """
    expected = ExpectedColumns(config.column_mapping, currency)
    return max(samples, key=lambda delimiter: sample_score(samples[delimiter], expected))


def sample_score(records: Sequence[Record], expected: ExpectedColumns) -> tuple[bool, int, int]:
    """Return how much the first rows look like a price list; the greatest score is the best."""
    widths = Counter(len(cells) for _, cells, _ in records if len(cells) > 1)
    (width, rows) = widths.most_common(1)[0] if widths else (0, 0)
    return find_first_header(records[:HEADER_SEARCH_ROWS], expected) is not None, rows, width


def detect_table(records: Sequence[Record], request: ReadRequest) -> DetectedTable:
    """Detect the table from the first records, consistent with the previous profile.

    Raises PriceListError with every reason: a column is missing or ambiguous, a field would be read
    from another column than in the previous price list, or it is in doubt what the prices are.
    """
    config, previous_profile = request.config, request.previous_profile
    expected = _expected_columns(request)
    header = _detect_header(records, config, expected, previous_profile)
    item_rows = item_rows_below(records, header.row_number)
    contents = column_contents(item_rows, expected.currency)
    issues: list[PriceListIssue] = []
    if previous_profile:
        issues += layout.changed_headers(header, config, previous_profile)
        expected = expected._replace(
            mapping=layout.without_missing_columns(expected.mapping, header, config)
        )
    assignment = choose_columns(header, expected, contents)
    moved = {issue.option for issue in issues}
    issues += [issue for issue in assignment.issues if issue.option not in moved]
    columns = assignment.columns
    key_sources = key_columns.KeySources(request, header, columns, contents, item_rows)
    key = key_columns.detect_key(key_sources)
    issues = [*key_columns.with_key_hints(issues, key_sources), *key.issues]
    if previous_profile:
        issues += layout.changed_kinds(
            header, _unconfigured(columns, config), contents, previous_profile
        )
    sentences = read_sentences(_notes(records, header, columns), request.currency)
    remembered = previous_facts.remembered_options(config, previous_profile)
    list_facts = detect_price_basis(
        ListSources(request, remembered, header, assignment, contents, sentences)
    )
    issues += list_facts.issues
    if previous_profile:
        known = {issue.option for issue in issues}
        changes = previous_facts.changed_facts(list_facts.facts, config, previous_profile)
        issues += [issue for issue in changes if issue.option not in known]
    assigned_columns = {*columns.values(), *(index for _, index in assignment.tiers)}
    characteristics = _characteristic_columns(header, assigned_columns, config, issues)
    if issues:
        raise PriceListError.of_issues(issues)
    return DetectedTable(
        header_row=header.row_number,
        rows_start_below=header.row_number
        or _last_row_before_items(records, {*(key.columns or (columns["sku"],)), columns["name"]}),
        headers=tuple(map(column_title, header.cells)),
        header_row_keys=frozenset(map(header_row_key, header.header_rows)),
        kinds=_column_kinds(contents, len(header.cells)),
        columns=columns,
        inferred_fields=assignment.inferred_fields,
        characteristics=characteristics,
        basis=list_facts.basis,
        tiers=assignment.tiers,
        facts=list_facts.facts,
        key_columns=key.columns,
        proposed_key=key.proposed,
        article_look=_article_look(records, header.row_number, columns),
    )


def _unconfigured(columns: Mapping[Field, int], config: ReadConfig) -> dict[Field, int]:
    return {field: index for field, index in columns.items() if field not in config.column_mapping}


def _article_look(
    records: Sequence[Record], header_row: int, columns: Mapping[Field, int]
) -> ArticleLook | None:
    name = columns["name"]
    if columns.get("sku", name) != name:
        return None
    return article_look(records, header_row, name, columns["price"])


def _detect_header(
    records: Sequence[Record],
    config: ReadConfig,
    expected: ExpectedColumns,
    previous_profile: DetectedProfile | None,
) -> TableHeader:
    """Return the header; columns that are expected by position do not change where it is."""
    header = _locate_header(records, config, without_positions(expected), previous_profile)
    if len(header.cells) > MAX_COLUMNS:
        raise PriceListError(f"Row {header.row_number} has more than {MAX_COLUMNS:,} columns.")
    return with_positions(header, expected)


def _expected_columns(request: ReadRequest) -> ExpectedColumns:
    """Return what the options of a request and the previous profile set."""
    config = previous_facts.remembered_options(request.config, request.previous_profile)
    catalog = {"net": False, "gross": True, "as_listed": None}[request.catalog_vat]
    return ExpectedColumns(
        mapping=layout.with_previous_mapping(config.column_mapping, request.previous_profile),
        currency=config.currency or request.currency,
        ignored=config.ignored_columns or (),
        vat_included=catalog if config.vat_included is None else config.vat_included,
        today=request.today,
        price_quantity_is_set=request.config.price_quantity is not None,
        needs_code=not key_columns.key_names(request),
        configured=frozenset(request.config.column_mapping),
    )


def _notes(
    records: Sequence[Record], header: TableHeader, columns: Mapping[Field, int]
) -> list[Note]:
    """Return the texts outside of the articles that may say what the prices are."""
    blank_columns = frozenset(
        index
        for index, cell in enumerate(header.cells)
        if header.header_rows and not cell.strip() and index not in columns.values()
    )
    return read_notes(records, range(header.first_row_number, header.row_number + 1), blank_columns)


def _locate_header(
    records: Sequence[Record],
    config: ReadConfig,
    expected: ExpectedColumns,
    previous_profile: DetectedProfile | None,
) -> TableHeader:
    if not any(filled_columns(cells) for _, cells, _ in records):
        blank = f"The first {len(records)} rows of the price list are blank."
        empty = "The price list is empty."
        raise PriceListError(blank if len(records) >= HEADER_SEARCH_ROWS else empty)
    if config.header_row is not None:
        return _configured_header(records, config.header_row, expected)
    first = records[:HEADER_SEARCH_ROWS]
    configured = without_positions(ExpectedColumns(config.column_mapping, expected.currency))
    if layout.had_no_header(previous_profile):
        return find_first_header(first, configured) or empty_header(
            _headerless_width(records), expected
        )
    detected_header = find_first_header(first, expected) or (
        previous_profile and find_first_header(first, configured)
    )
    if detected_header:
        return detected_header
    index = _likeliest_header_row(first, expected)
    if index is None:
        return empty_header(_headerless_width(records), expected)
    return header_containing(records, index, expected)


def _configured_header(
    records: Sequence[Record], row: int, expected: ExpectedColumns
) -> TableHeader:
    if not row:
        return empty_header(_headerless_width(records), expected)
    end = sum(number <= row for number, _, _ in records)
    if end == len(records) and records[-1][0] < row:
        raise PriceListError(
            f"The price list has {records[-1][0]} rows, so header_row {row} does not exist."
        )
    return header_ending_before(records, end, expected)


def _likeliest_header_row(records: Sequence[Record], expected: ExpectedColumns) -> int | None:
    """Return the index of the most likely header row if no header is certain; None if none is.

    Most known words win, else the last row without a digit above the first item. Rows narrower than
    an item are used only if there are no others.
    """
    filled = {
        index: len(filled_columns(cells))
        for index, (_, cells, malformed) in enumerate(records)
        if not malformed
    }
    wide = [index for index, cells in filled.items() if cells >= _MIN_COLUMNS]
    known = {index: read_header([records[index]], expected).known for index in wide or filled}
    without_numbers = [index for index in known if not has_numeric_cell(records[index][1])]
    best = max(
        without_numbers or known, key=lambda index: (known[index], filled[index]), default=None
    )
    if not wide or (best is not None and known[best]):
        return best
    articles = (index for index in wide if _has_digit(records[index][1]))
    first_article = next(articles, len(records))
    above = [index for index in wide if index < first_article]
    return above[-1] if above else None


def _has_digit(cells: Sequence[str]) -> bool:
    return any(map(str.isdigit, "".join(cells)))


def _headerless_width(records: Sequence[Record]) -> int:
    """Return the number of columns of a table without a header."""
    filled = [columns for _, cells, _ in records if (columns := filled_columns(cells))]
    wide = [columns for columns in filled if len(columns) >= _MIN_COLUMNS]
    return 1 + max(columns[-1] for columns in wide or filled)


def _last_row_before_items(records: Sequence[Record], code_and_name: Collection[int]) -> int:
    """Return the 1-based number of the row above the first one with a code and a name."""
    articles = (
        number for number, cells, _ in records if set(code_and_name).issubset(filled_columns(cells))
    )
    return next(articles, 1) - 1


def _column_kinds(contents: Sequence[ColumnContent], width: int) -> tuple[ColumnKind | None, ...]:
    kinds: list[ColumnKind | None] = [content.kind for content in contents[:width]]
    return (*kinds, *[None] * (width - len(kinds)))


def _characteristic_columns(
    header: TableHeader,
    assigned_columns: Collection[int],
    config: ReadConfig,
    issues: list[PriceListIssue],
) -> tuple[tuple[str, int], ...]:
    """Return title and column of the characteristics: those configured, else all other columns.

    An issue is appended for each configured column that does not exist.
    """
    expected = config.characteristic_columns
    if expected is None:
        helpers = rejected_rows_columns(header.cells)
        indices = [
            index
            for index in range(len(header.cells))
            if index not in assigned_columns and index not in helpers
        ]
    else:
        requested = {title: find_columns(header.cells, title, header.parts) for title in expected}
        indices = [index for columns in requested.values() for index in columns]
        issues += [
            unknown_column_issue(header, title, "characteristic_columns")
            for title, columns in requested.items()
            if not columns
        ]
    titles = unique_titles(
        (_characteristic_title(header, index, config), index) for index in dict.fromkeys(indices)
    )
    return tuple(titles.items())


def _characteristic_title(header: TableHeader, index: int, config: ReadConfig) -> str:
    """Return the title of a column; one without a header has a title only if it is configured."""
    title = column_title(header.cells[index])
    if title or config.characteristic_columns is None:
        return title
    return f"column {column_letters(index)}"


def unique_titles(columns: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the columns that have a title by their titles, repeated ones with a number."""
    titles: dict[str, int] = {}
    for title, index in columns:
        if title:
            titles[_unique_title(title, titles)] = index
    return titles


def column_title(cell: str) -> str:
    """Return the title of a column in the catalog: the header cell, cleaned and truncated."""
    return without_nul(clean_name(cell))[:_MAX_TITLE_LENGTH]


def header_row_key(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the key that identifies a repeated header row."""
    titles = list(map(column_title, cells))
    while titles and not titles[-1]:
        titles.pop()
    return tuple(titles)


def _unique_title(title: str, titles: Collection[str]) -> str:
    """Return a title with a number if it is taken: `Colour (2)`."""
    numbered = (f"{title} ({number})" for number in count(2))
    return title if title not in titles else next(name for name in numbered if name not in titles)
