"""Texts that exclude articles from a discount, and the marks by which they name these articles."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from pricebook.pricelists.detection.currencies import currencies_of_word
from pricebook.pricelists.detection.letterhead_words import (
    DISCOUNT_NOUNS,
    DISCOUNTABLE_WORDS,
    EXCEPTION_WORDS,
    MARKED_BEGINNINGS,
    NET_WORDS,
    NO_MARKS,
    STAR_BEGINNINGS,
    SUBTRACTION_WORDS,
    UNDISCOUNTED_WORDS,
    WEIGHT_WORDS,
    WITHOUT_WORDS,
)
from pricebook.pricelists.detection.price_statements import read_statement
from pricebook.pricelists.detection.statement_tokens import tokenize
from pricebook.pricelists.detection.statement_words import ABBREVIATIONS
from pricebook.pricelists.detection.tax_words import EXCLUDING_WORDS, NEGATION_WORDS, TAX_NAMES
from pricebook.pricelists.marked_cells import SIGNS
from pricebook.pricelists.text import comparison_key

_WITHOUT = EXCLUDING_WORDS | NEGATION_WORDS | WITHOUT_WORDS
_EXCEPTIONS = EXCEPTION_WORDS | NEGATION_WORDS
_NOUNS = DISCOUNT_NOUNS - SUBTRACTION_WORDS
_DISCOUNTS = _NOUNS | DISCOUNTABLE_WORDS
_DISCOUNT_BEGINNINGS = ("rabattgewahr", "rabattsatz", "rabattabzug", "nachlass")
# Words between a negation and the discount: `no further trade discount`.
_DISTANCE = 3
_MAX_LENGTH = 1000
_QUOTES = "„“”\"'«»‚‘’()[]"
_MARK = rf"[{SIGNS}]{{1,3}}|[A-ZÀ-ÞŁŚŻА-Я]{{1,3}}\d?"
# A comma ends a part before the next definition: `EUR, N = net`.
_PART_END = re.compile(rf"[;\n|•!?]|\.(?=\s|$)|,(?=\s*(?:{_MARK})\s*=)")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
# `N = net price`, `(N) net price`, `* net price`.
_LABEL = re.compile(
    rf"\s*(?:[{re.escape(_QUOTES)}]?({_MARK})[{re.escape(_QUOTES)}]?\s*(?:[=:–—-]|\)\s)"
    rf"|[(\[]({_MARK})[)\]]|([{SIGNS}]{{1,3}})|({_MARK})(?=\s+(?:[Nn]ett?|NETT?)))\s*[^\s]"
)
_QUOTED = re.compile(r"[„“\"«‚'‘]\s?([\w*#†‡°§]{1,12})\s?[”“\"»‘'’]")
_BRACKETED = re.compile(rf"[(\[]\s?({_MARK})\s?[)\]]")
_BARE = re.compile(rf"(?<=[\s:])({_MARK})(?=[\s,.:)]|$)")


@lru_cache(maxsize=1024)
def excludes_discounts(text: str) -> str:
    """Return `all` for texts of articles without discounts, `net` for net prices, else empty."""
    keys = list(_keys_without_tax(text))
    is_without = any(
        (key in _DISCOUNTS or key.startswith(_DISCOUNT_BEGINNINGS))
        and not _WITHOUT.isdisjoint(keys[max(0, index - _DISTANCE) : index + _DISTANCE])
        for index, key in enumerate(keys)
    )
    if is_without or not UNDISCOUNTED_WORDS.isdisjoint(keys):
        return "all"
    is_net = any(map(_is_net, keys)) and WEIGHT_WORDS.isdisjoint(keys)
    return "net" if is_net and TAX_NAMES.isdisjoint(keys) else ""


def names_net(text: str) -> bool:
    """Return whether a cell is nothing but a mark of articles without discounts: `netto`."""
    words = [token.key for token in tokenize(text) if token.kind == "word"]
    kind = excludes_discounts(text) if words else ""
    return kind == "all" or (kind == "net" and len(words) == 1)


def undiscounted_parts(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the parts of a text that exclude some articles from a discount, each with its marks.

    A part without marks names the articles in another way: `30 % on all but spare parts`.
    """
    for part in _parts(text[:_MAX_LENGTH]):
        keys = [token.key for token in tokenize(part)]
        excluded = excludes_discounts(part)
        speaks = any(key in _NOUNS or key.startswith(_DISCOUNT_BEGINNINGS) for key in keys)
        is_exception = speaks and (excluded or not _EXCEPTIONS.isdisjoint(_keys_without_tax(part)))
        is_clear = (excluded or is_exception) and keys.count("%") <= 1
        marks = tuple(_marks(part, keys)) if is_clear else ()
        if marks or excluded == "all" or is_exception:
            yield part, marks


