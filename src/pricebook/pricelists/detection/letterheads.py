"""The currency of the country in which the sender of a price list is registered."""

import re
from collections.abc import Iterable

from pricebook.pricelists.detection.notes import Note

# Names and forms of registration numbers that only one of the countries of a currency sign has.
_REGISTRATIONS = {
    "RUB": r"ИНН|КПП|ОГРН|ОГРНИП",
    "BYN": r"УНП|УНН",
    "RON": r"CUI|C\.U\.I\.|RO ?\d{2,10}|J\d{2}/\d+",
    "MDL": r"IDNO",
    "SEK": r"SE ?\d{10}01|Org\.? ?nr\.?:? ?\d{6}-\d{4}|Bankgiro",
    "NOK": r"(?:NO ?)?\d{3} ?\d{3} ?\d{3} ?MVA|Org\.? ?nr\.?:? ?\d{3} ?\d{3} ?\d{3}",
    "DKK": r"CVR|DK ?\d{8}",
    "ISK": r"[Kk]ennitala|[Kk]t\.? ?\d{6}-\d{4}",
    "AUD": r"ABN|A\.B\.N\.",
    "NZD": r"NZBN",
    "CAD": r"GST/HST|HST",
    "MXN": r"RFC|R\.F\.C\.",
    "SGD": r"UEN",
    "INR": r"GSTIN",
}
_REGISTRATION = re.compile(
    "|".join(
        rf"(?P<{code}>(?<![\w/])(?:{words})(?![^\W\d_]))" for code, words in _REGISTRATIONS.items()
    )
)


def sender_currencies(notes: Iterable[Note]) -> dict[str, Note]:
    """Return the currencies of the countries that notes name by a registration, with the note."""
    found: dict[str, Note] = {}
    for note in notes:
        if note.place != "inside":
            for match in _REGISTRATION.finditer(note.text[:1000]):
                found.setdefault(str(match.lastgroup), note)
    return found
