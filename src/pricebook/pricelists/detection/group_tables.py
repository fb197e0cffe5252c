"""Discounts by group that a price list states itself: a table on another sheet, or a sentence."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import display_text, filled_columns
from pricebook.pricelists.detection.discount_words import DISCOUNT_NOUNS
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.discounts import parse_discounts
from pricebook.pricelists.text import comparison_key, quote, split_header

MAX_TABLE_ROWS = 300
_MAX_GROUPS = 200
MAX_GROUP_LENGTH = 12
# Of a group that is the title of a section.
MAX_SECTION_LENGTH = 60
_MIN_GROUPS = 2
_NOUNS = tuple(sorted(comparison_keys(DISCOUNT_NOUNS)))
# Shorter ones may begin any word: `rem`, `rab`.
_MIN_STEM_LENGTH = 5
_STEMS = tuple(noun for noun in _NOUNS if len(noun) >= _MIN_STEM_LENGTH)
_PERCENTAGES = r"\s*[:=–—-]?\s*(?P<chain>\d{1,2}(?:[.,]\d{1,2})?\s*%?(?:\s*\+\s*\d{1,2}\s*%?)*)"


class StatedGroups(NamedTuple):
    """Discounts by group, as `discount_groups` has them, and how a message names their source."""

    discounts: Mapping[str, str] = {}
    source: str = ""


def names_discount(text: str) -> bool:
    """Return whether a text has a word for discounts: `Händlerrabatte`, `Ваша скидка`."""
    words = split_header(text)
    return any(word in _NOUNS or any(stem in word for stem in _STEMS) for word in words)


def find_group_tables(rows: Iterable[Sequence[str]]) -> dict[str, dict[str, str]]:
    """Return the discounts by group of a sheet, by the title of their column.

    The title is empty for the only column of a table whose header names discounts. A table below a
    title such as `Discounts by section` may have a column for each kind of customers.
    """
    read = list(rows)
    if found := _find_group_table(read):
        return {"": found}
    return _find_customer_tables(read)


def _find_customer_tables(rows: Sequence[Sequence[str]]) -> dict[str, dict[str, str]]:
    """Return the discounts of the first table below a title of discounts, by its headers."""
    titles: dict[int, str] | None = None
    found: dict[str, dict[str, str]] = {}
    for cells in rows:
        filled = filled_columns(cells)
        if titles is None:
            is_title = len(filled) == 1 and names_discount(cells[filled[0]])
            titles = {} if is_title else None
        elif not titles:
            titles = {index: display_text(cells[index]).strip() for index in filled[1:]}
        elif len(filled) > 1:
            group = display_text(cells[filled[0]]).strip()
            chains = {titles[i]: _chain(cells[i]) for i in filled[1:] if i in titles}
            for title, chain in chains.items():
                if chain is not None and len(group) <= MAX_SECTION_LENGTH:
                    found.setdefault(title, {}).setdefault(group, chain)
        elif found:
            break
    return {title: groups for title, groups in found.items() if _is_table(groups)}


def _is_table(groups: Mapping[str, str]) -> bool:
    has_discount = any(map(_has_discount, groups.values()))
    return _MIN_GROUPS <= len(groups) <= _MAX_GROUPS and has_discount


def _find_group_table(rows: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return the discounts by group of the first table of a sheet, empty without one.

    Its header names discounts; below it are rows of a short text and a percentage. Groups are in
    the first filled column. A table with a group of two discounts is none.
    """
    column: int | None = None
    groups: dict[str, str] = {}
    for cells in rows:
        filled = filled_columns(cells)
        if column is None or not groups:
            named = [index for index in filled[1:] if names_discount(cells[index])]
            column = named[0] if len(named) == 1 else column if not named else None
            if named:
                continue
        if column is None or not filled:
            if groups:
                break
            continue
        group = display_text(cells[filled[0]]).strip()
        chain = _chain(cells[column]) if column in filled[1:] else None
        if chain is None or len(group) > MAX_SECTION_LENGTH or len(groups) == _MAX_GROUPS:
            break
        if groups.setdefault(group, chain) != chain:
            return {}
    return groups if _is_table(groups) else {}


def stated_groups(
    tables: Mapping[str, Mapping[str, str]], notes: Sequence[Note], groups: Collection[str]
) -> StatedGroups:
    """Return the discounts of the only table with all groups of a column, else of the only text.

    Sheets that differ have no effect.
    """
    wanted = {comparison_key(group): group for group in groups}
    found: list[StatedGroups] = []
    for sheet, table in tables.items():
        chains = {comparison_key(group): chain for group, chain in table.items()}
        if wanted and wanted.keys() <= chains.keys():
            discounts = {group: chains[key] for key, group in wanted.items()}
            found.append(StatedGroups(discounts, f"the sheet {quote(sheet)}"))
    found = found or [each for note in notes if (each := _of_note(note, groups)).discounts]
    is_clear = bool(found) and all(each.discounts == found[0].discounts for each in found)
    return found[0] if is_clear else StatedGroups()


def _of_note(note: Note, groups: Collection[str]) -> StatedGroups:
    """Return the discounts that a text states for each of at least two groups."""
    discounts: dict[str, str] = {}
    for group in groups:
        pattern = rf"(?<!\w){re.escape(group)}(?!\w){_PERCENTAGES}"
        matches = list(re.finditer(pattern, note.text[:1000]))
        chain = _chain(matches[0]["chain"]) if len(matches) == 1 else None
        if chain is None or "%" not in matches[0]["chain"]:
            continue
        discounts[group] = chain
    if len(discounts) < _MIN_GROUPS or not names_discount(note.text):
        return StatedGroups()
    return StatedGroups(_further_groups(note.text[:1000], discounts), f"row {note.row_number}")


def _further_groups(text: str, discounts: Mapping[str, str]) -> dict[str, str]:
    """Return the discounts of groups with those of others behind the same word: `group 30 = 25 %`.

    Later tables of a sheet may have groups that the first one does not have.
    """
    names = {
        match[1]
        for group in discounts
        for match in re.finditer(rf"(\w+)\s+{re.escape(group)}{_PERCENTAGES}", text)
    }
    found = dict(discounts)
    if len(names) == 1:
        pattern = rf"(?<!\w){re.escape(names.pop())}\s+(\w{{1,{MAX_GROUP_LENGTH}}})\s*[:=]([^,;]+)"
        for group, value in re.findall(pattern, text):
            chain = _chain(value.strip())
            if chain is not None:
                found.setdefault(group, chain)
    return found


def _chain(cell: str) -> str | None:
    """Return a discount as the option writes it, `0` for `net, no discount`; None for other."""
    discounts = parse_discounts(cell)
    if discounts is None:
        text = display_text(cell)
        first = re.split(r"[,;(–—]", text, maxsplit=1)[0]
        is_net = not any(map(str.isdigit, text)) and parse_discounts(first.strip()) == ()
        return "0" if is_net and first.strip() else None
    if not display_text(cell).strip():
        return None
    return "+".join(f"{discount.normalize():f}" for discount in discounts) or "0"


def _has_discount(chain: str) -> bool:
    return chain != "0"
