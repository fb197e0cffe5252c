"""Comparison of what two price lists of a supplier say of their prices."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    setting,
)
from pricebook.pricelists.detection.layout import NEW_LAYOUT_HINT
from pricebook.pricelists.facts.units import PIECE
from pricebook.pricelists.schemas.profile import DetectedProfile, Fact
from pricebook.pricelists.schemas.read_config import ReadConfig

# The value of a fact that each row states.
PER_ROW = "per row"
# What a fact says that is not stated: a price is for one piece.
_DEFAULTS = {"price_quantity": "1", "prices_in": "units", "unit": PIECE}
# Facts that a price depends on, with the option that decides each.
_COMPARED_FACTS = {
    "currency": "currency",
    "price_quantity": "price_quantity",
    "unit": "price_quantity",
    "prices_per_pack": "prices_per_pack",
    "prices_in": "prices_in",
    "vat_included": "vat_included",
    "discount": "discount",
    "net_marks": "net_marks",
}
_REMEMBERED_OPTIONS = (
    *("currency", "price_quantity", "prices_per_pack", "prices_in", "vat_included", "vat_rate"),
    *("discount", "discount_groups", "discount_base", "net_marks", "title_discounts"),
    "ignored_marks",
    *("unit_meanings", "price_columns", "hidden_rows", "hidden_columns", "struck_out"),
)
# Options that facts have as JSON.
_OBJECTS = frozenset({"discount_groups", "unit_meanings", "price_columns"})
_FACT_LABELS = {
    "currency": "currency",
    "price_quantity": "quantity that a price is for",
    "unit": "unit that a price is for",
    "prices_per_pack": "price per pack",
    "prices_in": "scale of the prices",
    "vat_included": "inclusion of VAT",
    "discount": "discount",
    "net_marks": "mark of articles without discounts",
}


def remembered_options(
    configured: ReadConfig, previous_profile: DetectedProfile | None
) -> ReadConfig:
    """Return the options with the facts that were set for the previous price list."""
    facts = previous_profile.price_facts if previous_profile else {}
    remembered: dict[str, Any] = {
        option: msgspec.json.decode(fact.value) if option in _OBJECTS else fact.value
        for option in _REMEMBERED_OPTIONS
        if (fact := facts.get(option)) and fact.origin in {"setting", "previous"}
        if fact.value != PER_ROW
    }
    unset = {
        key: text
        for key, text in remembered.items()
        if getattr(configured, key) is None
        and key.replace("price_columns", "price") not in configured.column_mapping
    }
    return msgspec.structs.replace(
        configured, **_struct_fields(msgspec.convert(unset, ReadConfig, strict=False), unset)
    )


def _struct_fields(config: ReadConfig, names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(config, name) for name in names}


def changed_facts(
    facts: Mapping[str, Fact], configured: ReadConfig, previous_profile: DetectedProfile
) -> Iterator[DetectionIssue]:
    """Yield an issue for each fact about the prices that differs from the previous price list.

    A profile of an earlier release has no facts. A column of currencies states them row by row, so
    that other ones in it are no change.
    """
    previous_facts = previous_profile.price_facts
    if not previous_facts:
        return
    for key, option in _COMPARED_FACTS.items():
        before, now = previous_facts.get(key), facts.get(key)
        is_of_other_table = before is not None and before.origin == "table"
        if (
            is_of_other_table
            or _is_decided(configured, option, before)
            or _value(key, before) == _value(key, now)
        ):
            continue
        stated = [f.value for f in (before, now) if f and f.value != PER_ROW]
        example = next(iter(stated), "…")
        remedy = "1 for prices per unit" if option != key else f"as in {setting(option, example)}"
        yield DetectionIssue(
            f"In the previous price list the {_FACT_LABELS[key]} was {_fact_text(before)}, now it "
            f"is {_fact_text(now)}; set {'it' if option == key else option}, {remedy}, or "
            f"{NEW_LAYOUT_HINT}.",
            option,
            tuple(stated) if option == key else (),
        )


def _is_decided(configured: ReadConfig, option: str, before: Fact | None) -> bool:
    """Return whether an option states a fact, its column, or the price whose header stated it."""
    mapping: Mapping[Any, str] = configured.column_mapping
    was_in_header = before is not None and before.origin == "header"
    is_set = getattr(configured, option) is not None or option in mapping
    return is_set or (was_in_header and "price" in mapping)


def _value(key: str, fact: Fact | None) -> str | None:
    """Return the value of a fact, None for that of a fact which is not stated."""
    if fact is None or fact.value == _DEFAULTS.get(key):
        return None
    is_of_rows = key == "currency" and fact.origin == "column"
    return PER_ROW if is_of_rows else fact.value


def _fact_text(fact: Fact | None) -> str:
    """Return a fact and its source for a message."""
    if fact is None:
        return "not stated"
    return f"{fact.value} by {fact.source}" if fact.source else f"{fact.value} ({fact.origin})"
