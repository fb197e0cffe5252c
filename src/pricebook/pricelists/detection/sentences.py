"""Sentences above and below a table that say what its prices are.

A sentence counts if it has a word for prices or price lists: letterheads, addresses and terms of
delivery say nothing. One that names a currency, a quantity, a tax or a pack in a way that is not
understood is in doubt, which refuses the price list.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from pricebook.pricelists.detection.bare_statements import (
    is_bare_statement,
    is_discount_label,
    names_discount,
    states_price_quantity,
    without_footnote_mark,
)
from pricebook.pricelists.detection.list_factors import list_discounts
from pricebook.pricelists.detection.metal_bases import without_metal_bases
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.price_statements import PriceStatement, read_statement
from pricebook.pricelists.detection.price_words import MONTH_WORDS
from pricebook.pricelists.detection.quantity_labels import labelled_quantity
from pricebook.pricelists.detection.sentence_currencies import currencies_of_sentence
from pricebook.pricelists.detection.statement_tokens import Token, number_of, tokenize
from pricebook.pricelists.detection.statement_words import (
    ABBREVIATIONS,
    AFTER_QUANTITY_WORDS,
    CURRENCY_LABELS,
    MINIMUM_WORDS,
    OTHER_PRICE_NOUNS,
    PER_WORDS,
    PRICE_NOUNS,
    UNKNOWN_CURRENCIES,
    VALID_FROM_PHRASES,
    VALIDITY_WORDS,
)
from pricebook.pricelists.facts.dates import parse_date
from pricebook.pricelists.facts.units import PIECE, parse_unit
from pricebook.pricelists.text import comparison_key

# What a sentence leaves in doubt: the option that decides it.
Doubt = Literal["currency", "price_quantity", "prices_in", "vat_included", "discount", "valid_from"]

_MAX_NOTE_LENGTH = 1000
# Letters and digits below the header, where `EUR` or `V$` may be any cell.
_MIN_BARE_LENGTH = 4
# Of percentages behind a dash: ` 50/10/5 %`.
_PERCENT_LENGTH = 12
_DASHES = frozenset("-–—")
_SENTENCE_END = re.compile(r"[;!?\n|•]|\s[-–—]\s|\.(?=\s+[^\W\d_a-zа-яёіїєґ])|\.(?=\s*$)")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_ORDINAL = re.compile(r"(?<!\d)\d{1,2}$")
_MONTH = "|".join(sorted(map(re.escape, MONTH_WORDS), key=len, reverse=True))
_DATE = (
    r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?\s+(?:of\s+|de\s+)?(?:{_MONTH})\.?\s+(?:de\s+|del\s+)?\d{{4}}"
    rf"|(?:{_MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"
)
_VALID_FROM = re.compile(
    rf"(?<![^\W\d_])(?P<phrase>{VALID_FROM_PHRASES})\s*:?\s*(?:dem|the|el|le|dnia|on)?\s*"
    rf"(?P<date>{_DATE})"
    rf"|(?P<date_before>{_DATE})['’]?\w*\s+(?:tarihinden\s+)?itibaren",
    re.IGNORECASE,
)


class Sentence(NamedTuple):
    """What one sentence says about the prices of the list.

    `currencies` are the ISO codes it may mean, None if it names none. `doubts` are the options
    that decide what is not understood.
    """

    note: Note
    text: str
    statement: PriceStatement
    currencies: frozenset[str] | None
    valid_from: date | None
    doubts: tuple[Doubt, ...]


def read_sentences(
    notes: Sequence[Note], currency: str, today: date | None = None, price_header: str = ""
) -> list[Sentence]:
    """Return the sentences of notes that say something about prices, or leave it in doubt.

    A first day that is not after `today` leaves nothing in doubt, whatever its order of day and
    month. A sentence about list prices counts if `price_header` is that of list prices.
    """
    sentences: list[Sentence] = []
    own = frozenset(map(comparison_key, [price_header, *price_header.split()])) & OTHER_PRICE_NOUNS
    for note in notes:
        for text in split_sentences(note.text):
            sentence = _read_sentence(note, text, currency, today, own)
            if sentence:
                sentences.append(sentence)
    return sentences


def split_sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text; an abbreviation such as `zzgl.` ends none."""
    text = text[:_MAX_NOTE_LENGTH]
    start = 0
    for match in _SENTENCE_END.finditer(text):
        is_stop = match[0] == "."
        if is_stop and not _ends_sentence(text[: match.start()]):
            continue
        if match[0].strip() in _DASHES and _is_minus(text[start : match.end() + _PERCENT_LENGTH]):
            continue
        if part := text[start : match.end() if is_stop else match.start()].strip():
            yield part
        start = match.end()
    if part := text[start:].strip():
        yield part


def _is_minus(text: str) -> bool:
    """Return whether the dash before the last characters takes a percentage off list prices."""
    return "%" in text[-_PERCENT_LENGTH:] and list_discounts(text) is not None


def _ends_sentence(text: str) -> bool:
    """Return whether a full stop after a text ends a sentence: not after `zzgl` or `1`."""
    word = _LAST_WORD.search(text)
    is_abbreviation = word is not None and comparison_key(word[0]) in ABBREVIATIONS
    return not (is_abbreviation or _ORDINAL.search(text))


