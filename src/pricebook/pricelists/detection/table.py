"""Detection of the table: header row, columns, and the choice of the delimiter."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pricebook.errors import PriceListError, PriceListIssue
from pricebook.pricelists.detection import key_columns, layout, previous_facts
from pricebook.pricelists.detection.characteristics import (
    characteristic_columns,
    column_title,
    header_row_key,
)
from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    column_contents,
    filled_columns,
    item_rows_below,
)
from pricebook.pricelists.detection.column_names import column_index
from pricebook.pricelists.detection.columns import ColumnAssignment, choose_columns
from pricebook.pricelists.detection.fact_collector import ListSources
from pricebook.pricelists.detection.header_location import HEADER_SEARCH_ROWS, detect_header
from pricebook.pricelists.detection.header_row import (
    ExpectedColumns,
    TableHeader,
    find_first_header,
)
from pricebook.pricelists.detection.legends import without_legend
from pricebook.pricelists.detection.list_surcharge import settle_surcharge
from pricebook.pricelists.detection.notes import Note, read_notes
from pricebook.pricelists.detection.price_basis import ListFacts, detect_price_basis
from pricebook.pricelists.detection.price_groups import PriceGroupSources, settle_price_group
from pricebook.pricelists.detection.promotions import promotion_issues
from pricebook.pricelists.detection.sentences import read_sentences
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.profile import ColumnKind, Fact, PriceBasis
from pricebook.pricelists.schemas.read_config import Field, ReadConfig
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.sections import ArticleLook, article_look

# Rows read after the header for content inference.
CONTENT_SAMPLE_ROWS = 200


class DetectedTable(NamedTuple):
    """The position of the table in a price list and the meaning of its columns.

    `header_row` is 1-based, 0 for no header. Articles are in the rows below `rows_start_below`.
    `sampled_rows` is the number of the last row that was read to detect it. `header_row_keys`
    identify header rows that are repeated on later pages. `columns` and
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
    sampled_rows: int = 0


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


