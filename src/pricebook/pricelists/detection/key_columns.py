"""What identifies an article: the key columns that are set, or a proposal where a code does not.

A price list needs no codes: its names may serve, alone or with another column such as the pack. A
code may identify an article only within its brand. The first rows show it: a key that occurs with
different prices does not identify an article.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec

from pricebook.pricelists.detection.ambiguity_errors import (
    FIELD_LABELS,
    column_label,
    column_reference,
    unknown_column_issue,
)
from pricebook.pricelists.detection.column_content import ColumnContent, display_text
from pricebook.pricelists.detection.column_names import column_letters, find_columns
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    setting,
)
from pricebook.pricelists.detection.header_continuation import has_numeric_cell
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_words import names_columns
from pricebook.pricelists.detection.vocabulary import TOTAL_WORDS
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import clean_name, comparison_key, quote, quote_list

# Fields that can complete a key, best first.
_KEY_FIELDS: tuple[Field, ...] = (
    *("brand", "pack_size", "unit", "mpn", "gtin", "min_order_quantity", "category"),
)
_KEY_KINDS = frozenset({"words", "texts", "codes", "whole", None})
_MAX_CANDIDATES = 12
_MAX_ADDED_COLUMNS = 2
_OPTION, _CODE_OPTION = "key_columns", "column_mapping.sku"
# Of these many contradictory codes on, the first price list of a supplier is refused.
_MIN_CONTRADICTORY_CODES = 2
_TOTAL_WORDS = frozenset(map(comparison_key, TOTAL_WORDS))


class KeySources(NamedTuple):
    """What decides the key: the options, the header, its columns and the first rows."""

    request: ReadRequest
    header: TableHeader
    columns: Mapping[Field, int]
    contents: Sequence[ColumnContent]
    rows: Sequence[Sequence[str]]

    @property
    def titled_contents(self) -> Sequence[ColumnContent]:
        """The contents of the columns of the header; cells to the right of it identify nothing."""
        return self.contents[: len(self.header.cells)]


class DetectedKey(NamedTuple):
    """The key columns that are set, else a proposal; and the reasons to refuse the price list."""

    columns: tuple[int, ...] = ()
    proposed: tuple[int, ...] = ()
    issues: tuple[DetectionIssue, ...] = ()


def key_names(request: ReadRequest) -> Sequence[str]:
    """Return the names of the key columns that the options or the previous profile set.

    A column that is set for the code replaces those of the previous profile.
    """
    if request.config.key_columns is not None:
        return request.config.key_columns
    if request.previous_profile is None or "sku" in request.config.column_mapping:
        return ()
    return request.previous_profile.key_columns


def detect_key(sources: KeySources) -> DetectedKey:
    """Return the key that is set; else one to propose if codes repeat with different prices.

    The first price list of a supplier is refused if several do, as it is a choice what its articles
    are. Later ones are read as before.
    """
    names = key_names(sources.request)
    if names:
        return _configured_key(sources.header, names)
    columns = sources.columns
    if not {"sku", "name", "price"} <= columns.keys():
        return DetectedKey()
    base = columns["sku"]
    codes = contradictory_keys(sources.rows, [base], [columns["price"]])
    key = propose_key(sources, base, [columns["price"]]) if codes else None
    if key is None:
        return DetectedKey()
    is_first = sources.request.previous_profile is None
    if is_first and len(codes) >= _MIN_CONTRADICTORY_CODES:
        return DetectedKey(issues=(_contradiction_issue(sources, list(codes), key),))
    return DetectedKey(proposed=key)


def with_key_hints(issues: Iterable[DetectionIssue], sources: KeySources) -> list[DetectionIssue]:
    """Return issues; that of a code without a column names the key that the rows propose."""
    return [
        _with_key_hint(issue, sources) if issue.option == _CODE_OPTION else issue
        for issue in issues
    ]


def _with_key_hint(issue: DetectionIssue, sources: KeySources) -> DetectionIssue:
    columns = sources.columns
    prices = [columns["price"]] if "price" in columns else [*sources.header.candidates["price"]]
    if "sku" in columns or "name" not in columns or not prices:
        return issue
    key = propose_key(sources, columns["name"], prices)
    option = key_option(sources.header, key or (columns["name"],))
    return msgspec.structs.replace(
        issue,
        message=f"{issue.message.rstrip('.')}; or, if the list has no codes, set what identifies "
        f"an article with {option}.",
    )


def _configured_key(header: TableHeader, names: Iterable[str]) -> DetectedKey:
    found = {name: find_columns(header.cells, name, header.parts) for name in names}
    issues = [
        unknown_column_issue(header, name, _OPTION)
        if not columns
        else DetectionIssue(
            f"The price list has several columns {quote(name)}, which is set in key_columns; name "
            f"one by its position: "
            f"{' or '.join(f'column {column_letters(index)}' for index in columns)}.",
            _OPTION,
            tuple(f"column {column_letters(index)}" for index in columns),
        )
        for name, columns in found.items()
        if len(columns) != 1
    ]
    indices = dict.fromkeys(index for columns in found.values() for index in columns[:1])
    return DetectedKey(tuple(indices), issues=tuple(issues))


def contradictory_keys(
    rows: Sequence[Sequence[str]], key: Sequence[int], price_columns: Sequence[int]
) -> Collection[str]:
    """Return the keys that occur with different prices in the rows, as texts."""
    seen: dict[tuple[str, ...], tuple[str, ...]] = {}
    contradictory: dict[tuple[str, ...], None] = {}
    for cells in rows:
        if len(cells) <= max(*key, *price_columns):
            continue
        prices = tuple(cells[index].strip() for index in price_columns)
        values = tuple(clean_name(display_text(cells[index])) for index in key)
        is_article = values[0] and _is_article(values[0], cells, prices)
        if is_article and seen.setdefault(values, prices) != prices:
            contradictory[values] = None
    return [" ".join(values) for values in contradictory]


def _is_article(code: str, cells: Sequence[str], prices: Sequence[str]) -> bool:
    """Return whether a row has a price, and is neither a repeated header nor a total."""
    if not any(map(str.isdigit, "".join(prices))) or comparison_key(code) in _TOTAL_WORDS:
        return False
    return has_numeric_cell(prices) or not names_columns(map(display_text, cells))


def propose_key(
    sources: KeySources, base: int, price_columns: Sequence[int]
) -> tuple[int, ...] | None:
    """Return a column and at most two more that identify an article in the rows, else None.

    Columns of brands, packs and units are preferred, then those with few different values.
    """
    candidates = [
        index
        for index in _candidates(base, sources.columns, sources.titled_contents)
        if index not in price_columns
    ]
    for added in range(_MAX_ADDED_COLUMNS + 1):
        for others in combinations(candidates, added):
            if not contradictory_keys(sources.rows, (base, *others), price_columns):
                return base, *others
    return None


def key_option(header: TableHeader, key: Iterable[int]) -> str:
    """Return the setting that makes columns the key, for a message."""
    names = ",".join(key_reference(header, index) for index in key)
    return setting("key_columns", f'"{names}"')


def key_reference(header: TableHeader, index: int) -> str:
    """Return the header of a column, or `column C` if it is not unique or not plain text."""
    name = column_reference(header, index)
    return f"column {column_letters(index)}" if "," in name or '"' in name else name


def _contradiction_issue(
    sources: KeySources, codes: Sequence[str], key: Sequence[int]
) -> DetectionIssue:
    header, columns = sources.header, sources.columns
    field: Field = "name" if columns["sku"] == columns["name"] else "sku"
    added = " and ".join(column_label(header, index) for index in key[1:])
    base = column_label(header, key[0])
    return DetectionIssue(
        f"The {FIELD_LABELS[field]} {base} repeats with different prices, such as "
        f"{quote_list(codes[:3])}, and identifies an article only together with {added}; set what "
        f"identifies an article: {key_option(header, key)}, or {key_option(header, key[:1])} to "
        "reject the repeated rows.",
        _OPTION,
        tuple(key_reference(header, index) for index in key),
    )


def _candidates(
    base: int, columns: Mapping[Field, int], contents: Sequence[ColumnContent]
) -> Sequence[int]:
    """Return columns that can complete a key, best first."""
    known = [columns[field] for field in _KEY_FIELDS if field in columns]
    assigned = {index for field, index in columns.items() if field not in _KEY_FIELDS}
    others = [
        index
        for index, content in enumerate(contents)
        if index not in assigned
        and index not in known
        and content.kind in _KEY_KINDS
        and content.distinct > 1
    ]
    others.sort(key=lambda index: contents[index].distinct)
    return [index for index in (*known, *others) if index != base][:_MAX_CANDIDATES]
