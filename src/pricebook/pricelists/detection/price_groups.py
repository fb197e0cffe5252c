"""The column of price groups whose discounts are still to be taken off the prices.

`PG` beside a list price, or groups for which the file states discounts, are discount groups, which
lead to the question for their discounts. Beside other prices they are a characteristic.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection import fact_cells
from pricebook.pricelists.detection.ambiguity_errors import equal_columns_issue
from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    content_at,
    display_text,
)
from pricebook.pricelists.detection.columns import ColumnAssignment
from pricebook.pricelists.detection.discount_words import (
    GROSS_PRICE_WORDS,
    PRICE_GROUP_WORDS,
)
from pricebook.pricelists.detection.group_tables import names_discount, stated_groups
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_vocabulary import FIELD_RANKS
from pricebook.pricelists.detection.header_words import field_ranks
from pricebook.pricelists.detection.noted_groups import NotedGroups
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.price_words import DISCOUNTED_PRICE_WORDS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.schemas.read_config import Field, ReadConfig
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import comparison_key, split_header

_PRICE_GROUPS = comparison_keys(PRICE_GROUP_WORDS)
_GROSS = comparison_keys(GROSS_PRICE_WORDS)
_DISCOUNTED = comparison_keys(DISCOUNTED_PRICE_WORDS)
_MIN_GROUPS = 2
_MIN_WORD_LENGTH = 2


class PriceGroupSources(NamedTuple):
    """What decides whether a column has discount groups; `config` has the remembered options."""

    request: ReadRequest
    config: ReadConfig
    header: TableHeader
    contents: Sequence[ColumnContent]
    notes: Sequence[Note]
    noted: Sequence[NotedGroups]
    mapping: Mapping[Field, str]


def settle_price_group(
    sources: PriceGroupSources, assignment: ColumnAssignment
) -> ColumnAssignment:
    """Return the columns with that of the price groups as discount groups, if they are such."""
    columns, config = assignment.columns, sources.config
    has_discounts = not columns.keys().isdisjoint({"discount", "discount_group"})
    is_decided = config.discount is not None or config.discount_base == "none"
    if has_discounts or is_decided or "price" not in columns:
        return assignment
    price = columns["price"]
    is_beside = "list_price" in columns and not config.discount_groups
    if _includes_discounts(sources.header.cells[price]) or (
        is_beside and not _is_list_price(sources, price)
    ):
        return assignment
    named = [index for index in _named(sources) if _is_free(sources, columns, index)]
    if named and not _speaks_of_discounts(sources, price, named):
        named = []
    groups = named or list(_stated(sources, columns))
    if len(groups) > 1:
        issue = equal_columns_issue(sources.header, "discount_group", groups)
        return assignment._replace(issues=(*assignment.issues, issue))
    if not groups:
        return assignment
    return assignment._replace(columns={**columns, "discount_group": groups[0]})


def _named(sources: PriceGroupSources) -> list[int]:
    """Return the columns with a header of price groups and cells of groups."""
    return [
        index
        for index in sources.header.candidates["discount_group"]
        if comparison_key(sources.header.cells[index]) in _PRICE_GROUPS
        or any(comparison_key(part) in _PRICE_GROUPS for part in _parts(sources.header, index))
    ]


def _parts(header: TableHeader, index: int) -> Sequence[str]:
    return header.parts[index] if index < len(header.parts) else ()


def _is_free(sources: PriceGroupSources, columns: Mapping[Field, int], index: int) -> bool:
    content = content_at(sources.contents, index)
    taken = {i for field, i in columns.items() if field != "category"}
    is_group = bool(content.cells) and fact_cells.is_group(content)
    return is_group and index not in taken | sources.header.ignored


def _speaks_of_discounts(sources: PriceGroupSources, price: int, groups: Sequence[int]) -> bool:
    """Return whether the price is a list price, or something states discounts of the groups."""
    if sources.config.discount_groups or _is_list_price(sources, price):
        return True
    if any(_matching_tables(sources, index) for index in groups):
        return True
    words = {word for index in groups for word in split_header(sources.header.cells[index])}
    long_words = {word for word in words if len(word) >= _MIN_WORD_LENGTH} | _PRICE_GROUPS
    return any(
        names_discount(note.text) and not long_words.isdisjoint(_bare_words(note.text))
        for note in sources.notes
    )


def _bare_words(text: str) -> list[str]:
    """Return the words of a text, those in brackets too."""
    return split_header(text.translate(str.maketrans("()[]", "    ")))


def _is_list_price(sources: PriceGroupSources, price: int) -> bool:
    """Return whether a price is one before discounts by its header: `Liste`, `RRP`, `Brutto`."""
    currency = sources.request.currency
    for cell in (sources.header.cells[price], *_parts(sources.header, price)):
        is_gross = not _GROSS.isdisjoint(_bare_words(cell))
        if is_gross or "list_price" in field_ranks(cell, currency) or _has_list_word(cell):
            return True
    return False


def _has_list_word(cell: str) -> bool:
    return any(word in FIELD_RANKS["list_price"] for word in _bare_words(cell))


def _includes_discounts(cell: str) -> bool:
    return comparison_key(cell) in _DISCOUNTED


def _stated(sources: PriceGroupSources, columns: Mapping[Field, int]) -> Iterator[int]:
    """Yield the columns with any header whose groups have discounts in a table or in a text.

    A sheet has those of all groups, a table above the articles of half, a text of two or more.
    """
    for index in range(len(sources.header.cells)):
        content = content_at(sources.contents, index)
        groups = {display_text(cell).strip() for cell in content.cells}
        if len(groups) < _MIN_GROUPS or not _is_free(sources, columns, index):
            continue
        if _matching_tables(sources, index) or stated_groups({}, sources.notes, groups).discounts:
            yield index


def _matching_tables(sources: PriceGroupSources, index: int) -> bool:
    """Return whether a table states discounts for the groups of a column.

    One on a sheet that is not read has all of them, one above the articles at least half.
    """
    cells = content_at(sources.contents, index).cells
    groups = {comparison_key(display_text(cell).strip()) for cell in cells}
    tables = [set(map(comparison_key, each)) for each in sources.request.group_tables.values()]
    noted = [groups & table.groups for table in sources.noted]
    return bool(groups) and (
        any(groups <= table for table in tables)
        or any(len(known) >= max(_MIN_GROUPS, len(groups) / 2) for known in noted)
    )
