"""What the prices of a list are: currency, quantity, tax, discounts, days, and who says so.

The strongest source of a fact counts: a setting, a column, the cells, the header, a sentence. Two
sources that contradict each other refuse the price list, naming both.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

import msgspec

from pricebook.pricelists.detection.ambiguity_errors import column_label, column_reference
from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
)
from pricebook.pricelists.detection.discount_base import find_discount_base
from pricebook.pricelists.detection.discount_columns import mixed_signs_issue
from pricebook.pricelists.detection.doubtful_sentences import refuse_doubtful_sentences
from pricebook.pricelists.detection.fact_collector import (
    FactCollector,
    ListSources,
    Statement,
    sentence_statement,
)
from pricebook.pricelists.detection.further_prices import check_further_prices
from pricebook.pricelists.detection.header_words import field_ranks
from pricebook.pricelists.detection.list_currency import find_currency
from pricebook.pricelists.detection.list_price_sample import limits_prices
from pricebook.pricelists.detection.list_quantity import (
    find_price_quantity,
    needs_quantity,
)
from pricebook.pricelists.detection.list_scale import find_scale
from pricebook.pricelists.detection.list_surcharge import note_surcharge
from pricebook.pricelists.detection.list_tax import find_vat
from pricebook.pricelists.detection.list_units import find_unit, find_unit_packs
from pricebook.pricelists.detection.net_marks import find_net_marks, split_marks
from pricebook.pricelists.detection.previous_facts import PER_ROW
from pricebook.pricelists.detection.promotion_days import (
    find_promotion_period,
    is_about_promotions,
)
from pricebook.pricelists.detection.tax_remarks import other_tax_marks
from pricebook.pricelists.detection.title_discounts import (
    find_title_discounts,
)
from pricebook.pricelists.detection.unit_letters import settle_unit_letters
from pricebook.pricelists.facts.dates import find_day_first
from pricebook.pricelists.facts.discounts import parse_discounts
from pricebook.pricelists.schemas.profile import Fact, PriceBasis
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, DiscountBase, Field

_DAY_FIELDS: tuple[Field, ...] = ("valid_from", "valid_until")


class ListFacts(NamedTuple):
    """The basis of the prices, each fact with its source, and the reasons to refuse the list."""

    basis: PriceBasis
    facts: dict[str, Fact]
    issues: list[DetectionIssue]


class _Discounts(NamedTuple):
    """Discounts of every row, those of each discount group, and the price they apply to."""

    of_rows: tuple[Decimal, ...]
    of_groups: dict[str, tuple[Decimal, ...]]
    base: DiscountBase


def detect_price_basis(sources: ListSources) -> ListFacts:
    """Return what the prices of a list are."""
    collector = FactCollector(sources)
    refuse_doubtful_sentences(collector)
    currency = find_currency(collector)
    scale = find_scale(collector)
    quantity, is_per_pack = find_price_quantity(collector)
    vat_included, vat_rate = find_vat(collector)
    discounts = _find_discounts(collector)
    _note_list_price(collector)
    note_surcharge(collector)
    check_further_prices(collector, currency.code, discounts.base)
    settle_unit_letters(collector)
    collector.note_options("hidden_rows", "hidden_columns", "struck_out")
    promotion = find_promotion_period(collector)
    basis = PriceBasis(
        currency=currency.code,
        currency_source=currency.source,
        price_quantity=quantity,
        needs_quantity=needs_quantity(sources),
        prices_per_pack=is_per_pack,
        in_hundredths=scale == "hundredths",
        in_thousands=scale == "thousands",
        unit=find_unit(collector),
        unit_packs=find_unit_packs(collector),
        vat_included=vat_included,
        vat_rate=vat_rate,
        discounts=discounts.of_rows,
        discount_groups=discounts.of_groups,
        discount_base=discounts.base,
        tax_marks=other_tax_marks(sources.notes, included=vat_included),
        net_marks=find_net_marks(collector),
        ignored_marks=_find_ignored_marks(collector),
        unit_meanings=_find_unit_meanings(collector),
        title_discounts=find_title_discounts(collector),
        valid_from=_find_valid_from(collector),
        next_from=_find_next_from(collector),
        day_first=_find_day_first(sources),
        promotion_from=promotion.first,
        promotion_until=promotion.last,
        list_price_is_limit=limits_prices(sources, vat_included=vat_included),
    )
    return ListFacts(basis, collector.facts, collector.issues)


def _find_ignored_marks(collector: FactCollector) -> tuple[str, ...]:
    """Return the marks in price cells that change nothing."""
    marks = collector.sources.config.ignored_marks
    if marks is None:
        return ()
    collector.note_setting("ignored_marks", marks)
    return split_marks(marks)


def _find_unit_meanings(collector: FactCollector) -> dict[str, str]:
    """Return what cells of units and price quantities mean; note the settings as facts."""
    sources = collector.sources
    config = sources.config
    for option in ("unit_meanings", "price_columns"):
        value = getattr(config, option)
        if value is not None:
            text = msgspec.json.encode(value, order="sorted").decode()
            collector.note_setting(option, text)
    if sources.meanings.source and config.unit_meanings is None:
        text = msgspec.json.encode(sources.meanings.of_cells, order="sorted").decode()
        collector.facts["unit_meanings"] = Fact(text, "sentence", sources.meanings.source)
    return dict(sources.meanings.of_cells)


def _find_discounts(collector: FactCollector) -> _Discounts:
    config = collector.sources.config
    _note_discount_sources(collector)
    found = find_discount_base(collector.sources)
    collector.issues += [found.issue] if found.issue else []
    if found.base != "none":
        collector.issues += _mixed_signs(collector.sources)
    if config.discount_base is not None:
        collector.note_setting("discount_base", found.base)
    elif found.source:
        collector.facts["discount_base"] = Fact(found.base, "header", found.source)
    groups = config.discount_groups or {}
    return _Discounts(
        parse_discounts(config.discount or "") or (),
        {group: parse_discounts(chain) or () for group, chain in groups.items()},
        found.base,
    )


def _note_discount_sources(collector: FactCollector) -> None:
    """Note the settings and the columns that state discounts."""
    sources = collector.sources
    config, columns = sources.config, sources.assignment.columns
    collector.note_options("discount")
    if config.discount_groups is not None:
        text = msgspec.json.encode(config.discount_groups, order="sorted").decode()
        collector.note_setting("discount_groups", text)
    fields: tuple[Field, ...] = (*DISCOUNT_FIELDS, "discount_group")
    for field in fields:
        index = columns.get(field)
        if index is not None:
            collector.facts.setdefault(field, Fact(PER_ROW, "column", sources.column_source(index)))


def _mixed_signs(sources: ListSources) -> list[DetectionIssue]:
    columns = sources.assignment.columns
    indices = [columns[field] for field in DISCOUNT_FIELDS if field in columns]
    issues = (mixed_signs_issue(sources.header, each, sources.content(each)) for each in indices)
    return [issue for issue in issues if issue]


def _note_list_price(collector: FactCollector) -> None:
    """Note that the price is a list price, or where the list price beside it is."""
    sources = collector.sources
    column = sources.assignment.columns.get("list_price")
    if column is not None:
        source = sources.column_source(column)
        collector.facts["list_price"] = Fact(PER_ROW, "column", source)
    elif "list_price" in field_ranks(sources.price_header, sources.request.currency):
        collector.facts["list_price"] = Fact("price", "header", sources.price_source)


def _find_valid_from(collector: FactCollector) -> date | None:
    """Return the first day of all prices if that is still to come."""
    sources = collector.sources
    days: dict[date, Statement] = {}
    if day := sources.assignment.price_from:
        days[day] = Statement(day.isoformat(), "header", sources.price_source)
    today, of_next_price = sources.request.today, sources.assignment.next_from
    later = list[Statement]()
    for sentence in sources.sentences:
        if is_about_promotions(sources.header, sentence.text):
            continue
        day = sentence.valid_from
        if not day or day == of_next_price or "valid_from" in sentence.doubts:
            continue
        statement = sentence_statement(sentence, day.isoformat())
        if not statement.is_between_articles:
            days.setdefault(day, statement)
        elif today and day > today:
            later.append(statement)
    _refuse_later_parts(collector, [each for each in later if each.value not in map(str, days)])
    if not days:
        return None
    last = max(days)
    collector.facts["valid_from"] = days[last].as_fact()
    return last if today and last > today else None


def _refuse_later_parts(collector: FactCollector, statements: Sequence[Statement]) -> None:
    """Refuse days to come that texts between articles state, which may concern some of them."""
    for statement in statements:
        collector.refuse(
            f"Prices hold from {statement.value} by {statement.source} between the articles, so "
            "that it may concern some of them only; write the day into a column valid_from.",
            "column_mapping.valid_from",
        )


def _find_next_from(collector: FactCollector) -> date | None:
    """Return the day from which the column of upcoming prices holds."""
    sources = collector.sources
    column = sources.assignment.columns.get("next_price")
    if column is None:
        return None
    day = sources.assignment.next_from
    if day is None and "valid_from" in sources.assignment.columns:
        return None
    if day is None:
        collector.refuse(
            f"Nothing says from which day the prices of {column_label(sources.header, column)} "
            "hold; write it into the header, as in 2026-12-01, or set ignored_columns.",
            "ignored_columns",
            (column_reference(sources.header, column),),
        )
        return None
    collector.facts["next_from"] = Fact(day.isoformat(), "header", sources.column_source(column))
    return day


def _find_day_first(sources: ListSources) -> bool | None:
    """Return whether the days of the rows begin with the day, as in `31/12/2026`."""
    columns = sources.assignment.columns
    cells = (sources.content(columns[each]).cells for each in _DAY_FIELDS if each in columns)
    return find_day_first(map(display_text, chain.from_iterable(cells)))
