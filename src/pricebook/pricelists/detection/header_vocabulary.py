"""The words of headers as the keys by which headers are compared."""

from pricebook.pricelists.detection import fact_words
from pricebook.pricelists.detection.non_field_headers import (
    CODE_TITLES,
    NON_FIELD_HEADERS,
    OLD_PRICE_WORDS,
    OTHER_QUANTITY_WORDS,
    PRICE_ATTRIBUTE_WORDS,
)
from pricebook.pricelists.detection.price_words import (
    BUYING_WORDS,
    CUSTOMER_WORDS,
    LIST_PRICE_RANK,
    LIST_PRICE_WORDS,
    MONTH_WORDS,
    NEXT_PRICE_WORDS,
    PRICE_WORDS,
    RANGE_WORDS,
    RECOMMENDED_PRICE_WORDS,
    RETAIL_WORDS,
    UNIT_PRICE_OR_PACK_RANK,
    UNIT_PRICE_OR_PACK_WORDS,
    UNTIL_WORDS,
)
from pricebook.pricelists.detection.vocabulary import FIELD_WORDS, PIECE_UNIT_WORDS, TAX_WORDS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import comparison_key, split_header

FIELD_RANKS: dict[Field, dict[str, int]] = {
    # From the worst rank to the best, so that a word in several ranks gets the best.
    field: {
        comparison_key(word): rank
        for rank, words in reversed(list(enumerate(ranks)))
        for word in words
    }
    for field, ranks in FIELD_WORDS.items()
}
for _rank, _words in (
    (LIST_PRICE_RANK, (word for words in LIST_PRICE_WORDS for word in words)),
    (UNIT_PRICE_OR_PACK_RANK, UNIT_PRICE_OR_PACK_WORDS),
):
    for _word in _words:
        FIELD_RANKS["price"].setdefault(comparison_key(_word), _rank)
# Codes only with their accents: `Kat. C` is a category of customers.
ACCENTED_SKU_KEYS = comparison_keys(("kat č", "obj č"))
# Fields whose headers may have words for units, taxes and currencies: `Bestand Stk`.
QUALIFIED_FIELDS: tuple[Field, ...] = (
    *("price", "list_price", "stock", "min_order_quantity", "discount", "pack_size"),
)
PRICE_KEYS = frozenset(
    word
    for rank in (*PRICE_WORDS, *LIST_PRICE_WORDS)
    for phrase in rank
    for word in split_header(phrase)
)
PRICE_QUALIFIER_KEYS = comparison_keys(TAX_WORDS | PIECE_UNIT_WORDS)
NON_FIELD_KEYS = comparison_keys(NON_FIELD_HEADERS)
CODE_TITLE_KEYS = comparison_keys(CODE_TITLES)
OLD_PRICE_KEYS = comparison_keys(OLD_PRICE_WORDS)
OTHER_PRICE_KEYS = OLD_PRICE_KEYS | comparison_keys(OTHER_QUANTITY_WORDS)
PRICE_ATTRIBUTE_KEYS = comparison_keys(PRICE_ATTRIBUTE_WORDS)
NEXT_PRICE_KEYS = comparison_keys(NEXT_PRICE_WORDS)
PERIOD_KEYS = NEXT_PRICE_KEYS | comparison_keys(UNTIL_WORDS | RANGE_WORDS)
PRICE_SUFFIXES = (
    *("price", "prices", "preis", "preise", "цена", "цены", "prix", "precio", "precios"),
    *("cena", "ceny", "ціна", "ціни", "pris", "priser", "prijs", "prijzen", "prezzo", "prezzi"),
    *("pret", "preturi", "fiyat", "fiyati", "fiyatlar", "цени", "preco", "precos"),
)
# Not a price, though it ends like one: `TVA compris`.
NO_PRICE_WORDS = frozenset({"compris"})
MONTH_KEYS = comparison_keys(MONTH_WORDS)
CUSTOMER_KEYS = comparison_keys(CUSTOMER_WORDS)
BUYING_KEYS = comparison_keys(BUYING_WORDS)
RECOMMENDED_PRICE_KEYS = comparison_keys(RECOMMENDED_PRICE_WORDS)
RETAIL_KEYS = comparison_keys(RETAIL_WORDS)
COUNT_KEYS = comparison_keys(fact_words.COUNT_WORDS)
COUNTED_PER_KEYS = comparison_keys(fact_words.COUNTED_PER_WORDS)
MINIMUM_KEYS = comparison_keys(fact_words.MINIMUM_WORDS)
MINIMUM_ORDER_KEYS = MINIMUM_KEYS | comparison_keys(fact_words.ORDER_WORDS)
# Fields that the lower part of a header names alone, whatever is above it.
NO_PRICE_FIELDS: frozenset[Field] = frozenset(
    (
        *("vat_rate", "pack_size", "min_order_quantity", "stock", "discount", "discount_group"),
        *("currency", "gtin", "lead_time"),
    )
)
