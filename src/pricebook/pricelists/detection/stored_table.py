"""The table of a stored profile: rows are read as they were, nothing is detected again."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.characteristics import unique_titles
from pricebook.pricelists.detection.column_names import column_index
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.list_scale import names_currency_alone
from pricebook.pricelists.detection.net_marks import split_marks
from pricebook.pricelists.detection.price_alternatives import alternatives_of
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.tax_sample import TAX_TWIN, TaxTwin
from pricebook.pricelists.facts.discounts import parse_discounts
from pricebook.pricelists.schemas.profile import DetectedProfile, Fact, PriceBasis
from pricebook.pricelists.schemas.read_config import Field, ReadConfig
from pricebook.pricelists.text import quote

# The options that also apply to a table whose columns are known.
BASIS_OPTIONS = (
    *("currency", "prices_per_pack", "vat_included", "vat_rate", "discount_base"),
    *("title_discounts", "unit_meanings"),
)
COLUMN_OPTIONS = (
    "header_row",
    "column_mapping",
    "characteristic_columns",
    "ignored_columns",
    "key_columns",
    "price_columns",
)


def table_of_profile(profile: DetectedProfile, config: ReadConfig) -> DetectedTable:
    """Return the table that a profile describes; its rows begin with the first record.

    The options about prices override the profile. Raises PriceListError if one is not understood,
    or if an option sets a column.
    """
    if names := [name for name in COLUMN_OPTIONS if getattr(config, name) not in (None, {})]:
        raise PriceListError(
            f"Corrections are read with the columns of their task; leave out {', '.join(names)}."
        )
    columns: dict[Field, int] = {
        field: _column(profile, reference) for field, reference in profile.columns.items()
    }
    tiers = tuple(
        (Decimal(quantity), _column(profile, reference))
        for quantity, reference in profile.tier_columns.items()
    )
    characteristics = _characteristics(profile, columns, dict(tiers))
    facts = dict(profile.price_facts)
    if config.net_marks is not None:
        facts["net_marks"] = Fact(config.net_marks, "setting", "net_marks")
    return DetectedTable(
        header_row=0,
        rows_start_below=0,
        headers=profile.headers,
        header_row_keys=frozenset(),
        kinds=profile.kinds,
        columns=columns,
        inferred_fields=profile.inferred_fields,
        characteristics=characteristics,
        basis=_basis(profile, config, profile.headers[columns["price"]]),
        tiers=tiers,
        key_columns=tuple(_column(profile, reference) for reference in profile.key_columns),
        facts=facts,
        net_columns=_net_columns(profile, config, characteristics),
        tax_twin=_tax_twin(profile),
        price_alternatives=alternatives_of(
            profile.headers,
            [_column(profile, each) for each in profile.price_columns],
            {_column(profile, each): code for each, code in profile.price_currencies.items()},
        ),
    )


def with_section_column(table: DetectedTable) -> DetectedTable:
    """Return a table with a further column for the section of each row.

    It is the category of the rows if the price list has no column for that.
    """
    columns: dict[Field, int] = {"category": len(table.headers), **table.columns}
    return table._replace(headers=(*table.headers, "section"), columns=columns, has_sections=False)


def _column(profile: DetectedProfile, reference: str) -> int:
    if profile.headers.count(reference) == 1:
        return profile.headers.index(reference)
    index = column_index(reference)
    if index is None or index >= len(profile.headers):
        raise PriceListError(
            f"The columns of the task were stored without {quote(reference)}; import its price "
            "list again."
        )
    return index


def _net_columns(
    profile: DetectedProfile, config: ReadConfig, characteristics: tuple[tuple[str, int], ...]
) -> tuple[int, ...]:
    """Return the columns that may mark articles without discounts; all for a new discount."""
    basis = profile.basis or PriceBasis(currency=profile.currency)
    if basis.discounts or basis.discount_groups or not (config.discount or config.discount_groups):
        return tuple(_column(profile, reference) for reference in profile.net_columns)
    return tuple(index for _, index in characteristics)


def _tax_twin(profile: DetectedProfile) -> TaxTwin | None:
    if TAX_TWIN not in profile.price_facts:
        return None
    column = _column(profile, profile.price_facts[TAX_TWIN].value)
    includes_tax = True in header_statement(profile.headers[column]).vat_included
    return TaxTwin(column, includes_tax, is_proved=True)


def _characteristics(
    profile: DetectedProfile, columns: Mapping[Field, int], tiers: Mapping[Decimal, int]
) -> tuple[tuple[str, int], ...]:
    used = {*columns.values(), *tiers.values()}
    titles = unique_titles(
        (header, index)
        for index, header in enumerate(profile.headers)
        if index not in used or header in profile.characteristic_columns
    )
    return tuple(
        (title, titles[title] if title in titles else _column(profile, title))
        for title in profile.characteristic_columns
    )


def _basis(profile: DetectedProfile, config: ReadConfig, price_header: str) -> PriceBasis:
    basis = profile.basis or PriceBasis(currency=profile.currency)
    changes = {
        name: value for name in BASIS_OPTIONS if (value := getattr(config, name)) is not None
    }
    if config.currency is not None:
        changes["currency_source"] = f"currency={config.currency}"
    if config.prices_in is not None and not names_currency_alone(price_header, basis.currency):
        changes["in_hundredths"] = config.prices_in == "hundredths"
        changes["in_thousands"] = config.prices_in == "thousands"
    if config.price_quantity is not None:
        changes["price_quantity"] = Decimal(config.price_quantity)
    if config.discount is not None:
        changes["discounts"] = _discounts("discount", config.discount)
    if config.net_marks is not None:
        changes["net_marks"] = split_marks(config.net_marks)
    if config.ignored_marks is not None:
        changes["ignored_marks"] = split_marks(config.ignored_marks)
    if config.discount_groups is not None:
        changes["discount_groups"] = {
            group: _discounts(f"discount_groups.{group}", chain)
            for group, chain in config.discount_groups.items()
        }
    return msgspec.structs.replace(basis, **changes)


def _discounts(option: str, chain: str) -> tuple[Decimal, ...]:
    discounts = parse_discounts(chain)
    if discounts is None:
        raise PriceListError(f"{option} is {quote(chain)}; set percentages, as in 30+5.")
    return discounts
