"""Whether a supplier is still as it was shown to whoever changes it."""

import hashlib
from typing import Any

import msgspec

from pricebook.errors import ConflictError
from pricebook.suppliers.schemas import SupplierOverview

CHANGED_FIELDS = ("name", "source_type", "contact_email", "is_active", "source_config")


class OutdatedSupplierError(ConflictError):
    """A supplier or its credentials were changed since the caller read them."""


def settings_revision(supplier: SupplierOverview) -> str:
    """Return a digest of the settings, which differs once any of them was changed."""
    return _digest([getattr(supplier, name) for name in CHANGED_FIELDS])


def credentials_revision(supplier: SupplierOverview) -> str:
    """Return a digest of the credentials and of the addresses that they may be for."""
    return _digest([supplier.credentials, supplier.source_config.get("url")])


def require_revision(seen: str | None, now: str, name: str) -> None:
    """Raise OutdatedSupplierError unless a revision is the one that was seen; None is any."""
    if seen not in {None, now}:
        raise OutdatedSupplierError(f"{name} was changed meanwhile.")


def _digest(values: list[Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(values, order="sorted")).hexdigest()
