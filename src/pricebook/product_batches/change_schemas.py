"""What a bulk change does to each product."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import MAX_PRICE, doc
from pricebook.product_batches.price_derivations import PriceDerivation, is_between
from pricebook.products.schemas import ProductStatus, TargetPrice, target_price_issues

MIN_PERCENT, MAX_PERCENT = Decimal(-99), Decimal(1000)
# The ways to change the target price; one of them at once.
PRICE_FIELDS = ("target_price", "target_price_percent", "target_price_from_lowest")


class ProductChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is changed of each product; fields that are not sent stay."""

    status: Annotated[ProductStatus | UnsetType, doc("New status.")] = UNSET
    category_id: Annotated[
        UUID | UnsetType | None, doc("Id of an existing category; null removes the category.")
    ] = UNSET
    target_price: Annotated[
        TargetPrice | UnsetType | None,
        doc("Own selling price in the currency of the catalog; null removes it."),
    ] = UNSET
    target_price_percent: Annotated[
        Decimal | UnsetType,
        doc(
            "Change of the target price in percent, -99 to 1000, with at most four decimals; the"
            " result is rounded to two decimals, to four if the price has more than two. Products"
            " without a target price, and those whose result is too high, stay as they are.",
            anyOf=[
                {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "examples": ["3.5"]},
                {"type": "number", "minimum": -99, "maximum": 1000},
            ],
        ),
    ] = UNSET
    target_price_from_lowest: Annotated[
        PriceDerivation | UnsetType,
        doc(
            "Target prices that follow from the lowest prices, as those of pricing rules do."
            " Products that no supplier has a price for stay as they are and are counted as"
            " `without_cost`."
        ),
    ] = UNSET

    def __post_init__(self) -> None:
        """Raise ValidationError for refused fields or without any field."""
        issues = [*target_price_issues(self.target_price), *self._percent_issues()]
        prices = [name for name in PRICE_FIELDS if getattr(self, name) is not UNSET]
        issues += [body_issue(name, f"is given beside {prices[0]}") for name in prices[1:]]
        if not self.fields:
            issues = [body_issue("changes", "names no field to change")]
        if issues:
            raise validation_error(*issues)

    def _percent_issues(self) -> list[FieldIssue]:
        percent = self.target_price_percent
        if percent is UNSET or is_between(percent, MIN_PERCENT, MAX_PERCENT):
            return []
        issue = "expected -99 to 1000 with at most four decimals"
        return [body_issue("target_price_percent", issue)]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of products that are changed, sorted."""
        given = {name for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}
        return tuple(sorted({"target_price" if name in PRICE_FIELDS else name for name in given}))

    @property
    def derivation(self) -> PriceDerivation | None:
        """How target prices follow from the lowest ones; None if they do not."""
        derivation = self.target_price_from_lowest
        return None if derivation is UNSET else derivation

    @property
    def parameters(self) -> dict[str, Any]:
        """The values for the statement that stores the changes; None where a field stays."""
        given = {
            name: None if value is UNSET else value
            for name, value in msgspec.structs.asdict(self).items()
        }
        derivation = self.derivation
        return {
            "status": given["status"],
            "category_id": given["category_id"],
            "sets_category": self.category_id is not UNSET,
            "target_price": given["target_price"],
            "sets_target_price": self.target_price is not UNSET,
            "percent": given["target_price_percent"],
            "max_price": MAX_PRICE,
            **{
                name: getattr(derivation, attribute, None)
                for name, attribute in DERIVATION_PARAMETERS.items()
            },
        }


DERIVATION_PARAMETERS = {
    "method": "method",
    "derived_percent": "percent",
    "step": "step",
    "ending": "ending",
    "rounding": "rounding",
}
