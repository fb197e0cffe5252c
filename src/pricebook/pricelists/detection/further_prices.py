"""Prices of tiers and of later days beside the price: they must be for what the price is for."""

from pricebook.pricelists.detection.ambiguity_errors import column_reference
from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.detection_issues import (
    ignoring,
)
from pricebook.pricelists.detection.fact_collector import FactCollector
from pricebook.pricelists.detection.header_texts import header_currencies, header_statement
from pricebook.pricelists.detection.price_arithmetic import sample_prices
from pricebook.pricelists.detection.price_statements import PriceStatement
from pricebook.pricelists.detection.tier_sample import are_far_apart, doubtful_tiers
from pricebook.pricelists.schemas.read_config import DiscountBase

_MIN_SHARE = 0.5


def check_further_prices(
    collector: FactCollector, currency: str, discount_base: DiscountBase
) -> None:
    """Refuse columns of further prices that are for something else, or no prices.

    Their headers may not state another quantity, tax or currency than that of the price. Tiers that
    rise with the quantity, and prices far from those beside them, may be discounts or for another
    quantity.
    """
    columns = collector.sources.assignment.columns
    price = columns.get("price")
    issues = collector.sources.assignment.issues
    if price is None or any(issue.option == "column_mapping.price" for issue in issues):
        return
    percentages = _tiers_in_percent(collector)
    for index in percentages:
        _refuse(collector, index, "are percentages, no prices as those of", price)
    tiers = [i for _, i in collector.sources.assignment.tiers if i not in percentages]
    next_price, list_price = columns.get("next_price"), columns.get("list_price")
    further = [index for index in (*tiers, next_price) if index is not None and index != price]
    if discount_base == "list_price" and list_price is not None:
        further.append(list_price)
    different = {index: kind for index in further if (kind := _difference(collector, index, price))}
    for index, kind in different.items():
        _refuse(collector, index, f"are for another {kind} than those of", price)
    samples = {
        index: sample_prices(collector.sources.content(index), currency)
        for index in (price, *further)
        if index not in different
    }
    for index in doubtful_tiers([samples[index] for index in tiers if index in samples]):
        column = [tier for tier in tiers if tier in samples][index]
        _refuse(collector, column, "may be discounts or for another quantity, unlike", price)
    later = None if next_price is None else samples.get(next_price)
    if next_price is not None and later and are_far_apart(samples[price], later):
        _refuse(collector, next_price, "may be for another quantity than those of", price)


def _tiers_in_percent(collector: FactCollector) -> list[int]:
    """Return the columns of tiers that hold discounts in percent."""
    sources = collector.sources
    return [
        index
        for index in sources.header.tiers
        if index not in sources.header.ignored
        and sources.content(index).cells
        and sources.content(index).share(lambda cell: "%" in display_text(cell)) > _MIN_SHARE
    ]


def _difference(collector: FactCollector, index: int, price: int) -> str:
    """Return what the header of a column states unlike that of the price, empty if nothing."""
    cells, currency = collector.sources.header.cells, collector.sources.request.currency
    own, other = header_statement(cells[index]), header_statement(cells[price])
    if _quantity(own) and _quantity(own) != _quantity(other):
        return "quantity"
    if own.vat_included and other.vat_included and own.vat_included != other.vat_included:
        return "VAT basis"
    codes = header_currencies(cells[index], currency), header_currencies(cells[price], currency)
    is_other_currency = None not in codes and not frozenset[str].intersection(*filter(None, codes))
    return "currency" if is_other_currency else ""


def _quantity(statement: PriceStatement) -> tuple[object, ...]:
    """Return the quantity other than a piece that a header states, empty for none."""
    stated = (statement.quantities - {1}, statement.units, statement.is_per_pack)
    return stated if any(stated) else ()


def _refuse(collector: FactCollector, index: int, relation: str, price: int) -> None:
    sources = collector.sources
    reference = column_reference(sources.header, index)
    collector.refuse(
        f"The prices of {sources.column_source(index)} {relation} {sources.column_source(price)}; "
        f"set {ignoring(reference)} to read the price without them.",
        "ignored_columns",
        (reference,),
    )
