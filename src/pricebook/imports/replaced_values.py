"""Which stored values of an item a price list replaces, by the columns that it has.

A column that a price list lacks keeps its values, an empty cell removes them. How a price was
derived always belongs to the newest price.
"""

from collections.abc import Sequence

import msgspec

from pricebook.pricelists.schemas.price_list_rows import PriceDetails
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import Field

# The keys that a column of its own fills, whatever the price is.
_ARTICLE_KEYS: dict[Field, tuple[str, ...]] = {
    "gtin": ("gtin", "gtin_text"),
    "mpn": ("mpn",),
    "brand": ("brand",),
}
_AVAILABILITY_KEYS: dict[Field, tuple[str, ...]] = {
    "stock": ("stock", "stock_text"),
    "lead_time": ("lead_time_days",),
}

_UPCOMING = frozenset({"next_price", "valid_from", "valid_until"})


class ReplacedValues(msgspec.Struct, frozen=True):
    """The replaced keys of `PriceDetails` and `Availability`, and whether an upcoming price is."""

    details: Sequence[str]
    availability: Sequence[str]
    upcoming_price: bool


def replaced_values(profile: DetectedProfile | None) -> ReplacedValues:
    """Return what a price list with this profile replaces."""
    columns = profile.columns if profile else {}
    kept = [key for field, keys in _ARTICLE_KEYS.items() if field not in columns for key in keys]
    return ReplacedValues(
        details=[key for key in PriceDetails.__struct_fields__ if key not in kept],
        availability=[
            key for field, keys in _AVAILABILITY_KEYS.items() if field in columns for key in keys
        ],
        upcoming_price=not columns.keys().isdisjoint(_UPCOMING),
    )
