"""The currency of a price list: setting, column, cells, header, sentence, else the catalog's."""

from collections.abc import Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.currencies import (
    currencies_in_text,
    currency_of_cell,
    format_currencies,
    resolve_currency,
)
from pricebook.pricelists.detection.detection_issues import setting
from pricebook.pricelists.detection.fact_collector import (
    FactCollector,
    Statement,
    is_between_articles,
    sentence_source,
)
from pricebook.pricelists.detection.header_texts import header_currencies
from pricebook.pricelists.detection.letterheads import sender_currencies
from pricebook.pricelists.detection.previous_facts import PER_ROW
from pricebook.pricelists.detection.price_statements import names_unknown_currency
from pricebook.pricelists.detection.sentence_currencies import currencies_of_remark
from pricebook.pricelists.detection.unit_currencies import read_money_per_unit
from pricebook.pricelists.detection.unit_meanings import UNIT_FIELDS
from pricebook.pricelists.schemas.profile import Fact, FactOrigin
from pricebook.pricelists.text import quote

# Single cells in another currency are rejected; more of them leave that of all others in doubt.
_MIN_FOREIGN_CELLS = 2
_MIN_FOREIGN_SHARE = 0.1
_MAX_TEXT = 80


class _Named(NamedTuple):
    """The ISO codes that a source may mean, the kind of source and how a message names it.

    `is_between_articles`: it may hold for the articles below it only.
    """

    codes: frozenset[str]
    origin: FactOrigin
    source: str
    is_between_articles: bool = False

    def as_statement(self, code: str, source: str = "") -> Statement:
        """Return the statement of this source that the currency is `code`."""
        return Statement(code, self.origin, source or self.source, self.is_between_articles)


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
        requested = collector.setting("currency", sources.request.config.currency)
        return _list_currency(collector, requested.value, [requested])
    if names_unknown_currency(sources.price_header):
        collector.refuse(
            f"The prices of {sources.price_source} are in units of account, whose currency is not "
            f"said; set it, as in {setting('currency', 'USD')}.",
            "currency",
        )
    statements = [collector.setting("currency", configured)] if configured else []
    statements += _statements(collector, _named_currencies(collector))
    statements = collector.without_parts("currency", statements)
    settings = " or ".join(
        setting("currency", value) for value in dict.fromkeys(s.value for s in statements)
    )
    decided = collector.decide("currency", statements, settings)
    column = sources.assignment.columns.get("currency")
    if column is not None:
        value = decided.value if decided and decided.origin == "column" else PER_ROW
        collector.facts["currency"] = Fact(value, "column", sources.column_source(column))
    elif decided:
        collector.facts["currency"] = decided.as_fact()
    else:
        if all(issue.option != "currency" for issue in collector.issues):
            _refuse_named_elsewhere(collector)
        _refuse_some_cells(collector)
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


def _named_currencies(collector: FactCollector) -> list[_Named]:
    """Return the sources that name a currency, the strongest first."""
    sources = collector.sources
    of_header = header_currencies(sources.price_header, sources.request.currency)
    if of_header is None:
        of_header = sources.price_statement.scale.codes
    named = [*_of_column(collector), *_of_units(collector), *_of_cells(collector)]
    if of_header is not None:
        named.append(_Named(of_header, "header", sources.price_source))
    named += [
        _Named(
            sentence.currencies,
            "sentence",
            sentence_source(sentence),
            is_between_articles(sentence),
        )
        for sentence in sources.sentences
        if "currency" not in sentence.doubts and sentence.currencies is not None
    ]
    return named


def _statements(collector: FactCollector, named: Sequence[_Named]) -> list[Statement]:
    """Return what sources say. A sign of several currencies means the one that another one names.

    Else it means the currency of the catalog if it can and the sender is of no other country, else
    that of the country of the sender; what stays open is an issue.
    """
    certain = frozenset(
        code
        for each in named
        if len(each.codes) == 1 and not each.is_between_articles
        for code in each.codes
    )
    statements: list[Statement] = []
    for each in named:
        narrowed = each.codes & certain
        if len(narrowed) == 1:
            statements.append(each.as_statement(next(iter(narrowed))))
        else:
            statements += _of_sign(collector, each)
    return statements


