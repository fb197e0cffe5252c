"""Which price the discounts of a list apply to: the price, the list price, or none of them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pricebook.errors import PriceListIssue
from pricebook.pricelists.detection.ambiguity_errors import column_label
from pricebook.pricelists.detection.column_content import ColumnContent, display_text
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.price_words import DISCOUNTED_PRICE_WORDS, NET_PRICE_WORDS
from pricebook.pricelists.facts.discounts import parse_discounts
from pricebook.pricelists.numbers import detect_number_profile, price_cell_reader
from pricebook.pricelists.schemas.read_config import DiscountBase, Field, ReadConfig
from pricebook.pricelists.text import comparison_key, quote_list

_MIN_SHARE = 0.8
_TOLERANCE = Decimal("0.006")
_MIN_DIFFERENCE = Decimal("0.011")
_DISCOUNTED = frozenset(map(comparison_key, DISCOUNTED_PRICE_WORDS))
_NET = frozenset(map(comparison_key, NET_PRICE_WORDS))
_MAX_EXAMPLES = 3
_PRICE_FIELDS: tuple[Field, Field] = ("price", "list_price")


class FoundBase(NamedTuple):
    """The price that discounts apply to, what says so, and the issue if that is in doubt."""

    base: DiscountBase
    source: str = ""
    issue: PriceListIssue | None = None


def find_discount_base(
    config: ReadConfig,
    header: TableHeader,
    columns: Mapping[Field, int],
    contents: Sequence[ColumnContent],
    currency: str,
) -> FoundBase:
    """Return the base of the discounts of columns and settings."""
    group, discount = columns.get("discount_group"), columns.get("discount")
    if config.discount_base is not None:
        return _configured(config.discount_base, columns)
    if group is not None and not config.discount_groups and config.discount is None:
        issue = _missing_groups(header, contents, group)
        if issue:
            return FoundBase("price", issue=issue)
    if (group is None and discount is None) or "price" not in columns:
        return FoundBase("price")
    if "list_price" in columns:
        return _by_sample(config, header, columns, contents, currency)
    return _by_header(header, columns["price"])


def _by_header(header: TableHeader, price: int) -> FoundBase:
    """Return the base by the words of the price: `Your price` includes the discounts."""
    key = comparison_key(header.cells[price])
    if key in _DISCOUNTED:
        return FoundBase("none", f"{column_label(header, price)} includes discounts")
    if key not in _NET:
        return FoundBase("price")
    issue = PriceListIssue(
        f"The price {column_label(header, price)} may be net of VAT or net of the discounts beside "
        "it; set discount_base=price if the discounts are still to be taken off, "
        "discount_base=none if they are included.",
        "discount_base",
        ("price", "none"),
    )
    return FoundBase("price", issue=issue)


def _configured(base: DiscountBase, columns: Mapping[Field, int]) -> FoundBase:
    if base == "list_price" and "list_price" not in columns:
        return FoundBase(
            base,
            issue=PriceListIssue(
                "discount_base is list_price, and no column has list prices; set --column "
                'list_price="Header".',
                "column_mapping.list_price",
            ),
        )
    return FoundBase(base)


def _missing_groups(
    header: TableHeader, contents: Sequence[ColumnContent], group: int
) -> PriceListIssue | None:
    """Return the issue of discount groups without a table of their discounts, if any is named."""
    cells = contents[group].cells if group < len(contents) else ()
    groups = sorted({display_text(cell).strip() for cell in cells})
    if not groups:
        return None
    return PriceListIssue(
        f"The column {column_label(header, group)} has discount groups such as "
        f"{quote_list(groups[:_MAX_EXAMPLES])}; set the discount of each, as in "
        f'discount_groups={{"{groups[0]}":"30"}}, or discount_base=none if the prices include '
        "them.",
        "discount_groups",
        tuple(groups[:20]),
    )


def _by_sample(
    config: ReadConfig,
    header: TableHeader,
    columns: Mapping[Field, int],
    contents: Sequence[ColumnContent],
    currency: str,
) -> FoundBase:
    """Compare price, list price and discount of the sample rows."""
    prices, list_prices = (
        _sample_prices(contents[columns[field]], currency) for field in _PRICE_FIELDS
    )
    factors = _discount_factors(config, columns, contents)
    included = excluded = compared = 0
    for row, factor in factors.items():
        price, list_price = prices.get(row), list_prices.get(row)
        if price is None or not list_price or factor == 1:
            continue
        compared += 1
        included += abs(price - list_price * factor) <= max(_MIN_DIFFERENCE, _TOLERANCE * price)
        excluded += price == list_price
    if compared and included >= _MIN_SHARE * compared:
        label = column_label(header, columns["price"])
        return FoundBase("none", f"{label} is the list price less the discount in the sample")
    if compared and excluded >= _MIN_SHARE * compared:
        return FoundBase("price")
    if not compared and not any(factor != 1 for factor in factors.values()):
        return FoundBase("price")
    return FoundBase(
        "price",
        issue=PriceListIssue(
            f"The price {column_label(header, columns['price'])} is not the list price "
            f"{column_label(header, columns['list_price'])} less the discount; set discount_base "
            "to price or list_price, or to none if the price includes the discount.",
            "discount_base",
            ("none", "price", "list_price"),
        ),
    )


def _sample_prices(content: ColumnContent, currency: str) -> dict[int, Decimal]:
    """Return by sample row the prices of a column that can be read."""
    read = price_cell_reader(detect_number_profile(content.cells, currency), currency)
    prices = zip(content.rows, map(read, content.cells), strict=True)
    return {row: price for row, price in prices if isinstance(price, Decimal)}


def _discount_factors(
    config: ReadConfig, columns: Mapping[Field, int], contents: Sequence[ColumnContent]
) -> dict[int, Decimal]:
    """Return by sample row what remains after its discounts: 0.665 for `30+5`."""
    factors: dict[int, Decimal] = {}
    fields: tuple[Field, ...] = ("discount_group", "discount")
    for field in fields:
        index = columns.get(field)
        if index is None or index >= len(contents):
            continue
        content = contents[index]
        for row, cell in zip(content.rows, content.cells, strict=True):
            text = cell
            if field == "discount_group":
                text = (config.discount_groups or {}).get(display_text(cell).strip(), "")
            factor = Decimal(1)
            for discount in parse_discounts(text) or ():
                factor *= 1 - discount / 100
            factors[row] = factor
    return factors
