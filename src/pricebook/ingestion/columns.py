"""Which column of a table holds which field: by its header, else by what it clearly holds."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.ingestion.by_content import clear_choice
from pricebook.ingestion.content import Content, is_number
from pricebook.ingestion.currencies import listed, named_in
from pricebook.ingestion.doubts import FIELD_NAMES, equally_good, in_doubt, label, missing_fields
from pricebook.ingestion.header_words import says_another_price, says_price, says_something_else
from pricebook.ingestion.headers import Candidates, Header, Wanted
from pricebook.ingestion.normalise import shown, shown_list
from pricebook.ingestion.schemas import Field

_CODE_AND_NAME: tuple[Field, ...] = ("sku", "name")
_REQUIRED: tuple[Field, ...] = ("sku", "name", "price")
_MOST_CANDIDATES = 8


class Assigned(NamedTuple):
    """The columns of the fields, by index, and which of them content told, not a header."""

    columns: dict[Field, int]
    by_content: tuple[Field, ...] = ()


def assign(header: Header, wanted: Wanted, contents: Sequence[Content] = ()) -> Assigned:
    """Give the fields their columns.

    Raises PriceListError if code, name or price has none, two columns are equally good for a field,
    a mapped header is not there, or the price is not in the catalog's currency.
    """
    for field, name in wanted.mapping.items():
        _check_mapped(header, field, name)
    free = _free_candidates(header, wanted.mapping)
    free["price"] = _in_currency(header, free["price"], wanted.currency)
    columns = _code_and_name(header, free, wanted.mapping)
    others: tuple[Field, ...] = ("price", "category", "currency")
    for field in others:
        if free[field]:
            columns[field] = _best(header, field, free[field])
    if "price" in columns and "price" not in wanted.mapping:
        _check_beside(header, columns["price"], contents)
    return _completed(header, columns, wanted, contents)


def _check_mapped(header: Header, field: Field, wanted: str) -> None:
    columns = header.candidates[field]
    if not columns:
        place = f"Row {header.row_number}" if header.row_number else "The list"
        raise PriceListError(
            f"{place} has no column {shown(wanted)}, which is named for the "
            f"{FIELD_NAMES[field]}; its columns are {shown_list(header.cells) or 'blank'}."
        )
    if len(columns) > 1:
        raise equally_good(header, field, columns)


def _free_candidates(header: Header, mapping: Mapping[Field, str]) -> dict[Field, Candidates]:
    """Keep a column that the user has mapped from all other fields, and the best of too many."""
    taken = {index for field in mapping for index in header.candidates[field]}
    free: dict[Field, Candidates] = {}
    for field, columns in header.candidates.items():
        allowed = [index for index in columns if field in mapping or index not in taken]
        best_first = sorted(allowed, key=columns.__getitem__)[:_MOST_CANDIDATES]
        free[field] = {index: columns[index] for index in best_first}
    return free


def _in_currency(header: Header, candidates: Candidates, currency: str) -> Candidates:
    """Keep the price columns whose header names the catalog's currency, or none."""
    named = {index: named_in(header.cells[index], currency) for index in candidates}
    fitting = {
        index: rank
        for index, rank in candidates.items()
        if (codes := named[index]) is None or currency in codes
    }
    if candidates and not fitting:
        index = next(iter(candidates))
        codes = listed(named[index] or frozenset())
        raise PriceListError(
            f"The price column {label(header, index)} is in {codes}, the catalog is in {currency}."
        )
    return fitting


def _best(header: Header, field: Field, candidates: Candidates) -> int:
    best_rank = min(candidates.values())
    best = [index for index, rank in candidates.items() if rank == best_rank]
    if len(best) > 1:
        raise equally_good(header, field, best)
    return best[0]


def _code_and_name(
    header: Header, free: Mapping[Field, Candidates], mapping: Mapping[Field, str]
) -> dict[Field, int]:
    """Choose both at once: `Artikel` is the name beside `Art.-Nr.` and the code beside `Titel`.

    The best choice fills both fields if it can, then has the best ranks. One column is both only if
    the user says so.
    """
    may_share = "sku" in mapping and "name" in mapping
    choices: dict[tuple[int, int], list[dict[Field, int]]] = {}
    for pair in product([*free["sku"], None], [*free["name"], None]):
        if pair[0] is None or pair[0] != pair[1] or may_share:
            choice: dict[Field, int] = {
                field: index
                for field, index in zip(_CODE_AND_NAME, pair, strict=True)
                if index is not None
            }
            ranks = [free[field][index] for field, index in choice.items()]
            choices.setdefault((-len(ranks), sum(ranks)), []).append(choice)
    best = choices[min(choices)]
    for field in _CODE_AND_NAME:
        columns = {choice[field] for choice in best if field in choice}
        if len(columns) > 1:
            raise equally_good(header, field, columns)
    return best[0]


def _check_beside(header: Header, price: int, contents: Sequence[Content]) -> None:
    """Refuse a price whose header may be merged across: the columns it covers hold numbers too."""
    covered = [price]
    for index in range(price + 1, min(len(header.cells), len(contents))):
        if header.cells[index].strip():
            break
        if is_number(contents[index]):
            covered.append(index)
    if len(covered) > 1:
        raise equally_good(header, "price", covered)


def _completed(
    header: Header, columns: dict[Field, int], wanted: Wanted, contents: Sequence[Content]
) -> Assigned:
    """Find what no header named by content, as far as that is clear."""
    missing: list[Field] = [field for field in _REQUIRED if field not in columns]
    for field in missing:
        silent = {
            index: content
            for index, content in enumerate(contents[: len(header.cells)])
            if index not in columns.values()
            and not says_something_else(header.cells[index].strip(), wanted.currency)
        }
        choice, doubtful = _clear_choice(header, field, silent)
        if doubtful:
            raise in_doubt(header, field, doubtful)
        if choice is None:
            raise missing_fields(header, [name for name in _REQUIRED if name not in columns])
        columns[field] = choice
    if "price" in missing:
        _in_currency(header, {columns["price"]: 0}, wanted.currency)
    return Assigned(columns, tuple(missing))


def _clear_choice(
    header: Header, field: Field, silent: Mapping[int, Content]
) -> tuple[int | None, list[int]]:
    """Choose by content; a header with the word `price` in it is the price or none is."""
    speaking = [index for index in silent if says_price(header.cells[index])]
    if field != "price":
        return clear_choice(field, {index: silent[index] for index in silent.keys() - speaking})
    if not speaking:
        return clear_choice(field, silent)
    clear = [
        index
        for index in speaking
        if is_number(silent[index]) and not says_another_price(header.cells[index])
    ]
    if len(clear) == 1:
        return clear[0], []
    return None, [index for index in silent if index in speaking or is_number(silent[index])]
