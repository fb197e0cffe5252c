from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import MAX_PRICE, doc, normalise_text, text_schema
from pricebook.product_batches.schemas import (
    ProductIds,
    Selected,
    is_between,
    require_one_selection,
)

Method = Literal["markup", "margin"]
Rounding = Literal["up", "nearest", "down"]

MAX_NAME = MAX_BRAND = 255
MAX_PERCENT = Decimal(10_000)
CENT = Decimal("0.01")
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
MethodField = Annotated[
    Method,
    doc(
        "`markup`: the percentage is of the lowest price, which it is added to; `margin`: it is of"
        " the target price, so that 25 percent of the target price remain."
    ),
]
Percent = Annotated[
    Decimal,
    doc("Percentage of the markup, 0 to 10,000, or of the margin, 0 to less than 100."),
]
Step = Annotated[
    Decimal,
    doc("Prices are multiples of this, plus `ending`: `0.05`, `1` or `10`; `0.01` by default."),
]
Ending = Annotated[
    Decimal,
    doc(
        "Added to each multiple of `step`: `0.99` with the step 1 gives 4.99 and 5.99; 0 for none."
    ),
]
RoundingField = Annotated[
    Rounding,
    doc("Which of these prices: the next one `up`, which keeps the margin, `nearest` or `down`."),
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

    def __post_init__(self) -> None:
        """Raise ValidationError if both product_ids and filter are given."""
        if self.product_ids is not None or self.filter is not None:
            require_one_selection(self.product_ids, self.filter)


def amount_issues(
    method: Method, percent: Decimal, step: Decimal, ending: Decimal
) -> list[FieldIssue]:
    """Return the issues of the percentage and of the prices that a rule may give."""
    issues: list[FieldIssue] = []
    highest = MAX_PERCENT if method == "markup" else Decimal(100) - Decimal("0.0001")
    if not is_between(percent, Decimal(0), highest):
        expected = "0 to 10,000" if method == "markup" else "0 to less than 100"
        issues.append(body_issue("percent", f"expected {expected} with at most four decimals"))
    if not is_between(step, Decimal("0.0001"), MAX_PRICE):
        issues.append(body_issue("step", "expected a number over 0 with at most four decimals"))
    elif not (is_between(ending, Decimal(0), MAX_PRICE) and ending < step):
        issues.append(body_issue("ending", f"expected 0 to less than the step {step}"))
    return issues
