"""Articles that take no discount of all prices: the marks by which a list names them."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.detection_issues import (
    setting,
)
from pricebook.pricelists.detection.fact_collector import FactCollector, ListSources
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.price_words import DISCOUNTED_PRICE_WORDS
from pricebook.pricelists.detection.undiscounted import (
    excludes_discounts,
    names_net,
    undiscounted_parts,
)
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.discounts import parse_discounts
from pricebook.pricelists.marked_cells import split_mark
from pricebook.pricelists.schemas.profile import Fact
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, NO_NET_MARKS
from pricebook.pricelists.text import comparison_key, quote, quote_list

_MAX_SENTENCE_LENGTH = 160
# Beside these, an `N` in a column is a no.
_YES_WORDS = frozenset(
    ("j", "ja", "y", "yes", "t", "tak", "o", "oui", "s", "si", "sì", "sí", "д", "да", "так")
)


_DISCOUNT_OPTIONS = frozenset({"discount", "discount_groups", "discount_base"})
_DISCOUNTED = comparison_keys(DISCOUNTED_PRICE_WORDS)


class _Exception(NamedTuple):
    source: str
    marks: tuple[str, ...]
    text: str


def find_net_marks(collector: FactCollector) -> tuple[str, ...]:
    """Return the marks of the articles without the discount of all prices.

    A sentence that excludes articles of which the sample has none is an issue.
    """
    sources = collector.sources
    if sources.config.net_marks is not None:
        collector.note_setting("net_marks", sources.config.net_marks)
        return split_marks(sources.config.net_marks)
    if not takes_discounts(sources):
        _ask_for_discount(collector)
        return ()
    exceptions = list(_exceptions(sources.notes))
    columns = net_columns(sources, sources.assignment.columns.values())
    marks = dict[str, str]()
    for each in exceptions:
        known = each.marks or tuple(_net_cells(sources, columns))
        is_known = any(_is_in_sample(sources, columns, mark) for mark in known)
        if not (is_known or _has_group_without_discount(sources, each.source)):
            _refuse(collector, each)
        marks |= dict.fromkeys(known, each.source)
    if marks:
        collector.facts["net_marks"] = Fact(", ".join(marks), "sentence", exceptions[0].source)
    else:
        _refuse_marks_of_other_sheets(collector, columns)
    return tuple(marks)


def _refuse_marks_of_other_sheets(collector: FactCollector, columns: Sequence[int]) -> None:
    """Refuse marks of articles that a sheet which is not read explains as without discounts."""
    sources = collector.sources
    for sheet, text in sources.request.net_mark_texts.items():
        for part, named in undiscounted_parts(text):
            marks = [mark for mark in named if _is_in_sample(sources, columns, mark)]
            if marks:
                option = setting("net_marks", f'"{", ".join(marks)}"')
                collector.refuse(
                    f"The sheet {quote(sheet)} says {quote(part, _MAX_SENTENCE_LENGTH)}, and "
                    f"articles of this list are marked so; set {option} if they take no discount, "
                    f"or {setting('net_marks', NO_NET_MARKS)} if they take it.",
                    "net_marks",
                    (NO_NET_MARKS, *marks),
                )
                return


def _ask_for_discount(collector: FactCollector) -> None:
    """Refuse prices of which a list marks some as without discounts and states none of others."""
    sources = collector.sources
    if _states_discounts(sources) or not _DISCOUNT_OPTIONS.isdisjoint(
        issue.option for issue in collector.issues
    ):
        return
    columns = net_columns(sources, sources.assignment.columns.values())
    for each in _exceptions(sources.notes):
        marks = [mark for mark in each.marks if _is_in_sample(sources, columns, mark)]
        if marks and excludes_discounts(each.text) == "all":
            collector.refuse(
                f"Some articles are marked {quote_list(marks)} as without discounts by "
                f"{each.source}, and nothing states the discount of the others; set it, as in "
                f"{setting('discount', 30)}, or {setting('discount', 0)} if they take none.",
                "discount",
                ("0",),
            )
            return


def _states_discounts(sources: ListSources) -> bool:
    """Return whether an option, a column or the header of the price decides the discounts."""
    config, columns = sources.config, sources.assignment.columns
    options = (config.discount, config.discount_groups, config.title_discounts)
    is_set = any(option is not None for option in options) or config.discount_base == "none"
    is_by_row = not columns.keys().isdisjoint((*DISCOUNT_FIELDS, "discount_group"))
    return is_set or is_by_row or comparison_key(sources.price_header) in _DISCOUNTED


def split_marks(option: str) -> tuple[str, ...]:
    """Return the marks of the option `net_marks`, none of `none`."""
    marks = tuple(mark for part in option.split(",") if (mark := part.strip()))
    return () if marks == (NO_NET_MARKS,) else marks


def net_columns(sources: ListSources, used: Collection[int]) -> tuple[int, ...]:
    """Return the columns whose cells may be marks: of no field, and not of yes and no."""
    ignored = sources.header.ignored
    return tuple(
        index
        for index in range(len(sources.header.cells))
        if index not in used
        and index not in ignored
        and _YES_WORDS.isdisjoint(text.casefold() for text in _texts(sources, index))
    )


def takes_discounts(sources: ListSources) -> bool:
    """Return whether discounts of all prices or of groups are set."""
    config = sources.config
    discounts = parse_discounts(config.discount or "") or config.discount_groups
    return bool(discounts) and config.discount_base != "none"


def _exceptions(notes: Sequence[Note]) -> Iterator[_Exception]:
    """Yield what texts exclude; a title between articles without marks is one of a section."""
    for note in notes:
        for part, marks in undiscounted_parts(note.text):
            if marks or note.place != "inside":
                text = quote(part, _MAX_SENTENCE_LENGTH)
                yield _Exception(f"row {note.row_number}, {text}", marks, part)


def _net_cells(sources: ListSources, columns: Sequence[int]) -> Iterator[str]:
    for index in columns:
        yield from (text for text in _texts(sources, index) if names_net(text))


def _has_group_without_discount(sources: ListSources, source: str) -> bool:
    """Return whether a group of the rows is set to take none: the exception is that group.

    So is one that the text itself names: `group 90 = net price`.
    """
    index = sources.assignment.columns.get("discount_group")
    groups = sources.config.discount_groups or {}
    undiscounted = {comparison_key(each) for each in groups if not parse_discounts(groups[each])}
    named = {comparison_key(word) for word in source.partition(", ")[2].split()}
    return index is not None and (
        not undiscounted.isdisjoint(named)
        or any(comparison_key(text) in undiscounted for text in _texts(sources, index))
    )


def _is_in_sample(sources: ListSources, columns: Sequence[int], mark: str) -> bool:
    fields = sources.assignment.columns
    named = [fields[field] for field in ("sku", "name", "price") if field in fields]
    return any(has_mark(text, mark) for index in columns for text in _texts(sources, index)) or any(
        ends_with_mark(text, mark) or _is_of_price(sources, index, text, mark)
        for index in named
        for text in _texts(sources, index)
    )


def _is_of_price(sources: ListSources, index: int, text: str, mark: str) -> bool:
    return index == sources.assignment.columns.get("price") and split_mark(text)[1] == mark


def has_mark(cell: str, mark: str) -> bool:
    """Return whether a cell is a mark, or has it at its end."""
    key = comparison_key(mark)
    is_mark = cell.strip() == mark or bool(key and comparison_key(cell) == key)
    return is_mark or ends_with_mark(cell, mark)


def ends_with_mark(cell: str, mark: str) -> bool:
    """Return whether a text has a mark at its end: `Switch*`, `Switch (N)`."""
    text = cell.rstrip()
    if comparison_key(mark):
        return text.endswith((f"({mark})", f"[{mark}]"))
    signs = len(text) - len(text.rstrip(mark[-1]))
    return text.endswith(mark) and signs == len(mark)


def _texts(sources: ListSources, index: int) -> Iterator[str]:
    yield from (display_text(cell).strip() for cell in sources.content(index).cells)


def _refuse(collector: FactCollector, exception: _Exception) -> None:
    example = ", ".join(exception.marks) or "N"
    marks = setting("net_marks", f'"{example}"')
    row, _, text = exception.source.partition(", ")
    collector.refuse(
        f"{row.capitalize()} says {text}, and nothing in the first rows marks the articles that "
        f"take no discount; set net_marks to their marks, as in {marks}, or "
        f"{setting('net_marks', NO_NET_MARKS)} if all articles take it.",
        "net_marks",
        (NO_NET_MARKS, *exception.marks),
    )
