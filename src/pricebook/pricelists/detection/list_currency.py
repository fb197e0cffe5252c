"""The currency of a price list: setting, column, cells, header, sentence, else the catalog's."""

from collections.abc import Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.currencies import (
    currencies_in_text,
    currency_of_cell,
    resolve_currency,
)
from pricebook.pricelists.detection.fact_collector import (
    FactCollector,
    Statement,
    sentence_source,
)
from pricebook.pricelists.detection.header_words import header_currencies
from pricebook.pricelists.detection.previous_facts import PER_ROW
from pricebook.pricelists.detection.price_statements import names_unknown_currency
from pricebook.pricelists.schemas.profile import Fact, FactOrigin
from pricebook.pricelists.text import quote


class ListCurrency(NamedTuple):
    """The currency of prices whose row and cell name none, and what says it beside their column."""

    code: str
    source: str = ""


def find_currency(collector: FactCollector) -> ListCurrency:
    """Return the currency of a price list; collect its fact and issues."""
    sources = collector.sources
    catalog_currency = sources.request.currency
    configured = sources.config.currency
    if sources.request.config.currency is not None:
        collector.note_setting("currency", sources.request.config.currency)
        setting = collector.setting("currency", sources.request.config.currency)
        return _list_currency(collector, setting.value, [setting])
    statements = [
        *([collector.setting("currency", configured)] if configured else []),
        *_of_column(collector),
        *_of_cells(collector),
        *_of_codes(
            collector,
            header_currencies(sources.price_header, catalog_currency),
            ("header", sources.price_source),
        ),
    ]
    if names_unknown_currency(sources.price_header):
        collector.refuse(
            f"The prices of {sources.price_source} are in units of account, whose currency is not "
            "said; set it, as in currency=USD.",
            "currency",
        )
    for sentence in sources.sentences:
        if "currency" not in sentence.doubts:
            source = sentence_source(sentence)
            statements += _of_codes(collector, sentence.currencies, ("sentence", source))
    settings = " or ".join(
        f"currency={value}" for value in dict.fromkeys(s.value for s in statements)
    )
    decided = collector.decide("currency", statements, settings)
    column = sources.assignment.columns.get("currency")
    if column is not None:
        value = decided.value if decided and decided.origin == "column" else PER_ROW
        collector.facts["currency"] = Fact(value, "column", sources.column_source(column))
    elif decided:
        collector.facts["currency"] = decided.as_fact()
    else:
        collector.facts["currency"] = Fact(catalog_currency, "assumed")
    return _list_currency(collector, decided.value if decided else catalog_currency, statements)


def _list_currency(
    collector: FactCollector, code: str, statements: Sequence[Statement]
) -> ListCurrency:
    """Return a currency with what says it, if rows of a currency column may contradict that."""
    if "currency" not in collector.sources.assignment.columns:
        return ListCurrency(code)
    others = (each for each in statements if each.origin != "column" and each.value == code)
    return ListCurrency(code, next((each.source for each in others), ""))


def _of_codes(
    collector: FactCollector, codes: frozenset[str] | None, source: tuple[FactOrigin, str]
) -> list[Statement]:
    """Return the statement of the codes that a text may mean; doubt about them is an issue."""
    if codes is None:
        return []
    code = resolve_currency(codes, collector.sources.request.currency)
    if code is not None:
        return [Statement(code, *source)]
    names = " or ".join(sorted(codes)) or "more than one currency"
    collector.refuse(
        f"The currency is {names} by {source[1]}; set it, as in "
        f"currency={min(codes, default='EUR')}.",
        "currency",
        sorted(codes),
    )
    return []


def _of_column(collector: FactCollector) -> list[Statement]:
    """Return the only currency of a currency column; several are those of their rows."""
    sources = collector.sources
    index = sources.assignment.columns.get("currency")
    if index is None:
        return []
    found: set[str] = set()
    for cell in sources.content(index).cells:
        codes = currency_of_cell(display_text(cell), sources.request.currency)
        code = resolve_currency(codes, sources.request.currency) if codes else None
        found |= {code} if code else set()
    source = sources.column_source(index)
    return [Statement(found.pop(), "column", source)] if len(found) == 1 else []


def _of_cells(collector: FactCollector) -> list[Statement]:
    """Return the currency that every price cell names."""
    sources = collector.sources
    price = sources.assignment.columns.get("price")
    cells = [] if price is None else list(map(display_text, sources.content(price).cells))
    numbers = [cell for cell in cells if any(map(str.isdigit, cell))]
    named = {currencies_in_text(cell, sources.request.currency) for cell in numbers}
    resolved = {resolve_currency(codes or (), sources.request.currency) for codes in named}
    is_one_currency = len(named) == 1 or (len(resolved) == 1 and None not in resolved)
    if not is_one_currency:
        return []
    source = f"cells such as {quote(numbers[0])}"
    return _of_codes(collector, next(iter(named)), ("cell", source))
