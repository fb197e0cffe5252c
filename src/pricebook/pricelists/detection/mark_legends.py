"""What the texts of a list state about marks: `* = net price`, `* valid until 31.12.2026`."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from pricebook.pricelists.detection.group_tables import names_discount
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.price_periods import read_period
from pricebook.pricelists.detection.price_words import UNTIL_WORDS
from pricebook.pricelists.detection.statement_words import PRICE_NOUNS
from pricebook.pricelists.detection.undiscounted import excludes_discounts, marked_parts
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.text import comparison_key

# Behind a label: `Preisart: B=Listenpreis (Rabatt laut Gruppe), N=Nettopreis`.
_LABELLED = re.compile(r"(?<=[:,;]\s)([A-Z])\s?=\s?[^,;|=]+(?=[,;|]|$)").finditer
_MAX_LENGTH = 1000
_WORD = re.compile(r"[^\W\d_]+")
_DATE = re.compile(r"\d[\d./-]*")
_VALIDITY = comparison_keys(
    (
        *("valid", "gültig", "gueltig", "valable", "válido", "valido", "ważna", "ważne", "платна"),
        *("действительна", "действует", "действительны", "platí", "geldig", "giltigt", "gyldig"),
        *("is", "are", "der", "die", "den", "dem", "zum", "inkl", "including", "el", "le", "il"),
    )
)
_PLAIN_WORDS = _VALIDITY | comparison_keys(UNTIL_WORDS) | PRICE_NOUNS


def mark_texts(notes: Sequence[Note]) -> dict[str, str]:
    """Return the texts about marks of a list, by mark: `* = net price`."""
    found = dict[str, str]()
    for note in notes:
        for part, marks in marked_parts(note.text):
            for mark in marks:
                known = found.get(mark)
                found[mark] = f"{known}; {part}" if known and part not in known else part
        for match in _LABELLED(note.text[:_MAX_LENGTH]):
            found.setdefault(match[1], match[0].strip())
    return found


def changes_no_price(text: str, mark: str, today: date | None) -> bool:
    """Return whether a text about a mark only states that the price holds for some time yet."""
    last = read_period(text).last
    words = map(comparison_key, _WORD.findall(text.replace(mark, " ", 1)))
    is_period = _PLAIN_WORDS.issuperset(words) and "%" not in text
    return bool(last and today and today <= last and is_period and len(_DATE.findall(text)) == 1)


def explains_listed(texts: Mapping[str, str], net_marks: Collection[str]) -> bool:
    """Return whether a list explains net marks and the mark of prices with a discount.

    `B = list price (discount by group), N = net price`: a group beside `N` does not apply.
    """
    explained = all(excludes_discounts(texts.get(mark, "")) for mark in net_marks)
    others = [text for mark, text in texts.items() if mark not in net_marks]
    return bool(net_marks) and explained and any(_takes_discount(text) for text in others)


def _takes_discount(text: str) -> bool:
    words = text.translate(str.maketrans("()[]", "    "))
    return names_discount(words) and not excludes_discounts(text)
