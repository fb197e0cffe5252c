"""Detection of the table: header row, columns, and the choice of the delimiter."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.detection import key_columns, layout, previous_facts
from pricebook.pricelists.detection.added_prices import added_new_prices, added_prices
from pricebook.pricelists.detection.ambiguity_errors import column_reference
from pricebook.pricelists.detection.article_rows import last_row_before_items, look_of_articles
from pricebook.pricelists.detection.articles_above import articles_above_issues
from pricebook.pricelists.detection.block_notes import (
    notes_around,
    title_rows,
    without_overridden,
)
from pricebook.pricelists.detection.blocks import Block
from pricebook.pricelists.detection.characteristics import (
    characteristic_columns,
    column_title,
    header_row_key,
    untitled_name_columns,
)
from pricebook.pricelists.detection.column_content import ColumnContent, column_kinds
from pricebook.pricelists.detection.column_options import remembered_config
from pricebook.pricelists.detection.columns import ColumnAssignment, choose_columns
from pricebook.pricelists.detection.detection_issues import (
    DetectionError,
    DetectionIssue,
    with_price_column,
    without_options_of,
)
from pricebook.pricelists.detection.fact_collector import ListSources
from pricebook.pricelists.detection.footnotes import find_footnotes, without_footnotes
from pricebook.pricelists.detection.header_location import HEADER_SEARCH_ROWS
from pricebook.pricelists.detection.header_row import (
    ExpectedColumns,
    TableHeader,
    find_first_header,
)
from pricebook.pricelists.detection.hidden_columns import (
    filled_hidden_columns,
    hidden_column_issues,
)
from pricebook.pricelists.detection.list_surcharge import settle_surcharge
from pricebook.pricelists.detection.mark_legends import mark_texts
from pricebook.pricelists.detection.net_marks import net_columns, takes_discounts
from pricebook.pricelists.detection.noted_groups import noted_groups, rows_of
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.price_alternatives import (
    PriceAlternative,
    alternatives_of,
    settle_price_alternatives,
)
from pricebook.pricelists.detection.price_basis import ListFacts, detect_price_basis
from pricebook.pricelists.detection.price_currencies import other_currencies
from pricebook.pricelists.detection.price_groups import PriceGroupSources, settle_price_group
from pricebook.pricelists.detection.promotion_days import settle_promotion_days
from pricebook.pricelists.detection.promotions import promotion_issues
from pricebook.pricelists.detection.record_types import RecordType, find_record_type
from pricebook.pricelists.detection.section_groups import section_titles
from pricebook.pricelists.detection.table_sample import (
    MAX_SAMPLED_ROWS,
    read_sample,
    read_table_sentences,
)
from pricebook.pricelists.detection.tax_sample import TaxTwin, detect_tax_twin, note_tax_twin
from pricebook.pricelists.detection.unit_meanings import without_meanings
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.profile import ColumnKind, Fact, PriceBasis
from pricebook.pricelists.schemas.read_config import Field, ReadConfig
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.sections import ArticleLook


class DetectedTable(NamedTuple):
    """The position of the table in a price list and the meaning of its columns.

    `header_row` is 1-based, 0 for no header. Articles are in the rows below `rows_start_below`.
    `sampled_rows` is the number of the last row that was read to detect it. `header_row_keys`
    identify header rows that are repeated on later pages. `columns` and
    `characteristics` (title, column) use 0-based columns; `inferred_fields` are those assigned by
    content inference. `basis` is what the prices are, `facts` who says so; `tiers` are (quantity,
    column), ascending. `key_columns` identify an article instead of its code, `proposed_key` would.
    The cells of `net_columns` may be marks of articles without discounts; `mark_texts` has what
    texts state about marks, `footnotes` what they state about prices of articles with a mark.
    `price_alternatives` are the columns of the price if there are several,
    `record_type` is that of the articles.
    `hidden_columns` are those that the sheet hides and that have a title or cells.
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
    net_columns: tuple[int, ...] = ()
    sampled_rows: int = 0
    tax_twin: TaxTwin | None = None
    mark_texts: Mapping[str, str] = {}
    price_alternatives: tuple[PriceAlternative, ...] = ()
    record_type: RecordType | None = None
    hidden_columns: tuple[int, ...] = ()
    footnotes: Mapping[str, str] = {}


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
    if not widths:
        return False, 0, 0
    width, rows = widths.most_common(1)[0]
    return find_first_header(records[:HEADER_SEARCH_ROWS], expected) is not None, rows, width


