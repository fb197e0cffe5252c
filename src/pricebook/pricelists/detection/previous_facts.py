"""Comparison of what two price lists of a supplier say of their prices."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from pricebook.errors import PriceListIssue
from pricebook.pricelists.detection.layout import NEW_LAYOUT_HINT
from pricebook.pricelists.schemas.profile import DetectedProfile, Fact
from pricebook.pricelists.schemas.read_config import ReadConfig

# The value of a fact that each row states.
PER_ROW = "per row"
# Without these facts a price was read as it is.
_FACTS_WITH_DEFAULT = frozenset({"price_quantity", "prices_per_pack", "discount"})
# Facts that a price depends on; the last ones are remembered if they were set.
_COMPARED_FACTS = ("currency", "price_quantity", "prices_per_pack", "vat_included", "discount")
_REMEMBERED_OPTIONS = (
    *("currency", "price_quantity", "prices_per_pack", "vat_included", "vat_rate", "discount"),
    *("discount_groups", "discount_base"),
)
_FACT_LABELS = {
    "currency": "currency",
    "price_quantity": "quantity that a price is for",
    "prices_per_pack": "price per pack",
    "vat_included": "inclusion of VAT",
    "discount": "discount",
}


def remembered_options(
    configured: ReadConfig, previous_profile: DetectedProfile | None
) -> ReadConfig:
    """Return the options with the facts that were set for the previous price list."""
    facts = previous_profile.price_facts if previous_profile else {}
    remembered: dict[str, Any] = {
        option: msgspec.json.decode(fact.value) if option == "discount_groups" else fact.value
        for option in _REMEMBERED_OPTIONS
        if (fact := facts.get(option)) and fact.origin in {"setting", "previous"}
    }
    unset = {key: text for key, text in remembered.items() if getattr(configured, key) is None}
    return msgspec.structs.replace(
        configured, **_struct_fields(msgspec.convert(unset, ReadConfig, strict=False), unset)
    )


def _struct_fields(config: ReadConfig, names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(config, name) for name in names}


def changed_facts(
    facts: Mapping[str, Fact], configured: ReadConfig, previous_profile: DetectedProfile
) -> Iterator[PriceListIssue]:
    """Yield an issue for each fact about the prices that differs from the previous price list.

    A profile of an earlier release has no facts; a fact that is stated for the first time is no
    change, except for the quantity and the discount, without which a price was read as it is.
    """
    previous_facts = previous_profile.price_facts
    if not previous_facts:
        return
    for key in _COMPARED_FACTS:
        before, now = previous_facts.get(key), facts.get(key)
        is_decided = getattr(configured, key) is not None or (
            before is not None
            and before.origin == "header"
            and "price" in configured.column_mapping
        )
        is_new = before is None and key not in _FACTS_WITH_DEFAULT
        if is_decided or is_new or _value(key, before) == _value(key, now):
            continue
        example = before.value if before and before.value != PER_ROW else "…"
        yield PriceListIssue(
            f"In the previous price list the {_FACT_LABELS[key]} was {_fact_text(before)}, now it "
            f"is {_fact_text(now)}; set it, as in {key}={example}, or {NEW_LAYOUT_HINT}.",
            key,
            tuple(fact.value for fact in (before, now) if fact and fact.value != PER_ROW),
        )


def _value(key: str, fact: Fact | None) -> str | None:
    """Return the value of a fact; a price for one unit is the same as one for nothing else."""
    is_default = fact is None or (key == "price_quantity" and fact.value == "1")
    return None if fact is None or is_default else fact.value


def _fact_text(fact: Fact | None) -> str:
    """Return a fact and its source for a message."""
    if fact is None:
        return "not stated"
    return f"{fact.value} by {fact.source}" if fact.source else f"{fact.value} ({fact.origin})"
