"""Headers that are a sum of money for a unit, without a word for prices: `€/kg`, `$ per case`."""

from pricebook.pricelists.detection.currencies import currencies_in_text
from pricebook.pricelists.detection.non_field_headers import FEE_WORDS, NON_FIELD_HEADERS
from pricebook.pricelists.detection.price_statements import PriceStatement
from pricebook.pricelists.detection.statement_words import OTHER_PRICE_NOUNS
from pricebook.pricelists.text import comparison_key

_OTHER_SUMS = frozenset(map(comparison_key, NON_FIELD_HEADERS | FEE_WORDS)) | OTHER_PRICE_NOUNS


def is_unit_price(statement: PriceStatement, currency: str) -> bool:
    """Return whether a header is the price of a unit; fees such as `Fracht €/St` are none."""
    states_quantity = (
        bool(statement.quantities) or statement.is_per_pack or statement.names_price_unit
    )
    return (
        states_quantity
        and not statement.unclear_quantity
        and currencies_in_text(statement.beside_quantity, currency) is not None
        and _OTHER_SUMS.isdisjoint(statement.rest)
    )
