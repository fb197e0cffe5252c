"""What is known of all tables of a price list alike, and what of each differs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pricebook.pricelists.profile_clauses import Clause

Groups = Mapping[str, Sequence[Clause]]
_Key = tuple[str, str]
# The row of a sentence: tables that have one sentence have it in rows of their own.
_ROW = re.compile(r' \(row \d+(?:, "[^"]*")?\)')
# What a table is read with if it has no clause of a kind that others have.
_WITHOUT = {"quantity": "for one", "discount": "without discount"}
_TITLES = {"kept": "kept as characteristics: ", "unread": "not read: "}
_MAX_LISTED = 20


class TableClauses(NamedTuple):
    """The clauses of a table, by what they are about, and where the table is."""

    place: str
    groups: Groups


class ComparedTables(NamedTuple):
    """The clauses of all tables, and further ones with the places of the tables that have them."""

    common: Groups
    differing: list[tuple[list[str], Groups]]


def compare_tables(tables: Sequence[TableClauses]) -> ComparedTables:
    """Return what tables have in common, and by place what they have not."""
    groups = [_completed(each.groups, tables) for each in tables]
    common = {name: list(_common_clauses(name, groups)) for name in groups[0]}
    known = {_key(clause) for clauses in common.values() for clause in clauses}
    differing: dict[tuple[_Key, ...], tuple[list[str], Groups]] = {}
    for table, own in zip(tables, groups, strict=True):
        further = {
            name: [clause for clause in clauses if _key(clause) not in known]
            for name, clauses in own.items()
        }
        keys = tuple(_key(clause) for clauses in further.values() for clause in clauses)
        differing.setdefault(keys, ([], further))[0].append(table.place)
    return ComparedTables(common, list(differing.values()) if len(differing) > 1 else [])


def join_clauses(groups: Groups) -> tuple[str, ...]:
    """Return the clauses as parts of a sentence, those about one thing as one part."""
    parts = [_join_prices(groups["price"]), ", ".join(each.text for each in groups["fields"])]
    for name, title in _TITLES.items():
        texts = [each.text for each in groups[name]]
        if texts:
            further = ", …" if len(texts) > _MAX_LISTED else ""
            parts.append(f"{title}{', '.join(texts[:_MAX_LISTED])}{further}")
    return tuple(filter(None, parts))


def _join_prices(clauses: Sequence[Clause]) -> str:
    text = ", ".join(each.text for each in clauses)
    if [each.kind for each in clauses[:2]] == ["column", "currency"]:
        column = clauses[0].text
        text = f"{column}: {text.removeprefix(f'{column}, ')}"
    return text


def _completed(groups: Groups, tables: Sequence[TableClauses]) -> Groups:
    """Return the clauses of a table with those that only differ from other tables by not being."""
    kinds = {clause.kind for clause in groups["price"]}
    used = {clause.kind for each in tables for clause in each.groups["price"]}
    missing = [Clause(kind, _WITHOUT[kind]) for kind in _WITHOUT if kind in used - kinds]
    return {**groups, "price": [*groups["price"], *missing]}


def _common_clauses(name: str, groups: Sequence[Groups]) -> Iterator[Clause]:
    """Yield the clauses that all tables have; without their row, if it is not the same."""
    others = [{_key(clause): clause for clause in each[name]} for each in groups]
    for key in others[0]:
        if all(key in each for each in others):
            found = {each[key] for each in others}
            yield found.pop() if len(found) == 1 else Clause(*key)


def _key(clause: Clause) -> _Key:
    return clause.kind, _ROW.sub("", clause.text)
