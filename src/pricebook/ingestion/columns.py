"""Which column of a table holds which field, by the words of its headers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.ingestion.currencies import listed, meant_by, named_in
from pricebook.ingestion.normalise import key_of, shown, shown_list, words_of
from pricebook.ingestion.schemas import Field
from pricebook.ingestion.vocabulary import FIELD_WORDS, TAX_WORDS, UNIT_WORDS

FIELD_NAMES: dict[Field, str] = {
    "sku": "article code",
    "name": "name",
    "price": "price",
    "category": "category",
    "currency": "currency",
}
_CODE_AND_NAME: tuple[Field, ...] = ("sku", "name")
_REQUIRED: tuple[Field, ...] = ("sku", "name", "price")
_LONGEST_HEADER = 100
_MOST_CANDIDATES = 8
_COLUMN_LETTER = re.compile(r"column ([a-z]{1,3})").fullmatch

_RANKS: dict[Field, dict[str, int]] = {
    # From the worst rank to the best, so that the best stays for a word in two of them.
    field: {
        key_of(word): rank for rank, words in reversed(list(enumerate(ranks))) for word in words
    }
    for field, ranks in FIELD_WORDS.items()
}
_PRICE_QUALIFIERS = frozenset(key_of(word) for word in TAX_WORDS | UNIT_WORDS)

# Column index to its rank in the vocabulary, 0 the best.
Candidates = dict[int, int]


class Header(NamedTuple):
    """A row read as a header: its 1-based number, its cells, and what each column may be."""

    row_number: int
    cells: Sequence[str]
    candidates: Mapping[Field, Candidates]


def read_header(
    row_number: int, cells: Sequence[str], mapping: Mapping[Field, str], currency: str
) -> Header:
    """Look up every cell of a row; a field that the user has mapped may be in that column only."""
    candidates: dict[Field, Candidates] = {field: {} for field in FIELD_WORDS}
    for index, cell in enumerate(cells):
        for field, rank in _ranks_of(cell, currency):
            candidates[field][index] = rank
    for field, wanted in mapping.items():
        candidates[field] = dict.fromkeys(columns_named(cells, wanted), 0)
    return Header(row_number, cells, candidates)


def heads_a_table(header: Header) -> bool:
    """Tell whether a row has what no letterhead has: a price beside an article code or a name."""
    found = header.candidates
    return bool(found["price"] and (found["sku"] or found["name"]))


def likeliness(header: Header) -> tuple[int, int]:
    """Rank rows of which none is surely a header: by fields found, then by cells filled."""
    return sum(map(bool, header.candidates.values())), sum(map(bool, map(str.strip, header.cells)))


def columns_named(cells: Sequence[str], wanted: str) -> list[int]:
    """Find the columns a user means: by their text, else by its words, else by `column C`."""
    text, key = wanted.strip(), key_of(wanted)
    same_text = [index for index, cell in enumerate(cells) if text and cell.strip() == text]
    if same_text:
        return same_text
    heads = [cell if len(cell) <= _LONGEST_HEADER else "" for cell in cells]
    same_words = [index for index, cell in enumerate(heads) if key and key_of(cell) == key]
    letters = _COLUMN_LETTER(text.casefold())
    if same_words or not letters:
        return same_words
    return [index for index in range(len(cells)) if column_letters(index) == letters[1].upper()]


def assign(header: Header, mapping: Mapping[Field, str], currency: str) -> dict[Field, int]:
    """Give the fields their columns, by index.

    Raises PriceListError if code, name or price has none, two columns are equally good for a field,
    a mapped header is not there, or the price is not in the catalog's currency.
    """
    for field, wanted in mapping.items():
        _check_mapped(header, field, wanted)
    free = _free_candidates(header, mapping)
    free["price"] = _in_currency(header, free["price"], currency)
    columns = _code_and_name(header, free, mapping)
    others: tuple[Field, ...] = ("price", "category", "currency")
    for field in others:
        if free[field]:
            columns[field] = _best(header, field, free[field])
    missing: list[Field] = [field for field in _REQUIRED if field not in columns]
    if missing:
        raise _missing(header, missing)
    return columns


def column_letters(index: int) -> str:
    """Name a column as spreadsheets do: 0 is A, 26 is AA."""
    index, letters = index + 1, ""
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _ranks_of(cell: str, currency: str) -> Iterator[tuple[Field, int]]:
    if not cell or len(cell) > _LONGEST_HEADER:
        return
    words = words_of(cell)
    key = "".join(words)
    for field, ranks in _RANKS.items():
        if key in ranks:
            yield field, ranks[key]
    price_words = _without_qualifiers(words, currency)
    if key not in _RANKS["price"] and price_words in _RANKS["price"]:
        yield "price", _RANKS["price"][price_words]


def _without_qualifiers(words: Sequence[str], currency: str) -> str:
    """Leave `preis` of `Preis netto in EUR`: the other words do not make it another price."""
    return "".join(
        word for word in words if word not in _PRICE_QUALIFIERS and not meant_by(word, currency)
    )


def _check_mapped(header: Header, field: Field, wanted: str) -> None:
    columns = header.candidates[field]
    if not columns:
        raise PriceListError(
            f"Row {header.row_number} has no column {shown(wanted)}, which is named for the "
            f"{FIELD_NAMES[field]}; its columns are {shown_list(header.cells) or 'blank'}."
        )
    if len(columns) > 1:
        raise _equally_good(header, field, columns)


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
            f"The price column {_label(header, index)} is in {codes}, the catalog is in {currency}."
        )
    return fitting


def _best(header: Header, field: Field, candidates: Candidates) -> int:
    best_rank = min(candidates.values())
    best = [index for index, rank in candidates.items() if rank == best_rank]
    if len(best) > 1:
        raise _equally_good(header, field, best)
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
            raise _equally_good(header, field, columns)
    return best[0]


def _equally_good(header: Header, field: Field, columns: Iterable[int]) -> PriceListError:
    indices = sorted(columns)
    labels = " and ".join(_label(header, index) for index in indices)
    is_told_apart = len({header.cells[index].strip() for index in indices}) == len(indices)
    named = "Header" if is_told_apart else f"column {column_letters(indices[0])}"
    return PriceListError(
        f"The columns {labels} are equally good for the {FIELD_NAMES[field]}; "
        f'name one with column_mapping or --column {field}="{named}".'
    )


def _label(header: Header, index: int) -> str:
    """Quote a header, with the letter of its column where another has the same text."""
    text = header.cells[index].strip()
    is_unique = sum(cell.strip() == text for cell in header.cells) == 1
    return shown(text) if is_unique else f"{shown(text)} (column {column_letters(index)})"


def _missing(header: Header, missing: Sequence[Field]) -> PriceListError:
    *others, last = [f"the {FIELD_NAMES[field]}" for field in missing]
    names = f"{', '.join(others)} or {last}" if others else last
    return PriceListError(
        f"No column is known to be {names}: the most likely header is row {header.row_number} with "
        f"{shown_list(header.cells) or 'blank cells'}; name the column with column_mapping or "
        f'--column {missing[0]}="Header".'
    )
