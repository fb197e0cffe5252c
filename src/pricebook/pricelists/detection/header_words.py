"""Matching of header words: the fields that a header names, and headers that name none."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from pricebook.pricelists.detection.charges import charge_of_header
from pricebook.pricelists.detection.counted_headers import are_packs, ranks_of_words
from pricebook.pricelists.detection.currencies import currencies_in_text, currencies_of_word
from pricebook.pricelists.detection.header_texts import (
    MAX_HEADER_LENGTH,
    has_digit,
    has_next_price_word,
    has_old_price_word,
    has_other_price_word,
    header_statement,
    is_per_piece,
    mentions_price,
    names_day,
    split_header_with_brackets,
    words_mention_price,
)
from pricebook.pricelists.detection.header_vocabulary import (
    ACCENTED_SKU_KEYS,
    CODE_TITLE_KEYS,
    FIELD_RANKS,
    MONTH_KEYS,
    NO_PRICE_FIELDS,
    NON_FIELD_KEYS,
    PERIOD_KEYS,
    PRICE_KEYS,
    PRICE_QUALIFIER_KEYS,
    QUALIFIED_FIELDS,
)
from pricebook.pricelists.detection.joined_currencies import separate_currencies
from pricebook.pricelists.detection.price_periods import PricePeriod, read_period
from pricebook.pricelists.detection.price_statements import PriceStatement
from pricebook.pricelists.detection.price_words import LIST_PRICE_RANK, OTHER_QUANTITY_RANK
from pricebook.pricelists.detection.unit_prices import is_unit_price
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import split_header, without_brackets

_MIN_WORD_LENGTH = 2
_IDENTIFYING: frozenset[Field] = frozenset({"sku", "name"})

# Field to the rank of the header in the vocabulary of the field, 0 the best.
FieldRanks = dict[Field, int]


@lru_cache(maxsize=4096)
def field_ranks(cell: str, currency: str) -> FieldRanks:
    """Return the fields that a header names, with their ranks."""
    if not cell or len(cell) > MAX_HEADER_LENGTH:
        return {}
    cell = separate_currencies(cell)
    words = split_header(cell)
    if charge := charge_of_header(words, names_price=words_mention_price(words)):
        return {"surcharge": 0} if charge == "surcharge" else {}
    key, is_ascii = "".join(words), cell.isascii()
    matches: FieldRanks = ("#" in cell and _named_ranks(f"{key}no", is_ascii=is_ascii)) or {}
    matches = matches or _named_ranks(key, is_ascii=is_ascii)
    if not matches:
        matches = _qualified_ranks(_without_qualifiers(words, currency))
    if not matches and (by_words := ranks_of_words(words)):
        return by_words
    if not matches and (statement := header_statement(cell)).vat_included:
        named = next((word for word in words if word in FIELD_RANKS["price"]), words[0])
        matches = _qualified_ranks(_without_qualifiers(statement.rest, currency) or named)
    if has_other_price_word(cell):
        matches = {f: rank for f, rank in matches.items() if f not in {"price", "list_price"}}
    if not matches and not PRICE_KEYS.isdisjoint(words) and not has_old_price_word(cell):
        matches = _dated_price_ranks(cell, currency) or _other_quantity_ranks(cell, currency)
    return matches if matches.keys() - {"unit"} else _unit_price_ranks(cell, currency) or matches


def _named_ranks(key: str, *, is_ascii: bool) -> FieldRanks:
    """Return the fields that the joined words of a whole header name."""
    return {
        field: ranks[key]
        for field, ranks in FIELD_RANKS.items()
        if key in ranks and not (is_ascii and key in ACCENTED_SKU_KEYS)
    }


def _qualified_ranks(key: str) -> FieldRanks:
    """Return the fields that may have qualifiers and that a header without these names."""
    return {f: FIELD_RANKS[f][key] for f in QUALIFIED_FIELDS if key in FIELD_RANKS[f]}


def _dated_price_ranks(cell: str, currency: str) -> FieldRanks:
    """Return the ranks of a price from a day on, or until one: `New price from 01.12.2026`."""
    rest = [word for word in header_statement(cell).rest if not _is_date_word(word)]
    rank = FIELD_RANKS["price"].get(_without_qualifiers(rest, currency))
    if rank is None or rank >= OTHER_QUANTITY_RANK or not names_day(cell):
        return {}
    period = read_period(cell)
    is_upcoming = period.first is not None or period.last is None
    return {"price": rank, "next_price": rank} if is_upcoming else {"price": rank}


def _other_quantity_ranks(cell: str, currency: str) -> FieldRanks:
    """Return the rank of a price with a quantity or a tax rate: `Preis je 100 Stück`.

    Words in brackets may be anything: `Listenpreis (Cu-Basis 150) je PE`.
    """
    statement = header_statement(cell)
    is_other_quantity = not is_per_piece(statement)
    is_stated = is_other_quantity or statement.quantities or statement.vat_rates
    if statement.unclear_quantity or not is_stated:
        return {}
    for rest in (statement.rest, header_statement(without_brackets(cell)).rest):
        key = _without_qualifiers(rest, currency)
        if key in FIELD_RANKS["list_price"]:
            return {"price": LIST_PRICE_RANK, "list_price": FIELD_RANKS["list_price"][key]}
        rank = FIELD_RANKS["price"].get(key, OTHER_QUANTITY_RANK)
        if rank < OTHER_QUANTITY_RANK:
            return _ranks_of_quantity(statement, rank)
    return {}


def _unit_price_ranks(cell: str, currency: str) -> FieldRanks:
    """Return the rank of a price without a word for prices: `€/Stk` as a price, `€/kg` below."""
    statement = header_statement(cell)
    has_price_word = mentions_price(cell) or not PRICE_KEYS.isdisjoint(statement.rest)
    if has_price_word or has_old_price_word(cell) or not is_unit_price(statement, currency):
        return {}
    return _ranks_of_quantity(statement, 0)


def _ranks_of_quantity(statement: PriceStatement, rank: int) -> FieldRanks:
    """Return the rank of a price per piece, and of one of another quantity or of a pack."""
    ranks: FieldRanks = {"price": rank if is_per_piece(statement) else OTHER_QUANTITY_RANK}
    if statement.is_per_pack:
        ranks["pack_price"] = 0
    return ranks


def _is_bare_day(cell: str) -> bool:
    """Return whether a header has no other words than those of a first day: `ab 01.12.2026`."""
    has_day = read_period(cell).first is not None and has_next_price_word(cell)
    return has_day and all(map(_is_date_word, header_statement(cell).rest))


def price_name(cell: str) -> str:
    """Return the words of a price header without a day and words such as `new`."""
    return "".join(word for word in header_statement(cell).rest if not _is_date_word(word))


def bare_price_name(cell: str) -> str:
    """Return the words of a price header without a day, words such as `new`, taxes and units."""
    words = [word for word in header_statement(cell).rest if not _is_date_word(word)]
    return _without_qualifiers(words, "")


def is_new_price(cell: str) -> bool:
    """Return whether a header names a new price without its day: `EK neu`."""
    rank = FIELD_RANKS["price"].get(price_name(cell), OTHER_QUANTITY_RANK)
    return has_next_price_word(cell) and rank < OTHER_QUANTITY_RANK


def is_dated_price(cell: str, currency: str) -> bool:
    """Return whether a header names a price from a day on."""
    return "next_price" in field_ranks(cell, currency) or _is_bare_day(cell)


def _is_date_word(word: str) -> bool:
    return word in PERIOD_KEYS or word in MONTH_KEYS or word.isdigit()


def composed_field_ranks(cell: str, parts: Sequence[str], currency: str) -> FieldRanks:
    """Return the ranks of a merged header: as a whole, else its last row, for a price its first."""
    ranks = dict(field_ranks(cell, currency))
    if len(parts) <= 1:
        return {"next_price": 0} if not ranks and _is_bare_day(cell) else ranks
    upper, lower = parts[0], parts[-1]
    qualifies_price = "price" in ranks and _says_what_prices_are(lower)
    of_lower = {} if qualifies_price else _lower_ranks(lower, ranks, currency)
    for field, rank in of_lower.items():
        if field != "price" or not (rank and is_known_non_price_header(upper, currency)):
            ranks.setdefault(field, rank)
    if are_packs(split_header_with_brackets(lower)) and "price" in field_ranks(upper, currency):
        ranks.pop("pack_size", None)
    elif not NO_PRICE_FIELDS.isdisjoint(of_lower):
        ranks.pop("price", None)
        ranks.pop("list_price", None)
    above = field_ranks(upper, currency)
    if "price" in above and not is_known_non_price_header(lower, currency):
        ranks.setdefault("price", above["price"])
    if (
        "price" in ranks
        and not qualifies_price
        and _is_price_in_doubt(cell, lower, ranks, of_lower)
    ):
        ranks.pop("price")
    return ranks


def _lower_ranks(lower: str, of_whole: FieldRanks, currency: str) -> FieldRanks:
    """Return the ranks of the last row of a header; `skupina` below `Rabat.` is no category."""
    known: set[Field] = {"category"} if "discount_group" in of_whole else set()
    return {f: rank for f, rank in field_ranks(lower, currency).items() if f not in known}


def _is_price_in_doubt(cell: str, lower: str, ranks: FieldRanks, of_lower: FieldRanks) -> bool:
    """Return whether a merged header of a price may be that of another one, or of a number."""
    if ranks["price"] == OTHER_QUANTITY_RANK or read_period(cell) != PricePeriod():
        return False
    return has_other_price_word(cell) or (has_digit(lower) and "price" not in of_lower)


def _says_what_prices_are(cell: str) -> bool:
    """Return whether a header part has only words of a tax basis or a pack: `pro VPE`."""
    statement = header_statement(cell)
    return bool(statement.vat_included or statement.is_per_pack) and not statement.rest


def is_known_non_price_header(cell: str, currency: str) -> bool:
    """Return whether a header is a known one without a price: a field or a non-field header."""
    cell = separate_currencies(cell)
    words = split_header(cell)
    if charge_of_header(words, names_price=words_mention_price(words)):
        return True
    if not cell or mentions_price(cell) or _unit_price_ranks(cell, currency):
        return False
    keys = {"".join(words), _without_qualifiers(words, currency)}
    states_tax = bool(header_statement(cell).vat_included)  # of a price: `гурт без ПДВ`
    keys |= set(words) - PRICE_QUALIFIER_KEYS if states_tax else set(words)
    is_other = not NON_FIELD_KEYS.isdisjoint(keys) or "".join(words) in CODE_TITLE_KEYS
    return is_other or bool(field_ranks(cell, currency))


def is_header_continuation(cell: str, currency: str) -> bool:
    """Return whether a cell below a header belongs to it: `EUR`, `net`, `pcs`, `Price`."""
    words = split_header(cell)
    if currencies_in_text(cell, currency) is not None:
        return True
    if len("".join(words)) < _MIN_WORD_LENGTH:
        return False
    has_only_qualifiers = not _without_qualifiers(words, currency)
    return has_only_qualifiers or mentions_price(cell) or is_known_non_price_header(cell, currency)


def _without_qualifiers(words: Sequence[str], currency: str) -> str:
    """Return the words without tax, unit and currency words: `preis` of `Preis netto in EUR`."""
    return "".join(
        word
        for word in words
        if word not in PRICE_QUALIFIER_KEYS and not currencies_of_word(word, currency)
    )


def names_columns(texts: Iterable[str]) -> bool:
    """Return whether texts are the titles of a price and of a code or a name."""
    fields = {field for text in texts for field in field_ranks(text, "")}
    return "price" in fields and not _IDENTIFYING.isdisjoint(fields)
