"""The currency of each of several columns of the price: that of its header goes with its prices."""

from collections.abc import Iterator, Sequence

from pricebook.pricelists.detection.ambiguity_errors import FIELD_LABELS, column_label
from pricebook.pricelists.detection.currencies import resolve_currency
from pricebook.pricelists.detection.detection_issues import DetectionIssue, setting
from pricebook.pricelists.detection.fact_collector import ListSources
from pricebook.pricelists.detection.header_texts import header_currencies
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field
from pricebook.pricelists.text import quote

_MAX_CODES = 3
# Amounts and discounts that are about the price of the first column, in its currency.
_OF_FIRST: tuple[Field, ...] = (
    *("surcharge", "deposit", "pack_price", "next_price", *DISCOUNT_FIELDS, "discount_group"),
)


def other_currencies(
    sources: ListSources, indices: Sequence[int], list_currency: str
) -> dict[int, str]:
    """Return the currencies of the further columns whose headers name another than the list's."""
    catalog_currency = sources.request.currency
    found: dict[int, str] = {}
    for index in indices[1:]:
        codes = header_currencies(sources.header.cells[index], catalog_currency)
        if codes and list_currency not in codes:
            found[index] = resolve_currency(codes, catalog_currency) or min(codes)
    return found


def currency_doubts(
    sources: ListSources, indices: Sequence[int], list_currency: str
) -> Iterator[DetectionIssue]:
    """Yield the issues of further columns of the price whose currency is in doubt."""
    header, catalog_currency = sources.header, sources.request.currency
    is_named = header_currencies(header.cells[indices[0]], catalog_currency) is not None
    for index in indices[1:]:
        codes = header_currencies(header.cells[index], catalog_currency)
        if codes is None:
            is_set = sources.config.currency is not None
            if is_named and not is_set and list_currency != catalog_currency:
                yield _unnamed(sources, indices[0], index, list_currency)
        elif list_currency not in codes:
            if resolve_currency(codes, catalog_currency) is None:
                yield _unclear(sources, index, codes)
            elif (field := _field_of_first(sources)) is not None:
                yield _of_first(sources, index, field)


def _field_of_first(sources: ListSources) -> str | None:
    """Return what is about the first column of the price only, None without anything."""
    columns = sources.assignment.columns
    field: Field | None = next((each for each in _OF_FIRST if each in columns), None)
    if field is not None:
        return f"the {FIELD_LABELS[field]} {column_label(sources.header, columns[field])}"
    return "a price for each quantity" if sources.assignment.tiers else None


def _unnamed(sources: ListSources, first: int, index: int, currency: str) -> DetectionIssue:
    return DetectionIssue(
        f"The header {quote(sources.header.cells[first])} names a currency and "
        f"{quote(sources.header.cells[index])} none; set {setting('currency', currency)} if the "
        "prices of both are in it, or leave one out of price_columns.",
        "currency",
        (currency,),
    )


def _unclear(sources: ListSources, index: int, codes: frozenset[str]) -> DetectionIssue:
    examples = f", such as {' and '.join(sorted(codes)[:_MAX_CODES])}" if codes else ""
    return DetectionIssue(
        f"The header of the column {column_label(sources.header, index)} may mean several "
        f"currencies{examples}; name the column first in price_columns and set its currency, as in "
        f"{setting('currency', min(codes, default='EUR'))}, or leave it out.",
        "price_columns",
    )


def _of_first(sources: ListSources, index: int, field: str) -> DetectionIssue:
    return DetectionIssue(
        f"The prices of the column {column_label(sources.header, index)} are in another currency "
        f"than {field} beside them; leave the column out of price_columns.",
        "price_columns",
    )