def detect_table(
    records: Sequence[Record],
    request: ReadRequest,
    later_notes: Sequence[Note] = (),
    block: Block | None = None,
) -> DetectedTable:
    """Detect the table from the first records, consistent with the previous profile.

    `later_notes` are the texts about prices below these records. `block` says where the table is
    if its sheet has several.

    Raises PriceListError with every reason: a column is missing or ambiguous, a field would be read
    from another column than in the previous price list, or it is in doubt what the prices are.
    """
    config = remembered_config(request)
    sample = read_sample(records, request, config.unit_meanings, later_notes, block)
    expected, header, item_rows, contents, meanings = sample
    assignment = _choose_columns(request, header, expected, contents)
    columns = assignment.columns
    key_sources = key_columns.KeySources(request, header, columns, contents, item_rows)
    key = key_columns.detect_key(key_sources)
    notes = [*notes_around(records, header, columns, block, MAX_SAMPLED_ROWS), *later_notes]
    noted, footnotes = noted_groups(notes), find_footnotes(notes, contents, request)
    statements = without_meanings(without_footnotes(notes, footnotes), meanings)
    sentences = read_table_sentences(statements, header, columns, request)
    assignment = settle_surcharge(assignment, header, notes, expected.mapping, request)
    groups = PriceGroupSources(request, config, header, contents, notes, noted, expected.mapping)
    assignment = settle_price_group(groups, assignment)
    assignment = settle_promotion_days(assignment, header, contents, config)
    columns = assignment.columns
    issues = [*key_columns.with_key_hints(assignment.issues, key_sources), *key.issues]
    sources = ListSources(
        request,
        config,
        header,
        assignment,
        contents,
        sentences,
        notes,
        title_rows(block, header),
        meanings,
        section_titles(records, header),
    )
    sources = without_overridden(sources)
    list_facts = _detect_facts(sources, issues)
    issues += promotion_issues(request, header, assignment, contents, notes)
    issues += articles_above_issues(records, header, request.config, rows_of(noted))
    issues += hidden_column_issues(request, header, contents, columns, assignment.inferred_fields)
    alternatives = settle_price_alternatives(
        sources, expected.mapping, list_facts.basis.currency, issues
    )
    assigned_columns = {*columns.values(), *assignment.tier_columns, *alternatives}
    characteristics = characteristic_columns(
        header,
        assigned_columns,
        request.config,
        issues,
        untitled_name_columns(header, contents, columns),
    )
    if issues:
        raise DetectionError(with_price_column(issues, _price_reference(header, columns)))
    further = _FurtherFacts(characteristics, alternatives, footnotes)
    return _detected(sources, list_facts, key, further, records)


class _FurtherFacts(NamedTuple):
    characteristics: tuple[tuple[str, int], ...]
    price_alternatives: tuple[int, ...]
    footnotes: Mapping[str, str]


def _detected(
    sources: ListSources,
    list_facts: ListFacts,
    key: key_columns.DetectedKey,
    further: _FurtherFacts,
    records: Sequence[Record],
) -> DetectedTable:
    """Return the table of a price list without a doubt."""
    header, assignment, contents = sources.header, sources.assignment, sources.contents
    columns = assignment.columns
    assigned_columns = {*columns.values(), *assignment.tier_columns, *further.price_alternatives}
    twin = detect_tax_twin(header, columns, contents, sources.request.currency)
    return DetectedTable(
        header_row=header.row_number,
        rows_start_below=header.row_number
        or last_row_before_items(records, {*(key.columns or (columns["sku"],)), columns["name"]}),
        sampled_rows=records[-1][0],
        headers=tuple(map(column_title, header.cells)),
        header_row_keys=frozenset(map(header_row_key, header.header_rows)),
        kinds=column_kinds(contents, len(header.cells)),
        columns=columns,
        inferred_fields=assignment.inferred_fields,
        characteristics=further.characteristics,
        basis=list_facts.basis,
        tiers=assignment.tiers,
        facts={**list_facts.facts, **note_tax_twin(header, twin)},
        key_columns=key.columns,
        proposed_key=key.proposed,
        net_columns=net_columns(sources, assigned_columns) if takes_discounts(sources) else (),
        article_look=look_of_articles(records, header.row_number, columns),
        tax_twin=twin,
        mark_texts=mark_texts(sources.notes),
        price_alternatives=alternatives_of(
            header.cells,
            further.price_alternatives,
            other_currencies(sources, further.price_alternatives, list_facts.basis.currency),
        ),
        record_type=find_record_type(header, contents, columns),
        hidden_columns=filled_hidden_columns(header, contents),
        footnotes=further.footnotes,
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
        *added_prices(header, contents, config, previous_profile),
    ]
    mapping = layout.without_missing_columns(expected.mapping, header, config)
    assignment = choose_columns(header, expected._replace(mapping=mapping), contents)
    unconfigured: dict[Field, int] = {
        field: index
        for field, index in assignment.columns.items()
        if field not in config.column_mapping
    }
    changed = layout.changed_kinds(header, unconfigured, contents, previous_profile)
    moved += added_new_prices(header, contents, assignment, config, previous_profile)
    issues = (*moved, *without_options_of(moved, assignment.issues), *changed)
    return assignment._replace(issues=issues)


def _detect_facts(sources: ListSources, issues: list[DetectionIssue]) -> ListFacts:
    """Return what the prices are; append the issues, also those of the previous profile."""
    request = sources.request
    list_facts = detect_price_basis(sources)
    issues += list_facts.issues
    if request.previous_profile:
        changes = previous_facts.changed_facts(
            list_facts.facts, request.config, request.previous_profile
        )
        issues += without_options_of(issues, changes)
    return list_facts


def _price_reference(header: TableHeader, columns: Mapping[Field, int]) -> str:
    return column_reference(header, columns["price"]) if "price" in columns else ""
