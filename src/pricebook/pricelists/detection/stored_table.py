"""The table of a stored profile: rows are read as they were, nothing is detected again."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.characteristics import unique_titles
from pricebook.pricelists.detection.column_names import column_index
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.facts.discounts import parse_discounts
from pricebook.pricelists.schemas.profile import DetectedProfile, PriceBasis
from pricebook.pricelists.schemas.read_config import Field, ReadConfig
from pricebook.pricelists.text import quote

# The options that also apply to a table whose columns are known.
BASIS_OPTIONS = ("currency", "prices_per_pack", "vat_included", "vat_rate", "discount_base")
COLUMN_OPTIONS = (
    "header_row",
    "column_mapping",
    "characteristic_columns",
    "ignored_columns",
    "key_columns",
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
    return DetectedTable(
        header_row=0,
        rows_start_below=0,
        headers=profile.headers,
        header_row_keys=frozenset(),
        kinds=profile.kinds,
        columns=columns,
        inferred_fields=profile.inferred_fields,
        characteristics=_characteristics(profile, columns, dict(tiers)),
        basis=_basis(profile, config),
        tiers=tiers,
        key_columns=tuple(_column(profile, reference) for reference in profile.key_columns),
        facts=profile.price_facts,
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


def _basis(profile: DetectedProfile, config: ReadConfig) -> PriceBasis:
    basis = profile.basis or PriceBasis(currency=profile.currency)
    changes = {
        name: value for name in BASIS_OPTIONS if (value := getattr(config, name)) is not None
    }
    if config.currency is not None:
        changes["currency_source"] = f"currency={config.currency}"
    if config.price_quantity is not None:
        changes["price_quantity"] = Decimal(config.price_quantity)
    if config.discount is not None:
        changes["discounts"] = _discounts("discount", config.discount)
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
