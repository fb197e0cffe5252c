"""Whether the prices of a list are in hundredths or thousands of the currency: `Priser i öre`."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.column_options import price_columns_of
from pricebook.pricelists.detection.currencies import currencies_in_text
from pricebook.pricelists.detection.detection_issues import setting
from pricebook.pricelists.detection.fact_collector import (
    FactCollector,
    ListSources,
    Statement,
    sentence_statement,
)
from pricebook.pricelists.detection.header_texts import header_currencies, header_statement
from pricebook.pricelists.detection.price_scale import PriceScale
from pricebook.pricelists.detection.unit_currencies import read_money_per_unit
from pricebook.pricelists.detection.unit_meanings import UNIT_FIELDS
from pricebook.pricelists.schemas.read_config import Field, PricesIn
from pricebook.pricelists.text import quote

# `590`, `18 900`; `1.890` may have decimals.
_WHOLE = re.compile(r"\s*\d{1,3}(?:['’ \u00a0\u202f]?\d{3})*\s*").fullmatch
_OTHER_PRICES: tuple[Field, ...] = (
    *("list_price", "next_price", "pack_price", "surcharge", "deposit"),
)
_UNITS, _HUNDREDTHS = setting("prices_in", "units"), setting("prices_in", "hundredths")
_REMEDY = f"set {_HUNDREDTHS} if they are, or {_UNITS} if they are in the currency itself"


class _Stated(NamedTuple):
    """What the price header or a sentence says of the scale."""

    scale: PriceScale
    statement: Statement

    @property
    def is_header(self) -> bool:
        return self.statement.origin == "header"


def find_scale(collector: FactCollector) -> PricesIn:
    """Return the scale of the prices that have no currency of their own; collect fact and issues.

    Whole numbers below `Preis in Cent` are hundredths. A price quantity that is set may have been
    meant for them, so that it decides nothing.
    """
    sources = collector.sources
    config = sources.config
    if config.prices_in is not None:
        if names_currency_alone(sources.price_header, sources.request.currency):
            return "units"
        collector.note_setting("prices_in", config.prices_in)
        return config.prices_in
    stated = list(_stated(sources))
    for each in stated:
        if problem := _problem(sources, each):
            _refuse(collector, each, problem)
            return "units"
    if not stated:
        return "units"
    collector.facts["prices_in"] = stated[0].statement.as_fact()
    return "hundredths"


def names_currency_alone(header: str, currency: str) -> bool:
    """Return whether a header names the currency of its prices and no part or multiple of it."""
    if header_statement(header).scale.used:
        return False
    return header_currencies(header, currency) is not None


def _stated(sources: ListSources) -> Iterator[_Stated]:
    header = sources.price_statement.scale
    if header.used:
        yield _Stated(header, Statement("hundredths", "header", sources.price_source))
    for sentence in sources.sentences:
        scale = sentence.statement.scale
        if scale.in_hundredths or "prices_in" in sentence.doubts:
            yield _Stated(scale, sentence_statement(sentence, "hundredths"))


def _refuse(collector: FactCollector, stated: _Stated, problem: str) -> None:
    other: PricesIn = "thousands" if stated.scale.may_be_thousands else "hundredths"
    collector.refuse(problem, "prices_in", (other, "units"))


def _problem(sources: ListSources, stated: _Stated) -> str | None:
    """Return why the scale is in doubt, with the settings that decide it; None if it is clear."""
    source, scale = stated.statement.source, stated.scale
    if scale.may_be_thousands:
        return (
            f"Prices may be in thousands of the currency by {source}; set "
            f"{setting('prices_in', 'thousands')} if they are, or {_UNITS} if not, with "
            f"{setting('price_quantity', 1000)} for prices per thousand."
        )
    begin = f"Prices {'may be' if scale.is_in_doubt else 'are'} in hundredths of the currency by"
    if sources.config.price_quantity is not None:
        quantity = setting("price_quantity", sources.config.price_quantity)
        return f"{begin} {source}, and {quantity} is set, which may be meant for them; {_REMEDY}."
    if scale.is_in_doubt:
        hundred = setting("price_quantity", 100)
        return f"{begin} {source}; {_REMEDY}, with {hundred} for prices per hundred."
    if stated.statement.is_between_articles:
        return f"{begin} {source} between the articles, so that some may not be; {_REMEDY}."
    reason = _contradiction(sources, stated)
    return reason and f"{begin} {source}, but {reason}."


def _contradiction(sources: ListSources, stated: _Stated) -> str | None:
    """Return what else the list has that says otherwise, with the settings that decide it."""
    currency = sources.request.currency
    if not stated.is_header and names_currency_alone(sources.price_header, currency):
        hundred = setting("price_quantity", 100)
        return (
            f"{sources.price_source} names the currency itself; set {_UNITS}, with {hundred} if "
            "prices are in hundredths"
        )
    if stated.is_header and (other := _other_price(sources)) is not None:
        label = sources.column_source(other)
        return f"the header of {label} names neither them nor the currency; {_REMEDY}"
    for cell in _bare_prices(sources):
        if not _WHOLE(cell):
            return f"prices such as {quote(cell)} have decimals; {_REMEDY}"
    named = _price_with_currency(sources) if stated.is_header else None
    return named and f"prices such as {quote(named)} name a currency; {_REMEDY}"


def _other_price(sources: ListSources) -> int | None:
    """Return the column of another price whose header leaves open what it is in, None without."""
    columns = sources.assignment.columns
    indices = [columns[field] for field in _OTHER_PRICES if field in columns]
    indices += [index for index in sources.assignment.tier_columns if index not in indices]
    if "price" in columns:
        indices += price_columns_of(sources.header, sources.config, columns["price"])
    header = sources.header.cells
    for index in indices:
        is_named = header_currencies(header[index], sources.request.currency) is not None
        if not (is_named or header_statement(header[index]).scale.in_hundredths):
            return index
    return None


def _bare_prices(sources: ListSources) -> Iterator[str]:
    """Yield the texts of the prices without a currency in their cell or in that of their unit."""
    columns, currency = sources.assignment.columns, sources.request.currency
    named: set[int] = set()
    for index in {columns[field] for field in UNIT_FIELDS if field in columns}:
        content = sources.content(index)
        cells = zip(content.rows, content.cells, strict=False)
        named |= {row for row, cell in cells if read_money_per_unit(display_text(cell), currency)}
    price = sources.content(columns["price"]) if "price" in columns else None
    for row, cell in zip(price.rows, price.cells, strict=False) if price else ():
        text = display_text(cell)
        has_number = any(map(str.isdigit, text))
        if row not in named and has_number and currencies_in_text(text, currency) is None:
            yield text


def _price_with_currency(sources: ListSources) -> str | None:
    price, currency = sources.assignment.columns.get("price"), sources.request.currency
    if price is None:
        return None
    cells = map(display_text, sources.content(price).cells)
    return next((cell for cell in cells if currencies_in_text(cell, currency) is not None), None)
