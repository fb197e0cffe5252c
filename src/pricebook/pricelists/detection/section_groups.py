"""Discount groups that are the sections of a list: their titles, and tables of other sheets."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec

from pricebook.pricelists.detection.column_content import display_text, filled_columns
from pricebook.pricelists.detection.detection_issues import DetectionIssue, setting
from pricebook.pricelists.detection.fact_collector import ListSources
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import split_header_with_brackets
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.text import quote

_MAX_TITLES = 200
_MIN_SECTIONS = 2
# `1`, `1.2`, `A`, `B3` before other words, also with a dot or a bracket behind it.
_CODE = re.compile(r"\s*(?P<code>\d+(?:\.\d+)*[A-Za-z]?|[A-ZА-Я]\d*)[.):]?(?=\s|$)")
_WORD = re.compile(r"\s*(?P<word>[^\W\d_]+)\.?\s+(?=\d)")
_SECTION_WORDS = comparison_keys(
    (
        *("group", "section", "chapter", "category", "gruppe", "abschnitt", "kapitel", "kategorie"),
        *("warengruppe", "hauptgruppe", "rabattgruppe", "группа", "раздел", "категория", "глава"),
        *("groupe", "chapitre", "famille", "catégorie", "rubrique", "grupo", "sección", "capítulo"),
        *("categoría", "familia", "grupa", "rozdział", "kategoria", "sekcja", "група", "розділ"),
        *("категорія", "groep", "hoofdstuk", "skupina", "gruppo", "capitolo", "grupp", "grupă"),
    )
)


def section_titles(records: Sequence[Record], header: TableHeader) -> tuple[str, ...]:
    """Return the texts that are alone in their row below the header, as section titles are."""
    titles: dict[str, None] = {}
    for number, cells, malformed in records:
        filled = filled_columns(cells)
        if number > header.row_number and not malformed and len(filled) == 1:
            titles[display_text(cells[filled[0]])] = None
    return tuple(titles)[:_MAX_TITLES]


def group_key(group: str) -> str:
    """Return the words of a group or a title for comparison: `1.1` is not `11`."""
    return " ".join(split_header_with_brackets(group))


def code_of(title: str) -> str:
    """Return the number or the letter before the words of a title, empty without one."""
    word = _WORD.match(title)
    start = word.end() if word and group_key(word["word"]) in _SECTION_WORDS else 0
    match = _CODE.match(title, start)
    return match["code"] if match else ""


@lru_cache(maxsize=4096)
def title_keys(title: str) -> frozenset[str]:
    """Return the keys by which a group may name a title: all words, its number, the words behind.

    So may its part before a slash.
    """
    keys = {group_key(title), group_key(title.partition("/")[0])}
    if code := code_of(title):
        begin, _, rest = title.partition(code)
        keys |= {group_key(code), group_key(begin + code), group_key(rest)}
    return frozenset(keys - {""})


def has_sections(sources: ListSources) -> bool:
    """Return whether a list has section titles or a column of categories."""
    return bool(sources.titles) or "category" in sources.assignment.columns


def stated_sections_issue(sources: ListSources) -> DetectionIssue | None:
    """Return the question about the discounts that other sheets state for sections of the list."""
    tables = {
        sheet: table
        for sheet, table in sources.request.group_tables.items()
        if _is_of_sections(table, sources.titles)
    }
    if not tables:
        return None
    examples = [
        f"{setting('discount_groups', msgspec.json.encode(table).decode())} by the sheet "
        f"{quote(sheet)}"
        for sheet, table in tables.items()
    ]
    groups = dict.fromkeys(group for table in tables.values() for group in table)
    return DetectionIssue(
        "Another sheet has discounts by section; set the discount of each section, as in "
        f"{' or '.join(examples)}, or {setting('discount_base', 'none')} if the prices include "
        "them.",
        "discount_groups",
        tuple(groups),
    )


def _is_of_sections(table: Mapping[str, str], titles: Iterable[str]) -> bool:
    """Return whether a table has discounts for sections: two of its groups, and half of them."""
    keys: Collection[str] = {key for title in titles for key in title_keys(title)}
    found = [group for group in table if group_key(group) in keys]
    return len(found) >= max(_MIN_SECTIONS, len(table) / 2)