def _read_sentence(
    note: Note, text: str, currency: str, today: date | None, own_nouns: Collection[str]
) -> Sentence | None:
    part = _part_about_cost(without_metal_bases(text), own_nouns)
    tokens = tokenize(part)
    keys = {token.key for token in tokens}
    labelled = labelled_quantity(part)
    is_of_list = note.place != "inside" and list_discounts(text) is not None
    is_about_prices = (
        labelled is not None
        or is_of_list
        or not PRICE_NOUNS.isdisjoint(keys)
        or not keys.isdisjoint(own_nouns)
        or (is_bare_statement(part, currency) and _may_be_bare(part, note))
        or is_discount_label(tokens)
        or (note.place == "above" and names_discount(tokens))
        or (note.place == "inside" and states_price_quantity(part, currency))
    )
    holds = is_about_prices or not VALIDITY_WORDS.isdisjoint(keys)
    valid_from, is_date_clear = _valid_from(part, today) if holds else (None, True)
    is_label = bool(tokens) and tokens[0].key in CURRENCY_LABELS
    if not (is_about_prices or is_label or valid_from or not is_date_clear):
        return None
    statement = _statement(part, labelled) if is_about_prices else PriceStatement()
    if is_of_list and statement.is_gross_or_net:  # net of the discount
        statement = statement._replace(vat_included=frozenset(), is_gross_or_net=False)
    currencies = currencies_of_sentence(tokens, currency) if is_about_prices or is_label else None
    if statement.scale.in_hundredths and currencies is None:
        currencies = statement.scale.codes
    doubts = list(_doubts(tokens, statement, currencies, is_about_prices=is_about_prices))
    if is_of_list and "discount" not in doubts:
        doubts.append("discount")
    if not is_date_clear:
        doubts.append("valid_from")
    says_something = (
        *(statement.quantities, statement.is_per_pack, statement.names_price_unit),
        statement.scale.in_hundredths,
        *(statement.vat_included, statement.vat_rates, currencies is not None, valid_from, doubts),
    )
    if not any(says_something):
        return None
    return Sentence(note, text, statement, currencies, valid_from, tuple(doubts))


def _may_be_bare(text: str, note: Note) -> bool:
    """Return whether a text without a word for prices is not too short for its place."""
    return note.place == "above" or len(comparison_key(text)) >= _MIN_BARE_LENGTH


def _statement(text: str, labelled: Decimal | None) -> PriceStatement:
    """Return what a sentence about prices says of them, by its label if it has one."""
    statement = read_statement(without_footnote_mark(text))
    if labelled is None:
        return statement
    return statement._replace(quantities=frozenset({labelled}), unclear_quantity=False)


def _part_about_cost(text: str, own_nouns: Collection[str]) -> str:
    """Return a sentence without what it says about other sums: delivery, list prices, payment.

    `own_nouns` name the price itself.
    """
    others = OTHER_PRICE_NOUNS.difference(own_nouns)
    parts: list[str] = []
    for part in text.split(","):
        words = re.finditer(r"[^\W\d_]+", part)
        end = next((m.start() for m in words if comparison_key(m[0]) in others), None)
        parts.append(part if end is None else part[:end])
    return ",".join(part for part in parts if part.strip())


def _doubts(
    tokens: Sequence[Token],
    statement: PriceStatement,
    currencies: frozenset[str] | None,
    *,
    is_about_prices: bool,
) -> Iterator[Doubt]:
    keys = {token.key for token in tokens}
    if currencies == frozenset() or (
        is_about_prices and currencies is None and not UNKNOWN_CURRENCIES.isdisjoint(keys)
    ):
        yield "currency"
    kinds = len(statement.quantities) + statement.is_per_pack + statement.names_price_unit
    if kinds > 1 or statement.unclear_quantity or _has_unread_quantity(tokens, statement):
        yield "price_quantity"
    if statement.scale.is_in_doubt:
        yield "prices_in"
    if len(statement.vat_included) > 1 or (statement.unclear_tax and not statement.vat_rates):
        yield "vat_included"
    if is_about_prices and (names_discount(tokens) or is_discount_label(tokens)):
        yield "discount"


def _has_unread_quantity(tokens: Sequence[Token], statement: PriceStatement) -> bool:
    """Return whether a sentence about prices has a number of pieces that no grammar explains."""
    if statement.quantities or statement.is_per_pack:
        return False
    for index, token in enumerate(tokens):
        number = number_of(token) if token.kind == "number" else None
        if number is None or number <= 1 or index + 1 == len(tokens):
            continue
        unit = tokens[index + 1]
        before = tokens[index - 1].key if index else ""
        if (
            unit.kind == "word"
            and unit.key not in AFTER_QUANTITY_WORDS | PER_WORDS
            and parse_unit(unit.text) == PIECE
            and len(unit.text) > 1
            and before not in MINIMUM_WORDS
        ):
            return True
    return False


def _valid_from(text: str, today: date | None) -> tuple[date | None, bool]:
    """Return the day from which a sentence says that prices hold, and whether it is clear."""
    match = _VALID_FROM.search(text)
    if not match:
        return None, True
    cell = match["date"] or match["date_before"]
    day = parse_date(cell)
    if day is not None:
        return day, True
    days = {parse_date(cell, day_first=order) for order in (True, False)} - {None}
    last = max(filter(None, days), default=None)
    has_begun = last is None or (today is not None and last <= today)
    return (None, True) if has_begun else (last, False)
