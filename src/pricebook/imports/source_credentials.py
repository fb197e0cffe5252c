"""Adds the stored credentials of a supplier to the source of its price list."""

from uuid import UUID

import msgspec

from pricebook.db.database import Database
from pricebook.pricelists.schemas.read_request import HttpsSource, PriceListSource
from pricebook.settings import Settings
from pricebook.suppliers import credentials
from pricebook.suppliers.credential_keys import CredentialKeys


async def with_credentials(
    database: Database, settings: Settings, source: PriceListSource, supplier_id: UUID
) -> PriceListSource:
    """Return an https source with the credentials of its supplier, if they are of its host.

    Raises PriceListError if they cannot be decrypted.
    """
    if not isinstance(source, HttpsSource):
        return source
    keys = CredentialKeys(settings.credentials_keys)
    async with database.connection() as conn:
        found = await credentials.find_for_address(conn, keys, supplier_id, source.url)
    return msgspec.structs.replace(source, credentials=found)


def without_credentials(source: PriceListSource) -> PriceListSource:
    """Return a source as it may be stored and logged."""
    if isinstance(source, HttpsSource):
        return msgspec.structs.replace(source, credentials=None)
    return source
