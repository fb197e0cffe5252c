"""The check of the address from which the price lists of a supplier are to be fetched."""

from typing import Any
from uuid import UUID

from msgspec import UNSET

from pricebook.db.database import Database
from pricebook.http.public_urls import require_public_url
from pricebook.pricelists.sources.address_logins import has_masked_login
from pricebook.suppliers import repository
from pricebook.suppliers.schemas import NewSupplier, SupplierChange

FIELD = "source_config.url"


async def check_new(supplier: NewSupplier, *, allows_private: bool) -> None:
    """Raise ValidationError if a new supplier has an address in a private network."""
    url = supplier.source_config.url
    if url is not None:
        await require_public_url(url, allows_private=allows_private, field=FIELD)


async def check_change(
    database: Database, supplier_id: UUID, change: SupplierChange, *, allows_private: bool
) -> None:
    """Raise ValidationError if a change has an address in a private network, but the stored one."""
    config = change.source_config
    url = None if config is UNSET or config is None else getattr(config, "url", None)
    if not isinstance(url, str) or has_masked_login(url):
        return
    async with database.connection() as conn:
        supplier = await repository.find_supplier_by_id(conn, supplier_id)
    stored: dict[str, Any] = supplier.metadata.get("source_config", {}) if supplier else {}
    if url != stored.get("url"):
        await require_public_url(url, allows_private=allows_private, field=FIELD)