def _of_sign(collector: FactCollector, named: _Named) -> list[Statement]:
    catalog_currency = collector.sources.request.currency
    senders = {
        code: f"row {note.row_number}, {quote(note.text)}"
        for code, note in sender_currencies(collector.sources.notes).items()
        if code in named.codes
    }
    if catalog_currency in named.codes and senders.keys() <= {catalog_currency}:
        return [named.as_statement(catalog_currency)]
    if len(senders) == 1 and catalog_currency not in named.codes:
        ((code, source),) = senders.items()
        return [named.as_statement(code, f"{named.source} and {source}")]
    names = " or ".join(sorted(named.codes)) or "more than one currency"
    registered = " and ".join(f"of {code} by {source}" for code, source in sorted(senders.items()))
    sender = f", and its sender is in a country {registered}" if senders else ""
    collector.refuse(
        f"The currency is {names} by {named.source}{sender}; set it, as in "
        f"{setting('currency', min(senders or named.codes, default='EUR'))}.",
        "currency",
        sorted(named.codes),
    )
    return []


def _of_column(collector: FactCollector) -> list[_Named]:
    """Return the currency that all cells of a currency column may mean, if there is one."""
    sources = collector.sources
    index = sources.assignment.columns.get("currency")
    if index is None:
        return []
    cells = {display_text(cell) for cell in sources.content(index).cells}
    named = [codes for cell in cells if (codes := currency_of_cell(cell, sources.request.currency))]
    common = frozenset[str].intersection(*named) if named else None
    return [_Named(common, "column", sources.column_source(index))] if common else []


def _of_units(collector: FactCollector) -> list[_Named]:
    """Return the currency that all cells of units or price units with one may mean: `EUR/kg`."""
    sources = collector.sources
    columns = sources.assignment.columns
    if "currency" in columns:
        return []
    named: list[_Named] = []
    for index in {columns[field] for field in UNIT_FIELDS if field in columns}:
        cells = {display_text(cell) for cell in sources.content(index).cells}
        found = (read_money_per_unit(cell, sources.request.currency) for cell in sorted(cells))
        codes = [each.codes for each in found if each]
        common = frozenset[str].intersection(*codes) if codes else None
        named += [_Named(common, "cell", sources.column_source(index))] if common else []
    return named


def _refuse_named_elsewhere(collector: FactCollector) -> None:
    """Refuse to assume the catalog's currency where a text around the table names another one.

    The text need not be known as one about prices, as in a language that is not read.
    """
    catalog_currency = collector.sources.request.currency
    for note in collector.sources.notes:
        codes = currencies_of_remark(note.text, catalog_currency)
        if note.place == "inside" or not codes or catalog_currency in codes:
            continue
        named = format_currencies(codes)
        collector.refuse(
            f"No column, header or sentence about prices names their currency, but row "
            f"{note.row_number}, {quote(note.text, _MAX_TEXT)}, names {named}; set it, as in "
            f"{setting('currency', min(codes))}.",
            "currency",
            sorted({*codes, catalog_currency}),
        )
        return


def _refuse_some_cells(collector: FactCollector) -> None:
    """Refuse prices of which some name another currency than the catalog's and others none."""
    catalog_currency = collector.sources.request.currency
    numbers = _price_texts(collector)
    foreign = [
        cell
        for cell in numbers
        if (codes := currencies_in_text(cell, catalog_currency)) and catalog_currency not in codes
    ]
    bare = next(
        (cell for cell in numbers if currencies_in_text(cell, catalog_currency) is None), ""
    )
    if len(foreign) < _MIN_FOREIGN_CELLS or len(foreign) < _MIN_FOREIGN_SHARE * len(numbers):
        return
    codes = currencies_in_text(foreign[0], catalog_currency) or frozenset()
    if bare:
        candidates = (min(codes), catalog_currency)
        collector.refuse(
            f"Prices such as {quote(foreign[0])} name {format_currencies(codes)} and others such "
            f"as {quote(bare)} no currency; set the one of the list, as in "
            f"{setting('currency', candidates[0])}.",
            "currency",
            candidates,
        )


def _price_texts(collector: FactCollector) -> list[str]:
    """Return the displayed texts of the price cells that have a number."""
    sources = collector.sources
    price = sources.assignment.columns.get("price")
    cells = [] if price is None else list(map(display_text, sources.content(price).cells))
    return [cell for cell in cells if any(map(str.isdigit, cell))]


def _of_cells(collector: FactCollector) -> list[_Named]:
    """Return the currency that every price cell names."""
    sources = collector.sources
    numbers = _price_texts(collector)
    named = {currencies_in_text(cell, sources.request.currency) for cell in numbers}
    resolved = {resolve_currency(codes or (), sources.request.currency) for codes in named}
    is_one_currency = len(named) == 1 or (len(resolved) == 1 and None not in resolved)
    if not is_one_currency:
        return []
    codes = next(iter(named))
    return [] if codes is None else [_Named(codes, "cell", f"cells such as {quote(numbers[0])}")]
