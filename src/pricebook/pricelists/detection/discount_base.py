"""Which price the discounts of a list apply to: the price, the list price, or none of them."""

import math
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import NamedTuple

import msgspec

from pricebook.pricelists.detection.ambiguity_errors import column_label, column_reference
from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.currencies import currencies_of_word
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
    setting,
)
from pricebook.pricelists.detection.discount_sample import DiscountSample
from pricebook.pricelists.detection.fact_collector import ListSources
from pricebook.pricelists.detection.group_tables import stated_groups
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import names_recommended_price
from pricebook.pricelists.detection.header_vocabulary import PRICE_QUALIFIER_KEYS
from pricebook.pricelists.detection.header_words import is_known_non_price_header
from pricebook.pricelists.detection.list_factors import list_discounts
from pricebook.pricelists.detection.price_arithmetic import (
    are_products,
    other_numbers,
    sample_prices,
)
from pricebook.pricelists.detection.price_words import (
    DISCOUNTED_PRICE_WORDS,
    NET_PRICE_WORDS,
)
from pricebook.pricelists.detection.section_groups import (
    has_sections,
    stated_sections_issue,
)
from pricebook.pricelists.detection.tax_words import NET_WORDS
from pricebook.pricelists.schemas.read_config import DiscountBase, Field
from pricebook.pricelists.text import comparison_key, quote, quote_list, split_header

_DISCOUNTED = frozenset(map(comparison_key, DISCOUNTED_PRICE_WORDS))
_NET = frozenset(map(comparison_key, NET_PRICE_WORDS))
_MAX_EXAMPLES = 3
_MIN_ROWS = 3


class FoundBase(NamedTuple):
    """The price that discounts apply to, what says so, and the issue if that is in doubt."""

    base: DiscountBase
    source: str = ""
    issue: DetectionIssue | None = None


def find_discount_base(sources: ListSources) -> FoundBase:
    """Return the base of the discounts of columns and settings."""
    config, header, columns = sources.config, sources.header, sources.assignment.columns
    if config.discount_base is not None:
        return _configured(config.discount_base, columns)
    if issue := _missing_groups(sources) or _recommended_price(sources):
        return FoundBase("price", issue=issue)
    if columns.keys().isdisjoint({"discount", "discount_group"}) or "price" not in columns:
        return FoundBase("price")
    currency = sources.request.currency
    sample = DiscountSample(config, header, columns, sources.contents, currency)
    if found := _by_sample(sample):
        return found
    if sample.has_discounts and _has_own_list_price(header, columns):
        return _beside_list_price(header, columns)
    return _by_header(header, columns["price"], currency)


def proves_discount_of_list(sources: ListSources, sentence: str) -> bool:
    """Return whether the price is another column less what a sentence takes off list prices."""
    discounts, columns = list_discounts(sentence), sources.assignment.columns
    if not discounts or "price" not in columns:
        return False
    share = math.prod((1 - each / 100 for each in discounts), start=Decimal(1))
    currency, header, contents = sources.request.currency, sources.header, sources.contents
    prices = sample_prices(sources.content(columns["price"]), currency)
    taken = {i for field, i in columns.items() if field != "list_price"}
    return any(
        are_products(
            prices,
            sample_prices(contents[index], currency),
            dict.fromkeys(prices, share),
            _MIN_ROWS,
        )
        for index in other_numbers(header, contents, taken)
    )


def _has_own_list_price(header: TableHeader, columns: Mapping[Field, int]) -> bool:
    """Return whether the discount may be taken off a list price that is not the price itself."""
    if "list_price" not in columns:
        return False
    is_list_price = columns["price"] in header.candidates["list_price"]
    return not (is_list_price and names_recommended_price(header.cells[columns["list_price"]]))


def _by_header(header: TableHeader, price: int, currency: str) -> FoundBase:
    """Return the base by the words of the price: `Your price` includes the discounts."""
    cell = header.cells[price]
    if _bare_key(cell, currency) in _DISCOUNTED:
        return FoundBase("none", f"{column_label(header, price)} includes discounts")
    if _bare_key(cell, currency, NET_WORDS) not in _NET:
        return FoundBase("price")
    issue = DetectionIssue(
        f"The price {column_label(header, price)} may be net of VAT or net of the discounts beside "
        f"it; set {setting('discount_base', 'price')} if the discounts are still to be taken off, "
        f"{setting('discount_base', 'none')} if they are included.",
        "discount_base",
        ("price", "none"),
    )
    return FoundBase("price", issue=issue)


def _bare_key(cell: str, currency: str, kept: Collection[str] = ()) -> str:
    """Return the key of a price header without its words for taxes, units and currencies.

    Words in `kept` stay: `prixnet` of `Prix net HT` with `net`.
    """
    return "".join(
        word
        for word in split_header(cell)
        if word in kept or not (word in PRICE_QUALIFIER_KEYS or currencies_of_word(word, currency))
    )