def marked_parts(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the parts of a text that name marks, whatever these mean."""
    for part in _parts(text[:_MAX_LENGTH]):
        if marks := tuple(_marks(part, [token.key for token in tokenize(part)])):
            yield part, marks


def is_legend(term: str, definition: str) -> bool:
    """Return whether two cells define a mark: `N` beside `net price`."""
    mark = re.fullmatch(_MARK, term.strip("() "))
    return mark is not None and not _is_word(mark[0]) and excludes_discounts(definition) != ""


def names_marks(text: str) -> bool:
    """Return whether a text names the marks of articles without discounts."""
    return any(marks for _, marks in undiscounted_parts(text))


def is_about_marked(sentence: str, text: str, headers: Iterable[str]) -> bool:
    """Return whether a sentence of a text is about marked articles only: `* net prices`.

    A header in brackets is no mark, `prices per unit (PU)`, unless the text defines it as one.
    """
    titles = set(map(str.strip, headers))
    for part, marks in marked_parts(text):
        if titles.issuperset(marks) and not _defines_mark(part):
            continue
        if sentence in part:
            return True
        if part in sentence:
            return not read_statement(sentence.replace(part, " ")).vat_included
    return False


def _defines_mark(part: str) -> bool:
    """Return whether a text is a legend of a mark, or has words for marked articles."""
    beginnings = (*MARKED_BEGINNINGS, *STAR_BEGINNINGS)
    is_legend = _LABEL.match(part) is not None
    return is_legend or any(token.key.startswith(beginnings) for token in tokenize(part))


def _parts(text: str) -> Iterator[str]:
    """Yield the sentences of a text; dashes end none: `N – net price`."""
    start = 0
    for match in _PART_END.finditer(text):
        word = _LAST_WORD.search(text[: match.start()]) if match[0] == "." else None
        if word is None or comparison_key(word[0]) not in ABBREVIATIONS:
            yield text[start : match.start()].strip()
            start = match.end()
    yield text[start:].strip()


def _marks(text: str, keys: Sequence[str]) -> Iterator[str]:
    """Yield the marks that a text names: `N` of `N = net`, `*` of `marked with *`."""
    label = _LABEL.match(text)
    found = [*filter(None, label.groups() if label else ()), *_BRACKETED.findall(text)]
    if any(key.startswith(STAR_BEGINNINGS) for key in keys):
        found.append("*")
    if any(key.startswith(MARKED_BEGINNINGS) for key in keys):
        found += [*_QUOTED.findall(text), *([] if text.isupper() else _BARE.findall(text))]
    yield from (mark for mark in dict.fromkeys(found) if not _is_word(mark))


def _is_word(mark: str) -> bool:
    key = comparison_key(mark)
    return key in NO_MARKS | TAX_NAMES or bool(len(key) > 1 and currencies_of_word(key, ""))


def _keys_without_tax(text: str) -> Iterator[str]:
    """Yield the words of a text but those that exclude a tax, as in `30 % discount, excl. VAT`."""
    keys = [token.key for token in tokenize(text)]
    for index, key in enumerate(keys):
        following = keys[index + 1 : index + 1 + _DISTANCE]
        if key not in _WITHOUT or TAX_NAMES.isdisjoint(following):
            yield key


def _is_net(key: str) -> bool:
    return key in NET_WORDS or (key.startswith("netto") and not key.endswith("gewicht"))