def detect_table(
    records: Sequence[Record], request: ReadRequest, later_notes: Sequence[Note] = ()
) -> DetectedTable:
    """Detect the table from the first records, consistent with the previous profile.

    `later_notes` are the texts about prices below these records.

    Raises PriceListError with every reason: a column is missing or ambiguous, a field would be read
    from another column than in the previous price list, or it is in doubt what the prices are.
    """
    expected = _expected_columns(request)
    header = detect_header(records, request.config, expected, request.previous_profile)
    # A price list may lack columns that are remembered as ignored.
    expected = expected._replace(ignored=request.config.ignored_columns or ())
    item_rows = item_rows_below(records, header.row_number)
    contents = column_contents(item_rows, expected.currency)
    assignment = _choose_columns(request, header, expected, contents)
    columns = assignment.columns
    key_sources = key_columns.KeySources(request, header, columns, contents, item_rows)
    key = key_columns.detect_key(key_sources)
    notes = [*_notes(records, header, columns), *later_notes]
    statements = _without_legends(notes, header, columns)
    price_header = header.cells[columns["price"]] if "price" in columns else ""
    sentences = read_sentences(statements, request.currency, request.today, price_header)
    assignment = settle_surcharge(assignment, header, notes, expected.mapping, request)
    config = _remembered_config(request)
    assignment = settle_price_group(
        PriceGroupSources(request, config, header, contents, notes, expected.mapping), assignment
    )
    columns = assignment.columns
    issues = [*key_columns.with_key_hints(assignment.issues, key_sources), *key.issues]
    list_facts = _detect_facts(
        ListSources(request, config, header, assignment, contents, sentences, notes), issues
    )
    issues += promotion_issues(request, header, assignment, contents, notes)
    assigned_columns = {*columns.values(), *(index for _, index in assignment.tiers)}
    characteristics = characteristic_columns(header, assigned_columns, request.config, issues)
    if issues:
        raise PriceListError.of_issues(issues)
    return DetectedTable(
        header_row=header.row_number,
        rows_start_below=header.row_number
        or _last_row_before_items(records, {*(key.columns or (columns["sku"],)), columns["name"]}),
        sampled_rows=records[-1][0],
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


def _choose_columns(
    request: ReadRequest,
    header: TableHeader,
    expected: ExpectedColumns,
    contents: Sequence[ColumnContent],
) -> ColumnAssignment:
    """Return the columns of the fields; issues include those of the previous profile."""
    config, previous_profile = request.config, request.previous_profile
    if previous_profile is None:
        return choose_columns(header, expected, contents)
    moved = [
        *layout.changed_headers(header, config, previous_profile),
        *layout.added_prices(header, contents, config, previous_profile),
    ]
    mapping = layout.without_missing_columns(expected.mapping, header, config)
    assignment = choose_columns(header, expected._replace(mapping=mapping), contents)
    unconfigured: dict[Field, int] = {
        field: index
        for field, index in assignment.columns.items()
        if field not in config.column_mapping
    }
    changed = layout.changed_kinds(header, unconfigured, contents, previous_profile)
    issues = (*moved, *_without_options_of(moved, assignment.issues), *changed)
    return assignment._replace(issues=issues)


def _detect_facts(sources: ListSources, issues: list[PriceListIssue]) -> ListFacts:
    """Return what the prices are; append the issues, also those of the previous profile."""
    request = sources.request
    list_facts = detect_price_basis(sources)
    issues += list_facts.issues
    if request.previous_profile:
        changes = previous_facts.changed_facts(
            list_facts.facts, request.config, request.previous_profile
        )
        issues += _without_options_of(issues, changes)
    return list_facts


def _without_options_of(
    known: Sequence[PriceListIssue], issues: Iterable[PriceListIssue]
) -> list[PriceListIssue]:
    """Return the issues whose option is not that of a known one already."""
    options = {issue.option for issue in known}
    return [issue for issue in issues if issue.option not in options]


def _remembered_config(request: ReadRequest) -> ReadConfig:
    return previous_facts.remembered_options(request.config, request.previous_profile)


def _article_look(
    records: Sequence[Record], header_row: int, columns: Mapping[Field, int]
) -> ArticleLook | None:
    name = columns["name"]
    if columns.get("sku", name) != name:
        return None
    return article_look(records, header_row, name, columns["price"])


def _expected_columns(request: ReadRequest) -> ExpectedColumns:
    """Return what the options of a request and the previous profile set."""
    config = _remembered_config(request)
    catalog = {"net": False, "gross": True, "as_listed": None}[request.catalog_vat]
    return ExpectedColumns(
        mapping=layout.with_previous_mapping(
            config.column_mapping, request.previous_profile, config.ignored_columns or ()
        ),
        currency=config.currency or request.currency,
        ignored=ignored_columns(request, with_positions=True),
        vat_included=catalog if config.vat_included is None else config.vat_included,
        today=request.today,
        price_quantity_is_set=request.config.price_quantity is not None,
        needs_code=not key_columns.key_names(request),
        configured=frozenset(request.config.column_mapping),
    )


def ignored_columns(request: ReadRequest, *, with_positions: bool) -> tuple[str, ...]:
    """Return the columns that name no field, by the option or that of the previous price list.

    Without `with_positions`, those that are named by position are left out.
    """
    names = request.config.ignored_columns
    if names is None:
        previous = request.previous_profile
        mapped = set(request.config.column_mapping.values())
        remembered = previous.ignored_columns if previous else ()
        return tuple(name for name in remembered if name not in mapped)
    return tuple(name for name in names if with_positions or column_index(name) is None)


def _notes(
    records: Sequence[Record], header: TableHeader, columns: Mapping[Field, int]
) -> list[Note]:
    """Return the texts outside of the articles that may say what the prices are."""
    blank_columns = frozenset(
        index
        for index, cell in enumerate(header.cells)
        if header.header_rows and not cell.strip() and index not in columns.values()
    )
    header_rows = range(header.first_row_number, header.row_number + 1)
    is_whole = len(records) < HEADER_SEARCH_ROWS + CONTENT_SAMPLE_ROWS
    return read_notes(records, header_rows, blank_columns, is_whole=is_whole)


def _without_legends(
    notes: Sequence[Note], header: TableHeader, columns: Mapping[Field, int]
) -> list[Note]:
    """Return the notes without what they say about the cells of units and price quantities."""
    if columns.keys().isdisjoint({"unit", "price_quantity"}):
        return list(notes)
    index = columns.get("price_quantity")
    headers = [] if index is None else [header.cells[index].strip()]
    return [
        note._replace(text=without_legend(note.text, list(filter(None, headers)))) for note in notes
    ]


def _last_row_before_items(records: Sequence[Record], code_and_name: Collection[int]) -> int:
    """Return the 1-based number of the row above the first one with a code and a name."""
    articles = (
        number for number, cells, _ in records if set(code_and_name).issubset(filled_columns(cells))
    )
    return next(articles, 1) - 1


def _column_kinds(contents: Sequence[ColumnContent], width: int) -> tuple[ColumnKind | None, ...]:
    kinds: list[ColumnKind | None] = [content.kind for content in contents[:width]]
    return (*kinds, *[None] * (width - len(kinds)))
