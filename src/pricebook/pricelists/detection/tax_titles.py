"""Section titles that state the VAT of the articles below them, and how far they reach."""

import re
from functools import lru_cache

from pricebook.pricelists.detection.price_statements import read_statement
from pricebook.pricelists.detection.statement_tokens import tokenize
from pricebook.pricelists.detection.tax_remarks import stated_rate, stated_tax
from pricebook.pricelists.detection.tax_words import TAX_NAMES
from pricebook.pricelists.sections import SEPARATOR
from pricebook.pricelists.text import split_header

# A title with such words is about all that follows, also below other titles.
_FROM_HERE = re.compile(
    r"\b(?:from here|from this point|from now|below|following|hereafter|hereinafter"
    r"|ab hier|ab jetzt|ab dieser|nachfolgend\w*|nachstehend\w*|folgende\w*|untenstehend\w*|unten"
    r"|далее|ниже|нижеследующ\w*|отсюда|следующи\w*"
    r"|a partir d ici|ci dessous|ci apres|suivant\w*|desormais"
    r"|a partir de aqui|a continuacion|siguientes?|abajo|mas abajo"
    r"|ponizej|ponizsz\w*|odtad|od tego miejsca|nastepujac\w*"
    r"|нижче|далі|звідси|наступн\w*)\b"
)
_REDUCED = (
    *("reduced", "ermassigt", "reduit", "reducid", "понижен", "льготн", "obnizon", "знижен"),
    "пільгов",
)


@lru_cache(maxsize=1024)
def tax_titles(section: str) -> tuple[str, ...]:
    """Return the titles of the path of a section that state a VAT basis or rate."""
    titles = section.split(SEPARATOR) if section else []
    return tuple(filter(_states_tax, titles))


def _states_tax(title: str) -> bool:
    has_rate = stated_rate(title) is not None or has_unclear_rate(title)
    return has_rate or stated_tax(title) is not None


@lru_cache(maxsize=1024)
def has_unclear_rate(title: str) -> bool:
    """Return whether a title names a rate that it does not state: `reduced rate of VAT`."""
    if "%" in title:
        return title.count("%") > 1 and bool(read_statement(title).vat_rates)
    keys = {token.key for token in tokenize(title)}
    is_of_tax = not TAX_NAMES.isdisjoint(keys) or any("steuersatz" in key for key in keys)
    return is_of_tax and any(key.startswith(_REDUCED) for key in keys)


def reaches_on(title: str) -> bool:
    """Return whether a title is about all articles that follow: `ab hier 7 % MwSt`."""
    return _FROM_HERE.search(" ".join(split_header(title))) is not None


@lru_cache(maxsize=1024)
def names_tax(title: str) -> bool | None:
    """Return whether a title that names a tax states that prices include it, else None.

    `Nettoartikel` may mean articles without a discount.
    """
    statement = read_statement(title)
    return None if statement.is_gross_or_net else stated_tax(title)