def _configured(base: DiscountBase, columns: Mapping[Field, int]) -> FoundBase:
    if base == "list_price" and "list_price" not in columns:
        return FoundBase(
            base,
            issue=DetectionIssue(
                "discount_base is list_price, and no column has list prices; set "
                f"{column_setting('list_price')}.",
                "column_mapping.list_price",
            ),
        )
    return FoundBase(base)


def _recommended_price(sources: ListSources) -> DetectionIssue | None:
    """Return the issue of a recommended retail price as the cost, unless an option decides."""
    config, fields = sources.config, sources.assignment.columns.keys()
    is_decided = config.discount is not None or "price" in config.column_mapping
    if is_decided or not fields.isdisjoint({"discount", "discount_group"}):
        return None
    if any(each.option == "column_mapping.price" for each in sources.assignment.issues):
        return None
    if not names_recommended_price(sources.price_header):
        return None
    if others := _other_money(sources):
        labels = " or ".join(column_label(sources.header, index) for index in others)
        references = tuple(column_reference(sources.header, index) for index in others)
        return DetectionIssue(
            f"The price {quote(sources.price_header)} is a recommended retail price; by content "
            f"the price may be {labels}; set {column_setting('price', references[0])}, or what is "
            f"taken off the recommended price, as in {setting('discount', 30)}.",
            "column_mapping.price",
            references,
        )
    return DetectionIssue(
        f"The only price {quote(sources.price_header)} is a recommended retail price, and no "
        f"discount is known; set what is taken off, as in {setting('discount', 30)}, "
        f"{setting('discount', 0)} if it is what you pay, or {column_setting('price')} for another "
        "price.",
        "discount",
        ("0",),
    )


def _other_money(sources: ListSources) -> list[int]:
    """Return the columns of money without a field whose headers name nothing known."""
    header, taken = sources.header, sources.assignment.columns.values()
    candidates = {index for columns in header.candidates.values() for index in columns}
    excluded = candidates.union(taken, header.ignored, header.tiers)
    return [
        index
        for index, cell in enumerate(header.cells)
        if index not in excluded
        and cell.strip()
        and sources.content(index).kind == "money"
        and not is_known_non_price_header(cell, sources.request.currency)
    ]


def _missing_groups(sources: ListSources) -> DetectionIssue | None:
    """Return the issue of discount groups without their discounts, or the other way round.

    Its example has the discounts that the file itself states.
    """
    config, group = sources.config, sources.assignment.columns.get("discount_group")
    if group is None:
        return _missing_groups_of_sections(sources)
    groups = sorted({display_text(cell).strip() for cell in sources.content(group).cells})
    if not groups or config.discount_groups or config.discount is not None:
        return None
    stated = stated_groups(sources.request.group_tables, sources.notes, groups)
    example = msgspec.json.encode(stated.discounts or {groups[0]: "30"}).decode()
    by_source = f" by {stated.source}" if stated.source else ""
    return DetectionIssue(
        f"The column {column_label(sources.header, group)} has discount groups such as "
        f"{quote_list(groups[:_MAX_EXAMPLES])}; set the discount of each, as in "
        f"{setting('discount_groups', example)}{by_source}, or "
        f"{setting('discount_base', 'none')} if the prices include them.",
        "discount_groups",
        tuple(dict.fromkeys((*groups[:20], *stated.discounts))),
    )


def _missing_groups_of_sections(sources: ListSources) -> DetectionIssue | None:
    """Return the issue of groups that are neither in a column nor sections, or the other way."""
    config = sources.config
    if config.discount_groups:
        return None if has_sections(sources) else _missing_column()
    has_discount = config.discount is not None or "discount" in sources.assignment.columns
    includes = _bare_key(sources.price_header, sources.request.currency) in _DISCOUNTED
    return None if has_discount or includes else stated_sections_issue(sources)


def _missing_column() -> DetectionIssue:
    return DetectionIssue(
        "discount_groups is set, and no column has the discount groups of the rows; set "
        f"{column_setting('discount_group')}, or {setting('discount_base', 'none')} if the prices "
        "include the discounts.",
        "column_mapping.discount_group",
    )


def _by_sample(sample: DiscountSample) -> FoundBase | None:
    """Return the base that the sample rows prove; None if they prove none."""
    header, price = sample.header, column_label(sample.header, sample.columns["price"])
    base = sample.find_base_of_price()
    if base is not None:
        other = column_label(header, base)
        return FoundBase("none", f"{price} is {other} less the discount in the sample")
    discounted = sample.find_discounted_price()
    if discounted is not None:
        other = column_label(header, discounted)
        return FoundBase("price", f"{other} is {price} less the discount in the sample")
    return FoundBase("price") if sample.is_list_price() else None


def _beside_list_price(header: TableHeader, columns: Mapping[Field, int]) -> FoundBase:
    issue = DetectionIssue(
        f"The price {column_label(header, columns['price'])} is not the list price "
        f"{column_label(header, columns['list_price'])} less the discount; set discount_base "
        "to price or list_price, or to none if the price includes the discount.",
        "discount_base",
        ("none", "price", "list_price"),
    )
    return FoundBase("price", issue=issue)
