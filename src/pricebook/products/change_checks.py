"""Checks of a product that is locked before it is changed."""

from collections.abc import Mapping
from typing import Any

from pricebook.errors import ConflictError, body_issue, validation_error
from pricebook.products.schemas import ProductChange, StaffProductDetail


def require_values(product: StaffProductDetail, expected: Mapping[str, Any]) -> None:
    """Raise ConflictError unless the fields of a product have these values."""
    changed = sorted(name for name, value in expected.items() if getattr(product, name) != value)
    if changed:
        raise ConflictError(f"Somebody else has changed {', '.join(changed)} of the product.")


def require_no_other_change(change: ProductChange) -> None:
    """Raise ValidationError when a change leaves a product archived and sets another field."""
    if set(change.given) != {"status"}:
        raise validation_error(
            body_issue("status", "the product is archived: set draft or active to change it")
        )
