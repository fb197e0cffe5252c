from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from pricebook.errors import body_issue, validation_error
from pricebook.http.field_types import doc, normalise_text, text_schema
from pricebook.product_batches.price_derivations import (
    CENT,
    Ending,
    MethodField,
    Percent,
    RoundingField,
    Step,
    amount_issues,
)
from pricebook.product_batches.schemas import (
    OnlyRaises,
    ProductIds,
    Selected,
    require_one_selection,
)

MAX_NAME = MAX_BRAND = 255
MAX_POSITION = 1_000_000

RuleName = Annotated[str, doc("Name of the rule; unique.", **text_schema(MAX_NAME))]
Position = Annotated[
    Annotated[int, Meta(ge=0, le=MAX_POSITION)],
    doc("Rank: of the rules that fit a product, the one with the lowest position counts."),
]
CategoryId = Annotated[
    UUID | None, doc("Only products of this category and its subcategories; null for all.")
]
Brand = Annotated[str | None, doc("Only products of this brand, in any case; null for all.")]
SupplierId = Annotated[
    UUID | None, doc("Only products whose lowest price is of this supplier; null for all.")
]
IsActive = Annotated[bool, doc("Whether the rule counts.")]


class PricingRule(Struct, frozen=True):
    """A pricing rule."""

    id: Annotated[UUID, doc("Id of the rule.")]
    name: RuleName
    position: Position
    category_id: CategoryId
    brand: Brand
    supplier_id: SupplierId
    method: MethodField
    percent: Percent
    step: Step
    ending: Ending
    rounding: RoundingField
    is_active: IsActive
    created_at: Annotated[datetime, doc("Time of creation, ISO 8601 UTC.")]
    updated_at: Annotated[datetime, doc("Time of the last change, ISO 8601 UTC.")]


class PricingRules(Struct, frozen=True):
    """All pricing rules in the order in which they count."""

    data: Annotated[list[PricingRule], doc("The rules, in the order in which they count.")]


class NewPricingRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of a new pricing rule."""

    name: RuleName
    method: MethodField
    percent: Percent
    position: Annotated[Position | None, doc("Rank; null or none: behind all others.")] = None
    category_id: CategoryId = None
    brand: Brand = None
    supplier_id: SupplierId = None
    step: Step = CENT
    ending: Ending = Decimal(0)
    rounding: RoundingField = "up"
    is_active: IsActive = True

    def __post_init__(self) -> None:
        """Normalise the texts; raises ValidationError naming every refused field."""
        issues = [
            *normalise_text(self, "name", MAX_NAME),
            *normalise_text(self, "brand", MAX_BRAND),
            *amount_issues(self.method, self.percent, self.step, self.ending),
        ]
        if issues:
            raise validation_error(*issues)


class PricingRuleChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a pricing rule; fields that are not sent stay."""

    name: RuleName | UnsetType = UNSET
    method: MethodField | UnsetType = UNSET
    percent: Percent | UnsetType = UNSET
    position: Position | UnsetType = UNSET
    category_id: CategoryId | UnsetType = UNSET
    brand: Brand | UnsetType = UNSET
    supplier_id: SupplierId | UnsetType = UNSET
    step: Step | UnsetType = UNSET
    ending: Ending | UnsetType = UNSET
    rounding: RoundingField | UnsetType = UNSET
    is_active: IsActive | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Normalise the texts; raises ValidationError for refused fields or without any field."""
        issues = [
            *normalise_text(self, "name", MAX_NAME),
            *normalise_text(self, "brand", MAX_BRAND),
        ]
        if not self.given:
            issues = [body_issue("(all)", "names no field to change")]
        if issues:
            raise validation_error(*issues)

    @property
    def given(self) -> dict[str, Any]:
        """The fields that were sent, with their values."""
        fields = msgspec.structs.asdict(self)
        return {name: value for name, value in fields.items() if value is not UNSET}


class RulePreview(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The products whose target prices the rules propose; all without a selection."""

    product_ids: ProductIds = None
    filter: Selected = None
    only_raises: OnlyRaises = False

    def __post_init__(self) -> None:
        """Raise ValidationError if both product_ids and filter are given."""
        if self.product_ids is not None or self.filter is not None:
            require_one_selection(self.product_ids, self.filter)
